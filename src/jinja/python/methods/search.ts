import { pyError } from '../../errors.ts';
import { hold, ITEM, scanText, spend } from '../budget.ts';
import { codeIndex, codeLength, unitIndex } from '../characters.ts';
import { splitWords, trimEnd } from '../classes.ts';
import { isText, plain } from '../markup.ts';
import { toCount, toFlag } from '../numeric.ts';
import { findAllText, findAllTextBackwards, findLastText, findText, isHalf, splitsPair } from '../search.ts';
import { Tuple, tuple } from '../tuple.ts';
import { typeName } from '../types.ts';
import { optionalIndex, textArgument } from './arguments.ts';

/** The part of a text that a search looks at, in JavaScript's units; `undefined` where it lies beyond the end. */
function searchRange(text: string, start: unknown, stop: unknown): { from: number; to: number } | undefined {
  if (start === undefined && stop === undefined) return { from: 0, to: text.length };
  const length = codeLength(text);
  const clamp = (index: number): number => Math.max(0, Math.min(index < 0 ? index + length : index, length));
  const first = optionalIndex(start, 0);
  const from = clamp(first);
  const to = clamp(optionalIndex(stop, length));
  if (first > length || from > to) return undefined;
  return { from: unitIndex(text, from), to: unitIndex(text, to) };
}

function position(text: string, sub: unknown, bounds: [unknown, unknown], last: boolean): number {
  const needle = textArgument(sub, 'argument');
  const range = searchRange(text, ...bounds);
  if (range === undefined) return -1;
  const part = text.slice(range.from, range.to);
  const found = last ? findLastText(part, needle) : findText(part, needle);
  return found < 0 ? -1 : codeIndex(text, range.from + found);
}

/** `str.find`. */
export function find(text: string, sub: unknown, start?: unknown, stop?: unknown): number {
  return position(text, sub, [start, stop], false);
}

/** `str.rfind`. */
export function rfind(text: string, sub: unknown, start?: unknown, stop?: unknown): number {
  return position(text, sub, [start, stop], true);
}

/** `str.index`. */
export function index(text: string, sub: unknown, start?: unknown, stop?: unknown): number {
  return required(find(text, sub, start, stop));
}

/** `str.rindex`. */
export function rindex(text: string, sub: unknown, start?: unknown, stop?: unknown): number {
  return required(rfind(text, sub, start, stop));
}

function required(found: number): number {
  if (found < 0) throw pyError('ValueError', 'substring not found');
  return found;
}

/** `str.count`: occurrences that do not overlap. */
export function count(text: string, sub: unknown, start?: unknown, stop?: unknown): number {
  const needle = textArgument(sub, 'argument');
  const range = searchRange(text, start, stop);
  if (range === undefined) return 0;
  const part = text.slice(range.from, range.to);
  return needle === '' ? codeLength(part) + 1 : findAllText(part, needle).length;
}

/** `str.startswith`. */
export function startsWith(text: string, prefix: unknown, start?: unknown, stop?: unknown): boolean {
  return matchesAny('startswith', prefix, text, [start, stop]);
}

/** `str.endswith`. */
export function endsWith(text: string, suffix: unknown, start?: unknown, stop?: unknown): boolean {
  return matchesAny('endswith', suffix, text, [start, stop]);
}

function matchesAny(
  method: 'startswith' | 'endswith',
  affix: unknown,
  text: string,
  bounds: [unknown, unknown],
): boolean {
  const range = searchRange(text, ...bounds);
  const part = range === undefined ? undefined : text.slice(range.from, range.to);
  const matches = (candidate: string): boolean => {
    scanText(candidate.length);
    if (part === undefined) return false;
    const start = method === 'startswith' ? 0 : part.length - candidate.length;
    if (isHalf(candidate) && splitsPair(part, start, candidate.length)) return false;
    return method === 'startswith' ? part.startsWith(candidate) : part.endsWith(candidate);
  };
  if (isText(affix)) return matches(plain(affix));
  if (!(affix instanceof Tuple)) {
    throw pyError('TypeError', `${method} first arg must be str or a tuple of str, not ${typeName(affix)}`);
  }
  return affix.some((item) => {
    spend(ITEM);
    if (isText(item)) return matches(plain(item));
    throw pyError('TypeError', `tuple for ${method} must only contain str, not ${typeName(item)}`);
  });
}

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
