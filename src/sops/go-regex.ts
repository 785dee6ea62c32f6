import { RE2JS, RE2JSException } from 're2js';

/** A regular expression of Go. */
export interface GoRegex {
  /** Whether it matches anywhere in the text. */
  readonly test: (text: string) => boolean;
}

/**
 * A pattern as the sops program reads it, by Go's package regexp (RE2).
 *
 * @throws SyntaxError for what Go refuses: lookaround, back references, `\Z`, repetitions beyond 1000
 * @see https://pkg.go.dev/regexp/syntax
 */
export function compileGoRegex(pattern: string): GoRegex {
  try {
    const compiled = RE2JS.compile(pattern);
    return { test: (text) => compiled.test(text) };
  } catch (error) {
    if (!(error instanceof RE2JSException)) throw error;
    throw new SyntaxError(error.message.replace(/^error parsing regexp: /, ''), { cause: error });
  }
}
