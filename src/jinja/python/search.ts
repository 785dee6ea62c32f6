import { hold, ITEM, spend } from './budget.ts';

/** Where V8's own search, whose time can be the product of both lengths, takes no longer than ours. */
const SHORT_TEXT = 4096;
const SHORT_PART = 8;

/** Where a text has a part, from a place on; -1 for nowhere. */
export function findText(text: string, part: string, from = 0): number {
  paySearch(text.length - from, part);
  if (isQuick(text, part)) return text.indexOf(part, from);
  const tail = text.slice(from);
  const found = new Matcher(part, (index) => part.charCodeAt(index)).find(0, tail.length, (at) => tail.charCodeAt(at));
  return found < 0 ? -1 : found + from;
}

/** Where a text has a part for the last time; -1 for nowhere. */
export function findLastText(text: string, part: string): number {
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
  const quick = isQuick(text, part);
  const matcher = quick ? undefined : new Matcher(part, (index) => part.charCodeAt(index));
  const next = (from: number): number =>
    matcher === undefined ? text.indexOf(part, from) : matcher.find(from, text.length, (at) => text.charCodeAt(at));
  return collect(next, part.length, most);
}

/** As `findAllText`, but from the end: the last occurrence comes first. */
export function findAllTextBackwards(text: string, part: string, most = Infinity): number[] {
  paySearch(text.length, part);
  const matcher = isQuick(text, part) ? undefined : backwards(part);
  const quickly = (from: number): number => {
    const end = text.length - from - part.length;
    const found = end < 0 ? -1 : text.lastIndexOf(part, end);
    return found < 0 ? -1 : text.length - found - part.length;
  };
  const next = (from: number): number =>
    matcher === undefined
      ? quickly(from)
      : matcher.find(from, text.length, (at) => text.charCodeAt(text.length - 1 - at));
  return collect(next, part.length, most).map((at) => text.length - at - part.length);
}

function collect(next: (from: number) => number, size: number, most: number): number[] {
  const found: number[] = [];
  let from = 0;
  while (found.length < most) {
    const at = next(from);
    if (at < 0) break;
    spend(ITEM);
    hold(8);
    found.push(at);
    from = at + size;
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
