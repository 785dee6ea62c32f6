import { MAX_INTEGER_DIGITS } from '../../text/numbers.ts';
import { pyError } from '../errors.ts';
import { replaceCharacters } from './characters.ts';
import { makeFloat, PyFloat } from './numbers.ts';
import { spend } from './budget.ts';
import { PyObject } from './object.ts';
import { typeName } from './types.ts';

/** An int: a safe integer, or a bigint beyond. */
export type PyInt = number | bigint;

/** True for int and bool, which is a subclass of int. */
export function isInteger(value: unknown): value is number | bigint | boolean {
  return Number.isSafeInteger(value) || typeof value === 'bigint' || typeof value === 'boolean';
}

/** True for float. */
export function isFloat(value: unknown): value is number | PyFloat {
  return value instanceof PyFloat || (typeof value === 'number' && !Number.isSafeInteger(value));
}

/** True for int, bool and float. */
export function isNumber(value: unknown): value is number | bigint | boolean | PyFloat {
  return (
    typeof value === 'number' || typeof value === 'bigint' || typeof value === 'boolean' || value instanceof PyFloat
  );
}

/** The value of an int as a template holds it: a number where it is safe. */
export function normalizeInteger(value: bigint): PyInt {
  return value >= -9007199254740991n && value <= 9007199254740991n ? Number(value) : value;
}

/** An int or bool without its being a bool. */
export function plainInteger(value: number | bigint | boolean): PyInt {
  return typeof value === 'boolean' ? Number(value) : value;
}

/** The value of an int, bool or whole number as a bigint. */
export function toBigInt(value: number | bigint | boolean): bigint {
  return BigInt(value);
}

/** Powers of two and their opposites that tell how long an integer is, each twice as long as the one before. */
const LENGTHS: (readonly [bigint, bigint])[] = [];
const FIRST_LENGTH = 1024;

/** How many words of 64 bits hold an integer: at most twice as many as are needed, as V8 does not tell. */
export function wordsOf(value: bigint): number {
  const size = Math.abs(Number(value));
  if (size < 2 ** 1000) return size < 2 ** 64 ? 1 : 16;
  for (let index = 0; ; index += 1) {
    const bits = FIRST_LENGTH * 2 ** index;
    let length = LENGTHS[index];
    if (length === undefined) {
      const power = 1n << BigInt(bits);
      length = [power, -power];
      LENGTHS.push(length);
    }
    if (value < length[0] && value > length[1]) return bits / 64;
  }
}

/** `float(value)` of a number; OverflowError for an int beyond the range of floats. */
export function toDouble(value: number | bigint | boolean | PyFloat): number {
  if (typeof value === 'number') return value;
  if (value instanceof PyFloat) return value.value;
  const double = Number(value);
  if (!Number.isFinite(double)) throw pyError('OverflowError', 'int too large to convert to float');
  return double;
}

/** The whole part of a float as an int. */
export function truncateDouble(value: number): PyInt {
  if (Number.isNaN(value)) throw pyError('ValueError', 'cannot convert float NaN to integer');
  if (!Number.isFinite(value)) throw pyError('OverflowError', 'cannot convert float infinity to integer');
  const whole = Math.trunc(value);
  return Number.isSafeInteger(whole) ? whole + 0 : normalizeInteger(BigInt(whole));
}

/**
 * The value of an argument that must be an int, as `operator.index` gives it.
 *
 * @throws TypeError for everything but int and bool.
 */
export function toIndex(value: unknown): PyInt {
  if (typeof value === 'number' && Number.isSafeInteger(value)) return value;
  if (isInteger(value)) return plainInteger(value);
  throw pyError('TypeError', `'${typeName(value)}' object cannot be interpreted as an integer`);
}

/** Like `toIndex`, clamped to what a JavaScript number can count exactly. */
export function toSize(value: unknown): number {
  const index = toIndex(value);
  if (typeof index === 'number') return index;
  return index > 0n ? Number.MAX_SAFE_INTEGER : Number.MIN_SAFE_INTEGER;
}

/**
 * A size or count as Python's own functions take it.
 *
 * @throws TypeError for everything but int and bool, OverflowError for an int beyond 64 bits.
 */
export function toCount(value: unknown): number {
  const index = toIndex(value);
  if (typeof index === 'bigint' && BigInt.asIntN(64, index) !== index) {
    throw pyError('OverflowError', 'Python int too large to convert to C ssize_t');
  }
  return toSize(index);
}

/** Largest `int` of C, to which Python converts a flag. */
const MAX_C_INT = 0x7fffffff;

/**
 * A small number as Python's own functions take it.
 *
 * @throws TypeError for everything but int and bool, OverflowError for an int that C's `int` cannot hold.
 */
export function toSmall(value: unknown): number {
  const size = toSize(value);
  if (size > MAX_C_INT || size < -MAX_C_INT - 1) {
    throw pyError('OverflowError', 'Python int too large to convert to C int');
  }
  return size;
}

/** The value of a flag of one of Python's own functions, which takes an int for it. Raises errors as `toSmall` does. */
export function toFlag(value: unknown): boolean {
  return toSmall(value) !== 0;
}

const SPACE = '[\\t-\\r\\x1c-\\x20\\x85\\xa0\\u1680\\u2000-\\u200a\\u2028\\u2029\\u202f\\u205f\\u3000]*';
const FLOAT = new RegExp(
  `^${SPACE}([+-]?(?:\\d+(?:_\\d+)*(?:\\.(?:\\d+(?:_\\d+)*)?)?|\\.\\d+(?:_\\d+)*)(?:e[+-]?\\d+(?:_\\d+)*)?)${SPACE}$`,
  'i',
);
const SPECIAL = new RegExp(`^${SPACE}([+-]?)(inf|infinity|nan)${SPACE}$`, 'i');

