import { spawn, spawnSync, type SpawnSyncReturns } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { appendFile, mkdir, mkdtemp, rename, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { describe, expect, it } from 'vitest';
import { thisProcess } from '../../src/system/programs.ts';
import { type CommandResult, runCommand, sampleCluster, startCommand } from '../support/cluster.ts';
import { readFiles, temporaryFolder, writeFiles } from '../support/folders.ts';

const SAMPLE_KEYS = resolve(import.meta.dirname, '../sample');
const FAILURES = resolve(import.meta.dirname, 'inject-failure.mjs');
const LAUNCHER = resolve(import.meta.dirname, '../../bin/cluster-template.mjs');

describe('a disk that refuses', () => {
  it.each([
    ['is full', { call: 'writeFile', at: 2, code: 'ENOSPC', path: 'staging' }],
    ['cannot be written', { call: 'rename', at: 1, code: 'EROFS', path: 'staging/new' }],
    ['cannot be locked', { call: 'mkdir', at: 1, code: 'EROFS', path: '.cluster-template' }],
    ['cannot be read', { call: 'readFileSync', at: 1, code: 'EIO', path: 'manifest.json' }],
  ])('and %s ends the run with one message and the tree as it was', { tags: 'long' }, async (_, failure) => {
    const cluster = await sampleCluster();
    await appendFile(join(cluster, 'cluster.yaml'), '\nrepository_branch: release\nspegel_enabled: false\n');
    const before = await readFiles(cluster);
    const result = await run(cluster, ['configure'], { FAIL: JSON.stringify(failure) });
    expect(result.code).toBe(3);
    expect(result.stderr).toContain(`${failure.code}: refused`);
    expect(result.stderr).not.toMatch(/\n\s+at /);
    expect(await readFiles(cluster)).toEqual(before);
    expect(await run(cluster, ['configure'])).toMatchObject({ code: 0 });
  });

  it(
    'and lets a change be neither finished nor taken back is told with all that was changed; the next run mends it',
    { tags: 'long' },
    async () => {
      const cluster = await sampleCluster();
      await appendFile(join(cluster, 'cluster.yaml'), '\nrepository_branch: release\nspegel_enabled: false\n');
      const before = await readFiles(cluster);
      const failure = { call: 'rename', from: 6, code: 'EIO', path: 'staging' };
      const result = await run(cluster, ['configure'], { FAIL: JSON.stringify(failure) });
      expect(result.code).toBe(3);
      expect(result.stderr).toContain('the change could not be finished, and the next run will take it back: EIO');
      const after = await readFiles(cluster);
      const changed = [...new Set([...Object.keys(before), ...Object.keys(after)])].filter(
        (path) => before[path] !== after[path] && !path.startsWith('.cluster-template/'),
      );
      expect(changed.length).toBeGreaterThan(0);
      const [, named = ''] = /; changed before that: (.*)\n$/.exec(result.stderr) ?? [];
      expect(named.split(/, | and /).sort()).toEqual(changed.sort());
      expect(await run(cluster, ['configure'])).toMatchObject({ code: 0 });
      expect(await run(cluster, ['configure', '--check'])).toMatchObject({ code: 0 });
    },
  );

  it('after keys were made is told with their names', { tags: 'long' }, async () => {
    const cluster = await sampleCluster();
    const node = ['--import', FAILURES];
    const env = { FAIL: JSON.stringify({ call: 'writeFile', at: 1, code: 'ENOSPC', path: 'staging' }) };
    const result = await startCommand(['configure', '--root', cluster], { env, node });
    expect(result.code).toBe(3);
    expect(result.stderr).toMatch(/; changed before that: age\.key, github-deploy\.key, [^\n]+\n$/);
    const json = await startCommand(['configure', '--json', '--root', cluster], { env, node });
    expect(JSON.parse(json.stdout)).toMatchObject({ status: 'failed' });
  });

  it('and does not give a template away is told by its name', async () => {
    const cluster = await sampleCluster();
    const failure = { call: 'readFileSync', at: 1, code: 'EACCES', path: 'talenv.yaml.j2' };
    const result = await run(cluster, ['configure'], { FAIL: JSON.stringify(failure) });
    expect([1, 3]).toContain(result.code);
    expect(result.stderr).toContain('talenv.yaml.j2');
    expect(result.stderr).not.toMatch(/\n\s+at /);
  });
});

describe('an end that nobody wished for is one sentence', () => {
  const start = (script: string): SpawnSyncReturns<string> =>
    spawnSync('sh', ['-c', script], { encoding: 'utf8', env: { PATH: process.env.PATH } });
  const command = `'${process.execPath}' '${LAUNCHER}'`;

  it('in a folder that was removed', async () => {
    const folder = await temporaryFolder();
    const { status, stdout, stderr } = start(`cd '${folder}' && rmdir '${folder}' && ${command} plan`);
    expect({ status, stdout, stderr }).toEqual({
      status: 3,
      stdout: '',
      stderr: 'the current folder does not exist any more: go to another one\n',
    });
  });

  it.skipIf(!existsSync('/dev/full'))('where the output of a command cannot be written', { tags: 'long' }, async () => {
    const cluster = await sampleCluster();
    const commands = ['plan --all', 'plan --json', 'config show', 'render talos/talenv.yaml', 'validate --json'];
    for (const words of commands) {
      const { status, stderr } = start(`cd '${cluster}' && ${command} ${words} > /dev/full`);
      expect(status, `${words}: ${stderr}`).toBe(3);
      expect(stderr, words).toMatch(/(?:^|\n)the output cannot be written: ENOSPC: no space left on device, write\n$/);
      expect(stderr.match(/cannot be written/g)).toHaveLength(1);
      expect(stderr).not.toMatch(/\n\s+at /);
    }
  });

  it.each(['', 'HOME=/does/not/exist', 'HOME=', 'HOME=relative'])(
    'and there is none where there is no home: %s',
    { tags: 'long' },
    async (home) => {
      const cluster = await sampleCluster();
      const { status, stdout, stderr } = start(
        `cd '${cluster}' && env -u HOME ${home} ${command} plan --keys '${SAMPLE_KEYS}'`,
      );
      expect({ status, stdout }, stderr).toMatchObject({
        status: 0,
        stdout: expect.stringMatching(/ unchanged\n$/) as string,
      });
      expect(Object.keys(await readFiles(cluster)).filter((path) => /cache|relative/.test(path))).toEqual([]);
    },
  );

  it.skipIf(!existsSync('/dev/full'))('where the output cannot be written', { tags: 'long' }, () => {
    for (const [redirection, reason] of [
      ['> /dev/full', 'ENOSPC: no space left on device, write'],
      ['1< /dev/null', 'EBADF: bad file descriptor, write'],
    ]) {
      const { status, stderr } = start(`${command} --help ${redirection ?? ''}`);
      expect({ status, stderr }, redirection).toEqual({
        status: 3,
        stderr: `the output cannot be written: ${reason ?? ''}\n`,
      });
    }
  });

  it('where nobody reads the output any more, and it keeps its exit code', () => {
    expect(start(`{ ${command} --help; echo $? >&2; } | true`).stderr).toBe('0\n');
  });
});

describe('a strange tree', () => {
  it.each<[string, (cluster: string) => Promise<unknown>, string]>([
    ['a link as output root', linkRoot, 'talos:'],
    [
      'a link in an output root that leads out of the tree',
      (cluster) =>
        symlink(tmpdir(), join(cluster, 'kubernetes/apps/kube-system/new')).then(() => moveAway(cluster, 'new')),
      'a link lies where a generated folder belongs',
    ],
    [
      'a file in the place of a folder',
      (cluster) => fileForFolder(cluster),
      'a file lies where a generated folder belongs',
    ],
    [
      'a folder in the place of a file',
      (cluster) => folderForFile(cluster),
      'a folder lies where a generated file belongs',
    ],
    [
      'a journal that is damaged',
      (cluster) => writeFile(join(cluster, '.cluster-template/journal.json'), '{"writes":'),
      'the journal of an interrupted run cannot be read',
    ],
    [
      'a journal that leads out of the tree',
      (cluster) =>
        writeFiles(cluster, {
          '.cluster-template/journal.json': '{"writes":{"../x":"new-0"},"created":[],"removals":[]}',
          '.cluster-template/staging/new-0': 'x\n',
        }),
      '../x lies outside',
    ],
  ])('%s gets one clear message', { tags: 'long' }, async (_, make, message) => {
    const cluster = await sampleCluster();
    await make(cluster);
    const before = await readFiles(cluster);
    const result = await run(cluster, ['configure', '--force']);
    expect([1, 3]).toContain(result.code);
    expect(result.stderr).toContain(message);
    expect(result.stderr.match(/error:/g)).toHaveLength(1);
    expect(result.stderr).not.toMatch(/\n\s+at /);
    expect(await readFiles(cluster)).toEqual(before);
  });

  it('without its output roots gets them back', { tags: 'long' }, async () => {
    const cluster = await sampleCluster();
    const before = await readFiles(cluster);
    for (const folder of ['talos', 'bootstrap']) await rm(join(cluster, folder), { recursive: true });
    expect(await run(cluster, ['configure'])).toMatchObject({ code: 0 });
    const after = await readFiles(cluster);
    expect(Object.keys(after).sort()).toEqual(Object.keys(before).sort());
  });

  it('without its folder of templates gets a message', async () => {
    const cluster = await sampleCluster();
    await rm(join(cluster, 'templates'), { recursive: true });
    const result = await run(cluster, ['configure']);
    expect(result.code).toBe(1);
    expect(result.stderr).not.toMatch(/\n\s+at /);
  });
});

describe('two runs at once', () => {
  it('come one after the other', { tags: 'long' }, async () => {
    const cluster = await sampleCluster();
    await appendFile(join(cluster, 'cluster.yaml'), '\nrepository_branch: release\n');
    const configure = ['configure', '--keys', SAMPLE_KEYS, '--root', cluster];
    const results = await Promise.all([1, 2, 3].map(() => startCommand(configure)));
    expect(results.map(({ code, stderr }) => ({ code, stderr: code === 0 ? '' : stderr }))).toEqual(
      results.map(() => ({ code: 0, stderr: '' })),
    );
    expect(existsSync(join(cluster, '.cluster-template/lock'))).toBe(false);
  });

  it('end with 3 and the name of the other where that does not end; looking is free', { tags: 'long' }, async () => {
    const cluster = await sampleCluster();
    await writeFiles(cluster, { '.cluster-template/lock': JSON.stringify(await thisProcess()) });
    const [result, plan] = await Promise.all([
      startCommand(['configure', '--keys', SAMPLE_KEYS, '--root', cluster]),
      run(cluster, ['plan']),
    ]);
    expect(result.code).toBe(3);
    expect(result.stderr).toContain(`process ${String(process.pid)} on `);
    expect(plan.code).toBe(0);
  });
});

describe('the end of whoever started the run', () => {
  it('leaves the tree as it was or as it will be, and no lock', { tags: 'long' }, async () => {
    const cluster = await sampleCluster();
    await appendFile(join(cluster, 'cluster.yaml'), '\nrepository_branch: release\n');
    const lock = join(cluster, '.cluster-template/lock');
    // A shell that is killed takes nobody along; its pipe is closed.
    const words = `'${process.execPath}' '${LAUNCHER}' configure --keys '${SAMPLE_KEYS}' --root '${cluster}' & echo $!; wait`;
    const shell = spawn('sh', ['-c', words], { stdio: ['ignore', 'pipe', 'pipe'], detached: true });
    const [id] = (await once(shell.stdout, 'data')) as [Buffer];
    while (!existsSync(lock)) await new Promise((settle) => setTimeout(settle, 1));
    shell.kill('SIGKILL');
    shell.stdout.destroy();
    shell.stderr.destroy();
    await expect.poll(() => isThere(Number(id))).toBe(false);
    expect(existsSync(lock)).toBe(false);
    expect(await run(cluster, ['configure', '--check'])).toMatchObject({ code: 0 });
  });
});

describe('an interruption', () => {
  it.each(['SIGINT', 'SIGTERM'] as const)('by %s gives the lock back and leaves the tree as it was', async (signal) => {
    const cluster = await sampleCluster();
    await appendFile(join(cluster, 'cluster.yaml'), '\nrepository_branch: release\n');
    const before = await readFiles(cluster);
    const lock = join(cluster, '.cluster-template/lock');
    const child = spawn(process.execPath, [LAUNCHER, 'configure', '--keys', SAMPLE_KEYS, '--root', cluster], {
      stdio: ['ignore', 'ignore', 'pipe'],
    });
    let stderr = '';
    child.stderr.on('data', (data: Buffer) => (stderr += data.toString()));
    const ended = new Promise<number | null>((settle) => child.on('close', settle));
    while (!existsSync(lock) && child.exitCode === null) await new Promise((settle) => setTimeout(settle, 1));
    child.kill(signal);
    expect(await ended).toBe(signal === 'SIGINT' ? 130 : 143);
    expect(stderr).toBe(`interrupted by ${signal}; nothing was written\n`);
    expect(existsSync(lock)).toBe(false);
    expect(await readFiles(cluster)).toEqual(before);
  });
});

async function run(
  cluster: string,
  arguments_: readonly string[],
  env: Readonly<Record<string, string>> = {},
): Promise<CommandResult> {
  const words = [...arguments_, '--keys', SAMPLE_KEYS, '--root', cluster];
  return await ('FAIL' in env
    ? startCommand(words, { env, node: ['--import', FAILURES] })
    : runCommand(words, { env }));
}

function isThere(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}

async function linkRoot(cluster: string): Promise<void> {
  const elsewhere = join(await mkdtemp(join(cluster, 'elsewhere-')), 'talos');
  await rename(join(cluster, 'talos'), elsewhere);
  await symlink(elsewhere, join(cluster, 'talos'));
}

/** Puts the link that was made at `<name>` into the place of a generated folder. */
async function moveAway(cluster: string, name: string): Promise<void> {
  const folder = join(cluster, 'kubernetes/apps/kube-system');
  await rm(join(folder, 'cilium'), { recursive: true });
  await rename(join(folder, name), join(folder, 'cilium'));
}

async function fileForFolder(cluster: string): Promise<void> {
  await rm(join(cluster, 'talos'), { recursive: true });
  await writeFile(join(cluster, 'talos'), 'file\n');
}

async function folderForFile(cluster: string): Promise<void> {
  await rm(join(cluster, 'talos/talenv.yaml'));
  await mkdir(join(cluster, 'talos/talenv.yaml'));
}
