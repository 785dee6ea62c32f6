import {
  type Alias,
  type Document,
  isAlias,
  isCollection,
  isMap,
  isScalar,
  type Node,
  type Pair,
  parseDocument,
  type Scalar,
  visit,
} from 'yaml';
import type { Path } from '../../text/values.ts';
import { isWordOfYaml } from '../../text/yaml-plain.ts';

/** Lines of a text that belong together, as they are written. */
interface Block {
  /** Whole lines; comments above the key come first. */
  readonly text: string;
  /** Column of the key. */
  readonly indent: number;
  /** Where the key stands in the text, as offsets. */
  readonly key: readonly [start: number, end: number];
}

/** A change that cannot be made by editing lines; the message says why and ends without a full stop. */
export class NotEditable extends Error {
  override readonly name = 'NotEditable';
}

/** Where a new key goes. */
interface Room {
  readonly offset: number;
  readonly indent: number;
  /** Index of the first key on the way that is still to be made. */
  readonly keys: number;
  readonly lineBreak: string;
}

/** A value that is written in place of another one. */
export type WrittenScalar = string | number | boolean;

/**
 * The text of a YAML file that is changed in single places: everything else stays byte for byte, comments, quotes, blank lines and the
 * order of the keys.
 */
export class YamlText {
  #text: string;
  #document: Document.Parsed;

  /** The text has to be YAML without errors. Throws NotEditable where it is not. */
  constructor(text: string) {
    this.#text = text;
    this.#document = parsed(text);
  }

  get text(): string {
    return this.#text;
  }

  get document(): Document.Parsed {
    return this.#document;
  }

  value(): unknown {
    return this.#document.toJS();
  }

  /** Replaces a stretch of the text. Throws NotEditable where the result is no YAML; nothing is changed then. */
  splice(start: number, end: number, text: string): void {
    const changed = this.#text.slice(0, start) + text.replace(/\r?\n/g, this.lineBreak) + this.#text.slice(end);
    this.#document = parsed(changed);
    this.#text = changed;
  }

  /** Position behind the line break of the line that an offset is on. */
  lineEnd(offset: number): number {
    const end = this.#text.indexOf('\n', offset);
    return end === -1 ? this.#text.length : end + 1;
  }

  /** Column of an offset, from 0. */
  column(offset: number): number {
    return offset - this.#lineStart(offset);
  }

