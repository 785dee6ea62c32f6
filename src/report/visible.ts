/**
 * Characters that a terminal obeys, or that make it show something else than what is there: controls (C0, C1), marks and overrides of
 * bidirectional text, what has no width, line and paragraph separators, and halves of surrogate pairs. Joiners are left, as words and
 * emoji are made with them.
 */
const STEERING = /(?![\u200c\u200d])[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/gu;

/** A text of several lines as it may be shown on a terminal: `\x1b` stands for an escape character. Tabs and line feeds stay. */
export function visible(text: string): string {
  return text.replace(STEERING, (character) =>
    character === '\n' || character === '\t' ? character : named(character),
  );
}

/** As `visible`, for what has to stay on one line: a file name, a value, a message. */
export function visibleLine(text: string): string {
  return text.replace(STEERING, (character) => (character === '\t' ? character : named(character)));
}

/** Text of JSON in which such characters stand by their numbers: the value is the same. */
export function visibleJson(json: string): string {
  return json.replace(STEERING, (character) =>
    character === '\n'
      ? character
      : Array.from({ length: character.length }, (_, index) => hexadecimal('\\u', character.charCodeAt(index), 4)).join(
          '',
        ),
  );
}

function named(character: string): string {
  const code = character.codePointAt(0) ?? 0;
  if (code < 0x100) return hexadecimal('\\x', code, 2);
  return code < 0x10000 ? hexadecimal('\\u', code, 4) : `\\u{${code.toString(16)}}`;
}

function hexadecimal(start: string, code: number, digits: number): string {
  return start + code.toString(16).padStart(digits, '0');
}
