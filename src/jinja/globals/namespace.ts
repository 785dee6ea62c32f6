import { type Dict, dictGet, dictSet } from '../python/dict.ts';
import { PyObject } from '../python/object.ts';
import { repr } from '../python/text.ts';

/** An object whose attributes `{% set ns.name = ... %}` can assign from any scope. */
export class Namespace extends PyObject {
  readonly #attributes: Dict;

  /** @param attributes Becomes the namespace's own. */
  constructor(attributes: Dict) {
    super();
    this.#attributes = attributes;
  }

  get typeName(): string {
    return 'Namespace';
  }

  override get moduleName(): string {
    return 'jinja2.utils';
  }

  override getAttribute(name: string): unknown {
    return dictGet(this.#attributes, name);
  }

  /** What `{% set ns.name = value %}` does. */
  set(name: string, value: unknown): void {
    dictSet(this.#attributes, name, value);
  }

  override repr(): string {
    return `<Namespace ${repr(this.#attributes)}>`;
  }
}
