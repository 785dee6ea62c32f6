import type { Mark } from '../data-error.ts';

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

export type TokenKind = Token['kind'];

export type TokenOf<K extends TokenKind> = Token & { readonly kind: K };
