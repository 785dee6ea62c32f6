import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, readdir, readFile, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { exclusively, takeLock } from '../../src/workspace/lock.ts';
import { clock } from '../../src/system/environment.ts';
import { thisProcess, type ProcessIdentity } from '../../src/system/programs.ts';
import { virtualClock } from '../support/clock.ts';
import { openWorkspace, type TestWorkspace } from './workspaces.ts';

const NEVER = new AbortController().signal;

describe('takeLock', () => {
  it('names its holder and leaves nothing behind when it is released', async () => {
    const workspace = await openWorkspace({});
    const lock = await takeLock(workspace, NEVER);
    const text = await readFile(join(workspace.state, 'lock'), 'utf8');
    expect(JSON.parse(text)).toEqual(await thisProcess());
    expect(JSON.parse(text)).toMatchObject({ pid: process.pid });
    await lock.release();
    await lock.release();
    expect(await readdir(workspace.state)).toEqual([]);
  });

  it('waits for a running holder and then names it', async () => {
    const workspace = await openWorkspace({});
    const lock = await takeLock(workspace, NEVER);
    const { host } = await thisProcess();
    const seconds = virtualClock();
    await expect(takeLock(workspace, NEVER)).rejects.toMatchObject({
      kind: 'outside',
      message: `process ${String(process.pid)} on ${host} is writing to this tree and did not end within 10 s`,
    });
    expect(seconds()).toBe(10);
    // From here on no time passes, however long the machine takes to give the lock back.
    vi.spyOn(clock, 'elapsedMilliseconds').mockReturnValue(0);
    const second = takeLock(workspace, NEVER);
    await lock.release();
    await (await second).release();
  });

  it.each<[string, (mine: ProcessIdentity) => Promise<Partial<ProcessIdentity>>]>([
    ['a process that is gone', async () => ({ pid: await deadPid() })],
    ['another process that got its number', (mine) => Promise.resolve({ started: `${mine.started}0` })],
    ['a process before the last start of the machine', () => Promise.resolve({ boot: 'another-boot' })],
    [
      'a process of a container before the last start of the machine',
      () => Promise.resolve({ boot: 'another-boot', namespace: 'pid:[1]' }),
    ],
  ])('takes over the lock of %s', async (_, change) => {
    const mine = await thisProcess();
    const workspace = await locked(JSON.stringify({ ...mine, ...(await change(mine)) }));
    const lock = await takeLock(workspace, NEVER);
    expect(JSON.parse(await readFile(join(workspace.state, 'lock'), 'utf8'))).toEqual(mine);
    await lock.release();
    expect(await readdir(workspace.state)).toEqual([]);
  });

  it.each([{ pid: 0 }, { host: 5 }, { namespace: null }])(
    'takes over a lock that names no process: %o',
    async (change) => {
      const text = JSON.stringify({ ...(await thisProcess()), ...change });
      const lock = await takeLock(await locked(text), NEVER);
      await lock.release();
    },
  );

  it('gives back no lock that somebody else holds meanwhile', async () => {
    const workspace = await openWorkspace({});
    const lock = await takeLock(workspace, NEVER);
    await writeFile(join(workspace.state, 'lock'), 'theirs\n');
    await lock.release();
    expect(await readFile(join(workspace.state, 'lock'), 'utf8')).toBe('theirs\n');
  });

  it.each(['', '{', '[]', '{"pid":-1,"started":"","host":"","boot":"","namespace":""}', '{"pid":1}'])(
    'takes over a lock that no run has written: %s',
    async (text) => {
      const lock = await takeLock(await locked(text), NEVER);
      await lock.release();
    },
  );

  it('leaves the lock of another host alone', async () => {
    const text = JSON.stringify({ ...(await thisProcess()), pid: await deadPid(), host: 'elsewhere' });
    const workspace = await locked(text);
    virtualClock();
    await expect(takeLock(workspace, NEVER)).rejects.toThrow('on elsewhere is writing');
    expect(await readFile(join(workspace.state, 'lock'), 'utf8')).toBe(text);
  });

  it('leaves the lock of another container alone, whose numbers mean nothing here', async () => {
    const text = JSON.stringify({ ...(await thisProcess()), pid: await deadPid(), namespace: 'pid:[1]' });
    const workspace = await locked(text);
    virtualClock();
    await expect(takeLock(workspace, NEVER)).rejects.toThrow('is writing to this tree');
    expect(await readFile(join(workspace.state, 'lock'), 'utf8')).toBe(text);
  });

  it.each<[string, (path: string) => Promise<unknown>]>([
    ['a link', (path) => symlink('nowhere', path)],
    ['a folder', (path) => mkdir(path)],
  ])('says that %s lies in its place instead of waiting for ever', async (what, make) => {
    const workspace = await openWorkspace({});
    await mkdir(workspace.state);
    await make(join(workspace.state, 'lock'));
    await expect(takeLock(workspace, NEVER)).rejects.toThrow(`${what} lies where a generated file belongs`);
  });

  it('waits as long as it should, though somebody sets the clock back', { tags: 'long' }, async () => {
    const workspace = await openWorkspace({});
    const lock = await takeLock(workspace, NEVER);
    const date = vi.spyOn(Date, 'now').mockReturnValue(0);
    vi.useFakeTimers({ toFake: ['Date'], now: 0 });
    onTestFinished(() => {
      date.mockRestore();
      vi.useRealTimers();
    });
    await expect(takeLock(workspace, NEVER)).rejects.toThrow('did not end within 10 s');
    await lock.release();
  });

  it('ends while it waits where somebody interrupts it', async () => {
    const workspace = await openWorkspace({});
    const lock = await takeLock(workspace, NEVER);
    const controller = new AbortController();
    const waiting = takeLock(workspace, controller.signal);
    controller.abort(new Error('interrupted'));
    await expect(waiting).rejects.toThrow('interrupted');
    await lock.release();
  });

  it('is never held twice, however many take over a dead one at once', async () => {
    const workspace = await locked(JSON.stringify({ ...(await thisProcess()), pid: await deadPid() }));
    let holders = 0;
    let most = 0;
    virtualClock();
    vi.spyOn(clock, 'elapsedMilliseconds').mockReturnValue(0);
    const takers = Array.from({ length: 12 }, async () => {
      const lock = await takeLock(workspace, NEVER);
      most = Math.max(most, ++holders);
      await new Promise((resolve) => setTimeout(resolve, 5));
      holders -= 1;
      await lock.release();
    });
    await Promise.all(takers);
    expect(most).toBe(1);
    expect(await readdir(workspace.state)).toEqual([]);
  });
});

