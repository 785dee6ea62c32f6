import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { clusterRoot } from '../../src/cluster/root.ts';
import { gateMemory, runGates } from '../../src/checks/gates.ts';
import { manifestFiles } from '../../src/pipeline/validate.ts';
import { formatFindings } from '../../src/report/text.ts';
import { renderTexts } from '../golden/cases.ts';
import { parted } from '../support/parted.ts';
import { allPairs, coveringArray, pairsOf } from './covering-array.ts';
import { configurationOf, OPTIONS } from './options.ts';

const levels = OPTIONS.map(({ values }) => Object.keys(values).length);
const rows = coveringArray(levels);

describe('the covering array', () => {
  it('brings every two values of two options together', () => {
    const missing = allPairs(levels);
    for (const pair of rows.flatMap(pairsOf)) missing.delete(pair);
    expect([...missing]).toEqual([]);
  });
});

describe('every combination of two options', () => {
  const memory = gateMemory();
  let state = '';

  beforeAll(async () => {
    state = await mkdtemp(join(tmpdir(), 'cluster-template-pairwise-'));
  });
  afterAll(() => rm(state, { recursive: true }));

  const { usual, others } = parted(
    rows.map((row) => configurationOf(row)).map((one) => [one.name, one] as const),
    10,
  );
  const check = async (_: string, texts: ReturnType<typeof configurationOf>): Promise<void> => {
    const files = await renderTexts(texts, state);
    const own = await manifestFiles(clusterRoot(state), files, undefined);
    const { findings, unknownKinds } = await runGates(own, memory);
    expect(formatFindings(findings)).toBe('');
    expect(unknownKinds).toEqual([]);
  };

  it.each(usual)('gives a tree without a finding: %s', check);
  it.each(others)('gives a tree without a finding: %s', { tags: 'long' }, check);
});
