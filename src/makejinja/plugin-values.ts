import { makeDict, Markup, PyFloat, PyObject, Tuple, tuple, Undefined } from '../jinja/index.ts';
import { PyBytes } from '../jinja/python/bytes.ts';
import { PyIterator } from '../jinja/python/iterator.ts';
import { NOT_FOUND } from '../jinja/python/object.ts';
import { isPlainObject } from '../jinja/python/types.ts';
import { PyDate } from './data/objects/date.ts';
import { PyDateTime } from './data/objects/datetime.ts';
import { PySet } from './data/objects/set.ts';
import { UTC } from './data/objects/timezone.ts';

/** Makes a function of a plugin one that templates call; `name` is what errors call it. */
type FunctionBorder = (run: AnyFunction, name: string) => AnyFunction;

/** Any function of a plugin. */
export type AnyFunction = (...values: unknown[]) => unknown;

/**
 * What a function of a plugin gets for a value of a template: most values as they are, as they behave like JavaScript's own.
 * docs/porting-plugins.md has the table.
 */
export function toPlugin(value: unknown): unknown {
  if (value instanceof Markup) return value.value;
  if (value instanceof Undefined) return guardedUndefined(value);
  return value instanceof PyInstance ? value.value : value;
}

/** The undefined values behind those that plugins hold. */
const UNDEFINED = new WeakMap<object, Undefined>();

/** An undefined value whose properties are errors as its attributes are in Python: none may pass for a missing option. */
function guardedUndefined(value: Undefined): object {
  const guarded = new Proxy(value, {
    get(target, property) {
      if (typeof property === 'symbol' || ENGINE.has(property)) {
        const member: unknown = Reflect.get(target, property, target);
        return typeof member === 'function' && property !== 'constructor' ? (member.bind(target) as unknown) : member;
      }
      const found = target.getAttribute(property);
      return found === NOT_FOUND ? undefined : toPlugin(found);
    },
  });
  UNDEFINED.set(guarded, value);
  return guarded;
}

/** What JavaScript and the engine themselves ask an undefined value for. */
const ENGINE: ReadonlySet<string> = new Set([
  ...['constructor', 'toString', 'toJSON', 'valueOf', 'typeName', 'str', 'repr', 'truth', 'iterable', 'iterate'],
  ...['sized', 'callable', 'subscriptable', 'getAttribute', 'getItem', 'contains', 'equals', 'hashKey', 'html'],
]);

/**
 * What templates get for a value of a plugin: plain data as it is, whatever else JavaScript has as its counterpart in Python.
 * docs/porting-plugins.md has the table.
 *
 * @param border - makes functions inside of the value callable
 * @throws TypeError for what means nothing to a template: a promise, a symbol, a date that is none
 */
export function fromPlugin(value: unknown, border: FunctionBorder): unknown {
  return convert(value, { border, known: new Map() });
}

interface Conversion {
  readonly border: FunctionBorder;
  /** What became of each object so far: one that holds itself stays as it is there. */
  readonly known: Map<object, unknown>;
}

function convert(value: unknown, conversion: Conversion): unknown {
  switch (typeof value) {
    case 'undefined':
      return null;
    case 'symbol':
      throw new TypeError('it gave a symbol, which means nothing to a template');
    case 'function':
      return conversion.border(value as AnyFunction, value.name);
    case 'object':
      return value === null ? null : convertObject(value, conversion);
    default:
      return value;
  }
}

function convertObject(value: object, conversion: Conversion): unknown {
  const guarded = UNDEFINED.get(value);
  if (guarded !== undefined) return guarded;
  if (value instanceof PyObject || value instanceof Markup || value instanceof PyFloat) return value;
  const { known } = conversion;
  if (known.has(value)) return known.get(value);
  known.set(value, value);
  const converted = Array.isArray(value)
    ? convertList(value, conversion)
    : value instanceof Map
      ? makeDict([...value].map(([key, item]) => [convert(key, conversion), convert(item, conversion)]))
      : isPlainObject(value)
        ? convertPlain(value, conversion)
        : convertInstance(value, conversion);
  known.set(value, converted);
  return converted;
}

function convertList(items: readonly unknown[], conversion: Conversion): readonly unknown[] {
  const converted = Array.from(items, (item) => convert(item, conversion));
  if (converted.every((item, index) => Object.is(item, items[index]))) return items;
  return items instanceof Tuple ? tuple(converted) : converted;
}

