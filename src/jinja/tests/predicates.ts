import { isKind } from '../errors.ts';
import { Exhausted, payCaught } from '../python/budget.ts';
import type { EnvironmentLike } from '../python/context.ts';
import { hashOf } from '../python/dict.ts';
import { isIterable, length } from '../python/iteration.ts';
import { isText, plain } from '../python/markup.ts';
import { isInteger } from '../python/numeric.ts';
import { PyObject } from '../python/object.ts';
import { eq, mod } from '../python/operators.ts';
import { isLower, isUpper } from '../python/casing.ts';
import { str } from '../python/text.ts';
import { isDict } from '../python/types.ts';
import { Undefined } from '../undefined.ts';

/** `value % 2 == 1`. */
export function isOdd(value: unknown): boolean {
  return eq(mod(value, 2), 1);
}

/** `value % 2 == 0`. */
export function isEven(value: unknown): boolean {
  return eq(mod(value, 2), 0);
}

/** `value % num == 0`. */
export function isDivisibleBy(value: unknown, num: unknown): boolean {
  return eq(mod(value, num), 0);
}

/** Not one of Jinja's undefined values. */
export function isDefined(value: unknown): boolean {
  return !(value instanceof Undefined);
}

/** One of Jinja's undefined values. */
export function isUndefined(value: unknown): boolean {
  return value instanceof Undefined;
}

/** The name of a filter that exists. */
export function isFilter(environment: EnvironmentLike, value: unknown): boolean {
  return isName(value) && environment.findFilter(plain(value)) !== undefined;
}

/** The name of a test that exists. */
export function isTest(environment: EnvironmentLike, value: unknown): boolean {
  return isName(value) && environment.findTest(plain(value)) !== undefined;
}

/** Names are looked up in a dict, so what is no key there raises TypeError. */
function isName(value: unknown): value is Parameters<typeof plain>[0] {
  if (isText(value)) return true;
  hashOf(value);
  return false;
}

/** An int that is no bool. */
export function isPlainInteger(value: unknown): boolean {
  return isInteger(value) && typeof value !== 'boolean';
}

/** Printed, it has small letters and no capitals. */
export function isLowerText(value: unknown): boolean {
  return isLower(str(value));
}

/** Printed, it has capitals and no small letters. */
export function isUpperText(value: unknown): boolean {
  return isUpper(str(value));
}

/** It has a length and items. */
export function isSequence(value: unknown): boolean {
  if (!(value instanceof PyObject)) return Array.isArray(value) || isText(value) || isDict(value);
  if (!value.sized || !value.subscriptable) return false;
  try {
    length(value);
  } catch (error) {
    // Jinja takes any failure for a no: a strict undefined value has no length.
    if (error instanceof Exhausted || !isKind(error, 'Exception')) throw error;
    payCaught();
    return false;
  }
  return true;
}

/** It can be iterated over. A strict undefined value raises its error. */
export function isIterableValue(value: unknown): boolean {
  if (value instanceof Undefined) value.iterate();
  return isIterable(value);
}
