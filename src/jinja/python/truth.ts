import { dictSize } from './dict.ts';
import { PyFloat } from './float.ts';
import { Markup } from './markup.ts';
import { PyObject } from './object.ts';
import { isDict } from './types.ts';

/** `bool(value)`. */
export function truth(value: unknown): boolean {
  switch (typeof value) {
    case 'boolean':
      return value;
    case 'string':
      return value !== '';
    case 'number':
      return value !== 0;
    case 'object':
      return value !== null && truthOfObject(value);
    case 'bigint':
    case 'function':
    case 'symbol':
      return true;
    case 'undefined':
      return false;
  }
}

function truthOfObject(value: object): boolean {
  if (Array.isArray(value)) return value.length > 0;
  if (value instanceof Map) return value.size > 0;
  if (value instanceof PyObject) return value.truth();
  if (value instanceof PyFloat) return value.value !== 0;
  if (value instanceof Markup) return value.value !== '';
  return isDict(value) ? dictSize(value) > 0 : true;
}
