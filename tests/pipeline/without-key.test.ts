import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { appendFile, cp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { encryptCompanion } from '../../src/cluster/config/companion.ts';
import { SAMPLE_CLOUDFLARE_TOKEN } from '../../src/cluster/root.ts';
import { readAgeKey } from '../../src/cluster/credentials/read.ts';
import { runCommand, type CommandResult } from '../support/cluster.ts';
import { copyTree } from '../support/copy-tree.ts';
import { readFiles, temporaryFolder, writeFiles } from '../support/folders.ts';
import { ownCluster } from '../operations/support/own-cluster.ts';

const ECHO = 'kubernetes/apps/default/echo/app/ocirepository.yaml';
const CLUSTER_SECRETS = 'kubernetes/components/sops/cluster-secrets.sops.yaml';
const OVERRIDE = `templates/overrides/${ECHO}.j2`;

const folder = mkdtempSync(join(tmpdir(), 'cluster-template-keyless-'));
let prepared: Promise<string> | undefined;

/** The repository of the owner, with the keys, committed; nobody may change it. */
function owner(): Promise<string> {
  prepared ??= prepare(join(folder, 'owner'));
  return prepared;
}

async function prepare(cluster: string): Promise<string> {
  copyTree(await ownCluster(), cluster);
  const ignored = ['*.key', '*.pub', '/cloudflare-tunnel.json', '/github-push-token.txt'];
  const state = ['/.cluster-template/*', '!/.cluster-template/manifest.json'];
  await writeFiles(cluster, { '.gitignore': [...ignored, ...state, ''].join('\n') });
  expect(await run(cluster, ['configure'])).toMatchObject({ code: 0 });
  git(cluster, 'init', '--quiet', '--initial-branch=main');
  commit(cluster);
  return cluster;
}

afterAll(() => {
  rmSync(folder, { recursive: true });
});

describe('a run without the age key', () => {
  it(
    'says of a secret that is not here that it was not checked, and finds the tree up to date',
    { tags: 'long' },
    async () => {
      const clone = await cloned();
      const empty = { CLOUDFLARE_TOKEN: '' };
      for (const source of ['{file: nowhere.key}', '{env: CLOUDFLARE_TOKEN}']) {
        await edit(clone, 'cluster.yaml', /^cloudflare_token: .*$/m, `cloudflare_token: ${source}`);
        for (const command of [['validate'], ['configure', '--check']]) {
          const { code, stderr } = await run(clone, command, empty);
          expect(code, stderr).toBe(0);
          expect(stderr).toMatch(/cluster\.yaml:\d+:\d+: note: `cloudflare_token` was not checked/);
          expect(stderr).not.toContain('config/secret-missing');
        }
      }
    },
  );

  it('tells a change of what does not depend on secrets', async () => {
    const clone = await cloned();
    await raise(clone);
    const { code, stdout, stderr } = await run(clone, ['configure', '--check']);
    expect(code, stderr).toBe(2);
    expect(stdout).toContain(`~ changed   ${ECHO}\n`);
    expect(stderr).toMatch(/\d+ secrets were not checked: no key/);
  });

  it.each([{ options: ['--without-key'] }, { options: [] }])(
    'writes what the owner would write: $options',
    { tags: 'long' },
    async ({ options }) => {
      const clone = await cloned();
      await raise(clone);
      const { code, stderr } = await run(clone, ['configure', ...options]);
      expect(code, stderr).toBe(0);
      const theirs = await temporaryFolder();
      copyTree(await owner(), theirs);
      await raise(theirs);
      expect(await run(theirs, ['configure'])).toMatchObject({ code: 0 });
      expect(await committable(clone)).toEqual(await committable(theirs));
      // The state of the last run is left by nobody.
      expect(
        Object.keys(await readFiles(join(clone, '.cluster-template'))).filter((path) => path.startsWith('last-run')),
      ).toEqual([]);
      expect((await run(clone, ['configure', ...options])).stdout).toContain('nothing changed');
    },
  );

  it('takes an edit of the configuration that no secret follows from', { tags: 'long' }, async () => {
    const clone = await cloned();
    await appendFile(join(clone, 'cluster.yaml'), 'cilium_loadbalancer_mode: snat\n');
    expect(await run(clone, ['configure'])).toMatchObject({ code: 0 });
    // The tree of the last run is not committed: the one before it speaks for the secrets.
    await appendFile(join(clone, 'cluster.yaml'), 'cilium_bbr_enabled: false\n');
    expect(await run(clone, ['configure', '--without-key'])).toMatchObject({ code: 0 });
    expect(git(clone, 'status', '--short', '--', '*.sops.yaml')).toBe('');
  });

  it(
    'takes no placeholder in cluster.sops.yaml for the token that cluster.yaml takes from elsewhere',
    { tags: 'long' },
    async () => {
      const theirs = await temporaryFolder();
      copyTree(await owner(), theirs);
      await writeFiles(theirs, { 'cluster.sops.yaml': await placeholderCompanion(theirs) });
      await edit(theirs, 'cluster.yaml', /^cloudflare_token: .*$/m, 'cloudflare_token: {env: THEIR_TOKEN}');
      expect(await run(theirs, ['configure'], { THEIR_TOKEN: 'their-token-4711' })).toMatchObject({ code: 0 });
      commit(theirs);
      const clone = await cloned(theirs);
      const checked = await run(clone, ['configure', '--check']);
      expect(checked, checked.stderr).toMatchObject({ code: 0 });
      expect(checked.stderr).toMatch(/cluster\.yaml:\d+:\d+: note: `cloudflare_token` was not checked/);
      await edit(clone, 'cluster.yaml', /THEIR_TOKEN/, 'OTHER_TOKEN');
      const { code, stderr } = await run(clone, ['configure', '--without-key']);
      expect(stderr).toMatch(/cert-manager\/app\/secret\.sops\.yaml cannot be made.*: stringData\.api-token changed/);
      expect(code).toBe(1);
    },
  );

  it.each<[what: string, change: (clone: string) => Promise<void>, message: RegExp]>([
    [
      'another domain',
      (clone) => edit(clone, 'cluster.yaml', /own\.internal/g, 'new.internal'),
      /cluster-secrets\.sops\.yaml cannot be made.*: stringData\.SECRET_DOMAIN changed/,
    ],
    [
      'a domain of the same length',
      (clone) => edit(clone, 'cluster.yaml', /own\.internal/g, 'one.internal'),
      /stringData\.SECRET_DOMAIN changed/,
    ],
    [
      'another source of a secret',
      (clone) => edit(clone, 'cluster.yaml', /^cloudflare_token: .*$/m, 'cloudflare_token: {env: NEW}'),
      /cert-manager\/app\/secret\.sops\.yaml cannot be made.*: stringData\.api-token changed/,
    ],
    [
      'a secret in plain text',
      (clone) => edit(clone, 'cluster.yaml', /^cloudflare_token: .*$/m, 'cloudflare_token: plain-value-4711'),
      /stringData\.api-token changed/,
    ],
    [
      'a key of a secret template',
      async (clone) => {
        const template = `templates/config/${CLUSTER_SECRETS}.j2`;
        await writeFiles(clone, {
          [template.replace('config', 'overrides')]: `${await readFile(join(clone, template), 'utf8')}  MORE: value\n`,
        });
      },
      /cluster-secrets\.sops\.yaml cannot be made.*: stringData\.MORE changed/,
    ],
    [
      'what a plugin gives to a secret',
      async (clone) => {
        const template = `templates/config/${CLUSTER_SECRETS}.j2`;
        const text = await readFile(join(clone, template), 'utf8');
        await writeFiles(clone, {
          'templates/scripts/plugin.ts': "export function Plugin() {\n  return { data: { mine: 'more' } };\n}\n",
          [template.replace('config', 'overrides')]: `${text}  MORE: #< mine >#\n`,
        });
      },
      /stringData\.MORE changed/,
    ],
    [
      'other creation rules',
      async (clone) => {
        const rules = (await readFile(join(clone, 'templates/config/.sops.yaml.j2'), 'utf8')).replaceAll(
          /encrypted_regex: .*/g,
          'encrypted_regex: ^(data|stringData|more)$',
        );
        await writeFiles(clone, { 'templates/overrides/.sops.yaml.j2': rules });
      },
      /its creation rule in \.sops\.yaml changed/,
    ],
    [
      'a secret that somebody edited',
      (clone) => edit(clone, CLUSTER_SECRETS, /lastmodified: .*/, 'lastmodified: "2020-01-01T00:00:00Z"'),
      /it is not the file that the last configure in git wrote/,
    ],
    ['a secret that is gone', (clone) => rm(join(clone, CLUSTER_SECRETS)), /it does not exist yet/],
    [
      'a tree of another version',
      async (clone) => {
        await edit(
          clone,
          '.cluster-template/manifest.json',
          /"generator": ".*"/,
          '"generator": "cluster-template 0.0.1"',
        );
        commit(clone);
      },
      /the tree was made by cluster-template 0\.0\.1, and this is/,
    ],
    [
      'inputs that were committed without a run',
      async (clone) => {
        await edit(clone, '.cluster-template/manifest.json', /("cluster.yaml": "sha256:)..../, '$10000');
        commit(clone);
        await raise(clone);
      },
      /the commit of the last configure has other inputs than it was made from: cluster\.yaml/,
    ],
    [
      'no history',
      async (clone) => {
        await rm(join(clone, '.git'), { recursive: true });
        await raise(clone);
      },
      /git has no commit of a configure, and templates\/overrides\/.* changed/,
    ],
  ])('is refused whole where it meets %s', { tags: 'long' }, async (_, change, message) => {
    const clone = await cloned();
    await change(clone);
    const before = await committable(clone);
    const { code, stderr } = await run(clone, ['configure', '--without-key']);
    expect(stderr).toMatch(message);
    expect(stderr).toContain('[secrets/needs-key]');
    expect(stderr).toMatch(/; nothing was written\n$/);
    expect(code).toBe(1);
    expect(await committable(clone)).toEqual(before);
  });

  it(
    'leaves a plain file that depends on a secret as it is, and says that it was not checked',
    { tags: 'long' },
    async () => {
      const theirs = await temporaryFolder();
      copyTree(await owner(), theirs);
      const text = await readFile(join(theirs, `templates/config/${ECHO}.j2`), 'utf8');
      await writeFiles(theirs, {
        [OVERRIDE]: text.replace(
          '  name: echo\n',
          '  name: echo\n  labels: { tunnel: "#< cloudflare_tunnel_id() >#" }\n',
        ),
      });
      expect(await run(theirs, ['configure'])).toMatchObject({ code: 0 });
      commit(theirs);
      const clone = await cloned(theirs);
      const checked = await run(clone, ['configure', '--check']);
      expect(checked, checked.stderr).toMatchObject({ code: 0 });
      expect(checked.stderr).toContain(`${ECHO} was not checked: what stands in it depends on a secret`);
      await edit(clone, OVERRIDE, /tag: .*/, 'tag: 99.9.9');
      const { code, stderr } = await run(clone, ['configure']);
      expect(code).toBe(1);
      expect(stderr).toContain('what stands in it depends on a secret, and changed');
    },
  );

  it('needs no git where nothing changed, and no run with another key', { tags: 'long' }, async () => {
    const clone = await cloned();
    await rm(join(clone, '.git'), { recursive: true });
    expect(await run(clone, ['configure'])).toMatchObject({ code: 0 });
    await cp('tests/sample/age.key', join(clone, 'age.key'));
    const { code, stderr } = await run(clone, ['configure']);
    expect(code).toBe(1);
    expect(stderr).toContain('[workspace/owner]');
    expect(await run(clone, ['configure', '--without-key'])).toMatchObject({ code: 0 });
  });

  it('is used wrongly where a credential is to be replaced', async () => {
    expect(await run(await cloned(), ['configure', '--without-key', '--rotate', 'deploy-key'])).toMatchObject({
      code: 64,
    });
  });
});

/** What `init` makes beside the sample. */
async function placeholderCompanion(cluster: string): Promise<string> {
  const { identities, recipient } = await readAgeKey(cluster);
  const secrets = { cloudflare_token: SAMPLE_CLOUDFLARE_TOKEN };
  return await encryptCompanion({ secrets, recipient, identities, now: new Date() });
}

/** What everybody but the owner has: a clone without any key. */
async function cloned(source?: string): Promise<string> {
  const clone = join(await temporaryFolder(), 'clone');
  git(folder, 'clone', '--quiet', source ?? (await owner()), clone);
  return clone;
}

/** What Renovate does: a version of a template is raised. */
async function raise(cluster: string): Promise<void> {
  const text = await readFile(join(cluster, `templates/config/${ECHO}.j2`), 'utf8');
  await writeFiles(cluster, { [OVERRIDE]: text.replace(/tag: .*/, 'tag: 99.9.9') });
}

async function run(
  cluster: string,
  words: readonly string[],
  env: Readonly<Record<string, string>> = {},
): Promise<CommandResult> {
  return await runCommand([...words, '--root', cluster], { env });
}

/** What git would take of a cluster. */
async function committable(cluster: string): Promise<Record<string, string>> {
  const files = await readFiles(cluster);
  const isKept = (path: string): boolean =>
    !/^\.git\/|\.key|\.pub$|^cloudflare-tunnel|^github-push|^\.cluster-template\/(?!manifest)/.test(path);
  return Object.fromEntries(Object.entries(files).filter(([path]) => isKept(path)));
}

async function edit(cluster: string, path: string, pattern: RegExp, text: string): Promise<void> {
  const before = await readFile(join(cluster, path), 'utf8');
  expect(before).toMatch(pattern);
  await writeFile(join(cluster, path), before.replace(pattern, text));
}

function commit(cluster: string): void {
  git(cluster, 'add', '--all');
  git(
    cluster,
    '-c',
    'user.name=Owner',
    '-c',
    'user.email=owner@example.com',
    'commit',
    '--quiet',
    '--message',
    'state',
  );
}

function git(cwd: string, ...words: readonly string[]): string {
  return execFileSync('git', words, { cwd, encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] });
}
