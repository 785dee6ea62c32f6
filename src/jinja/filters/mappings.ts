import { pyError } from '../errors.ts';
import { lookupAttribute } from '../python/attributes.ts';
import { ITEM, makeItems, spend } from '../python/budget.ts';
import { call } from '../python/callable.ts';
import { paidOrder } from '../python/comparison.ts';
import { dictEntries } from '../python/dict.ts';
import { each, unpack } from '../python/iteration.ts';
import { PyIterator } from '../python/iterator.ts';
import { toFlag } from '../python/numeric.ts';
import { NOT_FOUND } from '../python/object.ts';
import { truth } from '../python/operators.ts';
import { pair, type Tuple } from '../python/tuple.ts';
import { isDict, typeName } from '../python/types.ts';
import { iterateDict } from '../python/views.ts';
import { Undefined } from '../undefined.ts';
import { ignoreCase } from './attribute-path.ts';

/**
 * The entries of `value.items()`.
 *
 * @throws AttributeError for a value without that method, UndefinedError for an undefined one.
 */
export function entriesOf(value: unknown): (readonly unknown[])[] {
  if (isDict(value)) return dictEntries(value);
  const items = lookupAttribute(value, 'items');
  if (items === NOT_FOUND) throw pyError('AttributeError', `'${typeName(value)}' object has no attribute 'items'`);
  return Array.from(each(call(items, [])), (item) => unpack(item, 2));
}

/** The entries of a dict, one after the other; none for an undefined value. */
export function items(value: unknown): PyIterator {
  return new PyIterator(generateItems(value), 'do_items');
}

function* generateItems(value: unknown): Generator {
  if (value instanceof Undefined) return;
  if (!isDict(value)) throw pyError('TypeError', 'Can only get item pairs from a mapping.');
  for (const item of iterateDict(value, 'items')) {
    spend(ITEM);
    yield item;
  }
}

/** The entries of a dict, sorted by key or value. */
export function dictsort(...[value, caseSensitive = false, by = 'key', reverse = false]: unknown[]): Tuple[] {
  if (by !== 'key' && by !== 'value') {
    throw pyError('FilterArgumentError', 'You can only sort by either "key" or "value"');
  }
  const prepare = truth(caseSensitive) ? (key: unknown) => key : ignoreCase;
  const entries = entriesOf(value);
  const descending = toFlag(reverse);
  makeItems(entries.length * ITEM * 4);
  const keyed = entries.map(([key, item]) => ({
    entry: pair(key, item),
    key: prepare(by === 'key' ? key : item),
  }));
  const sign = descending ? -1 : 1;
  return keyed.sort((a, b) => sign * paidOrder(a.key, b.key)).map(({ entry }) => entry);
}
