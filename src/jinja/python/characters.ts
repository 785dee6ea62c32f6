import { madeText, makeItems, makeText, scanText, spend } from './budget.ts';

const SURROGATE = /[\ud800-\udfff]/;

/** True where JavaScript's units and code points are the same. */
function isBasic(text: string): boolean {
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

/** Title forms that are neither the upper-case form nor derived from it by a rule below. */
const TITLE_FORMS: ReadonlyMap<string, string> = new Map([
  ['\u01c4', '\u01c5'],
  ['\u01c6', '\u01c5'],
  ['\u01c7', '\u01c8'],
  ['\u01c9', '\u01c8'],
  ['\u01ca', '\u01cb'],
  ['\u01cc', '\u01cb'],
  ['\u01f1', '\u01f2'],
  ['\u01f3', '\u01f2'],
]);

/** Georgian letters and those digraphs and Greek capitals that are in title case already. */
const IS_TITLE_FORM = /[\u10d0-\u10fa\u10fd-\u10ff\p{Lt}]/u;
/** Greek letters with a iota below that have a title form of one character. */
const IOTA_BELOW = /[\u1f80-\u1f87\u1f90-\u1f97\u1fa0-\u1fa7]/;
const IOTA_BELOW_SHORT = /[\u1fb3\u1fc3\u1ff3]/;
/** The other letters that have more than one character in upper case: only the first stays large. */
const SPELLED_OUT = /[\u00df\u0587\ufb00-\ufb06\ufb13-\ufb17]/;
const GREEK_SPELLED_OUT = /[\u1fb2\u1fb4\u1fb7\u1fc2\u1fc4\u1fc7\u1ff2\u1ff4\u1ff7]/;

/** The form of a character at the start of a word in a title. */
function titleForm(char: string): string {
  const form = TITLE_FORMS.get(char);
  if (form !== undefined) return form;
  if (IS_TITLE_FORM.test(char)) return char;
  if (IOTA_BELOW.test(char)) return String.fromCharCode(char.charCodeAt(0) + 8);
  if (IOTA_BELOW_SHORT.test(char)) return String.fromCharCode(char.charCodeAt(0) + 9);
  const upper = char.toUpperCase();
  if (SPELLED_OUT.test(char)) return upper.charAt(0) + upper.slice(1).toLowerCase();
  return GREEK_SPELLED_OUT.test(char) ? upper.replace(/\u0399$/, '\u0345') : upper;
}

/** Pays for a text that is about to be made in another case. */
function makeCased(text: string): void {
  makeText(text.length);
  spend(text.length * 2);
}

/** `str.lower`. */
export function lowerCase(text: string): string {
  makeCased(text);
  return text.toLowerCase();
}

/** `str.upper`. */
export function upperCase(text: string): string {
  makeCased(text);
  // One letter can become three.
  return madeText(text.toUpperCase());
}

/** `str.capitalize`. */
export function capitalize(text: string): string {
  makeCased(text);
  const first = String.fromCodePoint(text.codePointAt(0) ?? 0);
  return text === '' ? '' : titleForm(first) + lowerAfter(first, text.slice(first.length));
}

/** Lower case of what follows a character: whether a sigma is final depends on it. */
function lowerAfter(before: string, text: string): string {
  return (before + text).toLowerCase().slice(before.toLowerCase().length);
}

/** `str.title`: every run of cased characters starts large. */
export function titleCase(text: string): string {
  let output = '';
  let inWord = false;
  eachLowered(text, (char, lower) => {
    output += inWord ? lower : titleForm(char);
    inWord = isCased(char);
  });
  return madeText(output);
}

/** `str.swapcase`. */
export function swapCase(text: string): string {
  let output = '';
  eachLowered(text, (char, lower) => {
    if (/\p{Lowercase}/u.test(char)) output += char.toUpperCase();
    else output += /\p{Uppercase}/u.test(char) ? lower : char;
  });
  return madeText(output);
}

/** Steps of looking at the case of one character. */
const CASE = 20;

/** Hands over each character with its lower-case form, which for a sigma depends on what stands around it. */
function eachLowered(text: string, take: (char: string, lower: string) => void): void {
  spend(text.length * CASE);
  const lowered = text.toLowerCase();
  let at = 0;
  for (const char of text) {
    const { length } = char.toLowerCase();
    take(char, lowered.slice(at, at + length));
    at += length;
  }
}

/** Cherokee folds to capitals, unlike every other script. */
const CHEROKEE = /[\u13a0-\u13fd\uab70-\uabbf]/;

/** `str.casefold`. */
export function caseFold(text: string): string {
  makeCased(text);
  if (/^[\0-\x7f]*$/.test(text)) return text.toLowerCase();
  spend(text.length * CASE);
  return characters(text)
    .map((char) => {
      if (char === '\u0131') return char;
      if (char === '\u1e9e') return 'ss';
      return CHEROKEE.test(char) ? char.toUpperCase() : char.toUpperCase().toLowerCase();
    })
    .join('');
}

function isCased(char: string): boolean {
  return /[\p{Lowercase}\p{Uppercase}\p{Lt}]/u.test(char);
}

/** `str.islower`: there are cased characters and none of them is large. */
export function isLower(text: string): boolean {
  spend(text.length);
  return /\p{Lowercase}/u.test(text) && !/[\p{Uppercase}\p{Lt}]/u.test(text);
}

/** `str.isupper`: there are cased characters and none of them is small. */
export function isUpper(text: string): boolean {
  spend(text.length);
  return /\p{Uppercase}/u.test(text) && !/[\p{Lowercase}\p{Lt}]/u.test(text);
}

/** `str.istitle`: large characters only after uncased ones, small ones only after cased ones. */
export function isTitle(text: string): boolean {
  spend(text.length * CASE);
  let found = false;
  let inWord = false;
  for (const char of text) {
    const large = /[\p{Uppercase}\p{Lt}]/u.test(char);
    const small = !large && /\p{Lowercase}/u.test(char);
    if ((large && inWord) || (small && !inWord)) return false;
    inWord = large || small;
    found ||= inWord;
  }
  return found;
}
