import { TemplateError } from '../errors.ts';
import { spendAt } from '../python/budget.ts';
import { repr } from '../python/text.ts';
import { normalizeNewlines, parseFloatLiteral, parseInteger, unescapeString } from './literals.ts';
import { type LexerRules, SPACE, type StartKind } from './syntax.ts';
import { trimEnd } from '../python/classes.ts';
import { PUNCTUATION, type Token, type TokenType } from './tokens.ts';

/** Steps of work of a token, until it is a part of the syntax tree. */
const TOKEN = 100;

const ONLY_SPACE = new RegExp(`^[${SPACE}]+$`);
const WHITESPACE = new RegExp(`[${SPACE}]+`, 'y');
const FLOAT = /(?<!\.)(?:\d+_)*\d+(?:(?:\.(?:\d+_)*\d+)?e[+-]?(?:\d+_)*\d+|\.(?:\d+_)*\d+)/iy;
const INTEGER = /0b(?:_?[0-1])+|0o(?:_?[0-7])+|0x(?:_?[\da-f])+|[1-9](?:_?\d)*|0(?:_?0)*/iy;
const NAME = /[\p{L}\p{N}\p{ID_Continue}]+/uy;
/** A name of ASCII alone, which most are: nothing that could go on with it follows. */
const PLAIN_NAME = /[A-Za-z_][A-Za-z0-9_]*(?![A-Za-z0-9_\x80-\uffff])/y;
const IDENTIFIER = /^[\p{XID_Start}_]\p{XID_Continue}*$/u;
const STRING = /'[^'\\]*(?:\\.[^'\\]*)*'|"[^"\\]*(?:\\.[^"\\]*)*"/sy;
const OPERATOR = /\/\/|\*\*|==|!=|>=|<=|[-+/*%~[\](){}><=.:|,;]/y;
const CLOSING: ReadonlyMap<string, string> = new Map([
  ['{', '}'],
  ['(', ')'],
  ['[', ']'],
]);

/** Whether a character of ASCII is neither a letter, a digit nor `_`: no name and no number begins with it. */
function isPunctuation(code: number): boolean {
  if (code < 0x41) return code < 0x30 || code > 0x39;
  if (code < 0x61) return code > 0x5a && code !== 0x5f;
  return code > 0x7a && code < 0x80;
}

/** The source as Jinja reads it: line breaks as `\n`, without the last one unless that is kept. */
function normalizeSource(source: string, keepTrailingNewline: boolean): string {
  const text = source.includes('\r') ? normalizeNewlines(source, '\n') : source;
  return !keepTrailingNewline && text.endsWith('\n') ? text.slice(0, -1) : text;
}

/** A tag that begins: its kind, and the text that opens it. */
interface Opening {
  readonly kind: StartKind;
  readonly text: string;
}

/** The tag that is read: what ends it, and the brackets that are open in it. */
interface OpenTag {
  readonly endType: 'block-end' | 'variable-end';
  readonly end: RegExp;
  readonly open: string[];
}

/** Cuts a template into tokens, each when it is asked for: a mistake is raised when its token is reached. */
export class Lexer {
  private readonly source: string;
  private readonly rules: LexerRules;
  private position = 0;
  private line = 1;
  private lineStart = 0;
  private lineStarting = true;
  private lastLine = 1;
  private opening: Opening | undefined;
  private tag: OpenTag | undefined;

  /**
   * @param source Text of the template.
   * @param rules The way it is written.
   */
  constructor(source: string, rules: LexerRules) {
    this.rules = rules;
    this.source = normalizeSource(source, rules.settings.keepTrailingNewline);
  }

  /**
   * The next token; `eof` at the end, again and again.
   *
   * @throws TemplateError of the kind TemplateSyntaxError
   */
  next(): Token {
    for (;;) {
      const token = this.step();
      if (token !== undefined) return token;
    }
  }

  /** One step through the source; what it comes across may be no token. */
  private step(): Token | undefined {
    if (this.opening !== undefined) return this.open(this.opening);
    if (this.tag !== undefined) return this.code(this.tag);
    if (this.position < this.source.length) return this.text();
    // Jinja gives the end of the template the line of the last token.
    return { type: 'eof', value: '', lineno: this.lastLine, colno: this.column(this.source.length) };
  }

  /** Text up to the next tag. */
  private text(): Token | undefined {
    const { start, kinds } = this.rules;
    start.lastIndex = this.position;
    const match = start.exec(this.source);
    const text = this.source.slice(this.position, match?.index);
    if (match === null) return this.token('data', this.output(text), text);
    // Each kind has two groups: all of its opening, and its white space sign.
    let index = 0;
    while (match[2 * index + 1] === undefined) index += 1;
    const kind = kinds[index] ?? 'block';
    this.opening = { kind, text: match[0] };
    return this.data(text, match[2 * index + 2] ?? '', kind);
  }

  /** The opening of a tag, and of one that is no part of the template all of it. */
  private open({ kind, text }: Opening): Token | undefined {
    const { blockEnd, variableEnd, lineStatementEnd } = this.rules;
    this.opening = undefined;
    switch (kind) {
      case 'variable':
        this.tag = { endType: 'variable-end', end: variableEnd, open: [] };
        return this.token('variable-start', text, text);
      case 'block':
        this.tag = { endType: 'block-end', end: blockEnd, open: [] };
        return this.token('block-start', text, text);
      case 'lineStatement':
        this.tag = { endType: 'block-end', end: lineStatementEnd, open: [] };
        return this.token('block-start', text, text);
      case 'comment':
        this.advance(text);
        this.comment();
        return undefined;
      case 'lineComment':
        this.advance(text);
        this.lineComment();
        return undefined;
      case 'raw':
        this.advance(text);
        return this.raw();
    }
  }

  /** The text before a tag, without what the tag's sign or `lstripBlocks` takes away. */
  private data(text: string, sign: string, kind: StartKind): Token | undefined {
    const kept = this.keptText(text, sign, kind);
    if (kept !== '') return this.token('data', this.output(kept), text);
    this.advance(text);
    return undefined;
  }

  private keptText(text: string, sign: string, kind: StartKind): string {
    if (sign === '-') return trimEnd(text);
    if (sign === '+' || kind === 'variable' || !this.rules.settings.lstripBlocks) return text;
    const lastLine = text.lastIndexOf('\n') + 1;
    const alone = (lastLine > 0 || this.lineStarting) && ONLY_SPACE.test(text.slice(lastLine));
    return alone ? text.slice(0, lastLine) : text;
  }

  private comment(): void {
    const { commentEnd } = this.rules;
    commentEnd.lastIndex = this.position;
    const match = commentEnd.exec(this.source);
    if (match !== null) this.advance(this.source.slice(this.position, commentEnd.lastIndex));
    else this.missingEnd('Missing end of comment tag');
  }

  private lineComment(): void {
    const end = this.source.indexOf('\n', this.position);
    this.advance(this.source.slice(this.position, end === -1 ? undefined : end));
  }

  private raw(): Token | undefined {
    const { rawEnd } = this.rules;
    rawEnd.lastIndex = this.position;
    const match = rawEnd.exec(this.source);
    if (match === null) {
      this.missingEnd('Missing end of raw directive');
      return undefined;
    }
    const token = this.data(this.source.slice(this.position, match.index), match[1] ?? '', 'raw');
    this.advance(match[0]);
    return token;
  }

  /** What stands between the delimiters of a tag. An end inside brackets is part of the expression. */
  private code({ endType, end, open }: OpenTag): Token | undefined {
    for (;;) {
      const closing = open.length === 0 ? this.match(end) : undefined;
      if (closing !== undefined) {
        this.tag = undefined;
        return this.token(endType, closing, closing);
      }
      if (this.position >= this.source.length) {
        this.tag = undefined;
        return undefined;
      }
      const space = this.match(WHITESPACE);
      if (space === undefined) return this.symbol(open);
      this.advance(space);
    }
  }

  private symbol(open: string[]): Token {
    const word = isPunctuation(this.source.charCodeAt(this.position)) ? undefined : this.word();
    if (word !== undefined) return word;
    const string = this.match(STRING);
    if (string !== undefined) return this.string(string);
    const operator = this.match(OPERATOR);
    if (operator !== undefined) return this.operator(operator, open);
    const character = String.fromCodePoint(this.source.codePointAt(this.position) ?? 0);
    const offset = Array.from(this.source.slice(0, this.position)).length;
    return this.fail(`unexpected char ${repr(character)} at ${String(offset)}`);
  }

  /** A name or a number. */
  private word(): Token | undefined {
    const plain = this.match(PLAIN_NAME);
    if (plain !== undefined) return this.token('symbol', plain, plain);
    const float = this.match(FLOAT);
    if (float !== undefined) return this.token('float', parseFloatLiteral(float), float);
    const integer = this.match(INTEGER);
    if (integer !== undefined) return this.token('int', parseInteger(integer), integer);
    const name = this.match(NAME);
    return name === undefined ? undefined : this.name(name);
  }

  private name(text: string): Token {
    if (!IDENTIFIER.test(text)) this.fail('Invalid character in identifier');
    return this.token('symbol', text, text);
  }

  private string(text: string): Token {
    try {
      return this.token('string', unescapeString(this.output(text.slice(1, -1))), text);
    } catch (error) {
      return this.fail(error instanceof Error ? error.message : String(error));
    }
  }

  private operator(text: string, open: string[]): Token {
    const closing = CLOSING.get(text);
    if (closing !== undefined) open.push(closing);
    else if (text === '}' || text === ')' || text === ']') {
      const expected = open.pop();
      if (expected === undefined) this.fail(`unexpected '${text}'`);
      if (expected !== text) this.fail(`unexpected '${text}', expected '${expected}'`);
    }
    return this.token(PUNCTUATION.get(text) ?? 'operator', text, text);
  }

  /** What a sticky pattern finds here. */
  private match(pattern: RegExp): string | undefined {
    pattern.lastIndex = this.position;
    return pattern.test(this.source) ? this.source.slice(this.position, pattern.lastIndex) : undefined;
  }

  private token(type: TokenType, value: unknown, text: string): Token {
    const token = { type, value, lineno: this.line, colno: this.column(this.position) };
    spendAt(TOKEN, token);
    this.lastLine = this.line;
    this.advance(text);
    return token;
  }

  private advance(text: string): void {
    for (let found = text.indexOf('\n'); found !== -1; found = text.indexOf('\n', found + 1)) {
      this.line += 1;
      this.lineStart = this.position + found + 1;
    }
    this.position += text.length;
    this.lineStarting = text.endsWith('\n');
  }

  private output(text: string): string {
    const { newlineSequence } = this.rules.settings;
    return newlineSequence === '\n' ? text : normalizeNewlines(text, newlineSequence);
  }

  private column(position: number): number {
    return position - this.lineStart + 1;
  }

  /** An opening tag at the very end of the template is no mistake to Jinja. */
  private missingEnd(message: string): void {
    if (this.position < this.source.length) this.fail(message);
  }

  private fail(message: string): never {
    throw new TemplateError('TemplateSyntaxError', message, { line: this.line, column: this.column(this.position) });
  }
}
