import { basename } from 'node:path';
import { describe, expect, it } from 'vitest';
import { DEFAULT_BUDGET, peak } from '../../src/jinja/python/budget.ts';
import { temporaryFolder } from '../support/folders.ts';
import { expectedTree, goldenCases, renderCase } from './cases.ts';

const cases = await goldenCases();

describe('the rendered tree', () => {
  it('has cases', () => {
    expect(cases.length).toBeGreaterThanOrEqual(2);
  });

  it.each(cases.map((folder) => [basename(folder), folder]))('of %s is the expected one, byte for byte', async (_, folder) => {
    const expected = await expectedTree(folder);
    const rendered = await renderCase(folder, await temporaryFolder(), [expected]);
    expect(rendered.map(({ path }) => path)).toEqual([...expected.keys()]);
    for (const { path, bytes, executable } of rendered) {
      const wanted = expected.get(path);
      expect(Buffer.from(bytes).toString('utf8'), path).toBe(Buffer.from(wanted?.bytes ?? []).toString('utf8'));
      expect(executable, path).toBe(wanted?.executable);
    }
  });

  it('takes less than a hundredth of what a render may take', () => {
    expect(peak.work).toBeGreaterThan(0);
    expect(peak.work).toBeLessThan(DEFAULT_BUDGET.work / 100);
    expect(peak.memory).toBeLessThan(DEFAULT_BUDGET.memory / 100);
    expect(peak.compilation).toBeLessThan(DEFAULT_BUDGET.work / 100);
  });
});
