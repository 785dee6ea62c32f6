import { pyError } from '../errors.ts';
import { CALL, hold, ITEM, makeItems, spend } from '../python/budget.ts';
import type { EnvironmentLike } from '../python/callable.ts';
import { paidOrder } from '../python/comparison.ts';
import { KeySet } from '../python/dict.ts';
import { each, toList } from '../python/iteration.ts';
import { PyIterator } from '../python/iterator.ts';
import { isText, plain } from '../python/markup.ts';
import { toFlag } from '../python/numeric.ts';
import { add, eq, gt, lt, truth } from '../python/operators.ts';
import { type NamedTuple, namedTuple } from '../python/tuple.ts';
import { attributeGetter, multiAttributeGetter } from './selection.ts';

/** A sorted list, by default without regard to case. */
export function sort(
  environment: EnvironmentLike,
  ...[value, reverse = false, caseSensitive = false, attribute = null]: unknown[]
): unknown[] {
  const options = { ignoreCase: !truth(caseSensitive) };
  const single = attribute === null || !isText(attribute) || !plain(attribute).includes(',');
  const keyOf = single
    ? attributeGetter(environment, attribute, options)
    : multiAttributeGetter(environment, attribute, options);
  // Python compares lists of keys: equal ones, even of types without an order, are never compared further.
  const compare = single ? compareSingle : paidOrder;
  const items = toList(value);
  return sortBy(items, keyOf, toFlag(reverse), compare);
}

function compareSingle(a: unknown, b: unknown): number {
  return typeof a !== 'string' && typeof a !== 'number' && eq(a, b) ? 0 : paidOrder(a, b);
}

function sortBy(
  items: readonly unknown[],
  keyOf: (item: unknown) => unknown,
  reverse: boolean,
  compare: (a: unknown, b: unknown) => number,
): unknown[] {
  makeItems(items.length * ITEM * 2);
  const keyed = items.map((item) => ({ item, key: keyOf(item) }));
  const sign = reverse ? -1 : 1;
  return keyed.sort((a, b) => sign * compare(a.key, b.key)).map(({ item }) => item);
}

/** Bytes of a value that is remembered. */
const ENTRY = 64;

/** Each value once, in the order of their first occurrence. */
export function unique(
  environment: EnvironmentLike,
  value: unknown,
  caseSensitive: unknown = false,
  attribute: unknown = null,
): PyIterator {
  return new PyIterator(generateUnique(environment, value, caseSensitive, attribute), 'sync_do_unique');
}

function* generateUnique(
  environment: EnvironmentLike,
  value: unknown,
  caseSensitive: unknown,
  attribute: unknown,
): Generator {
  const keyOf = attributeGetter(environment, attribute, { ignoreCase: !truth(caseSensitive) });
  const seen = new KeySet();
  for (const item of each(value)) {
    spend(CALL * 2);
    hold(ENTRY);
    if (seen.add(keyOf(item))) yield item;
  }
}

/** The smallest item, undefined for an empty sequence. */
export function min(
  environment: EnvironmentLike,
  value: unknown,
  caseSensitive: unknown = false,
  attribute: unknown = null,
): unknown {
  return extreme(
    environment,
    value,
    lt,
    attributeGetter(environment, attribute, { ignoreCase: !truth(caseSensitive) }),
  );
}

/** The largest item, undefined for an empty sequence. */
export function max(
  environment: EnvironmentLike,
  value: unknown,
  caseSensitive: unknown = false,
  attribute: unknown = null,
): unknown {
  return extreme(
    environment,
    value,
    gt,
    attributeGetter(environment, attribute, { ignoreCase: !truth(caseSensitive) }),
  );
}

function extreme(
  environment: EnvironmentLike,
  value: unknown,
  better: (a: unknown, b: unknown) => boolean,
  keyOf: (item: unknown) => unknown,
): unknown {
  let best: { item: unknown; key: unknown } | undefined;
  for (const item of each(value)) {
    const key = keyOf(item);
    if (best === undefined || better(key, best.key)) best = { item, key };
  }
  return best === undefined ? environment.undefined({ hint: 'No aggregated item, sequence was empty.' }) : best.item;
}

/** The sum of the items and a start value. */
export function sum(
  environment: EnvironmentLike,
  iterable: unknown,
  attribute: unknown = null,
  start: unknown = 0,
): unknown {
  const items = each(iterable);
  if (isText(start)) throw pyError('TypeError', "sum() can't sum strings [use ''.join(seq) instead]");
  const valueOf = attributeGetter(environment, attribute);
  let total = start;
  for (const item of items) total = add(total, valueOf(item));
  return total;
}

/** Items with the same value of an attribute together, as pairs of `grouper` and `list` sorted by the value. */
export function groupby(
  environment: EnvironmentLike,
  ...[value, attribute, fallback = null, caseSensitive = false]: unknown[]
): NamedTuple[] {
  const ignoreCase = !truth(caseSensitive);
  const keyOf = attributeGetter(environment, attribute, { ignoreCase, fallback });
  const shownKeyOf = ignoreCase ? attributeGetter(environment, attribute, { fallback }) : keyOf;
  const groups: { key: unknown; items: unknown[] }[] = [];
  for (const item of sortBy(toList(value), keyOf, false, paidOrder)) {
    spend(CALL);
    hold(ENTRY);
    const key = keyOf(item);
    const group = groups.at(-1);
    if (group !== undefined && (group.key === key || eq(group.key, key))) group.items.push(item);
    else groups.push({ key, items: [item] });
  }
  return groups.map(({ items }) => namedTuple(['grouper', 'list'], [shownKeyOf(items[0]), items]));
}
