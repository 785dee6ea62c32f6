import { pyError } from '../errors.ts';
import { htmlOf, escapedString } from './escape.ts';
import { makeFloat, type PyFloat } from './numbers.ts';
import { hold, madeText, makeItems, makeText, repeatText, spend } from './budget.ts';
import { isText, Markup, plain, sameText } from './markup.ts';
import { isFloat, isInteger, isNumber, normalizeInteger, toBigInt, toDouble, toIndex, wordsOf } from './numeric.ts';
import { NOT_FOUND, type Operator, PyObject } from './object.ts';
import { formatPercent } from './percent.ts';
import { Tuple, tuple } from './tuple.ts';
import { typeName } from './types.ts';

type Numeric = number | bigint | boolean | PyFloat;

/** `a + b` for all types. */
export function addSlow(a: unknown, b: unknown): unknown {
  if (isNumber(a) && isNumber(b)) {
    return arithmetic(
      a,
      b,
      (x, y) => x + y,
      (x, y) => x + y,
    );
  }
  if (isText(a) && isText(b)) return addTexts(a, b);
  if (Array.isArray(a) && Array.isArray(b) && a instanceof Tuple === b instanceof Tuple) {
    makeItems(a.length + b.length);
    const items = ([] as unknown[]).concat(a, b);
    return a instanceof Tuple ? tuple(items) : items;
  }
  // A safe string on the left takes whatever has `__html__`.
  if (a instanceof Markup && htmlOf(b) !== undefined) return new Markup(madeText(a.value + escapedString(b)));
  return viaObject('+', a, b);
}

function addTexts(a: string | Markup, b: string | Markup): string | Markup {
  if (typeof a === 'string' && typeof b === 'string') {
    makeText(a.length + b.length);
    return a + b;
  }
  return new Markup(madeText(escapedString(a) + escapedString(b)));
}

/** `a - b` for all types. */
export function subSlow(a: unknown, b: unknown): unknown {
  if (isNumber(a) && isNumber(b)) {
    return arithmetic(
      a,
      b,
      (x, y) => x - y,
      (x, y) => x - y,
    );
  }
  return viaObject('-', a, b);
}

/** `a * b` for all types. */
export function mulSlow(a: unknown, b: unknown): unknown {
  if (isNumber(a) && isNumber(b)) return mulNumbers(a, b);
  // A safe string has a multiplication of its own that comes before that of the other operand.
  const result = a instanceof Markup ? NOT_FOUND : objectResult('*', a, b);
  if (result !== NOT_FOUND) return result;
  if (isSequence(a)) return repeat(a, b);
  return isSequence(b) ? repeat(b, a) : viaObject('*', a, b);
}

function mulNumbers(a: Numeric, b: Numeric): unknown {
  return arithmetic(
    a,
    b,
    (x, y) => x * y,
    (x, y) => {
      payProduct(x, y);
      return x * y;
    },
  );
}

function isSequence(value: unknown): value is string | Markup | unknown[] {
  return isText(value) || Array.isArray(value);
}

function timesOf(count: unknown): number {
  const index = toIndex(count);
  if (typeof index === 'bigint' && BigInt.asIntN(64, index) !== index) {
    throw pyError('OverflowError', "cannot fit 'int' into an index-sized integer");
  }
  return Number(index);
}

function repeat(value: string | Markup | unknown[], count: unknown): unknown {
  if (!isInteger(count)) {
    if (value instanceof Markup) toIndex(count);
    if (count instanceof Markup) toIndex(Array.isArray(value) ? value : plain(value));
    throw pyError('TypeError', `can't multiply sequence by non-int of type '${typeName(count)}'`);
  }
  const times = Math.max(0, timesOf(count));
  if (!Array.isArray(value)) return sameText(value, repeatText(plain(value), times));
  makeItems(value.length * times);
  const items = value.length === 0 ? [] : repeatItems(value, times);
  return value instanceof Tuple ? tuple(items) : items;
}

