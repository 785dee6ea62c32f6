import { Break, Continue } from '../nodes/nodes.ts';
import type { Extension } from './extension.ts';

/** `{% break %}` and `{% continue %}`. */
export const LOOP_CONTROLS: Extension = {
  name: 'loopcontrols',
  tags: ['break', 'continue'],
  parse: (parser) => {
    const token = parser.nextToken();
    return token.value === 'break' ? Break.make(token, {}) : Continue.make(token, {});
  },
};
