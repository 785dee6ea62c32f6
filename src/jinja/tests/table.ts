import { isKind } from '../errors.ts';
import { Exhausted, payCaught } from '../python/budget.ts';
import {
  type EnvironmentLike,
  isCallable,
  type PassedArgument,
  type PyCallable,
  pythonFunction,
} from '../python/callable.ts';
import { isLower, isUpper } from '../python/characters.ts';
import { hashOf } from '../python/dict.ts';
import { hasHtml } from '../python/escape.ts';
import { isIterable, length } from '../python/iteration.ts';
import { isText, plain } from '../python/markup.ts';
import { isFloat, isInteger, isNumber } from '../python/numeric.ts';
import { PyObject } from '../python/object.ts';
import { contains, eq, ge, gt, identical, le, lt, mod, ne } from '../python/operators.ts';
import { str } from '../python/text.ts';
import { isDict } from '../python/types.ts';
import { Undefined } from '../undefined.ts';

type Implementation = (...args: never[]) => unknown;
type Row = readonly [names: string, signature: string, implementation: Implementation, pass?: PassedArgument];

/** The tests, each with all its names and the signature that Jinja2 3.1 gives it. */
const TESTS: readonly Row[] = [
  ['odd', 'test_odd(value)', isOdd],
  ['even', 'test_even(value)', isEven],
  ['divisibleby', 'test_divisibleby(value, num)', isDivisibleBy],
  ['defined', 'test_defined(value)', isDefined],
  ['undefined', 'test_undefined(value)', isUndefined],
  ['filter', 'test_filter(value)', isFilter, 'environment'],
  ['test', 'test_test(value)', isTest, 'environment'],
  ['none', 'test_none(value)', (value: unknown) => (value ?? null) === null],
  ['boolean', 'test_boolean(value)', (value: unknown) => typeof value === 'boolean'],
  ['false', 'test_false(value)', (value: unknown) => value === false],
  ['true', 'test_true(value)', (value: unknown) => value === true],
  ['integer', 'test_integer(value)', isPlainInteger],
  ['float', 'test_float(value)', isFloat],
  ['lower', 'test_lower(value)', isLowerText],
  ['upper', 'test_upper(value)', isUpperText],
  ['string', 'test_string(value)', isText],
  ['mapping', 'test_mapping(value)', isDict],
  ['number', 'test_number(value)', isNumber],
  ['sequence', 'test_sequence(value)', isSequence],
  ['iterable', 'test_iterable(value)', isIterableValue],
  ['callable', 'callable(obj, /)', isCallable],
  ['sameas', 'test_sameas(value, other)', identical],
  ['escaped', 'test_escaped(value)', hasHtml],
  ['in', 'test_in(value, seq)', contains],
  ['== eq equalto', 'eq(a, b, /)', eq],
  ['!= ne', 'ne(a, b, /)', ne],
  ['> gt greaterthan', 'gt(a, b, /)', gt],
  ['>= ge', 'ge(a, b, /)', ge],
  ['< lt lessthan', 'lt(a, b, /)', lt],
  ['<= le', 'le(a, b, /)', le],
];

/** All tests that Jinja2 3.1 has built in, by name. */
export const builtinTests: ReadonlyMap<string, PyCallable> = new Map(
  TESTS.flatMap(([names, signature, implementation, pass]) => {
    const test = makeTest(signature, implementation, pass);
    return names.split(' ').map((name): [string, PyCallable] => [name, test]);
  }),
);

function makeTest(signature: string, implementation: Implementation, pass: PassedArgument | undefined): PyCallable {
  const test = (...args: never[]): unknown => implementation(...args);
  return pythonFunction(signature, test, pass === undefined ? {} : { pass });
}

/** `value % 2 == 1`. */
function isOdd(value: unknown): boolean {
  return eq(mod(value, 2), 1);
}

/** `value % 2 == 0`. */
function isEven(value: unknown): boolean {
  return eq(mod(value, 2), 0);
}

/** `value % num == 0`. */
function isDivisibleBy(value: unknown, num: unknown): boolean {
  return eq(mod(value, num), 0);
}

/** Not one of Jinja's undefined values. */
function isDefined(value: unknown): boolean {
  return !(value instanceof Undefined);
}

/** One of Jinja's undefined values. */
function isUndefined(value: unknown): boolean {
  return value instanceof Undefined;
}

/** The name of a filter that exists. */
function isFilter(environment: EnvironmentLike, value: unknown): boolean {
  return isName(value) && environment.findFilter(plain(value)) !== undefined;
}

/** The name of a test that exists. */
function isTest(environment: EnvironmentLike, value: unknown): boolean {
  return isName(value) && environment.findTest(plain(value)) !== undefined;
}

/** Names are looked up in a dict, so what is no key there raises TypeError. */
function isName(value: unknown): value is Parameters<typeof plain>[0] {
  if (isText(value)) return true;
  hashOf(value);
  return false;
}

/** An int that is no bool. */
function isPlainInteger(value: unknown): boolean {
  return isInteger(value) && typeof value !== 'boolean';
}

/** Printed, it has small letters and no capitals. */
function isLowerText(value: unknown): boolean {
  return isLower(str(value));
}

/** Printed, it has capitals and no small letters. */
function isUpperText(value: unknown): boolean {
  return isUpper(str(value));
}

/** It has a length and items. */
function isSequence(value: unknown): boolean {
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
function isIterableValue(value: unknown): boolean {
  if (value instanceof Undefined) value.iterate();
  return isIterable(value);
}
