import { watchFolders } from '../../system/folder-watch.ts';

/** Something that is looked at again and again. */
export interface Watched {
  /** Finds out what changed, and acts on it. Never called twice at a time. */
  readonly update: () => Promise<void>;
  /** The folders whose changes matter now; asked after every update. */
  readonly folders: () => Iterable<string>;
}

/** How long nothing more may happen before a burst of events counts as over. */
const SETTLE_MILLISECONDS = 10;

/** How long a burst of events can put off the next look. */
const PATIENCE_MILLISECONDS = 200;

/**
 * Looks once, and again whenever something happens in the folders, until the signal says stop. An event is no more than
 * a reason to look: none is lost that comes while an update is at work, and a burst of them is one look.
 */
export async function watchLoop(watched: Watched, signal: AbortSignal): Promise<void> {
  const bell = new Bell();
  const folders = watchFolders(() => {
    bell.ring();
  });
  const stop = (): void => {
    bell.ring();
  };
  signal.addEventListener('abort', stop);
  try {
    while (!signal.aborted) {
      bell.silence();
      await watched.update();
      // What happened in a folder before it was watched, nobody told of.
      if (folders.set(watched.folders())) continue;
      await bell.rung(signal);
    }
  } finally {
    signal.removeEventListener('abort', stop);
    folders.close();
  }
}

/** Events since the last look, and who waits for them. */
class Bell {
  #last = 0;
  #first = 0;
  #wake: (() => void) | undefined;

  ring(): void {
    this.#last = performance.now();
    if (this.#first === 0) this.#first = this.#last;
    this.#wake?.();
  }

  silence(): void {
    this.#first = 0;
  }

  /** Resolves when there was an event and the burst that it came in is over. */
  async rung(signal: AbortSignal): Promise<void> {
    if (this.#first === 0) await new Promise<void>((wake) => (this.#wake = wake));
    this.#wake = undefined;
    while (!signal.aborted && performance.now() - this.#first < PATIENCE_MILLISECONDS) {
      const left = this.#last + SETTLE_MILLISECONDS - performance.now();
      if (left <= 0) return;
      await new Promise((done) => setTimeout(done, left));
    }
  }
}
