/** A place in a text, all parts counted from 0. */
interface Mark {
  readonly index: number;
  readonly line: number;
  readonly column: number;
}

export type TokenKind =
  | 'streamStart'
  | 'streamEnd'
  | 'directive'
  | 'documentStart'
  | 'documentEnd'
  | 'blockSequenceStart'
  | 'blockMappingStart'
  | 'blockEnd'
  | 'flowSequenceStart'
  | 'flowSequenceEnd'
  | 'flowMappingStart'
  | 'flowMappingEnd'
  | 'blockEntry'
  | 'flowEntry'
  | 'key'
  | 'value'
  | 'alias'
  | 'anchor'
  | 'tag'
  | 'scalar';

/** A lexical unit of YAML; what a scalar says is of no interest here. */
export interface Token {
  readonly kind: TokenKind;
  readonly start: Mark;
}

/** How a comment belongs to what is around it: above, on the same line, or below. */
export type CommentRole = 'head' | 'line' | 'foot';

/** Lines of comment that were read in one go, with their `#`. */
interface ScannedComment {
  role: CommentRole;
  readonly text: string;
  /** The comment counts to the first token that starts here or later. */
  tokenMark: Mark;
  readonly start: Mark;
  /** Where the reading of white space began that found it. */
  readonly scanStart: number;
  readonly end: number;
}

/** What was waiting when a token was looked at: the texts of comments by their roles. */
type Pending = Partial<Record<CommentRole, string>>;

/** Comments on lines of their own while they are read: columns count from 1 here, as they do in go-yaml. */
interface CommentRun {
  text: string;
  start: Mark;
  tokenMark: Mark;
  scanStart: number;
  line: number;
  column: number;
  parentIndent: number;
  readonly footLine: number;
  wasEmpty: boolean;
  isFirstEmpty: boolean;
}

interface PossibleKey {
  readonly position: number;
  readonly mark: Mark;
  isPossible: boolean;
}

const LINE_BREAK = /\r\n|[\r\n\x85\u2028\u2029]/y;
const BREAK_OR_END = /^[\0\r\n\x85\u2028\u2029]$/;
const BLANK_OR_END = /^[\0 \t\r\n\x85\u2028\u2029]$/;
/** Longest simple key, and as far as go-yaml looks ahead for comments. */
const MAX_KEY_LENGTH = 1024;
const MAX_LOOKAHEAD = 512;

/**
 * The tokens of a valid YAML text with its comments, as go-yaml scans them: the sops program encrypts a comment, or chooses values by
 * it, by what go-yaml counts it to. That depends on columns, empty lines and on how far the scanner is ahead of the parser, so both are
 * followed step by step (scannerc.go and parserc.go of go.yaml.in/yaml/v3).
 */
export class CommentedTokens {
  readonly #text: string;
  #index = 0;
  #line = 0;
  #column = 0;
  /** Line breaks since the last character that is no blank. */
  #newlines = 0;
  readonly #tokens: Token[] = [];
  #head = 0;
  readonly #comments: (ScannedComment | undefined)[] = [];
  #commentsHead = 0;
  #indent = -1;
  readonly #outerIndents: number[] = [];
  #flowLevel = 0;
  /** By flow level. */
  readonly #possibleKeys: (PossibleKey | undefined)[] = [undefined];
  /** The flow levels of possible keys by their positions. */
  readonly #keyLevels = new Map<number, number>();
  #isKeyAllowed = true;
  /** Comments that were passed and not yet taken by anything. */
  pending: Pending = {};
  /** Where lines within flow collections start that are indented no further than the block around, and by how much they fall short. */
  readonly shortLines: { readonly index: number; readonly missing: number }[] = [];

  constructor(text: string) {
    this.#text = text;
  }

  /** The next token; comments that count to what is before it become pending. */
  peek(): Token {
    while (this.#head >= this.#tokens.length - 2 || this.#mayBeKey(this.#head)) {
      if (this.#tokens.at(-1)?.kind === 'streamEnd') break;
      this.#fetch();
    }
    const token = this.#tokens[this.#head];
    if (token === undefined) throw new Error('the tokens of a text are at their end');
    this.#unfold(token);
    return token;
  }

  /** Goes on to the token behind the next one. */
  skip(): void {
    this.#head += 1;
  }

  #mayBeKey(position: number): boolean {
    const level = this.#keyLevels.get(position);
    return level !== undefined && this.#validKey(level) !== undefined;
  }

