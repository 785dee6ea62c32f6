import { pyError } from '../../errors.ts';
import { splitWords, trimEnd, trimStart } from '../classes.ts';
import { isText, plain } from '../markup.ts';
import { toCount, toFlag } from '../numeric.ts';
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

/** `str.split`. */
export function split(text: string, sep?: unknown, maxsplit?: unknown): string[] {
  const limit = limitOf(maxsplit);
  const separator = separatorOf(sep);
  if (separator === undefined) return splitSpace(text, limit);
  if (limit === Infinity) return text.split(separator);
  const parts: string[] = [];
  let from = 0;
  for (let at = text.indexOf(separator); at >= 0 && parts.length < limit; at = text.indexOf(separator, from)) {
    parts.push(text.slice(from, at));
    from = at + separator.length;
  }
  parts.push(text.slice(from));
  return parts;
}

function splitSpace(text: string, limit: number): string[] {
  if (limit === Infinity) return splitWords(text);
  const parts: string[] = [];
  let rest = trimStart(text);
  while (rest !== '' && parts.length < limit) {
    const [word = ''] = splitWords(rest);
    parts.push(word);
    rest = trimStart(rest.slice(word.length));
  }
  if (rest !== '') parts.push(rest);
  return parts;
}

/** `str.rsplit`. */
export function rsplit(text: string, sep?: unknown, maxsplit?: unknown): string[] {
  const limit = limitOf(maxsplit);
  const separator = separatorOf(sep);
  if (limit === Infinity) return split(text, sep);
  if (separator === undefined) return rsplitSpace(text, limit);
  const parts: string[] = [];
  let rest = text;
  for (let at = rest.lastIndexOf(separator); at >= 0 && parts.length < limit; at = rest.lastIndexOf(separator)) {
    parts.unshift(rest.slice(at + separator.length));
    rest = rest.slice(0, at);
  }
  parts.unshift(rest);
  return parts;
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
const LINE = new RegExp(`[^${BREAKS}]*(?:\\r\\n|[${BREAKS}]|$)`, 'gy');
const LINE_END = new RegExp(`(?:\\r\\n|[${BREAKS}])$`);

/** `str.splitlines`. */
export function splitLines(text: string, keepends: unknown = false): string[] {
  const kept = toFlag(keepends);
  const lines = text.match(LINE) ?? [];
  if (lines.at(-1) === '') lines.pop();
  return kept ? lines : lines.map((line) => line.replace(LINE_END, ''));
}

/** `str.partition`, with the separator itself, which may be a safe text. */
export function partition(text: string, sep: unknown): Tuple {
  const separator = separatorOf(sep ?? 0) ?? '';
  const at = text.indexOf(separator);
  if (at < 0) return tuple([text, '', '']);
  return tuple([text.slice(0, at), sep, text.slice(at + separator.length)]);
}

/** `str.rpartition`. */
export function rpartition(text: string, sep: unknown): Tuple {
  const separator = separatorOf(sep ?? 0) ?? '';
  const at = text.lastIndexOf(separator);
  if (at < 0) return tuple(['', '', text]);
  return tuple([text.slice(0, at), sep, text.slice(at + separator.length)]);
}
