import { pyError } from '../../errors.ts';
import { call, type PyFunction, pythonFunction } from '../callable.ts';
import { compareKeys } from '../comparison.ts';
import { same } from '../equality.ts';
import { toList } from '../iteration.ts';
import { checkListLength } from '../limits.ts';
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
      if (same(items[at], value)) return at;
    }
    throw pyError('ValueError', type === 'list' ? `${repr(value)} is not in list` : 'tuple.index(x): x not in tuple');
  };
  const count = (items: readonly unknown[], value: unknown): number => items.filter((item) => same(item, value)).length;
  return [
    ['index', pythonFunction(`${type}.index(self, value, start=0, stop=None, /)`, indexOf)],
    ['count', pythonFunction(`${type}.count(self, value, /)`, count)],
  ];
}

function append(items: unknown[], value: unknown): null {
  checkListLength(items.length + 1);
  items.push(value);
  return null;
}

function clear(items: unknown[]): null {
  items.length = 0;
  return null;
}

function extend(items: unknown[], iterable: unknown): null {
  const added = toList(iterable);
  checkListLength(items.length + added.length);
  for (const item of added) items.push(item);
  return null;
}

function insert(items: unknown[], index: unknown, value: unknown): null {
  checkListLength(items.length + 1);
  items.splice(toCount(index), 0, value);
  return null;
}

function pop(items: unknown[], index: unknown = -1): unknown {
  const given = toCount(index);
  if (items.length === 0) throw pyError('IndexError', 'pop from empty list');
  const at = given < 0 ? given + items.length : given;
  if (at < 0 || at >= items.length) throw pyError('IndexError', 'pop index out of range');
  return items.splice(at, 1)[0];
}

function remove(items: unknown[], value: unknown): null {
  const at = items.findIndex((item) => same(item, value));
  if (at < 0) throw pyError('ValueError', 'list.remove(x): x not in list');
  items.splice(at, 1);
  return null;
}

function reverse(items: unknown[]): null {
  items.reverse();
  return null;
}

function sort(items: unknown[], key: unknown = null, reversed: unknown = false): null {
  const sign = toFlag(reversed) ? -1 : 1;
  const keyed = items.map((item) => ({ item, key: key === null ? item : call(key, [item]) }));
  keyed.sort((a, b) => sign * compareKeys(a.key, b.key));
  for (const [at, entry] of keyed.entries()) items[at] = entry.item;
  return null;
}
