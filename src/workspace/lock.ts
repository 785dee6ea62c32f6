import { basename } from 'node:path';
import { failure, type Failure } from '../report/finding.ts';
import { clock } from '../system/environment.ts';
import { unobserved } from '../system/observation.ts';
import { isRunning, type ProcessIdentity, thisProcess } from '../system/programs.ts';
import { type Destination, publishFile, readOwnTextIfPresent, removeFile, replaceFile } from '../system/writing.ts';
import { refuseStrangeFolder, stateFile, type Workspace } from './disk.ts';
import { contentHash } from './inventory.ts';
import { asFields, parseJson } from '../text/values.ts';

/** What a run that holds the lock may ask for. */
interface Exclusive {
  /** Does work that must not be interrupted half-way: an interruption that comes meanwhile waits for its end. */
  readonly uninterrupted: <T>(work: () => Promise<T>) => Promise<T>;
}

/**
 * Does work while no other run writes to the workspace. The lock is given back whatever happens; an interruption ends the
 * work at once, or where it began to write lets it finish.
 *
 * @param signal - aborted where somebody interrupts the program
 * @throws Failure where another run does not end in time; the signal's reason where the work was interrupted
 */
export async function exclusively<T>(
  workspace: Workspace,
  signal: AbortSignal,
  work: (exclusive: Exclusive) => Promise<T>,
): Promise<T> {
  await refuseStrangeFolder(workspace, basename(workspace.state));
  // Who holds it says nothing of what the run comes to.
  const lock = await unobserved(() => takeLock(workspace, signal));
  const guard = new Guard(signal);
  try {
    return await Promise.race([work(guard), guard.interrupted]);
  } finally {
    await unobserved(() => lock.release());
  }
}

class Guard implements Exclusive {
  readonly interrupted: Promise<never>;
  readonly #signal: AbortSignal;
  #isWriting = false;

  constructor(signal: AbortSignal) {
    this.#signal = signal;
    this.interrupted = this.#interruption();
    this.interrupted.catch(() => undefined);
  }

  /** Ends with the reason of the signal, which is whatever the caller wants to have thrown; never where a write was under way. */
  async #interruption(): Promise<never> {
    const signal = this.#signal;
    const wasWriting = await new Promise<boolean>((resolve) => {
      const note = (): void => {
        resolve(this.#isWriting);
      };
      if (signal.aborted) note();
      else signal.addEventListener('abort', note, { once: true });
    });
    if (!wasWriting) signal.throwIfAborted();
    return await new Promise<never>(() => undefined);
  }

  readonly uninterrupted = async <T>(work: () => Promise<T>): Promise<T> => {
    this.#signal.throwIfAborted();
    this.#isWriting = true;
    try {
      return await work();
    } finally {
      this.#isWriting = false;
    }
  };
}

/** Name of the lock in the state folder. */
const LOCK_NAME = 'lock';

/** How long a run waits for another one, and how often it looks. */
const WAIT_MILLISECONDS = 10_000;
const POLL_MILLISECONDS = 100;

/** The right to write to a workspace, while it is held. */
interface Lock {
  /** Gives the right back; calling it again does nothing. */
  release(): Promise<void>;
}

/**
 * Takes the lock of a workspace: one run writes at a time. A lock whose holder is dead is taken over.
 *
 * @throws Failure of kind `outside`, naming the holder, where another run does not end in time
 * @throws the signal's reason where it is aborted meanwhile
 */
export async function takeLock(workspace: Workspace, signal: AbortSignal): Promise<Lock> {
  const place = stateFile(workspace, LOCK_NAME);
  const mine = `${JSON.stringify(await thisProcess())}\n`;
  const end = clock.elapsedMilliseconds() + WAIT_MILLISECONDS;
  for (;;) {
    signal.throwIfAborted();
    const outcome = await tryLock(place, mine);
    if (outcome === 'taken') return new HeldLock(place, mine);
    if (outcome === 'moved') continue;
    if (clock.elapsedMilliseconds() >= end) throw locked(outcome);
    await clock.pause(POLL_MILLISECONDS, signal);
  }
}

class HeldLock implements Lock {
  readonly #place: Destination;
  readonly #text: string;

  constructor(place: Destination, text: string) {
    this.#place = place;
    this.#text = text;
  }

  async release(): Promise<void> {
    if ((await readOwnTextIfPresent(this.#place)) !== this.#text) return;
    await removeFile(this.#place);
  }
}

/**
 * One attempt; gives back who holds the lock where it is taken, or that it changed while it was looked at. A dead holder's lock
 * is replaced by whoever first takes a second lock that is named after the dead one's text: between reading that text and
 * replacing it nobody else can come.
 *
 * @throws Failure where a link or a folder lies in the place of the lock, which nobody would ever give back
 */
async function tryLock(place: Destination, mine: string): Promise<ProcessIdentity | 'taken' | 'moved'> {
  if (await publishFile(place, mine, 0o644)) return 'taken';
  const text = await readOwnTextIfPresent(place);
  if (text === undefined) return 'moved';
  const holder = parseHolder(text);
  if (holder === undefined) await clock.pause(HALF_WRITTEN_MILLISECONDS);
  else if (await isRunning(holder)) return holder;
  const takeover = { ...place, path: `${place.path}.${contentHash(Buffer.from(text)).slice(-16)}` };
  const rival = await tryLock(takeover, mine);
  if (rival !== 'taken') return rival;
  try {
    if ((await readOwnTextIfPresent(place)) !== text) return 'moved';
    await replaceFile(place, mine);
    return 'taken';
  } finally {
    await removeFile(takeover);
  }
}

/** Where there are no hard links a lock is seen empty for a moment before its holder stands in it. */
const HALF_WRITTEN_MILLISECONDS = 50;

/** Undefined for a text that no run has written: nobody holds such a lock. */
function parseHolder(text: string): ProcessIdentity | undefined {
  const { pid, started, host, boot, namespace } = asFields(parseJson(text));
  if (typeof pid !== 'number' || !Number.isSafeInteger(pid) || pid <= 0) return undefined;
  if (typeof started !== 'string' || typeof host !== 'string' || typeof boot !== 'string') return undefined;
  if (typeof namespace !== 'string') return undefined;
  return { pid, started, host, boot, namespace };
}

function locked({ pid, host }: ProcessIdentity): Failure {
  return failure('outside', {
    code: 'workspace/locked',
    message: `process ${String(pid)} on ${host} is writing to this tree and did not end within ${String(WAIT_MILLISECONDS / 1000)} s`,
    remedy: `wait for it or end it; where that host or container is gone, remove .cluster-template/${LOCK_NAME}`,
  });
}
