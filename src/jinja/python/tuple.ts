import { makeItems } from './budget.ts';

/**
 * A Python tuple. Make it with `tuple` or `pair`: the constructor inherits the pitfalls of Array's. `slice` and `map` of
 * a tuple give tuples; it has no `Symbol.species`, as overriding that slows down every array of the process.
 */
export class Tuple extends Array<unknown> {}

/** A tuple whose items have names as well, as `collections.namedtuple` makes; prints as a plain tuple. */
export class NamedTuple extends Tuple {
  names: readonly string[] = [];
}

/** A tuple of these items. */
export function tuple(items: readonly unknown[]): Tuple {
  return fill(new Tuple(), items);
}

/** A tuple of exactly two items, the fast path for `dict.items()` and the like. */
export function pair(first: unknown, second: unknown): Tuple {
  const made = new Tuple();
  made[0] = first;
  made[1] = second;
  return made;
}

/** A tuple that gives its items by name too. */
export function namedTuple(names: readonly string[], items: readonly unknown[]): NamedTuple {
  const made = fill(new NamedTuple(), items);
  made.names = names;
  return made;
}

function fill<T extends Tuple>(target: T, items: readonly unknown[]): T {
  makeItems(items.length);
  for (let index = 0; index < items.length; index += 1) target[index] = items[index];
  return target;
}
