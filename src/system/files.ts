import { constants, readFileSync } from 'node:fs';
import {
  chmod,
  copyFile as nodeCopyFile,
  link,
  lstat,
  mkdir,
  mkdtemp,
  open,
  readdir,
  readFile,
  realpath as nodeRealpath,
  rename,
  rm,
  rmdir,
  stat,
  utimes,
  writeFile,
} from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';

/** Bytes of a file, or undefined where there is no such file. Throws on every other trouble. */
export async function readBytesIfPresent(path: string): Promise<Buffer | undefined> {
  return undefinedIfAbsent(() => readFile(path));
}

/** Text of a UTF-8 file, or undefined where there is no such file. Throws on every other trouble. */
export async function readTextIfPresent(path: string): Promise<string | undefined> {
  return (await readBytesIfPresent(path))?.toString('utf8');
}

/** As `readTextIfPresent`, for callers that cannot wait: templates are rendered synchronously. */
export function readTextSyncIfPresent(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    if (isAbsence(error)) return undefined;
    throw error;
  }
}

/** What lies at a path. */
export type EntryKind = 'file' | 'folder' | 'link' | 'other';

/** Kind and permission bits (0o755, say) of what lies at a path, links not followed; undefined where nothing does. */
export async function inspect(path: string): Promise<{ kind: EntryKind; mode: number } | undefined> {
  const found = await undefinedIfAbsent(() => lstat(path));
  if (found === undefined) return undefined;
  return { kind: kindOf(found), mode: found.mode & 0o777 };
}

/** As `inspect`, but of what a link leads to. */
export async function inspectTarget(path: string): Promise<{ kind: EntryKind; mode: number } | undefined> {
  const found = await undefinedIfAbsent(() => stat(path));
  if (found === undefined) return undefined;
  return { kind: kindOf(found), mode: found.mode & 0o777 };
}

/** All bytes of standard input. */
export async function readStandardInput(): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of process.stdin) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks);
}

/** A path without links in it; the path itself where nothing lies there. */
export async function realpath(path: string): Promise<string> {
  return (await undefinedIfAbsent(() => nodeRealpath(path))) ?? path;
}

/** Permission bits of the file that a path leads to, links followed; undefined where there is none. */
export async function permissions(path: string): Promise<number | undefined> {
  const found = await undefinedIfAbsent(() => stat(path));
  return found === undefined ? undefined : found.mode & 0o777;
}

/** Names in a folder, sorted by code point, with their kinds; an empty list where there is no such folder. */
export async function listFolder(path: string): Promise<{ name: string; kind: EntryKind }[]> {
  const entries = (await undefinedIfAbsent(() => readdir(path, { withFileTypes: true }))) ?? [];
  return entries
    .map((entry) => ({ name: entry.name, kind: kindOf(entry) }))
    .sort((a, b) => (a.name < b.name ? -1 : a.name > b.name ? 1 : 0));
}

/** Every file below a folder as paths relative to it with forward slashes, folder by folder in order; links are listed, not followed. */
export async function listTree(root: string): Promise<string[]> {
  const entries = await listFolder(root);
  const lists = await Promise.all(
    entries.map(async ({ name, kind }) =>
      kind === 'folder' ? (await listTree(join(root, name))).map((path) => `${name}/${path}`) : [name],
    ),
  );
  return lists.flat();
}

