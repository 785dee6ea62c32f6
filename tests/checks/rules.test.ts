import { readdir } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { describe, expect, it } from 'vitest';
import { applyEdits, checkTools, readContext, runRules } from '../../src/checks/run.ts';
import { type ExampleFiles, MARK, type Rule } from '../../src/checks/rule.ts';
import { RULES } from '../../src/checks/rules/list.ts';
import type { Chart } from '../../src/manifests/charts.ts';
import { schemaChecker } from '../../src/manifests/schemas.ts';
import { PROVIDED } from '../../src/pipeline/schema-sources.ts';
import type { Settings } from '../../src/checks/settings.ts';
import { FINDING_CODES, RULE_AREAS } from '../../src/report/codes.ts';
import { manifestFilesOf } from '../manifests/support.ts';

const FOLDER = resolve(import.meta.dirname, '../../src/checks/rules');

const CUSTOM = RULES.filter(({ sort }) => sort === 'custom');
const chart: Chart = {
  name: 'site',
  version: '1.0.0',
  place: 'charts/site',
  defaults: {},
  schema: '{"properties":{"replicas":{"type":"integer"}}}',
  dependencies: [],
};
const tools = {
  ...checkTools(schemaChecker(PROVIDED)),
  charts: { find: (name: string) => Promise.resolve(name === chart.name ? chart : undefined) },
};

describe('the list of rules', () => {
  it('has each file of the folder, named as its rule, and no other', async () => {
    const entries = await readdir(FOLDER, { recursive: true, withFileTypes: true });
    const files = entries
      .filter(
        (entry) => entry.isFile() && entry.parentPath !== FOLDER && entry.parentPath !== join(FOLDER, 'manifests'),
      )
      .map((entry) =>
        join(entry.parentPath, entry.name)
          .slice(FOLDER.length + 1)
          .replace(/\.ts$/, ''),
      );
    expect(CUSTOM.map(({ id }) => id).toSorted()).toEqual(files.toSorted());
    expect([...new Set(CUSTOM.map(({ id }) => id.split('/')[0]))].toSorted()).toEqual([...RULE_AREAS].toSorted());
  });

  it('has each code of what cannot be otherwise once, but those of what is no tree', () => {
    const ids = RULES.filter(({ sort }) => sort === 'correctness').map(({ id }) => id);
    const codes = Object.keys(FINDING_CODES).filter((code) => code.startsWith('manifests/'));
    const elsewhere = ['no-root', 'chart-file', 'schema-coverage', 'schema-fetch', 'schema-file'];
    expect([...ids, ...elsewhere.map((one) => `manifests/${one}`)].toSorted()).toEqual(codes.toSorted());
  });

  it('says of each rule what it holds, why and where that comes from', () => {
    const unfinished = RULES.filter(
      ({ description, rationale, source, examples }) =>
        !/^[A-Z].*\.$/.test(description) ||
        !rationale.endsWith('.') ||
        !source.startsWith('https://') ||
        examples.good.length === 0 ||
        examples.bad.length === 0,
    );
    expect(unfinished.map(({ id }) => id)).toEqual([]);
  });

  it('has an example for each value of each option that takes one of several', () => {
    const missing = RULES.flatMap((rule) =>
      Object.entries(rule.options).flatMap(([name, option]) =>
        (Array.isArray(option.schema.enum) ? (option.schema.enum as string[]) : [])
          .filter(
            (value) =>
              ![...rule.examples.good, ...rule.examples.bad].some(
                (one) => (one.options?.[name] ?? option.default) === value,
              ),
          )
          .map((value) => `${rule.id}: ${name} ${value}`),
      ),
    );
    expect(missing).toEqual([]);
  });
});

describe.each(RULES.map((rule) => [rule.id, rule] as const))('%s', (_, rule) => {
  it.each(rule.examples.good.map((example, index) => [index + 1, example] as const))(
    'finds nothing in good example %i',
    async (number, example) => {
      expect(number).toBeGreaterThan(0);
      expect((await find(rule, example)).lines).toEqual([]);
    },
  );

  it.each(rule.examples.bad.map((example, index) => [index + 1, example] as const))(
    'finds each marked line of bad example %i, and mends what it can',
    async (_number, example) => {
      const { files, fixed } = example;
      const { lines, texts } = await find(rule, example);
      expect(lines).toEqual(markedLines(files));
      expect(texts).toEqual(fixed ?? {});
      const after = { ...unmarked(files), ...texts };
      if (fixed !== undefined) expect((await find(rule, { ...example, files: after })).texts).toEqual({});
    },
  );
});

async function find(
  rule: Rule,
  { files, beside = {}, options: own = {} }: Rule['examples']['good'][number],
): Promise<{ readonly lines: string[]; readonly texts: ExampleFiles }> {
  const defaults = Object.fromEntries(Object.entries(rule.options).map(([name, option]) => [name, option.default]));
  const settings: Settings = {
    profile: 'default',
    isExcluded: () => false,
    apps: {},
    of: () => ({ severity: 'warning', isWritten: true, options: { ...defaults, ...own }, isExcepted: () => false }),
  };
  const isOurs = rule.isForOurs === true;
  const owned = Object.entries({ ...beside, ...unmarked(files) }).map(([path, text]) => [
    isOurs ? path : `own:${path}`,
    text,
  ]);
  const read = manifestFilesOf(Object.fromEntries(owned) as ExampleFiles);
  const context = readContext(read, { tools, ...(isOurs ? {} : { paths: [] }) });
  const found = await runRules([rule], context, settings);
  // Comments that switch the rule off are tested by themselves.
  const shown = found.filter(({ finding }) => finding.sourceLine?.includes('cluster-template: ignore') !== true);
  return {
    lines: shown.map(({ finding: { place } }) => `${place?.file ?? ''}:${String(place?.line ?? 1)}`),
    texts: Object.fromEntries(applyEdits(found.flatMap(({ edits }) => edits))),
  };
}

function unmarked(files: ExampleFiles): ExampleFiles {
  return Object.fromEntries(Object.entries(files).map(([path, text]) => [path, text.replaceAll(` ${MARK}`, '')]));
}

function markedLines(files: ExampleFiles): string[] {
  return Object.entries(files)
    .toSorted(([one], [other]) => (one < other ? -1 : 1))
    .flatMap(([path, text]) =>
      text.split('\n').flatMap((line, index) => (line.includes(MARK) ? [`${path}:${String(index + 1)}`] : [])),
    );
}