/** By doubling, as JavaScript copies whole lists much faster than it adds items. */
function repeatItems(items: readonly unknown[], times: number): unknown[] {
  let all: unknown[] = [];
  let part = ([] as unknown[]).concat(items);
  for (let left = times; left > 0; left = Math.floor(left / 2)) {
    if (left % 2 === 1) all = all.concat(part);
    if (left > 1) part = part.concat(part);
  }
  return all;
}

/** `a / b` for all types. */
export function divSlow(a: unknown, b: unknown): unknown {
  if (!isNumber(a) || !isNumber(b)) return viaObject('/', a, b);
  if (isFloat(a) || isFloat(b)) {
    const divisor = toDouble(b);
    if (divisor === 0) throw pyError('ZeroDivisionError', 'float division by zero');
    return makeFloat(toDouble(a) / divisor);
  }
  if (Number(b) === 0) throw pyError('ZeroDivisionError', 'division by zero');
  if (typeof a === 'number' && typeof b === 'number') return makeFloat(a / b);
  const dividend = toBigInt(a);
  const divisor = toBigInt(b);
  payQuotient(dividend, divisor);
  const quotient = nearestQuotient(dividend, divisor);
  if (!Number.isFinite(quotient)) throw pyError('OverflowError', 'integer division result too large for a float');
  return makeFloat(quotient);
}

/** The float nearest to a quotient of ints, infinite beyond their range. */
function nearestQuotient(a: bigint, b: bigint): number {
  if (fitsDouble(a) && fitsDouble(b)) return Number(a) / Number(b);
  const negative = a < 0n !== b < 0n;
  const dividend = a < 0n ? -a : a;
  const divisor = b < 0n ? -b : b;
  // 66 or 67 bits of quotient and a sticky last one hold all that rounding to 53 can ask for.
  const shift = Math.max(bitLength(divisor) - bitLength(dividend) + 66, -1074);
  const scaled = shift >= 0 ? dividend << BigInt(shift) : dividend;
  const unit = shift >= 0 ? divisor : divisor << BigInt(-shift);
  const quotient = scaled / unit;
  const sticky = scaled % unit === 0n ? quotient : quotient | 1n;
  const value = scaleByPower(Number(sticky), -shift);
  return negative ? -value : value;
}

/** Two steps, as one power of two alone may be out of range. */
function scaleByPower(value: number, exponent: number): number {
  const half = Math.trunc(exponent / 2);
  return value * 2 ** half * 2 ** (exponent - half);
}

function fitsDouble(value: bigint): boolean {
  return value >= -9007199254740992n && value <= 9007199254740992n;
}

function bitLength(value: bigint): number {
  const hex = (value < 0n ? -value : value).toString(16);
  return hex.length * 4 - Math.clz32(Number.parseInt(hex[0] ?? '0', 16)) + 28;
}

/** `a // b` for all types. */
export function floordivSlow(a: unknown, b: unknown): unknown {
  if (!isNumber(a) || !isNumber(b)) return viaObject('//', a, b);
  if (isFloat(a) || isFloat(b)) return makeFloat(floorDivideDoubles(toDouble(a), toDouble(b)));
  const divisor = toBigInt(b);
  if (divisor === 0n) throw pyError('ZeroDivisionError', 'integer division or modulo by zero');
  const dividend = toBigInt(a);
  payQuotient(dividend, divisor);
  const quotient = dividend / divisor;
  const inexact = dividend % divisor !== 0n;
  return normalizeInteger(inexact && dividend < 0n !== divisor < 0n ? quotient - 1n : quotient);
}

function floorDivideDoubles(a: number, b: number): number {
  if (b === 0) throw pyError('ZeroDivisionError', 'float floor division by zero');
  const rest = a % b;
  const exact = (a - rest) / b;
  const quotient = rest !== 0 && b < 0 !== rest < 0 ? exact - 1 : exact;
  if (quotient === 0) return a / b < 0 || Object.is(a / b, -0) ? -0 : 0;
  const floor = Math.floor(quotient);
  return quotient - floor > 0.5 ? floor + 1 : floor;
}

