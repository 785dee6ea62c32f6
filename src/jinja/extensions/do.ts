import { ExpressionStatement } from '../nodes/nodes.ts';
import type { Extension } from './extension.ts';

/** `{% do expression %}`: evaluates an expression and prints nothing. */
export const DO: Extension = {
  name: 'do',
  tags: ['do'],
  parse: (parser) => ExpressionStatement.make(parser.nextToken(), { value: parser.parseTuple() }),
};
