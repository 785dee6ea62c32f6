/**
 * Variables as kustomize-controller replaces them after it built a Kustomization (`spec.postBuild`): the grammar and its quirks are those of the
 * Go package github.com/fluxcd/pkg/envsubst 1.7, with which a program in tests/tools compares them. Since Flux 2.9 a name without a value
 * makes the whole Kustomization fail (feature gate StrictPostBuildSubstitutions).
 */

/** One `${...}` in a text. */
export interface Variable {
  /** As written, braces and all. */
  readonly expression: string;
  /** Undefined where Flux cannot read the expression; it refuses the whole Kustomization then. */
  readonly name: string | undefined;
  /** Whether the expression says what to take where the variable is not set. */
  readonly hasDefault: boolean;
  /** Why it cannot be read. */
  readonly problem?: string;
}

/** Annotation and label by which an object asks not to be touched. */
export const SUBSTITUTE_KEY = 'kustomize.toolkit.fluxcd.io/substitute';

/** What a name of a variable has to be; a source with another key is refused whole. */
export const VARIABLE_NAME = /^[_A-Za-z][_A-Za-z\d]*$/;

/** A text that Flux cannot substitute in: an expression that it cannot read, or a variable that is not set. */
export class SubstitutionError extends Error {
  override readonly name = 'SubstitutionError';
  /** The expression, as far as it can be told where it ends. */
  readonly expression: string;
  /** The variable that is not set; undefined where the expression cannot be read. */
  readonly variable: string | undefined;

  constructor(message: string, expression: string, variable?: string) {
    super(message);
    this.expression = expression;
    this.variable = variable;
  }
}

/**
 * Substitutes as the controller does.
 *
 * @param lookup - the value of a variable; undefined where it is not set
 * @throws SubstitutionError where an expression cannot be read, or a variable without a default is not set
 */
export function evaluate(text: string, lookup: (name: string) => string | undefined): string {
  const strict = (node: Expression): string => {
    const arguments_ = node.parts.map((part) => (typeof part === 'string' ? part : strict(part)));
    const value = lookup(node.name);
    if (value === undefined && !DEFAULTS.has(node.operator)) {
      throw new SubstitutionError('the variable is not set', node.text, node.name);
    }
    return operate(node.operator, value ?? '', arguments_);
  };
  return parse(text)
    .map((node) => (typeof node === 'string' ? node : strict(node)))
    .join('');
}

/** Every variable in a text in the order in which they are written, those inside of others among them, escaped ones left out. */
export function variablesIn(text: string): Variable[] {
  if (!text.includes('${')) return [];
  const found: Variable[] = [];
  const visit = (node: Node): void => {
    if (typeof node === 'string') return;
    found.push({ expression: node.text, name: node.name, hasDefault: DEFAULTS.has(node.operator) });
    node.parts.forEach(visit);
  };
  const { nodes, error } = read(text);
  nodes.forEach(visit);
  if (error !== undefined)
    found.push({ expression: error.expression, name: undefined, hasDefault: false, problem: error.message });
  return found;
}

