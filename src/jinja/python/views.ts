import { pyError } from '../errors.ts';
import { hold, ITEM, makeItems, spend } from './budget.ts';
import { type AnyDict, dictGet, dictHas, dictSize, keysOf } from './dict.ts';
import { PyObject } from './object.ts';
import { repr } from './text.ts';
import { pair } from './tuple.ts';

type ViewKind = 'keys' | 'values' | 'items';

/** `dict.keys()`, `dict.values()` and `dict.items()`: live views of a dict. */
export class DictView extends PyObject {
  readonly dict: AnyDict;
  readonly kind: ViewKind;

  constructor(dict: AnyDict, kind: ViewKind) {
    super();
    this.dict = dict;
    this.kind = kind;
  }

  get typeName(): string {
    return `dict_${this.kind}`;
  }

  override get iterable(): boolean {
    return true;
  }

  override iterate(): Iterable<unknown> {
    return iterateDict(this.dict, this.kind);
  }

  [Symbol.iterator](): Iterator<unknown> {
    return this.iterate()[Symbol.iterator]();
  }

  override reversed(): Iterable<unknown> {
    return this.list().reverse();
  }

  private list(): unknown[] {
    makeItems(this.length() * (this.kind === 'items' ? 8 : 1));
    return [...this.iterate()];
  }

  override get sized(): boolean {
    return true;
  }

  override length(): number {
    return dictSize(this.dict);
  }

  override contains(item: unknown): boolean | undefined {
    if (this.kind === 'keys') return dictHas(this.dict, item);
    return undefined;
  }

  override equals(other: unknown): boolean {
    if (this === other) return true;
    if (this.kind !== 'keys' || !(other instanceof DictView) || other.kind !== 'keys') return false;
    return other.length() === this.length() && this.list().every((key) => dictHas(other.dict, key));
  }

  override hashKey(): unknown {
    if (this.kind === 'values') return this;
    throw pyError('TypeError', `unhashable type: '${this.typeName}'`);
  }

  override repr(): string {
    return `${this.typeName}(${repr(this.list())})`;
  }
}

/** Iterates over a dict; like Python it notices when the number of entries changes meanwhile. */
export function iterateDict(dict: AnyDict, kind: ViewKind): Iterable<unknown> {
  if (dict instanceof Map) return new MapIterator(dict, kind);
  const keys = keysOf(dict);
  if (kind === 'keys') return keys;
  return kind === 'values' ? keys.map((key) => dictGet(dict, key)) : keys.map((key) => pair(key, dictGet(dict, key)));
}

/** Bytes of a tuple of two. */
const PAIR = 64;

class MapIterator implements IterableIterator<unknown> {
  readonly #dict: Map<unknown, unknown>;
  readonly #source: Iterator<unknown>;
  readonly #size: number;
  readonly #pairs: boolean;

  constructor(dict: Map<unknown, unknown>, kind: ViewKind) {
    this.#dict = dict;
    this.#source = dict[kind === 'items' ? 'entries' : kind]();
    this.#size = dict.size;
    this.#pairs = kind === 'items';
  }

  next(): IteratorResult<unknown> {
    if (this.#dict.size !== this.#size) throw pyError('RuntimeError', 'dictionary changed size during iteration');
    const step = this.#source.next();
    if (step.done === true || !this.#pairs) return step;
    const [key, value] = step.value as [unknown, unknown];
    hold(PAIR);
    spend(ITEM);
    return { done: false, value: pair(key, value) };
  }

  [Symbol.iterator](): this {
    return this;
  }
}
