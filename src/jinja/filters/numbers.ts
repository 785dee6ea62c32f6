import { type ErrorKind, isKind, pyError } from '../errors.ts';
import { payCaught, spend } from '../python/budget.ts';
import { hashOf } from '../python/dict.ts';
import { makeFloat, roundDouble } from '../python/numbers.ts';
import { formatValue } from '../python/format-spec.ts';
import { isText, plain } from '../python/markup.ts';
import {
  floatOf,
  integerOf,
  isFloat,
  isInteger,
  normalizeInteger,
  plainInteger,
  toBigInt,
  toDouble,
  toSize,
  wordsOf,
  truncateDouble,
} from '../python/numeric.ts';
import { div, mul, pow, truth } from '../python/operators.ts';
import { typeName } from '../python/types.ts';

/** `abs(value)`. */
export function abs(value: unknown): unknown {
  if (isFloat(value)) return makeFloat(Math.abs(toDouble(value)));
  if (!isInteger(value)) throw pyError('TypeError', `bad operand type for abs(): '${typeName(value)}'`);
  const integer = plainInteger(value);
  return integer < 0 ? normalizeInteger(-toBigInt(integer)) : integer;
}

/** The value as an int, the default where it is none; `"42.7"` counts as 42. */
export function int(value: unknown, fallback: unknown = 0, base: unknown = 10): unknown {
  const whole = attempt(() => (isText(value) ? integerOf(plain(value), toSize(base)) : integerOf(value)), NO_NUMBER);
  if (whole !== undefined) return whole;
  return attempt(() => truncateDouble(toDouble(floatOf(value))), [...NO_NUMBER, 'OverflowError']) ?? fallback;
}

/** The value as a float, the default where it is none. */
export function float(value: unknown, fallback: unknown = makeFloat(0)): unknown {
  return attempt(() => floatOf(value), NO_NUMBER) ?? fallback;
}

const NO_NUMBER = ['TypeError', 'ValueError'] as const;

/** What a conversion gives; undefined where it raises one of these errors. */
function attempt<T>(convert: () => T, errors: readonly ErrorKind[]): T | undefined {
  try {
    return convert();
  } catch (error) {
    if (!errors.some((kind) => isKind(error, kind))) throw error;
    payCaught();
    return undefined;
  }
}

/** Rounds to a number of digits after the point: half to even, or always up or down. */
export function round(value: unknown, precision: unknown = 0, method: unknown = 'common'): unknown {
  hashOf(method);
  if (method === 'common') return roundNumber(value, precision);
  if (method !== 'ceil' && method !== 'floor') {
    throw pyError('FilterArgumentError', 'method must be common, ceil or floor');
  }
  const power = pow(10, precision);
  return div(roundWhole(mul(value, power), method), power);
}

function roundNumber(value: unknown, precision: unknown): unknown {
  if (isInteger(value))
    return precision === null ? plainInteger(value) : roundInteger(toBigInt(value), toSize(precision));
  if (!isFloat(value)) throw pyError('TypeError', `type ${typeName(value)} doesn't define __round__ method`);
  const double = toDouble(value);
  if (precision !== null) return makeFloat(roundDouble(double, toSize(precision)));
  return truncateDouble(Number.isFinite(double) ? roundDouble(double, 0) : double);
}

function roundInteger(value: bigint, places: number): unknown {
  if (places >= 0) return normalizeInteger(value);
  // A word holds at most 20 digits.
  const words = wordsOf(value);
  if (-places > words * 20) return 0;
  spend(words * (4 + words));
  const unit = 10n ** BigInt(-places);
  const rest = ((value % unit) + unit) % unit;
  const low = value - rest;
  const up = rest * 2n > unit || (rest * 2n === unit && (low / unit) % 2n !== 0n);
  return normalizeInteger(up ? low + unit : low);
}

function roundWhole(value: unknown, method: 'ceil' | 'floor'): unknown {
  if (isInteger(value)) return plainInteger(value);
  if (!isFloat(value)) throw pyError('TypeError', `must be real number, not ${typeName(value)}`);
  return truncateDouble(Math[method](toDouble(value)));
}

const DECIMAL_UNITS = ['kB', 'MB', 'GB', 'TB', 'PB', 'EB', 'ZB', 'YB'];
const BINARY_UNITS = ['KiB', 'MiB', 'GiB', 'TiB', 'PiB', 'EiB', 'ZiB', 'YiB'];

/** A number of bytes in the largest fitting unit. */
export function filesizeformat(value: unknown, binary: unknown = false): string {
  const bytes = toDouble(floatOf(value));
  const base = truth(binary) ? 1024 : 1000;
  if (bytes === 1) return '1 Byte';
  if (bytes < base) return `${String(truncateDouble(bytes))} Bytes`;
  const units = truth(binary) ? BINARY_UNITS : DECIMAL_UNITS;
  // The limits are compared exactly: the nearest float of 10 ** 24 lies below it.
  const found = units.findIndex((_, index) => bytes < BigInt(base) ** BigInt(index + 2));
  const index = found < 0 ? units.length - 1 : found;
  const size = (base * bytes) / Number(BigInt(base) ** BigInt(index + 2));
  return `${formatValue(makeFloat(size), '.1f')} ${units[index] ?? ''}`;
}
