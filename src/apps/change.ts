import { posix } from 'node:path';
import { isAlias, isCollection, isMap, isScalar, isSeq, type Node, parse, parseAllDocuments, type Scalar } from 'yaml';
import type { ManifestFile } from '../manifests/document.ts';
import { entriesAt } from '../manifests/written.ts';
import { isSecretPath } from '../sops/rules.ts';
import type { Path } from '../text/values.ts';

// What a command makes of the files of a repository, and edits of YAML that keep comments, order and style. Templates are edited in the
// same way: a line of Jinja is a comment of YAML.

/** What becomes of one file. */
export interface FileChange {
  /** Relative to the top, with forward slashes: where it lies afterwards, or where it is removed. */
  readonly path: string;
  /** Where it lies before, of a file that moves. */
  readonly from?: string;
  /** Undefined where there is none; empty for what is no text. */
  readonly before?: string;
  /** Undefined where it is removed. */
  readonly after?: string;
}

/** Files under change, one step after the other; nothing is written. */
export class Draft {
  readonly #before: ReadonlyMap<string, ManifestFile>;
  readonly #files: Map<string, ManifestFile>;
  readonly #copies = new Map<string, string>();
  /** Where files that moved come from. */
  readonly #origins = new Map<string, string>();

  /** @param files - all files of a repository */
  constructor(files: readonly ManifestFile[]) {
    this.#before = new Map(files.map((file) => [file.path, file]));
    this.#files = new Map(this.#before);
  }

  /** The text of a file as it is by now; undefined where there is none. */
  text(path: string): string | undefined {
    return this.#files.get(path)?.text;
  }

  /** Copies a file with another text; what is done to the one from now on is done to the other. */
  copy(from: string, to: string, text: string): void {
    const file = this.#files.get(from);
    if (file !== undefined) this.#files.set(to, { ...file, path: to, source: to, text });
    this.#copies.set(from, to);
  }

