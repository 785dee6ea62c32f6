import { pyError } from '../../errors.ts';
import { CALL, hold, ITEM, makeItems, spend } from '../budget.ts';
import { call, type PyFunction, pythonFunction } from '../callable.ts';
import { paidOrder } from '../comparison.ts';
import { same } from '../equality.ts';
import { toList } from '../iteration.ts';
import { toCount, toFlag } from '../numeric.ts';
import { repr } from '../text.ts';
import { optionalIndex } from './arguments.ts';

/** The methods of a list, each with the list as its first argument. */
export function listMethods(): Map<string, PyFunction> {
  return new Map<string, PyFunction>([
    ['append', pythonFunction('list.append(self, object, /)', append)],
    ['clear', pythonFunction('list.clear(self, /)', clear)],
    ['copy', pythonFunction('list.copy(self, /)', toList)],
    ['extend', pythonFunction('list.extend(self, iterable, /)', extend)],
    ['insert', pythonFunction('list.insert(self, index, object, /)', insert)],
    ['pop', pythonFunction('list.pop(self, index=-1, /)', pop)],
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

function clear(items: unknown[]): null {
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

function pop(items: unknown[], index: unknown = -1): unknown {
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