/** The float that Python reads in a text; `undefined` where it raises ValueError. */
export function parseDouble(text: string): number | undefined {
  spend(text.length);
  const decimal = asciiDigits(text);
  const match = FLOAT.exec(decimal);
  if (match !== null) return Number((match[1] ?? '').replaceAll('_', ''));
  const special = SPECIAL.exec(decimal);
  if (special === null) return undefined;
  if (special[2]?.toLowerCase() === 'nan') return NaN;
  return special[1] === '-' ? -Infinity : Infinity;
}

const INTEGER = new RegExp(`^${SPACE}([+-]?)(0[xob]_?)?([0-9a-z]+(?:_[0-9a-z]+)*)${SPACE}$`, 'i');
const PREFIX_BASE: Readonly<Record<string, number>> = { '0x': 16, '0o': 8, '0b': 2 };

/** The int that Python reads in a text; `undefined` where it raises ValueError. */
function parseInteger(text: string, base: number): PyInt | undefined {
  if (base === 10 && /^-?[1-9]\d{0,14}$/.test(text)) return Number(text);
  // Digits of most bases become binary ones in quadratic time, but then there are at most 4,300.
  spend(text.length * 4);
  const match = INTEGER.exec(asciiDigits(text));
  if (match === null) return undefined;
  const value = parsePrefixed((match[2] ?? '').toLowerCase(), match[3] ?? '', base);
  if (value === undefined) return undefined;
  return normalizeInteger(match[1] === '-' ? -value : value);
}

function parsePrefixed(prefix: string, digits: string, base: number): bigint | undefined {
  const prefixBase = PREFIX_BASE[prefix.slice(0, 2)];
  if (prefixBase !== undefined && (base === prefixBase || base === 0)) return parseDigits(digits, prefixBase);
  const all = prefix + digits;
  if (base !== 0) return parseDigits(all, base);
  return /^0[0_]*$/.test(all) || !all.startsWith('0') ? parseDigits(all, 10) : undefined;
}

const LITERAL_PREFIX: Readonly<Record<number, string>> = { 2: '0b', 8: '0o', 10: '', 16: '0x' };

function parseDigits(text: string, base: number): bigint | undefined {
  const digits = text.replaceAll('_', '').toLowerCase();
  const prefix = LITERAL_PREFIX[base];
  if (Array.from(digits, digitWeight).some((weight) => weight >= base)) return undefined;
  if (digits.length > MAX_INTEGER_DIGITS && (base === 10 || prefix === undefined)) return undefined;
  if (prefix !== undefined) return BigInt(prefix + digits);
  let value = 0n;
  for (const digit of digits) value = value * BigInt(base) + BigInt(digitWeight(digit));
  return value;
}

function digitWeight(digit: string): number {
  const code = digit.charCodeAt(0);
  return code <= 57 ? code - 48 : code - 87;
}

/** Steps of finding out what a digit of another script is worth. */
const DECIMAL_VALUE = 40;

/** A text with the decimal digits of every script replaced by 0 to 9. */
function asciiDigits(text: string): string {
  if (/^[\x20-\x7f]*$/.test(text)) return text;
  return replaceCharacters(text, /\p{Nd}/gu, (digit) => {
    spend(DECIMAL_VALUE);
    return String(decimalValue(digit));
  });
}

/** The value of a decimal digit of any script: those of a script follow each other from zero to nine. */
function decimalValue(digit: string): number {
  const code = digit.codePointAt(0) ?? 0;
  if (code >= 0x1d7ce && code <= 0x1d7ff) return (code - 0x1d7ce) % 10;
  let zero = code;
  while (code - zero < 9 && /\p{Nd}/u.test(String.fromCodePoint(zero - 1))) zero -= 1;
  return code - zero;
}

/**
 * `float(value)`.
 *
 * @throws TypeError, ValueError or OverflowError as Python does.
 */
export function floatOf(value: unknown): number | PyFloat {
  if (isNumber(value)) return makeFloat(toDouble(value));
  const text = textOf(value);
  if (text === undefined) {
    return makeFloat(
      Number(viaObject(value, `float() argument must be a string or a real number, not '${typeName(value)}'`)),
    );
  }
  const double = parseDouble(text);
  if (double === undefined) throw pyError('ValueError', `could not convert string to float: '${text}'`);
  return makeFloat(double);
}

/**
 * `int(value)` or `int(value, base)`.
 *
 * @throws TypeError, ValueError or OverflowError as Python does.
 */
export function integerOf(value: unknown, base = 10): PyInt {
  if (isInteger(value)) return plainInteger(value);
  if (isFloat(value)) return truncateDouble(toDouble(value));
  const text = textOf(value);
  if (text === undefined) {
    const message = `int() argument must be a string, a bytes-like object or a real number, not '${typeName(value)}'`;
    return truncateDouble(Number(viaObject(value, message)));
  }
  if (base !== 0 && (base < 2 || base > 36)) throw pyError('ValueError', 'int() base must be >= 2 and <= 36, or 0');
  const integer = parseInteger(text, base);
  if (integer === undefined) {
    throw pyError('ValueError', `invalid literal for int() with base ${String(base)}: '${text}'`);
  }
  return integer;
}

function textOf(value: unknown): string | undefined {
  if (typeof value === 'string') return value;
  return typeName(value) === 'Markup' ? String(value) : undefined;
}

function viaObject(value: unknown, message: string): unknown {
  const number = value instanceof PyObject ? value.toNumber() : undefined;
  if (typeof number !== 'number') throw pyError('TypeError', message);
  return number;
}
