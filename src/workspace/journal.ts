import { relative } from 'node:path';
import { failure } from '../report/finding.ts';
import { readOwnTextIfPresent, type Destination } from '../system/writing.ts';
import { stateFile, type Workspace } from './disk.ts';

/** Steps of a commit, written to disk before the first one is done, so that the next run can finish what was begun. */
export interface Journal {
  /** Files ready in the staging folder, by the path that each belongs to. */
  readonly writes: Readonly<Record<string, string>>;
  /** Those of them where nothing lay before: undone by removing them. */
  readonly created: readonly string[];
  /** Paths to be removed. */
  readonly removals: readonly string[];
}

/** A journal as it lies on disk. */
export interface FoundJournal {
  readonly journal: Journal;
  /** Whether its steps are to be finished, or were being undone when the run ended. */
  readonly direction: 'forward' | 'backward';
}

/** Names inside the state folder. */
export const JOURNAL_NAME = 'journal.json';
export const UNDO_NAME = 'undo.json';
export const STAGING_NAME = 'staging';

/** The journal of a run that was interrupted, or undefined where none was. Throws a Failure where it cannot be read. */
export async function readJournal(workspace: Workspace): Promise<FoundJournal | undefined> {
  const [undo, journal] = [stateFile(workspace, UNDO_NAME), stateFile(workspace, JOURNAL_NAME)];
  const undone = await readOwnTextIfPresent(undo);
  if (undone !== undefined) return { journal: parseJournal(undone, undo), direction: 'backward' };
  const text = await readOwnTextIfPresent(journal);
  return text === undefined ? undefined : { journal: parseJournal(text, journal), direction: 'forward' };
}

function parseJournal(text: string, { folder, path }: Destination): Journal {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    // Told below, together with JSON that is no journal.
  }
  if (isJournal(value)) return value;
  throw failure('input', {
    code: 'workspace/journal',
    message: 'the journal of an interrupted run cannot be read',
    place: { file: relative(folder, path).replaceAll('\\', '/') },
    remedy: 'remove the file and run the command again; look at the tree with `git diff`',
  });
}

function isJournal(value: unknown): value is Journal {
  if (typeof value !== 'object' || value === null) return false;
  const { writes, created, removals } = value as Partial<Record<string, unknown>>;
  if (typeof writes !== 'object' || writes === null || !isListOfTexts(created) || !isListOfTexts(removals))
    return false;
  return Object.values(writes).every((name) => typeof name === 'string' && /^(new-\d+|manifest)$/.test(name));
}

function isListOfTexts(value: unknown): boolean {
  return Array.isArray(value) && value.every((item) => typeof item === 'string');
}
