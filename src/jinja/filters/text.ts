import { pyError } from '../errors.ts';
import { callMethod } from '../python/attributes.ts';
import { hold, ITEM, madeText, makeText, spend } from '../python/budget.ts';
import { characters, replaceCharacters } from '../python/characters.ts';
import { SPACES, splitAround } from '../python/classes.ts';
import type { EnvironmentLike, EvalContext } from '../python/callable.ts';
import { makeDict } from '../python/dict.ts';
import { escape, escapedString, escapeText, hasHtml, htmlOf, softText } from '../python/escape.ts';
import { stripTags } from '../python/html.ts';
import { each, isIterable, length as lengthOf, slice, unpack } from '../python/iteration.ts';
import { isText, Markup, plain } from '../python/markup.ts';
import { splitLines } from '../python/methods/search.ts';
import { type Kwargs, NOT_FOUND } from '../python/object.ts';
import { add, ge, lt, mod, mul, sub, truth } from '../python/operators.ts';
import { repr, str } from '../python/text.ts';
import { tuple } from '../python/tuple.ts';
import { isDict, isList, typeName } from '../python/types.ts';
import { Undefined } from '../undefined.ts';
import { entriesOf } from './selection.ts';

/** First character large, all others small. */
export function capitalize(value: unknown): unknown {
  return callMethod(softText(value), 'capitalize', []);
}

/** Capital letters. */
export function upper(value: unknown): unknown {
  return callMethod(softText(value), 'upper', []);
}

/** Small letters. */
export function lower(value: unknown): unknown {
  return callMethod(softText(value), 'lower', []);
}

const WORD_START = new RegExp(`[-${SPACES}({[<]+`, 'g');

/** Every word with its first letter large and the others small. */
export function title(value: unknown): string {
  const parts = splitAround(plain(softText(value)), WORD_START);
  return madeText(parts.map((part) => titleWord(part)).join(''));
}

function titleWord(word: string): string {
  const first = String.fromCodePoint(word.codePointAt(0) ?? 0);
  return word === '' ? '' : first.toUpperCase() + word.slice(first.length).toLowerCase();
}

/** Without the given characters, by default white space, at both ends. */
export function trim(value: unknown, chars: unknown = null): unknown {
  return callMethod(softText(value), 'strip', [chars]);
}

/** In the middle of a field of a width. */
export function center(value: unknown, width: unknown = 80): unknown {
  return callMethod(softText(value), 'center', [width]);
}

/** Every occurrence of a text replaced by another, or the first `count` ones. */
export function replace(context: EvalContext, ...[s, old, replacement, count = null]: unknown[]): unknown {
  const limit = count ?? -1;
  if (!context.autoescape) return callMethod(str(s), 'replace', [str(old), str(replacement), limit]);
  const escaped = hasHtml(old) || (hasHtml(replacement) && !hasHtml(s));
  const subject = escaped ? escape(s) : softText(s);
  return callMethod(subject, 'replace', [softText(old), softText(replacement), limit]);
}

/** Values put into a printf-style format. */
export function format(value: unknown, args: readonly unknown[], kwargs: Kwargs): unknown {
  if (args.length > 0 && kwargs.size > 0) {
    throw pyError('FilterArgumentError', "can't handle positional and keyword arguments at the same time");
  }
  return mod(softText(value), kwargs.size > 0 ? makeDict(kwargs) : tuple(args));
}

/** Bytes of a line that is put together. */
const LINE = 96;

/** Every line but the first one indented; blank lines only if asked for. */
export function indent(s: unknown, width: unknown = 4, first: unknown = false, blank: unknown = false): unknown {
  if (!isText(s)) throw notIndentable(s);
  const indention = isText(width) ? plain(width) : spaces(width);
  const [head = '', ...tail] = splitLines(`${plain(s)}\n`);
  makeText(plain(s).length + indention.length * (tail.length + 1));
  hold(tail.length * LINE);
  spend(tail.length * ITEM);
  const all = truth(blank);
  const rest = tail.map((line) => `\n${line === '' && !all ? '' : indention}${line}`);
  const text = (truth(first) ? indention : '') + head + rest.join('');
  return s instanceof Markup ? new Markup(text) : text;
}

function spaces(width: unknown): string {
  return mul(' ', width) as string;
}

function notIndentable(value: unknown): Error {
  // Python adds a line break first, which only a list takes.
  if (isList(value)) return noMethod(value, 'splitlines');
  if (value instanceof Undefined || Array.isArray(value)) add(value, '\n');
  return pyError('TypeError', `unsupported operand type(s) for +=: '${typeName(value)}' and 'str'`);
}

