import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { clusterRoot } from '../../src/cluster/root.ts';
import { checkTools, examine } from '../../src/checks/run.ts';
import { schemaChecker } from '../../src/manifests/schemas.ts';
import { PROVIDED } from '../../src/pipeline/schema-sources.ts';
import { manifestFiles } from '../../src/pipeline/validate.ts';
import { formatFindings } from '../../src/report/text.ts';
import { renderTexts } from '../golden/cases.ts';
import { eachOf } from '../support/parted.ts';
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
  const tools = checkTools(schemaChecker(PROVIDED));
  const known = new Map<string, readonly unknown[]>();
  let state = '';

  beforeAll(async () => {
    state = await mkdtemp(join(tmpdir(), 'cluster-template-pairwise-'));
  });
  afterAll(() => rm(state, { recursive: true }));

  const all = rows.map((row) => configurationOf(row)).map((one) => [one.name, one] as const);
  eachOf(all, 10)('gives a tree without a finding: %s', async (_, texts) => {
    const files = await renderTexts(texts, state);
    const own = await manifestFiles(clusterRoot(state), files, undefined);
    const { findings, coverage } = await examine(own, { tools, known });
    expect(formatFindings(findings)).toBe('');
    expect(coverage.without).toEqual([]);
  });
});
