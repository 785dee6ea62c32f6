import { RE2JS, RE2JSException } from 're2js';

/** A regular expression of Go. */
export interface GoRegex {
  /** Whether it matches anywhere in the text. */
  readonly test: (text: string) => boolean;
}

const MOST_COMPILED = 100;
const compiled = new Map<string, GoRegex>();

/**
 * A pattern as sops, Flux and kustomize read it, by Go's package regexp (RE2).
 *
 * @throws SyntaxError for what Go refuses: lookaround, back references, `\Z`, repetitions beyond 1000
 * @see https://pkg.go.dev/regexp/syntax
 */
export function compileGoRegex(pattern: string): GoRegex {
  // A rule is asked about every file, and the same one each time.
  const known = compiled.get(pattern);
  if (known !== undefined) return known;
  try {
    const regex = RE2JS.compile(pattern);
    const made: GoRegex = { test: (text) => regex.test(text) };
    if (compiled.size >= MOST_COMPILED) compiled.clear();
    compiled.set(pattern, made);
    return made;
  } catch (error) {
    if (!(error instanceof RE2JSException)) throw error;
    throw new SyntaxError(error.message.replace(/^error parsing regexp: /, ''), { cause: error });
  }
}
