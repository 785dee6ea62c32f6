import type { ClusterRoot } from '../cluster/root.ts';
import { workspaceOf } from '../pipeline/state.ts';
import { redactValue } from '../report/redaction.ts';
import { now } from '../system/clock.ts';
import { readTextIfPresent } from '../system/files.ts';
import { replaceFile, type Destination } from '../system/writing.ts';
import { stateFile } from '../workspace/disk.ts';

/** What is recorded of a step. */
export interface JournalStep {
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
export interface OperationJournal {
  readonly operation: string;
  readonly begun: string;
  /** When the run came to its end; absent where it was interrupted or failed. */
  readonly done?: string;
  readonly steps: readonly JournalStep[];
}

/** The journal of an operation's last run; undefined where there was none, or what lies there is no journal. */
export async function readOperationJournal(
  root: ClusterRoot,
  operation: string,
): Promise<OperationJournal | undefined> {
  const text = await readTextIfPresent(journalPath(root, operation).path);
  if (text === undefined) return undefined;
  try {
    const value: unknown = JSON.parse(text);
    return isJournal(value) ? value : undefined;
  } catch {
    // Written in one piece, so somebody else made it: nothing depends on what it says.
    return undefined;
  }
}

/** Records a run: written before and after each step, each time in one piece. */
export class JournalWriter {
  readonly #path: Destination;
  #journal: OperationJournal;

  constructor(root: ClusterRoot, operation: string) {
    this.#path = journalPath(root, operation);
    this.#journal = { operation, begun: timestamp(), steps: [] };
  }

  async begin(title: string): Promise<void> {
    await this.#write({ ...this.#journal, steps: [...this.#journal.steps, { title, begun: timestamp() }] });
  }

  async end(summary: string): Promise<void> {
    const last = this.#journal.steps.at(-1);
    if (last === undefined) return;
    const done: JournalStep = { ...last, done: timestamp(), ...(summary === '' ? {} : { summary }) };
    await this.#write({ ...this.#journal, steps: [...this.#journal.steps.slice(0, -1), done] });
  }

  async finish(): Promise<void> {
    await this.#write({ ...this.#journal, done: timestamp() });
  }

  async #write(journal: OperationJournal): Promise<void> {
    this.#journal = journal;
    await replaceFile(this.#path, `${JSON.stringify(redactValue(journal), undefined, 2)}\n`);
  }
}

/** The step that a run ended in before its time; undefined where it came to its end. */
export function unfinishedStep(journal: OperationJournal): JournalStep | undefined {
  return journal.done === undefined ? journal.steps.find(({ done }) => done === undefined) : undefined;
}

function journalPath(root: ClusterRoot, operation: string): Destination {
  return stateFile(workspaceOf(root), 'operations', `${operation.replaceAll(' ', '-')}.json`);
}

function timestamp(): string {
  return `${now().toISOString().slice(0, 19)}Z`;
}

function isJournal(value: unknown): value is OperationJournal {
  if (typeof value !== 'object' || value === null) return false;
  const { operation, begun, steps } = value as Partial<Record<string, unknown>>;
  const isStep = (step: unknown): boolean =>
    typeof step === 'object' && step !== null && 'title' in step && typeof step.title === 'string';
  return typeof operation === 'string' && typeof begun === 'string' && Array.isArray(steps) && steps.every(isStep);
}
