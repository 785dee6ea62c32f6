import { afterAll, describe, expect, it } from 'vitest';
import { run } from '../conformance/cases.ts';
import { compare, isCrash } from './compare.ts';
import { caseOf, generate } from './generate.ts';
import { jinja2Version, Oracle } from './python.ts';

const COUNT = 300;
/** Another one finds what is new. */
const SEED = Number(process.env.PROPERTY_SEED ?? 1);
const version = jinja2Version();
const differential = version?.startsWith('3.1.') === true;

function cases(seed: number) {
  return Array.from({ length: COUNT }, (_, index) => caseOf(generate(seed, index)));
}

describe('templates made from a grammar', () => {
  it('are the same for the same seed', () => {
    expect(cases(7)).toEqual(cases(7));
  });

  it('render or fail with an error of the engine', () => {
    const crashes = cases(SEED).filter((testCase) => isCrash(run(testCase)));
    expect(crashes.map(({ id }) => id)).toEqual([]);
  });
});

describe.skipIf(!differential)('the same templates in Jinja2 (skipped where python3 has no Jinja2 3.1)', () => {
  const oracle = new Oracle();

  afterAll(() => {
    oracle.close();
  });

  it('give the same', async () => {
    const compared = await Promise.all(
      cases(SEED).map(async (testCase) => ({ id: testCase.id, ...compare(testCase, await oracle.ask(testCase)) })),
    );
    const different = compared.filter(({ verdict }) => verdict === 'different');
    expect(different.map(({ id, expected, got }) => `${id}: expected ${expected}, got ${got}`)).toEqual([]);
  });
});
