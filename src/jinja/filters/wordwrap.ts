import { pyError } from '../errors.ts';
import { CALL, hold, makeText, spend } from '../python/budget.ts';
import { codeLength, substring } from '../python/characters.ts';
import { trimStart } from '../python/classes.ts';
import type { EnvironmentLike } from '../python/callable.ts';
import { escapedString } from '../python/escape.ts';
import { isText, Markup, plain } from '../python/markup.ts';
import { splitLines } from '../python/methods/search.ts';
import { isFloat, toDouble, toSize } from '../python/numeric.ts';
import { truth } from '../python/operators.ts';
import { ChainableUndefined, Undefined } from '../undefined.ts';
import { noMethod } from './text.ts';

interface WrapOptions {
  readonly width: number;
  /** Whether the width was given as a float, which no text can be cut at. */
  readonly floating: boolean;
  /** Asked for its truth only where a word is too long, as in Python. */
  readonly breakLongWords: unknown;
  readonly breakOnHyphens: unknown;
}

/** Wraps a text at a width; its own line breaks stay. The rules are those of Python's `textwrap`. */
export function wordwrap(
  environment: EnvironmentLike,
  ...[s, width = 79, breakLongWords = true, wrapstring = null, breakOnHyphens = true]: unknown[]
): unknown {
  const separator = wrapstring ?? environment.newlineSequence;
  // A chainable undefined value has any attribute and fails where it is called, after the first line was wrapped.
  if (!isText(separator) && !(separator instanceof ChainableUndefined)) throw noMethod(separator, 'join');
  if (!isText(s)) throw noMethod(s, 'splitlines');
  const lines = splitLines(plain(s)).map((line) => {
    const options = {
      width: widthOf(width),
      floating: isFloat(width),
      breakLongWords,
      breakOnHyphens,
    };
    return wrapLine(line, options);
  });
  if (!isText(separator)) throw separator.error();
  const breaks = lines.reduce((count, parts) => count + Math.max(1, parts.length), 0);
  makeText(plain(s).length + breaks * plain(separator).length);
  if (typeof separator === 'string') return lines.map((parts) => parts.join(separator)).join(separator);
  return new Markup(lines.map((parts) => parts.map(escapedString).join(separator.value)).join(separator.value));
}

function widthOf(width: unknown): number {
  if (width instanceof Undefined) throw width.error();
  return isFloat(width) ? toDouble(width) : toSize(width);
}

function wrapLine(text: string, options: WrapOptions): string[] {
  if (options.width <= 0) throw pyError('ValueError', `invalid width ${String(options.width)} (must be > 0)`);
  // The chunks lie in reverse, so that the next one is the last.
  const chunks = splitChunks(text, options.breakOnHyphens === true).reverse();
  const lines: string[] = [];
  while (chunks.length > 0) {
    spend(CALL * 2);
    hold(LINE);
    if (lines.length > 0 && isSpace(chunks.at(-1))) chunks.pop();
    const line = takeLine(chunks, options);
    if (isSpace(line.at(-1))) line.pop();
    if (line.length > 0) lines.push(line.join(''));
  }
  return lines;
}

function takeLine(chunks: string[], options: WrapOptions): string[] {
  const line: string[] = [];
  let length = 0;
  for (let next = chunks.at(-1); next !== undefined; next = chunks.at(-1)) {
    if (isLonger(next, options.width - length)) break;
    line.push(next);
    length += codeLength(next);
    chunks.pop();
  }
  const next = chunks.at(-1);
  if (next !== undefined && isLonger(next, options.width))
    takeLongWord(chunks, line, options.width < 1 ? 1 : options.width - length, options);
  return line;
}

/** Bytes of a line and of what it is put together from. */
const LINE = 160;

/** Whether a text has more characters than that; no more of it is read than needed. */
function isLonger(text: string, size: number): boolean {
  return text.length > 2 * size || codeLength(text) > size;
}

/** A word longer than a line fills up the line, or gets one of its own. */
function takeLongWord(chunks: string[], line: string[], room: number, options: WrapOptions): void {
  const word = chunks.pop() ?? '';
  if (!truth(options.breakLongWords)) {
    if (line.length === 0) line.push(word);
    else chunks.push(word);
    return;
  }
  if (options.floating && options.width >= 1) {
    throw pyError('TypeError', 'slice indices must be integers or None or have an __index__ method');
  }
  const start = substring(word.slice(0, 2 * room), 0, room);
  const piece = truth(options.breakOnHyphens) ? untilHyphen(start) : start;
  // Even an empty piece is pushed: it keeps the blank before it, as in Python.
  line.push(piece);
  chunks.push(word.slice(piece.length));
}

function untilHyphen(start: string): string {
  const hyphen = start.lastIndexOf('-');
  return /[^-]/.test(start.slice(0, Math.max(0, hyphen))) ? start.slice(0, hyphen + 1) : start;
}

function isSpace(chunk: string | undefined): boolean {
  return chunk !== undefined && trimStart(chunk) === '';
}

const BLANK = '[\\t\\n\\x0b\\x0c\\r ]';
const SOLID = '[^\\t\\n\\x0b\\x0c\\r ]';
const WORD = '[\\p{L}\\p{N}_]';
const LETTER = '(?:(?!\\p{Nd})[\\p{L}\\p{N}_])';
const BEFORE_DASH = '(?<=[\\p{L}\\p{N}_!"\'&.,?])';
const CHUNK = new RegExp(
  [
    `${BLANK}+`,
    `${BEFORE_DASH}-{2,}(?=${WORD})`,
    `${SOLID}+?(?:-(?:(?<=${LETTER}{2}-)|(?<=${LETTER}-${LETTER}-))(?=${LETTER}-?${LETTER})|(?=${BLANK}|$)|${BEFORE_DASH}(?=-{2,}${WORD}))`,
  ].join('|'),
  'gu',
);
const SIMPLE_CHUNK = new RegExp(`${BLANK}+|${SOLID}+`, 'gu');

/** Steps of a character, and bytes of a piece. */
const UNIT = 6;
const CHUNK_SIZE = 64;

/** The pieces that a line can be made of: blanks, words, parts of hyphenated words, dashes. */
function splitChunks(text: string, hyphens: boolean): string[] {
  spend(text.length * UNIT);
  const chunks: string[] = [];
  for (const [chunk] of text.matchAll(hyphens ? CHUNK : SIMPLE_CHUNK)) {
    spend(CALL);
    hold(CHUNK_SIZE);
    chunks.push(chunk);
  }
  return chunks;
}
