import { isKind, pyError } from '../errors.ts';
import { CALL, hold, ITEM, makeItems, makeText, payCaught, spend } from '../python/budget.ts';
import { characters } from '../python/characters.ts';
import type { CallContext, EnvironmentLike, EvalContext } from '../python/callable.ts';
import { escape, escapedString, hasHtml, softText } from '../python/escape.ts';
import { each, getItem, iterate, length as lengthOf, toList } from '../python/iteration.ts';
import { PyIterator } from '../python/iterator.ts';
import { isText, Markup, plain, sameText } from '../python/markup.ts';
import { type PyInt, toSize, truncateDouble } from '../python/numeric.ts';
import { PyObject } from '../python/object.ts';
import { eq, floordiv, lt, mod } from '../python/operators.ts';
import { str } from '../python/text.ts';
import { isDict, typeName } from '../python/types.ts';
import { attributeGetter } from './selection.ts';
import { reverseText } from './text.ts';
import { Tuple } from '../python/tuple.ts';
import { Undefined } from '../undefined.ts';
import { Range } from '../python/range.ts';
import { DictView } from '../python/views.ts';

/** `len(value)`. */
export function length(value: unknown): PyInt {
  const size = lengthOf(value);
  return value instanceof Range ? value.count : size;
}

/** `list(value)`. */
export function list(value: unknown): unknown[] {
  return toList(value);
}

/** The first item, undefined for an empty sequence. */
export function first(environment: EnvironmentLike, seq: unknown): unknown {
  for (const item of iterate(seq)) return item;
  return environment.undefined({ hint: 'No first item, sequence was empty.' });
}

/** The last item, undefined for an empty sequence. */
export function last(environment: EnvironmentLike, seq: unknown): unknown {
  if (Array.isArray(seq) && seq.length > 0) return seq.at(-1);
  for (const item of reversed(seq)) return item;
  return environment.undefined({ hint: 'No last item, sequence was empty.' });
}

/** One item by chance, undefined for an empty sequence. */
export function random(context: CallContext, seq: unknown): unknown {
  const { environment } = context;
  const size = lengthOf(seq);
  if (size === 0) return environment.undefined({ hint: 'No random item, sequence was empty.' });
  return getItem(seq, truncateDouble(environment.random() * size));
}

/** `reversed(value)`. */
function reversed(value: unknown): Iterable<unknown> {
  if (Array.isArray(value)) return backwards(value as unknown[]);
  if (isText(value)) return backwards(characters(plain(value))).map((char) => sameText(value, char));
  if (isDict(value)) return toList(value).reverse();
  if (value instanceof Undefined) return value.length() === 0 ? [] : value.iterate();
  if (value instanceof PyObject) return value.reversed();
  throw pyError('TypeError', `'${typeName(value)}' object is not reversible`);
}

function backwards<T>(items: readonly T[]): T[] {
  makeItems(items.length);
  spend(items.length * ITEM);
  return items.toReversed();
}

/** A text backwards, or an iterator over the items, last first. */
export function reverse(value: unknown): unknown {
  if (isText(value)) return reverseText(value);
  try {
    return new PyIterator(reversed(value)[Symbol.iterator](), 'reversed', reversedType(value));
  } catch (error) {
    if (!isKind(error, 'TypeError')) throw error;
    payCaught();
  }
  try {
    return toList(value).reverse();
  } catch (error) {
    if (!isKind(error, 'TypeError')) throw error;
    throw pyError('FilterArgumentError', 'argument must be iterable');
  }
}

/** The class of the iterator that Python's `reversed` makes. */
function reversedType(value: unknown): string {
  if (value instanceof Range) return 'range_iterator';
  if (value instanceof DictView)
    return `dict_reverse${value.kind === 'keys' ? 'key' : value.kind.slice(0, -1)}iterator`;
  if (isDict(value)) return 'dict_reversekeyiterator';
  return Array.isArray(value) && !(value instanceof Tuple) ? 'list_reverseiterator' : 'reversed';
}

/** The texts of all items with a separator between them. */
export function join(context: EvalContext, value: unknown, d: unknown = '', attribute: unknown = null): unknown {
  // As Python's `map`, which looks at once whether the value can be gone through, and reads the attributes later.
  const attributes =
    attribute === null ? undefined : mapItems(each(value), attributeGetter(context.environment, attribute));
  if (context.autoescape) {
    const items = Array.from(attributes ?? each(value), (item) => {
      hold(8);
      return item;
    });
    return joinSafely(items, d);
  }
  const separator = str(d);
  return joinTexts(attributes ?? each(value), separator);
}

function* mapItems(items: Iterable<unknown>, change: (item: unknown) => unknown): Generator {
  for (const item of items) yield change(item);
}

function joinTexts(items: Iterable<unknown>, separator: string): string {
  let text = '';
  let isFirst = true;
  for (const item of items) {
    const part = isFirst ? str(item) : separator + str(item);
    makeText(part.length);
    spend(ITEM * 3);
    text += part;
    isFirst = false;
  }
  return text;
}

/** As soon as one part is safe, the others are escaped. */
function joinSafely(items: readonly unknown[], d: unknown): unknown {
  const separator = !hasHtml(d) && items.some(hasHtml) ? escape(d) : softText(d);
  if (!(separator instanceof Markup)) return joinedParts(items, (item) => plain(softText(item)), separator);
  return new Markup(joinedParts(items, escapedString, separator.value));
}

function joinedParts(items: readonly unknown[], textOf: (item: unknown) => string, separator: string): string {
  let length = 0;
  const parts = items.map((item) => {
    const part = textOf(item);
    length += part.length + separator.length;
    return part;
  });
  makeText(length);
  return parts.join(separator);
}

/** Lists of a number of items each, the last one filled up if asked for. */
export function batch(value: unknown, linecount: unknown, fill: unknown = null): PyIterator {
  return new PyIterator(generateBatches(value, linecount, fill), 'do_batch');
}

function* generateBatches(value: unknown, linecount: unknown, fill: unknown): Generator {
  let row: unknown[] = [];
  for (const item of each(value)) {
    hold(8);
    spend(ITEM);
    if (eq(row.length, linecount)) {
      yield row;
      hold(LIST);
      row = [];
    }
    row.push(item);
  }
  if (row.length === 0) return;
  if (fill !== null && lt(row.length, linecount)) {
    const size = toSize(linecount);
    makeItems(size);
    while (row.length < size) row.push(fill);
  }
  yield row;
}

/** A number of lists as equal in length as can be, the shorter ones filled up if asked for. */
export function slice(value: unknown, slices: unknown, fill: unknown = null): PyIterator {
  return new PyIterator(generateSlices(value, slices, fill), 'sync_do_slice');
}

/** Bytes of a list without its items. */
const LIST = 64;

function* generateSlices(value: unknown, slices: unknown, fill: unknown): Generator {
  const items = toList(value);
  const size = floordiv(items.length, slices);
  const longer = Number(mod(items.length, slices));
  const count = toSize(slices);
  let start = 0;
  for (let index = 0; index < count; index += 1) {
    const end = start + Number(size) + (index < longer ? 1 : 0);
    spend(CALL);
    makeItems(end - start);
    const part = items.slice(start, end);
    if (fill !== null && index >= longer) part.push(fill);
    yield part;
    start = end;
  }
}
