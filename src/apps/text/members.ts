import { isCollection, isMap, isScalar } from 'yaml';
import { entriesAt } from '../../manifests/written.ts';
import type { Path } from '../../text/values.ts';
import { yamlWord } from '../../text/yaml-plain.ts';
import { documentOf, insertLine, lineBreak, lineStart, nodeIn, startOf } from './nodes.ts';

// Values and members of maps, with the quotes that they have.

/** A text in a document that gets another one. */
interface ScalarChange {
  /** Of the document in its file. */
  readonly index: number;
  readonly path: Path;
  readonly value: string;
}

/**
 * Gives texts of a file other values, and keeps how they are quoted. An alias changes what it stands for, with everything that has the same
 * alias; keys are changed where the path ends in one and `part` says so.
 *
 * @returns undefined where one of them is no text that stands on one line
 */
export function withScalars(text: string, changes: readonly ScalarChange[]): string | undefined {
  const edits = new Map<number, { readonly end: number; readonly text: string }>();
  for (const { index, path, value } of changes) {
    const node = nodeIn(text, index, path);
    if (node === undefined || isCollection(node) || node.range === undefined || node.range === null) return undefined;
    const [start, end] = node.range;
    const written = text.slice(start, end);
    if (written.includes('\n')) return undefined;
    edits.set(start, { end, text: likeScalar(written, value) });
  }
  let changed = text;
  for (const [start, edit] of [...edits].sort(([one], [other]) => other - one)) {
    changed = changed.slice(0, start) + edit.text + changed.slice(edit.end);
  }
  return changed;
}

/**
 * Gives a member of a map another key, and keeps how it is quoted.
 *
 * @returns undefined where there is no such member
 */
export function withKey(text: string, index: number, path: Path, key: string): string | undefined {
  const map = nodeIn(text, index, path.slice(0, -1));
  if (!isMap(map)) return undefined;
  const pair = map.items.find((one) => isScalar(one.key) && String(one.key.value) === String(path.at(-1)));
  const range = isScalar(pair?.key) ? pair.key.range : undefined;
  if (range === undefined || range === null) return undefined;
  const [start, end] = range;
  return text.slice(0, start) + likeScalar(text.slice(start, end), key) + text.slice(end);
}

/**
 * Adds a member to a map, behind the last one that it has.
 *
 * @returns the same text where it has the key; undefined where there is no such map
 */
export function withMember(
  text: string,
  { index, path }: { readonly index: number; readonly path: Path },
  key: string,
  value: string,
): string | undefined {
  const map = nodeIn(text, index, path);
  if (!isMap(map) || map.range === undefined || map.range === null) return undefined;
  if (map.items.some((one) => isScalar(one.key) && String(one.key.value) === key)) return text;
  const written = `${yamlWord(key)}: ${yamlWord(value, map.flow)}`;
  if (map.flow === true) {
    const end = map.range[1] - 1;
    const inside = text.slice(0, end).trimEnd();
    return `${inside}${inside.endsWith('{') ? '' : inside.endsWith(',') ? ' ' : ', '}${written}${text.slice(inside.length, end)}${text.slice(end)}`;
  }
  const [first, last] = [map.items[0], map.items.at(-1)];
  const start = isScalar(first?.key) ? first.key.range?.[0] : undefined;
  const value_ = last?.value;
  const end = isScalar(value_) || isCollection(value_) ? value_.range?.[1] : undefined;
  if (start === undefined || end === undefined) return undefined;
  const next = text[end - 1] === '\n' ? end : text.indexOf('\n', end) + 1 || text.length;
  return insertLine(text, next, `${' '.repeat(start - lineStart(text, start))}${written}`);
}

/**
 * Puts other lines in the place of a member of a map.
 *
 * @param lines - a map as YAML, without indentation
 * @returns undefined where there is no such member on lines of its own
 */
export function withBlock(text: string, index: number, path: Path, lines: string): string | undefined {
  const document = { ...documentOf(text), index };
  const entry = entriesAt(document, path.slice(0, -1)).find(({ name }) => name === String(path.at(-1)));
  if (entry?.isMovable !== true) return undefined;
  const start = startOf(text, entry);
  const indent = ' '.repeat(/^ */.exec(text.slice(start))?.[0].length ?? 0);
  const block = lines
    .trimEnd()
    .split('\n')
    .map((line) => `${indent}${line}${lineBreak(text)}`);
  return text.slice(0, start) + block.join('') + text.slice(entry.lines.end);
}

/** A value quoted as another one is, or as it has to be. */
function likeScalar(written: string, value: string): string {
  const [quote = ''] = written;
  // A port stays a number.
  if (/^\d+$/.test(written) && /^\d+$/.test(value)) return value;
  if (quote === "'") return `'${value.replaceAll("'", "''")}'`;
  if (quote === '"') return JSON.stringify(value);
  return yamlWord(value);
}
