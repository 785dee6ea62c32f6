import { pyError } from '../../errors.ts';
import { ITEM, scanText, spend } from '../budget.ts';
import { codeIndex, codeLength, unitIndex } from '../characters.ts';
import { isText, plain } from '../markup.ts';
import { findAllText, findLastText, findText, isHalf, splitsPair } from '../search.ts';
import { Tuple } from '../tuple.ts';
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
