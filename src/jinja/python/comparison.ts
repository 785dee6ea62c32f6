import { pyError } from '../errors.ts';
import { ITEM, scanText, spend } from './budget.ts';
import { type AnyDict, dictEntries, dictGet, dictHas, dictSize } from './dict.ts';
import { PyFloat } from './numbers.ts';
import { isText, Markup, plain } from './markup.ts';
import { isNumber } from './numeric.ts';
import { NOT_FOUND, PyObject } from './object.ts';
import { findText } from './search.ts';
import { Tuple } from './tuple.ts';
import { isDict, typeName } from './types.ts';
import { DictView } from './views.ts';

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

/** `a == b`. */
export function eq(a: unknown, b: unknown): boolean {
  if (typeof a === 'string' && typeof b === 'string') return sameText(a, b);
  if (typeof a === 'number' && typeof b === 'number') return a === b;
  return eqSlow(a, b);
}

/** Whether two values are one object; equal numbers and texts are. */
function identical(a: unknown, b: unknown): boolean {
  return typeof a === 'string' ? typeof b === 'string' && sameText(a, b) : Object.is(a, b);
}

/** `a is b or a == b`, which containers use for their items. */
export function same(a: unknown, b: unknown): boolean {
  return identical(a, b) || eq(a, b);
}

/** Whether two texts are the same. JavaScript compares them character by character where it cannot tell otherwise. */
export function sameText(a: string, b: string): boolean {
  if (a.length !== b.length) return false;
  scanText(a.length);
  return a === b;
}

function eqSlow(a: unknown, b: unknown): boolean {
  if (a instanceof PyObject) return a.equals(b);
  if (b instanceof PyObject) return b.equals(a);
  if (isNumber(a)) return isNumber(b) && eqNumbers(a, b);
  if (a instanceof Markup) return eq(a.value, b instanceof Markup ? b.value : b);
  if (b instanceof Markup) return eq(a, b.value);
  if (Array.isArray(a)) return Array.isArray(b) && eqArrays(a, b);
  if (isDict(a)) return isDict(b) && eqDicts(a, b);
  return a === b || ((a ?? null) === null && (b ?? null) === null);
}

function eqNumbers(a: number | bigint | boolean | PyFloat, b: number | bigint | boolean | PyFloat): boolean {
  const left = a instanceof PyFloat ? a.value : typeof a === 'boolean' ? Number(a) : a;
  const right = b instanceof PyFloat ? b.value : typeof b === 'boolean' ? Number(b) : b;
  // JavaScript compares a number with a bigint by their exact values, but only loosely.
  return left == right;
}

function eqArrays(a: readonly unknown[], b: readonly unknown[]): boolean {
  if (a.length !== b.length || a instanceof Tuple !== b instanceof Tuple) return false;
  for (let index = 0; index < a.length; index += 1) {
    spend(ITEM);
    if (!same(a[index], b[index])) return false;
  }
  return true;
}

function eqDicts(a: AnyDict, b: AnyDict): boolean {
  if (dictSize(a) !== dictSize(b)) return false;
  return dictEntries(a).every(([key, value]) => {
    spend(ITEM);
    const other = dictGet(b, key);
    return other !== NOT_FOUND && same(value, other);
  });
}

/**
 * `item in container`.
 *
 * @throws TypeError where the container is none, or a text is asked for something other than a text.
 */
export function contains(item: unknown, container: unknown): boolean {
  if (isText(container)) {
    if (isText(item)) return findText(plain(container), plain(item)) >= 0;
    throw pyError('TypeError', `'in <string>' requires string as left operand, not ${typeName(item)}`);
  }
  if (Array.isArray(container)) {
    return container.some((candidate) => {
      spend(1);
      return same(candidate, item);
    });
  }
  if (isDict(container)) return dictHas(container, item);
  if (container instanceof PyObject && container.iterable) return containsInObject(item, container);
  throw pyError('TypeError', `argument of type '${typeName(container)}' is not iterable`);
}

