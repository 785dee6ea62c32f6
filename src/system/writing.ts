import { constants } from 'node:fs';
import {
  access,
  chmod,
  copyFile as nodeCopyFile,
  link,
  lstat,
  mkdir,
  mkdtemp,
  open,
  readFile,
  rename,
  rm,
  rmdir,
  statfs,
} from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, dirname, join, relative, sep } from 'node:path';
import { failure, type Failure } from '../report/finding.ts';
import {
  errorCode,
  inspect,
  isAbsence,
  KIND_WORDS,
  listFolder,
  readTextIfPresent,
  reasonOf,
  undefinedIfAbsent,
  type EntryKind,
} from './files.ts';
import { exists } from './programs.ts';

/**
 * Where something is written, moved from or removed: a path and the folder, of the user's choice, that it lies below. Nothing is
 * ever done through a link that lies between the two: a repository may have been made by anybody.
 */
export interface Destination {
  /** Absolute; a link in it, or above it, is the user's own. */
  readonly folder: string;
  /** Absolute, the folder itself or below it. */
  readonly path: string;
  /** Whether it only serves the work of a run, as a lock and a journal do: `changedFiles` does not tell of it. */
  readonly isOfWork?: true;
}

/** The destination of these names below a folder. Throws an Error where they lead out of it. */
export function below(folder: string, ...names: readonly string[]): Destination {
  const path = join(folder, ...names);
  const way = relative(folder, path);
  if (way === '..' || way.startsWith(`..${sep}`)) throw new Error(`${names.join('/')} lies outside of ${folder}`);
  return { folder, path };
}

/** What was changed here, by absolute path: the path below the folder of its destination, and whether nothing lay there before. */
const changes = new Map<string, { readonly name: string; readonly isNew: boolean }>();

/**
 * What was written, moved or removed since the last call of `forgetChanges` and was not taken back, for whoever has to tell how far a
 * run came. Paths are relative to the folder of their destination.
 */
export function changedFiles(): string[] {
  return [...new Set([...changes.values()].map(({ name }) => name))];
}

/**
 * Takes files out of the account of `changedFiles`: they are as they were.
 *
 * @param at - a file, or a folder with all that is in it; everything where it is not given
 */
export function forgetChanges(at?: Destination): void {
  if (at === undefined) changes.clear();
  else for (const path of changes.keys()) if (path === at.path || path.startsWith(at.path + sep)) changes.delete(path);
}

function recordChange({ folder, path, isOfWork }: Destination, isNew: boolean): void {
  if (isOfWork === true || changes.has(path)) return;
  const name = relative(folder, path) || basename(path);
  changes.set(path, { name: name.split(sep).join('/'), isNew });
}

/** What came and went is no change. */
function recordRemoval(at: Destination): void {
  const isOurs = changes.get(at.path)?.isNew === true;
  forgetChanges(at);
  if (!isOurs) recordChange(at, false);
}

/**
 * Looks at every folder on the way to a destination; those that do not exist yet are fine.
 *
 * @throws Failure of kind `input` naming the first that is a link, or no folder at all
 */
export async function refuseLinks({ folder, path }: Destination): Promise<void> {
  const names = relative(folder, dirname(path)).split(sep);
  if (path === folder || names[0] === '') return;
  let current = folder;
  for (const name of names) {
    current = join(current, name);
    const kind = (await inspect(current))?.kind;
    if (kind === undefined) return;
    if (kind !== 'folder') throw notAFolder(relative(folder, current), kind);
  }
}

/** What is said of a link or a file in the place of a folder of ours. */
export function notAFolder(path: string, kind: EntryKind): Failure {
  return inTheWay(path, kind, 'folder');
}

/** What is said of a link or a folder in the place of a file of ours. */
export function notAFile(path: string, kind: EntryKind): Failure {
  return inTheWay(path, kind, 'file');
}

function inTheWay(path: string, kind: EntryKind, wanted: 'file' | 'folder'): Failure {
  return failure('input', {
    code: 'workspace/not-a-file',
    message: `${KIND_WORDS[kind]} lies where a generated ${wanted} belongs`,
    place: { file: path },
    remedy: 'move it away; generated files are never written through links',
  });
}

/**
 * As `readTextIfPresent`, for what runs of ours have written.
 *
 * @throws Failure of kind `input` too where a link, a folder or a pipe lies there, or a link to the folder that it is in
 */
export async function readOwnTextIfPresent(at: Destination): Promise<string | undefined> {
  await refuseLinks(at);
  const kind = (await inspect(at.path))?.kind;
  if (kind !== undefined && kind !== 'file') throw notAFile(relative(at.folder, at.path), kind);
  return kind === undefined ? undefined : await readTextIfPresent(at.path);
}

/** Creates a new file with exactly these bytes and permission bits and forces it to the disk. Throws where one exists. */
export async function createFile(to: Destination, bytes: Uint8Array | string, mode = 0o644): Promise<void> {
  await makeFolderOf(to);
  await writeNew(to.path, bytes, mode);
  recordChange(to, true);
}

