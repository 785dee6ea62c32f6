import { join, relative } from 'node:path';
import { Failure, failure } from '../report/finding.ts';
import { now } from '../system/environment.ts';
import { type EntryKind, inspect, isGitName, listFolder, readBytesIfPresent } from '../system/files.ts';
import {
  below,
  createFile,
  type Destination,
  makePrivateFolder,
  notAFile,
  notAFolder,
  writeDisposableFile,
} from '../system/writing.ts';
import type { DiskFile } from './inventory.ts';
import type { PlanEntry } from './plan.ts';

/** Where a workspace lies on disk and what in it may be written. */
export interface Workspace {
  /** Absolute path of the cluster's root. */
  readonly root: string;
  /** Absolute path of the folder of inventory, journal and caches. */
  readonly state: string;
  /** Folders and files below the root that belong to the renderer; nothing else is ever written or removed. */
  readonly outputRoots: readonly string[];
}

/**
 * Reads the files of these paths; those that do not exist are left out.
 *
 * @throws Failure where a link or a folder lies on the way or in the place of a file: writing there could leave the tree
 */
export async function readDisk(workspace: Workspace, paths: Iterable<string>): Promise<Map<string, DiskFile>> {
  const folders = new FolderCache(workspace.root);
  const files: string[] = [];
  for (const path of paths) {
    const kind = await folders.kindOf(path);
    if (kind !== undefined && kind !== 'file') throw notAFile(path, kind);
    if (kind === 'file') files.push(path);
  }
  const read = await Promise.all(files.map((path) => readDiskFile(join(workspace.root, path))));
  return new Map(files.flatMap((path, index) => (read[index] === undefined ? [] : [[path, read[index]] as const])));
}

async function readDiskFile(path: string): Promise<DiskFile | undefined> {
  const [bytes, found] = await Promise.all([readBytesIfPresent(path), inspect(path)]);
  return bytes === undefined ? undefined : { bytes, executable: ((found?.mode ?? 0) & 0o100) !== 0 };
}

/** The output roots that hold a `.git`: each is a repository of its own, whose files are not ours to remove. */
export async function repositoriesAmong({ root, outputRoots }: Workspace): Promise<string[]> {
  const found = await Promise.all(outputRoots.map((name) => inspect(join(root, name, '.git'))));
  return outputRoots.filter((_, index) => found[index] !== undefined);
}

/** Throws a Failure where a folder that runs write to, below the root, is no folder: a link could lead anywhere. */
export async function refuseStrangeFolder(workspace: Workspace, path: string): Promise<void> {
  const kind = await new FolderCache(workspace.root).kindOf(path);
  if (kind !== undefined && kind !== 'folder') throw notAFolder(path, kind);
}

/** A file of the state folder that serves the work of a run. */
export function stateFile({ root, state }: Workspace, ...names: readonly string[]): Destination {
  return { ...below(root, relative(root, state), ...names), isOfWork: true };
}

/** Whether a path lies inside one of the output roots, without any `..` and outside of every `.git`. */
export function isInsideOutputRoots(path: string, outputRoots: readonly string[]): boolean {
  const parts = path.split('/');
  if (parts.some((part) => part === '..' || part === '.' || part === '' || isGitName(part))) return false;
  return outputRoots.some((root) => path === root || path.startsWith(`${root}/`));
}

/** Lists each folder once, however many of its files are asked for. */
class FolderCache {
  readonly #root: string;
  readonly #folders = new Map<string, ReadonlyMap<string, EntryKind>>();

  constructor(root: string) {
    this.#root = root;
  }

  /** Kind of what lies at a path, undefined where nothing does. Throws where a parent is not a folder. */
  async kindOf(path: string): Promise<EntryKind | undefined> {
    const slash = path.lastIndexOf('/');
    const parent = slash === -1 ? '' : path.slice(0, slash);
    if (parent !== '') {
      const kind = await this.kindOf(parent);
      if (kind === undefined) return undefined;
      if (kind !== 'folder') throw notAFolder(parent, kind);
    }
    return (await this.#list(parent)).get(path.slice(slash + 1));
  }

  async #list(folder: string): Promise<ReadonlyMap<string, EntryKind>> {
    const known = this.#folders.get(folder);
    if (known !== undefined) return known;
    const entries = await listFolder(join(this.#root, folder));
    const listed = new Map(entries.map(({ name, kind }) => [name, kind]));
    this.#folders.set(folder, listed);
    return listed;
  }
}

/** Where copies of overwritten files go, relative to the cluster's root. */
const BACKUP_FOLDER = '.private/backup';

/**
 * Keeps copies of what lies at these entries, before it is overwritten or removed.
 *
 * @returns the folder of the copies, relative to the cluster's root
 * @throws Failure where a copy cannot be written
 */
export async function keepCopies(workspace: Workspace, entries: readonly PlanEntry[]): Promise<string> {
  const copies = entries.flatMap(({ path, present }) =>
    present === undefined ? [] : [{ path, bytes: present.bytes, mode: present.executable ? 0o700 : 0o600 }],
  );
  return await keepBackup(workspace.root, copies);
}

/**
 * Keeps texts in a new folder of copies. Somebody may have typed a secret into a file, whatever it is called: they are for their owner alone,
 * and git ignores them by what lies beside them, whatever the repository has it ignore.
 *
 * @param root - the cluster's root, absolute
 * @returns the folder, relative to the root
 * @throws Failure where one cannot be written
 */
export async function keepBackup(
  root: string,
  copies: readonly { readonly path: string; readonly bytes: Uint8Array | string; readonly mode?: number }[],
): Promise<string> {
  // Colons are not allowed in names everywhere.
  const folder = `${BACKUP_FOLDER}/${now().toISOString().replaceAll(':', '')}`;
  try {
    await makePrivateFolder(below(root, BACKUP_FOLDER));
    await makePrivateFolder(below(root, folder));
    await writeDisposableFile(below(root, BACKUP_FOLDER, '.gitignore'), '*\n', 0o600);
    for (const { path, bytes, mode = 0o600 } of copies) await createFile(below(root, folder, path), bytes, mode);
  } catch (error) {
    if (error instanceof Failure) throw error;
    const reason = error instanceof Error ? error.message : String(error);
    throw failure(
      'outside',
      { code: 'workspace/write', message: `no copy could be kept, so nothing was changed: ${reason}` },
      error,
    );
  }
  return folder;
}