/** Whether two dollar signs stand in a text that escape no brace: Flux makes one of them. Whoever writes four knows. */
export function losesDollar(text: string): boolean {
  return [...text.matchAll(/(\$\$+)(\{?)/g)].some(([, { length } = '', brace]) => length % 4 !== 0 && brace === '');
}

/**
 * The text as it is after the substitution, as far as values are known: an expression whose variable has none here stays as it is,
 * so that two objects which are named by the same expression still match. So does a text that cannot be read.
 */
export function substitute(text: string, values: ReadonlyMap<string, string>): string {
  if (!/\$[${]/.test(text)) return text;
  const known = (node: Expression): string => {
    const value = values.get(node.name);
    if (value === undefined && !DEFAULTS.has(node.operator)) return node.text;
    return operate(
      node.operator,
      value ?? '',
      node.parts.map((part) => (typeof part === 'string' ? part : known(part))),
    );
  };
  const { nodes, error } = read(text);
  return error === undefined ? nodes.map((node) => (typeof node === 'string' ? node : known(node))).join('') : text;
}

/** Text that is taken as it is, or an expression. */
type Node = string | Expression;

interface Expression {
  /** As written. */
  readonly text: string;
  readonly name: string;
  /** Empty for the value itself. */
  readonly operator: string;
  /** What the operator takes. */
  readonly parts: readonly Node[];
}

/** Operators that take a variable which is not set for an empty one. */
const DEFAULTS: ReadonlySet<string> = new Set(['=', ':=', ':-', ':?', ':+']);

function parse(text: string): readonly Node[] {
  const { nodes, error } = read(text);
  if (error !== undefined) throw error;
  return nodes;
}

/** The parts of a text up to its end, or to the first expression that cannot be read. */
function read(text: string): { readonly nodes: readonly Node[]; readonly error?: SubstitutionError } {
  const reader = new Reader(text);
  try {
    for (let node = reader.next(); node !== undefined; node = reader.next()) reader.nodes.push(node);
    return { nodes: reader.nodes };
  } catch (error) {
    if (error instanceof SubstitutionError) return { nodes: reader.nodes, error };
    throw error;
  }
}

const LETTERS = /[\p{L}\p{Nd}_]+/uy;
/** Where a text of an argument ends: at an expression inside of it in any case. */
const UNTIL_CLOSED = /(?:(?!\$\{)[^}])+/y;
const UNTIL_COLON = /(?:(?!\$\{)[^:}])+/y;
/** In a replacement a backslash before a slash or another backslash, and a dollar sign before another one, is dropped. */
const PATTERN = /(?:\$\$|\\[\\/]|(?!\$\{)[^/])+/y;
const REPLACEMENT = /(?:\$\$|\\[\\/]|(?!\$\{)[^}])+/y;
const PLAIN = /(?:\$\$|(?!\$\{)[^])+/y;

class Reader {
  readonly nodes: Node[] = [];
  readonly #text: string;
  #at = 0;
  /** Where the outermost expression begins that is being read. */
  #start = 0;

  constructor(text: string) {
    // The library stops at a NUL, which it takes for the end.
    this.#text = text.includes('\0') ? text.slice(0, text.indexOf('\0')) : text;
  }

  next(): Node | undefined {
    this.#start = this.#at;
    const plain = this.#take(PLAIN);
    if (plain !== undefined) return plain.replaceAll('$$', '$');
    return this.#at >= this.#text.length ? undefined : this.#expression();
  }

  #expression(): Expression {
    const start = this.#at;
    this.#at += 2;
    const isMeasured = this.#peek() === '#';
    if (isMeasured) this.#at += 1;
    const name = this.#take(LETTERS) ?? this.#fail('it has no name of a variable');
    const operator = isMeasured ? '#' : this.#operator();
    const parts = isMeasured ? [] : this.#parts(operator);
    if (this.#peek() !== '}') {
      // Flux' library is not Bash: a default takes a colon, or an equals sign.
      this.#fail(
        /^[-+?]/.test(this.#peek()) ? `\`${this.#peek()}\` needs a colon before it` : 'its brace is not closed',
      );
    }
    this.#at += 1;
    return { text: this.#text.slice(start, this.#at), name, operator: isMeasured ? 'length' : operator, parts };
  }

  #operator(): string {
    return this.#take(/:[=\-?+]|[=:]|[,^]{1,2}|\/[/#%]?|##?|%%?/y) ?? '';
  }

  #parts(operator: string): Node[] {
    if (operator === '' || /^[,^]/.test(operator)) return [];
    if (DEFAULTS.has(operator)) return this.#default();
    if (operator === ':') return this.#range();
    return operator.startsWith('/') ? this.#replacement() : [this.#part(UNTIL_CLOSED)];
  }

  #default(): Node[] {
    const parts: Node[] = [];
    while (this.#peek() !== '}') parts.push(this.#part(UNTIL_CLOSED));
    return parts;
  }

  #range(): Node[] {
    // The library loses its place at a character of several bytes here.
    if ((this.#text.codePointAt(this.#at) ?? 0) > 0x7f) this.#fail('a position is no number');
    const position = this.#part(UNTIL_COLON);
    return this.#take(/:+/y) === undefined ? [position] : [position, this.#part(UNTIL_CLOSED)];
  }

  #replacement(): Node[] {
    const pattern = this.#unescaped(PATTERN);
    if (this.#take(/\/+/y) === undefined) this.#fail('a slash is missing between what is replaced and what by');
    return this.#peek() === '}' ? [pattern] : [pattern, this.#unescaped(REPLACEMENT)];
  }

  #unescaped(pattern: RegExp): Node {
    const part = this.#part(pattern);
    return typeof part === 'string'
      ? part.replace(/\$(?=\$)\$|\\([\\/])/g, (_, kept: string | undefined) => kept ?? '$')
      : part;
  }

  #part(pattern: RegExp): Node {
    if (this.#text.startsWith('${', this.#at)) return this.#expression();
    return this.#take(pattern) ?? this.#fail('something is missing in it');
  }

  #peek(): string {
    return this.#text.charAt(this.#at);
  }

  #take(pattern: RegExp): string | undefined {
    const sticky = new RegExp(pattern);
    sticky.lastIndex = this.#at;
    const [found] = sticky.exec(this.#text) ?? [];
    if (found !== undefined) this.#at += found.length;
    return found;
  }

  #fail(message: string): never {
    const rest = this.#text.slice(this.#start);
    throw new SubstitutionError(message, /^[^}\n]*\}?/.exec(rest)?.[0] ?? rest);
  }
}

