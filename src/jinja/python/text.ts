import { PyFloat } from './float.ts';
import { boundedText } from './limits.ts';
import { Markup } from './markup.ts';
import { floatText, integerText } from './numbers.ts';
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

/** `repr(value)`: how a value prints inside of a list or dict. */
export function repr(value: unknown): string {
  return reprIn(value, []);
}

/** `ascii(value)`: `repr` with everything outside of ASCII as an escape. */
export function asciiRepr(value: unknown): string {
  return repr(value).replace(/[^\x20-\x7f]/gu, escapedChar);
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
  if (open.includes(value)) return array ? (value instanceof Tuple ? '(...)' : '[...]') : '{...}';
  open.push(value);
  const text = array
    ? reprOfArray(value, open)
    : reprOfDict(value instanceof Map ? value : Object.entries(value), open);
  open.pop();
  return text;
}

function reprOfArray(items: readonly unknown[], open: object[]): string {
  let text = '';
  for (const item of items) {
    text += text === '' ? reprIn(item, open) : `, ${reprIn(item, open)}`;
    boundedText(text);
  }
  if (!(items instanceof Tuple)) return `[${text}]`;
  return items.length === 1 ? `(${text},)` : `(${text})`;
}

function reprOfDict(entries: Iterable<readonly [unknown, unknown]>, open: object[]): string {
  let text = '';
  for (const [key, item] of entries) {
    const entry = `${reprIn(key, open)}: ${reprIn(item, open)}`;
    text += text === '' ? entry : `, ${entry}`;
    boundedText(text);
  }
  return `{${text}}`;
}

const SHORT_ESCAPES: Readonly<Record<string, string>> = { '\n': '\\n', '\r': '\\r', '\t': '\\t', '\\': '\\\\' };

/** `repr` of a str. */
export function quoted(text: string): string {
  const quote = text.includes("'") && !text.includes('"') ? '"' : "'";
  if (/^[\x20-\x26\x28-\x5b\x5d-\x7e]*$/.test(text)) return quote + text + quote;
  const escaped = text.replace(/[\\\p{C}\p{Z}]/gu, (char) => (char === ' ' ? char : escapedChar(char)));
  return quote + (quote === "'" ? escaped.replaceAll("'", "\\'") : escaped) + quote;
}

function escapedChar(char: string): string {
  const short = SHORT_ESCAPES[char];
  if (short !== undefined) return short;
  const code = char.codePointAt(0) ?? 0;
  const hex = code.toString(16);
  if (code <= 0xff) return `\\x${hex.padStart(2, '0')}`;
  return code <= 0xffff ? `\\u${hex.padStart(4, '0')}` : `\\U${hex.padStart(8, '0')}`;
}
