import { floatText, integerText, PyFloat } from './numbers.ts';
import { ITEM, makeText, scanText, spend } from './budget.ts';
import { replaceCharacters } from './characters.ts';
import { Markup } from './markup.ts';
import { PyObject } from './object.ts';
import { Tuple } from './tuple.ts';
import { isPlainObject } from './types.ts';

export { typeName } from './types.ts';

/** `str(value)`: what a template prints. */
export function str(value: unknown): string {
  if (typeof value === 'string') return value;
  if (typeof value === 'number' && Number.isSafeInteger(value)) return String(value);
  if (value instanceof PyObject) return value.str();
  if (value instanceof Markup) return value.value;
  return repr(value);
}

// A tuple in JavaScript's hands has Python's text as well; said here, as printing knows tuples and not the reverse.
Object.defineProperty(Tuple.prototype, 'toString', {
  configurable: true,
  writable: true,
  value(this: Tuple): string {
    return repr(this);
  },
});

/** `repr(value)`: how a value prints inside of a list or dict. */
export function repr(value: unknown): string {
  return reprIn(value, []);
}

/** `ascii(value)`: `repr` with everything outside of ASCII as an escape. */
export function asciiRepr(value: unknown): string {
  return replaceCharacters(repr(value), /[^\x20-\x7f]/gu, escapedChar);
}

/** `open` holds the containers being printed, to stop at those that contain themselves. */
function reprIn(value: unknown, open: object[]): string {
  switch (typeof value) {
    case 'string':
      return quoted(value);
    case 'number':
      return Number.isSafeInteger(value) ? String(value) : floatText(value);
    case 'boolean':
      return value ? 'True' : 'False';
    case 'bigint':
      return integerText(value);
    case 'undefined':
      return 'None';
    case 'function':
      return `<function ${value.name === '' ? '<lambda>' : value.name}>`;
    case 'symbol':
      return '<object>';
    case 'object':
      return value === null ? 'None' : reprOfObject(value, open);
  }
}

function reprOfObject(value: object, open: object[]): string {
  if (value instanceof PyFloat) return floatText(value.value);
  if (value instanceof Markup) return `Markup(${quoted(value.value)})`;
  if (value instanceof PyObject) return value.repr();
  const array = Array.isArray(value);
  if (!array && !(value instanceof Map) && !isPlainObject(value)) return '<object>';
  // Whatever lies in many containers is looked for in all of them.
  spend(2 + (open.length >> 3));
  if (open.includes(value)) return array ? (value instanceof Tuple ? '(...)' : '[...]') : '{...}';
  open.push(value);
  const text = array
    ? reprOfArray(value, open)
    : reprOfDict(value instanceof Map ? value : Object.entries(value), open);
  open.pop();
  return text;
}

function reprOfArray(items: readonly unknown[], open: object[]): string {
  const parts: string[] = [];
  for (const item of items) {
    const part = reprIn(item, open);
    payPart(part);
    parts.push(part);
  }
  const text = parts.join(', ');
  if (!(items instanceof Tuple)) return `[${text}]`;
  return items.length === 1 ? `(${text},)` : `(${text})`;
}

function reprOfDict(entries: Iterable<readonly [unknown, unknown]>, open: object[]): string {
  const parts: string[] = [];
  for (const [key, item] of entries) {
    const part = `${reprIn(key, open)}: ${reprIn(item, open)}`;
    payPart(part);
    parts.push(part);
  }
  return `{${parts.join(', ')}}`;
}

/** Pays for a part of a list or dict and for its place in the whole. */
function payPart(part: string): void {
  makeText(part.length + 16);
  spend(ITEM * 3);
}

const SHORT_ESCAPES: Readonly<Record<string, string>> = {
  '\n': '\\n',
  '\r': '\\r',
  '\t': '\\t',
  '\\': '\\\\',
  "'": "\\'",
};

/** Steps of looking for what a text must be quoted and escaped for. */
const QUOTED = 12;

/** `repr` of a str. */
export function quoted(text: string): string {
  scanText(text.length);
  spend(QUOTED);
  const quote = text.includes("'") && !text.includes('"') ? '"' : "'";
  if (/^[\x20-\x26\x28-\x5b\x5d-\x7e]*$/.test(text)) return quote + text + quote;
  const special = quote === "'" ? /[\\'\p{C}\p{Z}]/gu : /[\\\p{C}\p{Z}]/gu;
  return quote + replaceCharacters(text, special, (char) => (char === ' ' ? char : escapedChar(char))) + quote;
}

function escapedChar(char: string): string {
  const short = SHORT_ESCAPES[char];
  if (short !== undefined) return short;
  const code = char.codePointAt(0) ?? 0;
  const hex = code.toString(16);
  if (code <= 0xff) return `\\x${hex.padStart(2, '0')}`;
  return code <= 0xffff ? `\\u${hex.padStart(4, '0')}` : `\\U${hex.padStart(8, '0')}`;
}
