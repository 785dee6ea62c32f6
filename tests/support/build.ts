import { execFile } from 'node:child_process';
import { chmod, mkdtemp, readdir, rm, stat, statfs, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { exists } from '../../src/system/programs.ts';
import { laySources } from './lay-sources.ts';
import { makeSample } from './sample.ts';

const run = promisify(execFile);
const LAUNCHER = resolve(import.meta.dirname, '../../bin/cluster-template.mjs');

/**
 * Runs once before all tests: the bundle is made before several tests start the command line at the same time, and the sample is
 * configured once, so that its copies start with the caches that a user has after the first run.
 */
export async function setup(): Promise<() => Promise<void>> {
  const memory = await folderInMemory();
  if (memory !== undefined) process.env.TMPDIR = memory;
  const folder = await mkdtemp(join(tmpdir(), 'cluster-template-sample-'));
  // What the tests keep for their user is theirs alone.
  process.env.CLUSTER_TEMPLATE_CACHE = join(folder, 'cache');
  process.env.XDG_STATE_HOME = join(folder, 'state');
  // Their repositories have plugins of their own; tests of the trust itself take it away.
  process.env.CLUSTER_TEMPLATE_TRUST = tmpdir();
  await run(process.execPath, [LAUNCHER, '--version']);
  const removeSources = laySources();
  const remove = async (): Promise<void> => {
    removeSources();
    await rm(memory ?? folder, { recursive: true, force: true });
  };
  // No cluster is configured there; the tests of the engine need none.
  if (process.platform === 'win32') return remove;
  const cluster = join(folder, 'cluster');
  await makeSample(cluster);
  process.env.SAMPLE_CLUSTER = cluster;
  return remove;
}

/** Folders of runs that were killed: memory is no disk, and nobody else takes them away. */
async function removeAbandoned(memory: string): Promise<void> {
  for (const name of await readdir(memory)) {
    const pid = /^tests-(\d+)-/.exec(name)?.[1];
    if (pid === undefined || exists(Number(pid)) || (await stat(join(memory, name))).uid !== process.getuid?.())
      continue;
    await rm(join(memory, name), { recursive: true, force: true });
  }
}

/** What all copies of the sample take at a time, and then some. */
const ROOM = 2 ** 31;

/**
 * A folder for what tests write that no disk has to keep, where Linux has room for one and programs can be started from it: a cluster
 * is laid and gone there in a tenth of the time.
 */
async function folderInMemory(): Promise<string | undefined> {
  try {
    const { bavail, bsize } = await statfs('/dev/shm');
    if (bavail * bsize < ROOM) return undefined;
    await removeAbandoned('/dev/shm');
    const folder = await mkdtemp(`/dev/shm/tests-${String(process.pid)}-`);
    // As the one on disk: programs that a test starts as somebody else use it too.
    await chmod(folder, 0o1777);
    try {
      const program = join(folder, 'program');
      await writeFile(program, '#!/bin/sh\n', { mode: 0o755 });
      await run(program);
      return folder;
    } catch {
      await rm(folder, { recursive: true });
      return undefined;
    }
  } catch {
    return undefined;
  }
}
