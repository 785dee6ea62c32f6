import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { applyPlan, recover } from '../../src/workspace/apply.ts';
import { thisProcess } from '../../src/system/programs.ts';
import { readDisk } from '../../src/workspace/disk.ts';
import { takeLock } from '../../src/workspace/lock.ts';
import { planChanges, type Plan } from '../../src/workspace/plan.ts';
import type * as WritingModule from '../../src/system/writing.ts';
import { virtualClock } from '../support/clock.ts';
import { readFiles } from '../support/folders.ts';
import { file, inventoryOf, inventoryText, openWorkspace, RECORD, type TestWorkspace } from './workspaces.ts';

/** Makes the file functions fail: the call with the number `at` alone, or it and all that follow, as after a kill. */
const fault = vi.hoisted(() => ({
  calls: 0,
  at: Infinity,
  deadFrom: Infinity,
  /** Done by somebody else before a file is published. */
  meanwhile: (_path: string): Promise<void> => Promise.resolve(),
}));

vi.mock('../../src/system/writing.ts', async (original) => {
  const real = await original<typeof WritingModule>();
  const failing = <A extends unknown[], R>(work: (...arguments_: A) => Promise<R>) => {
    return async (...arguments_: A): Promise<R> => {
      fault.calls += 1;
      if (fault.calls === fault.at || fault.calls >= fault.deadFrom) {
        throw Object.assign(new Error('ENOSPC: no space left on device, write'), { code: 'ENOSPC', syscall: 'write' });
      }
      return await work(...arguments_);
    };
  };
  return {
    ...real,
    publishFile: async (...[to, bytes, mode]: Parameters<typeof real.publishFile>) => {
      await fault.meanwhile(to.path);
      return await real.publishFile(to, bytes, mode);
    },
    createFile: failing(real.createFile),
    replaceFile: failing(real.replaceFile),
    moveFile: failing(real.moveFile),
    copyFile: failing(real.copyFile),
    removeFile: failing(real.removeFile),
    removeTree: failing(real.removeTree),
    removeEmptyFolders: failing(real.removeEmptyFolders),
  };
});

afterEach(mend);

const OLD = {
  'talos/changed': 'old\n',
  'talos/run.sh': 'old\n',
  'kubernetes/a/b/stale': 'stale\n',
  'kubernetes/x': 'x\n',
};
const NEW = [file('talos/changed', 'new\n'), file('talos/run.sh', 'old\n', true), file('kubernetes/new/y', 'y\n')];

/** The tree after a run that nothing disturbed. */
const FINISHED = {
  'talos/changed': 'new\n',
  'talos/run.sh*': 'old\n',
  'kubernetes/new/y': 'y\n',
  '.cluster-template/manifest.json': inventoryText({
    'talos/changed': 'new\n',
    'talos/run.sh': 'old\n',
    'kubernetes/new/y': 'y\n',
  }),
};

/** More than the calls of one commit, so that the last rounds see one without a fault. */
const ROUNDS = 45;

describe('applyPlan on a disk that refuses', () => {
  it('leaves the tree as it was, whichever call fails', async () => {
    let failures = 0;
    for (let at = 1; at <= ROUNDS; at++) {
      const { workspace, before, plan } = await prepare();
      Object.assign(fault, { calls: 0, at });
      const error = await applyPlan(workspace, plan, RECORD).then(
        () => undefined,
        (reason: unknown) => reason,
      );
      mend();
      const tree = await readFiles(workspace.root);
      if (error === undefined) {
        await recover(workspace);
        expect(await readFiles(workspace.root), `call ${String(at)}`).toEqual(FINISHED);
        continue;
      }
      failures += 1;
      expect(error, `call ${String(at)}`).toMatchObject({
        kind: 'outside',
        message: 'nothing was changed: ENOSPC: no space left on device, write',
      });
      expect(tree, `call ${String(at)}`).toEqual(before);
    }
    expect(failures).toBeGreaterThan(12);
  });

  it('is whole after the next run, wherever it was killed', async () => {
    const seen = new Set<string>();
    for (let deadFrom = 1; deadFrom <= ROUNDS; deadFrom++) {
      const { workspace, before, plan } = await prepare();
      Object.assign(fault, { calls: 0, deadFrom });
      await applyPlan(workspace, plan, RECORD).catch(() => undefined);
      seen.add(await outcome(workspace, before, `dead from ${String(deadFrom)}`));
    }
    expect([...seen].sort()).toEqual(['new', 'old']);
  });

  it(
    'is whole after the next run, wherever it was killed while it took back a failed change',
    { tags: 'long' },
    async () => {
      const seen = new Set<string>();
      for (let at = 8; at <= 24; at += 3) {
        for (let deadFrom = at + 1; deadFrom <= at + 20; deadFrom++) {
          const { workspace, before, plan } = await prepare();
          Object.assign(fault, { calls: 0, at, deadFrom });
          await applyPlan(workspace, plan, RECORD).catch(() => undefined);
          seen.add(await outcome(workspace, before, `fails at ${String(at)}, dead from ${String(deadFrom)}`));
        }
      }
      expect(seen.has('old')).toBe(true);
    },
  );

  it('can be killed again and again while it recovers', async () => {
    for (let deadFrom = 10; deadFrom <= 30; deadFrom += 2) {
      const { workspace, before, plan } = await prepare();
      Object.assign(fault, { calls: 0, deadFrom });
      await applyPlan(workspace, plan, RECORD).catch(() => undefined);
      for (let again = 1; again <= 12; again++) {
        mend();
        fault.deadFrom = again;
        await recover(workspace).catch(() => undefined);
      }
      await outcome(workspace, before, `dead from ${String(deadFrom)}`);
    }
  });
});

it('leaves the lock of a dead run alone where somebody else was faster to take it over', async () => {
  const mine = await thisProcess();
  const workspace = await openWorkspace({ '.cluster-template/lock': JSON.stringify({ ...mine, started: '0' }) });
  const lock = join(workspace.state, 'lock');
  const theirs = `${JSON.stringify(mine)} `;
  fault.meanwhile = async (path) => {
    if (path !== lock) await writeFile(lock, theirs);
  };
  virtualClock();
  await expect(takeLock(workspace, new AbortController().signal)).rejects.toThrow('is writing to this tree');
  expect(await readFiles(workspace.state)).toEqual({ lock: theirs });
});

function mend(): void {
  Object.assign(fault, { calls: 0, at: Infinity, deadFrom: Infinity, meanwhile: () => Promise.resolve() });
}

async function prepare(): Promise<{ workspace: TestWorkspace; before: Record<string, string>; plan: Plan }> {
  const workspace = await openWorkspace({ ...OLD, '.cluster-template/manifest.json': 'old inventory\n' });
  const disk = await readDisk(workspace, [...Object.keys(OLD), ...NEW.map(({ path }) => path)]);
  const plan = planChanges(NEW, { disk, repositories: [], isSecret: () => false }, inventoryOf(OLD));
  return { workspace, before: await readFiles(workspace.root), plan };
}

/** Lets the next run begin, and tells which of the two whole trees it finds. */
async function outcome(workspace: TestWorkspace, before: Record<string, string>, what: string): Promise<string> {
  mend();
  await recover(workspace);
  const tree = await readFiles(workspace.root);
  const isOld = JSON.stringify(Object.entries(tree).sort()) === JSON.stringify(Object.entries(before).sort());
  if (!isOld) expect(tree, what).toEqual(FINISHED);
  return isOld ? 'old' : 'new';
}
