import { pyError } from '../../errors.ts';
import { isText, plain } from '../markup.ts';
import { isInteger, toSize } from '../numeric.ts';
import { typeName } from '../types.ts';

/**
 * The characters of an argument that must be a text.
 *
 * @param what Start of the message, such as `replace() argument 1`.
 */
export function textArgument(value: unknown, what: string): string {
  if (isText(value)) return plain(value);
  throw pyError('TypeError', `${what} must be str, not ${typeName(value)}`);
}

/** A position or count: the default where it is left out or None. */
export function optionalIndex(value: unknown, fallback: number): number {
  if (value === undefined || value === null) return fallback;
  if (isInteger(value)) return toSize(value);
  throw pyError('TypeError', 'slice indices must be integers or None or have an __index__ method');
}
