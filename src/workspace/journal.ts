import { join } from 'node:path';
import { failure } from '../report/finding.ts';
import { readTextIfPresent } from '../system/files.ts';

/** Steps of a commit, written to disk before the first one is done, so that the next run can finish what was begun. */
export interface Journal {
  /** Files ready in the staging folder, by the path that each belongs to. */
  readonly writes: Readonly<Record<string, string>>;
  /** Paths to be removed. */
  readonly removals: readonly string[];
}

/** Names inside the state folder. */
export const JOURNAL_NAME = 'journal.json';
export const STAGING_NAME = 'staging';

/** The journal of a run that was interrupted, or undefined where none was. */
export async function readJournal(state: string): Promise<Journal | undefined> {
  const text = await readTextIfPresent(join(state, JOURNAL_NAME));
  if (text === undefined) return undefined;
  const value: unknown = JSON.parse(text);
  if (isJournal(value)) return value;
  throw failure('input', {
    code: 'workspace/journal',
    message: 'the journal of an interrupted run cannot be read',
    place: { file: `.cluster-template/${JOURNAL_NAME}` },
    remedy: 'remove the file and run configure again',
  });
}

function isJournal(value: unknown): value is Journal {
  if (typeof value !== 'object' || value === null) return false;
  const { writes, removals } = value as Partial<Record<string, unknown>>;
  if (typeof writes !== 'object' || writes === null || !Array.isArray(removals)) return false;
  return (
    Object.values(writes).every((name) => typeof name === 'string') &&
    removals.every((path) => typeof path === 'string')
  );
}
