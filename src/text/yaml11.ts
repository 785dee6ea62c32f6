import { parseDouble, parseInteger } from './numbers.ts';

/** A type of YAML 1.1 that a value without quotes and tag can have; the short name of its tag `tag:yaml.org,2002:…`. */
export type Yaml11Type = 'bool' | 'float' | 'int' | 'merge' | 'null' | 'str' | 'timestamp' | 'value';

/**
 * The regular expressions of YAML 1.1's type repository (https://yaml.org/type/) as PyYAML 6 has them, in its order: a float
 * needs a point and its exponent a sign, no octal `0o`, and `y` and `n` are texts.
 */
const TYPES: readonly (readonly [Yaml11Type, RegExp])[] = [
  ['bool', /^(?:yes|Yes|YES|no|No|NO|true|True|TRUE|false|False|FALSE|on|On|ON|off|Off|OFF)$/],
  [
    'float',
    anyOf(
      /^[-+]?[0-9][0-9_]*\.[0-9_]*(?:[eE][-+][0-9]+)?$/,
      /^\.[0-9][0-9_]*(?:[eE][-+][0-9]+)?$/,
      /^[-+]?[0-9][0-9_]*(?::[0-5]?[0-9])+\.[0-9_]*$/,
      /^[-+]?\.(?:inf|Inf|INF)$/,
      /^\.(?:nan|NaN|NAN)$/,
    ),
  ],
  [
    'int',
    anyOf(
      /^[-+]?0b[01_]+$/,
      /^[-+]?0[0-7_]+$/,
      /^[-+]?(?:0|[1-9][0-9_]*)$/,
      /^[-+]?0x[0-9a-fA-F_]+$/,
      /^[-+]?[1-9][0-9_]*(?::[0-5]?[0-9])+$/,
    ),
  ],
  ['merge', /^<<$/],
  ['null', /^(?:~|null|Null|NULL|)$/],
  [
    'timestamp',
    anyOf(
      /^[0-9]{4}-[0-9]{2}-[0-9]{2}$/,
      /^[0-9]{4}-[0-9]{1,2}-[0-9]{1,2}(?:[Tt]|[ \t]+)[0-9]{1,2}:[0-9]{2}:[0-9]{2}(?:\.[0-9]*)?(?:[ \t]*(?:Z|[-+][0-9]{1,2}(?::[0-9]{2})?))?$/,
    ),
  ],
  ['value', /^=$/],
];

function anyOf(...patterns: readonly RegExp[]): RegExp {
  return new RegExp(patterns.map(({ source }) => source).join('|'));
}

/** Most values are words: only these characters can start one of another type. */
const FIRST = /^(?:[yYnNtTfFoO~<=.+\-0-9]|$)/;

/** The type of a value without quotes that has no tag. */
export function typeOfPlain(text: string): Yaml11Type {
  return (FIRST.test(text) ? TYPES.find(([, pattern]) => pattern.test(text))?.[0] : undefined) ?? 'str';
}

const BOOLS: ReadonlyMap<string, boolean> = new Map([
  ['yes', true],
  ['no', false],
  ['true', true],
  ['false', false],
  ['on', true],
  ['off', false],
]);

/** The value of a text that is to be a `bool`; undefined where PyYAML fails. */
export function readBool(text: string): boolean | undefined {
  return BOOLS.get(text.toLowerCase());
}

/** The value of a text that is to be an `int`: base 2, 8, 10, 16 or, with colons, 60; undefined where PyYAML fails. */
export function readInt(text: string): bigint | undefined {
  const { isNegative, digits } = splitSign(text);
  const value = digits === '' ? undefined : readMagnitude(digits);
  return isNegative && value !== undefined ? -value : value;
}

function readMagnitude(digits: string): bigint | undefined {
  if (digits.startsWith('0b')) return parseInteger(digits.slice(2), 2);
  if (digits.startsWith('0x')) return parseInteger(digits.slice(2), 16);
  if (digits.startsWith('0') && digits !== '0') return parseInteger(digits, 8);
  if (!digits.includes(':')) return parseInteger(digits);
  const parts = digits.split(':').map((part) => parseInteger(part));
  if (parts.includes(undefined)) return undefined;
  return parts.reduce<bigint>((sum, part) => sum * 60n + (part ?? 0n), 0n);
}

/** The value of a text that is to be a `float`; undefined where PyYAML fails. */
export function readFloat(text: string): number | undefined {
  const { isNegative, digits } = splitSign(text.toLowerCase());
  const value = digits === '' ? undefined : readSize(digits);
  return isNegative && value !== undefined ? -value : value;
}

function readSize(digits: string): number | undefined {
  if (digits === '.inf') return Infinity;
  if (digits === '.nan') return NaN;
  if (!digits.includes(':')) return parseDouble(digits);
  const parts = digits.split(':').map((part) => parseDouble(part));
  if (parts.includes(undefined)) return undefined;
  // From the last part on, as PyYAML adds them: floats round at every step.
  return parts.reduceRight<number>((sum, part, index) => sum + (part ?? 0) * 60 ** (parts.length - 1 - index), 0);
}

/** The sign of a number and the rest, underscores left out. */
function splitSign(text: string): { isNegative: boolean; digits: string } {
  const plain = text.replaceAll('_', '');
  return { isNegative: plain.startsWith('-'), digits: plain.replace(/^[-+]/, '') };
}
