import { hold, ITEM, spend } from './budget.ts';

/** Where V8's own search, whose time can be the product of both lengths, takes no longer than ours. */
const SHORT_TEXT = 4096;
const SHORT_PART = 8;

/** Where a text has a part, from a place on; -1 for nowhere. */
export function findText(text: string, part: string, from = 0): number {
  paySearch(text.length - from, part);
  if (isHalf(part)) return collect((start) => text.indexOf(part, start), { text, part, most: 1, from })[0] ?? -1;
  if (isQuick(text, part)) return text.indexOf(part, from);
  const tail = text.slice(from);
  const found = new Matcher(part, (index) => part.charCodeAt(index)).find(0, tail.length, (at) => tail.charCodeAt(at));
  return found < 0 ? -1 : found + from;
}

/** Where a text has a part for the last time; -1 for nowhere. */
export function findLastText(text: string, part: string): number {
  if (isHalf(part)) return findAllTextBackwards(text, part, 1)[0] ?? -1;
  paySearch(text.length, part);
  if (isQuick(text, part)) return text.lastIndexOf(part);
  const found = backwards(part).find(0, text.length, (at) => text.charCodeAt(text.length - 1 - at));
  return found < 0 ? -1 : text.length - found - part.length;
}

/**
 * Where a text has a part that is not empty, in order; occurrences do not overlap.
 *
 * @param most Number of occurrences after which the search ends.
 */
export function findAllText(text: string, part: string, most = Infinity): number[] {
  paySearch(text.length, part);
  const matcher = isQuick(text, part) ? undefined : new Matcher(part, (index) => part.charCodeAt(index));
  const next = (from: number): number =>
    matcher === undefined ? text.indexOf(part, from) : matcher.find(from, text.length, (at) => text.charCodeAt(at));
  return collect(next, { text, part, most, from: 0 });
}

/** As `findAllText`, but from the end: the last occurrence comes first. */
export function findAllTextBackwards(text: string, part: string, most = Infinity): number[] {
  paySearch(text.length, part);
  const matcher = isQuick(text, part) ? undefined : backwards(part);
  const mirrored = (at: number): number => text.length - at - part.length;
  const quickly = (from: number): number => {
    const end = mirrored(from);
    const found = end < 0 ? -1 : text.lastIndexOf(part, end);
    return found < 0 ? -1 : mirrored(found);
  };
  const next = (from: number): number =>
    matcher === undefined
      ? quickly(from)
      : matcher.find(from, text.length, (at) => text.charCodeAt(text.length - 1 - at));
  return collect(next, { text, part, most, from: 0, place: mirrored }).map(mirrored);
}

interface Collection {
  readonly text: string;
  readonly part: string;
  readonly most: number;
  readonly from: number;
  /** Where in the text a place of the search is, if the search goes backwards. */
  readonly place?: (at: number) => number;
}

function collect(next: (from: number) => number, { text, part, most, from, place }: Collection): number[] {
  const found: number[] = [];
  const half = isHalf(part);
  let start = from;
  while (found.length < most) {
    const at = next(start);
    if (at < 0) break;
    spend(ITEM);
    if (half && splitsPair(text, place?.(at) ?? at, part.length)) {
      start = at + 1;
      continue;
    }
    hold(8);
    found.push(at);
    start = at + part.length;
  }
  return found;
}

/** Pays for the worst that a search can meet. */
function paySearch(length: number, part: string): void {
  spend(part.length === 1 ? length >>> 3 : part.length <= SHORT_PART ? length : length * 3);
}

function isQuick(text: string, part: string): boolean {
  return part.length <= SHORT_PART || (text.length <= SHORT_TEXT && part.length <= SHORT_TEXT / 16);
}

/** Whether a part begins or ends with half of what JavaScript writes as two units: it may not be half of a character. */
export function isHalf(part: string): boolean {
  const first = part.charCodeAt(0);
  const last = part.charCodeAt(part.length - 1);
  return (first >= 0xdc00 && first <= 0xdfff) || (last >= 0xd800 && last <= 0xdbff);
}

/** Whether a stretch of a text begins or ends within a character. */
export function splitsPair(text: string, start: number, length: number): boolean {
  return isWithin(text, start) || isWithin(text, start + length);
}

function isWithin(text: string, at: number): boolean {
  return at > 0 && (text.codePointAt(at - 1) ?? 0) > 0xffff;
}

function backwards(part: string): Matcher {
  return new Matcher(part, (index) => part.charCodeAt(part.length - 1 - index));
}

/**
 * The search of Knuth, Morris and Pratt, which looks at each unit of the text at most twice.
 *
 * @see https://doi.org/10.1137/0206024
 */
class Matcher {
  readonly #size: number;
  readonly #unit: (index: number) => number;
  /** For each length of a beginning of the part, how much of it is left to compare after a mismatch. */
  readonly #borders: Int32Array;

  constructor(part: string, unit: (index: number) => number) {
    this.#size = part.length;
    this.#unit = unit;
    hold(part.length * 4);
    spend(part.length);
    this.#borders = new Int32Array(part.length + 1);
    let border = 0;
    for (let index = 1; index < part.length; index += 1) {
      while (border > 0 && unit(index) !== unit(border)) border = this.#borders[border] ?? 0;
      if (unit(index) === unit(border)) border += 1;
      this.#borders[index + 1] = border;
    }
  }

  find(from: number, end: number, unitAt: (at: number) => number): number {
    let matched = 0;
    for (let at = from; at < end; at += 1) {
      const unit = unitAt(at);
      while (matched > 0 && unit !== this.#unit(matched)) matched = this.#borders[matched] ?? 0;
      if (unit === this.#unit(matched)) matched += 1;
      if (matched === this.#size) return at + 1 - matched;
    }
    return -1;
  }
}
