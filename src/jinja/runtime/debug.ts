import { makeDict } from '../python/dict.ts';
import { repr } from '../python/text.ts';
import type { Context } from './context.ts';

/** What the `debug` tag prints: the variables, and the names of the filters and tests. */
export function debugText(context: Context): string {
  const { environment } = context;
  const variables = [...context.all()].sort(([left], [right]) => (left < right ? -1 : 1));
  return repr(
    makeDict([
      ['context', makeDict(variables)],
      ['filters', environment.filterNames()],
      ['tests', environment.testNames()],
    ]),
  );
}
