import { RE2JS, RE2JSException } from 're2js';

/** A regular expression of Go. */
export interface GoRegex {
  /** The pattern as it was given. */
  readonly source: string;
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
  const regex = plainRegExp(pattern) ?? compileRe2(pattern);
  const made = { source: pattern, test: (text: string) => regex.test(text) };
  if (compiled.size >= MOST_COMPILED) compiled.clear();
  compiled.set(pattern, made);
  return made;
}

function compileRe2(pattern: string): Pick<GoRegex, 'test'> {
  try {
    return RE2JS.compile(pattern);
  } catch (error) {
    if (!(error instanceof RE2JSException)) throw error;
    throw new SyntaxError(error.message.replace(/^error parsing regexp: /, ''), { cause: error });
  }
}

/**
 * What JavaScript reads as Go does, and what nearly every rule is written with: characters of ASCII, classes of them, `.`, groups that are
 * not repeated, alternatives, the ends of the text, and `*`, `+` and `?` behind one character.
 */
const PLAIN_TOKEN =
  /(?<open>\((?:\?:)?)|(?<close>\)\??)|(?<between>[|^$])|(?<one>\\[\^$\\.*+?()[\]{}|/]|\[\^?(?:a-z|A-Z|0-9|[\w./])+-?\]|[ !"#%&',/:;<=>@\w`~-]|\.)(?<times>[*+?]?)/y;

/** Each more of them multiplies the steps of a search that goes back; RE2 never does. */
const MOST_REPETITIONS = 2;

/** The same pattern for JavaScript, which compiles it in a hundredth of the time; undefined where it may read it otherwise. */
function plainRegExp(pattern: string): RegExp | undefined {
  let [source, depth, repetitions, at] = ['', 0, 0, 0];
  while (at < pattern.length) {
    PLAIN_TOKEN.lastIndex = at;
    const { open, close, one, times } = PLAIN_TOKEN.exec(pattern)?.groups ?? {};
    if (PLAIN_TOKEN.lastIndex === 0) return undefined;
    const token = pattern.slice(at, PLAIN_TOKEN.lastIndex);
    at = PLAIN_TOKEN.lastIndex;
    if (open !== undefined) depth += 1;
    if (close !== undefined) depth -= 1;
    if (times === '*' || times === '+') repetitions += 1;
    if (depth < 0 || repetitions > MOST_REPETITIONS) return undefined;
    // Other line breaks are characters as any to Go.
    source += one === '.' ? `[^\\n]${times ?? ''}` : token;
  }
  return depth === 0 ? new RegExp(source, 'u') : undefined;
}