  /** Writes another key in place of the one that a path ends with. */
  rename(path: Path, name: string): void {
    const [start, end] = rangeOf(this.#pair(path).key);
    this.splice(start, end, scalarText(name));
  }

  /** What lines of the text end with. */
  get lineBreak(): string {
    return this.#text.includes('\r\n') ? '\r\n' : '\n';
  }

  /** Writes another scalar in place of one; a text keeps its kind of quotes where it can. */
  replaceScalar(path: Path, value: WrittenScalar): void {
    const node = this.#document.getIn(path, true);
    this.replaceWith(path, scalarText(value, isScalar(node) ? (node.type ?? undefined) : undefined));
  }

  /**
   * Writes a scalar, as it is to stand in the text, in place of one, of an alias, or behind a key that has no value. What other places
   * name by an alias keeps its value there. Throws NotEditable where a map or list stands.
   */
  replaceWith(path: Path, text: string): void {
    const node = this.#document.getIn(path, true);
    if ((!isScalar(node) && !isAlias(node)) || !node.range) throw new NotEditable('the value is no single one');
    const [start, end] = node.range;
    if (start === end) {
      // A comment may follow: the value goes right behind the colon, or what names it.
      const behind = this.#text.slice(0, start).trimEnd().length;
      this.splice(behind, behind, ` ${text}`);
      return;
    }
    // A text in a block of lines ends with the break of its last one.
    const isBlock = this.#text[end - 1] === '\n';
    const alias = isScalar(node) ? this.#aliasOf(node) : undefined;
    if (alias === undefined) {
      this.splice(start, end, isBlock ? `${text}\n` : text);
      return;
    }
    if (isBlock) throw new NotEditable('other places name the value that stands there');
    const [at, behind] = rangeOf(alias);
    const named = this.#text.lastIndexOf(`&${alias.source}`, start);
    const moved = `&${alias.source} ${this.#text.slice(start, end)}`;
    this.splice(named, behind, text + this.#text.slice(end, at) + moved);
  }

  /** The first alias that names a scalar. */
  #aliasOf(scalar: Scalar): Alias | undefined {
    let found: Alias | undefined;
    if (scalar.anchor === undefined) return undefined;
    visit(this.#document, {
      Alias: (_key, alias) => {
        if (alias.resolve(this.#document) !== scalar) return undefined;
        found = alias;
        return visit.BREAK;
      },
    });
    return found;
  }

  /**
   * Moves a value with its key and the comments that belong to it to another place, as near to where it was as can be. Maps on the new
   * way are made; those that nothing is left in go.
   */
  move(from: Path, to: Path): void {
    const gone = this.#emptiedBy(from);
    const block = this.#blockAt(from);
    const cut = this.#cutRange(gone);
    const room = this.#room(to, { from, gone });
    const { offset } = room;
    const lines = nested(block, to, room);
    // Behind a hyphen the next key has lost its indentation to it.
    const text = this.#isFirstOnLine(offset) ? lines : lines.trimStart() + ' '.repeat(room.indent);
    const insertion = { start: offset, end: offset, text };
    const removal = { ...cut, text: '' };
    if (offset > cut.start && offset < cut.end) throw new NotEditable('it would move into itself');
    const edits = [insertion, removal].sort((one, other) => other.start - one.start || other.end - one.end);
    const changed = edits.reduce(
      (result, edit) => result.slice(0, edit.start) + edit.text + result.slice(edit.end),
      this.#text,
    );
    this.#document = parsed(changed);
    this.#text = changed;
  }

  /** Takes a value with its key and its comments out of the text, and the maps that nothing is left in. */
  cut(path: Path): Block {
    const block = this.#blockAt(path);
    const { start, end } = this.#cutRange(this.#emptiedBy(path));
    this.splice(start, end, '');
    return block;
  }

  /** Puts in what was cut from another text; maps on the way are made. */
  paste(block: Block, to: Path): void {
    const room = this.#room(to);
    this.splice(room.offset, room.offset, nested(block, to, room));
  }

  #pair(path: Path): Pair<Node, Node | null> {
    const parent = path.length === 1 ? this.#document.contents : this.#document.getIn(path.slice(0, -1), true);
    const key = path.at(-1);
    const pair = isMap(parent) ? parent.items.find((item) => isScalar(item.key) && item.key.value === key) : undefined;
    if (pair === undefined) throw new NotEditable('it is not there');
    return pair as Pair<Node, Node | null>;
  }

  /** The path of what goes with a value: the outermost map that holds nothing else. */
  #emptiedBy(path: Path): Path {
    const parent = path.slice(0, -1);
    const map = parent.length === 0 ? undefined : this.#document.getIn(parent, true);
    return isMap(map) && map.items.length === 1 && typeof parent.at(-1) === 'string' ? this.#emptiedBy(parent) : path;
  }

