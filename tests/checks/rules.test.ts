import { readdir } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { describe, expect, it } from 'vitest';
import { applyEdits, ruleContext, runRules } from '../../src/checks/lint.ts';
import { type ExampleFiles, MARK, type Rule } from '../../src/checks/rule.ts';
import { RULES } from '../../src/checks/rules/list.ts';
import type { Settings } from '../../src/checks/settings.ts';
import { RULE_AREAS } from '../../src/report/codes.ts';
import { manifestFilesOf } from '../manifests/support.ts';

const FOLDER = resolve(import.meta.dirname, '../../src/checks/rules');

describe('the list of rules', () => {
  it('has each file of the folder, named as its rule, and no other', async () => {
    const entries = await readdir(FOLDER, { recursive: true, withFileTypes: true });
    const files = entries
      .filter((entry) => entry.isFile() && entry.parentPath !== FOLDER)
      .map((entry) =>
        join(entry.parentPath, entry.name)
          .slice(FOLDER.length + 1)
          .replace(/\.ts$/, ''),
      );
    expect(RULES.map(({ id }) => id).toSorted()).toEqual(files.toSorted());
    expect([...new Set(RULES.map(({ id }) => id.split('/')[0]))].toSorted()).toEqual([...RULE_AREAS].toSorted());
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
    (number, { files, options = {} }) => {
      expect(number).toBeGreaterThan(0);
      expect(find(rule, files, options).lines).toEqual([]);
    },
  );

  it.each(rule.examples.bad.map((example, index) => [index + 1, example] as const))(
    'finds each marked line of bad example %i, and mends what it can',
    (_number, { files, options = {}, fixed }) => {
      const { lines, texts } = find(rule, files, options);
      expect(lines).toEqual(markedLines(files));
      expect(texts).toEqual(fixed ?? {});
      const after = { ...unmarked(files), ...texts };
      if (fixed !== undefined) expect(find(rule, after, options).texts).toEqual({});
    },
  );
});

function find(
  rule: Rule,
  files: ExampleFiles,
  own: Readonly<Record<string, unknown>>,
): { readonly lines: string[]; readonly texts: ExampleFiles } {
  const defaults = Object.fromEntries(Object.entries(rule.options).map(([name, option]) => [name, option.default]));
  const settings: Settings = {
    profile: 'default',
    isExcluded: () => false,
    of: () => ({ severity: 'warning', options: { ...defaults, ...own }, isExcepted: () => false }),
  };
  const owned = Object.entries(unmarked(files)).map(([path, text]) => [`own:${path}`, text]);
  const found = runRules([rule], ruleContext(manifestFilesOf(Object.fromEntries(owned) as ExampleFiles)), settings);
  // Comments that switch the rule off are tested by themselves.
  const shown = found.filter(({ finding }) => finding.sourceLine?.includes('cluster-template: ignore') !== true);
  return {
    lines: shown.map(({ finding: { place } }) => `${place?.file ?? ''}:${String(place?.line)}`),
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
