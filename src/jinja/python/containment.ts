import { pyError } from '../errors.ts';
import { ITEM, spend } from './budget.ts';
import { dictGet, dictHas } from './dict.ts';
import { same } from './equality.ts';
import { isText, plain } from './markup.ts';
import { NOT_FOUND, PyObject } from './object.ts';
import { findText } from './search.ts';
import { Tuple } from './tuple.ts';
import { isDict, typeName } from './types.ts';
import { DictView } from './views.ts';

/**
 * `item in container`.
 *
 * @throws TypeError where the container is none, or a text is asked for something other than a text.
 */
export function contains(item: unknown, container: unknown): boolean {
  if (isText(container)) {
    if (isText(item)) return findText(plain(container), plain(item)) >= 0;
    throw pyError('TypeError', `'in <string>' requires string as left operand, not ${typeName(item)}`);
  }
  if (Array.isArray(container)) {
    return container.some((candidate) => {
      spend(1);
      return same(candidate, item);
    });
  }
  if (isDict(container)) return dictHas(container, item);
  if (container instanceof PyObject && container.iterable) return containsInObject(item, container);
  throw pyError('TypeError', `argument of type '${typeName(container)}' is not iterable`);
}

function containsInObject(item: unknown, container: PyObject): boolean {
  const known = container.contains(item);
  if (known !== undefined) return known;
  if (container instanceof DictView && container.kind === 'items') return containsEntry(item, container);
  for (const candidate of container.iterate()) {
    spend(ITEM);
    if (same(candidate, item)) return true;
  }
  return false;
}

function containsEntry(item: unknown, view: DictView): boolean {
  if (!(item instanceof Tuple) || item.length !== 2) return false;
  const value = dictGet(view.dict, item[0]);
  return value !== NOT_FOUND && same(value, item[1]);
}