/** Every folder below a folder as paths relative to it, each before those inside of it; links are not followed. */
export async function listFolders(root: string): Promise<string[]> {
  const entries = (await listFolder(root)).filter(({ kind }) => kind === 'folder');
  const lists = await Promise.all(
    entries.map(async ({ name }) => [name, ...(await listFolders(join(root, name))).map((path) => `${name}/${path}`)]),
  );
  return lists.flat();
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

/** Creates a new file with exactly these bytes and permission bits and forces it to the disk. Throws where one exists. */
export async function createFile(path: string, bytes: Uint8Array | string, mode = 0o644): Promise<void> {
  await mkdir(dirname(path), { recursive: true });
  const handle = await open(path, 'wx', mode);
  try {
    // The process's umask may have taken bits away from the mode above.
    await handle.chmod(mode);
    await handle.writeFile(bytes);
    await handle.sync();
  } finally {
    await handle.close();
  }
}

/** Writes a file that can be made again at any time: in place, and not forced to the disk. Without a mode it keeps its own. */
export async function writeDisposableFile(path: string, bytes: Uint8Array | string, mode?: number): Promise<void> {
  await mkdir(dirname(path), { recursive: true });
  await writeFile(path, bytes);
  if (mode !== undefined) await chmod(path, mode);
}

/** Gives a file or folder the permission bits and times of another. */
export async function copyMetadata(from: string, to: string): Promise<void> {
  const { mode, atime, mtime } = await stat(from);
  await chmod(to, mode & 0o777);
  await utimes(to, atime, mtime);
}

/** Makes a folder with all above it; nothing happens where it is there. */
export async function makeFolder(path: string): Promise<void> {
  await mkdir(path, { recursive: true });
}

/** Makes a new folder for what is needed for a moment, readable by its owner alone; the caller removes it. */
export async function makeTemporaryFolder(): Promise<string> {
  return await mkdtemp(join(tmpdir(), 'cluster-template-'));
}

/** Puts a file into its place in one step: readers see the old one or the new one, whole. */
export async function replaceFile(path: string, bytes: Uint8Array | string, mode = 0o644): Promise<void> {
  const temporary = temporaryName(path);
  try {
    await createFile(temporary, bytes, mode);
    await rename(temporary, path);
  } catch (error) {
    await rm(temporary, { force: true });
    throw error;
  }
}

/**
 * Puts a new file into its place whole, and never over another; false where there is one already. It is written under a
 * temporary name and then linked to its own, which the file system refuses where that is taken.
 */
export async function publishFile(path: string, bytes: Uint8Array | string, mode: number): Promise<boolean> {
  const temporary = temporaryName(path);
  await createFile(temporary, bytes, mode);
  try {
    await link(temporary, path);
    return true;
  } catch (error) {
    if (errorCode(error) === 'EEXIST') return false;
    throw error;
  } finally {
    await rm(temporary, { force: true });
  }
}

/** Moves a file onto another name in one step, replacing what is there. */
export async function moveFile(from: string, to: string): Promise<void> {
  await mkdir(dirname(to), { recursive: true });
  await rename(from, to);
}

/** Copies a file with its permission bits; false where there is none to copy. Throws where the copy's name is taken. */
export async function copyFile(from: string, to: string): Promise<boolean> {
  await mkdir(dirname(to), { recursive: true });
  return (await undefinedIfAbsent(() => nodeCopyFile(from, to, constants.COPYFILE_EXCL).then(() => true))) ?? false;
}

/** Removes a folder with all that is in it; nothing happens where there is none. */
export async function removeTree(path: string): Promise<void> {
  await rm(path, { recursive: true, force: true });
}

/** Removes a file; nothing happens where there is none. */
export async function removeFile(path: string): Promise<void> {
  await rm(path, { force: true });
}

/** Removes a folder and those above it, up to but not including `stop`, as long as they are empty. */
export async function removeEmptyFolders(folder: string, stop: string): Promise<void> {
  let current = folder;
  while (current !== stop && current.startsWith(stop)) {
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

/** Name beside `path` under which a file is written before it takes its place; unlikely to meet another process's. */
export function temporaryName(path: string): string {
  return join(dirname(path), `.${process.pid.toString(36)}-${nextTemporary()}.cluster-template.tmp`);
}

/** The `code` of a Node error (ENOENT, EACCES, …), or undefined where it has none. */
export function errorCode(error: unknown): string | undefined {
  return error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : undefined;
}

/** What the system said, in words of its own: `permission denied (EACCES)`. */
export function reasonOf(error: unknown): string {
  const code = errorCode(error);
  if (!(error instanceof Error)) return String(error);
  const words = /^[A-Z0-9]+: ([^,]+),/.exec(error.message)?.[1];
  return code === undefined || words === undefined ? error.message : `${words} (${code})`;
}

const nextTemporary = counter();

function counter(): () => string {
  let last = Date.now();
  return () => (++last).toString(36);
}

function kindOf(entry: { isFile(): boolean; isDirectory(): boolean; isSymbolicLink(): boolean }): EntryKind {
  if (entry.isFile()) return 'file';
  if (entry.isDirectory()) return 'folder';
  return entry.isSymbolicLink() ? 'link' : 'other';
}

async function undefinedIfAbsent<T>(read: () => Promise<T>): Promise<T | undefined> {
  try {
    return await read();
  } catch (error) {
    if (isAbsence(error)) return undefined;
    throw error;
  }
}

/** Whether an error says that there is no such file or folder. */
export function isAbsence(error: unknown): boolean {
  return errorCode(error) === 'ENOENT' || errorCode(error) === 'ENOTDIR';
}
