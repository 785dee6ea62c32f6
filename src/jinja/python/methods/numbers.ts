import { pyError } from '../../errors.ts';
import { makeText } from '../budget.ts';
import { type PyFunction, pythonFunction } from '../callable.ts';
import { makeFloat, type PyFloat, specialText } from '../numbers.ts';
import { normalizeInteger, plainInteger, toBigInt, toDouble, wordsOf } from '../numeric.ts';
import { type Tuple, tuple } from '../tuple.ts';

type Integer = number | bigint | boolean;
type Float = number | PyFloat;

/** The methods of int and bool. */
export function integerMethods(): Map<string, PyFunction> {
  return new Map<string, PyFunction>([
    [
      'as_integer_ratio',
      pythonFunction('int.as_integer_ratio(self, /)', (value: Integer) => tuple([plainInteger(value), 1])),
    ],
    ['bit_count', pythonFunction('int.bit_count(self, /)', bitCount)],
    ['bit_length', pythonFunction('int.bit_length(self, /)', bitLength)],
    ['conjugate', pythonFunction('int.conjugate(self, /)', plainInteger)],
  ]);
}

/** The methods of float. */
export function floatMethods(): Map<string, PyFunction> {
  return new Map<string, PyFunction>([
    ['as_integer_ratio', pythonFunction('float.as_integer_ratio(self, /)', integerRatio)],
    ['conjugate', pythonFunction('float.conjugate(self, /)', (value: Float) => value)],
    ['hex', pythonFunction('float.hex(self, /)', hexText)],
    ['is_integer', pythonFunction('float.is_integer(self, /)', (value: Float) => Number.isInteger(toDouble(value)))],
  ]);
}

function binaryDigits(value: Integer): string {
  const integer = toBigInt(value);
  makeText(wordsOf(integer) * 64);
  return (integer < 0n ? -integer : integer).toString(2);
}

function bitCount(value: Integer): number {
  return binaryDigits(value).replaceAll('0', '').length;
}

function bitLength(value: Integer): number {
  const digits = binaryDigits(value);
  return digits === '0' ? 0 : digits.length;
}

function integerRatio(value: Float): Tuple {
  const double = toDouble(value);
  if (!Number.isFinite(double)) {
    const [kind, name] = Number.isNaN(double)
      ? (['ValueError', 'NaN'] as const)
      : (['OverflowError', 'Infinity'] as const);
    throw pyError(kind, `cannot convert ${name} to integer ratio`);
  }
  let numerator = double;
  let denominator = 1n;
  while (!Number.isInteger(numerator)) {
    numerator *= 2;
    denominator *= 2n;
  }
  return tuple([normalizeInteger(BigInt(numerator)), normalizeInteger(denominator)]);
}

function hexText(value: Float): string {
  const double = toDouble(value);
  if (!Number.isFinite(double)) return specialText(double);
  const sign = double < 0 || Object.is(double, -0) ? '-' : '';
  if (double === 0) return `${sign}0x0.0p+0`;
  const view = new DataView(new ArrayBuffer(8));
  view.setFloat64(0, Math.abs(double));
  const bits = view.getBigUint64(0);
  const biased = Number(bits >> 52n);
  const fraction = (bits & 0xfffffffffffffn).toString(16).padStart(13, '0');
  const exponent = biased === 0 ? -1022 : biased - 1023;
  return `${sign}0x${biased === 0 ? '0' : '1'}.${fraction}p${exponent < 0 ? '' : '+'}${String(exponent)}`;
}

/** The attributes of int and bool that are no methods. */
export function integerAttribute(value: Integer, name: string): unknown {
  if (name === 'real' || name === 'numerator') return plainInteger(value);
  if (name === 'imag') return 0;
  return name === 'denominator' ? 1 : undefined;
}

/** The attributes of float that are no methods. */
export function floatAttribute(value: Float, name: string): unknown {
  if (name === 'real') return value;
  return name === 'imag' ? makeFloat(0) : undefined;
}
