import { DataError, type Mark } from '../data-error.ts';

/** Tokens that carry nothing but their kind. */
export type MarkerKind =
  | 'streamEnd'
  | 'documentStart'
  | 'documentEnd'
  | 'blockSequenceStart'
  | 'blockMappingStart'
  | 'blockEnd'
  | 'flowSequenceStart'
  | 'flowMappingStart'
  | 'flowSequenceEnd'
  | 'flowMappingEnd'
  | 'blockEntry'
  | 'flowEntry'
  | 'key'
  | 'value';

/** A lexical unit of YAML, in the terms of chapter 4 of YAML 1.1. */
export type Token = { readonly mark: Mark } & (
  | { readonly kind: MarkerKind }
  | { readonly kind: 'directive'; readonly directive: Directive }
  | { readonly kind: 'alias' | 'anchor'; readonly name: string }
  | { readonly kind: 'tag'; readonly handle: string | undefined; readonly suffix: string }
  | { readonly kind: 'scalar'; readonly text: string; readonly isPlain: boolean }
);

/** `%YAML 1.1`, `%TAG ! tag:example.com,2026:`; others have no meaning. */
export type Directive =
  | { readonly name: 'YAML'; readonly major: number }
  | { readonly name: 'TAG'; readonly handle: string; readonly prefix: string }
  | { readonly name: 'other' };

type TokenKind = Token['kind'];

export type TokenOf<K extends TokenKind> = Token & { readonly kind: K };

/** The tokens of a stream in turn; the last one, its end, is never passed. */
export class TokenReader {
  readonly #tokens: readonly Token[];
  #position = 0;

  constructor(tokens: readonly Token[]) {
    this.#tokens = tokens;
  }

  peek(): Token {
    const token = this.#tokens[this.#position];
    if (token === undefined) throw new Error('a stream of tokens has no end');
    return token;
  }

  at(...kinds: readonly TokenKind[]): boolean {
    return kinds.includes(this.peek().kind);
  }

  take(): Token {
    const token = this.peek();
    if (token.kind !== 'streamEnd') this.#position += 1;
    return token;
  }

  /** The next token if it is of that kind. */
  takeIf<K extends TokenKind>(kind: K): TokenOf<K> | undefined {
    return this.peek().kind === kind ? (this.take() as TokenOf<K>) : undefined;
  }

  /** Passes over tokens of a kind. */
  skipAll(kind: TokenKind): void {
    while (this.at(kind)) this.take();
  }

  /** What is wrong where the next token stands. */
  unexpected(message: string, remedy: string): DataError {
    const token = this.peek();
    return new DataError(`${message}, but there is ${WORDS[token.kind]}`, token.mark, remedy);
  }
}

const WORDS: Readonly<Record<TokenKind, string>> = {
  streamEnd: 'the end of the file',
  documentStart: '`---`',
  documentEnd: '`...`',
  blockSequenceStart: 'a list',
  blockMappingStart: 'a map',
  blockEnd: 'a line that is indented less',
  flowSequenceStart: '`[`',
  flowMappingStart: '`{`',
  flowSequenceEnd: '`]`',
  flowMappingEnd: '`}`',
  blockEntry: '`-`',
  flowEntry: '`,`',
  key: 'a key',
  value: '`:`',
  directive: 'a directive',
  alias: 'an alias',
  anchor: 'an anchor',
  tag: 'a tag',
  scalar: 'other text',
};
