import { pyError } from '../../errors.ts';
import { CALL, spend } from '../budget.ts';
import { call, type PyFunction, pythonFunction } from '../callable.ts';
import {
  type AnyDict,
  type Dict,
  dictClear,
  dictDelete,
  dictEntries,
  dictGet,
  dictHas,
  dictKeys,
  dictSet,
  dictSize,
  makeDict,
} from '../dict.ts';
import { each, getItem, isIterable, toList } from '../iteration.ts';
import { type Kwargs, NOT_FOUND, PyObject } from '../object.ts';
import { repr } from '../text.ts';
import { pair, type Tuple } from '../tuple.ts';
import { isDict } from '../types.ts';
import { DictView } from '../views.ts';

/** The methods of a dict, each with the dict as its first argument. */
export function dictMethods(): Map<string, PyFunction> {
  return new Map<string, PyFunction>([
    ['clear', pythonFunction('dict.clear(self, /)', clear)],
    ['copy', pythonFunction('dict.copy(self, /)', (dict: AnyDict) => makeDict(dictEntries(dict)))],
    [
      'fromkeys',
      pythonFunction('dict.fromkeys(self, iterable, value=None, /)', (_: AnyDict, keys: unknown, value?: unknown) =>
        fromKeys(keys, value),
      ),
    ],
    ['get', pythonFunction('dict.get(self, key, default=None, /)', get)],
    ['items', pythonFunction('dict.items(self, /)', (dict: AnyDict) => new DictView(dict, 'items'))],
    ['keys', pythonFunction('dict.keys(self, /)', (dict: AnyDict) => new DictView(dict, 'keys'))],
    ['pop', pythonFunction('dict.pop(self, key, default=None, /)', pop)],
    ['popitem', pythonFunction('dict.popitem(self, /)', popItem)],
    ['setdefault', pythonFunction('dict.setdefault(self, key, default=None, /)', setDefault)],
    ['update', pythonFunction('dict.update(self, other=None, /, **kwargs)', update)],
    ['values', pythonFunction('dict.values(self, /)', (dict: AnyDict) => new DictView(dict, 'values'))],
  ]);
}

/** `dict.fromkeys`. */
export function fromKeys(keys: unknown, value: unknown = null): Dict {
  return makeDict(toList(keys).map((key) => [key, value]));
}

function get(dict: AnyDict, key: unknown, fallback: unknown = null): unknown {
  const value = dictGet(dict, key);
  return value === NOT_FOUND ? fallback : value;
}

function clear(dict: AnyDict): null {
  dictClear(dict);
  return null;
}

function pop(dict: AnyDict, key: unknown, fallback?: unknown): unknown {
  // Python does not look at the key of an empty dict, so one that cannot be hashed is no TypeError there.
  const value = dictSize(dict) === 0 ? NOT_FOUND : dictGet(dict, key);
  if (value !== NOT_FOUND) {
    dictDelete(dict, key);
    return value;
  }
  if (fallback === undefined) throw pyError('KeyError', repr(key));
  return fallback;
}

function popItem(dict: AnyDict): Tuple {
  const keys = dictKeys(dict);
  if (keys.length === 0) throw pyError('KeyError', "'popitem(): dictionary is empty'");
  const key = keys.at(-1);
  const value = dictGet(dict, key);
  dictDelete(dict, key);
  return pair(key, value);
}

function setDefault(dict: AnyDict, key: unknown, fallback: unknown = null): unknown {
  if (!dictHas(dict, key)) dictSet(dict, key, fallback);
  return dictGet(dict, key);
}

function update(dict: AnyDict, other: unknown, kwargs: Kwargs): null {
  if (other !== undefined) fillDict(dict, other);
  for (const [key, value] of kwargs) dictSet(dict, key, value);
  return null;
}

/**
 * Puts the entries of a dict or of an iterable of pairs into a dict, as `dict.update` and `dict()` do.
 *
 * @throws TypeError or ValueError for something else.
 */
export function fillDict(dict: AnyDict, source: unknown): void {
  if (isDict(source)) {
    for (const [key, value] of dictEntries(source)) dictSet(dict, key, value);
    return;
  }
  const keys = source instanceof PyObject ? source.getAttribute('keys') : NOT_FOUND;
  if (keys !== NOT_FOUND) {
    for (const key of each(call(keys, []))) dictSet(dict, key, getItem(source, key));
    return;
  }
  let position = 0;
  for (const item of each(source)) {
    spend(CALL * 2);
    const [key, value] = entryOf(item, position);
    dictSet(dict, key, value);
    position += 1;
  }
}

function entryOf(item: unknown, position: number): unknown[] {
  const where = `dictionary update sequence element #${String(position)}`;
  if (!isIterable(item)) throw pyError('TypeError', `cannot convert ${where} to a sequence`);
  const entry = toList(item);
  if (entry.length === 2) return entry;
  throw pyError('ValueError', `${where} has length ${String(entry.length)}; 2 is required`);
}