/**
 * Writes a file that can be made again at any time: put into its place in one step, as `replaceFile` does, and not forced to the
 * disk.
 */
export async function writeDisposableFile(to: Destination, bytes: Uint8Array | string, mode = 0o644): Promise<void> {
  await replace(to, bytes, { mode, isForced: false });
}

/** Makes a folder with all above it, those that are new with these permission bits; nothing happens where it is there. */
export async function makeFolder(at: Destination, mode = 0o777): Promise<void> {
  await refuseLinks(at);
  await mkdir(at.path, { recursive: true, mode });
}

/** Makes a folder that its owner alone may enter, one that is there already too; those above it that are new are so as well. */
export async function makePrivateFolder(at: Destination): Promise<void> {
  await makeFolder(at, 0o700);
  await chmod(at.path, 0o700);
}

/** Makes a new folder for what is needed for a moment, readable by its owner alone; the caller removes it. */
export async function makeTemporaryFolder(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'cluster-template-'));
  recordChange(below(folder), true);
  return folder;
}

/** A folder that is there for a moment. */
export interface MemoryFolder {
  /** Absolute. */
  readonly path: string;
  /** Whether it lies in memory, so that nothing in it reaches a disk. */
  readonly isMemory: boolean;
}

/** Types of file systems that keep files in memory: tmpfs and ramfs (statfs(2)). */
const MEMORY_TYPES: ReadonlySet<number> = new Set([0x01021994, 0x858458f6]);

/** What the names of such folders begin with; the number of their process follows. */
const MEMORY_PREFIX = 'cluster-template-private-';

/**
 * Makes a new folder for plain secrets, readable by its owner alone, in memory where the system has a place for that; the caller removes
 * it. Those that killed processes left behind are removed first.
 */
export async function makeMemoryFolder(): Promise<MemoryFolder> {
  const places = [process.env.XDG_RUNTIME_DIR ?? '', '/dev/shm', tmpdir()].filter((place) => place !== '');
  for (const place of places) {
    await removeLeftBehind(place);
    if (!(await isInMemory(place))) continue;
    const path = await makeUnder(place).catch(() => undefined);
    if (path !== undefined) return { path, isMemory: true };
  }
  return { path: await makeUnder(tmpdir()), isMemory: false };
}

async function makeUnder(place: string): Promise<string> {
  const path = await mkdtemp(join(place, `${MEMORY_PREFIX}${process.pid.toString(36)}-`));
  await chmod(path, 0o700);
  return path;
}

async function isInMemory(place: string): Promise<boolean> {
  try {
    return MEMORY_TYPES.has((await statfs(place)).type);
  } catch {
    // Whatever the reason is: nothing can be kept there.
    return false;
  }
}

async function removeLeftBehind(place: string): Promise<void> {
  const own = process.getuid?.();
  for (const { name, kind } of await listFolder(place).catch(() => [])) {
    const pid = name.startsWith(MEMORY_PREFIX)
      ? /^([0-9a-z]+)-/.exec(name.slice(MEMORY_PREFIX.length))?.[1]
      : undefined;
    if (pid === undefined || kind !== 'folder' || exists(Number.parseInt(pid, 36))) continue;
    const path = join(place, name);
    if ((await lstat(path)).uid === own) await rm(path, { recursive: true, force: true });
  }
}

/**
 * Why nothing may be written at a path, in words of the system: it is read-only, or the folder that it would lie in is. Undefined where
 * something may.
 *
 * @param path - absolute; nothing has to be there
 * @returns what is read-only, and why
 */
export async function readOnlyAt(path: string): Promise<{ readonly path: string; readonly why: string } | undefined> {
  // A new file takes the place of an old one in its folder, so that both count.
  for (const place of [path, await folderAbove(path)]) {
    try {
      await access(place, constants.W_OK);
    } catch (error) {
      if (!isAbsence(error)) return { path: place, why: reasonOf(error) };
    }
  }
  return undefined;
}

/** The innermost folder around a path that is there. */
async function folderAbove(path: string): Promise<string> {
  const folder = dirname(path);
  return folder === path || (await inspect(folder)) !== undefined ? folder : await folderAbove(folder);
}

/** Puts a file into its place in one step: readers see the old one or the new one, whole. A link there is replaced. */
export async function replaceFile(to: Destination, bytes: Uint8Array | string, mode = 0o644): Promise<void> {
  await replace(to, bytes, { mode, isForced: true });
  recordChange(to, false);
}

/**
 * Puts a new file into its place whole, and never over another; false where there is one already. It is written under a
 * temporary name and then linked to its own, which the file system refuses where that is taken. On a file system without hard
 * links (FAT, some network and container mounts) it is created under its own name and may for a moment be seen half.
 */
