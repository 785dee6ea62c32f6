import { pyError } from '../errors.ts';
import { codeLength, substring } from './characters.ts';
import { escapedString } from './escape.ts';
import { findItem } from './iteration.ts';
import { CALL, makeText, repeatText, scanText, spend } from './budget.ts';
import { isText, Markup, plain } from './markup.ts';
import { binaryText, floatNotation, integerText, specialText } from './numbers.ts';
import {
  floatOf,
  integerOf,
  isFloat,
  isInteger,
  isNumber,
  toBigInt,
  toDouble,
  toSize,
  truncateDouble,
} from './numeric.ts';
import { NOT_FOUND, PyObject } from './object.ts';
import { asciiRepr, quoted, repr, str } from './text.ts';
import { Tuple } from './tuple.ts';
import { typeName, isDict } from './types.ts';

/** One conversion such as `%-8.2f`, its stars already replaced by numbers. */
interface Conversion {
  readonly flags: string;
  readonly width: number;
  readonly precision: number | undefined;
  readonly type: string;
}

/**
 * `template % values` for texts: printf-style formatting. A safe template escapes what is put in.
 *
 * @throws TypeError, ValueError, KeyError or OverflowError as Python does.
 */
export function formatPercent(template: string | Markup, values: unknown): string {
  return new Formatter(plain(template), values, template instanceof Markup).run();
}

/** Marks a value for a conversion that MarkupSafe's wrapper around values does not take part in. */
const WRAPPED = Symbol('wrapped');