  /** Where a file lies by now that lay at a path in the beginning. */
  nowAt(path: string): string {
    const copy = this.#copies.get(path);
    if (copy !== undefined) return copy;
    return [...this.#origins].find(([, origin]) => origin === path)?.[0] ?? path;
  }

  /** The texts of the tool's templates by a name, in the repository or in the package that it is installed as. */
  originals(name: string): string[] {
    return [...this.#files.values()].flatMap(({ path, text }) =>
      path.endsWith(`templates/config/${name}`) ? [text] : [],
    );
  }

  /** Paths of the files below a folder, sorted. */
  below(folder: string): string[] {
    return [...this.#files.keys()].filter((path) => path.startsWith(`${folder}/`)).sort();
  }

  /** Creates a file, or gives it another text. */
  write(path: string, text: string): void {
    const known = this.#files.get(path) ?? { path, source: path, isGenerated: false, isSecret: isSecretPath(path) };
    this.#files.set(path, { ...known, text });
  }

  /** Changes the text of a file; nothing is done where there is none. */
  edit(path: string, change: (text: string) => string): void {
    const text = this.text(path);
    if (text !== undefined) this.write(path, change(text));
  }

  /** Removes a file. */
  remove(path: string): void {
    this.#files.delete(path);
    this.#origins.delete(path);
  }

  /** Moves a file; whatever it holds goes along. */
  move(from: string, to: string): void {
    const file = this.#files.get(from);
    if (file === undefined || from === to) return;
    const origin = this.#origins.get(from) ?? from;
    this.remove(from);
    this.#files.set(to, { ...file, path: to, source: to });
    if (origin !== to) this.#origins.set(to, origin);
  }

  /** All files as they are by now. */
  files(): ManifestFile[] {
    return [...this.#files.values()].sort((one, other) => compare(one.path, other.path));
  }

  /** What is different from the beginning, in the order of paths. */
  changes(): FileChange[] {
    const moved = new Set(this.#origins.values());
    const now = [...this.#files.values()].flatMap(({ path, text }): FileChange[] => {
      const origin = this.#origins.get(path);
      const before = this.#before.get(origin ?? path)?.text;
      if (origin !== undefined)
        return [{ path, from: origin, ...(before === undefined ? {} : { before }), after: text }];
      return before === text ? [] : [{ path, ...(before === undefined ? {} : { before }), after: text }];
    });
    const gone = [...this.#before.values()]
      .filter(({ path }) => !this.#files.has(path) && !moved.has(path))
      .map(({ path, text }) => ({ path, before: text }));
    return [...now, ...gone].sort((one, other) => compare(one.path, other.path));
  }
}

/**
 * A text with another name in it wherever the old one stands as a word: `films`, `FILMS_URL`, `Films` and `film_room` for `film-room`.
 *
 * @param from - a name of Kubernetes
 */
export function withName(text: string, from: string, to: string): string {
  const forms: readonly ((name: string) => string)[] = [
    (name) => name,
    (name) => name.replaceAll('-', '_'),
    (name) => name.toUpperCase().replaceAll('-', '_'),
    (name) => name.split('-').map(capital).join(' '),
    (name) => name.split('-').map(capital).join(''),
  ];
  return forms.reduce((result, form) => {
    const word = new RegExp(`(?<![A-Za-z0-9])${escaped(form(from))}(?![A-Za-z0-9])`, 'g');
    return result.replace(word, () => form(to));
  }, text);
}

function capital(word: string): string {
  return word.slice(0, 1).toUpperCase() + word.slice(1);
}

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
  return insertLine(text, outsideOfBlocks(text, wanted), `${lead}${quote}${written}${quote}`);
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
  const key = String(path.at(-1));
  return rest.replace(new RegExp(`^([ \\t]*${escaped(key)}):[ \\t]*(?=\\r?$)`, 'm'), '$1: []');
}

/** How a list writes a path; undefined where it does not have it. */
export function listedEntry(text: string, path: Path, entry: string): string | undefined {
  const list = nodeIn(text, 0, path);
  if (!isSeq(list)) return undefined;
  const names = (list.items as readonly Node[]).map((item) => (isScalar(item) ? String(item.value) : ''));
  return names.find((name) => bare(name) === bare(entry));
}

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
  const written = `${key}: ${likeScalar('', value)}`;
  if (map.flow === true) {
    const end = map.range[1] - 1;
    const inside = text.slice(0, end).trimEnd();
    return `${inside}${inside.endsWith('{') ? '' : ', '}${written}${text.slice(inside.length, end)}${text.slice(end)}`;
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
  return isPlainText(value) ? value : `'${value.replaceAll("'", "''")}'`;
}

/** Whether YAML reads a text without quotes as itself, the older version too: that takes `no` for false. */
function isPlainText(value: string): boolean {
  if (/[\n\t]|^\s|\s$/.test(value)) return false;
  try {
    return parse(value) === value && parse(value, { version: '1.1' }) === value;
  } catch {
    return false;
  }
}

/** A text as a file without a name, for what reads files. */
function documentOf(text: string) {
  const file = { path: '', source: '', text, isGenerated: false, isSecret: false };
  return { file, index: 0, value: undefined, fields: {} };
}

function nodeIn(text: string, index: number, path: Path): Node | Scalar | undefined {
  const document = parseAllDocuments(text, { merge: true, logLevel: 'silent' })[index];
  if (document === undefined || !('contents' in document)) return undefined;
  let node: unknown = document.contents;
  for (const step of path) {
    if (isAlias(node)) node = node.resolve(document);
    if (isMap(node)) {
      node = node.items.find(({ key }) => isScalar(key) && String(key.value) === String(step))?.value;
    } else node = isSeq(node) && typeof step === 'number' ? node.items[step] : undefined;
  }
  if (isAlias(node)) node = node.resolve(document);
  return isScalar(node) || isCollection(node) ? node : undefined;
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
    const inside = text.slice(start, end).replace(/\]$/, '').trimEnd();
    return `${text.slice(0, start)}${inside}, ${written}]${text.slice(end)}`;
  }
  const empty = new RegExp(`^([ \\t]*)(${escaped(key)}):[ \\t]*(?:\\[[ \\t]*\\]|null|~)?[ \\t]*(?=\\r?$)`, 'm').exec(
    text,
  );
  if (empty !== null) {
    const [whole, lead = '', name = ''] = empty;
    const end = empty.index + whole.length;
    return `${text.slice(0, empty.index)}${lead}${name}:${lineBreak(text)}${lead}  - ${written}${text.slice(end)}`;
  }
  const base = text === '' || text.endsWith('\n') ? text : text + lineBreak(text);
  return `${base}${indent}${key}:${lineBreak(text)}${indent}  - ${written}${lineBreak(text)}`;
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

/** Where an entry itself begins, behind the comments above it. */
function startOf(
  text: string,
  { lines }: { readonly lines: { readonly start: number; readonly end: number } },
): number {
  const own = /^(?:[ \t]*#.*\n)*/.exec(text.slice(lines.start, lines.end))?.[0].length ?? 0;
  return lines.start + own;
}

function insertLine(text: string, offset: number, line: string): string {
  const [before, after] = [text.slice(0, offset), text.slice(offset)];
  const lead = before === '' || before.endsWith('\n') ? '' : lineBreak(text);
  const isLast = after === '' && lead !== '';
  return `${before}${lead}${line}${isLast ? '' : lineBreak(text)}${after}`;
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

function lineStart(text: string, offset: number): number {
  return text.lastIndexOf('\n', offset - 1) + 1;
}

function lineBreak(text: string): string {
  return text.includes('\r\n') ? '\r\n' : '\n';
}

function escaped(text: string): string {
  return text.replace(/[.*+?^${}()|[\]\\]/g, String.raw`\$&`);
}

function compare(one: string, other: string): number {
  return one < other ? -1 : one > other ? 1 : 0;
}