export async function publishFile(to: Destination, bytes: Uint8Array | string, mode: number): Promise<boolean> {
  const temporary = temporaryName(to.path);
  await makeFolderOf(to);
  await writeNew(temporary, bytes, mode);
  try {
    await link(temporary, to.path);
  } catch (error) {
    if (errorCode(error) === 'EEXIST') return false;
    // Each file system has an error of its own for that; where it was another one, what follows meets it too.
    if (!(await claimFile(to.path, bytes, mode))) return false;
  } finally {
    await rm(temporary, { force: true });
  }
  recordChange(to, true);
  return true;
}

/** Moves a file onto another name in one step, replacing what is there. */
export async function moveFile(from: Destination, to: Destination): Promise<void> {
  await refuseLinks(from);
  await makeFolderOf(to);
  await rename(from.path, to.path);
  const isNew = changes.get(from.path)?.isNew === true;
  forgetChanges(from);
  recordChange(to, isNew);
}

/** Copies a file with its permission bits; false where there is none to copy. Throws where the copy's name is taken. */
export async function copyFile(from: Destination, to: Destination): Promise<boolean> {
  await refuseLinks(from);
  await makeFolderOf(to);
  const copy = nodeCopyFile(from.path, to.path, constants.COPYFILE_EXCL).then(() => true);
  const isCopied = (await undefinedIfAbsent(() => copy)) ?? false;
  if (isCopied) recordChange(to, true);
  return isCopied;
}

/** Removes a folder with all that is in it; nothing happens where there is none. A link is removed, not followed. */
export async function removeTree(at: Destination): Promise<void> {
  await refuseLinks(at);
  const isThere = (await inspect(at.path)) !== undefined;
  await rm(at.path, { recursive: true, force: true });
  if (isThere) recordRemoval(at);
}

/** Removes a file; nothing happens where there is none. */
export async function removeFile(at: Destination): Promise<void> {
  await refuseLinks(at);
  const isThere = (await inspect(at.path)) !== undefined;
  await rm(at.path, { force: true });
  if (isThere) recordRemoval(at);
}

/** Removes the folder that a destination lies in and those above it, up to but not including its own, as long as they are empty. */
export async function removeEmptyFolders(of: Destination): Promise<void> {
  await refuseLinks(of);
  let current = dirname(of.path);
  while (current !== of.folder && current.startsWith(of.folder)) {
    try {
      await rmdir(current);
    } catch (error) {
      const code = errorCode(error);
      if (code === 'ENOTEMPTY' || code === 'EEXIST') return;
      if (code !== 'ENOENT') throw error;
    }
    current = dirname(current);
  }
}

/** Removes a folder where it is empty; false where it is not, or is not there. */
export async function removeEmptyFolder(path: string): Promise<boolean> {
  try {
    await rmdir(path);
    return true;
  } catch (error) {
    if (['ENOTEMPTY', 'EEXIST', 'ENOENT', 'ENOTDIR'].includes(errorCode(error) ?? '')) return false;
    throw error;
  }
}

async function makeFolderOf(to: Destination): Promise<void> {
  await refuseLinks(to);
  await mkdir(dirname(to.path), { recursive: true });
}

interface Writing {
  readonly mode: number;
  /** Whether the bytes are forced to the disk before the file counts as written. */
  readonly isForced: boolean;
}

async function replace(to: Destination, bytes: Uint8Array | string, { mode, isForced }: Writing): Promise<void> {
  await makeFolderOf(to);
  const temporary = temporaryName(to.path);
  try {
    await writeNew(temporary, bytes, mode, isForced);
    await rename(temporary, to.path);
  } catch (error) {
    await rm(temporary, { force: true }).catch(() => undefined);
    throw error;
  }
}

/** Exclusive creation follows no link, and the process's umask may take bits away from the mode that it is given. */
async function writeNew(path: string, bytes: Uint8Array | string, mode: number, isForced = true): Promise<void> {
  const handle = await open(path, 'wx', mode);
  try {
    await handle.chmod(mode);
    await handle.writeFile(bytes);
    if (isForced) await handle.sync();
    await handle.close();
  } catch (error) {
    // What failed first is what is told, whatever comes of clearing away.
    await handle.close().catch(() => undefined);
    await rm(path, { force: true }).catch(() => undefined);
    throw error;
  }
}

/** False where somebody else has the name, or took it over while the file was still empty. */
async function claimFile(path: string, bytes: Uint8Array | string, mode: number): Promise<boolean> {
  try {
    await writeNew(path, bytes, mode);
  } catch (error) {
    if (errorCode(error) === 'EEXIST') return false;
    throw error;
  }
  return (await readFile(path)).equals(Buffer.from(bytes));
}

/** Name beside `path` under which a file is written before it takes its place; unlikely to meet another process's. */
export function temporaryName(path: string): string {
  return join(dirname(path), `.${process.pid.toString(36)}-${nextTemporary()}.cluster-template.tmp`);
}

const nextTemporary = counter();

function counter(): () => string {
  let last = Date.now();
  return () => (++last).toString(36);
}
