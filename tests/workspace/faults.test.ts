import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { planEdits } from '../../src/pipeline/apps.ts';
import { applyEdits, applyPlan, recover, recoverEdits } from '../../src/workspace/apply.ts';
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

describe('changes of files that people write', () => {
  const WRITTEN = {
    'apps/films/ks.yaml': 'films\n',
    'apps/films/app/run.sh': 'old\n',
    'apps/kustomization.yaml': '- films\n',
    'apps/radio/ks.yaml': 'radio\n',
  };
  // One of each sort: a file that moves as it is, one that moves and changes, one that changes, one that is new, one that goes.
  const CHANGES = [
    { path: 'apps/movies/ks.yaml', from: 'apps/films/ks.yaml', before: 'films\n', after: 'films\n' },
    { path: 'apps/movies/app/run.sh', from: 'apps/films/app/run.sh', before: 'old\n', after: 'new\n' },
    { path: 'apps/kustomization.yaml', before: '- films\n', after: '- movies\n' },
    { path: 'apps/movies/namespace.yaml', after: 'namespace\n' },
    { path: 'apps/radio/ks.yaml', before: 'radio\n' },
  ];
  const CHANGED = {
    'apps/movies/ks.yaml': 'films\n',
    'apps/movies/app/run.sh': 'new\n',
    'apps/kustomization.yaml': '- movies\n',
    'apps/movies/namespace.yaml': 'namespace\n',
  };

  async function planned(): Promise<{ workspace: TestWorkspace; plan: Plan }> {
    const workspace = await openWorkspace(WRITTEN);
    return { workspace, plan: (await planEdits(workspace.root, CHANGES)).plan };
  }

  it('are all there or none is, whichever call fails', async () => {
    let failures = 0;
    for (let at = 1; at <= ROUNDS; at++) {
      const { workspace, plan } = await planned();
      Object.assign(fault, { calls: 0, at });
      const isDone = await applyEdits(workspace, plan).then(
        () => true,
        () => false,
      );
      mend();
      if (!isDone) failures += 1;
      // What could not be cleared away is cleared by the next command.
      await recoverEdits(workspace);
      expect(await readFiles(workspace.root), `call ${String(at)}`).toEqual(isDone ? CHANGED : WRITTEN);
    }
    expect(failures).toBeGreaterThan(8);
  });

  it('are finished or taken back by the next command, wherever the first was killed', async () => {
    const seen = new Set<string>();
    for (let deadFrom = 1; deadFrom <= ROUNDS; deadFrom++) {
      const { workspace, plan } = await planned();
      Object.assign(fault, { calls: 0, deadFrom });
      await applyEdits(workspace, plan).catch(() => undefined);
      mend();
      await recoverEdits(workspace);
      const tree = await readFiles(workspace.root);
      const isNew = Object.hasOwn(tree, 'apps/movies/ks.yaml');
      expect(tree, `dead from ${String(deadFrom)}`).toEqual(isNew ? CHANGED : WRITTEN);
      seen.add(isNew ? 'new' : 'old');
    }
    expect([...seen].sort()).toEqual(['new', 'old']);
  });

  it('can be killed again and again while they are recovered', async () => {
    for (let deadFrom = 8; deadFrom <= 30; deadFrom += 2) {
      const { workspace, plan } = await planned();
      Object.assign(fault, { calls: 0, deadFrom });
      await applyEdits(workspace, plan).catch(() => undefined);
      for (let again = 1; again <= 12; again++) {
        mend();
        fault.deadFrom = again;
        await recoverEdits(workspace).catch(() => undefined);
      }
      mend();
      await recoverEdits(workspace);
      const tree = await readFiles(workspace.root);
      expect([WRITTEN, CHANGED], `dead from ${String(deadFrom)}`).toContainEqual(tree);
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
