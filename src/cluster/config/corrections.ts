import { suggestNearest } from '../../text/suggest.ts';
import { parseAddress, parseNetwork } from '../addresses.ts';
import type { FieldSchema } from './schemas.ts';

/** The usual slips, each undone; two of them may have met in one value. */
const MENDS: readonly ((text: string) => string)[] = [
  (text) => text.trim(),
  (text) => text.toLowerCase(),
  (text) => text.replaceAll('-', ':'),
  (text) => text.replaceAll('_', '-'),
  (text) => text.replace(/^[0-9a-f]{12}$/i, (digits) => digits.match(/../g)?.join(':') ?? digits),
  (text) => text.replace(/^(?:https?:\/\/github\.com\/|(?:ssh:\/\/)?git@github\.com[:/])/, ''),
  (text) => text.replace(/^(https?:\/\/)[^\s/@]*@/, '$1'),
  (text) => text.replace(/^(?:ssh:\/\/)?git@([^:/]+):(?!\/)/, 'ssh://git@$1/'),
  (text) => text.replace(/^ssh:\/\/(?!git@)(?:[^@/]*@)?/, 'ssh://git@'),
  (text) => text.replace(/\.git\/?$/, ''),
  (text) => text.replace(/^https?:\/\//, '').replace(/\/$/, ''),
  (text) => text.replace(/\/\d+$/, ''),
  (text) => (/^[\d.]+$/.test(text) ? `${text}${text.endsWith('.0.0') ? '/16' : '/24'}` : text),
  (text) => text.replace(/\b0+(?=\d)/g, ''),
];

/** A value near to what was written that the schema takes; undefined where none comes to mind. */
export function correctionFor(value: unknown, schema: FieldSchema): string | number | boolean | undefined {
  if (typeof value !== 'string') return undefined;
  if (schema.type === 'boolean') return booleanMeantBy(value);
  if (schema.type === 'integer') return /^[1-9]\d*$/.test(value) ? Number(value) : undefined;
  const choices = schema.enum?.filter((choice) => typeof choice === 'string');
  if (choices !== undefined) return suggestNearest(value, choices);
  const once = MENDS.map((mend) => mend(value));
  const twice = once.flatMap((text) => MENDS.map((mend) => mend(text)));
  return [...once, ...twice].find((text) => text !== value && fits(text, schema));
}

function fits(text: string, schema: FieldSchema): boolean {
  const { pattern } = schema;
  const formats = [schema, ...(schema.anyOf ?? [])].flatMap(({ format }) => format ?? []);
  if (formats.length > 0) return formats.some((format) => isOfFormat(text, format));
  return pattern !== undefined && new RegExp(pattern).test(text);
}

function isOfFormat(text: string, format: string): boolean {
  return format.endsWith('-network')
    ? parseNetwork(text)?.family === Number(format.slice(3, 4))
    : parseAddress(text)?.family === Number(format.slice(3, 4));
}

function booleanMeantBy(text: string): boolean | undefined {
  if (/^(?:true|yes|on|y)$/i.test(text)) return true;
  return /^(?:false|no|off|n)$/i.test(text) ? false : undefined;
}
