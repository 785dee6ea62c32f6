import { pyError } from '../errors.ts';
import { PyFloat } from './numbers.ts';
import { CALL, hold, ITEM, makeItems, scanText, spend } from './budget.ts';
import { Markup } from './markup.ts';
import { NOT_FOUND, PyObject } from './object.ts';
import { repr, str } from './text.ts';
import { Tuple } from './tuple.ts';
import { isDict, type PlainObject, typeName } from './types.ts';

/** Anything that is a dict to a template. */
export type AnyDict = Map<unknown, unknown> | PlainObject;

/**
 * A dict made by a template. It is a Map whose keys are the values themselves. Keys that JavaScript does not compare as
 * Python does (floats, bools, safe strings, tuples, ...) are found through an index that exists only when there are any.
 */
export class Dict extends Map<unknown, unknown> {
  unusual: Map<unknown, unknown> | undefined;

  /** In JavaScript's hands too a dict has Python's text: `String(dict)`. */
  override toString(): string {
    return repr(this);
  }

  /** What `JSON.stringify` writes: an object whose keys are written as Python's `json` does. */
  toJSON(): PlainObject {
    return Object.fromEntries([...this].map(([key, value]) => [jsonKey(key), value]));
  }
}

function jsonKey(key: unknown): string {
  if (key === null || typeof key === 'boolean') return String(key);
  return str(key);
}

/** A dict with these entries; later ones win, the first key of equal ones stays. */
export function makeDict(entries: Iterable<readonly [unknown, unknown]> = []): Dict {
  hold(DICT);
  spend(CALL * 2);
  const dict = new Dict();
  for (const [key, value] of entries) dictSet(dict, key, value);
  return dict;
}

/** `dict[key]`, or NOT_FOUND. Raises TypeError for a key that cannot be one. */
export function dictGet(dict: AnyDict, key: unknown): unknown {
  if (typeof key === 'string') scanText(key.length);
  if (!(dict instanceof Map)) return plainGet(dict, key);
  const found = dict.get(key);
  if (found !== undefined) return found;
  const stored = findKey(dict, key);
  return stored === NOT_FOUND ? NOT_FOUND : (dict.get(stored) ?? null);
}

/** `key in dict`. */
export function dictHas(dict: AnyDict, key: unknown): boolean {
  if (dict instanceof Map) return findKey(dict, key) !== NOT_FOUND;
  return plainGet(dict, key) !== NOT_FOUND;
}

/** Bytes of a dict without its entries, and of an entry. */
const DICT = 200;
const ENTRY = 64;

/** `dict[key] = value`. */
export function dictSet(dict: AnyDict, key: unknown, value: unknown): void {
  if (!(dict instanceof Map)) {
    plainSet(dict, key, value);
    return;
  }
  hold(ENTRY);
  spend(ITEM * 2);
  if (typeof key === 'string') scanText(key.length);
  if (typeof key === 'string' && (!(dict instanceof Dict) || dict.unusual === undefined)) {
    dict.set(key, value);
    return;
  }
  const stored = findKey(dict, key);
  if (stored !== NOT_FOUND) dict.set(stored, value);
  else insert(dict, key, value);
}

function insert(dict: Map<unknown, unknown>, key: unknown, value: unknown): void {
  if (!(dict instanceof Dict)) {
    dict.set(key instanceof Markup ? key.value : key, value);
    return;
  }
  dict.set(key, value);
  if (isUsual(key)) return;
  dict.unusual ??= new Map();
  dict.unusual.set(hashOf(key), key);
}

/** `del dict[key]`, telling whether it was there. */
export function dictDelete(dict: AnyDict, key: unknown): boolean {
  if (!(dict instanceof Map)) return dictHas(dict, key) && Reflect.deleteProperty(dict, key as string);
  const stored = findKey(dict, key);
  if (stored === NOT_FOUND) return false;
  dict.delete(stored);
  if (dict instanceof Dict) dict.unusual?.delete(hashOf(stored));
  return true;
}

/** `dict.clear()`. */
export function dictClear(dict: AnyDict): void {
  if (dict instanceof Map) {
    dict.clear();
    if (dict instanceof Dict) dict.unusual = undefined;
    return;
  }
  for (const key of keysOf(dict)) Reflect.deleteProperty(dict, key);
}

/** The number of entries. */
export function dictSize(dict: AnyDict): number {
  return dict instanceof Map ? dict.size : keysOf(dict).length;
}

/** The keys, in order, as an array of their own. */
export function dictKeys(dict: AnyDict): unknown[] {
  if (!(dict instanceof Map)) return keysOf(dict);
  makeItems(dict.size);
  return [...dict.keys()];
}

/** The keys of an object of the program. JavaScript lists them anew each time. */
export function keysOf(dict: PlainObject): string[] {
  const keys = Object.keys(dict);
  makeItems(keys.length);
  return keys;
}

