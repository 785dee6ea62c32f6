import { join } from 'node:path';
import type { ClusterRoot } from '../cluster/root.ts';
import { Failure, failure } from '../report/finding.ts';
import { readOwnTextIfPresent, removeFile } from '../system/writing.ts';
import { askGitForPaths, feedGit, isBlob } from '../system/git.ts';
import { UPGRADE_FOLDER } from '../workspace/apply.ts';
import { Commit, type CommitScope, readJournal } from '../workspace/commit.ts';
import { keepCopies, readDisk, stateFile, type Workspace } from '../workspace/disk.ts';
import { contentHash, type DesiredFile, type DiskFile } from '../workspace/inventory.ts';
import type { Plan, PlanEntry } from '../workspace/plan.ts';
import type { IndexEntry } from './merge.ts';
import { ownershipOf } from './owners.ts';
import { lastLine, type TreeEntry, type UserRepository } from './store.ts';
import { isFields, parseJson } from '../text/values.ts';

/** What an upgrade did, kept until it is committed or taken back. */
export interface UpgradeRecord {
  readonly from: string;
  readonly to: string;
  /** Name of the last commit before it. */
  readonly head: string;
  /** Hash of what it left at each path; null where it removed a file. */
  readonly files: Readonly<Record<string, string | null>>;
  /** Paths of which it changed the entries in git's index. */
  readonly indexed: readonly string[];
  /** Overrides into which the change of their original is not merged yet. */
  readonly overrides: readonly PendingOverride[];
}

/** What a change is recorded as. */
interface ChangeRecord extends Omit<UpgradeRecord, 'files' | 'indexed'> {
  /** What waited before, where this change goes on with it. */
  readonly previous?: UpgradeRecord | undefined;
}

/** An override, and both versions of its original. */
export interface PendingOverride {
  readonly path: string;
  /** Its name after the merge. */
  readonly to: string;
  readonly before: TreeEntry;
  readonly after: TreeEntry;
}

/** What is to be put into the work tree and the index, all or nothing. */
export interface TreeChange {
  readonly files: readonly DesiredFile[];
  readonly removals: readonly string[];
  readonly index: readonly IndexEntry[];
  /** Paths that go from the index. */
  readonly unindexed: readonly string[];
  /** Objects of the index that the user's repository does not have. */
  readonly pack?: Uint8Array;
}

/** A record with what finishes its change: it is read again where a run was killed in between. */
interface WrittenRecord {
  readonly format: 1;
  /** Undefined where nothing is left to be taken back. */
  readonly record?: UpgradeRecord;
  /** Input of `git update-index -z --index-info`. */
  readonly index: string;
}

const RECORD_NAME = 'record.json';

/** Files of the tool, of the configuration and overrides. */
const SCOPE: CommitScope = {
  holds: (path) => {
    const parts = path.split('/');
    const isStrange = parts.some(
      (part) => part === '' || part === '.' || part === '..' || /^\.git(?:$|[ .:~])/i.test(part),
    );
    const { owner = 'tool', purpose } = ownershipOf(path) ?? {};
    // Of the user's files those of the configuration alone, which migrations change: no key, and nothing rendered.
    return !isStrange && (owner === 'tool' || (owner === 'user' && purpose === 'rendering'));
  },
  refusal: 'is no file of the template or of the configuration',
  record: RECORD_NAME,
};

/** Where an upgrade keeps its journal, its staging folder and its record. */
function upgradeWorkspace(root: ClusterRoot): Workspace {
  return { root: root.path, state: join(root.state, UPGRADE_FOLDER), outputRoots: [] };
}

/** The upgrade that waits to be committed or taken back; undefined where none does. */
export async function readUpgradeRecord(root: ClusterRoot): Promise<UpgradeRecord | undefined> {
  return (await readWritten(upgradeWorkspace(root)))?.record;
}

async function readWritten(workspace: Workspace): Promise<WrittenRecord | undefined> {
  const place = stateFile(workspace, RECORD_NAME);
  const text = await readOwnTextIfPresent(place);
  return text === undefined ? undefined : parseWritten(text);
}

function parseWritten(text: string): WrittenRecord {
  const value = parseJson(text);
  if (isWritten(value)) return value;
  throw failure('input', {
    code: 'upgrade/unfinished',
    message: 'the record of an upgrade cannot be read, so it cannot be taken back',
    place: { file: `.cluster-template/${UPGRADE_FOLDER}/${RECORD_NAME}` },
    remedy: 'look at the tree with `git status`, and remove the file',
  });
}

/** A clone may have brought the file: what it names goes to git and to the disk. */
function isWritten(value: unknown): value is WrittenRecord {
  if (!isFields(value)) return false;
  const { format, index, record } = value;
  if (format !== 1 || typeof index !== 'string') return false;
  if (record === undefined) return true;
  if (!isFields(record)) return false;
  const { from, to, head, files, indexed, overrides } = record;
  if (typeof from !== 'string' || typeof to !== 'string' || !isObjectName(head) || !isFields(files)) return false;
  if (!Array.isArray(indexed) || !Array.isArray(overrides)) return false;
  return (
    [...Object.keys(files), ...(indexed as readonly unknown[])].every(isOurs) && overrides.every(isPendingOverride)
  );
}

