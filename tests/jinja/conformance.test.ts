import { existsSync } from 'node:fs';
import { basename, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { caseFiles, judge, loadCases } from '../conformance/cases.ts';

const OWN = join(import.meta.dirname, '..', 'conformance', 'cases');
const SHARED = join(import.meta.dirname, '..', '..', '..', 'shared', 'conformance');

function failures(file: string): string[] {
  const judged = loadCases(file).map((testCase) => ({ id: testCase.id, ...judge(testCase) }));
  return judged
    .filter(({ passed }) => !passed)
    .map(({ id, expected, got }) => `${id}: expected ${expected}, got ${got}`);
}

describe('what Jinja2 makes of the cases of this project', () => {
  it.each(caseFiles(OWN).map((file) => [basename(file, '.jsonl'), file]))('%s', (_name, file) => {
    expect(failures(file)).toEqual([]);
  });
});

describe.skipIf(!existsSync(SHARED))('what Jinja2 makes of ../shared/conformance (skipped where it is absent)', () => {
  it.each(caseFiles(SHARED).map((file) => [basename(file, '.jsonl'), file]))('%s', (_name, file) => {
    expect(failures(file)).toEqual([]);
  });
});
