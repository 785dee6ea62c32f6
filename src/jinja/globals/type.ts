import { call, type PyCallable } from '../python/callable.ts';
import { type Kwargs, NOT_FOUND, PyObject } from '../python/object.ts';

/** A class that templates can call, such as `range` and `dict`. */
export class PyType extends PyObject {
  readonly #name: string;
  readonly #make: PyCallable;
  readonly #attributes: ReadonlyMap<string, unknown>;

  /**
   * @param name Dotted name, as it prints.
   * @param constructor Makes an instance.
   * @param attributes Methods of the class itself.
   */
  constructor(name: string, constructor: PyCallable, attributes: ReadonlyMap<string, unknown> = new Map()) {
    super();
    this.#name = name;
    this.#make = constructor;
    this.#attributes = attributes;
  }

  get typeName(): string {
    return 'type';
  }

  override get callable(): boolean {
    return true;
  }

  override call(args: readonly unknown[], kwargs: Kwargs): unknown {
    return call(this.#make, args, kwargs);
  }

  override getAttribute(name: string): unknown {
    return this.#attributes.has(name) ? this.#attributes.get(name) : NOT_FOUND;
  }

  override repr(): string {
    return `<class '${this.#name}'>`;
  }
}
