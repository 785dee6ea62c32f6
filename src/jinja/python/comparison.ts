import { pyError } from '../errors.ts';
import { ITEM, spend } from './budget.ts';
import { same, sameText } from './equality.ts';
import type { PyFloat } from './float.ts';
import { isText, plain } from './markup.ts';
import { isNumber } from './numeric.ts';
import { NOT_FOUND, PyObject } from './object.ts';
import { Tuple } from './tuple.ts';
import { typeName } from './types.ts';

export type Comparison = '<' | '<=' | '>' | '>=';

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
export function compareKeys(a: unknown, b: unknown): number {
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
