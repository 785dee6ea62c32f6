import { dirname, join, resolve } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { caseFiles, loadCases } from '../conformance/cases.ts';
import { Oracle, type Answer } from '../fuzz/python.ts';
import { run } from './support/run.ts';
import { findTools, REPOSITORY, titled } from './support/tools.ts';

const { paths, missing } = findTools('jinja2');
const TEMPLATES = 2000;
/** A batch of cases that wait for their answers. */
const BATCH = 200;

// Everything below starts `python3`.
if (missing === undefined) process.env.PATH = `${dirname(paths.jinja2)}:${process.env.PATH ?? ''}`;

const files = [join(REPOSITORY, 'tests/conformance/cases'), resolve(REPOSITORY, '../shared/conformance')].flatMap(
  caseFiles,
);

describe.skipIf(missing !== undefined)(titled('Jinja2 3.1.6', missing), () => {
  const oracle = new Oracle();
  afterAll(() => {
    oracle.close();
  });

  it.each(files)('says of each case of %s what is recorded', async (file) => {
    const cases = loadCases(file);
    let asked = 0;
    for (let from = 0; from < cases.length; from += BATCH) {
      const batch = cases.slice(from, from + BATCH);
      const answers = await Promise.all(batch.map((one) => oracle.ask(one)));
      for (const [index, answer] of answers.entries()) {
        const one = batch[index];
        if (one === undefined || 'skipped' in answer) continue;
        asked += 1;
        expect({ id: one.id, ...said(answer) }).toEqual({ id: one.id, ...recorded(one, answer) });
      }
    }
    expect(asked).toBeGreaterThan(cases.length * 0.95);
  });

  it(`makes the same of ${String(TEMPLATES)} templates of the fuzzer`, async () => {
    const seed = process.env.PROPERTY_SEED ?? '1';
    const arguments_ = ['scripts/run.mjs', 'tests/fuzz/run.ts', '--count', String(TEMPLATES), '--seed', seed];
    const { code, stdout, stderr } = await run(process.execPath, arguments_, { cwd: REPOSITORY });
    expect(stdout, stderr).toContain(`${String(TEMPLATES)} templates in `);
    expect({ code, last: /(\d+) differences/.exec(stdout)?.[1] }, stdout).toEqual({ code: 0, last: '0' });
  });
});

interface Outcome {
  readonly text?: string;
  readonly error?: string;
  readonly line?: number | null;
}

function said(answer: Exclude<Answer, { skipped: string }>): Outcome {
  return 'text' in answer ? { text: answer.text } : { error: answer.error, line: answer.line };
}

/** A line is only compared where both know one. */
function recorded(one: ReturnType<typeof loadCases>[number], answer: Answer): Outcome {
  if (one.error === undefined) return { text: one.expect ?? '' };
  const line = 'line' in answer && (one.error.line === null || answer.line === null) ? answer.line : one.error.line;
  return { error: one.error.type, line };
}
