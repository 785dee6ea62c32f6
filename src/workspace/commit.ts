import { join, relative } from 'node:path';
import { failure } from '../report/finding.ts';
import { errorCode, inspect } from '../system/files.ts';
import {
  below,
  copyFile,
  createFile,
  type Destination,
  forgetChanges,
  moveFile,
  readOwnTextIfPresent,
  removeEmptyFolders,
  removeFile,
  removeTree,
  replaceFile,
} from '../system/writing.ts';
import { isInsideOutputRoots, readDisk, stateFile, type Workspace } from './disk.ts';
import { INVENTORY_NAME } from './inventory.ts';
import { changesOf, type Plan } from './plan.ts';
import { asFields, isFields, parseJson } from '../text/values.ts';

/** What a commit may touch. */
export interface CommitScope {
  /** Whether a path, relative to the root, may be written and removed. */
  readonly holds: (path: string) => boolean;
  /** Said of a path that may not, behind the path. */
  readonly refusal: string;
  /** Name of the file in the state folder that is put into place last. */
  readonly record: string;
}

/** The scope of runs that render: generated files and their inventory. */
function generatedFiles({ outputRoots }: Workspace): CommitScope {
  return {
    holds: (path) => isInsideOutputRoots(path, outputRoots),
    refusal: `lies outside ${outputRoots.join(', ')}`,
    record: INVENTORY_NAME,
  };
}

/**
 * One all-or-nothing change of the tree, as steps that can each be done again after an interruption.
 *
 * In the staging folder, `new-N` and `manifest` are files ready for their place, and `old-N` is what lay at the place of
 * step N before. A step is done when its new file is gone from there, so both directions can be taken up at any point.
 */
export class Commit {
  readonly #workspace: Workspace;
  readonly #scope: CommitScope;
  #journal: Journal;

  constructor(
    workspace: Workspace,
    journal: Journal = { writes: {}, created: [], removals: [] },
    scope: CommitScope = generatedFiles(workspace),
  ) {
    this.#workspace = workspace;
    this.#journal = journal;
    this.#scope = scope;
  }

