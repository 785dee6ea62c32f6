import { posix } from 'node:path';
import { isScalar, isSeq, type Node } from 'yaml';
import { entriesAt } from '../../manifests/written.ts';
import type { Path } from '../../text/values.ts';
import { yamlWord } from '../../text/yaml-plain.ts';
import { documentOf, escaped, insertLine, lineBreak, lineStart, nodeIn, startOf } from './nodes.ts';

// Lists of paths, such as `resources` of a kustomization, with their comments, their order and their style.

/** The order of a list: as `compare` of `sort`; undefined for that which the list itself keeps. */
type EntryOrder = ((one: string, other: string) => number) | undefined;

/**
 * Adds a path to a list of paths, such as `resources` of a kustomization, in the way of the list: with or without `./`, at the place that its
 * order asks for. A list that is not there is made.
 *
 * @param path - the way to the list
 * @param entry - relative to the folder of the file
 * @param order - undefined where a list that is sorted stays so, and any other grows at its end
 * @returns the same text where the list has the entry
 */
export function withEntry(text: string, path: Path, entry: string, order?: EntryOrder): string {
  if (listedEntry(text, path, entry) !== undefined) return text;
  const entries = entriesAt(documentOf(text), path);
  const first = entries[0];
  if (first === undefined) return withFirstEntry(text, path, entry);
  const [names, end] = [entries.map(({ name = '' }) => name), entries.length];
  const relative = names.filter((name) => !name.startsWith('../') && !/^\w+:\/\//.test(name));
  const isDotted = relative.length === 0 || relative.some((name) => name.startsWith('./'));
  const written = entry.startsWith('../') ? entry : `${isDotted ? './' : ''}${bare(entry)}`;
  const position = placeFor(names, written, order);
  const neighbour = entries[Math.min(position, end - 1)] ?? first;
  const own = text.slice(neighbour.lines.start, neighbour.lines.end);
  const line = own.split('\n').find((one) => /^[ \t]*- /.test(one)) ?? '  - ';
  const [, lead = '  - ', quote = ''] = /^([ \t]*- +)(['"]?)/.exec(line) ?? [];
  const before = entries[position - 1];
  const isHeaded = before === undefined || shapeOf(before.name ?? '') !== shapeOf(written);
  const next = entries[position];
  // A comment above the first of a sort is about all of them.
  const wanted =
    before === undefined || (next !== undefined && isHeaded)
      ? lineStart(text, startOf(text, next ?? neighbour))
      : before.lines.end;
  return insertLine(
    text,
    outsideOfBlocks(text, wanted),
    `${lead}${quote === '' ? yamlWord(written) : `${quote}${written}${quote}`}`,
  );
}

/**
 * Takes a path out of a list of paths, with the comments above it that are about it.
 *
 * @returns the same text where the list does not have the entry
 */
export function withoutEntry(text: string, path: Path, entry: string): string {
  const document = documentOf(text);
  const entries = entriesAt(document, path);
  const found = entries.find(({ name = '' }) => bare(name) === bare(entry));
  if (found === undefined) return withoutFlowEntry(text, path, entry);
  const own = lineStart(text, startOf(text, found));
  const names = bare(entry)
    .split('/')
    .filter((part) => !/^(?:\.\.|ks\.ya?ml|kustomization\.ya?ml|app)$/.test(part));
  let start = own;
  while (start > found.lines.start) {
    const above = lineStart(text, start - 1);
    const comment = text.slice(above, start);
    if (/^[ \t]*#[%<|]/.test(comment) || !names.some((name) => new RegExp(`\\b${escaped(name)}\\b`).test(comment)))
      break;
    start = above;
  }
  const rest = text.slice(0, start) + text.slice(found.lines.end);
  if (entries.length > 1 || path.length === 0) return rest;
  const key = escaped(String(path.at(-1)));
  // Its key is the nearest above: a patch may have one of the same name.
  const above = [...rest.slice(0, start).matchAll(new RegExp(`^[ \\t]*${key}:(?=[ \\t]*\\r?$)`, 'gm'))].at(-1);
  if (above === undefined) return rest;
  const end = above.index + above[0].length;
  return `${rest.slice(0, end)} []${rest.slice(end).replace(/^[ \t]+/, '')}`;
}

/** How a list writes a path; undefined where it does not have it. */
export function listedEntry(text: string, path: Path, entry: string): string | undefined {
  const list = nodeIn(text, 0, path);
  if (!isSeq(list)) return undefined;
  const names = (list.items as readonly Node[]).map((item) => (isScalar(item) ? String(item.value) : ''));
  return names.find((name) => bare(name) === bare(entry));
}

/** `./site/ks.yaml` and `site/ks.yaml` are one path, `./site/` and `site` as well. */
function bare(entry: string): string {
  return posix.normalize(entry).replace(/\/$/, '');
}

/** What a path leads to: `ks.yaml` for `./site/ks.yaml`, a folder or a file beside for others. */
function shapeOf(entry: string): string {
  const [first = '', ...rest] = bare(entry).split('/');
  if (first === '..') return first;
  return rest.length > 0 ? (rest.at(-1) ?? '') : /\.ya?ml$/.test(first) ? 'file' : 'folder';
}

/** Among those of its own sort, where they are in order; behind the last of its sort where they are not. */
function placeFor(names: readonly string[], entry: string, order: EntryOrder): number {
  if (order !== undefined) {
    const place = names.findIndex((name) => order(name, entry) > 0);
    return place === -1 ? names.length : place;
  }
  const alike = names.flatMap((name, index) => (shapeOf(name) === shapeOf(entry) ? [{ name: bare(name), index }] : []));
  const [last] = alike.slice(-1);
  if (last === undefined) return names.length;
  const isSorted = alike.every(({ name }, index) => index === 0 || compare(alike[index - 1]?.name ?? '', name) <= 0);
  const next = isSorted ? alike.find(({ name }) => compare(name, bare(entry)) > 0) : undefined;
  return next?.index ?? last.index + 1;
}

function withFirstEntry(text: string, path: Path, entry: string): string {
  const written = entry.startsWith('../') ? entry : `./${bare(entry)}`;
  const key = String(path.at(-1));
  const list = nodeIn(text, 0, path);
  const indent = ' '.repeat(2 * Math.max(path.length - 1, 0));
  if (isSeq(list) && list.range !== undefined && list.range !== null && list.items.length > 0) {
    const [start, end] = list.range;
    const inside = text.slice(start, end).replace(/\]$/, '').trimEnd().replace(/,$/, '');
    return `${text.slice(0, start)}${inside}, ${yamlWord(written, true)}]${text.slice(end)}`;
  }
  // At the top of a file a key has no indentation; one that has some is of a patch.
  const lead = path.length === 1 ? '' : '[ \\t]*';
  const empty = new RegExp(`^(${lead})(${escaped(key)}):[ \\t]*(?:\\[[ \\t]*\\]|null|~)?[ \\t]*(?=\\r?$)`, 'm').exec(
    text,
  );
  if (empty !== null) {
    const [whole, before = '', name = ''] = empty;
    const end = empty.index + whole.length;
    return `${text.slice(0, empty.index)}${before}${name}:${lineBreak(text)}${before}  - ${yamlWord(written)}${text.slice(end)}`;
  }
  const base = text === '' || text.endsWith('\n') ? text : text + lineBreak(text);
  return `${base}${indent}${key}:${lineBreak(text)}${indent}  - ${yamlWord(written)}${lineBreak(text)}`;
}

function withoutFlowEntry(text: string, path: Path, entry: string): string {
  const list = nodeIn(text, 0, path);
  if (!isSeq(list) || list.flow !== true) return text;
  const items = list.items as readonly Node[];
  const index = items.findIndex((item) => isScalar(item) && bare(String(item.value)) === bare(entry));
  const [item, next, previous] = [items[index], items[index + 1], items[index - 1]];
  const [start, end] = item?.range ?? [0, 0];
  if (item === undefined) return text;
  if (next?.range !== undefined && next.range !== null) return text.slice(0, start) + text.slice(next.range[0]);
  return text.slice(0, previous?.range?.[1] ?? start) + text.slice(end);
}

const OPENS = /^[ \t]*#%[-+]?[ \t]*(?:if|for|macro|call|filter|raw|with|block)\b/;
const CLOSES = /^[ \t]*#%[-+]?[ \t]*end(?:if|for|macro|call|filter|raw|with|block)\b/;

/** The first line from an offset on that is in no block of a template: what is in one may not be rendered. */
function outsideOfBlocks(text: string, offset: number): number {
  let [depth, start] = [0, 0];
  for (const line of text.split(/(?<=\n)/)) {
    if (start >= offset && depth === 0) break;
    if (OPENS.test(line)) depth += 1;
    if (CLOSES.test(line)) depth -= 1;
    start += line.length;
  }
  return start;
}

function compare(one: string, other: string): number {
  return one < other ? -1 : one > other ? 1 : 0;
}
