import { failure, Failure, type Place } from '../../report/finding.ts';
import { isMetadata, METADATA_KEY } from '../metadata.ts';
import { textOrBytes } from '../scalars.ts';
import type { Branch, Comment, Entry, Scalar, Tree, Value } from '../tree.ts';

/** Levels of mappings and lists that a file may have, its metadata included: what reads and writes a tree calls itself for each. */
export const DEPTH_LIMIT = 1000;

/**
 * The tree of a JSON text as the sops program sees it: keys in their order, whole numbers of 64 bits exact, all others rounded to floats.
 * Throws a Failure with the place of what is no JSON or would not survive encryption. No message quotes the text, which may be secret.
 */
export function readJson(text: string, file: string): Tree {
  return [new JsonReader(text, file).document()];
}

/** Every token but strings, which may be as long as a file: a regular expression with choices would take a stack that grows with them. */
const TOKEN = /-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][-+]?\d+)?|true|false|null|[[\]{},:]/y;
const SPACE = /[ \t\r\n]*/y;

class JsonReader {
  readonly #text: string;
  readonly #file: string;
  #at = 0;
  #depth = 0;

  constructor(text: string, file: string) {
    this.#text = text;
    this.#file = file;
  }

  document(): Branch {
    const { token, start } = this.#next();
    if (token !== '{')
      throw this.#wrong(
        start,
        'The document is no object, and SOPS encrypts nothing else',
        'write { "data": … } around it',
      );
    const branch = this.#branch();
    const rest = this.#next();
    if (rest.token !== '') throw this.#wrong(rest.start, 'Something follows the end of the object', 'take it out');
    return branch;
  }

  #value({ token, start, text }: Token): Value {
    if (token === '{') return this.#nested(start, () => this.#branch());
    if (token === '[') return this.#nested(start, () => this.#list());
    if (token === 'null') return { kind: 'null' };
    if (token === 'true' || token === 'false') return { kind: 'bool', value: token === 'true' };
    if (text !== undefined) return { kind: 'str', value: this.#wellFormed(text, start) };
    if (/^[-\d]/.test(token)) return this.#number(token, start);
    throw this.#unexpected(start, 'a value');
  }

  #nested(start: number, read: () => Value): Value {
    this.#depth += 1;
    if (this.#depth > DEPTH_LIMIT)
      throw this.#wrong(start, `It is nested more than ${String(DEPTH_LIMIT)} levels deep`);
    const value = read();
    this.#depth -= 1;
    return value;
  }

  #branch(): Branch {
    const items: Entry[] = [];
    const keys = new Set<string>();
    let next = this.#next();
    while (next.token !== '}') {
      if (next.text === undefined) throw this.#unexpected(next.start, 'a key in double quotes');
      const key = this.#wellFormed(next.text, next.start);
      if (keys.has(key)) throw this.#wrong(next.start, 'The key stands twice in one object', 'leave one of them');
      keys.add(key);
      this.#expect(':');
      items.push({ kind: 'entry', key, value: this.#value(this.#next()) });
      next = this.#separator('}', '"');
    }
    return { kind: 'map', items };
  }

  #list(): Value {
    const items: Value[] = [];
    let next = this.#next();
    while (next.token !== ']') {
      items.push(this.#value(next));
      next = this.#separator(']', undefined);
    }
    return { kind: 'list', items };
  }

  /** The token behind a comma, or the closing bracket. */
  #separator(end: string, start: string | undefined): Token {
    const next = this.#next();
    if (next.token === end) return next;
    if (next.token !== ',') throw this.#unexpected(next.start, `a comma or \`${end}\``);
    const after = this.#next();
    if (after.token === end)
      throw this.#unexpected(after.start, start === undefined ? 'a value' : 'a key in double quotes');
    return after;
  }

  #expect(token: string): void {
    const next = this.#next();
    if (next.token !== token) throw this.#unexpected(next.start, `\`${token}\``);
  }

  /** The next token; an empty one at the end of the text. */
  #next(): Token {
    SPACE.lastIndex = this.#at;
    SPACE.exec(this.#text);
    const start = SPACE.lastIndex;
    if (start >= this.#text.length) return { token: '', start };
    if (this.#text[start] === '"') return this.#stringAt(start);
    TOKEN.lastIndex = start;
    const token = TOKEN.exec(this.#text)?.[0];
    if (token === undefined) throw this.#wrong(start, 'The text is not valid JSON');
    this.#at = start + token.length;
    return { token, start };
  }

  #stringAt(start: number): Token {
    let end = this.#text.indexOf('"', start + 1);
    while (end !== -1 && this.#isEscaped(end)) end = this.#text.indexOf('"', end + 1);
    if (end === -1) throw this.#wrong(start, 'The text is not valid JSON');
    this.#at = end + 1;
    try {
      return { token: '"', start, text: JSON.parse(this.#text.slice(start, this.#at)) as string };
    } catch {
      // What the engine says of it quotes the text.
      throw this.#wrong(start, 'The text is not valid JSON');
    }
  }

  /** Whether an odd number of backslashes stands before an offset. */
  #isEscaped(offset: number): boolean {
    let from = offset;
    while (this.#text[from - 1] === '\\') from -= 1;
    return (offset - from) % 2 === 1;
  }

  #wellFormed(text: string, start: number): string {
    if (/\p{Surrogate}/u.test(text))
      throw this.#wrong(
        start,
        'The text has half of a surrogate pair, which no UTF-8 text can hold',
        'write the character whole',
      );
    return text;
  }

  #number(token: string, start: number): Scalar {
    const value = Number(token);
    if (!Number.isFinite(value))
      throw this.#wrong(start, 'The number is beyond what a float can hold', 'put it in quotes');
    const whole = /^-?\d+$/.test(token) ? BigInt(token) : undefined;
    if (whole !== undefined && BigInt.asIntN(64, whole) === whole && token !== '-0')
      return { kind: 'int', value: whole };
    // What a float is written as may have more digits than it holds.
    if (whole !== undefined && BigInt(value) !== whole && String(value) !== token)
      throw this.#wrong(start, 'The integer does not fit into 64 bits, and SOPS would round it', 'put it in quotes');
    return token === '-0' ? { kind: 'int', value: 0n } : { kind: 'float', value };
  }

  #unexpected(offset: number, wanted: string): Failure {
    const found = offset >= this.#text.length ? 'The text ends' : 'Something else stands';
    return this.#wrong(offset, `${found} where JSON has ${wanted}`);
  }

  #wrong(offset: number, message: string, remedy?: string): Failure {
    const place = placeIn(this.#text, offset, this.#file);
    return failure('input', { code: 'sops/syntax', message, place, ...(remedy === undefined ? {} : { remedy }) });
  }
}

