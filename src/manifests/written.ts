import { type Document, isAlias, isMap, isPair, isScalar, isSeq, type Node, type Pair, parseAllDocuments } from 'yaml';
import type { Finding } from '../report/finding.ts';
import { SourceText } from '../report/source.ts';
import { locate } from '../text/places.ts';
import type { Path } from '../text/values.ts';
import type { ManifestDocument, ManifestFile } from './document.ts';
import { withAliasKeysApart } from './yaml.ts';

// A file as it is written, for rules that look at texts and for edits that keep comments and anchors: offsets count in UTF-16 units.

/** A stretch of a text. */
interface Span {
  readonly start: number;
  readonly end: number;
}

/** A member of a map or an item of a list with the lines that belong to it. */
interface Entry {
  /** The key, or the text of the item; of an item that is a map or a list nothing. */
  readonly name: string | undefined;
  /** From the first comment above it to the end of its last line. */
  readonly lines: Span;
  /** Whether it stands on lines of its own, so that it can be moved. */
  readonly isMovable: boolean;
}

const READING = { merge: true, logLevel: 'silent' } as const;

const parsed = new WeakMap<ManifestFile, readonly Document.Parsed[]>();

/** The documents of a file with all their nodes; read once. */
export function writtenDocuments(file: ManifestFile): readonly Document.Parsed[] {
  const known = parsed.get(file);
  if (known !== undefined) return known;
  const documents = [...parseAllDocuments(withAliasKeysApart(file.text), READING)];
  parsed.set(file, documents);
  return documents;
}

/** Where the value at a path stands, or its key; the whole document where there is no such value. */
export function spanOf(document: ManifestDocument, path: Path, part: 'key' | 'value' = 'value'): Span {
  return findSpan(document, path, part) ?? { start: 0, end: 0 };
}

/** Where a value of a document stands, with its line unless that may show a secret; the file alone where the document has no text. */
export function placeOf(
  document: ManifestDocument,
  path: Path,
  part?: 'key' | 'value',
): Pick<Finding, 'place' | 'sourceLine'> {
  const { file } = document;
  const span = findSpan(document, path, part);
  if (span === undefined) return { place: { file: file.path } };
  return new SourceText(file.path, file.text, () => file.isSecret).excerpt(span.start, span.end);
}

function findSpan({ file, index }: ManifestDocument, path: Path, part: 'key' | 'value' = 'value'): Span | undefined {
  const document = writtenDocuments(file)[index];
  if (document === undefined) return undefined;
  const [start, end] = document.contents?.range ?? [];
  const whole = start === undefined || end === undefined ? undefined : { start, end };
  return locateInside(document, path, file.text) ?? locate(document, path, part) ?? whole;
}

/** Whether the value at a path of a document is written without quotes. */
export function isPlain({ file, index }: ManifestDocument, path: Path): boolean {
  const node = writtenDocuments(file)[index]?.getIn(path, true);
  return isScalar(node) && node.type === 'PLAIN';
}

/**
 * Where a value stands whose path leads on inside of a block of text, as that of a patch does: behind the way to the text stand the
 * position of the document in it and the way on.
 */
function locateInside(document: Document.Parsed, path: Path, text: string): ReturnType<typeof locate> {
  for (const [length, position] of path.entries()) {
    const node = document.getIn(path.slice(0, length), true);
    if (isAlias(node)) return undefined;
    if (!isScalar(node)) continue;
    if (node.type !== 'BLOCK_LITERAL' || typeof node.value !== 'string' || typeof position !== 'number')
      return undefined;
    const inner = [...parseAllDocuments(node.value, READING)][position];
    const found = inner === undefined ? undefined : locate(inner, path.slice(length + 1));
    return found === undefined ? undefined : outside(found, node.value, text, node.range?.[0] ?? 0);
  }
  return undefined;
}

/** The same stretch of a block of text in the text that holds it, where each line is indented. */
function outside(
  { start, end }: { readonly start: number; readonly end: number },
  block: string,
  text: string,
  header: number,
): { start: number; end: number } {
  const content = text.indexOf('\n', header) + 1;
  const lines = text.slice(content).split('\n');
  const first = lines.findIndex((line) => line.trim() !== '');
  const [shown = '', written = ''] = [lines[first], block.split('\n')[first]];
  const indent = shown.replace(/\r$/, '').length - written.length;
  const move = (offset: number): number => content + offset + indent * block.slice(0, offset).split('\n').length;
  return { start: move(start), end: move(end) };
}

/** The members of the map, or the items of the list, at a path; none where it is written in braces or not there. */
export function entriesAt({ file, index }: ManifestDocument, path: Path): readonly Entry[] {
  const node = nodeAt(writtenDocuments(file)[index]?.contents ?? undefined, path);
  if (isMap(node) && node.flow !== true) {
    const pairs = node.items as readonly Pair<Node, Node | null>[];
    return toEntries(
      file.text,
      pairs.map(({ key, value }) => ({ name: nameOf(key), key, value: value ?? undefined })),
    );
  }
  if (isSeq(node) && node.flow !== true) {
    const items = node.items as readonly Node[];
    return toEntries(
      file.text,
      items.map((item) => ({ name: nameOf(item), key: item, value: item })),
    );
  }
  return [];
}

/**
 * The same lines in another order, as one edit; undefined where an entry does not stand on lines of its own, where an anchor would come
 * behind its alias, or where the order is the same.
 */
