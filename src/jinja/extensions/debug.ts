import { Output, RuntimeCall } from '../nodes/nodes.ts';
import type { Extension } from './extension.ts';

/** `{% debug %}`: prints the variables and the names of the filters and tests. */
export const DEBUG: Extension = {
  name: 'debug',
  tags: ['debug'],
  parse: (parser) => {
    const token = parser.nextToken();
    return Output.make(token, { children: [RuntimeCall.make(token, { name: 'debug' })] });
  },
};
