import { execFileSync } from 'node:child_process';
import { copyFileSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { encrypt, keepOrEncrypt } from '../../src/sops/encrypt.ts';
import { decrypt } from '../../src/sops/decrypt.ts';
import { readYaml } from '../../src/sops/formats/yaml-reader.ts';
import { generateIdentity } from '../../src/sops/identities.ts';
import { requireRule } from '../../src/sops/rules.ts';
import { sameTree } from '../../src/sops/tree.ts';
import { fixture, fixtureNames, identities, NOW, rules } from './support.ts';

const sops =
  process.env.SOPS_BIN ??
  (process.env.PATH ?? '')
    .split(delimiter)
    .map((folder) => join(folder, 'sops'))
    .find((path) => existsSync(path));

const folder = mkdtempSync(join(tmpdir(), 'sops-test-'));
afterAll(() => {
  rmSync(folder, { recursive: true });
});

const SAMPLE = join(import.meta.dirname, '..', 'sample', 'age.key');

function run(args: string[], keyFile = SAMPLE): string {
  const env = { ...process.env, SOPS_AGE_KEY_FILE: keyFile, HOME: folder, XDG_CONFIG_HOME: folder };
  return execFileSync(sops ?? 'sops', ['--disable-version-check', ...args], {
    cwd: folder,
    encoding: 'utf8',
    env,
    stdio: 'pipe',
  });
}

describe.skipIf(sops === undefined)(
  'the sops program (skipped where it is neither on PATH nor named by SOPS_BIN)',
  () => {
    copyFileSync(join(import.meta.dirname, 'fixtures', 'real', '.sops.yaml'), join(folder, '.sops.yaml'));

    it.each(fixtureNames)('decrypts our %s to what it makes of its own', async (name) => {
      const path = `${name}.sops.yaml`;
      const options = {
        path,
        plain: fixture(`${name}.plain.yaml`),
        rule: requireRule(rules, path),
        indent: 2,
        identities,
        now: NOW,
      };
      writeFileSync(join(folder, path), await encrypt(options));
      writeFileSync(join(folder, `theirs-${path}`), fixture(path));
      expect(run(['decrypt', path])).toBe(run(['decrypt', `theirs-${path}`]));
    });

    it('accepts a file that was changed in one value', async () => {
      const path = 'documents.sops.yaml';
      const plain = fixture('documents.plain.yaml').replace('value: b', 'value: changed');
      const kept = await keepOrEncrypt({
        path,
        plain,
        rule: requireRule(rules, path),
        identities,
        now: NOW,
        previous: fixture(path),
        indent: 2,
      });
      writeFileSync(join(folder, path), kept.text);
      expect(run(['decrypt', path])).toContain('value: changed');
    });

    it.each(fixtureNames)('writes %s anew so that we read the same', async (name) => {
      const path = `${name}.sops.yaml`;
      writeFileSync(join(folder, path), fixture(`${name}.plain.yaml`));
      run(['encrypt', '--in-place', path]);
      const { tree } = await decrypt({ path, text: readFileSync(join(folder, path), 'utf8'), identities });
      expect(sameTree(tree, readYaml(fixture(`${name}.plain.yaml`), name))).toBe(true);
    });

    it('takes our post-quantum keys', async () => {
      const hybrid = generateIdentity('post-quantum');
      writeFileSync(join(folder, 'hybrid.key'), `${hybrid.reveal()}\n`, { mode: 0o600 });
      const rule = { ...requireRule(rules, 'values.sops.yaml'), recipients: [await hybrid.recipient()] };
      writeFileSync(
        join(folder, 'pq.sops.yaml'),
        await encrypt({ path: 'pq.sops.yaml', plain: 'a: 1\n', rule, identities: [hybrid], now: NOW }),
      );
      expect(run(['decrypt', 'pq.sops.yaml'], join(folder, 'hybrid.key'))).toBe('a: 1\n');
    });
  },
);
