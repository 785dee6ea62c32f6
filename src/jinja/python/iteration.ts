import { pyError } from '../errors.ts';
import { hold, ITEM, makeItems, spend } from './budget.ts';
import { characterAt, characters, codeLength, substring } from './characters.ts';
import { dictGet, dictSize } from './dict.ts';
import { isText, Markup, plain, sameText } from './markup.ts';
import { isInteger, plainInteger } from './numeric.ts';
import { NOT_FOUND, PyObject } from './object.ts';
import { sliceBounds, sliceItems } from './slices.ts';
import { repr } from './text.ts';
import { Tuple, tuple } from './tuple.ts';
import { isDict, typeName } from './types.ts';
import { iterateDict } from './views.ts';

/**
 * `iter(value)`: an array as it is, a text by code points, a dict by its keys.
 *
 * @throws TypeError for what cannot be iterated over.
 */
export function iterate(value: unknown): Iterable<unknown> {
  if (Array.isArray(value)) return value as unknown[];
  if (typeof value === 'string') return value;
  if (value instanceof PyObject) return value.iterate();
  // The characters of a safe text are plain: MarkupSafe does not override the iteration of str.
  if (value instanceof Markup) return value.value;
  if (isDict(value)) return iterateDict(value, 'keys');
  throw pyError('TypeError', `'${typeName(value)}' object is not iterable`);
}

/** `iter(value)` for who goes through all of it: each item is paid for, all at once where their number is known. */
export function each(value: unknown): Iterable<unknown> {
  if (Array.isArray(value)) {
    spend(value.length * ITEM);
    return value as unknown[];
  }
  if (isText(value)) {
    const text = plain(value);
    spend(text.length * ITEM * 2);
    return text;
  }
  return new PaidItems(iterate(value)[Symbol.iterator]());
}

class PaidItems implements IterableIterator<unknown> {
  readonly #source: Iterator<unknown>;

  constructor(source: Iterator<unknown>) {
    this.#source = source;
  }

  next(): IteratorResult<unknown> {
    spend(ITEM);
    return this.#source.next();
  }

  return(): IteratorResult<unknown> {
    return this.#source.return?.() ?? { done: true, value: undefined };
  }

  [Symbol.iterator](): this {
    return this;
  }
}

/** True where `iterate` works. */
export function isIterable(value: unknown): boolean {
  if (value instanceof PyObject) return value.iterable;
  return Array.isArray(value) || isText(value) || isDict(value);
}

/** `list(value)`: always an array of its own. */
export function toList(value: unknown): unknown[] {
  if (Array.isArray(value)) {
    return copyItems(value as unknown[]);
  }
  if (isText(value)) return characters(plain(value));
  const list: unknown[] = [];
  for (const item of each(value)) {
    hold(8);
    list.push(item);
  }
  return list;
}

/** A plain array of these items. JavaScript goes through a tuple one by one. */
function copyItems(items: readonly unknown[]): unknown[] {
  makeItems(items.length);
  if (!(items instanceof Tuple)) return items.slice();
  spend(items.length * ITEM);
  return Array.from(items);
}

/**
 * `len(value)`.
 *
 * @throws TypeError for what has no length.
 */
export function length(value: unknown): number {
  if (Array.isArray(value)) return value.length;
  if (isText(value)) return codeLength(plain(value));
  if (value instanceof PyObject) return value.length();
  if (isDict(value)) return dictSize(value);
  throw pyError('TypeError', `object of type '${typeName(value)}' has no len()`);
}

/**
 * `value[start:stop:step]`; a bound left out is `null` or `undefined`.
 *
 * @throws TypeError or ValueError as Python does.
 */
export function slice(value: unknown, start: unknown, stop: unknown, step: unknown): unknown {
  if (isText(value)) return sameText(value, sliceText(plain(value), start, stop, step));
  if (Array.isArray(value)) {
    const items = sliceItems(value as unknown[], sliceBounds(value.length, start, stop, step));
    return value instanceof Tuple ? tuple(items) : items;
  }
  if (value instanceof PyObject) return value.getSlice(start, stop, step);
  if (isDict(value)) throw pyError('TypeError', "unhashable type: 'slice'");
  throw pyError('TypeError', `'${typeName(value)}' object is not subscriptable`);
}

function sliceText(text: string, start: unknown, stop: unknown, step: unknown): string {
  const bounds = sliceBounds(codeLength(text), start, stop, step);
  if (bounds.step === 1) return substring(text, bounds.start, Math.max(bounds.start, bounds.stop));
  return sliceItems(characters(text), bounds).join('');
}

/**
 * `value[key]`.
 *
 * @throws KeyError, IndexError or TypeError as Python does.
 */
export function getItem(value: unknown, key: unknown): unknown {
  const item = itemOf(value, key, true);
  if (item === NOT_FOUND) throw missingItem(value, key);
  return item;
}

/** Like `getItem`, with NOT_FOUND in place of the errors that Jinja's lookups pass over. */
export function findItem(value: unknown, key: unknown): unknown {
  return itemOf(value, key, false);
}

function itemOf(value: unknown, key: unknown, strict: boolean): unknown {
  if (Array.isArray(value)) return sequenceItem(value.length, key, strict, (index) => value[index] as unknown);
  if (isDict(value)) return dictGet(value, key);
  if (isText(value)) return textItem(value, key, strict);
  if (value instanceof PyObject) return value.getItem(key);
  if (strict) throw pyError('TypeError', `'${typeName(value)}' object is not subscriptable`);
  return NOT_FOUND;
}

function sequenceItem(size: number, key: unknown, strict: boolean, at: (index: number) => unknown): unknown {
  if (!isInteger(key)) {
    if (strict) throw pyError('TypeError', `list indices must be integers or slices, not ${typeName(key)}`);
    return NOT_FOUND;
  }
  const index = Number(plainInteger(key));
  const position = index < 0 ? index + size : index;
  return position >= 0 && position < size ? (at(position) ?? null) : NOT_FOUND;
}

function textItem(value: string | Markup, key: unknown, strict: boolean): unknown {
  const text = plain(value);
  if (!isInteger(key)) {
    if (strict) throw pyError('TypeError', `string indices must be integers, not '${typeName(key)}'`);
    return NOT_FOUND;
  }
  const item = sequenceItem(codeLength(text), key, strict, (index) => characterAt(text, index));
  return typeof item === 'string' ? sameText(value, item) : NOT_FOUND;
}

function missingItem(value: unknown, key: unknown): Error {
  if (isDict(value)) return pyError('KeyError', repr(key));
  return pyError('IndexError', `${isText(value) ? 'string' : typeName(value)} index out of range`);
}

/**
 * The values of `a, b = value`.
 *
 * @throws ValueError for another number of values, TypeError for what cannot be iterated over.
 */
export function unpack(value: unknown, count: number): unknown[] {
  if (Array.isArray(value) && value.length === count) return value;
  if (!isIterable(value)) throw pyError('TypeError', `cannot unpack non-iterable ${typeName(value)} object`);
  const items: unknown[] = [];
  for (const item of iterate(value)) {
    if (items.length === count) throw pyError('ValueError', `too many values to unpack (expected ${String(count)})`);
    items.push(item);
  }
  if (items.length === count) return items;
  const counts = `(expected ${String(count)}, got ${String(items.length)})`;
  throw pyError('ValueError', `not enough values to unpack ${counts}`);
}
