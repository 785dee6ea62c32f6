import { ITEM, spend } from '../python/budget.ts';
import { lowerCase } from '../python/casing.ts';
import { isAll } from '../python/classes.ts';
import type { EnvironmentLike } from '../python/context.ts';
import { isText, Markup, plain } from '../python/markup.ts';
import { split } from '../python/methods/splitting.ts';
import { integerOf } from '../python/numeric.ts';
import { Undefined } from '../undefined.ts';

/** How the value at the end of an attribute path is prepared for comparison. */
export interface PathOptions {
  /** Fold texts to lower case. */
  readonly ignoreCase?: boolean;
  /** Taken in place of an undefined value; None means that there is no default. */
  readonly fallback?: unknown;
}

/**
 * A function that follows an `attribute` argument, such as `name`, `team.name` or `0`, from an item.
 *
 * @param environment Looks up the parts, items first.
 * @param attribute The path; None stands for the item itself.
 */
export function attributeGetter(
  environment: EnvironmentLike,
  attribute: unknown,
  options: PathOptions = {},
): (item: unknown) => unknown {
  const parts = pathParts(attribute);
  const fallback = options.fallback ?? null;
  return (item) => {
    let value = item;
    for (const part of parts) {
      spend(ITEM);
      value = environment.getItem(value, part);
      if (fallback !== null && value instanceof Undefined) value = fallback;
    }
    return options.ignoreCase === true ? ignoreCase(value) : value;
  };
}

/** Like `attributeGetter` for several paths separated by commas: gives a list with the value of each. */
export function multiAttributeGetter(
  environment: EnvironmentLike,
  attribute: unknown,
  options: PathOptions = {},
): (item: unknown) => unknown[] {
  const paths = isText(attribute) ? split(plain(attribute), ',') : [attribute];
  const getters = paths.map((path) => attributeGetter(environment, path, options));
  return (item) => getters.map((getter) => getter(item));
}

function pathParts(attribute: unknown): readonly unknown[] {
  if (attribute === null || attribute === undefined) return [];
  if (!isText(attribute)) return [attribute];
  return split(plain(attribute), '.').map((part) => (isAll(part, 'isdigit') ? integerOf(part) : part));
}

/** A text in lower case; every other value as it is. */
export function ignoreCase(value: unknown): unknown {
  if (typeof value === 'string') return lowerCase(value);
  return value instanceof Markup ? new Markup(lowerCase(value.value)) : value;
}
