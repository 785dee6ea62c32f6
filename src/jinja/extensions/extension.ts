import type { TagParser } from '../parser/parser.ts';

/** Tags and variables that an environment has besides Jinja's own. */
export interface Extension extends TagParser {
  /** Tells extensions apart; it is a part of what kept code depends on. */
  readonly name: string;
  /** Variables that the extension brings to every template. */
  readonly globals?: Readonly<Record<string, unknown>>;
}
