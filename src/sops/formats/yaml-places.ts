import { isMap, isSeq, Lexer, type Node as YamlNode, type Pair } from 'yaml';

/** Where a comment begins. */
export interface CommentPlace {
  readonly offset: number;
  readonly column: number;
  /** Whether nothing else stands on its line. */
  readonly isAlone: boolean;
}

// Tokens of the yaml package's lexer that stand for no text: start of a document, end of a flow collection, and the mark before every
// unquoted or block scalar.
const SCALAR_MARK = '\u001f';
const MARKS: ReadonlySet<string> = new Set(['\u0002', '\u0018', SCALAR_MARK]);

/** Offsets and columns of all comments of a YAML text; the yaml package keeps no places of comments in its nodes. */
export function commentColumns(text: string): CommentPlace[] {
  const places: CommentPlace[] = [];
  let offset = 0;
  let last = '';
  for (const token of new Lexer().lex(text)) {
    if (token.startsWith('#') && last !== SCALAR_MARK) places.push(placeAt(text, offset));
    if (!MARKS.has(token)) offset += token.length;
    last = token;
  }
  return places;
}

function placeAt(text: string, offset: number): CommentPlace {
  const column = columnAt(text, offset);
  return { offset, column, isAlone: text.slice(offset - column, offset).trim() === '' };
}

/** Column of an offset, counted from 0. */
export function columnAt(text: string, offset: number): number {
  return offset - (text.lastIndexOf('\n', offset - 1) + 1);
}

/** Offset behind the last character of a node that is not comment or white space. */
export function endOfContent(node: YamlNode): number {
  const end = node.range?.[1] ?? 0;
  if (isSeq(node) && node.flow !== true) return endOfLast(node.items.at(-1) as YamlNode | undefined, end);
  if (!isMap(node) || node.flow === true) return end;
  const last = node.items.at(-1) as Pair<YamlNode, YamlNode | null> | undefined;
  return endOfLast(last?.value ?? last?.key, end);
}

function endOfLast(node: YamlNode | undefined, end: number): number {
  return node === undefined ? end : endOfContent(node);
}
