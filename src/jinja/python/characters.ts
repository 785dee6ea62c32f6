import { makeItems, makeText, scanText, spend } from './budget.ts';

const SURROGATE = /[\ud800-\udfff]/;

/** True where JavaScript's units and code points are the same. */
export function isBasic(text: string): boolean {
  scanText(text.length);
  return !SURROGATE.test(text);
}

/** The code points of a text. */
export function characters(text: string): string[] {
  // Characters beyond Latin-1 are objects of their own.
  makeItems(text.length * 4);
  return isBasic(text) ? text.split('') : Array.from(text);
}

/** Number of code points. */
export function codeLength(text: string): number {
  if (isBasic(text)) return text.length;
  spend(text.length);
  let count = 0;
  for (let index = 0; index < text.length; index += 1) {
    if (!endsPair(text, index)) count += 1;
  }
  return count;
}

/** True for the second half of a pair of surrogates. */
function endsPair(text: string, index: number): boolean {
  const unit = text.charCodeAt(index);
  if (unit < 0xdc00 || unit > 0xdfff || index === 0) return false;
  const before = text.charCodeAt(index - 1);
  return before >= 0xd800 && before <= 0xdbff;
}

/** The code point at an index that is in range. */
export function characterAt(text: string, index: number): string {
  if (isBasic(text)) return text.charAt(index);
  return String.fromCodePoint(text.codePointAt(unitsBefore(text, index)) ?? 0);
}

/** The text from one code point to before another, both in range. */
export function substring(text: string, start: number, stop = Infinity): string {
  if (isBasic(text)) return text.slice(start, stop);
  const from = unitsBefore(text, start);
  return text.slice(from, stop === Infinity ? undefined : unitsBefore(text, stop));
}

/** The code point index that a unit index stands for. */
export function codeIndex(text: string, unitIndex: number): number {
  return unitIndex <= 0 ? unitIndex : codeLength(text.slice(0, unitIndex));
}

/** The unit index that a code point index stands for. */
export function unitIndex(text: string, index: number): number {
  return isBasic(text) ? index : unitsBefore(text, index);
}

/** The units of the first code points of a text, all of them where there are not so many. */
function unitsBefore(text: string, count: number): number {
  spend(Math.min(text.length, count * 2));
  let unit = 0;
  for (let index = 0; index < count && unit < text.length; index += 1) {
    unit += (text.codePointAt(unit) ?? 0) > 0xffff ? 2 : 1;
  }
  return unit;
}

/** V8 keeps all matches of a pattern at once, so long texts are changed piece by piece. */
const PIECE = 2 ** 14;

/** Steps of one replacement. */
const REPLACEMENT = 10;

/**
 * A text with the characters replaced that a pattern matches.
 *
 * @param pattern Global; matches single units, or single code points where it has the flag `u`.
 */
export function replaceCharacters(text: string, pattern: RegExp, change: (character: string) => string): string {
  let output = '';
  for (let from = 0; from < text.length;) {
    const to = from + PIECE + (endsPair(text, from + PIECE) ? 1 : 0);
    const piece = from === 0 && to >= text.length ? text : text.slice(from, to);
    let count = 0;
    scanText(piece.length);
    const changed = piece.replace(pattern, (character) => {
      count += 1;
      return change(character);
    });
    spend(count * REPLACEMENT);
    makeText(changed.length);
    output += changed;
    from = to;
  }
  return output;
}
