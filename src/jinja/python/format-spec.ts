import { pyError } from '../errors.ts';
import { codeLength, substring } from './characters.ts';
import { binaryText, floatNotation, floatText, generalText, integerText, specialText } from './numbers.ts';
import { makeItems, makeText, repeatText, scanText } from './budget.ts';
import { isText, plain } from './markup.ts';
import { isFloat, isInteger, toBigInt, toDouble } from './numeric.ts';
import { quoted, str } from './text.ts';
import { typeName } from './types.ts';

interface FormatSpec {
  readonly fill: string;
  readonly align: string;
  readonly sign: string;
  /** The `z` option: no minus sign before a zero. */
  readonly positiveZero: boolean;
  readonly alternate: boolean;
  readonly width: number;
  readonly grouping: string;
  readonly precision: number | undefined;
  readonly type: string;
}

const SPEC = /^(?:(.)?([<>=^]))?([-+ ]?)(z?)(#?)(0?)(\d*)([,_]?)(?:\.(\d+))?(.?)$/su;

/**
 * `format(value, spec)`: the format specification mini-language.
 *
 * @throws ValueError for a specification that the type does not know, TypeError for a type without any.
 */
export function formatValue(value: unknown, spec: string): string {
  if (spec === '') return str(value);
  if (isText(value)) return formatText(plain(value), parseSpec(spec, 'str'));
  if (isInteger(value)) return formatInteger(toBigInt(value), parseSpec(spec, typeName(value)), typeName(value));
  if (isFloat(value)) return formatDouble(toDouble(value), parseSpec(spec, 'float'), 'float');
  throw pyError('TypeError', `unsupported format string passed to ${typeName(value)}.__format__`);
}

function parseSpec(spec: string, type: string): FormatSpec {
  scanText(spec.length);
  const match = SPEC.exec(spec);
  if (match === null) {
    if (/\.(\D|$)/.test(spec)) throw pyError('ValueError', 'Format specifier missing precision');
    throw pyError('ValueError', `Invalid format specifier ${quoted(spec)} for object of type '${type}'`);
  }
  const [, fill, align, sign, positiveZero, alternate, zero, width, grouping, precision, letter] = match;
  const numeric = type !== 'str';
  const parsed = {
    fill: fill ?? (zero === '0' ? '0' : ' '),
    align: align ?? (!numeric ? '<' : zero === '0' ? '=' : '>'),
    sign: sign ?? '',
    positiveZero: positiveZero === 'z',
    alternate: alternate === '#',
    width: Number(width),
    grouping: grouping ?? '',
    precision: precision === undefined ? undefined : Number(precision),
    type: letter ?? '',
  };
  makeText(Math.max(parsed.width, parsed.precision ?? 0));
  return parsed;
}

function unknownCode(spec: FormatSpec, type: string): Error {
  return pyError('ValueError', `Unknown format code ${quoted(spec.type)} for object of type '${type}'`);
}

function formatText(text: string, spec: FormatSpec): string {
  if (spec.type !== '' && spec.type !== 's') throw unknownCode(spec, 'str');
  if (spec.sign !== '') throw pyError('ValueError', 'Sign not allowed in string format specifier');
  if (spec.alternate) throw pyError('ValueError', 'Alternate form (#) not allowed in string format specifier');
  if (spec.grouping !== '') throw pyError('ValueError', `Cannot specify '${spec.grouping}' with 's'.`);
  if (spec.align === '=') throw pyError('ValueError', "'=' alignment not allowed in string format specifier");
  return pad(spec.precision === undefined ? text : substring(text, 0, spec.precision), '', spec);
}

const RADIX: Readonly<Record<string, number>> = { b: 2, o: 8, x: 16, X: 16 };

function formatInteger(value: bigint, spec: FormatSpec, type: string): string {
  if (/^[eEfFgG%]$/.test(spec.type)) return formatDouble(toDouble(value), spec, 'int');
  if (spec.precision !== undefined) throw pyError('ValueError', 'Precision not allowed in integer format specifier');
  if (spec.type === 'c') return formatCharacter(value, spec);
  if (!/^[bdnoxX]?$/.test(spec.type)) throw unknownCode(spec, type);
  const radix = RADIX[spec.type];
  if (spec.grouping === ',' && (radix !== undefined || spec.type === 'n')) {
    throw pyError('ValueError', `Cannot specify ',' with '${spec.type}'.`);
  }
  const size = value < 0n ? -value : value;
  const digits = radix === undefined ? integerText(size) : binaryText(size, radix);
  const prefix = spec.alternate && radix !== undefined ? `0${spec.type}` : '';
  const shown = spec.type === 'X' ? digits.toUpperCase() : digits;
  return padNumber(
    { sign: signOf(value < 0n, spec) + prefix, whole: shown, rest: '' },
    spec,
    radix === undefined ? 3 : 4,
  );
}

function formatCharacter(value: bigint, spec: FormatSpec): string {
  if (spec.sign !== '') throw pyError('ValueError', "Sign not allowed with integer format specifier 'c'");
  if (spec.alternate) throw pyError('ValueError', "Alternate form (#) not allowed with integer format specifier 'c'");
  if (value < 0n || value > 0x10ffffn) throw pyError('OverflowError', '%c arg not in range(0x110000)');
  return pad(String.fromCodePoint(Number(value)), '', spec);
}

function formatDouble(value: number, spec: FormatSpec, type: string): string {
  if (!/^[eEfFgGn%]?$/.test(spec.type)) throw unknownCode(spec, type);
  const text = Number.isFinite(value) ? notation(Math.abs(value), spec) : specialText(Math.abs(value));
  const vanished = spec.positiveZero && /^[0.]+(?:e|$)/i.test(text);
  const negative = !vanished && (value < 0 || Object.is(value, -0));
  const shown = spec.type !== '' && 'EFG'.includes(spec.type) ? text.toUpperCase() : text;
  const whole = /^\d+/.exec(shown)?.[0] ?? '';
  const rest = shown.slice(whole.length) + (spec.type === '%' ? '%' : '');
  if (whole === '') return pad(rest, signOf(negative, spec), spec);
  return padNumber({ sign: signOf(negative, spec), whole, rest }, spec, 3);
}

function notation(value: number, spec: FormatSpec): string {
  const precision = spec.precision ?? 6;
  if (spec.type === '%') return floatNotation(value * 100, 'f', precision, spec.alternate);
  if (spec.type === 'n') return floatNotation(value, 'g', precision, spec.alternate);
  if (spec.type !== '') return floatNotation(value, spec.type, precision, spec.alternate);
  if (spec.precision === undefined) return floatText(value);
  // Without a letter: like `g`, but with a digit after the point and the exponent one earlier.
  const text = generalText(value, Math.max(1, precision), spec.alternate, Math.max(1, precision) - 1);
  return /[.e]/.test(text) ? text : `${text}.0`;
}

function signOf(negative: boolean, spec: FormatSpec): string {
  if (negative) return '-';
  return spec.sign === '+' || spec.sign === ' ' ? spec.sign : '';
}

/** The parts of a number that is being written. */
interface NumberParts {
  readonly sign: string;
  readonly whole: string;
  /** Point, fraction, exponent and percent sign. */
  readonly rest: string;
}

function padNumber({ sign, whole, rest }: NumberParts, spec: FormatSpec, group: number): string {
  if (spec.grouping === '') return pad(whole + rest, sign, spec);
  const filled = spec.fill === '0' && spec.align === '=';
  const count = filled ? digitsToFill(spec.width - sign.length - rest.length, group) : 0;
  return pad(grouped(whole.padStart(count, '0'), group, spec.grouping) + rest, sign, spec);
}

/** How many digits fill a width together with their separators, the first of which never comes first. */
function digitsToFill(width: number, group: number): number {
  let count = Math.max(0, width - Math.floor(width / (group + 1)));
  while (count + Math.floor((count - 1) / group) < width) count += 1;
  return count;
}

function grouped(digits: string, size: number, separator: string): string {
  // Each group is a text of its own.
  makeItems(Math.ceil(digits.length / size) * 4);
  const parts: string[] = [];
  for (let end = digits.length; end > 0; end -= size) parts.push(digits.slice(Math.max(0, end - size), end));
  return parts.reverse().join(separator);
}

function pad(text: string, sign: string, spec: FormatSpec): string {
  const missing = spec.width - codeLength(text) - sign.length;
  if (missing <= 0) return sign + text;
  const left = spec.align === '<' ? 0 : spec.align === '^' ? Math.floor(missing / 2) : missing;
  const before = repeatText(spec.fill, left);
  const after = repeatText(spec.fill, missing - left);
  return spec.align === '=' ? sign + before + text : before + sign + text + after;
}
