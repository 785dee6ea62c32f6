import { createHash } from 'node:crypto';
import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { chmod, cp, mkdir, readFile, rename, rm, stat, symlink, writeFile } from 'node:fs/promises';
import { delimiter, dirname, join } from 'node:path';
import { beforeEach, describe, expect, it, onTestFinished, vi } from 'vitest';
import { thinRepository } from '../../scripts/thin-repository.mjs';
import { clusterRoot } from '../../src/cluster/root.ts';
import { readSettings } from '../../src/pipeline/settings.ts';
import { refuseStrangeCode, SHIPPED_PLUGINS } from '../../src/pipeline/trust.ts';
import { sampleCluster, runCommand, type CommandResult } from '../support/cluster.ts';
import { temporaryFolder, writeFiles } from '../support/folders.ts';
import { SAMPLE_FILES, SAMPLE_KEYS } from '../support/sample.ts';

const PLUGIN = 'templates/scripts/plugin.ts';
const OWN = "export const Plugin = () => ({ data: { mine: 'a word' } });\n";
const STRANGE = /templates\/scripts\/plugin\.ts would be run/;

/** Where the user of a test keeps what he has said. */
let state: string;

beforeEach(async () => {
  state = await temporaryFolder();
  onTestFinished(() => void vi.unstubAllEnvs());
});

async function run(cluster: string, ...words: readonly string[]): Promise<CommandResult> {
  return await runCommand([...words, '--root', cluster], {
    env: { CLUSTER_TEMPLATE_TRUST: undefined, XDG_STATE_HOME: state },
  });
}

/** The sample with a plugin that somebody else may have written, and the keys of its tree. */
async function strangeCluster(): Promise<string> {
  const cluster = await sampleCluster();
  await writeFiles(cluster, { [PLUGIN]: OWN });
  return cluster;
}

async function expectTrusted(cluster: string, isTrusted: boolean): Promise<void> {
  const { code, stderr } = await run(cluster, 'plan', '--keys', SAMPLE_KEYS);
  expect(code, stderr).toBe(isTrusted ? 0 : 1);
  if (!isTrusted) expect(stderr).toMatch(STRANGE);
}

describe('a repository whose plugin is the one that everybody has', () => {
  it.each([
    ['the sample', () => readFile(join(SAMPLE_FILES, PLUGIN), 'utf8')],
    ['a thin repository', async () => (await thinRepository(process.cwd()))[PLUGIN] ?? ''],
  ])('is the one of %s', async (_, read) => {
    const hash = createHash('sha256')
      .update(await read())
      .digest('hex');
    expect(SHIPPED_PLUGINS).toContain(hash);
  });

  it.each([
    ['as it is', (text: string) => text],
    ['with the line ends of Windows', (text: string) => text.replaceAll('\n', '\r\n')],
  ])('is run %s, and nothing is recorded', { tags: 'long' }, async (_, change) => {
    const cluster = await sampleCluster();
    await writeFile(join(cluster, PLUGIN), change(await readFile(join(cluster, PLUGIN), 'utf8')));
    await expectTrusted(cluster, true);
    expect(existsSync(join(state, 'cluster-template/trust.json'))).toBe(false);
  });

  it('needs none at all', { tags: 'long' }, async () => {
    const cluster = await sampleCluster();
    const settings = join(cluster, 'makejinja.toml');
    await writeFile(settings, (await readFile(settings, 'utf8')).replace(/^plugins = .*$/m, 'plugins = []'));
    await writeFiles(cluster, { [PLUGIN]: 'throw new Error("nobody asked for it");\n' });
    await expectTrusted(cluster, true);
  });

  it('is not run with one letter more', async () => {
    const cluster = await sampleCluster();
    await writeFile(join(cluster, PLUGIN), `${await readFile(join(cluster, PLUGIN), 'utf8')}\n`);
    await expectTrusted(cluster, false);
  });
});

