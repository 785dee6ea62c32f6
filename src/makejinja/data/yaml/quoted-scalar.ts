import { DataError, describeCharacter, type Mark } from '../data-error.ts';
import { type Cursor, END } from './cursor.ts';
import { foldBreaks, isDocumentMarker } from './plain-scalar.ts';

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
