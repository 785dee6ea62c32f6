import { CALL, hold, spend } from './budget.ts';
import { ADDRESS, PyObject } from './object.ts';

/** A Python iterator or generator: gives its items once. */
export class PyIterator extends PyObject implements IterableIterator<unknown> {
  readonly typeName: string;
  readonly #name: string;
  readonly #source: Iterator<unknown>;

  /**
   * @param source Where the items come from; it is not started before the first is asked for.
   * @param name Name of the generator function, for printing.
   * @param typeName Name of the Python class.
   */
  constructor(source: Iterator<unknown>, name: string, typeName = 'generator') {
    super();
    // A generator of JavaScript holds the whole state of its function.
    hold(256);
    spend(CALL * 4);
    this.typeName = typeName;
    this.#name = name;
    this.#source = source;
  }

  override get iterable(): boolean {
    return true;
  }

  override iterate(): this {
    return this;
  }

  override repr(): string {
    const name = this.typeName === 'generator' ? ` ${this.#name}` : '';
    return `<${this.typeName} object${name} at ${ADDRESS}>`;
  }

  next(): IteratorResult<unknown> {
    return this.#source.next();
  }

  [Symbol.iterator](): this {
    return this;
  }
}
