import { pyError } from '../errors.ts';
import { hold } from './budget.ts';

/** What a lookup answers when there is nothing; never a value of a template. */
export const NOT_FOUND: unique symbol = Symbol('not found');
export type NotFound = typeof NOT_FOUND;

/** Keyword arguments of a call, in the order written. */
export type Kwargs = ReadonlyMap<string, unknown>;

export const NO_KWARGS: Kwargs = new Map();

/** Stands where Python prints an address in memory. */
export const ADDRESS = '0x7f0000000000';

/** The operators that an object can take part in. */
export type Operator = '+' | '-' | '*' | '/' | '//' | '%' | '** or pow()' | '<' | '<=' | '>' | '>=';

/**
 * An object that a template can hold and that is not plain data: loop, macro, namespace, undefined and the like. Each
 * member has the behaviour of Python's `object`; a subclass overrides what its Python class defines.
 */
export abstract class PyObject {
  constructor() {
    hold(128);
  }

  /** Name of the Python class, as error messages show it. */
  abstract readonly typeName: string;

  /** Dotted path of the module of the class, absent for Python's built-in ones. */
  get moduleName(): string | undefined {
    return undefined;
  }

  /** `getattr(self, name)`. */
  getAttribute(_name: string): unknown {
    return NOT_FOUND;
  }

  /** True where `self[key]` is defined (`__getitem__`). */
  get subscriptable(): boolean {
    return false;
  }

  /** `self[key]`: raises KeyError or IndexError for a missing one. */
  getItem(_key: unknown): unknown {
    throw pyError('TypeError', `'${this.typeName}' object is not subscriptable`);
  }

  /** `self[start:stop:step]`. */
  getSlice(_start: unknown, _stop: unknown, _step: unknown): unknown {
    throw pyError('TypeError', `'${this.typeName}' object is not subscriptable`);
  }

  /** True where the object can be called. */
  get callable(): boolean {
    return false;
  }

  /** `self(*args, **kwargs)`; `context` is the engine's, for callables that need it. */
  call(_args: readonly unknown[], _kwargs: Kwargs, _context?: unknown): unknown {
    throw pyError('TypeError', `'${this.typeName}' object is not callable`);
  }

  /** `str(self)`. */
  str(): string {
    return this.repr();
  }

  /** In JavaScript's hands too a value has Python's text: `String(value)`. */
  toString(): string {
    return this.str();
  }

  /** What `JSON.stringify` writes: the items of what has items, of everything else its text. */
  toJSON(): unknown {
    return this.iterable ? [...this.iterate()] : this.str();
  }

  /** `repr(self)`. */
  repr(): string {
    const module = this.moduleName;
    return `<${module === undefined ? '' : `${module}.`}${this.typeName} object at ${ADDRESS}>`;
  }

  /** `self.__html__()`, absent where the class has none. */
  html(): string | undefined {
    return undefined;
  }

  /** `bool(self)`. */
  truth(): boolean {
    return this.sized ? this.length() !== 0 : true;
  }

  /** True where `iter(self)` works. */
  get iterable(): boolean {
    return false;
  }

  /** `iter(self)`. */
  iterate(): Iterable<unknown> {
    throw pyError('TypeError', `'${this.typeName}' object is not iterable`);
  }

  /** `reversed(self)`. */
  reversed(): Iterable<unknown> {
    throw pyError('TypeError', `'${this.typeName}' object is not reversible`);
  }

  /** True where `len(self)` works. */
  get sized(): boolean {
    return false;
  }

  /** `len(self)`. */
  length(): number {
    throw pyError('TypeError', `object of type '${this.typeName}' has no len()`);
  }

  /** `item in self`; absent where Python falls back to iteration. */
  contains(_item: unknown): boolean | undefined {
    return undefined;
  }

  /** `self == other`. */
  equals(other: unknown): boolean {
    return this === other;
  }

  /** What stands for the object as a key of a dict: equal objects have the same. Raises TypeError if unhashable. */
  hashKey(): unknown {
    return this;
  }

  /** `self op other`, or `other op self` when reflected; NOT_FOUND where the class does not define it. */
  binary(_operator: Operator, _other: unknown, _reflected: boolean): unknown {
    return NOT_FOUND;
  }

  /** `-self` or `+self`; NOT_FOUND where the class does not define it. */
  unary(_operator: '-' | '+'): unknown {
    return NOT_FOUND;
  }

  /** `int(self)` and `float(self)`; NOT_FOUND where the class does not define them. */
  toNumber(): unknown {
    return NOT_FOUND;
  }

  /** The class of the object for `sameType` comparisons and printing: `jinja2.utils.Namespace object`. */
  get objectType(): string {
    const module = this.moduleName;
    return `${module === undefined ? '' : `${module}.`}${this.typeName} object`;
  }
}