const CONVERSION = /%(?:\(((?:[^()]|\((?:[^()]|\([^()]*\))*\))*)\))?([-+ #0]*)(\*|\d*)(?:\.(\*|\d*))?[hlL]?/gy;

class Formatter {
  readonly #template: string;
  readonly #values: unknown;
  readonly #safe: boolean;
  #next = 0;
  #named = false;

  constructor(template: string, values: unknown, safe: boolean) {
    this.#template = template;
    this.#values = values;
    this.#safe = safe;
  }

  run(): string {
    scanText(this.#template.length);
    let output = '';
    let from = 0;
    for (let at = this.#template.indexOf('%'); at >= 0; at = this.#template.indexOf('%', from)) {
      output += this.#template.slice(from, at);
      const { text, end } = this.#conversion(at);
      makeText(at - from + text.length);
      output += text;
      from = end;
    }
    this.#checkAllUsed();
    return output + this.#template.slice(from);
  }

  #conversion(at: number): { text: string; end: number } {
    spend(CALL * 2);
    CONVERSION.lastIndex = at;
    const match = CONVERSION.exec(this.#template);
    const end = at + (match?.[0].length ?? 1);
    const type = String.fromCodePoint(this.#template.codePointAt(end) ?? 0);
    if (match === null || end >= this.#template.length) throw pyError('ValueError', 'incomplete format');
    if (match[1] === undefined && this.#template[at + 1] === '(') throw pyError('ValueError', 'incomplete format key');
    return { text: this.#format(match, type, end), end: end + type.length };
  }

  #format(match: RegExpExecArray, type: string, end: number): string {
    const [, key, flags = '', width = '', precision] = match;
    const value = key === undefined ? undefined : this.#byName(key);
    const size = width === '*' ? this.#star() : Number(width);
    const places =
      precision === '*' ? Math.max(0, this.#star()) : precision === undefined ? undefined : Number(precision);
    if (type === '%' && match[0] === '%') return '%';
    const given = key === undefined ? this.#positional() : value;
    if (!'diouxXeEfFgGcrsa'.includes(type)) {
      const code = (type.codePointAt(0) ?? 0).toString(16);
      throw pyError('ValueError', `unsupported format character ${quoted(type)} (0x${code}) at index ${String(end)}`);
    }
    const leftFlags = size < 0 ? `${flags}-` : flags;
    const conversion = { flags: leftFlags, width: Math.abs(size), precision: places, type };
    makeText(Math.max(conversion.width, places ?? 0));
    return this.#convert(given, conversion);
  }

  #star(): number {
    const value = this.#positional();
    if (!isInteger(value)) throw pyError('TypeError', '* wants int');
    if (typeof value === 'bigint') throw pyError('OverflowError', 'Python int too large to convert to C ssize_t');
    return toSize(value);
  }

  #positional(): unknown {
    const values = this.#values;
    if (this.#named || !(values instanceof Tuple)) {
      if (this.#next > 0 || this.#named) throw pyError('TypeError', 'not enough arguments for format string');
      this.#next = 1;
      return values;
    }
    if (this.#next >= values.length) throw pyError('TypeError', 'not enough arguments for format string');
    this.#next += 1;
    return values[this.#next - 1];
  }

  #byName(key: string): unknown {
    if (!isMapping(this.#values)) throw pyError('TypeError', 'format requires a mapping');
    this.#named = true;
    const item = findItem(this.#values, key);
    if (item !== NOT_FOUND) return item;
    if (isDict(this.#values)) throw pyError('KeyError', repr(key));
    throw pyError('TypeError', `${typeName(this.#values)} indices must be integers or slices, not str`);
  }

  #convert(value: unknown, conversion: Conversion): string {
    switch (conversion.type) {
      case 's':
      case 'r':
      case 'a':
        return pad(this.#text(value, conversion), '', conversion, false);
      case 'c':
        return pad(character(this.#safe ? WRAPPED : value), '', conversion, false);
      case 'd':
      case 'i':
      case 'u':
        return convertInteger(this.#safe ? integerOf(value) : value, conversion);
      case 'o':
      case 'x':
      case 'X':
        return convertInteger(this.#safe ? WRAPPED : value, conversion);
      default:
        return convertFloat(this.#safe ? floatOf(value) : value, conversion);
    }
  }

  #text(value: unknown, conversion: Conversion): string {
    const raw = conversion.type === 's' ? str(value) : conversion.type === 'r' ? repr(value) : asciiRepr(value);
    const text = this.#safe ? escapedString(conversion.type === 's' ? value : raw) : raw;
    return conversion.precision === undefined ? text : substring(text, 0, conversion.precision);
  }

  #checkAllUsed(): void {
    if (this.#named) return;
    const values = this.#values;
    const unused = values instanceof Tuple ? this.#next < values.length : this.#next === 0 && !isMapping(values);
    if (unused) throw pyError('TypeError', 'not all arguments converted during string formatting');
  }
}

/** What Python takes for a mapping: anything with items but a tuple or str. */
function isMapping(value: unknown): boolean {
  if (isText(value) || value instanceof Tuple) return false;
  return Array.isArray(value) || isDict(value) || (value instanceof PyObject && value.subscriptable);
}

function character(value: unknown): string {
  if (isText(value) && codeLength(plain(value)) === 1) return plain(value);
  if (!isInteger(value)) throw pyError('TypeError', '%c requires int or char');
  const code = toSize(value);
  if (code < 0 || code > 0x10ffff) throw pyError('OverflowError', '%c arg not in range(0x110000)');
  return String.fromCodePoint(code);
}

const RADIX: Readonly<Record<string, number>> = { o: 8, x: 16, X: 16 };
const PREFIX: Readonly<Record<string, string>> = { o: '0o', x: '0x', X: '0X' };

function convertInteger(value: unknown, conversion: Conversion): string {
  const radix = RADIX[conversion.type];
  const integer = wholeNumber(value, conversion.type, radix !== undefined);
  const negative = integer < 0n;
  const size = negative ? -integer : integer;
  let digits = radix === undefined ? integerText(size) : binaryText(size, radix);
  if (conversion.type === 'X') digits = digits.toUpperCase();
  const prefix = conversion.flags.includes('#') ? (PREFIX[conversion.type] ?? '') : '';
  const shown = digits.padStart(conversion.precision ?? 0, '0');
  return pad(shown, signOf(negative, conversion.flags) + prefix, conversion, true);
}

function wholeNumber(value: unknown, type: string, exact: boolean): bigint {
  if (isInteger(value)) return toBigInt(value);
  if (isFloat(value) && !exact) return BigInt(truncateDouble(toDouble(value)));
  if (value instanceof PyObject && !exact) {
    const number = value.toNumber();
    if (number !== NOT_FOUND) return BigInt(Number(number));
  }
  const wanted = exact ? 'an integer is required' : 'a real number is required';
  throw pyError('TypeError', `%${type} format: ${wanted}, not ${typeName(value)}`);
}

function convertFloat(value: unknown, conversion: Conversion): string {
  const double = realNumber(value);
  const negative = double < 0 || Object.is(double, -0);
  const type = conversion.type;
  const text = Number.isFinite(double)
    ? floatNotation(Math.abs(double), type, conversion.precision ?? 6, conversion.flags.includes('#'))
    : specialText(Math.abs(double));
  const shown = type === type.toUpperCase() ? text.toUpperCase() : text;
  return pad(shown, signOf(negative, conversion.flags), conversion, true);
}

function realNumber(value: unknown): number {
  if (isNumber(value)) return toDouble(value);
  if (value instanceof PyObject) {
    const number = value.toNumber();
    if (number !== NOT_FOUND) return Number(number);
  }
  throw pyError('TypeError', `must be real number, not ${typeName(value)}`);
}

function signOf(negative: boolean, flags: string): string {
  if (negative) return '-';
  if (flags.includes('+')) return '+';
  return flags.includes(' ') ? ' ' : '';
}

function pad(text: string, sign: string, conversion: Conversion, numeric: boolean): string {
  const missing = conversion.width - codeLength(text) - sign.length;
  if (missing <= 0) return sign + text;
  if (conversion.flags.includes('-')) return sign + text + repeatText(' ', missing);
  if (numeric && conversion.flags.includes('0')) return sign + repeatText('0', missing) + text;
  return repeatText(' ', missing) + sign + text;
}
