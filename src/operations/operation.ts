import type { ClusterRoot } from '../cluster/root.ts';
import { workspaceOf } from '../pipeline/state.ts';
import { redactValue } from '../report/redaction.ts';
import { now } from '../system/environment.ts';
import { readTextIfPresent } from '../system/files.ts';
import { type Destination, replaceFile } from '../system/writing.ts';
import { stateFile } from '../workspace/disk.ts';
import { takeLock } from '../workspace/lock.ts';
import type { LineSink, Programs } from './programs/catalogue.ts';
import { openPrograms } from './programs/programs.ts';
import { asFields, parseJson } from '../text/values.ts';
import type { Progress, StepReport } from '../report/progress.ts';

/** What an operation is done with. */
export interface OperationOptions {
  readonly root: ClusterRoot;
  /** Name for the log, as in `bootstrap talos`. */
  readonly operation: string;
  readonly reporter: Progress;
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
export interface OperationRun extends Progress, ClusterAccess {}

/**
 * Does an operation that changes something: alone in its tree, with a log of its steps. Where the last run did not come to its
 * end, the first step notes where that was. A repeated run is to look at the real state and skip what is done.
 *
 * @throws Failure of kind `outside` where another run does not end; what the work throws
 */
export async function runOperation<T>(options: OperationOptions, work: (run: OperationRun) => Promise<T>): Promise<T> {
  const { root, operation, signal } = options;
  const lock = await takeLock(workspaceOf(root), signal);
  try {
    const last = await readOperationLog(root, operation);
    const log = new LogWriter(root, operation);
    const unfinished = last === undefined ? undefined : unfinishedStep(last);
    const steps = new Steps(options, log, unfinished && earlierRun(unfinished.title, unfinished.begun));
    const result = await work(steps);
    await log.finish();
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
  readonly #reporter: Progress;
  readonly #log: LogWriter;
  #firstNote: string | undefined;
  #current: StepReport | undefined;

  constructor({ root, signal, reporter, env }: OperationOptions, log: LogWriter, firstNote?: string) {
    this.root = root;
    this.signal = signal;
    this.#reporter = reporter;
    this.#log = log;
    this.#firstNote = firstNote;
    const sink: LineSink = (line) => this.#current?.live(line);
    this.programs = openPrograms({ root, signal, sink, ...(env === undefined ? {} : { env }) });
  }

  async step<T>(title: string, work: (report: StepReport) => Promise<T>): Promise<T> {
    this.signal.throwIfAborted();
    await this.#log.begin(title);
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
    await this.#log.end(summary);
    return result;
  }
}

function earlierRun(title: string, begun: string): string {
  return `the last run ended in "${title}" (${begun}): what it did is not done again`;
}

/** What is recorded of a step. */
interface LoggedStep {
  readonly title: string;
  readonly begun: string;
  /** When it was done; absent where the run ended in it. */
  readonly done?: string;
  readonly summary?: string;
}

/**
 * The record of an operation's last run, for people: what is skipped is decided by the real state alone, never by this. It holds
 * no secret, and what a program said is not in it.
 */
interface OperationLog {
  readonly operation: string;
  readonly begun: string;
  /** When the run came to its end; absent where it was interrupted or failed. */
  readonly done?: string;
  readonly steps: readonly LoggedStep[];
}

/**
 * The log of an operation's last run; undefined where there was none, or what lies there is no log. It is read by people and by
 * `unfinishedStep` alone: what is done is asked of machines and clusters, as they may have changed since. The workspace's journal is
 * another thing: a list of moves of files, by which the next run finishes or takes back what was begun without asking anybody.
 */
export async function readOperationLog(root: ClusterRoot, operation: string): Promise<OperationLog | undefined> {
  const text = await readTextIfPresent(logPath(root, operation).path);
  if (text === undefined) return undefined;
  const value = parseJson(text);
  // Written in one piece, so that anything else is somebody else's: nothing depends on what it says.
  return isLog(value) ? value : undefined;
}

/** Records a run: written before and after each step, each time in one piece. */
class LogWriter {
  readonly #path: Destination;
  #log: OperationLog;

  constructor(root: ClusterRoot, operation: string) {
    this.#path = logPath(root, operation);
    this.#log = { operation, begun: timestamp(), steps: [] };
  }

  async begin(title: string): Promise<void> {
    await this.#write({ ...this.#log, steps: [...this.#log.steps, { title, begun: timestamp() }] });
  }

  async end(summary: string): Promise<void> {
    const last = this.#log.steps.at(-1);
    if (last === undefined) return;
    const done: LoggedStep = { ...last, done: timestamp(), ...(summary === '' ? {} : { summary }) };
    await this.#write({ ...this.#log, steps: [...this.#log.steps.slice(0, -1), done] });
  }

  async finish(): Promise<void> {
    await this.#write({ ...this.#log, done: timestamp() });
  }

  async #write(log: OperationLog): Promise<void> {
    this.#log = log;
    await replaceFile(this.#path, `${JSON.stringify(redactValue(log), undefined, 2)}\n`);
  }
}

/** The step that a run ended in before its time; undefined where it came to its end. */
export function unfinishedStep(log: OperationLog): LoggedStep | undefined {
  return log.done === undefined ? log.steps.find(({ done }) => done === undefined) : undefined;
}

function logPath(root: ClusterRoot, operation: string): Destination {
  return stateFile(workspaceOf(root), 'operations', `${operation.replaceAll(' ', '-')}.json`);
}

function timestamp(): string {
  return `${now().toISOString().slice(0, 19)}Z`;
}

function isLog(value: unknown): value is OperationLog {
  const { operation, begun, steps } = asFields(value);
  const isStep = (step: unknown): boolean => typeof asFields(step).title === 'string';
  return typeof operation === 'string' && typeof begun === 'string' && Array.isArray(steps) && steps.every(isStep);
}