  /** Writes every new file whole and then the journal: from here on the change is certain to be finished or undone. */
  async stage(plan: Plan, record: string): Promise<void> {
    const writes: Record<string, string> = {};
    const created: string[] = [];
    const removals: string[] = [];
    for (const { path, status, desired } of changesOf(plan)) {
      if (status === 'removed' || desired === undefined) {
        removals.push(path);
        continue;
      }
      const name = `new-${String(Object.keys(writes).length)}`;
      await createFile(this.#staged(name), desired.bytes, desired.executable ? 0o755 : 0o644);
      writes[path] = name;
      if (status === 'created') created.push(path);
    }
    const recordPath = this.#recordPath();
    await createFile(this.#staged('manifest'), record);
    writes[recordPath] = 'manifest';
    if ((await inspect(this.#target(recordPath).path)) === undefined) created.push(recordPath);
    this.#journal = { writes, created, removals };
    await this.refuseStrangePaths();
    await replaceFile(this.#state(JOURNAL_NAME), `${JSON.stringify(this.#journal)}\n`);
  }

  /** Throws where a step would touch anything but what the scope holds and the record, or would go through a link. */
  async refuseStrangePaths(): Promise<void> {
    const paths = this.#paths().filter((path) => path !== this.#recordPath());
    const outside = paths.find((path) => !this.#scope.holds(path));
    if (outside !== undefined) throw new Error(`${outside} ${this.#scope.refusal}`);
    await readDisk(this.#workspace, paths);
  }

  /** Puts the new files into place, the record last, and removes what is to go. */
  async carryOut({ keepOld }: { readonly keepOld: boolean }): Promise<void> {
    for (const [index, path] of this.#paths().entries()) {
      if (keepOld) await this.#keepOld(path, index);
      const name = this.#journal.writes[path];
      if (name === undefined) await removeFile(this.#target(path));
      else await moveFile(this.#staged(name), this.#target(path)).catch(ignoreAbsent);
    }
    for (const path of this.#journal.removals) await removeEmptyFolders(this.#target(path));
  }

  /** Takes back what was done, in any order of calls and interruptions; needs no room on the disk. */
  async undo(): Promise<void> {
    await moveFile(this.#state(JOURNAL_NAME), this.#state(UNDO_NAME)).catch(ignoreAbsent);
    if ((await inspect(this.#state(UNDO_NAME).path)) !== undefined) {
      for (const [index, path] of this.#paths().entries()) await this.#restore(path, index);
    }
    await this.tidy();
  }

  /** Removes journal and staging folder. */
  async tidy(): Promise<void> {
    for (const name of [JOURNAL_NAME, UNDO_NAME]) await removeFile(this.#state(name));
    await removeTree(this.#state(STAGING_NAME));
  }

  async #keepOld(path: string, index: number): Promise<void> {
    const copy = this.#staged(`copy-${String(index)}`);
    // Under its final name only when it is whole: half a copy must never be put back.
    if (await copyFile(this.#target(path), copy)) await moveFile(copy, this.#old(index));
  }

  async #restore(path: string, index: number): Promise<void> {
    const target = this.#target(path);
    const name = this.#journal.writes[path];
    if ((await inspect(this.#old(index).path)) !== undefined) {
      await moveFile(this.#old(index), target);
      forgetChanges(target);
    } else if (name !== undefined && this.#journal.created.includes(path)) {
      const isStaged = (await inspect(this.#staged(name).path)) !== undefined;
      if (isStaged) return;
      await removeFile(target);
      forgetChanges(target);
      await removeEmptyFolders(target);
    }
  }

  /** Steps in their order: the files, the record, the removals. */
  #paths(): string[] {
    return [...Object.keys(this.#journal.writes), ...this.#journal.removals];
  }

  #recordPath(): string {
    return relative(this.#workspace.root, join(this.#workspace.state, this.#scope.record));
  }

  #target(path: string): Destination {
    return below(this.#workspace.root, path);
  }

  #state(name: string): Destination {
    return stateFile(this.#workspace, name);
  }

  #staged(name: string): Destination {
    return this.#state(join(STAGING_NAME, name));
  }

  #old(index: number): Destination {
    return this.#staged(`old-${String(index)}`);
  }
}

function ignoreAbsent(error: unknown): void {
  if (errorCode(error) !== 'ENOENT') throw error;
}

/** Steps of a commit, written to disk before the first one is done, so that the next run can finish what was begun. */
interface Journal {
  /** Files ready in the staging folder, by the path that each belongs to. */
  readonly writes: Readonly<Record<string, string>>;
  /** Those of them where nothing lay before: undone by removing them. */
  readonly created: readonly string[];
  /** Paths to be removed. */
  readonly removals: readonly string[];
}

/** A journal as it lies on disk. */
interface FoundJournal {
  readonly journal: Journal;
  /** Whether its steps are to be finished, or were being undone when the run ended. */
  readonly direction: 'forward' | 'backward';
}

/** Names inside the state folder. */
const JOURNAL_NAME = 'journal.json';
const UNDO_NAME = 'undo.json';
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
  const value = parseJson(text);
  if (isJournal(value)) return value;
  throw failure('input', {
    code: 'workspace/journal',
    message: 'the journal of an interrupted run cannot be read',
    place: { file: relative(folder, path).replaceAll('\\', '/') },
    remedy: 'remove the file and run the command again; look at the tree with `git diff`',
  });
}

function isJournal(value: unknown): value is Journal {
  const { writes, created, removals } = asFields(value);
  if (!isFields(writes) || !isListOfTexts(created) || !isListOfTexts(removals)) return false;
  return Object.values(writes).every((name) => typeof name === 'string' && /^(new-\d+|manifest)$/.test(name));
}

function isListOfTexts(value: unknown): boolean {
  return Array.isArray(value) && value.every((item) => typeof item === 'string');
}
