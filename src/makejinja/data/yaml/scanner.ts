import { DataError, describeCharacter, type Mark } from '../data-error.ts';
import { scanBlockScalar, scanPlain, scanQuoted } from './scalars.ts';
import { Cursor, END } from './cursor.ts';
import { scanAnchor, scanDirective, scanTag } from './properties.ts';
import type { MarkerKind, Token } from './tokens.ts';

/**
 * The tokens of a stream, blocks made explicit by their indentation. What is a key shows only at the `:` behind it, so
 * every value that might be one is remembered, and `key` and `blockMappingStart` are put before it in hindsight.
 *
 * @throws DataError where PyYAML's scanner stops
 */
export function scan(text: string): Token[] {
  const scanner = new Scanner(text);
  while (!scanner.isDone) scanner.scanToken();
  return scanner.tokens;
}

/** Longest key without `?`, as YAML 1.1 has it (section 9.1). */
const MAX_KEY_LENGTH = 1024;

/** A token that is a key if a `:` follows on the same line. */
interface PossibleKey {
  readonly position: number;
  /** At the indentation of the block around it: nothing but a key can stand there. */
  readonly isRequired: boolean;
  readonly mark: Mark;
}

class Scanner {
  readonly tokens: Token[] = [];
  isDone = false;
  readonly #cursor: Cursor;
  /** The column of the innermost block, -1 outside of all, and those around it. */
  #indent = -1;
  readonly #outerIndents: number[] = [];
  #flowLevel = 0;
  /** By flow level. */
  readonly #possibleKeys = new Map<number, PossibleKey>();
  #isKeyAllowed = true;

  constructor(text: string) {
    this.#cursor = new Cursor(text);
  }

  scanToken(): void {
    this.#skipToToken();
    this.#dropStaleKeys();
    this.#closeBlocks(this.#cursor.column);
    if (!this.#scanDocumentToken() && !this.#scanIndicator() && !this.#scanContent()) throw this.#noToken();
  }

  get #isFlow(): boolean {
    return this.#flowLevel > 0;
  }

  #skipToToken(): void {
    for (;;) {
      this.#cursor.takeSpaces();
      this.#cursor.skipComment();
      if (this.#cursor.takeBreak() === '') return;
      if (!this.#isFlow) this.#isKeyAllowed = true;
    }
  }

  /** What can stand only at the start of a line, and the end of the stream. */
  #scanDocumentToken(): boolean {
    const cursor = this.#cursor;
    if (cursor.peek() === END) {
      this.#leaveDocument();
      this.#possibleKeys.clear();
      this.#push('streamEnd', 0);
      this.isDone = true;
      return true;
    }
    if (cursor.column !== 0) return false;
    if (cursor.peek() === '%') {
      this.#leaveDocument();
      this.tokens.push(scanDirective(cursor));
      return true;
    }
    const marker = cursor.isDocumentMarker('---') ? 'documentStart' : 'documentEnd';
    if (marker === 'documentEnd' && !cursor.isDocumentMarker('...')) return false;
    this.#leaveDocument();
    this.#push(marker, 3);
    return true;
  }