describe('a secret that cluster.yaml takes from elsewhere', () => {
  const sourced = async (source: string): Promise<{ cluster: string; outside: string }> => {
    const cluster = await sampleCluster();
    const outside = join(await temporaryFolder(), 'foreign');
    await writeFile(outside, `${'foreign'.repeat(6)}\n`);
    await writeFile(join(cluster, 'own.key'), `${'own'.repeat(14)}\n`);
    await symlink(outside, join(cluster, 'linked.key'));
    await writeFiles(cluster, {
      '.git/credentials': `${'git'.repeat(14)}\n`,
      '.private/notes.txt': `${'private'.repeat(6)}\n`,
    });
    execFileSync('mkfifo', [join(cluster, 'pipe.key')]);
    const file = join(cluster, 'cluster.yaml');
    const text = (await readFile(file, 'utf8')).replace(/^cloudflare_token: .*$/m, `cloudflare_token: ${source}`);
    await writeFile(file, text.replaceAll('OUTSIDE', outside));
    return { cluster, outside };
  };
  const plan = (cluster: string, ...words: readonly string[]): Promise<CommandResult> =>
    runCommand(['plan', '--keys', SAMPLE_KEYS, ...words, '--root', cluster], {
      env: {
        CLUSTER_TEMPLATE_TRUST: undefined,
        XDG_STATE_HOME: state,
        CLOUDFLARE_TOKEN: 'own'.repeat(14),
        SOMETHING_ELSE: 'foreign'.repeat(6),
      },
    });

  it.each([
    ['{file: own.key}', undefined],
    ['{env: CLOUDFLARE_TOKEN}', undefined],
    [
      '{file: OUTSIDE}',
      /cluster\.yaml:\d+:\d+: error: `cloudflare_token` is taken from the file .* which is none of this repository/,
    ],
    ['{file: linked.key}', /which is none of this repository/],
    ['{file: .git/credentials}', /which is none of this repository/],
    ['{file: .private/notes.txt}', /which is none of this repository/],
    ['{env: SOMETHING_ELSE}', /the environment variable SOMETHING_ELSE, which is none of this repository/],
  ])('is read from %s as far as the repository is trusted', { tags: 'long' }, async (source, refusal) => {
    const { cluster } = await sourced(source);
    const { code, stderr } = await plan(cluster);
    expect(code, stderr).toBe(refusal === undefined ? 0 : 1);
    if (refusal !== undefined) expect(stderr).toMatch(refusal);
    expect(await plan(cluster, '--trust')).toMatchObject({ code: 0 });
  });

  it.each([
    ['{file: pipe.key}', 'which is a pipe or a device'],
    ['{file: /dev/zero}', 'which is a pipe or a device'],
    ['{file: kubernetes}', 'which is a folder'],
  ])('is never read from %s', async (source, why) => {
    const { cluster } = await sourced(source);
    const { code, stderr } = await plan(cluster, '--trust');
    expect({ code, stderr }).toEqual({ code: 1, stderr: expect.stringContaining(why) as string });
  });
});

describe('a link that leads out of the repository', () => {
  it('does so whatever git is told to be its top', async () => {
    const { cluster, outside } = {
      cluster: await sampleCluster(),
      outside: await temporaryFolder({ text: 'foreign\n' }),
    };
    execFileSync('git', ['init', '--quiet', '--template='], { cwd: cluster });
    execFileSync('git', ['config', 'core.worktree', '/'], { cwd: cluster });
    await mkdir(join(cluster, 'templates/overrides/bootstrap'), { recursive: true });
    await symlink(join(outside, 'text'), join(cluster, 'templates/overrides/bootstrap/x.txt'));
    const { code, stderr } = await run(cluster, 'plan', '--keys', SAMPLE_KEYS);
    expect(code).toBe(1);
    expect(stderr).toContain('templates/overrides/bootstrap/x.txt leads out of the repository');
  });
});

