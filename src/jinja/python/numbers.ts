import { MAX_INTEGER_DIGITS } from '../../text/numbers.ts';
import { pyError } from '../errors.ts';
import { makeText, spend } from './budget.ts';

const TOO_MANY_DIGITS = 10n ** BigInt(MAX_INTEGER_DIGITS);

/** `repr` of an int. */
export function integerText(value: number | bigint): string {
  if (typeof value === 'number') return String(value);
  if (value >= TOO_MANY_DIGITS || value <= -TOO_MANY_DIGITS) {
    throw pyError(
      'ValueError',
      `Exceeds the limit (${String(MAX_INTEGER_DIGITS)} digits) for integer string conversion`,
    );
  }
  const text = value.toString();
  // Binary digits become decimal ones in quadratic time.
  spend(text.length * (1 + (text.length >> 5)));
  return text;
}

/** A positive int in a notation whose base is a power of two, which has no longest text. */
export function binaryText(value: bigint, base: number): string {
  const text = value.toString(base);
  makeText(text.length);
  return text;
}

/** `repr` of a float: the shortest digits that read back as the same, with an exponent below 1e-4 and from 1e16. */
export function floatText(value: number): string {
  if (!Number.isFinite(value)) return specialText(value);
  if (value === 0) return Object.is(value, -0) ? '-0.0' : '0.0';
  const size = Math.abs(value);
  if (size >= 1e-4 && size < 1e16) {
    const text = String(value);
    return text.includes('.') ? text : `${text}.0`;
  }
  const [mantissa = '', exponent = ''] = value.toExponential().split('e');
  return `${mantissa}e${exponentText(Number(exponent))}`;
}

/** `nan`, `inf` or `-inf`. */
export function specialText(value: number): string {
  if (Number.isNaN(value)) return 'nan';
  return value > 0 ? 'inf' : '-inf';
}

function exponentText(exponent: number): string {
  return `${exponent < 0 ? '-' : '+'}${String(Math.abs(exponent)).padStart(2, '0')}`;
}

/** A finite float, exactly: `digits` divided by ten to the power of `scale`, without its sign. */
interface ExactDecimal {
  readonly digits: bigint;
  readonly scale: number;
}

/** Steps that the exact digits of a float cost, of which there are at most 1,074 after the point. */
const EXACT = 500;

function exactDecimal(value: number): ExactDecimal {
  const view = new DataView(new ArrayBuffer(8));
  view.setFloat64(0, Math.abs(value));
  const bits = view.getBigUint64(0);
  const biased = Number(bits >> 52n);
  const fraction = bits & 0xfffffffffffffn;
  const mantissa = biased === 0 ? fraction : fraction | 0x10000000000000n;
  const exponent = (biased === 0 ? 1 : biased) - 1075;
  if (exponent >= 0) return { digits: mantissa << BigInt(exponent), scale: 0 };
  return { digits: mantissa * 5n ** BigInt(-exponent), scale: -exponent };
}

/** `digits / 10 ** places`, rounded to a whole number, half to even. */
function shiftHalfEven(digits: bigint, places: number): bigint {
  if (places <= 0) return digits * 10n ** BigInt(-places);
  const divisor = 10n ** BigInt(places);
  const quotient = digits / divisor;
  const twice = (digits % divisor) * 2n;
  const up = twice > divisor || (twice === divisor && quotient % 2n === 1n);
  return up ? quotient + 1n : quotient;
}

/**
 * The absolute value of a finite float with so many digits after the point, half to even on the exact value, as
 * `'%.2f'` does. A negative number of places rounds before the point.
 */
export function fixedText(value: number, places: number): string {
  spend(EXACT);
  const exact = exactDecimal(value);
  // Beyond the last digit that the number has there are zeros only.
  const known = Math.min(places, exact.scale);
  const rounded = shiftHalfEven(exact.digits, exact.scale - known);
  if (places <= 0) return (rounded * 10n ** BigInt(-places)).toString();
  makeText(places);
  const digits = (rounded.toString() + '0'.repeat(places - known)).padStart(places + 1, '0');
  return `${digits.slice(0, -places)}.${digits.slice(-places)}`;
}

