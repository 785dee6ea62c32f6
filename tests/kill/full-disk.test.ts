// @module-tag long
// A disk that is full while a command writes: a file system of its own, with so many bytes left.
import { spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { appendFile, readFile, rm, statfs, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { copyTree } from '../support/copy-tree.ts';
import { temporaryFolder } from '../support/folders.ts';
import {
  LAUNCHER,
  readTree,
  runProcess,
  smallCluster,
  type SmallCluster,
  type Tree,
} from '../support/small-cluster.ts';

/** Whether a file system can be mounted here, in a name space of its own. */
const isMountable =
  process.platform === 'linux' && spawnSync('unshare', ['-rm', 'mount', '-t', 'tmpfs', 'none', '/mnt']).status === 0;

/** Every level is tried with `FULL_DISK=1`. */
const isWhole = process.env.FULL_DISK === '1';

/** A page: what a file takes at least. */
const PAGE = 4096;

/** Levels in pages that are left, from none at all to more than is needed. */
const LEVELS = [...Array(25).keys(), 28, 32, 36, 40, 48, 56, 64, 128];

/** Some from each end and of the middle. */
const SOME = [0, 6, 14, 128];

interface Row {
  readonly name: string;
  /** UPSTREAM stands for the path of the template's repository. */
  readonly words: readonly string[];
  readonly before?: (repository: string) => Promise<void>;
  /** Whether the result differs from run to run, as keys do that are made. */
  readonly isRandom?: true;
  /** Whether each file that it makes stands for itself: it may have made some, and the next run makes the others. */
  readonly isPiecemeal?: true;
  readonly levels: readonly number[];
}

const COMMANDS: readonly Row[] = [
  { name: 'configure', words: ['configure', '--yes'], before: edit, levels: SOME },
  { name: 'configure --rotate', words: ['configure', '--yes', '--rotate', 'deploy-key'], isRandom: true, levels: [3] },
  {
    name: 'init',
    words: ['init', '--yes'],
    before: (repository) => rm(join(repository, 'github-push-token.txt')),
    isRandom: true,
    isPiecemeal: true,
    levels: [0],
  },
  { name: 'upgrade', words: ['upgrade', '--from', 'UPSTREAM', '--yes'], levels: [1] },
];

/** Changes files, makes new ones, removes some and encrypts a secret anew. */
async function edit(repository: string): Promise<void> {
  await appendFile(join(repository, 'cluster.yaml'), '\ncluster_name: full\nrepository_branch: full\n');
  const overrides = join(repository, 'templates/overrides/talos');
  await writeFile(join(overrides, 'new.yaml.j2'), 'a: 1\n'.repeat(3000));
  const secret = join(overrides, 'own.sops.yaml.j2');
  await writeFile(secret, (await readFile(secret, 'utf8')).replace('token: ', 'another: '));
  await rm(join(repository, 'templates/config/talos/patches/global/machine-sysctls.yaml.j2'));
}

describe.skipIf(!isMountable)(
  `a full disk${isMountable ? '' : ' (skipped: no file system can be mounted here)'}`,
  () => {
    it('has thirty-three levels with FULL_DISK=1', () => {
      expect(LEVELS.length).toBe(33);
    });

    it.each(COMMANDS)('leaves the tree old or new after $name', { timeout: 600_000 }, async (row) => {
      const levels = isWhole ? LEVELS : row.levels;
      const cluster = await smallCluster();
      await row.before?.(cluster.repository);
      const small = await mountSmall(cluster);
      const before = (await readTree(cluster.repository)).tree;
      const after = await finished(row, cluster);
      const endings: number[] = [];
      for (const level of levels) {
        const place = `${row.name} with ${String(level)} pages left`;
        await small.lay();
        await small.fill(level * PAGE);
        const { code, stdout, stderr } = await small.run(row.words);
        endings.push(code);
        const { tree, torn } = await readTree(small.repository);
        expect(torn, place).toEqual([]);
        expect([0, 3], `${place}:\n${stderr}`).toContain(code);
        if (code === 3) {
          expect(row.isPiecemeal === true ? withoutNew(tree, before) : tree, place).toEqual(before);
          expect(stderr.match(/error:/g), `${place}:\n${stderr}`).toHaveLength(1);
          // git does not always say what kept it from writing its index.
          expect(stderr, place).toMatch(/no space left on device|out of diskspace/i);
          expect(stdout + stderr, place).not.toMatch(/\n\s+at /);
          await small.empty();
          const next = await small.run(row.words);
          expect(next.code, `${place}, the next run:\n${next.stderr}`).toBe(0);
        }
        const end = await readTree(small.repository);
        expect(end.torn, `${place}, the next run`).toEqual([]);
        expect(comparable(row, end.tree), `${place}, the next run`).toEqual(comparable(row, after));
      }
      console.log(
        `${row.name}: ${String(endings.filter((code) => code === 3).length)} of ${String(levels.length)} levels too full`,
      );
      if (isWhole) expect(new Set(endings)).toEqual(new Set([0, 3]));
    });
  },
);

/** The tree that the command leaves where there is room. */
async function finished({ words }: Row, { folder, env }: SmallCluster): Promise<Tree> {
  const copy = await temporaryFolder();
  copyTree(folder, copy);
  const repository = join(copy, 'repository');
  const { code, stderr } = await runProcess([process.execPath, LAUNCHER, ...given(words, copy)], {
    cwd: repository,
    env,
  });
  expect(code, stderr).toBe(0);
  return (await readTree(repository)).tree;
}

function given(words: readonly string[], folder: string): string[] {
  return words.map((word) => (word === 'UPSTREAM' ? join(folder, 'upstream') : word));
}

function comparable({ isRandom }: Row, tree: Tree): unknown {
  return isRandom === true ? Object.keys(tree).sort() : tree;
}

function withoutNew(tree: Tree, before: Tree): Tree {
  return Object.fromEntries(Object.entries(tree).filter(([path]) => path in before));
}

/** A small file system with a copy of a cluster. */
interface SmallDisk {
  /** Path of the repository, from outside of the name space. */
  readonly repository: string;
  /** Lays the cluster anew. */
  readonly lay: () => Promise<void>;
  /** Leaves so many bytes. */
  readonly fill: (left: number) => Promise<void>;
  readonly empty: () => Promise<void>;
  readonly run: (words: readonly string[]) => ReturnType<typeof runProcess>;
}

async function mountSmall({ folder, env }: SmallCluster): Promise<SmallDisk> {
  const mount = await temporaryFolder();
  const script = 'mount -t tmpfs -o size=16m none "$1" && echo mounted && exec sleep 3600';
  const holder = spawn('unshare', ['-rm', 'sh', '-c', script, 'sh', mount], { stdio: ['ignore', 'pipe', 'inherit'] });
  onTestFinished(() => {
    holder.kill();
  });
  await saysMounted(holder);
  const disk = `/proc/${String(holder.pid)}/root${mount}`;
  const filler = join(disk, 'filler');
  const enter = ['nsenter', '-t', String(holder.pid), '-U', '-m', '--preserve-credentials'];
  return {
    repository: join(disk, 'repository'),
    async lay() {
      for (const name of ['repository', 'upstream', 'filler'])
        await rm(join(disk, name), { recursive: true, force: true });
      for (const name of ['repository', 'upstream']) copyTree(join(folder, name), join(disk, name));
    },
    async fill(left) {
      const { bavail, bsize } = await statfs(disk);
      await writeFile(filler, Buffer.alloc(bavail * bsize - left));
    },
    empty: () => rm(filler),
    run: (words) =>
      runProcess([...enter, process.execPath, LAUNCHER, ...given(words, mount), '--root', join(mount, 'repository')], {
        cwd: join(folder, 'repository'),
        env: { ...env, CLUSTER_TEMPLATE_TRUST: mount },
      }),
  };
}

async function saysMounted(holder: ChildProcess): Promise<void> {
  await new Promise<void>((settle, fail) => {
    holder.stdout?.once('data', () => {
      settle();
    });
    holder.once('exit', () => {
      fail(new Error('the file system could not be mounted'));
    });
  });
}