function operate(operator: string, value: string, arguments_: readonly string[]): string {
  const [first = '', second] = arguments_;
  switch (operator) {
    case 'length':
      return String(Buffer.byteLength(value));
    case ',':
      return onFirst(value, toLower);
    case ',,':
      return toLower(value);
    case '^':
      return onFirst(value, toUpper);
    case '^^':
      return toUpper(value);
    case ':':
      return slice(value, first, second);
    case '/':
      return value.replace(first, () => second ?? '');
    case '//':
      return replaceAll(value, first, second ?? '');
    case '/#':
      return second !== undefined && value.startsWith(first) ? second + value.slice(first.length) : value;
    case '/%':
      return second !== undefined && value.endsWith(first)
        ? value.slice(0, value.length - first.length) + second
        : value;
    case '#':
    case '##':
      return withoutStart(value, first, operator === '##');
    case '%':
    case '%%':
      return reversed(withoutStart(reversed(value), reversed(first), operator === '%%'));
    default:
      return value === '' ? arguments_.join('') : value;
  }
}

/** Go's mapping of single characters: one that would become several stays. */
function toLower(text: string): string {
  return mapped(text, (one) => (one === '\u0130' ? 'i' : one.toLowerCase()));
}

function toUpper(text: string): string {
  return mapped(text, (one) => one.toUpperCase());
}

function mapped(text: string, change: (character: string) => string): string {
  return Array.from(text, (one) => (Array.from(change(one)).length === 1 ? change(one) : one)).join('');
}

function onFirst(text: string, change: (text: string) => string): string {
  const [first = ''] = text;
  return change(first) + text.slice(first.length);
}

function replaceAll(value: string, pattern: string, replacement: string): string {
  // Nothing stands before, between and after all characters.
  return pattern === '' ? ['', ...Array.from(value), ''].join(replacement) : value.split(pattern).join(replacement);
}

/** The bytes from a position on, both counted from the end where they are negative; the value itself where one is no number. */
function slice(value: string, from: string, length: string | undefined): string {
  const bytes = Buffer.from(value);
  const [start, count] = [toInteger(from), length === undefined ? undefined : toInteger(length)];
  if (start === undefined || (length !== undefined && count === undefined)) return value;
  const first = start < 0 ? Math.max(0, bytes.length + start) : start;
  const end = count === undefined ? bytes.length : count < 0 ? bytes.length + count : first + count;
  return bytes.subarray(Math.min(first, bytes.length), Math.max(first, Math.min(end, bytes.length))).toString('utf8');
}

