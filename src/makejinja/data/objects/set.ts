import { pyError } from '../../../jinja/errors.ts';
import { pythonFunction } from '../../../jinja/python/callable.ts';
import { type Dict, dictHas, dictKeys, dictSet, dictSize, makeDict } from '../../../jinja/python/dict.ts';
import { iterate } from '../../../jinja/python/iteration.ts';
import { NOT_FOUND, type Operator } from '../../../jinja/python/object.ts';
import { repr } from '../../../jinja/python/text.ts';
import { type Members, NativeObject } from './native-object.ts';

/** Python's `set`, with its items in the order of the file: that of Python's own changes from run to run. */
export class PySet extends NativeObject {
  readonly #items: Dict = makeDict();

  constructor(items: Iterable<unknown> = []) {
    super();
    for (const item of items) this.add(item);
  }

  /** @throws TypeError for an item that cannot be one */
  add(item: unknown): void {
    if (!this.has(item)) dictSet(this.#items, item, null);
  }

  /** @throws TypeError for a value that cannot be an item */
  has(item: unknown): boolean {
    return dictHas(this.#items, item);
  }

  get items(): unknown[] {
    return dictKeys(this.#items);
  }

  get typeName(): string {
    return 'set';
  }

  protected override members(): Members<never> {
    return MEMBERS;
  }

  override get iterable(): boolean {
    return true;
  }

  [Symbol.iterator](): Iterator<unknown> {
    return this.iterate()[Symbol.iterator]();
  }

  override iterate(): Iterable<unknown> {
    return this.items;
  }

  override get sized(): boolean {
    return true;
  }

  override length(): number {
    return dictSize(this.#items);
  }

  override contains(item: unknown): boolean {
    return this.has(item);
  }

  override equals(other: unknown): boolean {
    return other instanceof PySet && other.length() === this.length() && isSubset(this, other);
  }

  override hashKey(): unknown {
    throw pyError('TypeError', "unhashable type: 'set'");
  }

  override binary(operator: Operator, other: unknown, reflected: boolean): unknown {
    if (!(other instanceof PySet)) return NOT_FOUND;
    const [left, right] = reflected ? [other, this] : [this, other];
    switch (operator) {
      case '-':
        return new PySet(left.items.filter((item) => !right.has(item)));
      case '<':
        return left.length() < right.length() && isSubset(left, right);
      case '<=':
        return isSubset(left, right);
      case '>':
        return left.length() > right.length() && isSubset(right, left);
      case '>=':
        return isSubset(right, left);
      default:
        return NOT_FOUND;
    }
  }

  override repr(): string {
    return this.length() === 0 ? 'set()' : `{${this.items.map((item) => repr(item)).join(', ')}}`;
  }
}

function isSubset(some: PySet, all: PySet): boolean {
  return some.items.every((item) => all.has(item));
}

function others(lists: unknown): PySet[] {
  return (lists as readonly unknown[]).map((list) => new PySet(iterate(list)));
}

const MEMBERS: Members<PySet> = {
  attributes: {},
  methods: {
    difference: pythonFunction(
      'set.difference(self, *others)',
      (set: PySet, lists: unknown) =>
        new PySet(set.items.filter((item) => !others(lists).some((other) => other.has(item)))),
    ),
    intersection: pythonFunction(
      'set.intersection(self, *others)',
      (set: PySet, lists: unknown) =>
        new PySet(set.items.filter((item) => others(lists).every((other) => other.has(item)))),
    ),
    issubset: pythonFunction('set.issubset(self, other, /)', (set: PySet, other: unknown) =>
      isSubset(set, new PySet(iterate(other))),
    ),
    issuperset: pythonFunction('set.issuperset(self, other, /)', (set: PySet, other: unknown) =>
      isSubset(new PySet(iterate(other)), set),
    ),
    union: pythonFunction(
      'set.union(self, *others)',
      (set: PySet, lists: unknown) => new PySet([...set.items, ...others(lists).flatMap((other) => other.items)]),
    ),
  },
};
