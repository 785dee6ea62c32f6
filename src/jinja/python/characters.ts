import { type SliceBounds, sliceItems } from './slices.ts';

const SURROGATE = /[\ud800-\udfff]/;

/** True where JavaScript's units and code points are the same. */
export function isBasic(text: string): boolean {
  return !SURROGATE.test(text);
}

/** The code points of a text. */
export function characters(text: string): string[] {
  return isBasic(text) ? text.split('') : Array.from(text);
}

/** Number of code points. */
export function codeLength(text: string): number {
  if (isBasic(text)) return text.length;
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
  return isBasic(text) ? text.charAt(index) : (Array.from(text)[index] ?? '');
}

/** The code points of a slice. */
export function sliceCharacters(text: string, bounds: SliceBounds): string {
  if (bounds.step === 1 && isBasic(text)) return text.slice(bounds.start, Math.max(bounds.start, bounds.stop));
  return sliceItems(characters(text), bounds).join('');
}

/** The text from one code point to before another, both in range. */
export function substring(text: string, start: number, stop = Infinity): string {
  return isBasic(text) ? text.slice(start, stop) : Array.from(text).slice(start, stop).join('');
}

/** The code point index that a unit index stands for. */
export function codeIndex(text: string, unitIndex: number): number {
  return unitIndex <= 0 ? unitIndex : codeLength(text.slice(0, unitIndex));
}

/** The unit index that a code point index stands for. */
export function unitIndex(text: string, index: number): number {
  return isBasic(text) ? index : Array.from(text).slice(0, index).join('').length;
}