function toInteger(text: string): number | undefined {
  return /^[+-]?\d+$/.test(text) && Math.abs(Number(text)) < 2 ** 63 ? Number(text) : undefined;
}

/** Without the longest, or the shortest, start of at least one byte that a pattern of the shell matches. */
function withoutStart(value: string, pattern: string, isLongest: boolean): string {
  const bytes = Buffer.from(value);
  const terms = termsOf(pattern);
  if (terms === undefined) return value;
  const lengths = Array.from(bytes, (_, index) => index + 1);
  if (isLongest) lengths.reverse();
  // A start may end within a character, which counts as U+FFFD then.
  const length = lengths.find((one) => matches(terms, bytes.subarray(0, one)));
  return length === undefined ? value : bytes.subarray(length).toString('utf8');
}

/** What one character has to be, or any number of bytes. */
type Term = 'any' | ((character: number) => boolean);

/** The terms of a pattern: `*`, `?`, `[a-z]`, `[^a-z]` and escaped characters; undefined where it is malformed and matches nothing. */
function termsOf(pattern: string): Term[] | undefined {
  const characters = Array.from(pattern);
  const terms: Term[] = [];
  for (let index = 0; index < characters.length; index += 1) {
    const one = characters[index];
    if (one === '*') terms.push('any');
    else if (one === '?') terms.push(() => true);
    else if (one === '[') {
      const found = classAt(characters, index + 1);
      if (found === undefined) return undefined;
      terms.push(found.has);
      index = found.end;
    } else {
      if (one === '\\') index += 1;
      const wanted = characters[index]?.codePointAt(0);
      if (wanted === undefined) return undefined;
      terms.push((character) => character === wanted);
    }
  }
  return terms;
}

function classAt(
  characters: readonly string[],
  start: number,
): { has: (one: number) => boolean; end: number } | undefined {
  const isNegated = characters[start] === '^';
  const ranges: (readonly [number, number])[] = [];
  let index = isNegated ? start + 1 : start;
  const take = (): number | undefined => {
    const one = characters[index];
    if (one === undefined || one === '-' || one === ']') return undefined;
    if (one === '\\') index += 1;
    const taken = characters[index]?.codePointAt(0);
    index += 1;
    return taken;
  };
  while (ranges.length === 0 || characters[index] !== ']') {
    const low = take();
    if (low === undefined) return undefined;
    if (characters[index] === '-') index += 1;
    else {
      ranges.push([low, low]);
      continue;
    }
    const high = take();
    if (high === undefined) return undefined;
    ranges.push([low, high]);
  }
  return { has: (one) => ranges.some(([low, high]) => low <= one && one <= high) !== isNegated, end: index };
}

/** Whether the terms match all of the bytes. */
function matches(terms: readonly Term[], bytes: Buffer): boolean {
  let reached = new Set([0]);
  for (const term of terms) {
    if (reached.size === 0) return false;
    const next = new Set<number>();
    if (term === 'any') {
      for (let end = Math.min(...reached); end <= bytes.length; end += 1) next.add(end);
    } else {
      for (const at of reached) {
        const [character, width] = decode(bytes, at);
        if (width > 0 && term(character)) next.add(at + width);
      }
    }
    reached = next;
  }
  return reached.has(bytes.length);
}

/** The character at an offset and its bytes; a stray byte counts as U+FFFD. */
function decode(bytes: Buffer, at: number): readonly [character: number, width: number] {
  const first = bytes[at];
  if (first === undefined) return [0, 0];
  const width = first < 0x80 ? 1 : first >= 0xf0 ? 4 : first >= 0xe0 ? 3 : first >= 0xc0 ? 2 : 1;
  const text = bytes.subarray(at, at + width).toString('utf8');
  const isWhole = text.length > 0 && !text.includes('\ufffd');
  return isWhole ? [text.codePointAt(0) ?? 0, width] : [0xfffd, 1];
}

function reversed(text: string): string {
  return Array.from(text).reverse().join('');
}
