// Tables of templates with what Jinja2 3.1.6 on Python 3.11 made of them, recorded once.
import { readFileSync } from 'node:fs';
import { Environment } from '../../../src/jinja/environment.ts';
import { TemplateError } from '../../../src/jinja/errors.ts';
import { PyFloat } from '../../../src/jinja/python/numbers.ts';
import type { EnvironmentOptions } from '../../../src/jinja/settings.ts';

/** The text, or the kind and message of the error; without a message where ours says more than Python's. */
export type Outcome = string | { readonly kind: string; readonly message?: string };

/** A template and its outcome. */
export type Row = readonly [template: string, outcome: Outcome];

/** The rows of a table beside a test. */
export function loadTable(url: URL): Row[] {
  return JSON.parse(readFileSync(url, 'utf8')) as Row[];
}

/** The rows that come out differently, with both outcomes. */
export function differences(rows: readonly Row[], options: EnvironmentOptions = {}): unknown[] {
  return rows
    .map(([template, expected]) => ({ template, expected, got: outcomeOf(template, expected, options) }))
    .filter(({ expected, got }) => JSON.stringify(expected) !== JSON.stringify(got));
}

function outcomeOf(template: string, expected: Outcome, options: EnvironmentOptions): Outcome {
  try {
    return new Environment(options).fromString(template).render(sampleContext());
  } catch (error) {
    if (!(error instanceof TemplateError)) throw error;
    const withMessage = typeof expected === 'string' || expected.message !== undefined;
    return withMessage ? { kind: error.kind, message: error.message } : { kind: error.kind };
  }
}

/** The variables that the tables were recorded with. */
export function sampleContext(): Map<string, unknown> {
  return new Map<string, unknown>([
    ['s', 'hello world'],
    ['n', 7],
    ['neg', -3],
    ['zero', 0],
    ['big', 1180591620717411303424n],
    ['pi', 3.14159],
    ['fone', new PyFloat(1)],
    ['inf', Infinity],
    ['nan', NaN],
    ['nums', [3, 1, 2]],
    ['words', ['pear', 'Apple', 'fig', 'apple', 'Fig']],
    ['d', { b: 2, a: 1, C: 3 }],
    ['nul', null],
    ['mixed', [1, 'one', 2.5, null, true]],
    [
      'users',
      [
        { name: 'Mira', age: 31, team: { name: 'ops' }, tags: ['x'] },
        { name: 'joop', age: 25, team: { name: 'Dev' }, tags: [] },
        { name: 'Ada', age: 25, team: { name: 'dev' }, tags: ['z'] },
      ],
    ],
    ['multi', 'first line\nsecond line\n\nfourth line'],
    ['emoji', 'a😀b𝔘c'],
  ]);
}
