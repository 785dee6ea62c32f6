import { type ErrorKind, TemplateError } from '../errors.ts';
import { describeToken, describeType, type Token, type TokenStream, type TokenType } from '../lexer/tokens.ts';
import { BaseParser } from '../nunjucks.ts';
import { repr } from '../python/text.ts';

/** Where a mistake is. */
export interface TokenPlace {
  readonly lineno: number;
  readonly colno: number;
}

/** nunjucks' parser with Jinja's way of reading tokens. */
export class TokenParser extends BaseParser {
  declare tokens: TokenStream;

  /** The token that comes next. */
  get current(): Token {
    return this.tokens.current;
  }

  /** Jinja's stream holds one token ahead, and its end is a token. */
  override nextToken(): Token {
    return this.tokens.nextToken();
  }

  /** Jinja's stream holds one token ahead, so looking reads nothing. */
  override peekToken(): Token {
    return this.tokens.current;
  }

  /** Jinja does not take a token to find out what it is. */
  override skip(type: TokenType): boolean {
    if (this.current.type !== type) return false;
    this.nextToken();
    return true;
  }

  /** Jinja does not take a token to find out what it is. */
  override skipValue(type: TokenType, value: unknown): boolean {
    if (this.current.type !== type || this.current.value !== value) return false;
    this.nextToken();
    return true;
  }

  /** Jinja's wording of a token that is not the expected one. */
  override expect(type: TokenType): Token {
    if (this.current.type !== type) this.failExpected(describeType(type));
    return this.nextToken();
  }

  /** Takes this keyword. */
  expectSymbol(name: string): Token {
    if (!this.atSymbol(name)) this.failExpected(name);
    return this.nextToken();
  }

  /** Takes this operator. */
  expectOperator(text: string): Token {
    if (!this.atOperator(text)) this.failExpected(text);
    return this.nextToken();
  }

  /** Takes a name and gives its text. */
  expectName(): string {
    return String(this.expect('symbol').value);
  }

  atSymbol(...names: readonly string[]): boolean {
    const { type, value } = this.current;
    return type === 'symbol' && names.includes(String(value));
  }

  atOperator(text: string): boolean {
    return this.current.type === 'operator' && this.current.value === text;
  }

  /** Takes two keywords where both stand next to each other. */
  skipSymbols(first: string, second: string): boolean {
    if (!this.atSymbol(first)) return false;
    const next = this.tokens.look();
    if (next.type !== 'symbol' || next.value !== second) return false;
    this.nextToken();
    this.nextToken();
    return true;
  }

  /** Jinja's lines count from 1 already. */
  override error(message: string, lineno?: number, colno?: number): TemplateError {
    return this.failure('TemplateSyntaxError', message, {
      lineno: lineno ?? this.current.lineno,
      colno: colno ?? this.current.colno,
    });
  }

  /** Jinja's error class. */
  override fail(message: string, lineno?: number, colno?: number): never {
    throw this.error(message, lineno, colno);
  }

  /** Fails at the place of a token or of a node. */
  failAt(place: TokenPlace, message: string, kind: ErrorKind = 'TemplateSyntaxError'): never {
    throw this.failure(kind, message, place);
  }

  private failExpected(expected: string): never {
    const token = this.current;
    if (token.type === 'eof') this.fail(`unexpected end of template, expected ${repr(expected)}.`);
    return this.fail(`expected token ${repr(expected)}, got ${repr(describeToken(token))}`);
  }

  private failure(kind: ErrorKind, message: string, place: TokenPlace): TemplateError {
    return new TemplateError(kind, message, { line: place.lineno, column: place.colno });
  }
}
