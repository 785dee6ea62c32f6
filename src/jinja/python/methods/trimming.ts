import { characters } from '../characters.ts';
import { trimEnd, trimStart } from '../classes.ts';
import { checkTextLength } from '../limits.ts';
import { toCount } from '../numeric.ts';
import { textArgument } from './arguments.ts';

/** `str.lstrip`. */
export function lstrip(text: string, chars?: unknown): string {
  if (chars === undefined || chars === null) return trimStart(text);
  const strip = new Set(textArgument(chars, 'lstrip arg'));
  const all = characters(text);
  let start = 0;
  while (start < all.length && strip.has(all[start] ?? '')) start += 1;
  return all.slice(start).join('');
}

/** `str.rstrip`. */
export function rstrip(text: string, chars?: unknown): string {
  if (chars === undefined || chars === null) return trimEnd(text);
  const strip = new Set(textArgument(chars, 'rstrip arg'));
  const all = characters(text);
  while (all.length > 0 && strip.has(all.at(-1) ?? '')) all.pop();
  return all.join('');
}

/** `str.strip`. */
export function strip(text: string, chars?: unknown): string {
  return rstrip(lstrip(text, chars), chars);
}

/** `str.removeprefix`. */
export function removePrefix(text: string, prefix: unknown): string {
  const start = textArgument(prefix, 'removeprefix() argument');
  return text.startsWith(start) ? text.slice(start.length) : text;
}

/** `str.removesuffix`. */
export function removeSuffix(text: string, suffix: unknown): string {
  const end = textArgument(suffix, 'removesuffix() argument');
  return end !== '' && text.endsWith(end) ? text.slice(0, -end.length) : text;
}

/** `str.replace`. */
export function replace(text: string, old: unknown, replacement: unknown, count: unknown = -1): string {
  const from = textArgument(old, 'replace() argument 1');
  const to = textArgument(replacement, 'replace() argument 2');
  const given = toCount(count);
  const limit = given < 0 ? Infinity : given;
  const parts = from === '' ? ['', ...characters(text), ''] : text.split(from);
  const replaced = Math.min(limit, parts.length - 1);
  checkTextLength(text.length + replaced * (to.length - from.length));
  const head = parts.slice(0, replaced + 1).join(to);
  const tail = parts.slice(replaced + 1);
  return tail.length === 0 ? head : head + from + tail.join(from);
}
