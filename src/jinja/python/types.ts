import { PyFloat } from './numbers.ts';
import { Markup } from './markup.ts';
import { PyObject } from './object.ts';
import { Tuple } from './tuple.ts';

/** Data of the caller that stands for a dict: an object without a class. */
export type PlainObject = Readonly<Record<string, unknown>>;

/** True for an object literal or one without a prototype, of this or another realm. */
export function isPlainObject(value: unknown): value is PlainObject {
  if (typeof value !== 'object' || value === null) return false;
  const prototype: unknown = Object.getPrototypeOf(value);
  // Object.prototype, of whatever realm, is the one prototype that has none itself.
  return prototype === null || Object.getPrototypeOf(prototype) === null;
}

/** True for everything that is a dict to a template. */
export function isDict(value: unknown): value is Map<unknown, unknown> | PlainObject {
  return value instanceof Map || isPlainObject(value);
}

/** True for a list; a tuple is none. */
export function isList(value: unknown): value is unknown[] {
  return Array.isArray(value) && !(value instanceof Tuple);
}

/** Name of the value's Python class, as `type(value).__name__` gives it. */
export function typeName(value: unknown): string {
  switch (typeof value) {
    case 'string':
      return 'str';
    case 'number':
      return Number.isSafeInteger(value) ? 'int' : 'float';
    case 'boolean':
      return 'bool';
    case 'bigint':
      return 'int';
    case 'function':
      return 'function';
    case 'undefined':
      return 'NoneType';
    case 'symbol':
      return 'object';
    case 'object':
      return typeNameOfObject(value);
  }
}

function typeNameOfObject(value: object | null): string {
  if (value === null) return 'NoneType';
  if (Array.isArray(value)) return value instanceof Tuple ? 'tuple' : 'list';
  if (value instanceof PyObject) return value.typeName;
  if (value instanceof Markup) return 'Markup';
  if (value instanceof PyFloat) return 'float';
  return isDict(value) ? 'dict' : 'object';
}

/** What Jinja calls a value in messages about undefined attributes: `dict object`, `None`. */
export function objectType(value: unknown): string {
  if (value === null || value === undefined) return 'None';
  if (value instanceof PyObject) return value.objectType;
  if (value instanceof Markup) return 'markupsafe.Markup object';
  return `${typeName(value)} object`;
}
