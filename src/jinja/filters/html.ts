import { pyError } from '../errors.ts';
import { ITEM, makeText, spend } from '../python/budget.ts';
import type { EvalContext } from '../python/context.ts';
import { replaceCharacters } from '../python/characters.ts';
import { escapedString, escapeText, htmlOf } from '../python/escape.ts';
import { each, isIterable, unpack } from '../python/iteration.ts';
import { isText, Markup, plain } from '../python/markup.ts';
import { truth } from '../python/operators.ts';
import { repr, str } from '../python/text.ts';
import { isDict, typeName } from '../python/types.ts';
import { Undefined } from '../undefined.ts';
import { entriesOf } from './mappings.ts';

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