  /** The lines of a value with its key and its comments. */
  #blockAt(path: Path): Block {
    this.#refuseFlow(path);
    const pair = this.#pair(path);
    const [key, keyEnd] = rangeOf(pair.key);
    const indent = this.column(key);
    // Behind the hyphen of a list the first line has lost its indentation.
    const isFirst = this.#isFirstOnLine(key);
    const start = isFirst ? this.#withComments(key) : key;
    const before = isFirst ? '' : ' '.repeat(indent);
    const text = before + this.#text.slice(start, this.#pairEnd(pair));
    return { text, indent, key: [before.length + key - start, before.length + keyEnd - start] };
  }

  #cutRange(path: Path): { readonly start: number; readonly end: number } {
    this.#refuseFlow(path);
    const pair = this.#pair(path);
    const [key] = rangeOf(pair.key);
    const end = this.#pairEnd(pair);
    if (this.#isFirstOnLine(key)) return { start: this.#withComments(key), end };
    // The hyphen stays, and the next key comes to stand behind it.
    const parent = this.#document.getIn(path.slice(0, -1), true);
    const next = isMap(parent) ? parent.items[parent.items.indexOf(pair) + 1] : undefined;
    if (next === undefined) throw new NotEditable('it is all that stands behind a hyphen');
    return { start: key, end: rangeOf(next.key as Node)[0] };
  }

  /** Where a new key goes: beside what it was, where that is in the same map; else below the last field of its map. */
  #room(to: Path, moved?: { readonly from: Path; readonly gone: Path }): Room {
    const { lineBreak } = this;
    let depth = to.length - 1;
    while (depth > 0 && !this.#document.hasIn(to.slice(0, depth))) depth -= 1;
    const path = to.slice(0, depth);
    const map = depth === 0 ? this.#document.contents : this.#document.getIn(path, true);
    if (map === null) return { offset: this.#text.length, indent: 0, keys: depth, lineBreak };
    const last = isMap(map) ? map.items.at(-1) : undefined;
    if (!isMap(map) || map.flow === true || last === undefined) {
      throw new NotEditable(`\`${path.join('.')}\` is not written as a map with a field on each line`);
    }
    const indent = this.column(rangeOf(last.key as Node)[0]);
    // Beside what it was cut from, where that is in the same map.
    const isBeside =
      moved !== undefined && moved.from.length > depth && path.every((step, at) => moved.from[at] === step);
    if (!isBeside) return { offset: this.#pairEnd(last as Pair<Node, Node | null>), indent, keys: depth, lineBreak };
    const isGone = moved.gone.length <= depth + 1;
    const beside = this.#pair(moved.from.slice(0, depth + 1));
    const offset = isGone ? this.#cutRange(moved.gone).start : this.#pairEnd(beside);
    return { offset, indent, keys: depth, lineBreak };
  }

  #refuseFlow(path: Path): void {
    for (let depth = 0; depth < path.length; depth += 1) {
      const node = depth === 0 ? this.#document.contents : this.#document.getIn(path.slice(0, depth), true);
      if (isCollection(node) && node.flow === true) throw new NotEditable('it stands in braces or brackets');
    }
  }

  /** Position behind the last line of a pair. */
  #pairEnd({ key, value }: Pair<Node, Node | null>): number {
    const end = value?.range?.[1] ?? rangeOf(key)[1];
    const isWhole = end > 0 && this.#text[end - 1] === '\n' && end > rangeOf(key)[1];
    return isWhole ? end : this.lineEnd(end);
  }

  /** Start of the line of a key, or of the comment lines right above it; headings and settings of editors are nobody's. */
  #withComments(key: number): number {
    let start = this.#lineStart(key);
    for (;;) {
      const before = this.#lineStart(start - 1);
      const line = this.#text.slice(before, start);
      if (start === 0 || !/^[ \t]*#/.test(line) || /^[ \t]*#\s*(?:---|===|yaml-language-server:)/.test(line))
        return start;
      start = before;
    }
  }

  #isFirstOnLine(offset: number): boolean {
    return this.#text.slice(this.#lineStart(offset), offset).trim() === '';
  }

  #lineStart(offset: number): number {
    return offset <= 0 ? 0 : this.#text.lastIndexOf('\n', offset - 1) + 1;
  }
}

/** A document without errors. */
function parsed(text: string): Document.Parsed {
  const document = parseDocument(text, { version: '1.2', schema: 'core', prettyErrors: false, logLevel: 'error' });
  const [error] = document.errors;
  if (error !== undefined) throw new NotEditable(`it is no YAML: ${error.message}`);
  return document;
}

function rangeOf(node: Node): readonly [number, number] {
  if (!node.range) throw new NotEditable('it has no place in the text');
  return [node.range[0], node.range[1]];
}

/** A block under its new name at a new column, with the keys above it that are to be made. */
function nested(block: Block, to: Path, { keys, indent, lineBreak }: Room): string {
  const above = to.slice(keys, -1).map((key, index) => `${' '.repeat(indent + 2 * index)}${String(key)}:${lineBreak}`);
  const column = indent + 2 * above.length;
  const [start, end] = block.key;
  const renamed = block.text.slice(0, start) + String(to.at(-1)) + block.text.slice(end);
  const lines = renamed.split('\n').map((line) => shifted(line, column - block.indent));
  const text = lines.join('\n');
  return `${above.join('')}${text.endsWith('\n') ? text : `${text}${lineBreak}`}`;
}

function shifted(line: string, by: number): string {
  if (line.trim() === '') return line;
  if (by >= 0) return ' '.repeat(by) + line;
  return line.replace(new RegExp(`^ {0,${String(-by)}}`), '');
}

/** Words, paths, names of images, and addresses and networks of IPv4, which no reader of YAML takes for anything else. */
const PLAIN = /^[A-Za-z/][\w./-]*(?::[\w./-]+)*$|^\d+(?:\.\d+){3}(?:\/\d+)?$/;

/**
 * A scalar as it stands in a text, in a list on one line, too.
 *
 * @param style - the kind of quotes that the value had before, as the package yaml names it
 */
export function scalarText(value: WrittenScalar, style?: string): string {
  if (typeof value !== 'string') return String(value);
  if (style === 'QUOTE_DOUBLE' || /[\n\r\t]/.test(value)) return JSON.stringify(value);
  const isPlain = style !== 'QUOTE_SINGLE' && PLAIN.test(value) && isWordOfYaml(value);
  return isPlain ? value : `'${value.replaceAll("'", "''")}'`;
}
