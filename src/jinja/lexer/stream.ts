import type { Token } from './tokens.ts';

/**
 * The tokens of a template, read one ahead as Jinja does: a mistake of the lexer in the next token is found before the
 * parser judges the one that it has just taken.
 */
export class TokenStream {
  current: Token;
  private readonly source: Iterator<Token, Token>;
  private readonly pushed: Token[] = [];

  /** @param source The tokens; what the iterator returns at its end is the `eof` token. */
  constructor(source: Iterator<Token, Token>) {
    this.source = source;
    this.current = source.next().value;
  }

  /** Takes the current token and moves on. */
  nextToken(): Token {
    const token = this.current;
    const waiting = this.pushed.shift();
    if (waiting !== undefined) this.current = waiting;
    else if (token.type !== 'eof') this.current = this.source.next().value;
    return token;
  }

  /** The token after the current one. */
  look(): Token {
    const token = this.nextToken();
    const result = this.current;
    this.pushed.push(result);
    this.current = token;
    return result;
  }
}
