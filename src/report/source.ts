import type { Finding, Place } from './finding.ts';

/** The text of a file, in which findings have their places. */
export class SourceText {
  /** Path of the file as the user knows it. */
  readonly name: string;
  readonly text: string;
  readonly #starts: readonly number[];
  readonly #isHidden: (line: number) => boolean;

  /** @param isHidden - whether a line, counted from 1, may show a secret and so is never quoted */
  constructor(name: string, text: string, isHidden: (line: number) => boolean = () => false) {
    this.name = name;
    this.text = text;
    this.#isHidden = isHidden;
    const starts = [0];
    for (let index = text.indexOf('\n'); index >= 0; index = text.indexOf('\n', index + 1)) starts.push(index + 1);
    this.#starts = starts;
  }

  /** The place of an offset: line and column count from 1, the column in UTF-16 units. */
  placeAt(offset: number): Place & { readonly line: number; readonly column: number } {
    let [first, last] = [0, this.#starts.length - 1];
    while (first < last) {
      const middle = Math.ceil((first + last) / 2);
      if ((this.#starts[middle] ?? 0) <= offset) first = middle;
      else last = middle - 1;
    }
    return { file: this.name, line: first + 1, column: offset - (this.#starts[first] ?? 0) + 1 };
  }

  /** Place and source line of a stretch of the text, as far as it lies on its first line; a hidden or empty line is left out. */
  excerpt(start: number, end: number): { readonly place: Place } & Pick<Finding, 'sourceLine'> {
    const from = this.placeAt(start);
    const sourceLine = this.#lineAt(from.line);
    const length = Math.max(1, Math.min(end - start, sourceLine.length - from.column + 1));
    const place = { ...from, length };
    return this.#isHidden(from.line) || sourceLine.trim() === '' ? { place } : { place, sourceLine };
  }

  #lineAt(line: number): string {
    const next = this.#starts[line];
    return this.text.slice(this.#starts[line - 1], next === undefined ? undefined : next - 1).replace(/\r$/, '');
  }
}

/** Text, or where it ends to be UTF-8: line and column count from 1, the column in UTF-16 units. */
type Decoded = { readonly text: string } | { readonly line: number; readonly column: number };

/** The text of UTF-8 bytes; a byte order mark stays. */
export function decodeUtf8(bytes: Uint8Array): Decoded {
  try {
    return { text: decoder.decode(bytes) };
  } catch {
    return firstMistake(bytes);
  }
}

const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

function firstMistake(bytes: Uint8Array): { readonly line: number; readonly column: number } {
  let [line, column] = [1, 1];
  for (let at = 0; at < bytes.length;) {
    const length = lengthOf(bytes[at] ?? 0);
    const character = tryDecode(bytes.subarray(at, at + length));
    if (character === undefined) break;
    [line, column] = character === '\n' ? [line + 1, 1] : [line, column + character.length];
    at += length;
  }
  return { line, column };
}

/** Bytes of the character that begins with this one. */
function lengthOf(first: number): number {
  return first < 0xc0 ? 1 : first < 0xe0 ? 2 : first < 0xf0 ? 3 : 4;
}

function tryDecode(bytes: Uint8Array): string | undefined {
  try {
    return decoder.decode(bytes);
  } catch {
    return undefined;
  }
}

/** Lines of a text between, and with, the markers of one conflict, counted from 1. */
interface ConflictLines {
  readonly first: number;
  readonly last: number;
}

/** A text that git could not merge. */
export interface UnmergedText {
  /**
   * Both sides of it, with what git merged of itself in each of them; the same text twice where markers are left that do not belong
   * together any more.
   */
  readonly sides: readonly [ours: string, theirs: string];
  /** At least one. */
  readonly conflicts: readonly ConflictLines[];
}

/**
 * How git marks a conflict: seven characters at the start of a line, a label behind the outer ones. Longer ones are what git makes of
 * conflicts within the common ancestor, and so content. Lines may end with CRLF.
 */
const MARKER = /^(?:(<{7}|\|{7}|>{7})(?: .*)?|(={7}))\r?$/;

/**
 * Reads a text in which git left the markers of a merge, with any setting of merge.conflictStyle; undefined where there are none.
 * Markers that stand alone, as after a resolution that was not finished, count too, except `=======`, which underlines headings.
 */
export function readUnmerged(text: string): UnmergedText | undefined {
  // Most texts are whole, and long.
  if (!text.includes('<<<<<<<') && !text.includes('>>>>>>>')) return undefined;
  const ours: string[] = [];
  const theirs: string[] = [];
  const conflicts: ConflictLines[] = [];
  let part: 'both' | 'ours' | 'base' | 'theirs' = 'both';
  let first = 0;
  for (const [index, line] of text.split('\n').entries()) {
    const [, outer, middle] = MARKER.exec(line) ?? [];
    const marker = (outer ?? middle)?.[0];
    if (marker === '<') {
      if (part !== 'both') conflicts.push({ first, last: index });
      [part, first] = ['ours', index + 1];
    } else if (marker === '|' && part === 'ours') part = 'base';
    else if (marker === '=' && (part === 'ours' || part === 'base')) part = 'theirs';
    else if (marker === '>') {
      conflicts.push({ first: part === 'both' ? index + 1 : first, last: index + 1 });
      part = 'both';
    } else {
      if (part === 'both' || part === 'ours') ours.push(line);
      if (part === 'both' || part === 'theirs') theirs.push(line);
    }
  }
  if (part !== 'both') conflicts.push({ first, last: first });
  return conflicts.length === 0 ? undefined : { sides: [ours.join('\n'), theirs.join('\n')], conflicts };
}

/** An error for each conflict in a file that only a person can settle; none where it has none. */
export function unmergedFindings(file: string, text: string, remedy = RESOLVE): Finding[] {
  return (readUnmerged(text)?.conflicts ?? []).map(({ first, last }) => ({
    code: 'workspace/merge-conflict',
    severity: 'error',
    message: `a merge is not finished here: lines ${String(first)} to ${String(last)} of ${file} hold both sides of it`,
    place: { file, line: first, column: 1 },
    remedy,
  }));
}

const RESOLVE =
  'keep what shall hold of both sides, and remove the lines that begin with <<<<<<<, |||||||, ======= and >>>>>>>; generated files need no care: `cluster-template configure` renders them anew';
