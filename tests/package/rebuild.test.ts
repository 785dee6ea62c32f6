// @module-tag long
import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import {
  appendFile,
  cp,
  lstat,
  mkdir,
  mkdtemp,
  readdir,
  readFile,
  rename,
  rm,
  symlink,
  utimes,
  writeFile,
} from 'node:fs/promises';
import { hostname, tmpdir } from 'node:os';
import { join } from 'node:path';
import { Linter } from 'eslint';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { sampleCluster } from '../support/cluster.ts';
import { temporaryFolder, writeFiles } from '../support/folders.ts';
import { ofRepository } from './packed.ts';

interface Ended {
  readonly code: number | string;
  readonly stdout: string;
  readonly stderr: string;
}

async function node(words: readonly string[], env: Readonly<Record<string, string>> = {}): Promise<Ended> {
  return await new Promise((settle) => {
    execFile(process.execPath, [...words], { env: { ...process.env, ...env } }, (error, stdout, stderr) => {
      settle({ code: error === null ? 0 : (error.signal ?? error.code ?? 1), stdout, stderr });
    });
  });
}

const BUILDER = ofRepository('tests/package/builder.mjs');

const build = (folder: string, version: string, killAt?: number): Promise<Ended> =>
  node([BUILDER, folder, version], killAt === undefined ? {} : { KILL_AT: String(killAt) });

/** The part of package-lock.json that is asked for here. */
interface LockFile {
  readonly packages: Readonly<Record<string, { readonly dev?: boolean }>>;
}

async function distFolder(): Promise<string> {
  return join(await temporaryFolder({ 'package.json': '{"type":"module"}' }), 'dist');
}

