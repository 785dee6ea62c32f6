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