function isPendingOverride(value: unknown): boolean {
  if (!isFields(value)) return false;
  const { path, to, before, after } = value;
  return isOurs(path) && isOurs(to) && [before, after].every((entry) => isFields(entry) && isObjectName(entry.object));
}

function isOurs(path: unknown): boolean {
  return typeof path === 'string' && SCOPE.holds(path);
}

/** The whole name of an object of git, which is never taken for an option. */
function isObjectName(value: unknown): boolean {
  return typeof value === 'string' && /^(?:[0-9a-f]{40}|[0-9a-f]{64})$/.test(value);
}

/**
 * Finishes what an interrupted upgrade began, or undoes what a failed one could not. To be called with the lock held.
 *
 * @returns whether there was something to finish
 * @throws Failure where the journal is damaged or leads elsewhere, and where the disk or git refuses
 */
export async function recoverUpgrade(root: ClusterRoot): Promise<boolean> {
  const workspace = upgradeWorkspace(root);
  const found = await readJournal(workspace);
  const commit = new Commit(workspace, found?.journal, SCOPE);
  try {
    await commit.refuseStrangePaths();
    if (found?.direction === 'backward') await commit.undo();
    else if (found === undefined) await commit.tidy();
    else {
      await commit.carryOut({ keepOld: false });
      await finish(workspace, commit);
    }
  } catch (error) {
    throw asFailure('an interrupted upgrade could not be finished', error);
  }
  return found !== undefined;
}

/**
 * Puts a change into the work tree and the index of git, all or nothing: files are first written whole into a staging folder, then a
 * journal names all steps. A run that is killed before has changed nothing, and after it `recoverUpgrade` finishes the job.
 *
 * @param options.prefix - path of the root inside of its repository
 * @param options.record - what is to be taken back later; without one nothing is
 * @throws Failure of kind `outside` where the disk or git refuses; work tree and index are then as they were
 */
export async function putIntoPlace(
  root: ClusterRoot,
  change: TreeChange,
  { prefix = '', record }: { readonly prefix?: string; readonly record?: ChangeRecord },
): Promise<void> {
  const workspace = upgradeWorkspace(root);
  if (change.pack !== undefined) await feed(root.path, ['unpack-objects', '-q'], change.pack);
  const plan = await planOf(workspace, change);
  const written: WrittenRecord = {
    format: 1,
    ...(record === undefined ? {} : { record: recordOf(record, change, plan) }),
    index: indexInput(change, prefix),
  };
  const commit = new Commit(workspace, undefined, SCOPE);
  try {
    await commit.stage(plan, `${JSON.stringify(written, undefined, 2)}\n`);
    await commit.carryOut({ keepOld: true });
    await updateIndex(root.path, written.index);
  } catch (error) {
    try {
      await commit.undo();
    } catch (second) {
      const reason = `${messageOf(error)}; then ${messageOf(second)}`;
      throw asFailure('the change could not be finished, and the next upgrade will take it back', new Error(reason));
    }
    throw asFailure('nothing was changed', error);
  }
  await finish(workspace, commit);
}