describe('the folder of the bundle', () => {
  it('holds one whole bundle wherever a builder is killed, and the next builder needs no waiting', async () => {
    const parent = await temporaryFolder({ 'package.json': '{"type":"module"}' });
    const folder = join(parent, 'dist');
    const first = await build(folder, 'v0');
    expect(first, first.stderr).toMatchObject({ code: 0 });
    const changes = Number((await build(folder, 'v0b')).stdout);
    expect(changes).toBeGreaterThan(12);
    let before = 'v0b';
    for (let at = 1; at <= changes; at += process.env.EVERY_POINT === undefined ? 2 : 1) {
      const version = `v${String(at)}`;
      expect(await build(folder, version, at)).toMatchObject({ code: 'SIGKILL' });
      const { stdout, stderr } = await node([join(folder, 'cli.js')]);
      expect(
        [before, version].map((one) => `${one} ${one} ${one}\n`),
        `killed at ${String(at)}: ${stderr}`,
      ).toContain(stdout);
      if (stdout.startsWith(before))
        expect(await readFile(join(folder, 'built-from.txt'), 'utf8')).not.toBe(`${version}\n`);
      if (at % 4 === 1) {
        before = `${version}b`;
        expect(await build(folder, before)).toMatchObject({ code: 0 });
        expect((await readdir(folder)).filter((name) => /\.tmp$|\.lock$/.test(name))).toEqual([]);
        expect(await readFile(join(folder, 'built-from.txt'), 'utf8')).toBe(`${before}\n`);
      } else before = stdout.split(' ')[0] ?? '';
    }
  });

  it('is built by one builder at a time', async () => {
    const folder = await distFolder();
    const versions = ['a', 'b', 'c', 'd', 'e'];
    // All of them find the lock of a builder that is gone.
    await writeFiles(folder, { 'build.lock': JSON.stringify({ host: hostname(), pid: 2 ** 22 + 1 }) });
    const ended = await Promise.all(versions.map((version) => build(folder, version)));
    // Who is taken for the dead one says so, and writes nothing.
    const lost = ended.filter(({ code }) => code !== 0);
    for (const { stderr } of lost) expect(stderr).toContain('another process took the build over');
    expect(lost.length).toBeLessThan(versions.length);
    const stamp = (await readFile(join(folder, 'built-from.txt'), 'utf8')).trim();
    expect((await node([join(folder, 'cli.js')])).stdout).toBe(`${stamp} ${stamp} ${stamp}\n`);
    expect((await node([join(folder, 'other.js')])).stdout).toBe(`${stamp} ${stamp} ${stamp}\n`);
  });

  it.each([4, 12])(
    'takes over from a builder that is stopped at its change %i, and refuses it when it goes on',
    async (at) => {
      const folder = await distFolder();
      const env = { ...process.env, STOP_AT: String(at) };
      const stopped = spawn(process.execPath, [BUILDER, folder, 'old'], { env, stdio: ['ignore', 'ignore', 'pipe'] });
      let text = '';
      stopped.stderr.on('data', (chunk) => (text += String(chunk)));
      const ended = once(stopped, 'exit');
      const lock = join(folder, 'build.lock');
      await expect.poll(() => readFile(lock, 'utf8').catch(() => '')).not.toBe('');
      expect(await node([BUILDER, folder, 'new'], { SILENCE: '2000' })).toMatchObject({ code: 0 });
      stopped.kill('SIGCONT');
      expect((await ended)[0], text).toBe(1);
      expect(text).toContain('another process took the build over');
      expect(await node([BUILDER, folder, 'newer'])).toMatchObject({ code: 0 });
      expect((await node([join(folder, 'cli.js')])).stdout).toBe('newer newer newer\n');
    },
  );

  it('keeps chunks of the bundle before for a day', async () => {
    const folder = await distFolder();
    const chunks = async (): Promise<string[]> => (await readdir(folder)).filter((name) => /-\w{8}\.js$/.test(name));
    await build(folder, 'one');
    await build(folder, 'two');
    expect(await chunks()).toHaveLength(5);
    const path = join(folder, 'superseded.json');
    const times = JSON.parse(await readFile(path, 'utf8')) as Record<string, number>;
    expect(Object.keys(times)).toHaveLength(2);
    const [old = '', young = ''] = Object.keys(times);
    await writeFile(path, JSON.stringify({ [old]: Date.now() - 25 * 3_600_000, [young]: Date.now() - 23 * 3_600_000 }));
    await build(folder, 'two');
    expect(await chunks()).not.toContain(old);
    expect(await chunks()).toContain(young);
    // What is needed again is no longer counted, and a file of times that nobody can read is one of none.
    await build(folder, 'one');
    await writeFile(path, '[oops');
    await build(folder, 'two');
    expect(await chunks()).toHaveLength(5);
  });

  it('is written without following a link', async () => {
    const parent = await temporaryFolder({ 'package.json': '{"type":"module"}', 'outside.txt': 'mine\n' });
    const folder = join(parent, 'dist');
    await mkdir(folder);
    const names = ['cli.js', 'other.js', 'built-from.txt', 'superseded.json', 'build.lock', 'compile-cache'];
    for (const name of names) await symlink('../outside.txt', join(folder, name));
    expect(await build(folder, 'one')).toMatchObject({ code: 0 });
    expect(await readFile(join(parent, 'outside.txt'), 'utf8')).toBe('mine\n');
    expect((await lstat(join(folder, 'cli.js'))).isFile()).toBe(true);
    await rm(folder, { recursive: true });
    await mkdir(join(parent, 'elsewhere'));
    await symlink('elsewhere', folder);
    expect((await build(folder, 'one')).stderr).toContain('dist is no folder: remove it');
    expect(await readdir(join(parent, 'elsewhere'))).toEqual([]);
  });
});

