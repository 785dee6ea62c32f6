import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { RULES } from '../../src/checks/rules/list.ts';
import { checkTools, examine } from '../../src/checks/run.ts';
import { readSettings } from '../../src/checks/settings.ts';
import { schemaChecker } from '../../src/manifests/schemas.ts';
import { PROVIDED } from '../../src/pipeline/schema-sources.ts';
import { manifestFilesOf } from '../manifests/support.ts';

/** What yamllint says by .yamllint.yaml: `yamllint -f parsable`, each of its rules under the name of ours. */
interface Recorded {
  readonly yamllint: string;
  readonly cases: readonly { readonly what: string; readonly text: string; readonly rules: readonly string[] }[];
}

const recorded = JSON.parse(await readFile(join(import.meta.dirname, 'fixtures/yamllint.json'), 'utf8')) as Recorded;

const SAME: readonly string[] = ['yaml/document-start', 'yaml/indent', 'yaml/whitespace', 'manifests/yaml-syntax'];
const rules = RULES.filter(({ id }) => SAME.includes(id));
const settings = readSettings(undefined, RULES, 'strict');
const tools = checkTools(schemaChecker(PROVIDED));

describe('rules of YAML and yamllint by .yamllint.yaml', () => {
  it.each(recorded.cases.map((one) => [one.what, one] as const))('say the same of %s', async (_, one) => {
    const files = manifestFilesOf({ 'own:kubernetes/site.yaml': one.text });
    const { findings } = await examine(files, { rules, settings, tools });
    const found = [...new Set(findings.map(({ code }) => code))].sort();
    // To yamllint a tab behind a value is no YAML.
    const isTab = one.text.includes('\t\n');
    expect(isTab ? found.length > 0 : found).toEqual(isTab ? one.rules.length > 0 : one.rules);
  });

  it('were compared in twenty cases, good and bad ones', () => {
    expect(recorded.cases.length).toBeGreaterThanOrEqual(20);
    const bad = recorded.cases.filter((one) => one.rules.length > 0).length;
    expect(Math.min(bad, recorded.cases.length - bad)).toBeGreaterThanOrEqual(8);
  });
});
