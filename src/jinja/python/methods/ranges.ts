import { pyError } from '../../errors.ts';
import { type PyFunction, pythonFunction } from '../callable.ts';
import type { PyInt } from '../numeric.ts';
import type { Range } from '../range.ts';
import { repr } from '../text.ts';

/** The methods of a range. */
export function rangeMethods(): Map<string, PyFunction> {
  return new Map<string, PyFunction>([
    [
      'count',
      pythonFunction('range.count(self, value, /)', (range: Range, value: unknown) => (range.contains(value) ? 1 : 0)),
    ],
    ['index', pythonFunction('range.index(self, value, /)', index)],
  ]);
}

function index(range: Range, value: unknown): PyInt {
  const position = range.indexOf(value);
  if (position < 0) throw pyError('ValueError', `${repr(value)} is not in range`);
  return position;
}
