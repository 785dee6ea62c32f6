import { Break, Continue, ExpressionStatement, Output, RuntimeCall } from '../nodes/nodes.ts';
import type { TagParser } from '../parser/parser.ts';

/** Tags and variables that an environment has besides Jinja's own. */
export interface Extension extends TagParser {
  /** Tells extensions apart; it is a part of what kept code depends on. */
  readonly name: string;
  /** Variables that the extension brings to every template. */
  readonly globals?: Readonly<Record<string, unknown>>;
}

/** `{% do expression %}`: evaluates an expression and prints nothing. */
export const DO: Extension = {
  name: 'do',
  tags: ['do'],
  parse: (parser) => ExpressionStatement.make(parser.nextToken(), { value: parser.parseTuple() }),
};

/** `{% break %}` and `{% continue %}`. */
export const LOOP_CONTROLS: Extension = {
  name: 'loopcontrols',
  tags: ['break', 'continue'],
  parse: (parser) => {
    const token = parser.nextToken();
    return token.value === 'break' ? Break.make(token, {}) : Continue.make(token, {});
  },
};

/** `{% debug %}`: prints the variables and the names of the filters and tests. */
export const DEBUG: Extension = {
  name: 'debug',
  tags: ['debug'],
  parse: (parser) => {
    const token = parser.nextToken();
    return Output.make(token, { children: [RuntimeCall.make(token, { name: 'debug' })] });
  },
};
