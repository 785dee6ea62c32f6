import { isKind } from '../errors.ts';
import { payCaught } from './budget.ts';
import { PyBytes } from './bytes.ts';
import { BoundMethod, call, type PyCallable, type PyFunction, pythonFunction } from './callable.ts';
import { escape } from './escape.ts';
import { PyFloat } from './numbers.ts';
import { formatFields } from './format.ts';
import { stripTags, unescapeHtml } from './html.ts';
import { findItem } from './iteration.ts';
import { isText, Markup, plain, sameText } from './markup.ts';
import { dictMethods, listMethods, rangeMethods, tupleMethods } from './methods/containers.ts';
import { decode } from './methods/encoding.ts';
import { floatAttribute, floatMethods, integerAttribute, integerMethods } from './methods/numbers.ts';
import { markupMethods, stringMethods } from './methods/strings.ts';
import { isFloat, isInteger } from './numeric.ts';
import { type Kwargs, NO_KWARGS, NOT_FOUND, type NotFound, PyObject } from './object.ts';
import { Range } from './range.ts';
import { NamedTuple, Tuple } from './tuple.ts';
import { isDict } from './types.ts';

type Methods = ReadonlyMap<string, PyFunction>;

const NONE: Methods = new Map();
const FORMATTING: readonly [string, PyFunction][] = [
  ['format', pythonFunction('str.format(self, /, *args, **kwargs)', format)],
  ['format_map', pythonFunction('str.format_map(self, mapping, /)', formatMap)],
];
const STRING: Methods = new Map([...stringMethods(), ...FORMATTING]);
const MARKUP: Methods = new Map<string, PyFunction>([
  ...markupMethods(),
  ...FORMATTING,
  ['escape', pythonFunction('Markup.escape(self, s, /)', (_: Markup, value: unknown) => escape(value))],
  ['striptags', pythonFunction('Markup.striptags(self, /)', (text: Markup) => stripTags(text.value))],
  ['unescape', pythonFunction('Markup.unescape(self, /)', (text: Markup) => unescapeHtml(text.value))],
]);
const LIST = listMethods();
const TUPLE = tupleMethods();
const DICT = dictMethods();
const INTEGER = integerMethods();
const FLOAT = floatMethods();
const RANGE = rangeMethods();
const BYTES: Methods = new Map([
  ['decode', pythonFunction('bytes.decode(self, /, encoding="utf-8", errors="strict")', decode)],
]);

/** The fixed list of methods that a value has; objects bring their own. */
function methodsOf(value: unknown): Methods {
  switch (typeof value) {
    case 'string':
      return STRING;
    case 'number':
      return Number.isSafeInteger(value) ? INTEGER : FLOAT;
    case 'bigint':
    case 'boolean':
      return INTEGER;
    case 'object':
      return value === null ? NONE : methodsOfObject(value);
    default:
      return NONE;
  }
}

function methodsOfObject(value: object): Methods {
  if (isDict(value)) return DICT;
  if (Array.isArray(value)) return value instanceof Tuple ? TUPLE : LIST;
  if (value instanceof Markup) return MARKUP;
  if (value instanceof PyFloat) return FLOAT;
  if (value instanceof Range) return RANGE;
  return value instanceof PyBytes ? BYTES : NONE;
}

/** The method of this name, bound to the value, or NOT_FOUND. */
export function getMethod(value: unknown, name: string): PyCallable | NotFound {
  const method = methodsOf(value).get(name);
  return method === undefined ? NOT_FOUND : new BoundMethod(value, method);
}

/**
 * `value.name(*args, **kwargs)` for the built-in methods without making a bound method, or NOT_FOUND where the value
 * has no such method: the fast path for compiled calls.
 */
export function callMethod(
  value: unknown,
  name: string,
  args: readonly unknown[],
  kwargs: Kwargs = NO_KWARGS,
): unknown {
  const method = methodsOf(value).get(name);
  return method === undefined ? NOT_FOUND : call(method, [value, ...args], kwargs);
}

/**
 * `getattr(value, name)`, or NOT_FOUND. Neither items nor anything of JavaScript are attributes.
 *
 * @throws UndefinedError for most undefined values.
 */
export function lookupAttribute(value: unknown, name: string): unknown {
  if (value instanceof PyObject && !(value instanceof Range) && !(value instanceof PyBytes))
    return value.getAttribute(name);
  const method = methodsOf(value).get(name);
  if (method !== undefined) return new BoundMethod(value, method);
  return ownAttribute(value, name);
}

function ownAttribute(value: unknown, name: string): unknown {
  if (isInteger(value)) return integerAttribute(value, name) ?? NOT_FOUND;
  if (isFloat(value)) return floatAttribute(value, name) ?? NOT_FOUND;
  if (value instanceof NamedTuple) {
    const index = value.names.indexOf(name);
    return index < 0 ? NOT_FOUND : value[index];
  }
  if (value instanceof Range && (name === 'start' || name === 'stop' || name === 'step')) return value[name];
  return NOT_FOUND;
}

/** `value[key]`, with NOT_FOUND in place of the KeyError, IndexError, TypeError or AttributeError of a missing one. */
export function lookupItem(value: unknown, key: unknown): unknown {
  if (value instanceof PyObject || typeof key === 'object') return lookupGuarded(value, key);
  return findItem(value, key);
}

function lookupGuarded(value: unknown, key: unknown): unknown {
  try {
    return findItem(value, key);
  } catch (error) {
    if (!isKind(error, 'LookupError') && !isKind(error, 'TypeError') && !isKind(error, 'AttributeError')) throw error;
    payCaught();
    return NOT_FOUND;
  }
}

function format(template: string | Markup, args: readonly unknown[], kwargs: Kwargs): string | Markup {
  return formatted(template, args, kwargs);
}

function formatMap(template: string | Markup, mapping: unknown): string | Markup {
  // MarkupSafe's formatter takes no notice of which of the two methods called it.
  return formatted(template, template instanceof Markup ? [] : undefined, mapping);
}

function formatted(template: string | Markup, args: readonly unknown[] | undefined, mapping: unknown): string | Markup {
  const values = { args, mapping, getAttribute: lookupAttribute, safe: template instanceof Markup };
  return sameText(template, formatFields(plain(template), values));
}

/** Names that are methods of every dict: as attributes they win over its keys. */
export const DICT_METHODS: ReadonlySet<string> = new Set(dictMethods().keys());

/** `value.name` in a template: the attribute, then the item; NOT_FOUND where there is neither. */
export function findAttribute(value: unknown, name: string): unknown {
  const attribute = lookupAttribute(value, name);
  return attribute === NOT_FOUND ? lookupItem(value, name) : attribute;
}

/**
 * The item of a dict for a name that is no method of dicts, which is what most lookups are about; undefined where it
 * takes more to find out.
 */
export function quickField(value: unknown, name: string): unknown {
  if (value instanceof Map) return value.get(name);
  if (isRecord(value) && Object.prototype.propertyIsEnumerable.call(value, name)) return value[name];
  return undefined;
}

/** `value[key]` in a template: the item, then the attribute; NOT_FOUND where there is neither. */
export function findSubscript(value: unknown, key: unknown): unknown {
  const item = lookupItem(value, key);
  return item === NOT_FOUND && isText(key) ? lookupAttribute(value, plain(key)) : item;
}

/** A plain object of this realm, the usual data of a program. */
function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && Object.getPrototypeOf(value) === Object.prototype;
}