function convertPlain(value: Readonly<Record<string, unknown>>, conversion: Conversion): unknown {
  if (typeof value.then === 'function') throw promiseError();
  const entries = Object.entries(value);
  const converted = entries.map(([name, item]) => [name, convert(item, conversion)] as const);
  return converted.every(([, item], index) => Object.is(item, entries[index]?.[1])) ? value : makeDict(converted);
}

function promiseError(): Error {
  return new TypeError(
    'it gave a Promise, for which a template cannot wait: what has to wait is done while the plugin is made',
  );
}

function convertInstance(value: object, conversion: Conversion): unknown {
  if (value instanceof Promise || typeof (value as { readonly then?: unknown }).then === 'function')
    throw promiseError();
  if (value instanceof Number || value instanceof String || value instanceof Boolean) return value.valueOf();
  if (value instanceof Date) return dateTime(value);
  if (value instanceof Set) return new PySet([...value].map((item) => convert(item, conversion)));
  if (value instanceof URL || value instanceof RegExp) return String(value);
  if (value instanceof Error) return value.message;
  if (value instanceof ArrayBuffer || value instanceof DataView) return new PyBytes(bytesOf(value));
  if (value instanceof Uint8Array) return new PyBytes(value);
  if (ArrayBuffer.isView(value)) return Array.from(value as unknown as Iterable<number>);
  if (isIterator(value)) return new PyIterator(mapped(value, conversion), 'iterator', 'iterator');
  return instanceOf(value, conversion);
}

function bytesOf(value: ArrayBuffer | DataView): Uint8Array {
  return value instanceof DataView
    ? new Uint8Array(value.buffer, value.byteOffset, value.byteLength)
    : new Uint8Array(value);
}

function dateTime(value: Date): PyDateTime {
  if (Number.isNaN(value.getTime())) throw new TypeError('it gave a Date that is no date');
  const time = {
    hour: value.getUTCHours(),
    minute: value.getUTCMinutes(),
    second: value.getUTCSeconds(),
    microsecond: value.getUTCMilliseconds() * 1000,
  };
  const day = new PyDate({ year: value.getUTCFullYear(), month: value.getUTCMonth() + 1, day: value.getUTCDate() });
  return new PyDateTime(day, time, UTC);
}

function isIterator(value: object): value is IterableIterator<unknown> {
  return isIterable(value) && typeof (value as unknown as Partial<Iterator<unknown>>).next === 'function';
}

function isIterable(value: object): value is Iterable<unknown> {
  return typeof (value as Partial<Iterable<unknown>>)[Symbol.iterator] === 'function';
}

function* mapped(items: Iterable<unknown>, conversion: Conversion): Generator {
  for (const item of items) yield convert(item, conversion);
}

/** The same object is the same value each time. */
const INSTANCES = new WeakMap<object, PyInstance>();

function instanceOf(value: object, { border }: Conversion): PyInstance {
  const known = INSTANCES.get(value) ?? new PyInstance(value, border);
  INSTANCES.set(value, known);
  return known;
}

/** An object of a class of the plugin: what it has, what its class gives it and how it prints are a template's to use. */
class PyInstance extends PyObject {
  readonly value: object;
  readonly #border: FunctionBorder;

  constructor(value: object, border: FunctionBorder) {
    super();
    this.value = value;
    this.#border = border;
  }

  get typeName(): string {
    const { constructor } = this.value as { readonly constructor?: unknown };
    return typeof constructor === 'function' && constructor.name !== '' ? constructor.name : 'object';
  }

  override getAttribute(name: string): unknown {
    if (!isAttribute(this.value, name)) return NOT_FOUND;
    const member = (this.value as Readonly<Record<string, unknown>>)[name];
    if (typeof member === 'function') return this.#border(member.bind(this.value) as AnyFunction, name);
    return fromPlugin(member, this.#border);
  }

  override get iterable(): boolean {
    return isIterable(this.value);
  }

  override iterate(): Iterable<unknown> {
    if (!isIterable(this.value)) return super.iterate();
    return mapped(this.value, { border: this.#border, known: new Map() });
  }

  override str(): string {
    const print = Reflect.get(this.value, 'toString') as () => string;
    return print === Object.prototype.toString ? this.repr() : print.call(this.value);
  }

  override toJSON(): unknown {
    return this.value;
  }
}

/** A property of its own, or what its class defines; what every object has and the way to its class are none. */
function isAttribute(value: object, name: string): boolean {
  if (name === 'constructor' || name.startsWith('__')) return false;
  let holder: object | null = value;
  while (holder !== null && Object.getPrototypeOf(holder) !== null) {
    if (Object.hasOwn(holder, name)) return true;
    holder = Object.getPrototypeOf(holder) as object | null;
  }
  return false;
}
