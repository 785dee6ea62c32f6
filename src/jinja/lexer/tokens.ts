import type { NunjucksToken } from '../nunjucks.ts';

/** The types of tokens: nunjucks' names, and `eof`, which nunjucks has as null. */
export type TokenType =
  | 'data'
  | 'block-start'
  | 'block-end'
  | 'variable-start'
  | 'variable-end'
  | 'symbol'
  | 'string'
  | 'int'
  | 'float'
  | 'operator'
  | 'left-paren'
  | 'right-paren'
  | 'left-bracket'
  | 'right-bracket'
  | 'left-curly'
  | 'right-curly'
  | 'comma'
  | 'colon'
  | 'tilde'
  | 'pipe'
  | 'eof';

/** A token: line and column count from 1, the value of a literal is already a value of a template. */
export interface Token extends NunjucksToken {
  readonly type: TokenType;
  readonly value: unknown;
  readonly lineno: number;
  readonly colno: number;
}

/** The operators that nunjucks gives a type of their own; every other one has the type `operator`. */
export const PUNCTUATION: ReadonlyMap<string, TokenType> = new Map([
  ['(', 'left-paren'],
  [')', 'right-paren'],
  ['[', 'left-bracket'],
  [']', 'right-bracket'],
  ['{', 'left-curly'],
  ['}', 'right-curly'],
  [',', 'comma'],
  [':', 'colon'],
  ['~', 'tilde'],
  ['|', 'pipe'],
]);

const DESCRIPTIONS: Readonly<Partial<Record<TokenType, string>>> = {
  data: 'template data / text',
  'block-start': 'begin of statement block',
  'block-end': 'end of statement block',
  'variable-start': 'begin of print statement',
  'variable-end': 'end of print statement',
  symbol: 'name',
  int: 'integer',
  eof: 'end of template',
};

/** What a type of token is called in messages. */
export function describeType(type: TokenType): string {
  for (const [text, punctuation] of PUNCTUATION) if (punctuation === type) return text;
  return DESCRIPTIONS[type] ?? type;
}

/** What a token is called in messages: a name and an operator by their text, anything else by its type. */
export function describeToken(token: Token): string {
  return token.type === 'symbol' || token.type === 'operator' ? String(token.value) : describeType(token.type);
}

/** Where tokens come from: `eof` at the end, again and again. */
interface TokenSource {
  next(): Token;
}

/**
 * The tokens of a template, read one ahead as Jinja does: a mistake of the lexer in the next token is found before the
 * parser judges the one that it has just taken.
 */
export class TokenStream {
  current: Token;
  private readonly lexer: TokenSource;
  private ahead: Token | undefined;

  constructor(lexer: TokenSource) {
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
