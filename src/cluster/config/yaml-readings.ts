import { readBool, readFloat, readInt, typeOfPlain, type Yaml11Type } from '../../text/yaml11.ts';

/** What YAML 1.1, as Python's `yaml.safe_load` resolves it, makes of a plain scalar: its kind and, for numbers, its value. */
export interface Reading {
  readonly kind: 'text' | 'null' | 'boolean' | 'integer' | 'float' | 'timestamp' | 'merge key' | 'value key';
  readonly value?: number | boolean | undefined;
}

const KINDS: Readonly<Record<Yaml11Type, Reading['kind']>> = {
  bool: 'boolean',
  float: 'float',
  int: 'integer',
  merge: 'merge key',
  null: 'null',
  str: 'text',
  timestamp: 'timestamp',
  value: 'value key',
};

/** How YAML 1.1 reads a plain scalar. */
export function readAsYaml11(text: string): Reading {
  const type = typeOfPlain(text);
  const value = type === 'bool' ? readBool(text) : type === 'float' ? readFloat(text) : undefined;
  const number = type === 'int' ? readInt(text) : undefined;
  return { kind: KINDS[type], value: number === undefined ? value : Number(number) };
}

/** How YAML 1.2 read a plain scalar, given the value that came out. */
export function readingOf(value: unknown): Reading {
  if (value === null) return { kind: 'null' };
  if (typeof value === 'boolean') return { kind: 'boolean', value };
  if (typeof value === 'number') return { kind: Number.isInteger(value) ? 'integer' : 'float', value };
  return { kind: 'text' };
}

/** Whether two readings come to the same; 1 and 1.0 do, and 0 and -0. */
export function sameReading(one: Reading, other: Reading): boolean {
  const isNumber = ({ kind }: Reading): boolean => kind === 'integer' || kind === 'float';
  const isAlike = one.value === other.value || (Number.isNaN(one.value) && Number.isNaN(other.value));
  return (one.kind === other.kind || (isNumber(one) && isNumber(other))) && isAlike;
}

/** A reading as it stands in a sentence: `the integer 83`. */
export function formatReading({ kind, value }: Reading): string {
  if (kind === 'boolean') return String(value);
  if (kind === 'null') return 'null';
  if (value !== undefined) return `the number ${String(value)}`;
  return `a ${kind}`;
}