/** `a % b` for all types. */
export function modSlow(a: unknown, b: unknown): unknown {
  if (isText(a)) return sameText(a, formatPercent(a, b));
  if (!isNumber(a) || !isNumber(b)) return viaObject('%', a, b);
  if (isFloat(a) || isFloat(b)) {
    const divisor = toDouble(b);
    if (divisor === 0) throw pyError('ZeroDivisionError', 'float modulo');
    return makeFloat(moduloDoubles(toDouble(a), divisor));
  }
  const divisor = toBigInt(b);
  if (divisor === 0n) throw pyError('ZeroDivisionError', 'integer modulo by zero');
  const dividend = toBigInt(a);
  payQuotient(dividend, divisor);
  const rest = dividend % divisor;
  return normalizeInteger(rest !== 0n && rest < 0n !== divisor < 0n ? rest + divisor : rest);
}

/** The remainder with the sign of the divisor. */
function moduloDoubles(a: number, b: number): number {
  const rest = a % b;
  if (rest === 0) return b < 0 ? -0 : 0;
  return rest < 0 !== b < 0 ? rest + b : rest;
}

/** `a ** b` for all types. */
export function powSlow(a: unknown, b: unknown): unknown {
  if (!isNumber(a) || !isNumber(b)) return viaObject('** or pow()', a, b);
  if (isFloat(a) || isFloat(b)) return makeFloat(powDoubles(toDouble(a), toDouble(b)));
  const exponent = toBigInt(b);
  const base = toBigInt(a);
  if (exponent < 0n) {
    if (base === 0n) throw pyError('ZeroDivisionError', '0.0 cannot be raised to a negative power');
    return makeFloat(powDoubles(toDouble(a), toDouble(b)));
  }
  if (base >= -1n && base <= 1n) return Number(base === -1n && exponent % 2n === 0n ? 1n : exponent === 0n ? 1n : base);
  payPower(base, Number(exponent));
  return normalizeInteger(base ** exponent);
}

function powDoubles(a: number, b: number): number {
  // C's pow, unlike JavaScript's, gives 1 for these even where the other operand is not a number or infinite.
  if (a === 1 || b === 0) return 1;
  if (a === -1 && Math.abs(b) === Infinity) return 1;
  if (a === 0 && b < 0) throw pyError('ZeroDivisionError', '0.0 cannot be raised to a negative power');
  const value = powNearest(a, b);
  if (Number.isNaN(value) && !Number.isNaN(a) && !Number.isNaN(b)) {
    throw pyError('ValueError', 'a negative number to a fractional power is complex, which templates cannot hold');
  }
  if (!Number.isFinite(value) && Number.isFinite(a) && Number.isFinite(b)) {
    throw pyError('OverflowError', "(34, 'Numerical result out of range')");
  }
  return value;
}

/** Largest power, in bits, that is worked out exactly: V8's own `**` is off by one in the last digit now and then. */
const EXACT_POWER_BITS = 2 ** 16;

function powNearest(a: number, b: number): number {
  if (b === 0.5 && a > 0) return Math.sqrt(a);
  if (!Number.isInteger(b) || !Number.isFinite(a) || a === 0 || Math.abs(b) * 53 > EXACT_POWER_BITS) return a ** b;
  const { mantissa, exponent } = decompose(a);
  payPower(mantissa, Math.abs(b));
  const power = mantissa ** BigInt(Math.abs(b));
  const shift = exponent * b;
  if (Math.abs(shift) > EXACT_POWER_BITS) return a ** b;
  const up = BigInt(Math.max(0, shift));
  const down = BigInt(Math.max(0, -shift));
  const [dividend, divisor] = b > 0 ? [power << up, 1n << down] : [1n << up, power << down];
  payQuotient(dividend, divisor);
  return nearestQuotient(dividend, divisor);
}

