// @module-tag long
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readAgeKey } from '../../src/cluster/credentials/read.ts';
import { configureFork } from '../fork/fork.ts';
import { runCommand, type CommandResult } from '../support/cluster.ts';
import { copyTree } from '../support/copy-tree.ts';
import { temporaryFolder } from '../support/folders.ts';
import { layOutSample } from '../support/sample.ts';
import { decrypt } from '../../src/sops/decrypt.ts';
import { change, commit, exists, git, release, stateOf } from './histories.ts';

// The command as it is called, on the repository of somebody who has configured it for himself, with the real templates.

const ECHO = 'templates/config/kubernetes/apps/default/echo/app';
const OVERRIDE = 'templates/overrides/kubernetes/apps/default/echo/app/helmrelease.yaml.j2';
const ADOPTED = 'talos/patches/global/machine-sysctls.yaml';

let folder = '';
let template = '';
let owner = '';

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'cluster-template-upgrade-'));
  template = join(folder, 'template');
  await layOutSample(template);
  git(template, 'init', '--quiet');
  const ignored = ['*.key', '*.pub', '/cloudflare-tunnel.json', '/github-push-token.txt', '/.cluster-template/*'];
  const kept = ['!/.cluster-template/manifest.json', '!/.cluster-template/template.json', ''];
  await commit(template, { '.gitignore': [...ignored, ...kept].join('\n'), 'Taskfile.yaml': "version: '3'\n" });
  await release(template, '0.1.0');
  owner = join(folder, 'owner');
  git(folder, 'clone', '--quiet', template, owner);
  git(owner, 'remote', 'remove', 'origin');
  await configureFork(owner);
  await run(owner, 'adopt', ADOPTED);
  const text = await read(owner, 'cluster.yaml');
  await commit(owner, {
    // The name that it had before version 0.2.0, which is still read.
    'cluster.yaml': text.replace(/^cluster_gateway_addr: (.*)$/m, 'cluster_ingress_addr: $1 # the one at home'),
  });
  await run(owner, 'configure', '--yes');
  await commit(owner, {});

  const echo = await read(template, `${ECHO}/helmrelease.yaml.j2`);
  const oci = await read(template, `${ECHO}/ocirepository.yaml.j2`);
  const sysctls = `templates/config/${ADOPTED}.j2`;
  await release(template, '0.2.0', {
    [`${ECHO}/helmrelease.yaml.j2`]: echo.replace('interval: 1h', 'interval: 2h'),
    [`${ECHO}/ocirepository.yaml.j2`]: oci.replace('interval: 15m', 'interval: 30m'),
    [sysctls]: `${await read(template, sysctls)}# of the new version\n`,
    'Taskfile.yaml': "version: '3'\n# new\n",
    'schemas/migrations.json': JSON.stringify({
      steps: [
        {
          name: 'gateway',
          version: '0.2.0',
          file: 'cluster.yaml',
          rename: 'cluster_ingress_addr',
          to: 'cluster_gateway_addr',
        },
      ],
    }),
  });
}, 240_000);

afterAll(() => rm(folder, { recursive: true, force: true }));

