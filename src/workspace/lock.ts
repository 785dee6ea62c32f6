import { join } from 'node:path';
import { failure, type Failure } from '../report/finding.ts';
import { now, pause } from '../system/clock.ts';
import { publishFile, readTextIfPresent, removeFile, replaceFile } from '../system/files.ts';
import type { Workspace } from './disk.ts';
import { contentHash } from './entry.ts';
import { isRunning, thisProcess, type ProcessIdentity } from './process-identity.ts';

/** Name of the lock in the state folder. */
export const LOCK_NAME = 'lock';

/** How long a run waits for another one, and how often it looks. */
export interface LockPatience {
  readonly waitMilliseconds: number;
  readonly pollMilliseconds: number;
}

const PATIENCE: LockPatience = { waitMilliseconds: 10_000, pollMilliseconds: 100 };

/** The right to write to a workspace, while it is held. */
export interface Lock {
  /** Gives the right back; calling it again does nothing. */
  release(): Promise<void>;
}

/**
 * Takes the lock of a workspace: one run writes at a time. A lock whose holder is dead is taken over.
 *
 * @throws Failure of kind `outside`, naming the holder, where another run does not end in time
 * @throws the signal's reason where it is aborted meanwhile
 */
export async function takeLock(
  workspace: Workspace,
  signal: AbortSignal,
  patience: LockPatience = PATIENCE,
): Promise<Lock> {
  const path = join(workspace.state, LOCK_NAME);
  const mine = `${JSON.stringify(await thisProcess())}\n`;
  const end = now().getTime() + patience.waitMilliseconds;
  for (;;) {
    signal.throwIfAborted();
    const holder = await tryLock(path, mine);
    if (holder === undefined) return new HeldLock(path, mine);
    if (now().getTime() >= end) throw locked(holder, patience);
    await pause(patience.pollMilliseconds);
  }
}

class HeldLock implements Lock {
  readonly #path: string;
  readonly #text: string;

  constructor(path: string, text: string) {
    this.#path = path;
    this.#text = text;
  }

  async release(): Promise<void> {
    if ((await readTextIfPresent(this.#path)) !== this.#text) return;
    await removeFile(this.#path);
  }
}

/**
 * One attempt; gives back who holds the lock where it is taken. A dead holder's lock is replaced by whoever first takes a
 * second lock that is named after the dead one's text: between reading that text and replacing it nobody else can come.
 */
async function tryLock(path: string, mine: string): Promise<ProcessIdentity | undefined> {
  for (;;) {
    if (await publishFile(path, mine, 0o644)) return undefined;
    const text = await readTextIfPresent(path);
    if (text === undefined) continue;
    const holder = parseHolder(text);
    if (holder !== undefined && (await isRunning(holder))) return holder;
    const takeover = `${path}.${contentHash(Buffer.from(text)).slice(-16)}`;
    const rival = await tryLock(takeover, mine);
    if (rival !== undefined) return rival;
    try {
      if ((await readTextIfPresent(path)) !== text) continue;
      await replaceFile(path, mine);
      return undefined;
    } finally {
      await removeFile(takeover);
    }
  }
}

/** Undefined for a text that no run has written: nobody holds such a lock. */
function parseHolder(text: string): ProcessIdentity | undefined {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return undefined;
  }
  if (typeof value !== 'object' || value === null) return undefined;
  const { pid, started, host, boot } = value as Partial<Record<string, unknown>>;
  if (typeof pid !== 'number' || !Number.isSafeInteger(pid) || pid <= 0) return undefined;
  if (typeof started !== 'string' || typeof host !== 'string' || typeof boot !== 'string') return undefined;
  return { pid, started, host, boot };
}

function locked({ pid, host }: ProcessIdentity, { waitMilliseconds }: LockPatience): Failure {
  return failure('outside', {
    code: 'workspace/locked',
    message: `process ${String(pid)} on ${host} is writing to this tree and did not end within ${String(waitMilliseconds / 1000)} s`,
    remedy: `wait for it or end it; where that host is gone, remove .cluster-template/${LOCK_NAME}`,
  });
}
