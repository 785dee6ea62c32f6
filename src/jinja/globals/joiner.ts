import { bind } from '../python/callable.ts';
import { type Kwargs, NOT_FOUND, PyObject } from '../python/object.ts';
import { parseSignature } from '../python/signature.ts';

const CALL = parseSignature('Joiner.__call__()');

/** Gives nothing when called first and a separator from then on. */
export class Joiner extends PyObject {
  readonly #separator: unknown;
  #used = false;

  constructor(separator: unknown) {
    super();
    this.#separator = separator;
  }

  get typeName(): string {
    return 'Joiner';
  }

  override get moduleName(): string {
    return 'jinja2.utils';
  }

  override getAttribute(name: string): unknown {
    if (name === 'sep') return this.#separator;
    return name === 'used' ? this.#used : NOT_FOUND;
  }

  override get callable(): boolean {
    return true;
  }

  override call(args: readonly unknown[], kwargs: Kwargs): unknown {
    bind(CALL, args, kwargs, 1);
    if (this.#used) return this.#separator;
    this.#used = true;
    return '';
  }
}