/** The entries, in order, as an array of their own. */
export function dictEntries(dict: AnyDict): [unknown, unknown][] {
  if (!(dict instanceof Map)) return keysOf(dict).map((key) => [key, dict[key]]);
  // Each entry is a list of its own.
  makeItems(dict.size * 8);
  return [...dict.entries()];
}

function plainGet(dict: PlainObject, key: unknown): unknown {
  const name = key instanceof Markup ? key.value : key;
  if (typeof name === 'string') {
    // Own and enumerable: neither the prototype nor hidden properties are data.
    return Object.prototype.propertyIsEnumerable.call(dict, name) ? (dict[name] ?? null) : NOT_FOUND;
  }
  if (typeof key === 'object') hashOf(key);
  return NOT_FOUND;
}

function plainSet(dict: PlainObject, key: unknown, value: unknown): void {
  const name = key instanceof Markup ? key.value : key;
  if (typeof name !== 'string') {
    throw pyError('TypeError', `keys of an object given by the program must be str, not '${typeName(key)}'`);
  }
  // Plain assignment would call the setter of `__proto__`.
  Object.defineProperty(dict, name, { value, writable: true, enumerable: true, configurable: true });
}

/** The key in the dict that equals the given one, or NOT_FOUND. */
function findKey(dict: Map<unknown, unknown>, key: unknown): unknown {
  if (isUsual(key)) {
    if (dict.has(key)) return key;
  } else if (!(key instanceof Tuple)) {
    const same = hashOf(key);
    if (isUsual(same) && dict.has(same)) return same;
  }
  if (dict instanceof Dict) return findUnusual(dict, key);
  return typeof key === 'string' ? NOT_FOUND : scan(dict, key);
}

function findUnusual(dict: Dict, key: unknown): unknown {
  if (dict.unusual === undefined) {
    if (!isUsual(key)) hashOf(key);
    return NOT_FOUND;
  }
  const hash = hashOf(key);
  return dict.unusual.has(hash) ? dict.unusual.get(hash) : NOT_FOUND;
}

/** A Map that the program gave has no index. */
function scan(dict: Map<unknown, unknown>, key: unknown): unknown {
  const hash = hashOf(key);
  spend(dict.size);
  for (const candidate of dict.keys()) {
    if (!isUsual(candidate) && hashOf(candidate) === hash) return candidate;
  }
  return NOT_FOUND;
}

/** True for the keys that a Map compares as Python does. */
function isUsual(key: unknown): boolean {
  return typeof key === 'string' || typeof key === 'number' || typeof key === 'bigint' || key === null;
}

/**
 * What stands for a value as a key: the same for values that Python holds for equal.
 *
 * @throws TypeError for an unhashable value.
 */
export function hashOf(key: unknown): unknown {
  switch (typeof key) {
    case 'boolean':
      return Number(key);
    case 'undefined':
      return null;
    case 'object':
      return key === null ? null : hashOfObject(key);
    default:
      return key;
  }
}

function hashOfObject(key: object): unknown {
  if (key instanceof PyFloat) return Number.isSafeInteger(key.value) ? key.value + 0 : BigInt(key.value);
  if (key instanceof Markup) return key.value;
  if (key instanceof Tuple) return hashOfTuple(key);
  if (key instanceof PyObject) return key.hashKey();
  if (Array.isArray(key) || isDict(key)) throw pyError('TypeError', `unhashable type: '${typeName(key)}'`);
  return key;
}

/** Marks the text that stands for a tuple, so that no string of a template equals it. */
const TUPLE_MARK = '\u0000tuple';

function hashOfTuple(items: Tuple): string {
  let text = TUPLE_MARK;
  for (const item of items) {
    const hash = hashOf(item);
    const before = text.length;
    if (typeof hash === 'string') text += `s${String(hash.length)}:${hash}`;
    else if (typeof hash === 'object' && hash !== null) text += `o${String(identityOf(hash))};`;
    else text += `${typeof hash === 'function' ? `f${hash.name}` : String(hash)};`;
    hold((text.length - before) * 2);
    spend(ITEM * 3);
  }
  scanText(text.length);
  return text;
}

const identities = new WeakMap<object, number>();
let lastIdentity = 0;

/** A number of its own for each object: the only thing that can be told of it as a part of a tuple. */
function identityOf(object: object): number {
  let identity = identities.get(object);
  if (identity === undefined) {
    lastIdentity += 1;
    identity = lastIdentity;
    identities.set(object, identity);
  }
  return identity;
}

/** A set of values as Python compares them. */
export class KeySet {
  readonly #hashes = new Set<unknown>();

  /** Adds the value, telling whether it is new. */
  add(value: unknown): boolean {
    const hash = hashOf(value);
    if (this.#hashes.has(hash)) return false;
    this.#hashes.add(hash);
    return true;
  }
}