interface Token {
  /** As it stands in the text; of a string, the quote that it begins with. */
  readonly token: string;
  readonly start: number;
  /** What a string says. */
  readonly text?: string;
}

/** The place of an offset in a text: lines and columns are counted from 1. */
export function placeIn(text: string, offset: number, file: string): Place {
  const before = text.slice(0, offset).split('\n');
  return { file, line: before.length, column: (before.at(-1) ?? '').length + 1 };
}

/**
 * The tree as JSON, as the sops program writes it: `indent` spaces a level, a tab where that is -1. JSON has no comments, so there
 * are none in it. Throws a Failure where a number is none that JSON knows.
 */
export function writeJson(tree: Tree, indent: number): string {
  const [branch = { kind: 'map', items: [] }] = tree;
  return `${jsonText(branch, '\n', indent < 0 ? '\t' : ' '.repeat(indent))}\n`;
}

function jsonText(value: Value, line: string, indent: string): string {
  if (value.kind !== 'map' && value.kind !== 'list') return scalarJson(value);
  const inner = line + indent;
  const parts = (value.items as readonly (Comment | Entry | Value)[]).flatMap((item) => {
    if (item.kind === 'comment') return [];
    return item.kind === 'entry'
      ? [`${stringJson(item.key)}: ${jsonText(item.value, inner, indent)}`]
      : [jsonText(item, inner, indent)];
  });
  const [open, close] = value.kind === 'map' ? '{}' : '[]';
  return parts.length === 0
    ? `${open ?? ''}${close ?? ''}`
    : `${open ?? ''}${inner}${parts.join(`,${inner}`)}${line}${close ?? ''}`;
}

function scalarJson(scalar: Scalar): string {
  switch (scalar.kind) {
    case 'null':
      return 'null';
    case 'float':
      if (!Number.isFinite(scalar.value)) {
        const message = 'A number is infinite or none at all, which JSON cannot hold';
        throw failure('input', { code: 'sops/syntax', message, remedy: 'write it as text' });
      }
      return Object.is(scalar.value, -0) ? '-0' : String(scalar.value);
    case 'int':
    case 'bool':
      return String(scalar.value);
    case 'bytes':
      return stringJson(Buffer.from(scalar.value, 'base64').toString('utf8'));
    default:
      return stringJson(scalar.value);
  }
}

/** Go's encoder escapes what could end a script in a page as well. */
function stringJson(text: string): string {
  return JSON.stringify(text).replace(
    /[<>&\u2028\u2029]/g,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}

/** The key below which the sops program keeps a file of no other format: its bytes are the one value of a JSON file. */
const DATA_KEY = 'data';

/**
 * The tree of a file of any other kind: its text is the one value. One that is encrypted is JSON with metadata of SOPS.
 */
export function readBinary(text: string, file: string): Tree {
  return sealedBinary(text, file) ?? [binaryBranch({ kind: 'str', value: text })];
}

/** As `readBinary`, of bytes, which need not be text. */
export function readBinaryBytes(bytes: Uint8Array, file: string): Tree {
  return readBinary(Buffer.from(bytes).toString('utf8'), file).map((branch) =>
    branch.items.some(isMetadata) ? branch : binaryBranch(textOrBytes(Buffer.from(bytes))),
  );
}

function binaryBranch(value: Scalar): Branch {
  return { kind: 'map', items: [{ kind: 'entry', key: DATA_KEY, value }] };
}

function sealedBinary(text: string, file: string): Tree | undefined {
  if (!/^\s*\{/.test(text) || !text.includes(`"${METADATA_KEY}"`)) return undefined;
  try {
    const tree = readJson(text, file);
    return tree[0]?.items.some(isMetadata) === true ? tree : undefined;
  } catch (error) {
    // What is no JSON is no encrypted file: it is the content of a plain one.
    if (error instanceof Failure) return undefined;
    throw error;
  }
}

/** The text of a file of any other kind, or the JSON of one that is encrypted. */
export function writeBinary(tree: Tree, indent: number): string {
  if (tree[0]?.items.some(isMetadata) === true) return writeJson(tree, indent);
  return bytesOfBinary(tree).toString('utf8');
}

/** The bytes of a plain file of any other kind. Throws a Failure where the tree holds none. */
export function bytesOfBinary(tree: Tree): Buffer {
  const data = tree[0]?.items.find((item): item is Entry => item.kind === 'entry' && item.key === DATA_KEY)?.value;
  if (data?.kind === 'str') return Buffer.from(data.value, 'utf8');
  if (data?.kind === 'bytes') return Buffer.from(data.value, 'base64');
  const message = `An encrypted file of this kind keeps its text below the key \`${DATA_KEY}\`, and there is none`;
  throw failure('input', { code: 'sops/syntax', message, remedy: 'restore the file from Git' });
}
