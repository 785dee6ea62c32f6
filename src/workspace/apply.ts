import { join, relative } from 'node:path';
import { Failure, failure, type Finding } from '../report/finding.ts';
import { inspect, isGitName, listFolder } from '../system/files.ts';
import { exists } from '../system/programs.ts';
import {
  below,
  readOnlyAt,
  readOwnTextIfPresent,
  removeEmptyFolder,
  removeFile,
  removeTree,
  replaceFile,
} from '../system/writing.ts';
import { suggestNearest } from '../text/suggest.ts';
import { Commit, type CommitScope, readJournal, STAGING_NAME } from './commit.ts';
import { isInsideOutputRoots, readDisk, stateFile, type Workspace } from './disk.ts';
import { type DiskFile, formatInventory, type Inventory, INVENTORY_NAME, type InventoryRecord } from './inventory.ts';
import { changesOf, filesAfter, type Plan } from './plan.ts';

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
  record: Omit<InventoryRecord, 'files'>,
): Promise<void> {
  await refuseMovedFiles(workspace, plan);
  await carryOut(new Commit(workspace), plan, formatInventory({ ...record, files: filesAfter(plan) }));
}

async function carryOut(commit: Commit, plan: Plan, record: string): Promise<void> {
  try {
    await commit.stage(plan, record);
    await commit.carryOut({ keepOld: true });
  } catch (error) {
    await undo(commit, error);
    if (error instanceof Failure) throw error;
    throw writeFailure('nothing was changed', error);
  }
  // All is done; what cannot be cleared away now is cleared by the next run.
  await commit.tidy().catch(() => undefined);
}

/** Name of the folder, in the state folder, where a change of many encrypted files keeps a journal of its own. */
export const SECRETS_FOLDER = 'secrets';
const SECRETS_RECORD = 'done.json';

/**
 * What a change of keys may touch: files that may be encrypted ones, by the endings of their names, the rules, the template that makes
 * those and the inventory. Nothing that is run, and no key.
 */
const SECRET_FILES: CommitScope = {
  holds: (path) => {
    const parts = path.split('/');
    if (parts.some((part) => part === '..' || part === '.' || part === '' || isGitName(part))) return false;
    if (path === '.sops.yaml' || path === 'templates/overrides/.sops.yaml.j2') return true;
    if (path === `.cluster-template/${INVENTORY_NAME}`) return true;
    return (
      /(?:\.sops\.[^./]+|\.(?:ya?ml|json|env|ini))$/.test(path) && !/^(?:\.|bin\/|node_modules\/|package)/.test(path)
    );
  },
  refusal: 'is no file that a change of keys may touch',
  record: SECRETS_RECORD,
};

function secretsWorkspace(workspace: Workspace): Workspace {
  return { ...workspace, state: stateFile(workspace, SECRETS_FOLDER).path };
}

/**
 * Puts encrypted files, their rules and the inventory that knows them into place, all or nothing, as `applyPlan` does. To be called with the
 * lock held and after `recover`.
 *
 * @throws Failure of kind `input` for a file that no change of keys may touch, of kind `outside` where the disk refuses; the tree is then
 *   as it was
 */
export async function applyFiles(workspace: Workspace, plan: Plan): Promise<void> {
  const strange = plan.entries.find(({ path }) => !SECRET_FILES.holds(path));
  if (strange !== undefined) {
    const message = `${strange.path} ${SECRET_FILES.refusal}`;
    throw failure('input', {
      code: 'workspace/not-a-file',
      message,
      place: { file: strange.path },
      remedy: 'change it with the sops program',
    });
  }
  const commit = new Commit(secretsWorkspace(workspace), undefined, SECRET_FILES);
  await carryOut(commit, plan, '{}\n');
  await removeTree(stateFile(workspace, SECRETS_FOLDER)).catch(() => undefined);
}