function asFailure(what: string, error: unknown): Failure {
  if (error instanceof Failure) return error;
  const remedy = 'mend the cause and run it again';
  return failure('outside', { code: 'workspace/write', message: `${what}: ${messageOf(error)}`, remedy }, error);
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

/** Writes files all or nothing, without the index; an upgrade that waits goes on waiting, with them as part of it. */
export async function addToTree(root: ClusterRoot, files: readonly DesiredFile[]): Promise<void> {
  const previous = await readUpgradeRecord(root);
  const record = previous === undefined ? {} : { record: { ...previous, previous } };
  await putIntoPlace(root, { files, removals: [], index: [], unindexed: [] }, record);
}

function recordOf({ previous, ...about }: ChangeRecord, { index, unindexed }: TreeChange, plan: Plan): UpgradeRecord {
  const changed = plan.entries.map(({ path, desired }) => [path, desired && contentHash(desired.bytes)] as const);
  const indexed = [...(previous?.indexed ?? []), ...unindexed, ...index.map(({ path }) => path)];
  return {
    ...about,
    files: { ...previous?.files, ...Object.fromEntries(changed.map(([path, hash]) => [path, hash ?? null])) },
    indexed: [...new Set(indexed)],
  };
}

/** The last steps, each of which can be done again. */
async function finish(workspace: Workspace, commit: Commit): Promise<void> {
  const written = await readWritten(workspace);
  await updateIndex(workspace.root, written?.index ?? '');
  if (written?.record === undefined) await removeFile(stateFile(workspace, RECORD_NAME));
  await commit.tidy();
}

async function updateIndex(folder: string, input: string): Promise<void> {
  if (input !== '') await feed(folder, ['update-index', '-z', '--index-info'], input);
}

async function feed(folder: string, arguments_: readonly string[], input: string | Uint8Array): Promise<void> {
  const { exitCode, stderr } = await feedGit(folder, arguments_, input);
  if (exitCode === 0) return;
  throw failure('outside', {
    code: 'programs/failed',
    message: `git ${arguments_[0] ?? ''} failed, so nothing was changed: ${lastLine(stderr)}`,
  });
}

/** Every path loses its entries before it gets new ones: stages of a conflict do not go by themselves. */
function indexInput({ index, unindexed }: TreeChange, prefix: string): string {
  const paths = [...new Set([...unindexed, ...index.map(({ path }) => path)])];
  const none = '0'.repeat(index[0]?.object.length ?? 40);
  const gone = paths.map((path) => `0 ${none}\t${prefix}${path}\0`);
  const set = index.map(({ mode, object, stage, path }) => `${mode} ${object} ${String(stage)}\t${prefix}${path}\0`);
  return [...gone, ...set].join('');
}

/** The change as a plan; a file that lies there already as it shall be is left out, and so is one that is gone. */
async function planOf(workspace: Workspace, { files, removals }: TreeChange): Promise<Plan> {
  const disk = await readDisk(workspace, [...files.map(({ path }) => path), ...removals]);
  const writes = files.flatMap((desired): PlanEntry[] => {
    const present = disk.get(desired.path);
    if (isAs(present, desired)) return [];
    return [entryOf(desired.path, { status: present === undefined ? 'created' : 'changed', desired, present })];
  });
  const removed = removals.flatMap((path): PlanEntry[] => {
    const present = disk.get(path);
    return present === undefined ? [] : [entryOf(path, { status: 'removed', desired: undefined, present })];
  });
  return { entries: [...writes, ...removed] };
}

function isAs(present: DiskFile | undefined, desired: DesiredFile): boolean {
  return present?.executable === desired.executable && Buffer.compare(present.bytes, desired.bytes) === 0;
}

function entryOf(path: string, rest: Pick<PlanEntry, 'status' | 'desired' | 'present'>): PlanEntry {
  return { path, secret: false, recorded: [], ...rest };
}

/** What taking back came to. */
export interface Aborted {
  readonly record: UpgradeRecord;
  /** Paths that are as they were before the upgrade. */
  readonly files: readonly string[];
  /** Folder of the copies of what was changed since the upgrade; undefined where nothing was. */
  readonly backup: string | undefined;
}

/**
 * Takes an upgrade back whole: the files and the entries of the index that it touched are as they were. What was changed in these files
 * since is kept as a copy.
 *
 * @param files - the files of the commit before the upgrade, and their contents
 * @throws Failure of kind `input` where no upgrade waits, or where it was committed
 */
export async function abortUpgrade(
  root: ClusterRoot,
  user: UserRepository,
  before: { readonly files: ReadonlyMap<string, TreeEntry>; readonly blobs: ReadonlyMap<string, Uint8Array> },
): Promise<Aborted> {
  const record = await readUpgradeRecord(root);
  if (record === undefined) throw nothingToAbort();
  const workspace = upgradeWorkspace(root);
  const touched = Object.keys(record.files);
  const disk = await readDisk(workspace, touched);
  const desired = touched.flatMap((path): DesiredFile[] => {
    const entry = before.files.get(path);
    const bytes = entry === undefined ? undefined : before.blobs.get(entry.object);
    return entry === undefined || bytes === undefined
      ? []
      : [{ path, bytes, executable: entry.mode === '100755', secret: false }];
  });
  const removals = touched.filter((path) => !before.files.has(path));
  const changed = [...disk].filter(([path, { bytes }]) => {
    const entry = before.files.get(path);
    return contentHash(bytes) !== record.files[path] && (entry === undefined || !isBlob(entry.object, bytes));
  });
  const copies = changed.map(([path, present]) => entryOf(path, { status: 'changed', desired: undefined, present }));
  const backup = copies.length === 0 ? undefined : await keepCopies(workspace, copies);
  const index = record.indexed.flatMap((path): IndexEntry[] => {
    const entry = before.files.get(path);
    return entry === undefined ? [] : [{ ...entry, stage: 0 }];
  });
  const change = { files: desired, removals, index, unindexed: record.indexed };
  await putIntoPlace(root, change, { prefix: user.prefix });
  return { record, files: touched, backup };
}

/** What is said where there is no upgrade to take back. */
export function nothingToAbort(): Failure {
  return failure('input', {
    code: 'upgrade/unfinished',
    message: 'no upgrade waits to be committed, so there is none to take back',
    remedy: 'one that was committed is taken back with `git revert`',
  });
}

/** Whether an upgrade still waits: its files are in the last commit as they were before it. */
export async function isPending(user: UserRepository, { head, indexed }: UpgradeRecord): Promise<boolean> {
  if (head === user.head) return true;
  const changed = await askGitForPaths(user.root, [
    'diff-tree',
    '-r',
    '--name-only',
    '--relative',
    '-z',
    head,
    user.head,
  ]);
  return changed !== undefined && !changed.some((path) => indexed.includes(path));
}
