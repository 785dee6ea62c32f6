import { basename } from 'node:path';
import { refuseStrangeFolder, type Workspace } from './disk.ts';
import { takeLock } from './lock.ts';

/** What a run that holds the lock may ask for. */
export interface Exclusive {
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
  const lock = await takeLock(workspace, signal);
  const guard = new Guard(signal);
  try {
    return await Promise.race([work(guard), guard.interrupted]);
  } finally {
    await lock.release();
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
