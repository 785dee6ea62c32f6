/** Longest decimal integer that Python reads or prints (`sys.int_info.default_max_str_digits`). */
export const MAX_INTEGER_DIGITS = 4300;

const INTEGERS = {
  2: /^\s*([-+]?)(?:0[bB])?([01]+)\s*$/,
  8: /^\s*([-+]?)(?:0[oO])?([0-7]+)\s*$/,
  10: /^\s*([-+]?)([0-9]+)\s*$/,
  16: /^\s*([-+]?)(?:0[xX])?([0-9a-fA-F]+)\s*$/,
} as const;

const PREFIXES = { 2: '0b', 8: '0o', 10: '', 16: '0x' } as const;

/** Python's `int(text, base)` of a text without underscores; undefined where Python raises ValueError. */
export function parseInteger(text: string, base: 2 | 8 | 10 | 16 = 10): bigint | undefined {
  const [, sign, digits] = INTEGERS[base].exec(text) ?? [];
  if (digits === undefined || (base === 10 && digits.length > MAX_INTEGER_DIGITS)) return undefined;
  const value = BigInt(`${PREFIXES[base]}${digits}`);
  return sign === '-' ? -value : value;
}

const FLOAT = /^\s*[-+]?(?:(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)(?:[eE][-+]?[0-9]+)?|inf(?:inity)?|nan)\s*$/i;

/** Python's `float(text)` of a text without underscores; undefined where Python raises ValueError. */
export function parseDouble(text: string): number | undefined {
  if (!FLOAT.test(text)) return undefined;
  const word = /([-+]?)(inf|nan)/i.exec(text);
  if (word === null) return Number(text);
  if (word[2]?.toLowerCase() === 'nan') return NaN;
  return word[1] === '-' ? -Infinity : Infinity;
}