describe('a fork whose sources change', () => {
  let fork = '';
  const launcher = (): string => join(fork, 'bin/cluster-template.mjs');

  beforeAll(async () => {
    fork = await mkdtemp(join(tmpdir(), 'cluster-template-fork-'));
    const parts = [
      'bin',
      'src',
      'schemas',
      'scripts',
      'templates/config',
      'dist',
      'package.json',
      'package-lock.json',
      '.github',
      '.taskfiles',
    ];
    for (const part of [...parts, 'tests/sample/cluster', '.cluster-template/template.json'])
      await cp(ofRepository(part), join(fork, part), { recursive: true, preserveTimestamps: true });
    // What `npm ci --omit=dev` installs, as npm itself would need a registry.
    const { packages } = JSON.parse(await readFile(ofRepository('package-lock.json'), 'utf8')) as LockFile;
    for (const [path, { dev }] of Object.entries(packages)) {
      const isInstalled =
        dev !== true && /^node_modules\/(?:@[^/]+\/)?[^/]+$/.test(path) && existsSync(ofRepository(path));
      if (isInstalled) await cp(ofRepository(path), join(fork, path), { recursive: true });
    }
  });
  afterAll(() => rm(fork, { recursive: true, force: true }));

  /** Every process that writes a bundle takes its time for it. */
  const slow = (): Record<string, string> => ({
    NODE_OPTIONS: `--import=${ofRepository('tests/package/slow-writes.mjs')}`,
  });

  async function change(mark: string, path = 'src/system/program.ts'): Promise<void> {
    await appendFile(join(fork, path), `\nObject.assign(globalThis, { mark: '${mark}' });\n`);
  }

  it('starts as often as one likes at once, and runs what the sources say now', async () => {
    await change('one');
    const starts = [slow(), {}, {}, slow(), {}].map((env) => node([launcher(), 'config', 'show', '--help'], env));
    for (const { code, stdout, stderr } of await Promise.all(starts)) {
      expect(code, stderr).toBe(0);
      expect(stdout).toContain('Usage: ');
    }
    const show = `await import(${JSON.stringify(join(fork, 'dist/cli.cjs'))}); console.log(globalThis.mark)`;
    expect((await node(['--input-type=module', '--eval', show])).stdout).toBe('one\n');
  });

  it('keeps compiled code for its owner alone, and none for a word that is no command', async () => {
    expect(await node([launcher(), 'nonsense'])).toMatchObject({ code: 64 });
    expect(await node([launcher(), 'help', 'plan'])).toMatchObject({ code: 0 });
    const folder = join(fork, 'dist/compile-cache');
    const kept = await readdir(folder);
    // What was typed is known to be no command by a program that was not kept for it.
    expect(kept.map((name) => name.split('-')[1]).sort()).toEqual(['help', 'start']);
    for (const name of [folder, ...kept.map((one) => join(folder, one))])
      expect((await lstat(name)).mode & 0o077, name).toBe(0);
  });

  it('takes the code that a start has kept, whatever flags the rest of that start has set', async () => {
    const folder = join(fork, 'dist/compile-cache');
    await rm(folder, { recursive: true, force: true });
    const root = await sampleCluster();
    const times: (string | undefined)[] = [];
    for (const _ of ['makes it', 'takes it']) {
      expect(await node([launcher(), 'config', 'show', 'node_cidr', '--root', root])).toMatchObject({ code: 0 });
      const start = (await readdir(folder)).find((name) => name.includes('-start-')) ?? '';
      times.push(String((await lstat(join(folder, start), { bigint: true })).ctimeNs));
    }
    expect(times[1]).toBe(times[0]);
  });

  it('lets a process that runs go on with the chunks that it was started with', async () => {
    const running = spawn(
      process.execPath,
      [
        '--input-type=module',
        '--eval',
        `const { main } = await import(${JSON.stringify(join(fork, 'dist/cli.cjs'))});
         console.log('loaded');
         await new Promise((settle) => process.stdin.once('data', settle));
         process.exit(await main(['config', 'show', '--root', ${JSON.stringify(await sampleCluster())}]));`,
      ],
      { stdio: 'pipe' },
    );
    let text = '';
    for (const stream of [running.stdout, running.stderr]) stream.on('data', (chunk) => (text += String(chunk)));
    await expect.poll(() => text).toContain('loaded');
    await change('three', 'src/cli/commands/config-show.ts');
    expect(await node([launcher(), '--version'])).toMatchObject({ code: 0 });
    running.stdin.write('go\n');
    const [code] = (await once(running, 'exit')) as [number];
    expect(code, text).toBe(0);
  });

  it('says what is wrong with sources that cannot be built, keeps the bundle, and finds the mend', async () => {
    const path = join(fork, 'src/system/program.ts');
    const text = await readFile(path, 'utf8');
    await writeFile(path, 'export const = 1;\n');
    const { code, stdout, stderr } = await node([launcher(), '--version']);
    expect({ code, stdout }).toEqual({ code: 3, stdout: '' });
    expect(stderr).toMatch(/^cannot build the sources of .*\n✘ \[ERROR\] Expected identifier/);
    expect(stderr).not.toMatch(/\n\s+at |node:internal/);
    await writeFile(path, text);
    await utimes(path, new Date(), new Date());
    expect(await node([launcher(), '--version'])).toMatchObject({ code: 0 });
  });

  it('has what configure compiles where npm has built it', async () => {
    const { code, stderr } = await node([join(fork, 'scripts/build.mjs'), '--warm']);
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    const kept = await readdir(join(fork, 'dist/compile-cache'));
    expect(kept.map((name) => name.split('-')[1]).sort()).toEqual(['configure', 'help', 'start']);
    const text = await readFile(join(fork, 'dist/templates.json'), 'utf8');
    const { templates } = JSON.parse(text) as { templates: [string, string][] };
    expect(templates.length).toBeGreaterThan(50);
  });

  it('asks for npm ci in one sentence where packages are missing', async () => {
    await rename(join(fork, 'node_modules'), join(fork, 'aside'));
    await utimes(join(fork, 'src/system/program.ts'), new Date(), new Date());
    for (const program of ['cluster-template', 'makejinja']) {
      const { code, stdout, stderr } = await node([join(fork, 'bin', `${program}.mjs`), '--version']);
      expect({ code, stdout }).toEqual({ code: 3, stdout: '' });
      expect(stderr).toMatch(/^the package \S+ is not installed: run `npm ci` in \/\S+\n$/);
    }
    const built = await node([join(fork, 'scripts/build.mjs')]);
    expect(built).toMatchObject({ code: 3, stderr: expect.stringMatching(/^the package .*\n$/) as string });
    await rename(join(fork, 'aside'), join(fork, 'node_modules'));
  });

  it('needs nothing that is for development alone', async () => {
    await rm(join(fork, 'dist'), { recursive: true });
    const { code, stderr } = await node([launcher(), 'configure', '--check', '--root', await sampleCluster()]);
    expect(code, stderr).toBe(0);
    expect(existsSync(join(fork, 'node_modules/vitest'))).toBe(false);
  });
});

describe('Node that is too old', () => {
  const age = `data:text/javascript,Object.defineProperty(process.versions, 'node', { value: '18.20.8' });`;

  it.each(['bin/cluster-template.mjs', 'bin/makejinja.mjs', 'scripts/build.mjs'])(
    'ends %s in one sentence',
    async (path) => {
      expect(await node(['--import', age, ofRepository(path), '--version'])).toEqual({
        code: 3,
        stdout: '',
        stderr: 'Node.js 20.19 or newer is needed, and this is 18.20.8: install a newer one\n',
      });
    },
  );

  it.each([
    ['cluster-template.mjs', 'module'],
    ['makejinja.mjs', 'module'],
    ['node-version.cjs', 'commonjs'],
  ] as const)('can read bin/%s', async (name, sourceType) => {
    const text = await readFile(ofRepository(`bin/${name}`), 'utf8');
    // Node 12 has ES2020 but for `??` and `?.`, and createRequire of a module named without `node:`.
    const options = { languageOptions: { ecmaVersion: 2020, sourceType } } as const;
    expect(new Linter().verify(text, options)).toEqual([]);
    expect(text).not.toMatch(/\?\?|\?\.[^\d]|from .node:/);
  });
});
