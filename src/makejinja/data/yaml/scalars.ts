import { DataError, describeCharacter, type Mark } from '../data-error.ts';
import { type Cursor, END } from './cursor.ts';

const TEXT = /[^'"\\\0 \t\r\n\x85\u2028\u2029]+/y;
const WHITE_SPACE = /[ \t]*/y;

/** Reads a value in single or double quotes, with the cursor on the first one. */
export function scanQuoted(cursor: Cursor): string {
  const start = cursor.mark;
  const quote = cursor.peek();
  cursor.skip();
  let text = takeText(cursor, quote);
  while (cursor.peek() !== quote) text += takeWhiteSpace(cursor, start) + takeText(cursor, quote);
  cursor.skip();
  return text;
}

/** All up to white space or the closing quote. */
function takeText(cursor: Cursor, quote: string): string {
  let text = '';
  for (;;) {
    text += cursor.take(TEXT);
    const char = cursor.peek();
    if (char === quote && (quote === '"' || cursor.peek(1) !== quote)) return text;
    if (char === quote) cursor.skip(2);
    else if (char === '\\' && quote === '"') {
      text += takeEscape(cursor);
      continue;
    } else if (char === "'" || char === '"' || char === '\\') cursor.skip();
    else return text;
    text += char;
  }
}

function takeWhiteSpace(cursor: Cursor, start: Mark): string {
  const spaces = cursor.take(WHITE_SPACE);
  if (cursor.peek() === END) {
    throw new DataError('a value in quotes is not closed', start, 'add the closing quote');
  }
  if (!cursor.isBreak()) return spaces;
  const first = cursor.takeBreak();
  return foldBreaks(first, takeBreaks(cursor));
}

function takeBreaks(cursor: Cursor): string {
  let breaks = '';
  for (;;) {
    if (isDocumentMarker(cursor)) {
      const message = 'a value in quotes is not closed before the next document';
      throw new DataError(message, cursor.mark, 'add the closing quote');
    }
    cursor.take(WHITE_SPACE);
    if (!cursor.isBreak()) return breaks;
    breaks += cursor.takeBreak();
  }
}

const ESCAPES: Readonly<Record<string, string>> = {
  '0': '\0',
  a: '\x07',
  b: '\b',
  t: '\t',
  '\t': '\t',
  n: '\n',
  v: '\v',
  f: '\f',
  r: '\r',
  e: '\x1b',
  ' ': ' ',
  '"': '"',
  '\\': '\\',
  '/': '/',
  N: '\x85',
  _: '\xa0',
  L: '\u2028',
  P: '\u2029',
};

const CODE_LENGTHS: Readonly<Record<string, number>> = { x: 2, u: 4, U: 8 };

function takeEscape(cursor: Cursor): string {
  const { mark } = cursor;
  cursor.skip();
  const char = cursor.peek();
  const length = CODE_LENGTHS[char];
  if (length !== undefined) return takeCode(cursor, length, mark);
  if (cursor.isBreak()) {
    cursor.takeBreak();
    return takeBreaks(cursor);
  }
  const text = ESCAPES[char];
  if (text === undefined) {
    const remedy = 'write `\\\\` for a backslash, or use single quotes';
    throw new DataError(`\`\\\` is followed by ${describeCharacter(char)}`, mark, remedy);
  }
  cursor.skip();
  return text;
}

function takeCode(cursor: Cursor, length: number, mark: Mark): string {
  const letter = cursor.peek();
  cursor.skip();
  const digits = takeDigits(cursor, length);
  const code = Number.parseInt(digits, 16);
  if (digits.length < length || code > 0x10ffff) {
    const message = `\`\\${letter}\` wants ${String(length)} hexadecimal digits of a character`;
    throw new DataError(message, mark, 'write `\\\\` for a backslash, or use single quotes');
  }
  return String.fromCodePoint(code);
}

function takeDigits(cursor: Cursor, length: number): string {
  let digits = '';
  while (digits.length < length && /[0-9A-Fa-f]/.test(cursor.peek())) {
    digits += cursor.peek();
    cursor.skip();
  }
  return digits;
}

/** A run without white space: `:` ends it before white space, and in a flow collection before indicators as well. */
const BLOCK_RUN = /[^\0 \t\r\n\x85\u2028\u2029:]*(?::(?![\0 \t\r\n\x85\u2028\u2029])[^\0 \t\r\n\x85\u2028\u2029:]*)*/y;
const FLOW_RUN =
  /[^\0 \t\r\n\x85\u2028\u2029:,?[\]{}]*(?::(?![\0 \t\r\n\x85\u2028\u2029,[\]{}])[^\0 \t\r\n\x85\u2028\u2029:,?[\]{}]*)*/y;

/** A value without quotes. */
interface PlainScalar {
  readonly text: string;
  /** Whether it ended at the start of a line, where a key may come next. */
  readonly endsAtLineStart: boolean;
}

/**
 * Reads a value without quotes; the next lines belong to it as long as they are indented.
 *
 * @param indent - the indentation of the block around it, undefined in a flow collection
 */
export function scanPlain(cursor: Cursor, indent: number | undefined): PlainScalar {
  let text = '';
  let gap: Gap = { text: '', hasBreak: false };
  while (cursor.peek() !== '#') {
    const run = cursor.take(indent === undefined ? FLOW_RUN : BLOCK_RUN);
    if (run === '') break;
    text += gap.text + run;
    gap = scanGap(cursor);
    if (gap.text === '' || (indent !== undefined && cursor.column <= indent)) break;
  }
  return { text, endsAtLineStart: gap.hasBreak };
}

/** White space between two runs, folded; no text where the value is at its end. */
interface Gap {
  readonly text: string;
  readonly hasBreak: boolean;
}

function scanGap(cursor: Cursor): Gap {
  const spaces = cursor.takeSpaces();
  if (!cursor.isBreak()) return { text: spaces, hasBreak: false };
  const first = cursor.takeBreak();
  let breaks = '';
  while (!isDocumentMarker(cursor)) {
    cursor.takeSpaces();
    if (!cursor.isBreak()) return { text: foldBreaks(first, breaks), hasBreak: true };
    breaks += cursor.takeBreak();
  }
  return { text: '', hasBreak: true };
}

/** `---` or `...` at the start of a line. */
function isDocumentMarker(cursor: Cursor): boolean {
  return cursor.isDocumentMarker('---') || cursor.isDocumentMarker('...');
}

/** One line break is a space, several are one less. */
function foldBreaks(first: string, others: string): string {
  if (first !== '\n') return first + others;
  return others === '' ? ' ' : others;
}

const HEADER = /[+-]?[1-9][+-]?|[+-]?/y;

/**
 * Reads a block scalar with the cursor on its `|` or `>`.
 *
 * @param parentIndent - the indentation of the block around it, -1 for none
 */
export function scanBlockScalar(cursor: Cursor, parentIndent: number): string {
  const isFolded = cursor.peek() === '>';
  cursor.skip();
  const { chomping, increment } = scanHeader(cursor);
  const least = Math.max(1, parentIndent + 1);
  const { breaks, indent } =
    increment === undefined ? findIndent(cursor, least) : takeIndent(cursor, least + increment - 1);
  const body = scanBody(cursor, { indent, breaks, isFolded });
  if (chomping === '-') return body.text;
  return body.text + body.lastBreak + (chomping === '+' ? body.breaks : '');
}

interface Header {
  readonly chomping: '+' | '-' | undefined;
  readonly increment: number | undefined;
}

function scanHeader(cursor: Cursor): Header {
  const indicators = cursor.take(HEADER);
  const sign = /[+-]/.exec(indicators)?.[0];
  const digit = /[1-9]/.exec(indicators)?.[0];
  if (/[+-].?[+-]/.test(indicators) || !cursor.isSeparated()) throw badHeader(cursor);
  cursor.takeSpaces();
  cursor.skipComment();
  if (!cursor.isLineEnd()) throw badHeader(cursor);
  cursor.takeBreak();
  return {
    chomping: sign === '+' || sign === '-' ? sign : undefined,
    increment: digit === undefined ? undefined : Number(digit),
  };
}

function badHeader(cursor: Cursor): DataError {
  const remedy =
    'after `|` or `>` may stand `+` or `-`, a digit from 1 to 9 and a comment; put quotes around a value that starts with them';
  return new DataError(`the head of a block of text holds ${describeCharacter(cursor.peek())}`, cursor.mark, remedy);
}

/** Empty lines before the text, and how far the text is indented. */
interface Lead {
  readonly breaks: string;
  readonly indent: number;
}

/** The first line with text says how far all are indented; white space alone can only add to it. */
function findIndent(cursor: Cursor, least: number): Lead {
  let breaks = '';
  let indent = least;
  do {
    breaks += cursor.takeBreak();
    cursor.takeSpaces();
    indent = Math.max(indent, cursor.column);
  } while (cursor.isBreak());
  return { breaks, indent };
}

function takeIndent(cursor: Cursor, indent: number): Lead {
  let breaks = '';
  cursor.skipIndent(indent);
  while (cursor.isBreak()) {
    breaks += cursor.takeBreak();
    cursor.skipIndent(indent);
  }
  return { breaks, indent };
}

interface Body {
  readonly text: string;
  /** The break of the last line with text. */
  readonly lastBreak: string;
  /** Those of the empty lines behind it. */
  readonly breaks: string;
}

function scanBody(cursor: Cursor, { indent, breaks, isFolded }: Lead & { readonly isFolded: boolean }): Body {
  let text = '';
  let lastBreak = '';
  let emptyLines = breaks;
  const isInside = (): boolean => cursor.column === indent && cursor.peek() !== END;
  while (isInside()) {
    const wasIndented = isWhite(cursor);
    text += emptyLines + cursor.takeLine();
    lastBreak = cursor.takeBreak();
    emptyLines = takeIndent(cursor, indent).breaks;
    if (!isInside()) break;
    const isJoined = isFolded && lastBreak === '\n' && !wasIndented && !isWhite(cursor);
    if (!isJoined) text += lastBreak;
    else if (emptyLines === '') text += ' ';
  }
  return { text, lastBreak, breaks: emptyLines };
}

function isWhite(cursor: Cursor): boolean {
  return cursor.peek() === ' ' || cursor.peek() === '\t';
}
