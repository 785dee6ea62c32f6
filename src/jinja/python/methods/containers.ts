import { pyError } from '../../errors.ts';
import { CALL, hold, ITEM, makeItems, spend } from '../budget.ts';
import { call, type PyFunction, pythonFunction } from '../callable.ts';
import { paidOrder, same } from '../comparison.ts';
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
import { type PyInt, toCount, toFlag } from '../numeric.ts';
import { type Kwargs, NOT_FOUND, PyObject } from '../object.ts';
import type { Range } from '../range.ts';
import { repr } from '../text.ts';
import { pair, type Tuple } from '../tuple.ts';
import { isDict } from '../types.ts';
import { DictView } from '../views.ts';
import { optionalIndex } from './arguments.ts';

/** The methods of a list, each with the list as its first argument. */
export function listMethods(): Map<string, PyFunction> {
  return new Map<string, PyFunction>([
    ['append', pythonFunction('list.append(self, object, /)', append)],
    ['clear', pythonFunction('list.clear(self, /)', clearList)],
    ['copy', pythonFunction('list.copy(self, /)', toList)],
    ['extend', pythonFunction('list.extend(self, iterable, /)', extend)],
    ['insert', pythonFunction('list.insert(self, index, object, /)', insert)],
    ['pop', pythonFunction('list.pop(self, index=-1, /)', popAt)],
    ['remove', pythonFunction('list.remove(self, value, /)', remove)],
    ['reverse', pythonFunction('list.reverse(self, /)', reverse)],
    ['sort', pythonFunction('list.sort(self, /, *, key=None, reverse=False)', sort)],
    ...sequenceMethods('list'),
  ]);
}

/** The methods of a tuple. */
export function tupleMethods(): Map<string, PyFunction> {
  return new Map(sequenceMethods('tuple'));
}

function sequenceMethods(type: 'list' | 'tuple'): [string, PyFunction][] {
  const indexOf = (items: readonly unknown[], value: unknown, start?: unknown, stop?: unknown): number => {
    const clamp = (at: number): number => (at < 0 ? Math.max(0, at + items.length) : at);
    const end = Math.min(items.length, clamp(optionalIndex(stop, items.length)));
    for (let at = clamp(optionalIndex(start, 0)); at < end; at += 1) {
      spend(1);
      if (same(items[at], value)) return at;
    }
    throw pyError('ValueError', type === 'list' ? `${repr(value)} is not in list` : 'tuple.index(x): x not in tuple');
  };
  const count = (items: readonly unknown[], value: unknown): number => {
    spend(items.length * ITEM);
    return items.reduce<number>((found, item) => (same(item, value) ? found + 1 : found), 0);
  };
  return [
    ['index', pythonFunction(`${type}.index(self, value, start=0, stop=None, /)`, indexOf)],
    ['count', pythonFunction(`${type}.count(self, value, /)`, count)],
  ];
}

function append(items: unknown[], value: unknown): null {
  hold(16);
  items.push(value);
  return null;
}

function clearList(items: unknown[]): null {
  items.length = 0;
  return null;
}

function extend(items: unknown[], iterable: unknown): null {
  const added = toList(iterable);
  makeItems(added.length);
  for (const item of added) items.push(item);
  return null;
}

function insert(items: unknown[], index: unknown, value: unknown): null {
  hold(16);
  payMove(items);
  items.splice(toCount(index), 0, value);
  return null;
}

function popAt(items: unknown[], index: unknown = -1): unknown {
  const given = toCount(index);
  if (items.length === 0) throw pyError('IndexError', 'pop from empty list');
  const at = given < 0 ? given + items.length : given;
  if (at < 0 || at >= items.length) throw pyError('IndexError', 'pop index out of range');
  if (at === items.length - 1) return items.pop();
  payMove(items);
  return items.splice(at, 1)[0];
}

function remove(items: unknown[], value: unknown): null {
  const at = items.findIndex((item) => {
    spend(1);
    return same(item, value);
  });
  if (at < 0) throw pyError('ValueError', 'list.remove(x): x not in list');
  payMove(items);
  items.splice(at, 1);
  return null;
}

/** The items behind the place where one is put or taken move. */
function payMove(items: readonly unknown[]): void {
  spend(items.length >> 3);
}

function reverse(items: unknown[]): null {
  spend(items.length);
  items.reverse();
  return null;
}

function sort(items: unknown[], key: unknown = null, reversed: unknown = false): null {
  const sign = toFlag(reversed) ? -1 : 1;
  makeItems(items.length * ITEM * 2);
  const keyed = items.map((item) => ({ item, key: key === null ? item : callKey(key, item) }));
  keyed.sort((a, b) => sign * paidOrder(a.key, b.key));
  for (const [at, entry] of keyed.entries()) items[at] = entry.item;
  return null;
}

function callKey(key: unknown, item: unknown): unknown {
  spend(CALL);
  return call(key, [item]);
}

/** The methods of a dict, each with the dict as its first argument. */
export function dictMethods(): Map<string, PyFunction> {
  return new Map<string, PyFunction>([
    ['clear', pythonFunction('dict.clear(self, /)', clearDict)],
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
    ['pop', pythonFunction('dict.pop(self, key, default=None, /)', popKey)],
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

function clearDict(dict: AnyDict): null {
  dictClear(dict);
  return null;
}

function popKey(dict: AnyDict, key: unknown, fallback?: unknown): unknown {
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
