/** A place in a text: `line` and `column` count from 0, `index` and `column` in UTF-16 units. */
export interface Mark {
  readonly index: number;
  readonly line: number;
  readonly column: number;
}

/** What is wrong in a text that a reader was given. Neither part quotes a value: data may hold secrets. */
export class DataError extends Error {
  override readonly name = 'DataError';
  readonly mark: Mark;
  /** What would be right. */
  readonly remedy: string | undefined;

  constructor(message: string, mark: Mark, remedy?: string) {
    super(message);
    this.mark = mark;
    this.remedy = remedy;
  }
}

/** The mark at an index of a text whose lines end with `\n`. */
export function markAt(text: string, index: number): Mark {
  const before = text.slice(0, index);
  const start = before.lastIndexOf('\n') + 1;
  return { index, line: before.split('\n').length - 1, column: index - start };
}

/** A character for a message: `'x'`, a name for what cannot be seen. */
export function describeCharacter(char: string): string {
  const known = NAMES[char];
  if (known !== undefined) return known;
  if (/[\p{C}\p{Z}]/u.test(char)) return `the character U+${hexOf(char)}`;
  return `\`${char}\``;
}

const NAMES: Readonly<Record<string, string>> = {
  '': 'the end of the text',
  '\0': 'the end of the text',
  '\t': 'a tab',
  ' ': 'a space',
  '\n': 'a line break',
  '\r': 'a line break',
};

function hexOf(char: string): string {
  return (char.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, '0');
}
