import { execFileSync } from 'node:child_process';
import { appendFile, chmod, cp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { describe, expect, it } from 'vitest';
import { clusterRoot } from '../../../src/cluster/root.ts';
import { AREAS, stateOf, type Area, type Check } from '../../../src/operations/repository/configuration.ts';
import { examineCluster } from '../../../src/operations/doctor/doctor.ts';
import { openPrograms } from '../../../src/operations/programs/programs.ts';
import type { FindingCode } from '../../../src/report/codes.ts';
import { encrypt } from '../../../src/sops/encrypt.ts';
import { generateIdentity } from '../../../src/sops/identities.ts';
import { runCommand, sampleCluster } from '../../support/cluster.ts';
import { temporaryFolder, writeFiles } from '../../support/folders.ts';
import { eachOf } from '../../support/parted.ts';
import { fixture, NOW, SAMPLE_KEY, wholeRule } from '../../sops/support.ts';
import { ownCluster } from '../support/own-cluster.ts';
import { standIns, type StandInRule } from '../support/stand-ins.ts';

const SECRET = 'kubernetes/components/sops/cluster-secrets.sops.yaml';

describe('doctor', () => {
  it('finds nothing wrong in a configured tree with all programs', async () => {
    const checks = await examine(await ownCluster(), ['tools', 'configuration', 'secrets']);
    expect(checks.filter((check) => stateOf(check) !== 'ok').map(({ subject }) => subject)).toEqual([]);
  });

  it('names every missing program with its commands and how to get it, and ends with 1', async () => {
    const cluster = await sampleCluster();
    const result = await runCommand(['doctor', 'tools', '--root', cluster], { env: { PATH: await temporaryFolder() } });
    expect(result.code).toBe(1);
    for (const name of ['talhelper', 'talosctl', 'kubectl', 'helmfile', 'helm', 'flux', 'git']) {
      expect(result.stdout).toMatch(
        new RegExp(`error: ${name} is needed .* was not found \\(.*\\) \\[programs/missing\\]`),
      );
    }
    expect(result.stdout).toContain('mise install');
    expect(result.stdout).toContain('7 errors and 3 notes');
  });

  it('names programs that are too old', { tags: 'long' }, async () => {
    const old = { program: 'kubectl', match: 'version', stdout: 'Client Version: v1.27.1' };
    expect(await codes(await ownCluster(), ['tools'], [old])).toEqual(['programs/version']);
  });

  it.each<[string, string, string, readonly string[]]>([
    ['one minor version older or newer', 'Client Version: v1.35.0', 'Talos v1.13.0', []],
    ['two minor versions older', 'Client Version: v1.34.9', 'Talos v1.13.7', ['programs/skew']],
    ['two minor versions newer', 'Client Version: v1.38.0', 'Talos v1.13.7', ['programs/skew']],
    ['of another minor version of Talos', 'Client Version: v1.36.1', 'Talos v1.14.0', ['programs/skew']],
  ])('tells programs that are %s than the cluster', { tags: 'long' }, async (_, kubectl, talosctl, expected) => {
    const cluster = await ownCluster();
    const versions = 'talosVersion: v1.13.7\nkubernetesVersion: v1.36.3\n';
    await writeFile(join(cluster, 'talos/talenv.yaml'), versions);
    const rules = [
      { program: 'kubectl', match: 'version', stdout: kubectl },
      { program: 'talosctl', match: 'version', stdout: talosctl },
    ];
    expect(await codes(cluster, ['tools'], rules)).toEqual(expected);
    await rm(join(cluster, 'talos/talenv.yaml'));
    const findings = (await examine(cluster, ['tools'], rules)).flatMap((check) => check.findings);
    expect(findings.map(({ message }) => message)).toEqual([
      'they were not compared: talos/talenv.yaml does not exist',
    ]);
  });

  it('names placeholders of the sample, and that its key is in use', async () => {
    const cluster = await sampleCluster();
    expect(await codes(cluster, ['configuration'])).toEqual(['config/sample-value']);
    await cp(resolve(import.meta.dirname, '../../sample/age.key'), join(cluster, 'age.key'));
    await chmod(join(cluster, 'age.key'), 0o600);
    expect(await codes(cluster, ['keys', 'secrets'])).toEqual([
      'secrets/sample-key',
      ...Array.from({ length: 3 }, () => 'credentials/missing'),
      'secrets/sample-key',
    ]);
  });

  it('names what is wrong in the configuration, and inputs that changed', { tags: 'long' }, async () => {
    const cluster = await ownCluster();
    await appendFile(join(cluster, 'cluster.yaml'), '# a remark\n');
    expect(await codes(cluster, ['configuration'])).toEqual(['workspace/stale']);
    await appendFile(join(cluster, 'cluster.yaml'), 'nope: 1\n');
    expect(await codes(cluster, ['configuration'])).toEqual(['config/unknown-key']);
  });

  it('names keys that others may read, and broken ones', async () => {
    const cluster = await ownCluster();
    await chmod(join(cluster, 'age.key'), 0o644);
    await writeFile(join(cluster, 'github-push-token.txt'), '\n');
    await rm(join(cluster, 'cloudflare-tunnel.json'));
    expect(await codes(cluster, ['keys'])).toEqual(['credentials/invalid', 'credentials/missing', 'credentials/mode']);
  });

  it('compares keys with the tree, and says what comes back from it', async () => {
    const cluster = await ownCluster();
    await rm(join(cluster, 'github-deploy.key'));
    await writeFile(join(cluster, 'github-push-token.txt'), '0123456789abcdef0123456789abcdef\n', { mode: 0o600 });
    expect(await codes(cluster, ['keys'])).toEqual(['credentials/missing', 'credentials/other']);
    const [, deployKey] = await examine(cluster, ['keys']);
    expect(deployKey?.findings[0]?.remedy).toContain('it comes back from bootstrap/github-deploy-key.sops.yaml');
    await appendFile(join(cluster, 'cluster.yaml'), 'nope: 1\n');
    expect(await codes(cluster, ['keys'])).toEqual(['credentials/missing', 'secrets/not-checked']);
  });

  it.each<readonly [what: string, lock: (cluster: string) => Promise<void>]>([
    ['is not here', (cluster) => rm(join(cluster, 'age.key'))],
    ["is another cluster's", (cluster) => writeFile(join(cluster, 'age.key'), `${generateIdentity().reveal()}\n`)],
  ])('has no new credential made where the key of the tree %s', async (_, lock) => {
    const cluster = await ownCluster();
    await lock(cluster);
    await rm(join(cluster, 'cloudflare-tunnel.json'));
    const findings = (await examine(cluster, ['keys'])).flatMap((check) => check.findings);
    const remedies = findings.map(({ remedy }) => remedy ?? '');
    expect(remedies.length).toBeGreaterThan(1);
    for (const remedy of remedies) expect(remedy).toMatch(/^copy the age\.key of this cluster to here/);
  });

  it('prints JSON where asked, and knows its areas', { tags: 'long' }, async () => {
    const cluster = await ownCluster();
    const result = await runCommand(['doctor', 'configuration', 'secrets', '--json', '--root', cluster]);
    expect(result.code).toBe(0);
    const { status, checks } = JSON.parse(result.stdout) as {
      status: string;
      checks: { area: string; state: string }[];
    };
    expect(status).toBe('fine');
    expect(new Set(checks.map(({ area }) => area))).toEqual(new Set(['configuration', 'secrets']));
    const unknown = await runCommand(['doctor', 'secret', '--root', cluster]);
    expect(unknown.code).toBe(64);
    expect(unknown.stderr).toContain('did you mean secrets?');
    expect(AREAS).toContain('dns');
  });
});

describe('doctor on secrets that cannot be decrypted', () => {
  const diagnoses: [string, (cluster: string) => Promise<void>, FindingCode, string][] = [
    ['there is no key', (cluster) => rm(join(cluster, 'age.key')), 'credentials/missing', 'there is no age key'],
    [
      "the key is another's",
      (cluster) => writeFile(join(cluster, 'age.key'), `${generateIdentity().reveal()}\n`),
      'sops/wrong-key',
      'the same holds for 6 more',
    ],
    [
      'no rule takes the path',
      async (cluster) => {
        // That of YAML, and that of every other format.
        for (const _rule of [1, 2])
          await replaceIn(join(cluster, '.sops.yaml'), '(bootstrap|kubernetes)', '(bootstrap|elsewhere)');
      },
      'sops/no-rule',
      'no creation rule in .sops.yaml matches kubernetes/',
    ],
    [
      'the file was changed',
      (cluster) =>
        replaceIn(
          join(cluster, SECRET),
          'SECRET_DOMAIN: ENC[AES256_GCM,data:',
          'SECRET_DOMAIN: ENC[AES256_GCM,data:AA',
        ),
      'sops/damaged',
      'SECRET_DOMAIN',
    ],
    [
      'the file never was encrypted',
      (cluster) => writeFile(join(cluster, SECRET), 'kind: Secret\nstringData: {a: b}\n'),
      'sops/not-encrypted',
      'is not encrypted, though its name says so',
    ],
  ];

  eachOf(diagnoses, 3)('says that %s', async (_, breakIt, code, message) => {
    const cluster = await ownCluster();
    await breakIt(cluster);
    const checks = await examine(cluster, ['secrets']);
    const findings = checks.flatMap((check) => check.findings);
    expect(findings.map((finding) => finding.code)).toEqual([code]);
    expect(findings[0]?.message).toContain(message);
    expect(findings[0]?.remedy).toBeTruthy();
  });

  it(
    'calls no file broken that the sops program wrote, or that has comments wherever they may stand',
    { tags: 'long' },
    async () => {
      const cluster = await sampleCluster();
      await writeFiles(cluster, { 'age.key': SAMPLE_KEY });
      const own = join(cluster, 'kubernetes/own');
      const real = join(import.meta.dirname, '../../sops/fixtures/real');
      const names = (await readdir(real)).filter((name) => name.includes('.sops.'));
      for (const name of names) await cp(join(real, name), join(own, name));
      const lines = fixture('../comments.jsonl').trimEnd().split('\n');
      const plain = lines
        .map((line) => (JSON.parse(line) as { text: string }).text)
        .filter((_, index) => index % 6 === 0);
      for (const [index, text] of plain.entries()) {
        const path = `kubernetes/own/comments-${String(index)}.sops.yaml`;
        const encrypted = await encrypt({ path, plain: text, rule: wholeRule, identities: [], now: NOW });
        await writeFiles(cluster, { [path]: encrypted });
      }
      const checks = (await examine(cluster, ['secrets'])).filter(({ subject }) =>
        /^\d+ encrypted files$/.test(subject),
      );
      expect(checks.flatMap(({ findings }) => findings)).toEqual([]);
      expect(Number.parseInt(checks[0]?.subject ?? '', 10)).toBeGreaterThan(names.length + plain.length);
    },
  );

  it('says that a rule names another recipient', { tags: 'long' }, async () => {
    const cluster = await ownCluster();
    const other = await generateIdentity().recipient();
    const rules = await readFile(join(cluster, '.sops.yaml'), 'utf8');
    await writeFile(join(cluster, '.sops.yaml'), rules.replaceAll(/age1\w+/g, other));
    expect(await codes(cluster, ['secrets'])).toEqual(['sops/recipient']);
  });

  it('tells once that there is no key, where keys are looked at too', { tags: 'long' }, async () => {
    const cluster = await ownCluster();
    await rm(join(cluster, 'age.key'));
    const checks = await examine(cluster, ['keys', 'secrets']);
    const messages = checks.flatMap(({ findings }) => findings.map(({ message }) => message));
    expect(messages.filter((message) => message.startsWith('there is no age key'))).toHaveLength(1);
    expect(messages).toContainEqual(expect.stringMatching(/^\d+ encrypted files were not opened/));
  });

  it('says where SOPS_AGE_KEY_FILE leads nowhere', { tags: 'long' }, async () => {
    const cluster = await ownCluster();
    const env = { SOPS_AGE_KEY_FILE: '/does/not/exist' };
    const result = await runCommand(['doctor', 'secrets', '--root', cluster], { env });
    expect(result.code).toBe(1);
    expect(result.stdout).toContain('SOPS_AGE_KEY_FILE names it as the key');
  });
});

describe('doctor on the repository', () => {
  it('names what Flux would not see', async () => {
    const cluster = await ownCluster();
    git(cluster, 'init', '-q', '-b', 'main');
    git(cluster, 'remote', 'add', 'origin', 'https://github.com/somebody/else.git');
    const checks = await examine(cluster, ['repository']);
    const messages = checks.flatMap(({ findings }) => findings.map(({ message }) => message));
    expect(messages).toEqual([
      expect.stringMatching(/^\d+ files are not committed/),
      'the branch follows no branch of a remote',
      'the remote origin is another repository than `repository_name` own/home, which Flux reads',
    ]);
    const codes = checks.flatMap(({ findings }) => findings.map(({ code }) => code));
    expect(codes).toEqual(['workspace/uncommitted', 'workspace/uncommitted', 'workspace/remote']);
  });

  it('says of no remote that it is the configured one where there is none', async () => {
    const cluster = await ownCluster();
    git(cluster, 'init', '-q', '-b', 'main');
    const checks = await examine(cluster, ['repository']);
    expect(checks.map(({ subject }) => subject)).not.toContain('the remote is the configured one');
    const remedies = checks.flatMap(({ findings }) => findings.map(({ remedy }) => remedy));
    expect(remedies).toContainEqual(expect.stringContaining('`git remote add origin URL`'));
  });

  it('names secrets that git tracks', async () => {
    const cluster = await ownCluster();
    git(cluster, 'init', '-q', '-b', 'main');
    await writeFile(join(cluster, 'notes.md'), await readFile(join(cluster, 'github-push-token.txt'), 'utf8'));
    git(cluster, 'add', 'notes.md', 'age.key', SECRET);
    const findings = (await examine(cluster, ['repository'])).flatMap((check) => check.findings);
    const leaks = findings.filter(({ code }) => code === 'secrets/in-git');
    expect(leaks.map(({ place }) => place?.file).sort()).toEqual(['age.key', 'notes.md']);
    expect(leaks.every(({ severity }) => severity === 'error')).toBe(true);
  });
});

const PROGRAMS = ['talhelper', 'talosctl', 'kubectl', 'helmfile', 'helm', 'flux', 'sops', 'cloudflared', 'lefthook'];

async function examine(cluster: string, areas: readonly Area[], rules: readonly StandInRule[] = []): Promise<Check[]> {
  const lefthook = { program: 'lefthook', match: '^version', stdout: '2.1.10\n' };
  const stands = await standIns(cluster, [...rules, lefthook], { programs: PROGRAMS });
  const root = clusterRoot(cluster);
  const programs = openPrograms({ root, signal: new AbortController().signal, env: stands.env });
  return await examineCluster(root, { areas, programs });
}

async function codes(cluster: string, areas: readonly Area[], rules: readonly StandInRule[] = []): Promise<string[]> {
  return (await examine(cluster, areas, rules)).flatMap(({ findings }) => findings.map(({ code }) => code));
}

/** A copy of the sample with what maintainers of templates have besides. */
function git(folder: string, ...words: string[]): void {
  execFileSync('git', words, { cwd: folder });
}

async function replaceIn(path: string, from: string, to: string): Promise<void> {
  const text = await readFile(path, 'utf8');
  expect(text).toContain(from);
  await writeFile(path, text.replace(from, to));
}