/** Finishes a change of keys that was interrupted, or takes back what could not be finished. */
async function recoverSecrets(workspace: Workspace): Promise<boolean> {
  const own = secretsWorkspace(workspace);
  if ((await inspect(own.state)) === undefined) return false;
  const found = await readJournal(own);
  const commit = new Commit(own, found?.journal, SECRET_FILES);
  await commit.refuseStrangePaths();
  if (found?.direction === 'forward') await commit.carryOut({ keepOld: false });
  if (found?.direction === 'backward') await commit.undo();
  else await commit.tidy();
  await removeTree(stateFile(workspace, SECRETS_FOLDER));
  return found !== undefined;
}

/**
 * Finishes what an interrupted run began, or undoes what a failed one could not, and clears what it left behind. To be
 * called with the lock held, before the inventory is read.
 *
 * @returns whether there was something to finish
 * @throws Failure where the journal is damaged or the disk refuses
 */
export async function recover(workspace: Workspace): Promise<boolean> {
  await refuseInterruptedUpgrade(workspace);
  await recoverEdits(workspace);
  const found = await readJournal(workspace);
  const commit = new Commit(workspace, found?.journal);
  let count = found === undefined ? 0 : 1;
  try {
    if (await recoverSecrets(workspace)) count += 1;
    await commit.refuseStrangePaths();
    if (found?.direction === 'forward') await commit.carryOut({ keepOld: false });
    if (found?.direction === 'backward') await commit.undo();
    else await commit.tidy();
  } catch (error) {
    if (error instanceof Failure) throw error;
    throw writeFailure('an interrupted run could not be finished', error);
  }
  return count > 0;
}

/** Name of the folder, in the state folder, where a change of the user's own files keeps its journal. */
const EDITS_FOLDER = 'edits';

/** What is put into place last: that it is there says nothing, and it goes with the journal. */
const EDITS_RECORD = 'done';

/** What is nobody's manifest or template: keys, what programs keep, git itself. A clone may bring a journal that names them. */
const NO_EDITS =
  /(?:^|\/)\.git(?:$|[/ .:~])|^\.(?:cluster-template|private)\/|\.(?:key|pub)$|(?:^|\/)(?:kubeconfig|talosconfig|keys\.txt|cloudflare-tunnel\.json|github-push-token\.txt)$|^talos\/clusterconfig\//i;

const EDITS: CommitScope = {
  holds: (path) =>
    !NO_EDITS.test(path) && !path.split('/').some((part) => part === '' || part === '.' || part === '..'),
  refusal: 'is no manifest or template of the repository',
  record: EDITS_RECORD,
};

function editsOf(workspace: Workspace): Workspace {
  return { ...workspace, state: join(workspace.state, EDITS_FOLDER) };
}

/**
 * Changes files that belong to the user, all or nothing, as `applyPlan` does it with generated ones. To be called with the lock held.
 *
 * @throws Failure of kind `outside` where the disk refuses, of kind `input` where a file is no longer as it was when the plan was made, or
 *   a link lies on the way; the tree is then as it was
 */
export async function applyEdits(workspace: Workspace, plan: Plan): Promise<void> {
  await refuseMovedFiles(workspace, plan);
  await refuseReadOnly(workspace, plan);
  const edits = editsOf(workspace);
  const commit = new Commit(edits, undefined, EDITS);
  try {
    await commit.stage(plan, '');
    await commit.carryOut({ keepOld: true });
  } catch (error) {
    await undo(commit, error);
    if (error instanceof Failure) throw error;
    throw writeFailure('nothing was changed', error);
  }
  // All is done; what cannot be cleared away now is cleared by the next run.
  await tidyEdits(edits, commit).catch(() => undefined);
}

/** Finishes or takes back a change of the user's files that was interrupted. To be called with the lock held. */
export async function recoverEdits(workspace: Workspace): Promise<void> {
  const edits = editsOf(workspace);
  const found = await readJournal(edits);
  const commit = new Commit(edits, found?.journal, EDITS);
  try {
    await commit.refuseStrangePaths();
    if (found?.direction === 'forward') await commit.carryOut({ keepOld: false });
    if (found?.direction === 'backward') await commit.undo();
    await tidyEdits(edits, commit);
  } catch (error) {
    if (error instanceof Failure) throw error;
    throw writeFailure('an interrupted change could not be finished', error);
  }
}

