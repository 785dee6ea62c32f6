import type { SyntaxSettings } from '../lexer/syntax.ts';
import type { TagParser } from '../parser/parser.ts';

/** A filter or a test of constants, as found at compile time. */
export interface ConstantCall {
  readonly kind: 'filter' | 'test';
  readonly name: string;
  readonly args: readonly unknown[];
  readonly kwargs: ReadonlyMap<string, unknown>;
  readonly autoescape: boolean;
}

/** Everything that the generated code depends on besides the source. */
export interface CompileOptions {
  readonly syntax: SyntaxSettings;
  /** Tags of extensions. */
  readonly tagParsers: readonly TagParser[];
  /** Whether output is escaped in this template. */
  readonly autoescape: boolean;
  /** Names of the filters there are. */
  readonly filters: { has(name: string): boolean };
  /** Names of the tests there are. */
  readonly tests: { has(name: string): boolean };
  /** Whether every printed value goes through the environment's `finalize`. */
  readonly finalize: boolean;
  /** Whether the length of the output is watched. */
  readonly limitOutput: boolean;
  /** Whether the code notes where each part of the output comes from. */
  readonly origins: boolean;
  /** How much work may still be spent on constant expressions before the render. */
  readonly foldable: { work: number };
  /** The value of a filter or test of constants; throws where only the render can tell it. */
  foldCall(call: ConstantCall): unknown;
  /** The undefined value of an item that is not there. */
  foldMissing(object: unknown, name: unknown): unknown;
}
