import { Failure, failure } from '../report/finding.ts';
import { listFolder } from '../system/files.ts';
import { below, readOwnTextIfPresent, removeFile } from '../system/writing.ts';
import { Commit } from './commit.ts';
import { readDisk, stateFile, type Workspace } from './disk.ts';
import type { DiskFile } from './entry.ts';
import { readJournal, STAGING_NAME } from './journal.ts';
import { formatManifest, type ManifestRecord } from './manifest.ts';
import { changesOf, filesAfter, type Plan } from './plan.ts';
import { exists } from '../system/process-identity.ts';

/**
 * Carries a plan out, all or nothing: every new file is first written whole into the staging folder, then a journal
 * names all steps, then files are moved into place in one step each. Before the journal a killed run has changed
 * nothing; after it the next run finishes the job (`recover`). Where a step fails, the steps before it are undone.
 *
 * @throws Failure of kind `outside` where the disk refuses, of kind `input` where a file is no longer as it was when the
 *   plan was made; the tree is then as it was
 */
export async function applyPlan(
  workspace: Workspace,
  plan: Plan,
  record: Omit<ManifestRecord, 'files'>,
): Promise<void> {
  await refuseMovedFiles(workspace, plan);
  const commit = new Commit(workspace);
  try {
    await commit.stage(plan, formatManifest({ ...record, files: filesAfter(plan) }));
    await commit.carryOut({ keepOld: true });
  } catch (error) {
    await undo(commit, error);
    if (error instanceof Failure) throw error;
    throw writeFailure('nothing was changed', error);
  }
  // All is done; what cannot be cleared away now is cleared by the next run.
  await commit.tidy().catch(() => undefined);
}

/**
 * Finishes what an interrupted run began, or undoes what a failed one could not, and clears what it left behind. To be
 * called with the lock held, before the manifest is read.
 *
 * @returns whether there was something to finish
 * @throws Failure where the journal is damaged or the disk refuses
 */
export async function recover(workspace: Workspace): Promise<boolean> {
  await refuseInterruptedUpgrade(workspace);
  const found = await readJournal(workspace);
  const commit = new Commit(workspace, found?.journal);
  try {
    await commit.refuseStrangePaths();
    if (found?.direction === 'forward') await commit.carryOut({ keepOld: false });
    if (found?.direction === 'backward') await commit.undo();
    else await commit.tidy();
  } catch (error) {
    if (error instanceof Failure) throw error;
    throw writeFailure('an interrupted run could not be finished', error);
  }
  return found !== undefined;
}

/** Name of the folder, in the state folder, where an upgrade of the template keeps its own journal. */
export const UPGRADE_FOLDER = 'upgrade';

/** Files that are partly those of one version and partly those of another are not to be rendered from. */
async function refuseInterruptedUpgrade(workspace: Workspace): Promise<void> {
  const state = stateFile(workspace, UPGRADE_FOLDER).path;
  if ((await readJournal({ ...workspace, state })) === undefined) return;
  throw failure('input', {
    code: 'upgrade/unfinished',
    message: 'an upgrade was interrupted: some files are those of the new version, and some are not',
    remedy: 'run `cluster-template upgrade` to finish it, or `cluster-template upgrade --abort` to take it back',
  });
}

/**
 * The manifest that an interrupted run was about to put into place, as text; undefined where there is none. For runs that
 * only look: the tree may hold files of both manifests.
 */
export async function pendingManifest(workspace: Workspace): Promise<string | undefined> {
  if ((await readJournal(workspace)) === undefined) return undefined;
  return await readOwnTextIfPresent(stateFile(workspace, STAGING_NAME, 'manifest'));
}

/** Removes the temporary files that killed runs left in a folder; those of running processes stay. */
export async function removeAbandoned(folder: string): Promise<void> {
  for (const { name } of await listFolder(folder)) {
    const pid = /^\.([0-9a-z]+)-[0-9a-z]+\.cluster-template\.tmp$/.exec(name)?.[1];
    if (pid !== undefined && !exists(Number.parseInt(pid, 36))) await removeFile(below(folder, name));
  }
}

/** Between plan and commit somebody may have been asked a question, and edited a file meanwhile. */
async function refuseMovedFiles(workspace: Workspace, plan: Plan): Promise<void> {
  const changes = changesOf(plan);
  const paths = changes.map(({ path }) => path).filter((path) => !path.split('/').includes('..'));
  const disk = await readDisk(workspace, paths);
  const moved = changes.find(({ path, present }) => !isSame(disk.get(path), present));
  if (moved === undefined) return;
  throw failure('input', {
    code: 'workspace/concurrent',
    message: `${moved.path} was changed while the run was at work; nothing was changed`,
    place: { file: moved.path },
    remedy: 'run it again',
  });
}

function isSame(one: DiskFile | undefined, other: DiskFile | undefined): boolean {
  if (one === undefined || other === undefined) return one === other;
  return Buffer.compare(one.bytes, other.bytes) === 0;
}

async function undo(commit: Commit, cause: unknown): Promise<void> {
  try {
    await commit.undo();
  } catch (error) {
    const reason = `${messageOf(cause)}; then ${messageOf(error)}`;
    throw writeFailure('the change could not be finished, and the next run will take it back', new Error(reason));
  }
}

function writeFailure(what: string, error: unknown): Failure {
  return failure(
    'outside',
    { code: 'workspace/write', message: `${what}: ${messageOf(error)}`, remedy: 'mend the cause and run it again' },
    error,
  );
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
