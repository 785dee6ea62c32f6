import { makeFloat } from '../../jinja/python/numbers.ts';
import { normalizeInteger } from '../../jinja/python/numeric.ts';
import { parseInteger } from '../../text/numbers.ts';
import { DataError, describeCharacter, markAt } from './data-error.ts';
import { PyDate } from './objects/date.ts';
import { PyDateTime } from './objects/datetime.ts';
import type { ClockTime } from './objects/strftime.ts';
import { PyTime } from './objects/time.ts';
import { PyTimezone, UTC } from './objects/timezone.ts';

const BOOL = /true|false/y;
const DATE =
  /([0-9]{4})-(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01])(?:[Tt ]((?:[01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9](?:\.[0-9]+)?)(?:([Zz])|([-+])([01][0-9]|2[0-3]):([0-5][0-9]))?)?/y;
const TIME = /(?:[01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9](?:\.[0-9]+)?/y;
const RADIX = /0(?:x[0-9A-Fa-f](?:_?[0-9A-Fa-f])*|b[01](?:_?[01])*|o[0-7](?:_?[0-7])*)/y;
const DECIMAL = /[-+]?(?:0|[1-9](?:_?[0-9])*)((?:\.[0-9](?:_?[0-9])*)?(?:[eE][-+]?[0-9](?:_?[0-9])*)?)/y;
const SPECIAL = /([-+]?)(inf|nan)/y;

/**
 * A boolean, date, time or number.
 *
 * @throws DataError where none stands at the position
 */
export function parseSimpleValue(cursor: TomlCursor): unknown {
  const bool = cursor.match(BOOL)?.[0];
  if (bool !== undefined) return bool === 'true';
  const start = cursor.index;
  const date = cursor.match(DATE);
  if (date !== undefined) return dateOf(date) ?? noDate(cursor, start);
  const time = cursor.match(TIME)?.[0];
  if (time !== undefined) return PyTime.make(clockOf(time));
  const value = parseNumber(cursor);
  if (value !== undefined) return value;
  const remedy = 'write a text in quotes, a number, a date, true, false, an array or an inline table';
  throw cursor.unexpected('a value', remedy);
}

function parseNumber(cursor: TomlCursor): unknown {
  const radix = cursor.match(RADIX)?.[0].replaceAll('_', '');
  if (radix !== undefined) return normalizeInteger(BigInt(radix));
  const start = cursor.index;
  const [decimal, floatPart] = cursor.match(DECIMAL) ?? [];
  if (decimal !== undefined) {
    const digits = decimal.replaceAll('_', '');
    if (floatPart !== '') return makeFloat(Number(digits));
    const value = parseInteger(digits);
    if (value === undefined) throw cursor.error('the integer has more than 4300 digits', 'put quotes around it', start);
    return normalizeInteger(value);
  }
  const [, sign, word] = cursor.match(SPECIAL) ?? [];
  if (word === undefined) return undefined;
  if (word === 'nan') return NaN;
  return sign === '-' ? -Infinity : Infinity;
}

function dateOf(parts: RegExpExecArray): unknown {
  const [, year, month, day, time, utc, sign, hours, minutes] = parts;
  const date = PyDate.make(Number(year), Number(month), Number(day));
  if (date === undefined || time === undefined) return date;
  if (sign === undefined) return PyDateTime.make(date, clockOf(time), utc === undefined ? null : UTC);
  const seconds = Number(hours) * 3600 + Number(minutes) * 60;
  return PyDateTime.make(date, clockOf(time), PyTimezone.make(sign === '-' ? -seconds : seconds) ?? null);
}

function clockOf(text: string): ClockTime {
  const [hour, minute, second, fraction = ''] = text.split(/[:.]/);
  const microsecond = Number(fraction.slice(0, 6).padEnd(6, '0'));
  return { hour: Number(hour), minute: Number(minute), second: Number(second), microsecond };
}

function noDate(cursor: TomlCursor, start: number): never {
  throw cursor.error('there is no such date', 'correct it, or put quotes around it if it is meant as text', start);
}

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

const WHITE_SPACE = /[ \t]*/y;
const COMMENT = /#[^\n]*/y;
/** Control characters that no comment may hold, a tab apart. */
const CONTROL = /[^\t\x20-\x7e\x80-\uffff]/;

/** A TOML text and a position in it. */
export class TomlCursor {
  readonly text: string;
  index = 0;

  constructor(text: string) {
    this.text = text.replaceAll('\r\n', '\n');
  }

  isAtEnd(): boolean {
    return this.index >= this.text.length;
  }

  peek(ahead = 0): string {
    return this.text.charAt(this.index + ahead);
  }

  startsWith(text: string): boolean {
    return this.text.startsWith(text, this.index);
  }

  /** What a sticky pattern finds at the position, passed over; undefined where it finds nothing. */
  match(pattern: RegExp): RegExpExecArray | undefined {
    pattern.lastIndex = this.index;
    const found = pattern.exec(this.text);
    if (found === null) return undefined;
    this.index += found[0].length;
    return found;
  }

  /** Passes over the text if it stands here. */
  take(text: string): boolean {
    if (!this.startsWith(text)) return false;
    this.index += text.length;
    return true;
  }

  skipWhiteSpace(): void {
    this.match(WHITE_SPACE);
  }

  skipComment(): void {
    const start = this.index;
    const comment = this.match(COMMENT)?.[0];
    if (comment === undefined) return;
    const wrong = CONTROL.exec(comment);
    if (wrong === null) return;
    this.index = start + wrong.index;
    throw this.error(`a comment holds ${describeCharacter(wrong[0])}`, 'remove it');
  }

  /** White space, line breaks and comments, as they may stand in an array. */
  skipBlank(): void {
    for (;;) {
      const before = this.index;
      this.skipWhiteSpace();
      this.skipComment();
      this.take('\n');
      if (this.index === before) return;
    }
  }

  /** An error at the position or at another one. */
  error(message: string, remedy: string, index = this.index): DataError {
    return new DataError(message, markAt(this.text, index), remedy);
  }

  /** An error that names the next character. */
  unexpected(wanted: string, remedy: string): DataError {
    return this.error(`${wanted} should stand here, but there is ${describeCharacter(this.peek())}`, remedy);
  }
}
