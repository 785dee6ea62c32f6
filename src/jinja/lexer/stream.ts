import type { Lexer } from './lexer.ts';
import type { Token } from './tokens.ts';

/**
 * The tokens of a template, read one ahead as Jinja does: a mistake of the lexer in the next token is found before the
 * parser judges the one that it has just taken.
 */
export class TokenStream {
  current: Token;
  private readonly lexer: Lexer;
  private ahead: Token | undefined;

  constructor(lexer: Lexer) {
    this.lexer = lexer;
    this.current = lexer.next();
  }

  /** Takes the current token and moves on. */
  nextToken(): Token {
    const token = this.current;
    if (token.type !== 'eof') this.current = this.look();
    this.ahead = undefined;
    return token;
  }

  /** The token after the current one. */
  look(): Token {
    this.ahead ??= this.lexer.next();
    return this.ahead;
  }
}
