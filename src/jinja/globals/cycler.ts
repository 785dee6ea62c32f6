import { pyError } from '../errors.ts';
import { BoundMethod, pythonFunction } from '../python/callable.ts';
import { NOT_FOUND, PyObject } from '../python/object.ts';
import { type Tuple, tuple } from '../python/tuple.ts';

/** Gives its items in turn, over and over. */
export class Cycler extends PyObject {
  readonly #items: Tuple;
  #position = 0;

  constructor(items: readonly unknown[]) {
    super();
    if (items.length === 0) throw pyError('RuntimeError', 'at least one item has to be provided');
    this.#items = tuple(items);
  }

  get typeName(): string {
    return 'Cycler';
  }

  override get moduleName(): string {
    return 'jinja2.utils';
  }

  override getAttribute(name: string): unknown {
    switch (name) {
      case 'next':
        return new BoundMethod(this, NEXT);
      case 'reset':
        return new BoundMethod(this, RESET);
      case 'current':
        return this.#items[this.#position];
      case 'items':
        return this.#items;
      case 'pos':
        return this.#position;
      default:
        return NOT_FOUND;
    }
  }

  /** The current item; the next one becomes current. */
  next(): unknown {
    const item = this.#items[this.#position];
    this.#position = (this.#position + 1) % this.#items.length;
    return item;
  }

  /** Makes the first item current. */
  reset(): null {
    this.#position = 0;
    return null;
  }
}

const NEXT = pythonFunction('Cycler.next(self)', (cycler: Cycler) => cycler.next());
const RESET = pythonFunction('Cycler.reset(self)', (cycler: Cycler) => cycler.reset());