describe('--trust', () => {
  it('holds for this command and those that follow, whatever becomes of the plugin', { tags: 'long' }, async () => {
    const cluster = await strangeCluster();
    await expectTrusted(cluster, false);
    expect(await run(cluster, 'plan', '--trust', '--keys', SAMPLE_KEYS)).toMatchObject({ code: 0 });
    await expectTrusted(cluster, true);
    await writeFiles(cluster, { [PLUGIN]: `${OWN}// another one\n` });
    await expectTrusted(cluster, true);
  });

  it('holds for one folder', { tags: 'long' }, async () => {
    const cluster = await strangeCluster();
    await run(cluster, 'plan', '--trust', '--keys', SAMPLE_KEYS);
    const other = join(await temporaryFolder(), 'copy');
    await cp(cluster, other, { recursive: true });
    await expectTrusted(other, false);
  });

  it('does not hold for another repository in the place of the one that was meant', { tags: 'long' }, async () => {
    const cluster = await strangeCluster();
    await run(cluster, 'plan', '--trust', '--keys', SAMPLE_KEYS);
    const before = join(await temporaryFolder(), 'before');
    await rename(cluster, before);
    await cp(before, cluster, { recursive: true });
    await expectTrusted(cluster, false);
    // The one that was meant comes back.
    await rm(cluster, { recursive: true });
    await rename(before, cluster);
    await expectTrusted(cluster, true);
  });

  it('is kept for its user alone, without folders that are gone', { tags: 'long' }, async () => {
    const gone = await strangeCluster();
    await run(gone, 'plan', '--trust', '--keys', SAMPLE_KEYS);
    await rm(gone, { recursive: true });
    const cluster = await strangeCluster();
    await run(cluster, 'plan', '--trust', '--keys', SAMPLE_KEYS);
    const file = join(state, 'cluster-template/trust.json');
    const modes = await Promise.all([file, dirname(file)].map(async (path) => (await stat(path)).mode & 0o777));
    expect(modes).toEqual([0o600, 0o700]);
    const { trusted } = JSON.parse(await readFile(file, 'utf8')) as { trusted: object };
    expect(Object.keys(trusted)).toEqual([cluster]);
  });

  it.each([
    ['others could have written', (file: string) => chmod(file, 0o666)],
    ['is damaged', (file: string) => writeFile(file, '{"trusted": null}')],
    ['is no JSON', (file: string) => writeFile(file, '{')],
  ])('is not believed of a record that %s, and can be said again', { tags: 'long' }, async (_, spoil) => {
    const cluster = await strangeCluster();
    await run(cluster, 'plan', '--trust', '--keys', SAMPLE_KEYS);
    await spoil(join(state, 'cluster-template/trust.json'));
    await expectTrusted(cluster, false);
    await run(cluster, 'plan', '--trust', '--keys', SAMPLE_KEYS);
    await expectTrusted(cluster, true);
  });

  it('holds for one run where it cannot be kept, which is told', { tags: 'long' }, async () => {
    const cluster = await strangeCluster();
    state = join(state, 'file');
    await writeFile(state, '');
    const { code, stderr } = await run(cluster, 'plan', '--trust', '--keys', SAMPLE_KEYS);
    expect(code, stderr).toBe(0);
    expect(stderr).toMatch(/warning: that this repository is trusted cannot be remembered: .* \[trust\/user-folder\]/);
    await expectTrusted(cluster, false);
  });

  it('belongs to the commands that run plugins', async () => {
    const cluster = await strangeCluster();
    for (const words of [
      ['config', 'show'],
      ['adopt', 'talos/talenv.yaml'],
      ['template', 'tidy'],
    ]) {
      expect((await run(cluster, ...words, '--trust')).code, words.join(' ')).toBe(64);
    }
    expect((await run(cluster, 'config', 'show')).code).toBe(0);
  });
});

