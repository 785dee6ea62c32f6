import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'vitest';
import { parseIdentityFile } from '../../src/sops/identities.ts';
import { parseRules, type Rule } from '../../src/sops/rules.ts';
import { Failure, type Finding } from '../../src/report/finding.ts';

const FIXTURES = join(import.meta.dirname, 'fixtures', 'real');

export const NOW = new Date('2026-03-04T05:06:07.890Z');

export const SAMPLE_KEY = readFileSync(join(import.meta.dirname, '..', 'sample', 'age.key'), 'utf8');

export const identities = parseIdentityFile(SAMPLE_KEY, 'age.key');

export const rules = parseRules(fixture('.sops.yaml'));

/** Names of the recorded files, without their endings. */
export const fixtureNames = readdirSync(FIXTURES)
  .filter((name) => name.endsWith('.plain.yaml'))
  .map((name) => name.replace('.plain.yaml', ''));

export function fixture(name: string): string {
  return readFileSync(join(FIXTURES, name), 'utf8');
}

export const secretRule: Rule = {
  recipients: [/public key: (\S+)/.exec(SAMPLE_KEY)?.[1] ?? ''],
  otherStores: [],
  selection: { by: 'encrypted_regex', pattern: '^(data|stringData)$' },
  macOnlyEncrypted: true,
};

export const wholeRule: Rule = {
  ...secretRule,
  selection: { by: 'unencrypted_suffix', pattern: '_unencrypted' },
  macOnlyEncrypted: false,
};

/** The findings of a Failure that `run` ends with, each of which has to say which file it is about. */
export async function findingsOf(run: () => unknown): Promise<readonly Finding[]> {
  try {
    await run();
  } catch (error) {
    if (!(error instanceof Failure)) throw error;
    for (const { message, place } of error.findings) expect(place?.file, message).toMatch(/./);
    return error.findings;
  }
  throw new Error('it did not fail');
}
