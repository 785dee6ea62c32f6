import { pyError } from './errors.ts';
import type { ErrorKind, TemplateError } from './errors.ts';
import { type Kwargs, NOT_FOUND, type Operator, PyObject } from './python/object.ts';
import { quoted, repr } from './python/text.ts';
import { objectType } from './python/types.ts';

/** The four classes of undefined values that Jinja2 offers. */
export type UndefinedPolicy = 'default' | 'chainable' | 'strict' | 'debug';

/** What is known about the value that is not there. */
interface UndefinedOptions {
  /** A sentence that takes the place of the usual message. */
  readonly hint?: string | undefined;
  /** The value whose attribute or item was asked for; leave it out for a variable. */
  readonly object?: unknown;
  /** Name of the variable or attribute, or the key of the item. */
  readonly name?: unknown;
  /** The class of the error that its use raises; `UndefinedError` by default. */
  readonly kind?: ErrorKind;
  /** Told of each undefined value that is made, so that a render can list them. */
  readonly record?: ((value: Undefined) => void) | undefined;
}

/** Jinja's default: prints as nothing, is false and empty, and raises UndefinedError in every other operation. */
export class Undefined extends PyObject {
  readonly hint: string | undefined;
  readonly object: unknown;
  readonly name: unknown;
  readonly kind: ErrorKind;

  constructor(options: UndefinedOptions = {}) {
    super();
    this.hint = options.hint;
    this.object = 'object' in options ? options.object : NOT_FOUND;
    this.name = options.name;
    this.kind = options.kind ?? 'UndefinedError';
    options.record?.(this);
  }

  get typeName(): string {
    return 'Undefined';
  }

  override get moduleName(): string {
    return 'jinja2.runtime';
  }

  /** The sentence that an error about this value carries. */
  get message(): string {
    if (this.hint !== undefined && this.hint !== '') return this.hint;
    if (this.object === NOT_FOUND) return `${repr(this.name)} is undefined`;
    if (typeof this.name !== 'string') return `${objectType(this.object)} has no element ${repr(this.name)}`;
    return `${quoted(objectType(this.object))} has no attribute ${quoted(this.name)}`;
  }

  /** The error that every forbidden operation raises. */
  error(): TemplateError {
    return pyError(this.kind, this.message);
  }

  override getAttribute(name: string): unknown {
    if (name.startsWith('__') && name.endsWith('__')) return NOT_FOUND;
    throw this.error();
  }

  override get subscriptable(): boolean {
    return true;
  }

  override getItem(_key: unknown): unknown {
    throw this.error();
  }

  override getSlice(_start: unknown, _stop: unknown, _step: unknown): unknown {
    return this.getItem(undefined);
  }

  override get callable(): boolean {
    return true;
  }

  override call(_args: readonly unknown[], _kwargs: Kwargs): unknown {
    throw this.error();
  }

  override str(): string {
    return '';
  }

  /** A function of the program that makes a text of it gets what a template would print; every other use is an error. */
  [Symbol.toPrimitive](hint: 'string' | 'number' | 'default'): string {
    if (hint === 'string') return this.str();
    throw this.error();
  }

  [Symbol.iterator](): Iterator<unknown> {
    return this.iterate()[Symbol.iterator]();
  }

  override toJSON(): unknown {
    throw pyError('TypeError', `Object of type ${this.typeName} is not JSON serializable`);
  }

  override repr(): string {
    return 'Undefined';
  }

  override truth(): boolean {
    return false;
  }

  override get iterable(): boolean {
    return true;
  }

  override iterate(): Iterable<unknown> {
    return [];
  }

  override get sized(): boolean {
    return true;
  }

  override length(): number {
    return 0;
  }

  override equals(other: unknown): boolean {
    return other instanceof Undefined && other.constructor === this.constructor;
  }

  override hashKey(): unknown {
    return this.constructor;
  }

  override binary(_operator: Operator, _other: unknown, _reflected: boolean): unknown {
    throw this.error();
  }

  override unary(_operator: '-' | '+'): unknown {
    throw this.error();
  }

  override toNumber(): unknown {
    throw this.error();
  }
}

/** Attributes and items of it are itself, so that a chain of lookups ends in one undefined value. */
export class ChainableUndefined extends Undefined {
  override get typeName(): string {
    return 'ChainableUndefined';
  }

  override html(): string {
    return this.str();
  }

  override getAttribute(name: string): unknown {
    return name.startsWith('__') && name.endsWith('__') ? NOT_FOUND : this;
  }

  override getItem(_key: unknown): unknown {
    return this;
  }
}

/** Prints what is missing; otherwise as the default. */
class DebugUndefined extends Undefined {
  override get typeName(): string {
    return 'DebugUndefined';
  }

  override str(): string {
    if (this.hint !== undefined && this.hint !== '') return `{{ undefined value printed: ${this.hint} }}`;
    if (this.object === NOT_FOUND) return `{{ ${typeof this.name === 'string' ? this.name : repr(this.name)} }}`;
    return `{{ no such element: ${objectType(this.object)}[${repr(this.name)}] }}`;
  }
}

/** Raises UndefinedError in every operation but `is defined` and its like. */
class StrictUndefined extends Undefined {
  override get typeName(): string {
    return 'StrictUndefined';
  }

  override toJSON(): unknown {
    throw this.error();
  }

  override str(): string {
    throw this.error();
  }

  override truth(): boolean {
    throw this.error();
  }

  override iterate(): Iterable<unknown> {
    throw this.error();
  }

  override length(): number {
    throw this.error();
  }

  override contains(_item: unknown): boolean {
    throw this.error();
  }

  override equals(_other: unknown): boolean {
    throw this.error();
  }

  override hashKey(): unknown {
    throw this.error();
  }
}

const CLASSES = {
  default: Undefined,
  chainable: ChainableUndefined,
  strict: StrictUndefined,
  debug: DebugUndefined,
} as const;

/**
 * Makes the undefined value of a policy.
 *
 * @param policy Which of Jinja's four classes.
 * @param options What is known about the missing value.
 */
export function makeUndefined(policy: UndefinedPolicy, options: UndefinedOptions): Undefined {
  return new CLASSES[policy](options);
}