  #leaveDocument(): void {
    this.#closeBlocks(-1);
    this.#forgetKey();
    this.#isKeyAllowed = false;
  }

  #scanIndicator(): boolean {
    const cursor = this.#cursor;
    switch (cursor.peek()) {
      case '[':
        return this.#openFlow('flowSequenceStart');
      case '{':
        return this.#openFlow('flowMappingStart');
      case ']':
        return this.#closeFlow('flowSequenceEnd');
      case '}':
        return this.#closeFlow('flowMappingEnd');
      case ',':
        return this.#scanEntry('flowEntry');
      case '-':
        return cursor.isBlank(1) && this.#scanEntry('blockEntry');
      case '?':
        return (this.#isFlow || cursor.isBlank(1)) && this.#scanKey();
      case ':':
        return (this.#isFlow || cursor.isBlank(1)) && this.#scanValue();
      default:
        return false;
    }
  }

  #openFlow(kind: MarkerKind): true {
    this.#rememberKey();
    this.#flowLevel += 1;
    this.#isKeyAllowed = true;
    return this.#push(kind);
  }

  #closeFlow(kind: MarkerKind): true {
    this.#forgetKey();
    this.#flowLevel -= 1;
    this.#isKeyAllowed = false;
    return this.#push(kind);
  }

  #scanEntry(kind: 'flowEntry' | 'blockEntry'): true {
    if (kind === 'blockEntry' && !this.#isFlow) {
      if (!this.#isKeyAllowed) {
        const remedy = 'start the list on a line of its own; put quotes around a value that starts with `- `';
        throw new DataError('an entry of a list cannot start here', this.#cursor.mark, remedy);
      }
      this.#openBlock('blockSequenceStart');
    }
    this.#isKeyAllowed = true;
    this.#forgetKey();
    return this.#push(kind);
  }

  #scanKey(): true {
    if (!this.#isFlow) {
      if (!this.#isKeyAllowed) {
        const remedy = 'start the key on a line of its own; put quotes around a value that starts with `? `';
        throw new DataError('a key cannot start here', this.#cursor.mark, remedy);
      }
      this.#openBlock('blockMappingStart');
    }
    this.#isKeyAllowed = !this.#isFlow;
    this.#forgetKey();
    return this.#push('key');
  }

  #scanValue(): true {
    const key = this.#possibleKeys.get(this.#flowLevel);
    if (key !== undefined) this.#confirmKey(key);
    else this.#checkValueOfLongKey();
    return this.#push('value');
  }

  #confirmKey({ position, mark }: PossibleKey): void {
    this.#possibleKeys.delete(this.#flowLevel);
    const start = !this.#isFlow && this.#indentTo(mark.column);
    const inserted: Token[] = [{ kind: 'key', mark }];
    if (start) inserted.unshift({ kind: 'blockMappingStart', mark });
    this.tokens.splice(position, 0, ...inserted);
    this.#isKeyAllowed = false;
  }

  #checkValueOfLongKey(): void {
    if (!this.#isFlow) {
      if (!this.#isKeyAllowed) {
        const remedy = 'put quotes around a value that holds `: `, and a nested key on a line of its own, indented';
        throw new DataError('`:` cannot stand here', this.#cursor.mark, remedy);
      }
      this.#openBlock('blockMappingStart');
    }
    this.#isKeyAllowed = !this.#isFlow;
    this.#forgetKey();
  }

  #scanContent(): boolean {
    const cursor = this.#cursor;
    const char = cursor.peek();
    if ((char === '|' || char === '>') && !this.#isFlow) {
      this.#isKeyAllowed = true;
      this.#forgetKey();
      const { mark } = cursor;
      this.tokens.push({ kind: 'scalar', text: scanBlockScalar(cursor, this.#indent), isPlain: false, mark });
      return true;
    }
    if (!/['"*&!]/.test(char) && !this.#isPlainStart(char)) return false;
    this.#rememberKey();
    this.#isKeyAllowed = false;
    this.tokens.push(this.#scanNodePart(char));
    return true;
  }

  #scanNodePart(char: string): Token {
    const cursor = this.#cursor;
    const { mark } = cursor;
    switch (char) {
      case '*':
      case '&':
        return scanAnchor(cursor);
      case '!':
        return scanTag(cursor);
      case "'":
      case '"':
        return { kind: 'scalar', text: scanQuoted(cursor), isPlain: false, mark };
    }
    const { text, endsAtLineStart } = scanPlain(cursor, this.#isFlow ? undefined : this.#indent);
    this.#isKeyAllowed = endsAtLineStart;
    return { kind: 'scalar', text, isPlain: true, mark };
  }

  #isPlainStart(char: string): boolean {
    if (!/[\0 \t\r\n\x85\u2028\u2029\-?:,[\]{}#&*!|>'"%@`]/.test(char)) return true;
    return !this.#cursor.isBlank(1) && (char === '-' || (!this.#isFlow && (char === '?' || char === ':')));
  }

  #noToken(): DataError {
    const char = this.#cursor.peek();
    const remedy = char === '\t' ? 'indent and separate with spaces' : 'put quotes around a value that starts with it';
    return new DataError(`${describeCharacter(char)} cannot stand here`, this.#cursor.mark, remedy);
  }

  /** True: the token is scanned. */
  #push(kind: MarkerKind, length = 1): true {
    this.tokens.push({ kind, mark: this.#cursor.mark });
    this.#cursor.skip(length);
    return true;
  }

  #openBlock(kind: MarkerKind): void {
    const { mark } = this.#cursor;
    if (this.#indentTo(mark.column)) this.tokens.push({ kind, mark });
  }

  /** Whether a block starts with this column. */
  #indentTo(column: number): boolean {
    if (this.#indent >= column) return false;
    this.#outerIndents.push(this.#indent);
    this.#indent = column;
    return true;
  }

  #closeBlocks(column: number): void {
    if (this.#isFlow) return;
    while (this.#indent > column) {
      this.#indent = this.#outerIndents.pop() ?? -1;
      this.tokens.push({ kind: 'blockEnd', mark: this.#cursor.mark });
    }
  }

  #rememberKey(): void {
    if (!this.#isKeyAllowed) return;
    this.#forgetKey();
    const { mark } = this.#cursor;
    const isRequired = !this.#isFlow && this.#indent === mark.column;
    this.#possibleKeys.set(this.#flowLevel, { position: this.tokens.length, isRequired, mark });
  }

  #forgetKey(): void {
    const key = this.#possibleKeys.get(this.#flowLevel);
    if (key === undefined) return;
    if (key.isRequired) throw noColon(key);
    this.#possibleKeys.delete(this.#flowLevel);
  }

  #dropStaleKeys(): void {
    const { line, index } = this.#cursor;
    for (const [level, key] of this.#possibleKeys) {
      if (key.mark.line === line && index - key.mark.index <= MAX_KEY_LENGTH) continue;
      if (key.isRequired) throw noColon(key);
      this.#possibleKeys.delete(level);
    }
  }
}

function noColon({ mark }: PossibleKey): DataError {
  const remedy = 'write `key: value`, with a space after the colon; indent a line that goes on with the value above';
  return new DataError('a key is not followed by `: `', mark, remedy);
}
