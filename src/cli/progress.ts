import type { Progress } from '../pipeline/progress.ts';

/** A progress whose end is waited for, so that nothing else prints while it draws. */
export interface ShownProgress extends Progress {
  /** Ends the drawing; stages that were never begun are left out. */
  finish(): Promise<void>;
}

/** Shows the stages of a run as a listr2 list: drawn in place on a terminal, one line a stage elsewhere. */
export async function listProgress(titles: readonly string[]): Promise<ShownProgress> {
  const { Listr } = await import('listr2');
  const stages = new Map(titles.map((title) => [title, new StageSignal()]));
  const list = new Listr(
    [...stages].map(([title, signal]) => ({
      title,
      task: async (_: unknown, task: { title: string; skip(message: string): void }): Promise<void> => {
        const summary = await signal.ended;
        if (summary === undefined) task.skip(title);
        else if (summary !== '') task.title = `${title}: ${summary}`;
      },
    })),
    {
      exitOnError: false,
      // A failure is told once, by its findings, after the list.
      rendererOptions: { showErrorMessage: false, collapseErrors: false },
    },
  );
  const drawing = list.run();
  return {
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

/** The end of a stage, as a promise that the run settles and the list waits for. */
class StageSignal {
  readonly ended: Promise<string | undefined>;
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
    this.#resolve(summary);
  }

  fail(error: unknown): void {
    this.#reject(error);
  }
}