/** A finite float as a whole number and a power of two. */
function decompose(value: number): { mantissa: bigint; exponent: number } {
  let mantissa = value;
  let exponent = 0;
  while (!Number.isInteger(mantissa)) {
    mantissa *= 2;
    exponent -= 1;
  }
  return { mantissa: BigInt(mantissa), exponent };
}

/** Steps of a product are at most so many for each word of its longer factor: V8 multiplies long integers cleverly. */
const MOST_PER_WORD = 80;

/** Pays for a product before it is made. */
function payProduct(a: bigint, b: bigint): void {
  const longer = Math.max(wordsOf(a), wordsOf(b));
  payWords(longer * 2, Math.ceil(longer * Math.min(4 + Math.sqrt(longer), MOST_PER_WORD)));
}

/** Pays for a power: the last of its multiplications takes as long as all others together. */
function payPower(base: bigint, exponent: number): void {
  const words = Math.ceil((exponent * bitLength(base)) / 64);
  payWords(words, Math.ceil(2 * words * Math.min(4 + Math.sqrt(words), MOST_PER_WORD)));
}

/** Pays for a quotient, or for the rest of a division, both of which are made. */
function payQuotient(a: bigint, b: bigint): void {
  const words = wordsOf(a);
  payWords(words * 2, words * Math.min(4 + wordsOf(b), 2 * MOST_PER_WORD));
}

function payWords(words: number, steps: number): void {
  hold(words * 8);
  spend(steps);
}

/** `-a` for all types. */
export function negSlow(value: unknown): unknown {
  if (isFloat(value)) return makeFloat(-toDouble(value));
  if (isInteger(value)) {
    const integer = toBigInt(value);
    payWords(wordsOf(integer), wordsOf(integer));
    return normalizeInteger(-integer);
  }
  return unaryViaObject('-', value);
}

/** `+a` for all types. */
export function posSlow(value: unknown): unknown {
  if (isFloat(value)) return value;
  if (isInteger(value)) return normalizeInteger(toBigInt(value));
  return unaryViaObject('+', value);
}

function unaryViaObject(operator: '-' | '+', value: unknown): unknown {
  const result = value instanceof PyObject ? value.unary(operator) : NOT_FOUND;
  if (result !== NOT_FOUND) return result;
  throw pyError('TypeError', `bad operand type for unary ${operator}: '${typeName(value)}'`);
}

function arithmetic(
  a: Numeric,
  b: Numeric,
  floats: (x: number, y: number) => number,
  integers: (x: bigint, y: bigint) => bigint,
): unknown {
  if (isFloat(a) || isFloat(b)) return makeFloat(floats(toDouble(a), toDouble(b)));
  const x = toBigInt(a);
  const y = toBigInt(b);
  const words = Math.max(wordsOf(x), wordsOf(y));
  payWords(words, words);
  return normalizeInteger(integers(x, y));
}

function viaObject(operator: Operator, a: unknown, b: unknown): unknown {
  const result = objectResult(operator, a, b);
  if (result !== NOT_FOUND) return result;
  throw pyError('TypeError', mismatch(operator, a, b));
}

function objectResult(operator: Operator, a: unknown, b: unknown): unknown {
  const result = a instanceof PyObject ? a.binary(operator, b, false) : NOT_FOUND;
  return result === NOT_FOUND && b instanceof PyObject ? b.binary(operator, a, true) : result;
}

function mismatch(operator: Operator, a: unknown, b: unknown): string {
  if (operator === '+' && typeof a === 'string') return `can only concatenate str (not "${typeName(b)}") to str`;
  if (operator === '+' && Array.isArray(a)) {
    return `can only concatenate ${typeName(a)} (not "${typeName(b)}") to ${typeName(a)}`;
  }
  return `unsupported operand type(s) for ${operator}: '${typeName(a)}' and '${typeName(b)}'`;
}