/** What its owner closed is told before anything is touched. */
async function refuseReadOnly({ root }: Workspace, { entries }: Plan): Promise<void> {
  const found = await Promise.all(entries.map(async ({ path }) => await readOnlyAt(join(root, path))));
  const closed = new Map<string, string>();
  for (const one of found) if (one !== undefined) closed.set(relative(root, one.path) || '.', one.why);
  if (closed.size === 0) return;
  throw new Failure(
    'outside',
    [...closed].map(([path, why]): Finding => ({
      code: 'workspace/write',
      severity: 'error',
      message: `${path} cannot be written to, so that nothing was changed: ${why}`,
      place: { file: path },
      remedy: 'give yourself the right to write there, then run it again',
    })),
  );
}

async function tidyEdits(edits: Workspace, commit: Commit): Promise<void> {
  await commit.tidy();
  await removeFile(stateFile(edits, EDITS_RECORD));
  await removeEmptyFolder(edits.state);
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
 * The inventory that an interrupted run was about to put into place, as text; undefined where there is none. For runs that
 * only look: the tree may hold files of both inventories.
 */
export async function pendingInventory(workspace: Workspace): Promise<string | undefined> {
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

/** What became of each file that was named. */
export interface Adoption {
  readonly path: string;
  readonly outcome: 'adopted' | 'released' | 'unchanged';
}

/**
 * Gives generated files to the user for good, or takes them back, and records it. To be called with the lock held.
 *
 * @param paths - relative to the cluster's root, with forward slashes
 * @throws Failure of kind `usage` where a path is none of a generated file; nothing is recorded then
 */
export async function adoptFiles(
  workspace: Workspace,
  inventory: Inventory,
  { paths, release }: { readonly paths: readonly string[]; readonly release: boolean },
): Promise<Adoption[]> {
  const adopted = new Set(inventory.adopted);
  const files = new Map([...inventory.files].map(([path, [hash = '']]) => [path, hash]));
  const outcomes: Adoption[] = [];
  for (const path of paths) {
    if (release && !adopted.has(path)) throw notAdopted(path, inventory);
    if (!release) await refuseStrange(workspace, inventory, path);
    const isUnchanged = !release && adopted.has(path);
    outcomes.push({ path, outcome: isUnchanged ? 'unchanged' : release ? 'released' : 'adopted' });
    if (release) adopted.delete(path);
    else adopted.add(path);
    files.delete(path);
  }
  const { generator, recipient, inputs } = inventory;
  const text = formatInventory({ generator, recipient, inputs, files, adopted: [...adopted] });
  await replaceFile(stateFile(workspace, INVENTORY_NAME), text);
  return outcomes;
}

async function refuseStrange(workspace: Workspace, inventory: Inventory, path: string): Promise<void> {
  if (path === '.sops.yaml') {
    throw failure('usage', {
      code: 'usage/argument',
      message: '.sops.yaml cannot be adopted: it says how the generated secrets are encrypted',
      remedy: 'copy templates/config/.sops.yaml.j2 to templates/overrides/ and change it there',
    });
  }
  if (inventory.files.has(path) || inventory.adopted.includes(path)) return;
  const isThere = isInsideOutputRoots(path, workspace.outputRoots);
  if (isThere && (await inspect(join(workspace.root, path)))?.kind === 'file') return;
  const near = suggestNearest(path, inventory.files.keys());
  throw failure('usage', {
    code: 'usage/argument',
    message: `${path} is not a generated file`,
    remedy: near === undefined ? 'list them with `cluster-template plan --all`' : `did you mean ${near}?`,
  });
}

function notAdopted(path: string, { adopted }: Inventory): Failure {
  return failure('usage', {
    code: 'usage/argument',
    message: `${path} is not adopted`,
    remedy: adopted.length === 0 ? 'no file is' : `adopted are: ${adopted.join(', ')}`,
  });
}
