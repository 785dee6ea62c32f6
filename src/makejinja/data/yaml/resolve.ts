import { CORE_TAGS } from './nodes.ts';

/**
 * The types that a value without quotes and tag can have, by the regular expressions of YAML 1.1's type repository
 * (https://yaml.org/type/) as PyYAML 6 has them: a float needs a point and its exponent a sign, no octal `0o`.
 */
const TYPES: readonly (readonly [string, RegExp])[] = [
  ['bool', /^(?:yes|Yes|YES|no|No|NO|true|True|TRUE|false|False|FALSE|on|On|ON|off|Off|OFF)$/],
  [
    'float',
    new RegExp(
      [
        /^[-+]?[0-9][0-9_]*\.[0-9_]*(?:[eE][-+][0-9]+)?$/,
        /^\.[0-9][0-9_]*(?:[eE][-+][0-9]+)?$/,
        /^[-+]?[0-9][0-9_]*(?::[0-5]?[0-9])+\.[0-9_]*$/,
        /^[-+]?\.(?:inf|Inf|INF)$/,
        /^\.(?:nan|NaN|NAN)$/,
      ]
        .map(({ source }) => source)
        .join('|'),
    ),
  ],
  [
    'int',
    new RegExp(
      [
        /^[-+]?0b[01_]+$/,
        /^[-+]?0[0-7_]+$/,
        /^[-+]?(?:0|[1-9][0-9_]*)$/,
        /^[-+]?0x[0-9a-fA-F_]+$/,
        /^[-+]?[1-9][0-9_]*(?::[0-5]?[0-9])+$/,
      ]
        .map(({ source }) => source)
        .join('|'),
    ),
  ],
  ['merge', /^<<$/],
  ['null', /^(?:~|null|Null|NULL|)$/],
  [
    'timestamp',
    new RegExp(
      [
        /^[0-9]{4}-[0-9]{2}-[0-9]{2}$/,
        /^[0-9]{4}-[0-9]{1,2}-[0-9]{1,2}(?:[Tt]|[ \t]+)[0-9]{1,2}:[0-9]{2}:[0-9]{2}(?:\.[0-9]*)?(?:[ \t]*(?:Z|[-+][0-9]{1,2}(?::[0-9]{2})?))?$/,
      ]
        .map(({ source }) => source)
        .join('|'),
    ),
  ],
  ['value', /^=$/],
];

/** Most values are words: only these characters can start one of another type. */
const FIRST = /^(?:[yYnNtTfFoO~<=.+\-0-9]|$)/;

/** The tag of a value without quotes that has none. */
export function resolvePlain(text: string): string {
  const found = FIRST.test(text) ? TYPES.find(([, pattern]) => pattern.test(text)) : undefined;
  return `${CORE_TAGS}${found?.[0] ?? 'str'}`;
}