export function reorder(
  document: ManifestDocument,
  path: Path,
  order: (entries: readonly Entry[]) => readonly Entry[],
): { readonly start: number; readonly end: number; readonly text: string } | undefined {
  const entries = entriesAt(document, path);
  const [first, last] = [entries[0], entries.at(-1)];
  const wanted = order(entries);
  if (first === undefined || last === undefined || wanted.every((entry, index) => entry === entries[index])) return;
  const { text } = document.file;
  const span = { start: first.lines.start, end: last.lines.end };
  const hasAnchors = /(?:^|[\s[{,])[&*][\w-]/.test(text.slice(span.start, span.end));
  if (hasAnchors || entries.some(({ isMovable }) => !isMovable)) return;
  const pieces = wanted.map(({ lines }) => text.slice(lines.start, lines.end).replace(/\n?$/, '\n'));
  return { ...span, text: text[span.end - 1] === '\n' ? pieces.join('') : pieces.join('').replace(/\n$/, '') };
}

/** Every comment of a file that stands where YAML takes it for one, with its `#`; what is within texts is none. */
export function commentsIn(file: ManifestFile): readonly Span[] {
  const covered = writtenDocuments(file).flatMap((document) => scalarSpans(document.contents ?? undefined));
  const comments: Span[] = [];
  for (const match of file.text.matchAll(/(?<=^|[ \t])#[^\n\r]*/gm)) {
    const start = match.index;
    const isInside = covered.some((span) => span.start <= start && start < span.end);
    if (!isInside && !comments.some(({ end }) => start < end)) comments.push({ start, end: start + match[0].length });
  }
  return comments;
}

/** Whether an offset lies within a value: there white space is content. */
export function isInScalar(file: ManifestFile, offset: number): boolean {
  const spans = writtenDocuments(file).flatMap((document) => scalarSpans(document.contents ?? undefined));
  return spans.some(({ start, end }) => start <= offset && offset < end);
}

/** The lines that texts of several lines take up, whose indentation is content. */
function scalarSpans(node: unknown): Span[] {
  if (isPair(node)) return [...scalarSpans(node.key), ...scalarSpans(node.value)];
  if (isMap(node) || isSeq(node)) return node.items.flatMap((item) => scalarSpans(item));
  if (!isScalar(node) || isAlias(node) || node.range === undefined || node.range === null) return [];
  return [{ start: node.range[0], end: node.range[1] }];
}

function nodeAt(node: Node | undefined, path: Path): Node | undefined {
  return path.reduce<Node | undefined>((found, step) => {
    if (isSeq(found) && typeof step === 'number') return found.items[step] as Node | undefined;
    if (!isMap(found)) return undefined;
    const pairs = found.items as readonly Pair<Node, Node | null>[];
    return pairs.find(({ key }) => nameOf(key) === String(step))?.value ?? undefined;
  }, node);
}

function nameOf(node: unknown): string | undefined {
  return isScalar(node) ? String(node.value) : undefined;
}

function toEntries(
  text: string,
  nodes: readonly { readonly name: string | undefined; readonly key: Node; readonly value: Node | undefined }[],
): Entry[] {
  const ends = nodes.map(({ key, value }) => lineEnd(text, value?.range?.[1] ?? key.range?.[1] ?? 0));
  return nodes.map(({ name, key }, index) => {
    const own = lineStart(text, key.range?.[0] ?? 0);
    const before = text.slice(own, key.range?.[0] ?? 0);
    const start = firstComment(text, own, ends[index - 1] ?? 0);
    const end = ends[index] ?? own;
    return { name, lines: { start, end }, isMovable: /^[ ]*(?:- )?$/.test(before) && start < end };
  });
}

function lineStart(text: string, offset: number): number {
  return text.lastIndexOf('\n', offset - 1) + 1;
}

/** Behind the line break of the line that a stretch ends in; the end of a block of text lies behind its last line break already. */
function lineEnd(text: string, offset: number): number {
  if (offset > 0 && text[offset - 1] === '\n') return offset;
  const found = text.indexOf('\n', offset);
  return found === -1 ? text.length : found + 1;
}

/** Comments directly above a line belong to it. */
function firstComment(text: string, own: number, from: number): number {
  let start = own;
  while (start > from) {
    const above = lineStart(text, start - 1);
    if (above < from || !/^[ \t]*#/.test(text.slice(above, start))) break;
    start = above;
  }
  return start;
}

/** By how many columns a map or list stands further to the right than what it is in; told at its first line. */
interface Indentation extends Span {
  readonly step: number;
  /** Whether it is a list, which may stand below the key that it belongs to. */
  readonly isInList: boolean;
}

/** The indentation of every map and list in the value of a key of a block. */
export function indentationsIn({ file, index }: ManifestDocument): Indentation[] {
  const found: Indentation[] = [];
  const columnOf = (node: Node): number => (node.range?.[0] ?? 0) - lineStart(file.text, node.range?.[0] ?? 0);
  const visit = (node: unknown): void => {
    if (isSeq(node)) for (const item of node.items) visit(item);
    if (!isMap(node)) return;
    for (const { key, value } of node.items as readonly Pair<Node, Node | null>[]) {
      visit(value);
      const isBlock = (isMap(value) || isSeq(value)) && value.flow !== true && value.items.length > 0;
      if (node.flow === true || !isBlock) continue;
      const first = isMap(value) ? (value.items[0] as Pair<Node>).key : value;
      const [start, end] = [first.range?.[0] ?? 0, first.range?.[1] ?? 0];
      found.push({
        start,
        end: isMap(value) ? end : start + 1,
        step: columnOf(first) - columnOf(key),
        isInList: isSeq(value),
      });
    }
  };
  visit(writtenDocuments(file)[index]?.contents);
  return found;
}
