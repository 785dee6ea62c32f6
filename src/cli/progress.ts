import type { Progress } from '../pipeline/progress.ts';
import { print, shown } from '../system/terminal.ts';

/** A progress whose end is waited for, so that nothing else prints while it draws. */
export interface ShownProgress extends Progress {
  /** Ends the drawing; stages that were never begun are left out. A later stage is drawn on its own. */
  finish(): Promise<void>;
}

/**
 * Shows the stages of a run: on a terminal as a listr2 list drawn in place, elsewhere as one line for each stage that ended.
 *
 * @param titles - stages that follow each other with nothing printed in between; others are drawn when they come
 */
export async function showProgress(titles: readonly string[]): Promise<ShownProgress> {
  if (!process.stdout.isTTY) return LINES;
  let list = await startList(titles);
  return {
    async stage(title, work) {
      if (!list.has(title)) {
        await list.finish();
        list = await startList([title]);
      }
      return await list.stage(title, work);
    },
    finish: () => list.finish(),
  };
}

const LINES: ShownProgress = {
  async stage(title, work) {
    let summary = '';
    const result = await work((text) => (summary = text));
    print(`${headline(title, summary)}\n`);
    return result;
  },
  finish: () => Promise.resolve(),
};

interface DrawnList extends ShownProgress {
  has(title: string): boolean;
}

async function startList(titles: readonly string[]): Promise<DrawnList> {
  const { Listr } = await import('listr2');
  const stages = new Map(titles.map((title) => [title, new StageSignal()]));
  const list = new Listr(
    [...stages].map(([title, signal]) => ({
      title,
      task: async (_: unknown, task: { title: string; skip(message: string): void }): Promise<void> => {
        const summary = await signal.ended;
        if (summary === undefined) task.skip(title);
        else task.title = shown(headline(title, summary));
      },
    })),
    {
      exitOnError: false,
      // An interrupted run gives its lock back first; the list's own handler would end the process at once.
      registerSignalListeners: false,
      // A failure is told once, by its findings, after the list.
      rendererOptions: { showErrorMessage: false, collapseErrors: false },
    },
  );
  const drawing = list.run();
  return {
    has: (title) => stages.get(title)?.isOpen === true,
    async stage(title, work) {
      const signal = stages.get(title);
      let summary = '';
      try {
        const result = await work((text) => (summary = text));
        signal?.end(summary);
        return result;
      } catch (error) {
        signal?.fail(error);
        throw error;
      }
    },
    async finish() {
      for (const signal of stages.values()) signal.end(undefined);
      await drawing;
    },
  };
}

function headline(title: string, summary: string): string {
  return summary === '' ? title : `${title}: ${summary}`;
}

/** The end of a stage, as a promise that the run settles and the list waits for. */
class StageSignal {
  readonly ended: Promise<string | undefined>;
  isOpen = true;
  #resolve!: (summary: string | undefined) => void;
  #reject!: (error: unknown) => void;

  constructor() {
    this.ended = new Promise((resolve, reject) => {
      this.#resolve = resolve;
      this.#reject = reject;
    });
    // The list may never come to a stage that failed before its turn.
    this.ended.catch(() => undefined);
  }

  end(summary: string | undefined): void {
    this.isOpen = false;
    this.#resolve(summary);
  }

  fail(error: unknown): void {
    this.isOpen = false;
    this.#reject(error);
  }
}
