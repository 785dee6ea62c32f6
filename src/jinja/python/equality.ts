import { ITEM, scanText, spend } from './budget.ts';
import { type AnyDict, dictEntries, dictGet, dictSize } from './dict.ts';
import { PyFloat } from './float.ts';
import { Markup } from './markup.ts';
import { isNumber } from './numeric.ts';
import { NOT_FOUND, PyObject } from './object.ts';
import { Tuple } from './tuple.ts';
import { isDict } from './types.ts';

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
