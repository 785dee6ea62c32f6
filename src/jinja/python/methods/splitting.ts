import { pyError } from '../../errors.ts';
import { hold, ITEM, scanText, spend } from '../budget.ts';
import { splitWords, trimEnd } from '../classes.ts';
import { isText, plain } from '../markup.ts';
import { toCount, toFlag } from '../numeric.ts';
import { findAllText, findAllTextBackwards, findLastText, findText, isHalf } from '../search.ts';
import { type Tuple, tuple } from '../tuple.ts';
import { typeName } from '../types.ts';

function separatorOf(sep: unknown): string | undefined {
  if (sep === undefined || sep === null) return undefined;
  if (!isText(sep)) throw pyError('TypeError', `must be str or None, not ${typeName(sep)}`);
  const separator = plain(sep);
  if (separator === '') throw pyError('ValueError', 'empty separator');
  return separator;
}

function limitOf(maxsplit: unknown): number {
  const limit = maxsplit === undefined ? -1 : toCount(maxsplit);
  return limit < 0 ? Infinity : limit;
}

/** Texts that JavaScript's own `split` is quick in, with a separator so long. */
const SHORT = 256;
const SHORT_PART = 16;

/** Bytes of a text that is part of another one. */
const PART = 48;

/** `str.split`. */
export function split(text: string, sep?: unknown, maxsplit?: unknown): string[] {
  const limit = limitOf(maxsplit);
  const separator = separatorOf(sep);
  if (separator === undefined) return splitWords(text, limit);
  if (limit === Infinity && text.length <= SHORT && separator.length <= SHORT_PART && !isHalf(separator)) {
    const parts = text.split(separator);
    hold(parts.length * PART);
    return parts;
  }
  return cut(text, findAllText(text, separator, limit), separator.length);
}

/** A text cut at these places, in order, where separators of a length are left out. */
function cut(text: string, places: readonly number[], size: number): string[] {
  hold((places.length + 1) * PART);
  const parts: string[] = [];
  let from = 0;
  for (const at of places) {
    parts.push(text.slice(from, at));
    from = at + size;
  }
  parts.push(text.slice(from));
  return parts;
}

/** `str.rsplit`. */
export function rsplit(text: string, sep?: unknown, maxsplit?: unknown): string[] {
  const limit = limitOf(maxsplit);
  const separator = separatorOf(sep);
  if (limit === Infinity) return split(text, sep);
  if (separator === undefined) return rsplitSpace(text, limit);
  return cut(text, findAllTextBackwards(text, separator, limit).reverse(), separator.length);
}

function rsplitSpace(text: string, limit: number): string[] {
  const words = splitWords(text);
  if (limit >= words.length) return words;
  const kept = words.slice(words.length - limit);
  let rest = trimEnd(text);
  for (const word of kept.toReversed()) rest = trimEnd(rest.slice(0, rest.length - word.length));
  return [rest, ...kept];
}

/** Characters that end a line, beside the pair of carriage return and line feed. */
const BREAKS = '\\n\\r\\v\\f\\x1c-\\x1e\\x85\\u2028\\u2029';
const LINE = new RegExp(`([^${BREAKS}]*)(?:\\r\\n|[${BREAKS}]|$)`, 'y');

/** `str.splitlines`. */
export function splitLines(text: string, keepends: unknown = false): string[] {
  const kept = toFlag(keepends);
  scanText(text.length);
  const lines: string[] = [];
  LINE.lastIndex = 0;
  while (LINE.lastIndex < text.length) {
    spend(ITEM * 3);
    hold(PART);
    const match = LINE.exec(text);
    lines.push(match?.[kept ? 0 : 1] ?? '');
  }
  return lines;
}

/** `str.partition`, with the separator itself, which may be a safe text. */
export function partition(text: string, sep: unknown): Tuple {
  const separator = separatorOf(sep ?? 0) ?? '';
  const at = findText(text, separator);
  if (at < 0) return tuple([text, '', '']);
  return tuple([text.slice(0, at), sep, text.slice(at + separator.length)]);
}

/** `str.rpartition`. */
export function rpartition(text: string, sep: unknown): Tuple {
  const separator = separatorOf(sep ?? 0) ?? '';
  const at = findLastText(text, separator);
  if (at < 0) return tuple(['', '', text]);
  return tuple([text.slice(0, at), sep, text.slice(at + separator.length)]);
}
