import { type Progress, SILENT, type StepReport } from '../report/progress.ts';
import { print, shown } from '../system/terminal.ts';
import { worded } from './invocation.ts';

/** A progress whose end is waited for, so that nothing else prints while it draws. */
export interface ShownProgress extends Progress {
  /** Ends the drawing; steps that were never begun are left out. A later step is drawn on its own. */
  finish(): Promise<void>;
}

/**
 * Shows the stages of a run: on a terminal as a listr2 list drawn in place, elsewhere as one line for each stage that ended.
 *
 * @param titles - stages that follow each other with nothing printed in between; others are drawn when they come
 */
export async function showProgress(titles: readonly string[]): Promise<ShownProgress> {
  if (!process.stdout.isTTY) return { step: printStage, finish: () => Promise.resolve() };
  let list = await drawList(titles);
  return {
    async step(title, work) {
      if (!list.has(title)) {
        await list.finish();
        list = await drawList([title]);
      }
      return await list.step(title, work);
    },
    finish: () => list.finish(),
  };
}

/**
 * Shows the steps of an operation, each for itself: on a terminal with the last line of its programs below it while it is at work;
 * elsewhere its title as it begins, and what is worth noting indented below.
 */
export function showSteps(isTerminal: boolean = process.stdout.isTTY): Progress {
  return isTerminal ? { step: drawStep } : { step: printStep };
}

async function printStage<T>(title: string, work: (report: StepReport) => Promise<T>): Promise<T> {
  let summary = '';
  const result = await SILENT.step(title, (report) => work({ ...report, say: (text) => (summary = text) }));
  print(`${headline(title, summary)}\n`);
  return result;
}

async function printStep<T>(title: string, work: (report: StepReport) => Promise<T>): Promise<T> {
  print(`${title}\n`);
  let summary = '';
  const note = (line: string): void => {
    print(`  ${worded(line)}\n`);
  };
  const result = await work({ live: () => undefined, note, say: (text) => (summary = text) });
  if (summary !== '') note(summary);
  return result;
}

async function drawStep<T>(title: string, work: (report: StepReport) => Promise<T>): Promise<T> {
  const list = await drawList([title]);
  return await list.step(title, work).finally(() => list.finish());
}

/** A line that is wider than the terminal would be drawn on two, of which only one is taken back. */
const MARGIN = 8;

interface DrawnList extends ShownProgress {
  /** Whether a step is in the list and has not ended. */
  has(title: string): boolean;
}

async function drawList(titles: readonly string[]): Promise<DrawnList> {
  const { Listr } = await import('listr2');
  const steps = new Map(titles.map((title) => [title, new DrawnStep()]));
  const notes: string[] = [];
  const list = new Listr(
    [...steps].map(([title, step]) => ({
      title,
      task: async (_: unknown, task: DrawnTask): Promise<void> => {
        step.drawOn(task);
        const summary = await step.ended;
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
    has: (title) => steps.get(title)?.isOpen === true,
    async step(title, work) {
      const step = steps.get(title);
      let summary = '';
      const live = (line: string): void => {
        step?.show(shown(line).slice(0, Math.max(20, process.stdout.columns - MARGIN)));
      };
      const note = (line: string): void => {
        notes.push(line);
        live(line);
      };
      try {
        const result = await work({ live, note, say: (text) => (summary = text) });
        step?.end(summary);
        return result;
      } catch (error) {
        step?.fail(error);
        throw error;
      }
    },
    async finish() {
      for (const step of steps.values()) step.end(undefined);
      await drawing;
      print(
        notes
          .splice(0)
          .map((line) => `  ${worded(line)}\n`)
          .join(''),
      );
    },
  };
}

function headline(title: string, summary: string): string {
  return summary === '' ? title : `${title}: ${summary}`;
}

/** What listr2 draws for a step. */
interface DrawnTask {
  title: string;
  output: string;
  skip(message: string): void;
}

/** A step of a list: its end is a promise that the run settles and the list waits for. */
class DrawnStep {
  readonly ended: Promise<string | undefined>;
  isOpen = true;
  #task: DrawnTask | undefined;
  #line = '';
  #resolve!: (summary: string | undefined) => void;
  #reject!: (error: unknown) => void;

  constructor() {
    this.ended = new Promise((resolve, reject) => {
      this.#resolve = resolve;
      this.#reject = reject;
    });
    // The list may never come to a step that failed before its turn.
    this.ended.catch(() => undefined);
  }

  /** The list may come to a step later than its work. */
  drawOn(task: DrawnTask): void {
    this.#task = task;
    if (this.#line !== '') task.output = this.#line;
  }

  show(line: string): void {
    this.#line = line;
    if (this.#task !== undefined) this.#task.output = line;
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
