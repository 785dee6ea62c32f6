import { DataError, describeCharacter, markAt } from '../data-error.ts';

const WHITE_SPACE = /[ \t]*/y;
const COMMENT = /#[^\n]*/y;
/** Control characters that no comment may hold, a tab apart. */
export const CONTROL = /[^\t\x20-\x7e\x80-\uffff]/;

/** A TOML text and a position in it. */
export class TomlCursor {
  readonly text: string;
  index = 0;

  constructor(text: string) {
    this.text = text.replaceAll('\r\n', '\n');
  }

  isAtEnd(): boolean {
    return this.index >= this.text.length;
  }

  peek(ahead = 0): string {
    return this.text.charAt(this.index + ahead);
  }

  startsWith(text: string): boolean {
    return this.text.startsWith(text, this.index);
  }

  /** What a sticky pattern finds at the position, passed over; undefined where it finds nothing. */
  match(pattern: RegExp): RegExpExecArray | undefined {
    pattern.lastIndex = this.index;
    const found = pattern.exec(this.text);
    if (found === null) return undefined;
    this.index += found[0].length;
    return found;
  }

  /** Passes over the text if it stands here. */
  take(text: string): boolean {
    if (!this.startsWith(text)) return false;
    this.index += text.length;
    return true;
  }

  skipWhiteSpace(): void {
    this.match(WHITE_SPACE);
  }

  skipComment(): void {
    const start = this.index;
    const comment = this.match(COMMENT)?.[0];
    if (comment === undefined) return;
    const wrong = CONTROL.exec(comment);
    if (wrong === null) return;
    this.index = start + wrong.index;
    throw this.error(`a comment holds ${describeCharacter(wrong[0])}`, 'remove it');
  }

  /** White space, line breaks and comments, as they may stand in an array. */
  skipBlank(): void {
    for (;;) {
      const before = this.index;
      this.skipWhiteSpace();
      this.skipComment();
      this.take('\n');
      if (this.index === before) return;
    }
  }

  /** An error at the position or at another one. */
  error(message: string, remedy: string, index = this.index): DataError {
    return new DataError(message, markAt(this.text, index), remedy);
  }

  /** An error that names the next character. */
  unexpected(wanted: string, remedy: string): DataError {
    return this.error(`${wanted} should stand here, but there is ${describeCharacter(this.peek())}`, remedy);
  }
}
