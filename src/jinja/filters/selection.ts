import { pyError } from '../errors.ts';
import { lookupAttribute } from '../python/attributes.ts';
import { ITEM, makeItems, spend } from '../python/budget.ts';
import { call, type CallContext, type EnvironmentLike } from '../python/callable.ts';
import { lowerCase } from '../python/characters.ts';
import { isAll } from '../python/classes.ts';
import { paidOrder } from '../python/comparison.ts';
import { dictEntries } from '../python/dict.ts';
import { each, iterate, unpack } from '../python/iteration.ts';
import { PyIterator } from '../python/iterator.ts';
import { isText, Markup, plain } from '../python/markup.ts';
import { split } from '../python/methods/search.ts';
import { integerOf, toFlag } from '../python/numeric.ts';
import { type Kwargs, NOT_FOUND } from '../python/object.ts';
import { truth } from '../python/operators.ts';
import { quoted } from '../python/text.ts';
import { pair, type Tuple } from '../python/tuple.ts';
import { isDict, typeName } from '../python/types.ts';
import { iterateDict } from '../python/views.ts';
import { Undefined } from '../undefined.ts';

type Transform = (item: unknown) => unknown;

/** A filter or an attribute applied to every item. */
export function map(context: CallContext, value: unknown, args: readonly unknown[], kwargs: Kwargs): PyIterator {
  return new PyIterator(generateMapped(context, value, args, kwargs), 'sync_do_map');
}

function* generateMapped(context: CallContext, value: unknown, args: readonly unknown[], kwargs: Kwargs): Generator {
  if (!truth(value)) return;
  const transform =
    args.length === 0 && kwargs.has('attribute') ? mapAttribute(context, kwargs) : mapFilter(context, args, kwargs);
  for (const item of iterate(value)) {
    spend(ITEM * 2);
    yield transform(item);
  }
}

function mapAttribute(context: CallContext, kwargs: Kwargs): Transform {
  const unexpected = [...kwargs.keys()].find((name) => name !== 'attribute' && name !== 'default');
  if (unexpected !== undefined) {
    throw pyError('FilterArgumentError', `Unexpected keyword argument ${quoted(unexpected)}`);
  }
  return attributeGetter(context.environment, kwargs.get('attribute'), { fallback: kwargs.get('default') });
}

function mapFilter(context: CallContext, args: readonly unknown[], kwargs: Kwargs): Transform {
  const [name, ...rest] = args;
  if (args.length === 0) throw pyError('FilterArgumentError', 'map requires a filter argument');
  return (item) => context.environment.callFilter(name, [item, ...rest], kwargs, context);
}

type Selection = (context: CallContext, value: unknown, args: readonly unknown[], kwargs: Kwargs) => PyIterator;

/** The items that pass a test. */
export const select = selection(true, false);
/** The items that do not pass a test. */
export const reject = selection(false, false);
/** The items with an attribute that passes a test. */
export const selectattr = selection(true, true);
/** The items with an attribute that does not pass a test. */
export const rejectattr = selection(false, true);

function selection(wanted: boolean, byAttribute: boolean): Selection {
  return (context, value, args, kwargs) => {
    const condition = (): Transform => conditionOf(context, args, kwargs, byAttribute);
    return new PyIterator(generateSelected(value, condition, wanted), 'select_or_reject');
  };
}

function* generateSelected(value: unknown, condition: () => Transform, wanted: boolean): Generator {
  if (!truth(value)) return;
  const passes = condition();
  for (const item of iterate(value)) {
    spend(ITEM * 2);
    if (truth(passes(item)) === wanted) yield item;
  }
}

function conditionOf(context: CallContext, args: readonly unknown[], kwargs: Kwargs, byAttribute: boolean): Transform {
  const { environment } = context;
  if (byAttribute && args.length === 0) throw pyError('FilterArgumentError', 'Missing parameter for attribute name');
  const valueOf = byAttribute ? attributeGetter(environment, args[0]) : (item: unknown) => item;
  const [name, ...rest] = byAttribute ? args.slice(1) : args;
  if (name === undefined) return valueOf;
  return (item) => environment.callTest(name, [valueOf(item), ...rest], kwargs, context);
}

/** How the value at the end of an attribute path is prepared for comparison. */
interface PathOptions {
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
function ignoreCase(value: unknown): unknown {
  if (typeof value === 'string') return lowerCase(value);
  return value instanceof Markup ? new Markup(lowerCase(value.value)) : value;
}

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