describe('CLUSTER_TEMPLATE_TRUST', () => {
  it.each([
    ['the folder itself', (cluster: string) => cluster, true],
    ['one around it, among others', (cluster: string) => ['/nowhere', dirname(cluster)].join(delimiter), true],
    ['one whose name begins alike', (cluster: string) => cluster.slice(0, -1), false],
    ['one below it', (cluster: string) => join(cluster, 'templates'), false],
  ])('names %s', { tags: 'long' }, async (_, value, isTrusted) => {
    const cluster = await strangeCluster();
    const env = { CLUSTER_TEMPLATE_TRUST: value(cluster), XDG_STATE_HOME: state };
    const { code } = await runCommand(['plan', '--keys', SAMPLE_KEYS, '--root', cluster], { env });
    expect(code).toBe(isTrusted ? 0 : 1);
    expect(existsSync(join(state, 'cluster-template/trust.json'))).toBe(false);
  });

  it.each(['1', '.', 'true'])('does not take %s, which would trust whatever one happens to be in', async (value) => {
    const cluster = await strangeCluster();
    const { code, stderr } = await runCommand(['plan', '--root', cluster], { env: { CLUSTER_TEMPLATE_TRUST: value } });
    expect(code).toBe(64);
    expect(stderr).toContain(`CLUSTER_TEMPLATE_TRUST takes absolute paths of folders, not "${value}"`);
  });
});

describe('the owner', () => {
  it.each([['configure', '--yes'], ['init']])(
    'who makes the keys by %s is not asked later',
    { tags: 'long' },
    async (...words) => {
      const cluster = await sampleCluster();
      expect(await run(cluster, ...words)).toMatchObject({ code: 0 });
      await writeFiles(cluster, { [PLUGIN]: OWN });
      expect(await run(cluster, 'plan')).toMatchObject({ code: 0 });
    },
  );

  it('is asked once on a second machine', { tags: 'long' }, async () => {
    const cluster = await strangeCluster();
    await run(cluster, 'configure', '--yes', '--trust');
    const second = join(await temporaryFolder(), 'second');
    await cp(cluster, second, { recursive: true });
    state = join(state, 'of the second machine');
    await mkdir(state);
    expect((await run(second, 'plan')).stderr).toMatch(STRANGE);
    expect(await run(second, 'plan', '--trust')).toMatchObject({ code: 0 });
    await writeFiles(second, { [PLUGIN]: `${OWN}// edited\n` });
    expect(await run(second, 'plan')).toMatchObject({ code: 0 });
  });

  it.each([['configure', '--yes'], ['init'], ['doctor', 'keys', 'secrets']])(
    'of a repository is not whoever would make keys in it: %s makes none and runs nothing',
    { tags: 'long' },
    async (...words) => {
      const cluster = await sampleCluster();
      const trace = join(state, 'was-here');
      await writeFiles(cluster, {
        [PLUGIN]: `process.getBuiltinModule('node:fs').writeFileSync(${JSON.stringify(trace)}, '');\n${OWN}`,
      });
      const before = await readFile(join(cluster, '.cluster-template/manifest.json'));
      expect((await run(cluster, ...words)).code).toBe(1);
      expect(existsSync(trace)).toBe(false);
      expect(existsSync(join(cluster, 'age.key'))).toBe(false);
      expect(existsSync(join(state, 'cluster-template/trust.json'))).toBe(false);
      expect(await readFile(join(cluster, '.cluster-template/manifest.json'))).toEqual(before);
    },
  );

  it('has the way on told as it is typed here', async () => {
    const cluster = await strangeCluster();
    await writeFiles(cluster, {
      [PLUGIN]: `import { word } from './lib/words.ts';\n${OWN}`,
      'templates/scripts/lib/words.ts': "export const word = 'x';\n",
    });
    const { stderr } = await run(cluster, 'plan');
    expect(stderr).toContain(
      'templates/scripts/plugin.ts: error: templates/scripts/plugin.ts with templates/scripts/lib/words.ts would be run',
    );
    expect(stderr).toMatch(/= read it; where you trust it run `.* plan --trust --root .*`/);
    expect(stderr).toContain('1 error; nothing was written');
  });
});

it('the plugin of the last commit is none that a trusted one vouches for', async () => {
  vi.stubEnv('CLUSTER_TEMPLATE_TRUST', undefined);
  vi.stubEnv('XDG_STATE_HOME', state);
  const root = clusterRoot(await sampleCluster());
  const last = join(root.state, 'last-run');
  await writeFiles(last, { [PLUGIN]: OWN });
  const settings = await readSettings(root);
  await expect(refuseStrangeCode(root, settings, root.path)).resolves.toBeUndefined();
  await expect(refuseStrangeCode(root, settings, last)).rejects.toThrow();
});
