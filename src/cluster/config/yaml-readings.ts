/** What YAML 1.1, as Python's `yaml.safe_load` resolves it, makes of a plain scalar: its kind and, for numbers, its value. */
export interface Reading {
  readonly kind: 'text' | 'null' | 'boolean' | 'integer' | 'float' | 'timestamp' | 'merge key' | 'value key';
  readonly value?: number | boolean;
}

/** PyYAML's implicit resolvers in its own order (yaml/resolver.py). */
const RESOLVERS: readonly { readonly kind: Reading['kind']; readonly pattern: RegExp }[] = [
  { kind: 'boolean', pattern: /^(?:yes|Yes|YES|no|No|NO|true|True|TRUE|false|False|FALSE|on|On|ON|off|Off|OFF)$/ },
  {
    kind: 'float',
    pattern:
      /^(?:[-+]?[0-9][0-9_]*\.[0-9_]*(?:[eE][-+][0-9]+)?|\.[0-9][0-9_]*(?:[eE][-+][0-9]+)?|[-+]?[0-9][0-9_]*(?::[0-5]?[0-9])+\.[0-9_]*|[-+]?\.(?:inf|Inf|INF)|\.(?:nan|NaN|NAN))$/,
  },
  {
    kind: 'integer',
    pattern:
      /^(?:[-+]?0b[01_]+|[-+]?0[0-7_]+|[-+]?(?:0|[1-9][0-9_]*)|[-+]?0x[0-9a-fA-F_]+|[-+]?[1-9][0-9_]*(?::[0-5]?[0-9])+)$/,
  },
  { kind: 'merge key', pattern: /^<<$/ },
  { kind: 'null', pattern: /^(?:~|null|Null|NULL|)$/ },
  {
    kind: 'timestamp',
    pattern:
      /^(?:\d{4}-\d\d-\d\d|\d{4}-\d\d?-\d\d?(?:[Tt]|[ \t]+)\d\d?:\d\d:\d\d(?:\.\d*)?(?:[ \t]*(?:Z|[-+]\d\d?(?::\d\d)?))?)$/,
  },
  { kind: 'value key', pattern: /^=$/ },
];

/** How YAML 1.1 reads a plain scalar. */
export function readAsYaml11(text: string): Reading {
  const kind = RESOLVERS.find(({ pattern }) => pattern.test(text))?.kind ?? 'text';
  if (kind === 'boolean') return { kind, value: /^(?:yes|true|on)$/i.test(text) };
  if (kind === 'integer') return { kind, value: integerValue(text.replaceAll('_', '')) };
  if (kind === 'float') return { kind, value: floatValue(text.replaceAll('_', '').toLowerCase()) };
  return { kind };
}

/** How YAML 1.2 read a plain scalar, given the value that came out. */
export function readingOf(value: unknown): Reading {
  if (value === null) return { kind: 'null' };
  if (typeof value === 'boolean') return { kind: 'boolean', value };
  if (typeof value === 'number') return { kind: Number.isInteger(value) ? 'integer' : 'float', value };
  return { kind: 'text' };
}

/** Whether two readings come to the same; 1 and 1.0 do. */
export function sameReading(one: Reading, other: Reading): boolean {
  const isNumber = ({ kind }: Reading): boolean => kind === 'integer' || kind === 'float';
  return (one.kind === other.kind || (isNumber(one) && isNumber(other))) && Object.is(one.value, other.value);
}

/** A reading as it stands in a sentence: `the integer 83`. */
export function formatReading({ kind, value }: Reading): string {
  if (kind === 'boolean') return String(value);
  if (kind === 'null') return 'null';
  if (value !== undefined) return `the number ${String(value)}`;
  return `a ${kind}`;
}

function integerValue(text: string): number {
  const sign = text.startsWith('-') ? -1 : 1;
  const digits = text.replace(/^[-+]/, '');
  if (digits.includes(':')) return sign * sexagesimal(digits);
  if (/^0[bx]/.test(digits)) return sign * Number(digits);
  // PyYAML's pattern for octal numbers also takes 0_, which its constructor reads as 0.
  if (digits.startsWith('0') && digits !== '0') return sign * Number.parseInt(digits, 8);
  return sign * Number(digits);
}

function floatValue(text: string): number {
  const sign = text.startsWith('-') ? -1 : 1;
  const digits = text.replace(/^[-+]/, '');
  if (digits === '.inf') return sign * Infinity;
  if (digits === '.nan') return NaN;
  return sign * (digits.includes(':') ? sexagesimal(digits) : Number(digits));
}

/** Numbers to the base of 60: 1:30 is 90. */
function sexagesimal(text: string): number {
  return text.split(':').reduce((value, part) => value * 60 + Number(part), 0);
}
