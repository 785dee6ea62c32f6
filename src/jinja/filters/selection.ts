import { pyError } from '../errors.ts';
import { ITEM, spend } from '../python/budget.ts';
import type { CallContext } from '../python/context.ts';
import { iterate } from '../python/iteration.ts';
import { PyIterator } from '../python/iterator.ts';
import type { Kwargs } from '../python/object.ts';
import { truth } from '../python/operators.ts';
import { quoted } from '../python/text.ts';
import { attributeGetter } from './attribute-path.ts';

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
