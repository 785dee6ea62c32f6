import { dirname, join } from 'node:path';
import { failure, type Failure } from '../report/finding.ts';
import {
  copyFile,
  createFile,
  moveFile,
  removeEmptyFolders,
  removeFile,
  removeTree,
  replaceFile,
} from '../system/files.ts';
import { isInsideOutputRoots, type Workspace } from './disk.ts';
import { contentHash } from './entry.ts';
import { JOURNAL_NAME, readJournal, STAGING_NAME, type Journal } from './journal.ts';
import { formatManifest, MANIFEST_NAME, type Manifest } from './manifest.ts';
import { changesOf, type Plan } from './plan.ts';

/**
 * Carries a plan out, all or nothing: every new file is first written whole into the staging folder, then a journal
 * names all steps, then files are moved into place in one step each. Before the journal a killed run has changed
 * nothing; after it the next run finishes the job (`recover`). Where a step fails, the steps before it are undone.
 *
 * @throws Failure of kind `outside` where the disk refuses; the tree is then as it was
 */
export async function applyPlan(
  workspace: Workspace,
  plan: Plan,
  owner: Pick<Manifest, 'generator' | 'recipient'>,
): Promise<void> {
  const commit = new Commit(workspace);
  try {
    await commit.stage(plan, manifestAfter(plan, owner));
    await commit.carryOut({ keepOld: true });
  } catch (error) {
    await commit.undo();
    throw writeFailure('nothing was changed', error);
  }
  await commit.tidy();
}

/**
 * Finishes what an interrupted run began and clears what it left behind. To be called before a plan is made.
 *
 * @returns whether there was something to finish
 */
export async function recover(workspace: Workspace): Promise<boolean> {
  const journal = await readJournal(workspace.state);
  const commit = new Commit(workspace, journal);
  try {
    if (journal !== undefined) await commit.carryOut({ keepOld: false });
    await commit.tidy();
  } catch (error) {
    throw writeFailure('an interrupted run could not be finished', error);
  }
  return journal !== undefined;
}

/** The manifest that will be right once the plan is carried out, as text. */
function manifestAfter(plan: Plan, owner: Pick<Manifest, 'generator' | 'recipient'>): string {
  const files = new Map<string, string>();
  for (const { path, desired } of plan.entries) if (desired !== undefined) files.set(path, contentHash(desired.bytes));
  return formatManifest(owner, files);
}

/** One all-or-nothing change of the tree. */
class Commit {
  readonly #workspace: Workspace;
  readonly #staging: string;
  #journal: Journal;
  readonly #undo: (() => Promise<void>)[] = [];

  constructor(workspace: Workspace, journal: Journal = { writes: {}, removals: [] }) {
    this.#workspace = workspace;
    this.#staging = join(workspace.state, STAGING_NAME);
    this.#journal = journal;
  }

  async stage(plan: Plan, manifest: string): Promise<void> {
    const writes: Record<string, string> = {};
    const removals: string[] = [];
    for (const { path, status, desired } of changesOf(plan)) {
      this.#refuseOutside(path);
      if (status === 'removed' || desired === undefined) {
        removals.push(path);
        continue;
      }
      const name = `new-${String(Object.keys(writes).length)}`;
      await createFile(join(this.#staging, name), desired.bytes, desired.executable ? 0o755 : 0o644);
      writes[path] = name;
    }
    const manifestPath = join(this.#workspace.state, MANIFEST_NAME).slice(this.#workspace.root.length + 1);
    await createFile(join(this.#staging, 'manifest'), manifest);
    writes[manifestPath] = 'manifest';
    this.#journal = { writes, removals };
    await replaceFile(join(this.#workspace.state, JOURNAL_NAME), `${JSON.stringify(this.#journal)}\n`);
  }

  /** Can be called again after an interruption: a step that is done already is passed over. */
  async carryOut({ keepOld }: { readonly keepOld: boolean }): Promise<void> {
    for (const [path, name] of Object.entries(this.#journal.writes)) {
      if (keepOld) await this.#keepOld(path);
      await moveFile(join(this.#staging, name), join(this.#workspace.root, path)).catch(ignoreAbsent);
    }
    for (const path of this.#journal.removals) {
      if (keepOld) await this.#keepOld(path);
      await removeFile(join(this.#workspace.root, path));
    }
    for (const path of this.#journal.removals) await this.#removeEmptyFolders(path);
  }

  async undo(): Promise<void> {
    for (const step of this.#undo.reverse()) await step();
    await this.tidy();
  }

  async tidy(): Promise<void> {
    await removeFile(join(this.#workspace.state, JOURNAL_NAME));
    await removeTree(this.#staging);
  }

  async #keepOld(path: string): Promise<void> {
    const target = join(this.#workspace.root, path);
    const copy = join(this.#staging, `old-${String(this.#undo.length)}`);
    if (await copyFile(target, copy)) this.#undo.push(() => moveFile(copy, target));
    else this.#undo.push(() => this.#removeNew(path));
  }

  async #removeNew(path: string): Promise<void> {
    await removeFile(join(this.#workspace.root, path));
    await this.#removeEmptyFolders(path);
  }

  async #removeEmptyFolders(path: string): Promise<void> {
    await removeEmptyFolders(dirname(join(this.#workspace.root, path)), this.#workspace.root);
  }

  #refuseOutside(path: string): void {
    if (isInsideOutputRoots(path, this.#workspace.outputRoots)) return;
    throw new Error(`${path} lies outside ${this.#workspace.outputRoots.join(', ')}`);
  }
}

function ignoreAbsent(error: unknown): void {
  if (!(error instanceof Error && 'code' in error && error.code === 'ENOENT')) throw error;
}

function writeFailure(what: string, error: unknown): Failure {
  const reason = error instanceof Error ? error.message : String(error);
  return failure(
    'outside',
    { code: 'workspace/write', message: `${what}: ${reason}`, remedy: 'mend the cause and run it again' },
    error,
  );
}
