import { describeCharacter } from '../data-error.ts';
import { CONTROL, type TomlCursor } from './cursor.ts';

/** A text in quotes of either kind, with the cursor on the first one. */
export function parseString(cursor: TomlCursor): string {
  const quote = cursor.peek() === '"' ? '"' : "'";
  const isMultiline = cursor.startsWith(quote.repeat(3));
  return isMultiline ? parseMultiline(cursor, quote) : parseSingleLine(cursor, quote);
}

/** A text on one line, as a key can be written too. */
export function parseSingleLine(cursor: TomlCursor, quote: '"' | "'"): string {
  const start = cursor.index;
  cursor.index += 1;
  let text = '';
  while (!cursor.take(quote)) {
    if (cursor.isAtEnd() || cursor.peek() === '\n') {
      throw cursor.error('a text is not closed', 'add the closing quote, or use three quotes for several lines', start);
    }
    text += takePart(cursor, quote, false);
  }
  return text;
}

function parseMultiline(cursor: TomlCursor, quote: '"' | "'"): string {
  const start = cursor.index;
  const fence = quote.repeat(3);
  cursor.index += 3;
  cursor.take('\n');
  let text = '';
  while (!cursor.take(fence)) {
    if (cursor.isAtEnd()) throw cursor.error('a text is not closed', `add the closing ${fence}`, start);
    text += takePart(cursor, quote, true);
  }
  // One or two quotes may stand before the closing three.
  if (cursor.take(quote)) text += quote;
  if (cursor.take(quote)) text += quote;
  return text;
}

/** All but quotes, backslashes and control characters, which end a run. */
const RUN = /[ !#-&(-[\]-~\x80-\uffff]+/y;

function takePart(cursor: TomlCursor, quote: '"' | "'", isMultiline: boolean): string {
  const run = cursor.match(RUN)?.[0];
  if (run !== undefined) return run;
  const char = cursor.peek();
  if (char === '\\' && quote === '"') return takeEscape(cursor, isMultiline);
  if (CONTROL.test(char) && !(isMultiline && char === '\n')) {
    const remedy =
      quote === '"' ? 'write it as an escape, such as `\\u0007`' : 'write it as an escape in double quotes';
    throw cursor.error(`a text holds ${describeCharacter(char)}`, remedy);
  }
  cursor.index += 1;
  return char;
}

const ESCAPES: ReadonlyMap<string, string> = new Map([
  ['b', '\b'],
  ['t', '\t'],
  ['n', '\n'],
  ['f', '\f'],
  ['r', '\r'],
  ['"', '"'],
  ['\\', '\\'],
]);

const CODE = /u[0-9a-fA-F]{4}|U[0-9a-fA-F]{8}/y;
const LINE_CONTINUATION = /[ \t]*\n[ \t\n]*/y;

function takeEscape(cursor: TomlCursor, isMultiline: boolean): string {
  const start = cursor.index;
  cursor.index += 1;
  if (isMultiline && cursor.match(LINE_CONTINUATION) !== undefined) return '';
  const letter = cursor.peek();
  const simple = ESCAPES.get(letter);
  if (simple !== undefined) {
    cursor.index += 1;
    return simple;
  }
  const remedy = 'write `\\\\` for a backslash, or use single quotes';
  const code = cursor.match(CODE)?.[0];
  if (code === undefined) {
    const message =
      letter === 'u' || letter === 'U'
        ? `\`\\${letter}\` wants ${letter === 'u' ? 'four' : 'eight'} hexadecimal digits`
        : `\`\\\` is followed by ${describeCharacter(letter)}`;
    throw cursor.error(message, remedy, start);
  }
  const value = Number.parseInt(code.slice(1), 16);
  if (value > 0x10ffff || (value >= 0xd800 && value <= 0xdfff)) {
    throw cursor.error(`\`\\${code}\` is no character`, remedy, start);
  }
  return String.fromCodePoint(value);
}
