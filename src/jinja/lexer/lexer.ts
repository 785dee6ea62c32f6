import { TemplateError } from '../errors.ts';
import { spendAt } from '../python/budget.ts';
import { repr } from '../python/text.ts';
import { normalizeNewlines, parseFloatLiteral, parseInteger, unescapeString } from './literals.ts';
import { type LexerRules, SPACE, type StartKind } from './rules.ts';
import { trimEnd } from '../python/classes.ts';
import { TokenStream } from './stream.ts';
import { PUNCTUATION, type Token, type TokenType } from './tokens.ts';

/** Steps of work of a token, until it is a part of the syntax tree. */
const TOKEN = 100;

const ONLY_SPACE = new RegExp(`^[${SPACE}]+$`);
const WHITESPACE = new RegExp(`[${SPACE}]+`, 'y');
const FLOAT = /(?<!\.)(?:\d+_)*\d+(?:(?:\.(?:\d+_)*\d+)?e[+-]?(?:\d+_)*\d+|\.(?:\d+_)*\d+)/iy;
const INTEGER = /0b(?:_?[0-1])+|0o(?:_?[0-7])+|0x(?:_?[\da-f])+|[1-9](?:_?\d)*|0(?:_?0)*/iy;
const NAME = /[\p{L}\p{N}\p{ID_Continue}]+/uy;
const IDENTIFIER = /^[\p{XID_Start}_]\p{XID_Continue}*$/u;
const STRING = /'[^'\\]*(?:\\.[^'\\]*)*'|"[^"\\]*(?:\\.[^"\\]*)*"/sy;
const OPERATOR = /\/\/|\*\*|==|!=|>=|<=|[-+/*%~[\](){}><=.:|,;]/y;
const CLOSING: ReadonlyMap<string, string> = new Map([
  ['{', '}'],
  ['(', ')'],
  ['[', ']'],
]);

/**
 * Cuts a template into tokens, lazily: a mistake is raised when its token is reached.
 *
 * @param source Text of the template.
 * @param rules The way it is written.
 * @throws TemplateError of the kind TemplateSyntaxError, while the stream is read.
 */
export function tokenize(source: string, rules: LexerRules): TokenStream {
  return new TokenStream(new Lexer(source, rules).tokens());
}

/** The source as Jinja reads it: line breaks as `\n`, without the last one unless that is kept. */
export function normalizeSource(source: string, keepTrailingNewline: boolean): string {
  const text = source.includes('\r') ? normalizeNewlines(source, '\n') : source;
  return !keepTrailingNewline && text.endsWith('\n') ? text.slice(0, -1) : text;
}

class Lexer {
  private readonly source: string;
  private readonly rules: LexerRules;
  private position = 0;
  private line = 1;
  private lineStart = 0;
  private lineStarting = true;
  private lastLine = 1;

  constructor(source: string, rules: LexerRules) {
    this.rules = rules;
    this.source = normalizeSource(source, rules.settings.keepTrailingNewline);
  }

  *tokens(): Generator<Token, Token> {
    while (this.position < this.source.length) {
      const kind = yield* this.text();
      if (kind !== undefined) yield* this.tag(kind);
    }
    // Jinja gives the end of the template the line of the last token.
    return { type: 'eof', value: '', lineno: this.lastLine, colno: this.column(this.source.length) };
  }

  /** Text up to the next tag and that tag's opening; the kind of the tag, none at the end of the template. */
  private *text(): Generator<Token, StartKind | undefined> {
    const { start, kinds } = this.rules;
    start.lastIndex = this.position;
    const match = start.exec(this.source);
    const text = this.source.slice(this.position, match?.index);
    if (match === null) {
      yield this.token('data', this.output(text), text);
      return undefined;
    }
    const kind = kinds.find((candidate) => match.groups?.[candidate] !== undefined) ?? 'block';
    yield* this.data(text, match.groups?.[`${kind}Sign`] ?? '', kind);
    if (kind === 'block' || kind === 'variable') yield this.token(`${kind}-start`, match[0], match[0]);
    else if (kind === 'lineStatement') yield this.token('block-start', match[0], match[0]);
    else this.advance(match[0]);
    return kind;
  }

  private *tag(kind: StartKind): Generator<Token> {
    switch (kind) {
      case 'comment':
        this.comment();
        break;
      case 'lineComment':
        this.lineComment();
        break;
      case 'raw':
        yield* this.raw();
        break;
      case 'block':
        yield* this.code('block-end', this.rules.blockEnd);
        break;
      case 'variable':
        yield* this.code('variable-end', this.rules.variableEnd);
        break;
      case 'lineStatement':
        yield* this.code('block-end', this.rules.lineStatementEnd);
        break;
    }
  }

  /** The text before a tag, without what the tag's sign or `lstripBlocks` takes away. */
  private *data(text: string, sign: string, kind: StartKind): Generator<Token> {
    const kept = this.keptText(text, sign, kind);
    if (kept === '') this.advance(text);
    else yield this.token('data', this.output(kept), text);
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

  private *raw(): Generator<Token> {
    const { rawEnd } = this.rules;
    rawEnd.lastIndex = this.position;
    const match = rawEnd.exec(this.source);
    if (match === null) {
      this.missingEnd('Missing end of raw directive');
      return;
    }
    yield* this.data(this.source.slice(this.position, match.index), match.groups?.sign ?? '', 'raw');
    this.advance(match[0]);
  }

  /** What stands between the delimiters of a tag. An end inside brackets is part of the expression. */
  private *code(endType: 'block-end' | 'variable-end', end: RegExp): Generator<Token> {
    const open: string[] = [];
    while (this.position < this.source.length || end === this.rules.lineStatementEnd) {
      const closing = open.length === 0 ? this.match(end) : undefined;
      if (closing !== undefined) {
        yield this.token(endType, closing, closing);
        return;
      }
      if (this.position >= this.source.length) return;
      const space = this.match(WHITESPACE);
      if (space !== undefined) this.advance(space);
      else yield this.symbol(open);
    }
  }

  private symbol(open: string[]): Token {
    const float = this.match(FLOAT);
    if (float !== undefined) return this.token('float', parseFloatLiteral(float), float);
    const integer = this.match(INTEGER);
    if (integer !== undefined) return this.token('int', parseInteger(integer), integer);
    const name = this.match(NAME);
    if (name !== undefined) return this.name(name);
    const string = this.match(STRING);
    if (string !== undefined) return this.string(string);
    const operator = this.match(OPERATOR);
    if (operator !== undefined) return this.operator(operator, open);
    const character = String.fromCodePoint(this.source.codePointAt(this.position) ?? 0);
    const offset = Array.from(this.source.slice(0, this.position)).length;
    return this.fail(`unexpected char ${repr(character)} at ${String(offset)}`);
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

  private match(pattern: RegExp): string | undefined {
    pattern.lastIndex = this.position;
    return pattern.exec(this.source)?.[0];
  }

  private token(type: TokenType, value: unknown, text: string): Token {
    const token = { type, value, lineno: this.line, colno: this.column(this.position) };
    spendAt(TOKEN, token);
    this.lastLine = this.line;
    this.advance(text);
    return token;
  }

  private advance(text: string): void {
    const lastBreak = text.lastIndexOf('\n');
    if (lastBreak !== -1) {
      this.line += text.split('\n').length - 1;
      this.lineStart = this.position + lastBreak + 1;
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