describe('exclusively', () => {
  it('gives the lock back where the work fails', async () => {
    const workspace = await openWorkspace({});
    const failing = exclusively(workspace, NEVER, () => Promise.reject(new Error('no')));
    await expect(failing).rejects.toThrow('no');
    expect(await readdir(workspace.state)).toEqual([]);
  });

  it('ends with the reason of an interruption, though the work never ends', async () => {
    const workspace = await openWorkspace({});
    const controller = new AbortController();
    const endless = exclusively(workspace, controller.signal, async () => {
      controller.abort(new Error('interrupted'));
      await new Promise(() => undefined);
    });
    await expect(endless).rejects.toThrow('interrupted');
    expect(await readdir(workspace.state)).toEqual([]);
  });

  it('lets work that must not be interrupted come to its end', async () => {
    const workspace = await openWorkspace({});
    const controller = new AbortController();
    const result = exclusively(workspace, controller.signal, ({ uninterrupted }) =>
      uninterrupted(async () => {
        controller.abort(new Error('interrupted'));
        await new Promise((resolve) => setTimeout(resolve, 10));
        return 'done';
      }),
    );
    await expect(result).resolves.toBe('done');
  });

  it('ends at once where the interruption comes after such work', async () => {
    const workspace = await openWorkspace({});
    const controller = new AbortController();
    const endless = exclusively(workspace, controller.signal, async ({ uninterrupted }) => {
      await uninterrupted(() => Promise.resolve());
      controller.abort(new Error('interrupted'));
      await new Promise(() => undefined);
    });
    await expect(endless).rejects.toThrow('interrupted');
  });

  it('begins no such work after an interruption', async () => {
    const workspace = await openWorkspace({});
    const controller = new AbortController();
    let begun = false;
    const late = exclusively(workspace, controller.signal, async ({ uninterrupted }) => {
      controller.abort(new Error('interrupted'));
      await uninterrupted(() => Promise.resolve((begun = true)));
    });
    await expect(late).rejects.toThrow('interrupted');
    expect(begun).toBe(false);
  });

  it('refuses a state folder that is a link or a file', async () => {
    const workspace = await openWorkspace({ 'elsewhere/x': 'x\n' });
    await symlink('elsewhere', workspace.state);
    await expect(exclusively(workspace, NEVER, () => Promise.resolve())).rejects.toThrow('a link lies where');
    const other = await openWorkspace({ '.cluster-template': 'x\n' });
    await expect(exclusively(other, NEVER, () => Promise.resolve())).rejects.toThrow('a file lies where');
  });
});

async function locked(text: string): Promise<TestWorkspace> {
  const workspace = await openWorkspace({});
  await mkdir(workspace.state);
  await writeFile(join(workspace.state, 'lock'), text);
  return workspace;
}

/** The number of a process that has ended just now. */
async function deadPid(): Promise<number> {
  const child = spawn(process.execPath, ['-e', '0'], { stdio: 'ignore' });
  await once(child, 'exit');
  return child.pid ?? 0;
}
