import { DataError, describeCharacter, type Mark } from '../data-error.ts';

/** Stands behind the last character, so that looking ahead needs no bounds; no document can hold it. */
export const END = '\0';

/** What PyYAML takes for a line break: the separators U+2028 and U+2029 too, as YAML 1.1 does. */
const LINE_BREAK = /\r\n|[\r\n\x85\u2028\u2029]/y;
const BLANK_OR_END = /[\0 \t\r\n\x85\u2028\u2029]/;
const BREAK_OR_END = /[\0\r\n\x85\u2028\u2029]/;
const TO_LINE_END = /[^\0\r\n\x85\u2028\u2029]*/y;
const SPACES = / */y;

/** What is no character of a document, as PyYAML's reader has it. */
const NOT_PRINTABLE = /[^\t\n\r\x20-\x7e\x85\xa0-\ud7ff\ue000-\ufffd\u{10000}-\u{10ffff}]/u;

/** A text and a position in it. */
export class Cursor {
  readonly #text: string;
  #index = 0;
  #line = 0;
  #lineStart = 0;

  /** @throws DataError where the text holds a character that no YAML document may hold */
  constructor(text: string) {
    this.#text = text + END;
    // A byte order mark takes no column.
    if (text.startsWith('\uFEFF')) this.#index = this.#lineStart = 1;
    const wrong = NOT_PRINTABLE.exec(text);
    if (wrong !== null) throw this.#notPrintable(wrong);
  }

  get index(): number {
    return this.#index;
  }

  get line(): number {
    return this.#line;
  }

  get column(): number {
    return this.#index - this.#lineStart;
  }

  get mark(): Mark {
    return { index: this.#index, line: this.#line, column: this.column };
  }

  /** The character so many places ahead. */
  peek(ahead = 0): string {
    return this.#text.charAt(this.#index + ahead) || END;
  }

  /** White space, a line break or the end. */
  isBlank(ahead = 0): boolean {
    return BLANK_OR_END.test(this.peek(ahead));
  }

  /** A space, a line break or the end: where YAML 1.1 wants separation, PyYAML takes no tab. */
  isSeparated(): boolean {
    return this.isBlank() && this.peek() !== '\t';
  }

  /** A line break or the end. */
  isLineEnd(): boolean {
    return BREAK_OR_END.test(this.peek());
  }

  /** A line break. */
  isBreak(): boolean {
    return this.peek() !== END && this.isLineEnd();
  }

  /** `---` or `...`, followed by white space, at the position. */
  isDocumentMarker(marker: '---' | '...'): boolean {
    return this.#text.startsWith(marker, this.#index) && this.isBlank(3);
  }

  /** Goes on within the line. */
  skip(count = 1): void {
    this.#index += count;
  }

  /** Takes what a sticky pattern without line breaks finds at the position; an empty text where it finds nothing. */
  take(pattern: RegExp): string {
    pattern.lastIndex = this.#index;
    const found = pattern.exec(this.#text)?.[0] ?? '';
    this.#index += found.length;
    return found;
  }

  /** Takes a run of spaces. */
  takeSpaces(): string {
    return this.take(SPACES);
  }

  /** Takes the rest of the line, without its break. */
  takeLine(): string {
    return this.take(TO_LINE_END);
  }

  /** Takes spaces up to a column. */
  skipIndent(column: number): void {
    while (this.column < column && this.peek() === ' ') this.skip();
  }

  /** Takes a line break, as the text that stands for it: `\n` but for the two separators; empty where there is none. */
  takeBreak(): string {
    const found = this.take(LINE_BREAK);
    if (found === '') return '';
    this.#line += 1;
    this.#lineStart = this.#index;
    return found === '\u2028' || found === '\u2029' ? found : '\n';
  }

  /** Takes a comment if one starts here. */
  skipComment(): void {
    if (this.peek() === '#') this.takeLine();
  }

  #notPrintable({ 0: char, index }: RegExpExecArray): DataError {
    while (this.#index < index) {
      if (this.takeBreak() === '') this.skip();
    }
    return new DataError(
      `the file holds ${describeCharacter(char === END ? '\u0000' : char)}, which no YAML text may hold`,
      this.mark,
      'write it as an escape in a value in double quotes, such as "\\x07"',
    );
  }
}