interface Scientific {
  /** Exactly as many digits as were asked for, the first of which is not zero unless the value is. */
  readonly digits: string;
  readonly exponent: number;
}

/** A finite float rounded to so many significant digits, half to even on the exact value. */
function scientificDigits(value: number, count: number): Scientific {
  makeText(count);
  if (value === 0) return { digits: '0'.repeat(count), exponent: 0 };
  spend(EXACT);
  const exact = exactDecimal(value);
  const length = exact.digits.toString().length;
  if (count > length) return { digits: exact.digits.toString().padEnd(count, '0'), exponent: length - exact.scale - 1 };
  const digits = shiftHalfEven(exact.digits, length - count).toString();
  const carried = digits.length > count;
  return { digits: carried ? digits.slice(0, count) : digits, exponent: length - exact.scale - 1 + (carried ? 1 : 0) };
}

/** The absolute value of a finite float as `'%.6e'` gives it. */
function exponentialText(value: number, places: number, alternate = false): string {
  const { digits, exponent } = scientificDigits(value, places + 1);
  return `${withPoint(digits, 1, alternate)}e${exponentText(exponent)}`;
}

/**
 * The absolute value of a finite float as `'%g'` gives it.
 *
 * @param precision Number of significant digits.
 * @param alternate Keep trailing zeros and the point (`#`).
 * @param limit Exponent from which on the exponential notation is used; the precision by default.
 */
export function generalText(value: number, precision: number, alternate = false, limit = precision): string {
  const { digits, exponent } = scientificDigits(value, precision);
  const shown = alternate ? digits : digits.replace(/(?<!0)0+$/, '') || '0';
  if (exponent < -4 || exponent >= limit) return `${withPoint(shown, 1, alternate)}e${exponentText(exponent)}`;
  if (exponent < 0) return `0.${'0'.repeat(-exponent - 1)}${shown}`;
  return withPoint(shown.padEnd(exponent + 1, '0'), exponent + 1, alternate);
}

function withPoint(digits: string, position: number, alternate: boolean): string {
  const fraction = digits.slice(position);
  return fraction === '' && !alternate ? digits : `${digits.slice(0, position)}.${fraction}`;
}

/** `round(value, places)` of a finite float. */
export function roundDouble(value: number, places: number): number {
  if (!Number.isFinite(value) || places > 323) return value;
  if (places < -308) return value < 0 ? -0 : 0;
  const rounded = Number(fixedText(value, places));
  if (!Number.isFinite(rounded)) throw pyError('OverflowError', 'rounded value too large to represent');
  return value < 0 || Object.is(value, -0) ? -rounded : rounded;
}

/**
 * The absolute value of a finite float in one of the notations `e`, `f` and `g`.
 *
 * @param type The letter of the notation, in lower case or upper case.
 * @param precision Digits after the point, for `g` significant ones.
 * @param alternate The `#` flag: keep the point, for `g` trailing zeros too.
 */
export function floatNotation(value: number, type: string, precision: number, alternate: boolean): string {
  switch (type.toLowerCase()) {
    case 'e':
      return exponentialText(value, precision, alternate);
    case 'g':
      return generalText(value, Math.max(1, precision), alternate);
    default:
      return fixedText(value, precision) + (alternate && precision === 0 ? '.' : '');
  }
}

/** A float whose value is whole or -0.0; every other float is a plain JavaScript number. */
export class PyFloat extends Number {
  readonly value: number;

  constructor(value: number) {
    super(value);
    this.value = value;
  }

  /** Python's text, `1.0`, unless another base is asked for. */
  override toString(radix?: number): string {
    return radix === undefined ? floatText(this.value) : super.toString(radix);
  }
}

/** Any float as a value of a template. */
export function makeFloat(value: number): number | PyFloat {
  return Number.isInteger(value) ? new PyFloat(value) : value;
}
