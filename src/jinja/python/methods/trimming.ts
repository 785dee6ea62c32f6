import { pyError } from '../../errors.ts';
import { hold, ITEM, madeText, makeText, repeatText, spend } from '../budget.ts';
import { characters, codeLength } from '../characters.ts';
import { trimEnd, trimStart } from '../classes.ts';
import { toCount, toSize, toSmall } from '../numeric.ts';
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

function fillOf(fillchar: unknown): string {
  const fill = fillchar === undefined ? ' ' : textArgument(fillchar, 'The fill character');
  if (codeLength(fill) !== 1) throw pyError('TypeError', 'The fill character must be exactly one character long');
  return fill;
}

function missing(text: string, width: unknown): number {
  return Math.max(0, toCount(width) - codeLength(text));
}

/** `str.ljust`. */
export function ljust(text: string, width: unknown, fillchar?: unknown): string {
  makeText(text.length);
  return text + repeatText(fillOf(fillchar), missing(text, width));
}

/** `str.rjust`. */
export function rjust(text: string, width: unknown, fillchar?: unknown): string {
  makeText(text.length);
  return repeatText(fillOf(fillchar), missing(text, width)) + text;
}

/** `str.center`: an odd space goes to the left where the width is odd. */
export function center(text: string, width: unknown, fillchar?: unknown): string {
  const fill = fillOf(fillchar);
  const total = missing(text, width);
  makeText(text.length);
  const left = Math.floor(total / 2) + (total % 2 === 1 && toSize(width) % 2 === 1 ? 1 : 0);
  return repeatText(fill, left) + text + repeatText(fill, total - left);
}

/** `str.zfill`: zeros go behind a sign. */
export function zfill(text: string, width: unknown): string {
  const sign = /^[+-]/.test(text) ? text.charAt(0) : '';
  makeText(text.length);
  return sign + repeatText('0', missing(text, width)) + text.slice(sign.length);
}

/** `str.expandtabs`. */
export function expandTabs(text: string, tabsize: unknown = 8): string {
  const size = toSmall(tabsize);
  spend(text.length * ITEM * 2);
  makeText(text.length);
  let output = '';
  let column = 0;
  for (const char of text) {
    if (char === '\t') {
      const spaces = size > 0 ? size - (column % size) : 0;
      output += repeatText(' ', spaces);
      column += spaces;
    } else {
      output += char;
      column = char === '\n' || char === '\r' ? 0 : column + 1;
    }
  }
  return output;
}