function containsInObject(item: unknown, container: PyObject): boolean {
  const known = container.contains(item);
  if (known !== undefined) return known;
  if (container instanceof DictView && container.kind === 'items') return containsEntry(item, container);
  for (const candidate of container.iterate()) {
    spend(ITEM);
    if (same(candidate, item)) return true;
  }
  return false;
}

function containsEntry(item: unknown, view: DictView): boolean {
  if (!(item instanceof Tuple) || item.length !== 2) return false;
  const value = dictGet(view.dict, item[0]);
  return value !== NOT_FOUND && same(value, item[1]);
}

type Comparison = '<' | '<=' | '>' | '>=';

const REFLECTED: Readonly<Record<Comparison, Comparison>> = { '<': '>', '<=': '>=', '>': '<', '>=': '<=' };

/** `a < b` and its like, for all types. */
export function compare(operator: Comparison, a: unknown, b: unknown): boolean {
  if (isText(a) && isText(b)) return holds(operator, compareText(plain(a), plain(b)));
  if (isNumber(a) && isNumber(b)) return compareNumbers(operator, numberOf(a), numberOf(b));
  if (Array.isArray(a) && Array.isArray(b) && a instanceof Tuple === b instanceof Tuple) {
    return compareArrays(operator, a, b);
  }
  if (a instanceof PyObject) {
    const result = a.binary(operator, b, false);
    if (result !== NOT_FOUND) return result === true;
  }
  if (b instanceof PyObject) {
    const result = b.binary(REFLECTED[operator], a, true);
    if (result !== NOT_FOUND) return result === true;
  }
  const types = `'${typeName(a)}' and '${typeName(b)}'`;
  throw pyError('TypeError', `'${operator}' not supported between instances of ${types}`);
}

function holds(operator: Comparison, order: number): boolean {
  switch (operator) {
    case '<':
      return order < 0;
    case '<=':
      return order <= 0;
    case '>':
      return order > 0;
    case '>=':
      return order >= 0;
  }
}

function numberOf(value: number | bigint | boolean | PyFloat): number | bigint {
  return typeof value === 'bigint' ? value : Number(value);
}

function compareNumbers(operator: Comparison, a: number | bigint, b: number | bigint): boolean {
  switch (operator) {
    case '<':
      return a < b;
    case '<=':
      return a <= b;
    case '>':
      return a > b;
    case '>=':
      return a >= b;
  }
}

/** Lists and tuples are compared at the first items that differ. */
function compareArrays(operator: Comparison, a: readonly unknown[], b: readonly unknown[]): boolean {
  const shared = Math.min(a.length, b.length);
  for (let index = 0; index < shared; index += 1) {
    spend(ITEM);
    if (!same(a[index], b[index])) return compare(operator, a[index], b[index]);
  }
  return holds(operator, a.length - b.length);
}

/** Order of two texts by code points, negative if `a` comes first. */
export function compareText(a: string, b: string): number {
  if (sameText(a, b)) return 0;
  const shared = Math.min(a.length, b.length);
  for (let index = 0; index < shared; index += 1) {
    const left = a.charCodeAt(index);
    const right = b.charCodeAt(index);
    if (left !== right) {
      spend(index >> 2);
      return codeRank(left) - codeRank(right);
    }
  }
  spend(shared >> 2);
  return a.length - b.length;
}

/** Surrogates stand for code points above all others, yet lie below some of them. */
function codeRank(unit: number): number {
  return unit >= 0xd800 && unit <= 0xdfff ? unit + 0x10000 : unit;
}

/**
 * Order of two keys for sorting: negative, zero or positive.
 *
 * @throws TypeError for keys without an order.
 */
function compareKeys(a: unknown, b: unknown): number {
  if (typeof a === 'string' && typeof b === 'string') return compareText(a, b);
  if (typeof a === 'number' && typeof b === 'number') return a < b ? -1 : a > b ? 1 : 0;
  if (compare('<', a, b)) return -1;
  return compare('<', b, a) ? 1 : 0;
}

/** Steps of comparing two keys. */
const ORDER = 10;

/** `compareKeys` for sorting, where each comparison is paid for. */
export function paidOrder(a: unknown, b: unknown): number {
  spend(ORDER);
  return compareKeys(a, b);
}
