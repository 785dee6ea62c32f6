import { hold, ITEM, madeText, makeText, spend } from '../budget.ts';
import { characters } from '../characters.ts';
import { trimEnd, trimStart } from '../classes.ts';
import { toCount } from '../numeric.ts';
import { findAllText, isHalf } from '../search.ts';
import { textArgument } from './arguments.ts';
import { endsWith, startsWith } from './search.ts';

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
  return startsWith(text, start) ? text.slice(start.length) : text;
}

/** `str.removesuffix`. */
export function removeSuffix(text: string, suffix: unknown): string {
  const end = textArgument(suffix, 'removesuffix() argument');
  return end !== '' && endsWith(text, end) ? text.slice(0, -end.length) : text;
}

/** `str.replace`. */
export function replace(text: string, old: unknown, replacement: unknown, count: unknown = -1): string {
  const from = textArgument(old, 'replace() argument 1');
  const to = textArgument(replacement, 'replace() argument 2');
  const given = toCount(count);
  const limit = given < 0 ? Infinity : given;
  if (from === '') return spaced(text, to, limit);
  if (text.length <= SHORT && limit === Infinity && from.length <= SHORT_PART && !isHalf(from)) {
    makeText(text.length);
    return madeText(text.replaceAll(from, () => to));
  }
  const places = findAllText(text, from, limit);
  makeText(text.length + places.length * (to.length - from.length));
  hold(places.length * JOINT);
  spend(places.length * ITEM);
  let replaced = '';
  let end = 0;
  for (const at of places) {
    replaced += text.slice(end, at) + to;
    end = at + from.length;
  }
  return replaced + text.slice(end);
}

/** Bytes of a text that is put together from two. */
const JOINT = 96;

/** Texts that JavaScript's own search is quick in, with a part so long and a replacement of any length. */
const SHORT = 256;
const SHORT_PART = 16;

/** A text with another between its characters and around it, as far as the limit goes. */
function spaced(text: string, between: string, limit: number): string {
  const all = characters(text);
  const places = Math.min(limit, all.length + 1);
  makeText(text.length + places * between.length);
  const parts = ['', ...all, ''];
  return parts.slice(0, places + 1).join(between) + parts.slice(places + 1).join('');
}