  #validKey(level: number): PossibleKey | undefined {
    const key = this.#possibleKeys[level];
    if (key?.isPossible !== true) return undefined;
    if (key.mark.line === this.#line && key.mark.index + MAX_KEY_LENGTH >= this.#index) return key;
    key.isPossible = false;
    return undefined;
  }

  #unfold(token: Token): void {
    for (;;) {
      const comment = this.#comments[this.#commentsHead];
      if (comment === undefined || token.start.index < comment.tokenMark.index) return;
      // Nothing can stand above an end: such a comment waits for the token behind it.
      if (comment.role === 'head' && token.kind === 'blockEnd') return;
      const before = this.pending[comment.role];
      this.pending = {
        ...this.pending,
        [comment.role]: before === undefined ? comment.text : `${before}\n${comment.text}`,
      };
      this.#comments[this.#commentsHead] = undefined;
      this.#commentsHead += 1;
    }
  }

  get #mark(): Mark {
    return { index: this.#index, line: this.#line, column: this.#column };
  }

  #char(ahead = 0): string {
    return this.#text.charAt(this.#index + ahead) || '\0';
  }

  #isBreak(ahead = 0): boolean {
    const char = this.#char(ahead);
    return char !== '\0' && BREAK_OR_END.test(char);
  }

  #isBreakOrEnd(ahead = 0): boolean {
    return BREAK_OR_END.test(this.#char(ahead));
  }

  #isBlank(ahead = 0): boolean {
    return this.#char(ahead) === ' ' || this.#char(ahead) === '\t';
  }

  #isBlankOrEnd(ahead = 0): boolean {
    return BLANK_OR_END.test(this.#char(ahead));
  }

  #advance(count = 1): void {
    for (let step = 0; step < count; step++) {
      if (!this.#isBlank()) this.#newlines = 0;
      this.#index += 1;
      this.#column += 1;
    }
  }

  #takeBreak(): void {
    LINE_BREAK.lastIndex = this.#index;
    this.#index += LINE_BREAK.exec(this.#text)?.[0].length ?? 0;
    this.#line += 1;
    this.#column = 0;
    this.#newlines += 1;
    if (this.#flowLevel > 0) this.#noteShortLine();
  }

  #noteShortLine(): void {
    let column = 0;
    while (this.#isBlank(column)) column += 1;
    if (column > this.#indent || this.#isBreakOrEnd(column)) return;
    this.shortLines.push({ index: this.#index, missing: this.#indent + 1 - column });
  }

  /** Takes the rest of a line, up to its break. */
  #takeLine(): string {
    const start = this.#index;
    while (!this.#isBreakOrEnd()) this.#advance();
    return this.#text.slice(start, this.#index);
  }

  #push(kind: TokenKind, start: Mark): void {
    this.#tokens.push({ kind, start });
  }

  #fetch(): void {
    if (this.#tokens.length === 0) {
      if (this.#text.startsWith('\ufeff')) this.#index = 1;
      this.#push('streamStart', this.#mark);
      return;
    }
    const scanStart = this.#mark;
    this.#scanToToken(scanStart);
    this.#closeBlocks(this.#column, scanStart.index);
    if (this.#index >= this.#text.length) {
      if (this.#column !== 0) {
        this.#column = 0;
        this.#line += 1;
      }
      this.#leaveDocument();
      this.#push('streamEnd', this.#mark);
    } else if (this.#column === 0 && this.#char() === '%') this.#fetchDocumentToken('directive');
    else if (this.#isDocumentMarker('---')) this.#fetchDocumentToken('documentStart');
    else if (this.#isDocumentMarker('...')) this.#fetchDocumentToken('documentEnd');
    else {
      const char = this.#char();
      // What follows a colon or comma counts to what stands before it.
      const isSeparator = this.#flowLevel === 0 ? char === ':' : char === ',';
      const tokenMark = (isSeparator ? this.#tokens.at(-1)?.start : undefined) ?? this.#mark;
      this.#fetchContent(char);
      if (this.#tokens.at(-1)?.kind !== 'blockEntry') this.#scanLineComment(tokenMark);
    }
  }

  #isDocumentMarker(marker: string): boolean {
    return this.#column === 0 && this.#text.startsWith(marker, this.#index) && this.#isBlankOrEnd(3);
  }

  #leaveDocument(): void {
    this.#closeBlocks(-1, this.#index);
    this.#forgetKey();
    this.#isKeyAllowed = false;
  }

  #fetchDocumentToken(kind: 'directive' | 'documentStart' | 'documentEnd'): void {
    this.#leaveDocument();
    this.#push(kind, this.#mark);
    if (kind === 'directive') this.#takeLine();
    else this.#advance(3);
  }

  #fetchContent(char: string): void {
    const start = this.#mark;
    switch (char) {
      case '[':
      case '{':
        this.#rememberKey();
        this.#flowLevel += 1;
        this.#possibleKeys.push(undefined);
        this.#isKeyAllowed = true;
        this.#takeIndicator(char === '[' ? 'flowSequenceStart' : 'flowMappingStart');
        return;
      case ']':
      case '}':
        this.#leaveFlow();
        this.#isKeyAllowed = false;
        this.#takeIndicator(char === ']' ? 'flowSequenceEnd' : 'flowMappingEnd');
        return;
      case ',':
        this.#forgetKey();
        this.#isKeyAllowed = true;
        this.#takeIndicator('flowEntry');
        return;
      case '-':
        if (!this.#isBlankOrEnd(1)) break;
        this.#openBlock('blockSequenceStart', start, this.#tokens.length);
        this.#forgetKey();
        this.#isKeyAllowed = true;
        this.#takeIndicator('blockEntry');
        return;
      case '?':
        if (this.#flowLevel === 0 && !this.#isBlankOrEnd(1)) break;
        this.#openBlock('blockMappingStart', start, this.#tokens.length);
        this.#forgetKey();
        this.#isKeyAllowed = this.#flowLevel === 0;
        this.#takeIndicator('key');
        return;
      case ':':
        if (this.#flowLevel === 0 && !this.#isBlankOrEnd(1)) break;
        this.#fetchValue(start);
        return;
      case '|':
      case '>':
        if (this.#flowLevel > 0) break;
        this.#forgetKey();
        this.#isKeyAllowed = true;
        this.#takeBlockScalar(start);
        this.#push('scalar', start);
        return;
      default:
        break;
    }
    this.#rememberKey();
    this.#isKeyAllowed = false;
    this.#push(this.#takeNodePart(char), start);
  }

  #leaveFlow(): void {
    this.#forgetKey();
    if (this.#flowLevel === 0) return;
    this.#flowLevel -= 1;
    const key = this.#possibleKeys.pop();
    if (key !== undefined) this.#keyLevels.delete(key.position);
  }

  #takeIndicator(kind: TokenKind): void {
    this.#push(kind, this.#mark);
    this.#advance();
  }

  #fetchValue(start: Mark): void {
    const key = this.#validKey(this.#possibleKeys.length - 1);
    if (key === undefined) {
      this.#openBlock('blockMappingStart', start, this.#tokens.length);
      this.#isKeyAllowed = this.#flowLevel === 0;
    } else {
      this.#tokens.splice(key.position, 0, { kind: 'key', start: key.mark });
      this.#openBlock('blockMappingStart', key.mark, key.position);
      this.#forgetKey();
      this.#isKeyAllowed = false;
    }
    this.#takeIndicator('value');
  }

  #openBlock(kind: TokenKind, start: Mark, position: number): void {
    if (this.#flowLevel > 0 || this.#indent >= start.column) return;
    this.#outerIndents.push(this.#indent);
    this.#indent = start.column;
    this.#tokens.splice(position, 0, { kind, start });
  }

  /** Ends the blocks that are indented further; an end stands before the comments that are indented like what is around it. */
  #closeBlocks(column: number, scanStart: number): void {
    if (this.#flowLevel > 0) return;
    let end: Mark = { ...this.#mark, index: scanStart - 1 };
    while (this.#indent > column) {
      let stop = end.index;
      for (let at = this.#comments.length - 1; at >= 0; at--) {
        const comment = this.#comments[at];
        if (comment === undefined || comment.end < stop) break;
        if (comment.start.column === this.#indent + 1) end = comment.start;
        stop = comment.scanStart;
      }
      this.#push('blockEnd', end);
      this.#indent = this.#outerIndents.pop() ?? -1;
    }
  }

  #rememberKey(): void {
    if (!this.#isKeyAllowed) return;
    this.#forgetKey();
    const level = this.#possibleKeys.length - 1;
    this.#possibleKeys[level] = { position: this.#tokens.length, mark: this.#mark, isPossible: true };
    this.#keyLevels.set(this.#tokens.length, level);
  }

  #forgetKey(): void {
    const key = this.#possibleKeys.at(-1);
    if (key?.isPossible !== true) return;
    key.isPossible = false;
    this.#keyLevels.delete(key.position);
  }

  #takeNodePart(char: string): TokenKind {
    const start = this.#index;
    switch (char) {
      case '*':
      case '&':
      case '!':
        while (!this.#isBlankOrEnd() && !(this.#flowLevel > 0 && char !== '!' && /[,[\]{}]/.test(this.#char())))
          this.#advance();
        return char === '*' ? 'alias' : char === '&' ? 'anchor' : 'tag';
      case "'":
      case '"':
        this.#takeQuoted(char);
        return 'scalar';
      default:
        this.#takePlain();
        // What no node starts with is refused elsewhere; here it must not hold up the scanner.
        if (this.#index === start) this.#advance();
        return 'scalar';
    }
  }

  #takeQuoted(quote: string): void {
    this.#advance();
    while (this.#index < this.#text.length) {
      const char = this.#char();
      if (char === quote && quote === "'" && this.#char(1) === quote) this.#advance(2);
      else if (char === quote) break;
      else if (char === '\\' && quote === '"') {
        this.#advance();
        if (this.#isBreak()) this.#takeBreak();
        else this.#advance();
      } else if (this.#isBreak()) this.#takeBreak();
      else this.#advance();
    }
    this.#advance();
  }

  #takePlain(): void {
    const indent = this.#indent + 1;
    let hasBreak = false;
    for (;;) {
      if (this.#isDocumentMarker('---') || this.#isDocumentMarker('...') || this.#char() === '#') break;
      while (!this.#isBlankOrEnd()) {
        const char = this.#char();
        if (char === ':' && this.#isBlankOrEnd(1)) break;
        if (this.#flowLevel > 0 && /[,?[\]{}]/.test(char)) break;
        if (this.#flowLevel > 0 && char === ':' && /[,?[\]{}]/.test(this.#char(1))) break;
        hasBreak = false;
        this.#advance();
      }
      if (!this.#isBlank() && !this.#isBreak()) break;
      while (this.#isBlank() || this.#isBreak()) {
        if (this.#isBreak()) {
          hasBreak = true;
          this.#takeBreak();
        } else this.#advance();
      }
      if (this.#flowLevel === 0 && this.#column < indent) break;
    }
    if (hasBreak) this.#isKeyAllowed = true;
  }

  #takeBlockScalar(start: Mark): void {
    this.#advance();
    let increment = 0;
    while (/[-+1-9]/.test(this.#char())) {
      if (/[1-9]/.test(this.#char())) increment = Number(this.#char());
      this.#advance();
    }
    while (this.#isBlank()) this.#advance();
    if (this.#char() === '#') this.#scanLineComment(start);
    this.#takeLine();
    if (this.#isBreak()) this.#takeBreak();
    let indent = increment > 0 ? Math.max(0, this.#indent) + increment : 0;
    indent = this.#takeBlockBreaks(indent);
    while (this.#column === indent && this.#index < this.#text.length) {
      this.#takeLine();
      if (this.#isBreak()) this.#takeBreak();
      this.#takeBlockBreaks(indent);
    }
  }

  /** Takes empty lines and indentation; returns the column of the text, which the first line with text decides where it is 0. */
  #takeBlockBreaks(indent: number): number {
    let deepest = 0;
    for (;;) {
      while ((indent === 0 || this.#column < indent) && this.#char() === ' ') this.#advance();
      deepest = Math.max(deepest, this.#column);
      if (!this.#isBreak()) break;
      this.#takeBreak();
    }
    return indent === 0 ? Math.max(deepest, this.#indent + 1, 1) : indent;
  }

  #scanToToken(scanStart: Mark): void {
    for (;;) {
      while (this.#char() === ' ' || ((this.#flowLevel > 0 || !this.#isKeyAllowed) && this.#char() === '\t'))
        this.#advance();
      this.#turnEntryComment();
      if (this.#char() === '#') this.#scanComments(scanStart);
      if (!this.#isBreak()) return;
      this.#takeBreak();
      if (this.#flowLevel === 0) this.#isKeyAllowed = true;
    }
  }

  /** A comment behind the first dash of a list stands above what follows on the next line, or else above the dash. */
  #turnEntryComment(): void {
    const comment = this.#comments.at(-1);
    const isFirstEntry =
      this.#tokens.at(-2)?.kind === 'blockSequenceStart' && this.#tokens.at(-1)?.kind === 'blockEntry';
    if (!isFirstEntry || comment?.role !== 'line' || this.#isBreak()) return;
    comment.role = 'head';
    if (comment.start.line === this.#line - 1) comment.tokenMark = this.#mark;
  }

  /** A comment on the line of what was just scanned. */
  #scanLineComment(tokenMark: Mark): void {
    if (this.#newlines > 0) return;
    let ahead = 0;
    while (ahead < MAX_LOOKAHEAD && this.#isBlank(ahead)) ahead += 1;
    if (ahead === MAX_LOOKAHEAD || this.#char(ahead) !== '#') return;
    this.#advance(ahead);
    const start = this.#mark;
    this.#comments.push({ role: 'line', text: this.#takeLine(), tokenMark, start, scanStart: 0, end: 0 });
  }

  /**
   * Comments on lines of their own: those up to the first empty line, and those that are indented less than what comes before, are below
   * that; the others are above what follows.
   */
  #scanComments(scanMark: Mark): void {
    const last = this.#tokens.at(-1)?.kind === 'flowEntry' ? this.#tokens.at(-2) : this.#tokens.at(-1);
    const run: CommentRun = {
      text: '',
      start: { index: 0, line: 0, column: 0 },
      tokenMark: last?.start ?? this.#mark,
      scanStart: scanMark.index,
      line: this.#line,
      column: this.#column,
      parentIndent: Math.max(0, this.#indent),
      footLine: last?.kind === 'value' ? -1 : this.#footLine(scanMark),
      wasEmpty: false,
      isFirstEmpty: this.#newlines <= 1,
    };
    let ahead = 0;
    for (; ahead < MAX_LOOKAHEAD; ahead++) {
      run.column += 1;
      if (this.#isBlank(ahead)) continue;
      const char = this.#char(ahead);
      if (this.#isBreakOrEnd(ahead) || (this.#flowLevel > 0 && (char === ']' || char === '}'))) {
        this.#endCommentLine(run, ahead);
        if (!this.#isBreak(ahead)) break;
        continue;
      }
      const isDedented = run.column - 1 < run.parentIndent && run.column !== run.start.column;
      if (run.text !== '' && isDedented) this.#pushFoot(run, ahead);
      if (char !== '#') break;
      this.#takeCommentLine(run, ahead);
      ahead = 0;
    }
    const { text, start, scanStart } = run;
    const end = this.#index + ahead - 1;
    if (text !== '') this.#comments.push({ role: 'head', text, tokenMark: start, start, scanStart, end });
  }

  /** The line on which a comment has to start to be below what is above it; -1 at the start of a text. */
  #footLine(scanMark: Mark): number {
    if (scanMark.line === 0) return -1;
    const below = this.#line - this.#newlines + 1;
    return this.#newlines === 0 && this.#column > 1 ? below + 1 : below;
  }

  /** At an empty line, the end of the text, or the bracket that closes a flow collection. */
  #endCommentLine(run: CommentRun, ahead: number): void {
    const isEnd = !this.#isBreakOrEnd(ahead);
    const isOutside = run.start.column - 1 < run.parentIndent;
    if (isEnd || !run.wasEmpty) {
      const isBelow = isEnd || (run.isFirstEmpty && (run.start.line === run.footLine || isOutside));
      if (run.text !== '' && isBelow) {
        if (isOutside) run.tokenMark = run.start;
        this.#pushFoot(run, ahead);
      } else if (run.text !== '' && this.#char(ahead) !== '\0') run.text += '\n';
    }
    if (!this.#isBreak(ahead)) return;
    run.isFirstEmpty = false;
    run.wasEmpty = true;
    run.column = 0;
    run.line += 1;
  }

  #pushFoot(run: CommentRun, ahead: number): void {
    const { text, tokenMark, start, scanStart, line, column } = run;
    const end = this.#index + ahead;
    this.#comments.push({ role: 'foot', text, tokenMark, start, scanStart, end });
    run.scanStart = end;
    run.tokenMark = { index: end, line, column };
    run.text = '';
  }

  #takeCommentLine(run: CommentRun, ahead: number): void {
    if (run.text === '') run.start = { index: this.#index + ahead, line: run.line, column: run.column };
    else run.text += '\n';
    run.wasEmpty = false;
    this.#takeUpTo(this.#index + ahead);
    run.text += this.#takeLine();
    run.column = 0;
    run.line = this.#line;
    run.parentIndent = Math.max(0, this.#indent);
  }

  #takeUpTo(index: number): void {
    while (this.#index < index) {
      if (this.#isBreak()) this.#takeBreak();
      else this.#advance();
    }
  }
}
