import { isCallable, type PassedArgument, type PyCallable, pythonFunction } from '../python/callable.ts';
import { hasHtml } from '../python/escape.ts';
import { isText } from '../python/markup.ts';
import { isFloat, isNumber } from '../python/numeric.ts';
import { contains, eq, ge, gt, identical, le, lt, ne } from '../python/operators.ts';
import { isDict } from '../python/types.ts';
import {
  isDefined,
  isDivisibleBy,
  isEven,
  isFilter,
  isIterableValue,
  isLowerText,
  isOdd,
  isPlainInteger,
  isSequence,
  isTest,
  isUndefined,
  isUpperText,
} from './predicates.ts';

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
