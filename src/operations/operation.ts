import type { ClusterRoot } from '../cluster/root.ts';
import { workspaceOf } from '../pipeline/state.ts';
import { takeLock } from '../workspace/lock.ts';
import { JournalWriter, readOperationJournal, unfinishedStep } from './journal.ts';
import type { LineSink, Programs } from './programs/call.ts';
import { openPrograms } from './programs/programs.ts';
import type { Reporter, StepReport } from './reporter.ts';

/** What an operation is done with. */
export interface OperationOptions {
  readonly root: ClusterRoot;
  /** Name for the journal, as in `bootstrap talos`. */
  readonly operation: string;
  readonly reporter: Reporter;
  /** Aborted where somebody interrupts the command. */
  readonly signal: AbortSignal;
  /** The environment for programs; the process's own where it is not given. */
  readonly env?: Readonly<Record<string, string | undefined>>;
}

/** What it takes to look at a cluster. */
export interface ClusterAccess {
  readonly root: ClusterRoot;
  readonly signal: AbortSignal;
  readonly programs: Programs;
}

/** What the work of an operation gets; the output of its programs goes into the line of the step at work. */
export interface OperationRun extends Reporter, ClusterAccess {}

/**
 * Does an operation that changes something: alone in its tree, with a journal of its steps. Where the last run did not come to its
 * end, the first step notes where that was. A repeated run is to look at the real state and skip what is done.
 *
 * @throws Failure of kind `outside` where another run does not end; what the work throws
 */
export async function runOperation<T>(options: OperationOptions, work: (run: OperationRun) => Promise<T>): Promise<T> {
  const { root, operation, signal } = options;
  const lock = await takeLock(workspaceOf(root), signal);
  try {
    const last = await readOperationJournal(root, operation);
    const journal = new JournalWriter(root, operation);
    const unfinished = last === undefined ? undefined : unfinishedStep(last);
    const steps = new Steps(options, journal, unfinished && earlierRun(unfinished.title, unfinished.begun));
    const result = await work(steps);
    await journal.finish();
    return result;
  } finally {
    await lock.release();
  }
}

/** Steps that are reported, recorded and given the output of programs. */
class Steps implements OperationRun {
  readonly root: ClusterRoot;
  readonly signal: AbortSignal;
  readonly programs: Programs;
  readonly #reporter: Reporter;
  readonly #journal: JournalWriter;
  #firstNote: string | undefined;
  #current: StepReport | undefined;

  constructor({ root, signal, reporter, env }: OperationOptions, journal: JournalWriter, firstNote?: string) {
    this.root = root;
    this.signal = signal;
    this.#reporter = reporter;
    this.#journal = journal;
    this.#firstNote = firstNote;
    const sink: LineSink = (line) => this.#current?.live(line);
    this.programs = openPrograms({ root, signal, sink, ...(env === undefined ? {} : { env }) });
  }

  async step<T>(title: string, work: (report: StepReport) => Promise<T>): Promise<T> {
    this.signal.throwIfAborted();
    await this.#journal.begin(title);
    let summary = '';
    const result = await this.#reporter.step(title, async (report) => {
      this.#current = report;
      if (this.#firstNote !== undefined) report.note(this.#firstNote);
      this.#firstNote = undefined;
      try {
        const say = (text: string): void => {
          summary = text;
          report.say(text);
        };
        return await work({ ...report, say });
      } finally {
        this.#current = undefined;
      }
    });
    await this.#journal.end(summary);
    return result;
  }
}

function earlierRun(title: string, begun: string): string {
  return `the last run ended in "${title}" (${begun}): what it did is not done again`;
}