/** What Python raises for a method that a value does not have; an undefined value raises its own error. */
export function noMethod(value: unknown, name: string): Error {
  if (value instanceof Undefined) return value.error();
  return pyError('AttributeError', `'${typeName(value)}' object has no attribute '${name}'`);
}

/** Cut off at a length, at the end of a word unless told otherwise, with an ellipsis. */
export function truncate(
  environment: EnvironmentLike,
  ...[s, length = 255, killwords = false, end = '...', leeway = null]: unknown[]
): unknown {
  const tolerance = leeway ?? environment.policies['truncate.leeway'];
  const endLength = lengthOf(end);
  if (!ge(length, endLength)) throw assertion(`length >= ${String(endLength)}`, length);
  if (!ge(tolerance, 0)) throw assertion('leeway >= 0', tolerance);
  if (!lt(add(length, tolerance), lengthOf(s))) return s;
  const cut = slice(s, null, sub(length, endLength), null);
  if (truth(killwords)) return add(cut, end);
  const parts = callMethod(cut, 'rsplit', [' ', 1]);
  if (parts === NOT_FOUND) throw noMethod(cut, 'rsplit');
  return add((parts as unknown[])[0], end);
}

function assertion(expected: string, given: unknown): Error {
  return pyError('AssertionError', `expected ${expected}, got ${str(given)}`);
}

/** Number of words. */
export function wordcount(value: unknown): number {
  const text = plain(softText(value));
  spend(text.length);
  let count = 0;
  const word = /[\p{L}\p{N}_]+/gu;
  while (word.test(text)) {
    spend(ITEM);
    count += 1;
  }
  return count;
}

/** Without tags and comments, with white space collapsed. */
export function striptags(value: unknown): string {
  return stripTags(htmlOf(value) ?? str(value));
}

/** The characters of a text, last first. */
export function reverseText(value: string | Markup): string | Markup {
  const text = madeText(characters(plain(value)).reverse().join(''));
  return typeof value === 'string' ? text : new Markup(text);
}

/** Marked as safe. */
export function safe(value: unknown): Markup {
  return value instanceof Markup ? value : new Markup(htmlOf(value) ?? str(value));
}

/** Escaped even if it is safe already. */
export function forceescape(value: unknown): Markup {
  return new Markup(escapeText(htmlOf(value) ?? str(value)));
}

/** The entries of a dict as attributes of an element; values that are None or undefined are left out. */
export function xmlattr(context: EvalContext, d: unknown, autospace: unknown = true): unknown {
  const items: string[] = [];
  for (const [key, value] of entriesOf(d)) {
    if (value === null || value instanceof Undefined) continue;
    if (!isText(key)) throw pyError('TypeError', `expected string or bytes-like object, got '${typeName(key)}'`);
    if (/[ \t\n\r\f\v/>=]/.test(plain(key))) {
      throw pyError('ValueError', `Invalid character in attribute name: ${repr(key)}`);
    }
    const item = `${escapedString(key)}="${escapedString(value)}"`;
    makeText(item.length + 1);
    spend(ITEM * 4);
    items.push(item);
  }
  const text = items.join(' ');
  const spaced = truth(autospace) && text !== '' ? ` ${text}` : text;
  return context.autoescape ? new Markup(spaced) : spaced;
}

/** Quoted for a URL: a text for its path, a dict or pairs as a query. */
export function urlencode(value: unknown): string {
  if (isText(value) || !isIterable(value)) return quote(str(value), /[^A-Za-z0-9_.~/-]/gu);
  const entries = isDict(value) ? entriesOf(value) : Array.from(each(value), (item) => unpack(item, 2));
  const pairs = entries.map(([key, item]) => {
    spend(ITEM * 4);
    return `${quoteForQuery(key)}=${quoteForQuery(item)}`;
  });
  return pairs.join('&');
}

function quoteForQuery(value: unknown): string {
  return quote(str(value), /[^A-Za-z0-9_.~-]/gu).replaceAll('%20', '+');
}

function quote(text: string, changed: RegExp): string {
  return replaceCharacters(text, changed, (character) => {
    let escapes = '';
    for (const byte of encoder.encode(character)) escapes += `%${byte.toString(16).toUpperCase().padStart(2, '0')}`;
    spend(QUOTED);
    return escapes;
  });
}

const encoder = new TextEncoder();

/** Steps of one character that becomes up to four bytes. */
const QUOTED = 80;