describe('cluster-template upgrade', () => {
  it('says by its exit code whether there is a newer version', async () => {
    const own = await copied();
    const { code, stdout } = await upgrade(own, '--check');
    expect(code).toBe(2);
    expect(stdout).toMatch(/^0\.2\.0 is there, this repository has 0\.1\.0: `.*upgrade.*` takes it\n$/);
    expect((await upgrade(own, '--check', '--from', template)).stdout).toContain(
      `upgrade --from ${template}\` takes it\n`,
    );
    expect(json(await upgrade(own, '--check', '--json'))).toEqual({
      status: 'newer',
      current: '0.1.0',
      newest: '0.2.0',
      source: template,
    });
    git(own, 'tag', '--delete', ...git(own, 'tag').split('\n').filter(Boolean));
    const without = await upgrade(own, '--check', '--from', own);
    expect(without).toMatchObject({
      code: 1,
      stderr: expect.stringContaining(`${own} has no tag that is a version`) as string,
    });
    expect(await upgrade(own, '0.9.0')).toMatchObject({
      code: 1,
      stderr: expect.stringMatching(/has no version 0\.9\.0[^]*0\.1\.0, 0\.2\.0/) as string,
    });
    expect(await upgrade(own, '--check', '--abort')).toMatchObject({ code: 64 });
    expect(await upgrade(own, '--from', join(folder, 'nowhere'))).toMatchObject({ code: 3 });
    expect(await upgrade(own, '--abort')).toMatchObject({ code: 1 });
    expect(git(own, 'status', '--porcelain')).toBe('');
  });

  it('merges, shows what it did, and configure renders it; nothing of the user is touched', async () => {
    const own = await copied();
    const before = await stateOf(own);
    const planned = await upgrade(own, '--dry-run');
    expect(planned, planned.stderr).toMatchObject({ code: 0 });
    expect(planned.stdout).toContain(`from 0.1.0 to 0.2.0, out of ${template}\n`);
    expect(planned.stdout).toContain('-  interval: 1h\n+  interval: 2h\n');
    expect(planned.stdout).toMatch(/nothing was written\n$/);
    expect(await stateOf(own)).toBe(before);

    const { code, stdout, stderr } = await upgrade(own);
    expect(code, stderr).toBe(0);
    expect(stdout).toContain(`from 0.1.0 to 0.2.0, out of ${template}\n`);
    expect(stdout).toMatch(/^ {2}templates\/ +3 changed$/m);
    expect(stdout).toContain('-cluster_ingress_addr: 10.20.30.7 # the one at home\n');
    expect(stdout).toContain('+cluster_gateway_addr: 10.20.30.7 # the one at home\n');
    expect(stderr).toContain(
      `${OVERRIDE}: warning: its original ${ECHO}/helmrelease.yaml.j2 changed in the new version`,
    );
    expect(stderr).toContain(
      `${ADOPTED}: warning: its original templates/config/${ADOPTED}.j2 changed in the new version`,
    );
    expect(stdout).toContain('-  interval: 1h\n+  interval: 2h\n');
    expect(stdout).toContain('+# of the new version\n');
    expect(git(own, 'status', '--porcelain').split('\n').sort()).toEqual(
      [
        'A  schemas/migrations.json',
        'M  .cluster-template/template.json',
        'M  Taskfile.yaml',
        'M  cluster.yaml',
        'M  package.json',
        `M  ${ECHO}/helmrelease.yaml.j2`,
        `M  ${ECHO}/ocirepository.yaml.j2`,
        `M  templates/config/${ADOPTED}.j2`,
      ].sort(),
    );
    expect(await upgrade(own)).toMatchObject({
      code: 1,
      stderr: expect.stringContaining('is not committed yet') as string,
    });

    // --overrides goes on with the same upgrade.
    const overrides = await upgrade(own, '--overrides');
    expect(overrides, overrides.stderr).toMatchObject({ code: 0 });
    expect(overrides.stdout).toContain('next: run `npm ci`, then ');
    expect(await read(own, OVERRIDE)).toContain('interval: 2h\n');
    const configured = await run(own, 'configure', '--yes');
    expect(configured, configured.stderr).toMatchObject({ code: 0 });
    expect(await read(own, 'kubernetes/apps/default/echo/app/ocirepository.yaml')).toContain('interval: 30m');
    expect(await read(own, 'kubernetes/apps/default/echo/app/helmrelease.yaml')).toContain('interval: 2h');
    expect(await read(own, ADOPTED)).not.toContain('of the new version');
    await commit(own, {});
    expect(await upgrade(own)).toMatchObject({ code: 0, stdout: 'this repository has 0.2.0 already\n' });
    expect(await upgrade(own, '--check')).toMatchObject({ code: 0, stdout: '0.2.0 is the newest version\n' });
  });

  it('ends with 1 where there are conflicts, and takes all of it back', async () => {
    const own = await copied();
    await commit(own, { 'Taskfile.yaml': "version: '3'\n# mine\n", [`${ECHO}/ocirepository.yaml.j2`]: undefined });
    const before = await stateOf(own);
    const result = await upgrade(own, '--json');
    expect(result.code, result.stderr).toBe(1);
    expect(json(result)).toMatchObject({
      status: 'conflicts',
      from: { version: '0.1.0', origin: 'history' },
      to: { version: '0.2.0' },
      migration: { fields: [{ from: 'cluster_ingress_addr', to: 'cluster_gateway_addr' }] },
      originals: [
        { path: OVERRIDE, kind: 'override', change: 'changed' },
        { path: ADOPTED, kind: 'adopted', change: 'changed' },
      ],
    });
    expect(await read(own, 'Taskfile.yaml')).toContain('<<<<<<< yours\n# mine\n');
    expect(await exists(own, `${ECHO}/ocirepository.yaml.j2`)).toBe(false);
    await change(own, { 'Taskfile.yaml': 'resolved\n' });
    const aborted = await upgrade(own, '--abort');
    expect(aborted).toMatchObject({ code: 0 });
    expect(aborted.stdout).toMatch(
      /lies in \.private\/backup\/\S+\nthe upgrade to 0\.2\.0 is taken back: \d+ files as before\n$/,
    );
    await rm(join(own, '.private'), { recursive: true });
    expect(await stateOf(own)).toBe(before);
  });

  it('moves a field of the encrypted companion, and refuses to where the key is not', async () => {
    const rename = {
      name: 'token',
      version: '0.2.0',
      file: 'cluster.yaml',
      rename: 'cloudflare_token',
      to: 'dns_token',
    };
    const other = join(await temporaryFolder(), 'template');
    git(folder, 'clone', '--quiet', template, other);
    await release(other, '0.3.0', { 'schemas/migrations.json': JSON.stringify({ steps: [rename] }) });
    const own = await copied();
    const before = await read(own, 'cluster.sops.yaml');
    const keyless = await copied();
    await rm(join(keyless, 'age.key'));
    const refused = await run(keyless, 'upgrade', '--from', other);
    expect(refused.code).toBe(1);
    expect(refused.stderr).toContain('there is no key to encrypt it with anew');
    expect(git(keyless, 'status', '--porcelain')).toBe('');
    const { code, stdout, stderr } = await run(own, 'upgrade', '--from', other);
    expect(code, stderr).toBe(0);
    const after = await read(own, 'cluster.sops.yaml');
    expect(after).toMatch(/^dns_token: ENC\[/m);
    expect(after).not.toContain('cloudflare_token');
    const { identities } = await readAgeKey(own);
    const [old, moved] = await Promise.all(
      [before, after].map(async (text) => (await decrypt({ path: 'cluster.sops.yaml', text, identities })).text),
    );
    expect(moved).toBe(old?.replace('cloudflare_token', 'dns_token'));
    expect(stdout).not.toContain(old?.split(': ')[1]?.trim());
  });
});

/** A copy of the owner's repository, with his keys. */
async function copied(): Promise<string> {
  const own = join(await temporaryFolder(), 'own');
  copyTree(owner, own);
  return own;
}

async function upgrade(own: string, ...words: readonly string[]): Promise<CommandResult> {
  return await run(
    own,
    'upgrade',
    ...(words.includes('--from') || words.includes('--abort') ? [] : ['--from', template]),
    ...words,
  );
}

async function run(own: string, ...words: readonly string[]): Promise<CommandResult> {
  return await runCommand([...words], { cwd: own, env: { FORK_COHERE_KEY: 'fork-cohere-key-4711' } });
}

function json({ stdout }: CommandResult): unknown {
  return JSON.parse(stdout) as unknown;
}

async function read(root: string, path: string): Promise<string> {
  return await readFile(join(root, path), 'utf8');
}
