import { execFileSync, spawnSync } from 'node:child_process';
import { copyFile, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { comparableText, mergeFiles } from '../../../src/operations/secrets/git.ts';
import { changeRecipient, rotate } from '../../../src/operations/secrets/keys.ts';
import { setValue } from '../../../src/operations/secrets/values.ts';
import { Secret } from '../../../src/report/redaction.ts';
import { armGitDrivers } from '../../../src/operations/repository/hook.ts';
import { decrypt } from '../../../src/sops/decrypt.ts';
import { generateIdentity } from '../../../src/sops/identities.ts';
import { mergeTrees } from '../../../src/sops/merge.ts';
import { readYaml } from '../../../src/sops/formats/yaml-reader.ts';
import { writeYaml } from '../../../src/sops/formats/yaml-writer.ts';
import { parseValuePath } from '../../../src/sops/values.ts';
import { clusterRoot } from '../../../src/cluster/root.ts';
import { temporaryFolder } from '../../support/folders.ts';
import { LAUNCHER } from '../../support/small-cluster.ts';
import { openVault } from '../../../src/operations/secrets/vault.ts';
import { NEVER, SECRET, secretWorld, type World } from './world.ts';

const SITE = 'kubernetes/site.sops.yaml';

/** The file with one value set, which stays as it was on disk. */
async function versionWith(world: World, at: string, text: string): Promise<string> {
  const before = await world.read(SITE);
  await setValue(await world.vault(), { path: SITE, at: parseValuePath(at) }, new Secret(text), { signal: NEVER });
  const after = await world.read(SITE);
  await writeFile(join(world.folder, SITE), before);
  return after;
}

describe('the text that git compares', () => {
  it('shows which value changed and none of them', async () => {
    const world = await secretWorld();
    const before = await world.read(SITE);
    const after = await versionWith(world, 'stringData.token', 'another-token-42');
    const compare = async (text: string): Promise<string[]> =>
      (await comparableText(await world.vault(), { path: SITE, text }, { plain: false })).reveal().split('\n');
    const [old, fresh] = [await compare(before), await compare(after)];
    expect(fresh.filter((line) => !old.includes(line))).toEqual([
      expect.stringMatching(/^ {2}token: "?\[secret [0-9a-f]{8}\]"?$/),
    ]);
    expect([...old, ...fresh].join('\n')).not.toMatch(/marker|another|5432/);
    const plain = await comparableText(await world.vault(), { path: SITE, text: after }, { plain: true });
    expect(plain.reveal()).toContain('another-token-42');
  });

  it('is the file itself without a key, and for what is not encrypted', async () => {
    const world = await secretWorld();
    const text = await world.read(SITE);
    await writeFile(join(world.folder, 'age.key'), await (await secretWorld()).read('age.key'));
    expect((await comparableText(await world.vault(), { path: SITE, text }, { plain: false })).reveal()).toBe(text);
    const open = 'kind: ConfigMap\n';
    expect((await comparableText(await world.vault(), { path: SITE, text: open }, { plain: false })).reveal()).toBe(
      open,
    );
  });
});

describe('a merge of encrypted files', () => {
  it('takes the values of both sides, each with its ciphertext', async () => {
    const world = await secretWorld();
    const base = await world.read(SITE);
    const ours = await versionWith(world, 'stringData.token', 'token-of-ours-1');
    const theirs = await versionWith(world, 'stringData.password', 'password-of-theirs-1');
    const { text, conflicts } = await mergeFiles(await world.vault(), { path: SITE, base, ours, theirs });
    expect(conflicts).toEqual([]);
    const plain = (await decrypt({ path: SITE, text, identities: [world.identity] })).text;
    expect(plain).toMatch(/token: token-of-ours-1\n {2}password: password-of-theirs-1 # of the site\n {2}port: 5432\n/);
    const lineOf = (one: string, key: string): string | undefined =>
      one.split('\n').find((line) => line.startsWith(`  ${key}: `));
    expect(lineOf(text, 'token')).toBe(lineOf(ours, 'token'));
    expect(lineOf(text, 'password')).toBe(lineOf(theirs, 'password'));
    expect(lineOf(text, 'port')).toBe(lineOf(base, 'port'));
  });

  it('tells conflicts by key, keeps ours and shows no value', async () => {
    const world = await secretWorld();
    const base = await world.read(SITE);
    const ours = await versionWith(world, 'stringData.token', 'token-of-ours-1');
    const theirs = await versionWith(world, 'stringData.token', 'token-of-theirs-1');
    const { text, conflicts } = await mergeFiles(await world.vault(), { path: SITE, base, ours, theirs });
    expect(conflicts).toEqual(['`stringData.token`']);
    expect((await decrypt({ path: SITE, text, identities: [world.identity] })).text).toContain('token-of-ours-1');
    expect(text).not.toContain('-of-ours');
  });

  it.each(['ours', 'theirs'] as const)('keeps the new data key where %s was rotated', async (side) => {
    const world = await secretWorld();
    const base = await world.read(SITE);
    const edited = await versionWith(world, 'stringData.token', 'token-of-one-side');
    await rotate(await world.vault(), [SITE], { signal: NEVER });
    const rotated = await world.read(SITE);
    const sides = side === 'ours' ? { ours: rotated, theirs: edited } : { ours: edited, theirs: rotated };
    const { text, conflicts } = await mergeFiles(await world.vault(), { path: SITE, base, ...sides });
    expect(conflicts).toEqual([]);
    const wrapped = (one: string): string => one.slice(one.indexOf('-----BEGIN'), one.indexOf('-----END'));
    expect(wrapped(text)).toBe(wrapped(rotated));
    expect((await decrypt({ path: SITE, text, identities: [world.identity] })).text).toContain('token-of-one-side');
  });

  it.each(['ours', 'theirs'] as const)(
    'takes no data key back where %s was rotated and the other one shared',
    async (side) => {
      const world = await secretWorld();
      const base = await world.read(SITE);
      const add = await generateIdentity().recipient();
      await changeRecipient(await world.vault(), { add }, { signal: NEVER });
      const shared = await world.read(SITE);
      await changeRecipient(await world.vault(), { remove: add }, { signal: NEVER });
      const rotated = await world.read(SITE);
      const sides = side === 'ours' ? { ours: rotated, theirs: shared } : { ours: shared, theirs: rotated };
      const { text } = await mergeFiles(await world.vault(), { path: SITE, base, ...sides });
      expect(text).toContain(`recipient: ${add}`);
      const ciphertexts = (one: string): string[] => one.match(/ENC\[[^\]]*/g) ?? [];
      expect(ciphertexts(text).filter((one) => ciphertexts(base).includes(one))).toEqual([]);
      expect((await decrypt({ path: SITE, text, identities: [world.identity] })).text).toContain('marker-token');
    },
  );

  it.each([
    [
      'each side adds a key',
      'a: 1\nb: 2\n',
      'a: 1\nx: 3\nb: 2\n',
      'a: 1\nb: 2\nz: 4\n',
      'a: 1\nx: 3\nb: 2\nz: 4\n',
      [],
    ],
    ['one removes what the other left', 'a: 1\nb: 2\n', 'b: 2\n', 'a: 1\nb: 3\n', 'b: 3\n', []],
    ['one removes what the other changed', 'a: 1\nb: 2\n', 'b: 2\n', 'a: 5\nb: 2\n', 'a: 5\nb: 2\n', ['a']],
    ['both change the same way', 'a: 1\n', 'a: 2\n', 'a: 2\n', 'a: 2\n', []],
    [
      'within a mapping',
      'm:\n  a: 1\n  b: 2\n',
      'm:\n  a: 3\n  b: 2\n',
      'm:\n  a: 1\n  b: 4\n',
      'm:\n  a: 3\n  b: 4\n',
      [],
    ],
    ['lists are taken whole', 'l:\n  - 1\n', 'l:\n  - 2\n', 'l:\n  - 3\n', 'l:\n  - 2\n', ['l']],
    [
      'comments go with their key',
      '# one\na: 1\nb: 2\n',
      '# one\na: 1\nb: 3\n',
      '# two\na: 1\nb: 2\n',
      '# two\na: 1\nb: 3\n',
      [],
    ],
  ])('where %s', (_, ...[base, ours, theirs, merged, conflicts]) => {
    const [one, two, three] = [base, ours, theirs].map((text) => readYaml(text, 'f.yaml'));
    const result = mergeTrees(one ?? [], two ?? [], three ?? []);
    expect(writeYaml(result.tree, 2)).toBe(merged);
    expect(result.conflicts).toEqual(conflicts);
  });
});

describe('git with the drivers of init --git-diff', { tags: 'long' }, () => {
  it('merges what two laptops changed in one file, and shows neither', async () => {
    const { here, there } = await laptops();
    await here.set('stringData.token', 'token-of-here-1');
    await there.set('stringData.password', 'password-of-there-1');
    const pulled = there.git('pull', '--no-rebase', '--no-edit', 'here', 'main');
    expect(pulled.status, pulled.stderr).toBe(0);
    expect(there.git('status', '--short').stdout).toBe('');
    const merged = there.git('show', `HEAD:${SITE}`).stdout;
    const lineOf = (text: string, key: string): string => new RegExp(`^  ${key}: .*`, 'm').exec(text)?.[0] ?? '';
    expect(lineOf(merged, 'token')).toBe(lineOf(there.git('show', `here/main:${SITE}`).stdout, 'token'));
    expect(lineOf(merged, 'password')).toBe(lineOf(there.git('show', `HEAD^1:${SITE}`).stdout, 'password'));
    expect(there.show('stringData.token')).toBe('token-of-here-1');

    const diff = there.git('diff', 'HEAD^1', '--', SITE).stdout;
    expect(diff).toMatch(/^- {2}token: "?\[secret [0-9a-f]{8}\]"?\n\+ {2}token: "?\[secret [0-9a-f]{8}\]"?$/m);
    expect(diff).not.toMatch(/ENC\[|-of-|marker/);
  });

  it.each(['pull', 'rebase'])('names the key that both changed, and a person settles it (%s)', async (how) => {
    const { here, there } = await laptops();
    await here.set('stringData.token', 'token-of-here-1');
    await there.set('stringData.token', 'token-of-there-1');
    const pulled = there.git('pull', how === 'pull' ? '--no-rebase' : '--rebase', '--no-edit', 'here', 'main');
    expect(pulled.status).not.toBe(0);
    const said = pulled.stdout + pulled.stderr;
    expect(said).toContain(`both sides changed \`stringData.token\` of ${SITE}: ours stands there`);
    expect(said).not.toContain('-of-');
    expect(there.git('status', '--short').stdout).toContain(`UU ${SITE}`);
    // In a rebase ours is what was pulled.
    const [ours, theirs] = how === 'pull' ? ['there', 'here'] : ['here', 'there'];
    expect(there.show('stringData.token')).toBe(`token-of-${ours}-1`);
    expect(there.show('stringData.token', '--commit', ':3')).toBe(`token-of-${theirs}-1`);
    expect(await there.world.read(SITE)).not.toMatch(/<<<<<<<|-of-/);
    await there.set('stringData.token', 'token-settled-1', false);
    there.git('add', SITE);
    const ended = there.git(
      '-c',
      'core.editor=true',
      how === 'pull' ? 'commit' : 'rebase',
      how === 'pull' ? '--no-edit' : '--continue',
    );
    expect(ended.status, ended.stderr).toBe(0);
    expect(there.show('stringData.token')).toBe('token-settled-1');
  });

  it('leaves ours without the key, says so, and merges once it is there', async () => {
    const { here, there } = await laptops();
    await here.set('stringData.token', 'token-of-here-1');
    await there.set('stringData.password', 'password-of-there-1');
    const key = join(there.world.folder, 'age.key');
    await copyFile(key, `${key}.away`);
    await rm(key);
    const pulled = there.git('pull', '--no-rebase', '--no-edit', 'here', 'main');
    expect(pulled.status).not.toBe(0);
    const said = pulled.stdout + pulled.stderr;
    expect(said).toContain('there is no age key at hand');
    expect(said).toContain(`git checkout --merge -- ${SITE}`);
    await copyFile(`${key}.away`, key);
    there.git('checkout', '--merge', '--', SITE);
    expect(there.show('stringData.token')).toBe('token-of-here-1');
    expect(there.show('stringData.password')).toBe('password-of-there-1');
  });

  it('merges .sops.yaml and templates line by line, as before', async () => {
    const { here, there } = await laptops();
    const template = 'templates/own.sops.yaml.j2';
    for (const [laptop, line] of [
      [here, '# first of here\n'],
      [there, ''],
    ] as const) {
      for (const path of ['.sops.yaml', template]) {
        const text = await laptop.world.read(path);
        await writeFile(join(laptop.world.folder, path), line === '' ? `${text}# last of there\n` : line + text);
      }
      laptop.commit();
    }
    const pulled = there.git('pull', '--no-rebase', '--no-edit', 'here', 'main');
    expect(pulled.status, pulled.stderr + pulled.stdout).toBe(0);
    for (const path of ['.sops.yaml', template])
      expect(await there.world.read(path)).toMatch(/^# first of here\n[^]*# last of there\n$/);
    // As a clone does that has the drivers of an earlier version.
    const files = await temporaryFolder({ base: 'a\n', ours: 'a\nb\n', theirs: 'a\nc\n' });
    const words = ['base', 'ours', 'theirs'].map((name) => join(files, name));
    const merged = spawnSync(process.execPath, [LAUNCHER, 'secrets', 'merge', ...words, '.sops.yaml'], {
      cwd: there.world.folder,
      encoding: 'utf8',
    });
    expect(merged.status).toBe(1);
    expect(execFileSync('cat', [join(files, 'ours')], { encoding: 'utf8' })).toContain('<<<<<<< ours');
  });
});

interface Laptop {
  readonly world: World;
  readonly git: (...words: readonly string[]) => {
    readonly status: number | null;
    readonly stdout: string;
    readonly stderr: string;
  };
  readonly commit: () => void;
  /** Sets a value of the file, and commits it where that is not refused. */
  readonly set: (at: string, text: string, isCommitted?: boolean) => Promise<void>;
  /** What the command shows of the file. */
  readonly show: (...words: readonly string[]) => string;
}

/** Two clones of one repository, with the key and the drivers of git in both; `here` is a remote of `there`. */
async function laptops(): Promise<{ readonly here: Laptop; readonly there: Laptop }> {
  const first = await secretWorld({
    [SITE]: SECRET,
    'cluster.yaml': '',
    'makejinja.toml': '[makejinja]\n',
    'templates/own.sops.yaml.j2': 'a: 1\nb: 2\n',
  });
  const home = await temporaryFolder();
  await writeFile(join(first.folder, '.gitignore'), '*.key\n*.key.away\n');
  const here = laptopAt(first, home);
  here.git('init', '--quiet', '--initial-branch', 'main');
  here.commit();
  const folder = join(await temporaryFolder(), 'clone');
  here.git('clone', '--quiet', '--origin', 'here', first.folder, folder);
  await copyFile(join(first.folder, 'age.key'), join(folder, 'age.key'));
  const root = { ...clusterRoot(folder), keys: `${folder}/.` };
  const world = {
    ...first,
    folder,
    root,
    vault: () => openVault(root),
    read: (path: string) => readFile(join(folder, path), 'utf8'),
  };
  const there = laptopAt(world, home);
  for (const one of [first, world]) await armGitDrivers(clusterRoot(one.folder), LAUNCHER);
  return { here, there };
}

function laptopAt(world: World, home: string): Laptop {
  const env = { ...process.env, HOME: home, XDG_CONFIG_HOME: home, GIT_CONFIG_NOSYSTEM: '1' };
  const git: Laptop['git'] = (...words) => {
    const who = ['-c', 'user.name=me', '-c', 'user.email=me@example.com'];
    return spawnSync('git', [...who, ...words], { cwd: world.folder, env, encoding: 'utf8' });
  };
  const commit = (): void => {
    git('add', '--all');
    const { status, stderr } = git('commit', '--quiet', '--message', 'change');
    if (status !== 0) throw new Error(stderr);
  };
  return {
    world,
    git,
    commit,
    set: async (at, text, isCommitted = true) => {
      await setValue(await world.vault(), { path: SITE, at: parseValuePath(at) }, new Secret(text), { signal: NEVER });
      if (isCommitted) commit();
    },
    show: (...words) =>
      execFileSync(process.execPath, [LAUNCHER, 'secrets', 'show', SITE, ...words], {
        cwd: world.folder,
        env,
        encoding: 'utf8',
        stdio: ['ignore', 'pipe', 'ignore'],
      }),
  };
}
