import { createReadStream } from 'node:fs';
import { join } from 'node:path';
import { failure, type Failure } from '../report/finding.ts';
import { noteObstacle } from './observation.ts';
import { lstat, readdir, readFile, readFileSync, readlink, stat, statIfPresentSync } from './reads.ts';

const MEBIBYTE = 2 ** 20;
/** The most bytes that are read of a file of the user: far beyond all that is configuration, and well within what a text can hold. */
export const LARGEST_INPUT = 64 * MEBIBYTE;

/**
 * Bytes of a file, or undefined where there is no such file. Throws on every other trouble.
 *
 * @throws Failure of kind `input` for a pipe or a device, which might never end, and for more than `LARGEST_INPUT`
 */
export async function readBytesIfPresent(path: string): Promise<Buffer | undefined> {
  return (await readContentIfPresent(path))?.bytes;
}

/** Bytes of a file and its permission bits. */
export interface FileContent {
  readonly bytes: Buffer;
  readonly mode: number;
}

/** As `readBytesIfPresent`, with the permission bits. */
export async function readContentIfPresent(path: string): Promise<FileContent | undefined> {
  return undefinedIfAbsent(async () => {
    const found = await stat(path);
    refuseEndless(path, found);
    refuseLarge(path, found);
    return { bytes: await readFile(path), mode: found.mode & 0o777 };
  });
}

/** As `readBytesIfPresent` but of any size, for what is compared byte by byte, as everything that git tracks is. */
export async function readAllBytesIfPresent(path: string): Promise<Buffer | undefined> {
  return undefinedIfAbsent(async () => {
    refuseEndless(path, await stat(path));
    return await readFile(path);
  });
}

/** Text of a UTF-8 file, or undefined where there is no such file. Throws as `readBytesIfPresent` does. */
export async function readTextIfPresent(path: string): Promise<string | undefined> {
  return (await readBytesIfPresent(path))?.toString('utf8');
}

/**
 * Text of what a user named, a pipe such as /dev/fd/63 too; undefined where there is nothing.
 *
 * @throws Failure of kind `input` for more than `LARGEST_INPUT`
 */
export async function readNamedTextIfPresent(path: string): Promise<string | undefined> {
  const bytes = await undefinedIfAbsent(async () => {
    const found = await stat(path);
    if (!found.isFile() && !found.isDirectory()) return await readStream(createReadStream(path), path);
    refuseLarge(path, found);
    return await readFile(path);
  });
  return bytes?.toString('utf8');
}

/** As `readTextIfPresent`, for callers that cannot wait: templates are rendered synchronously. */
export function readTextSyncIfPresent(path: string): string | undefined {
  try {
    const found = statIfPresentSync(path);
    if (found === undefined) return undefined;
    refuseEndless(path, found);
    refuseLarge(path, found);
    return readFileSync(path).toString('utf8');
  } catch (error) {
    if (isAbsence(error)) return undefined;
    throw error;
  }
}

/** What lies at a path. */
export type EntryKind = 'file' | 'folder' | 'link' | 'other';

/** What messages call each of them. */
export const KIND_WORDS: Readonly<Record<EntryKind, string>> = {
  file: 'a file',
  folder: 'a folder',
  link: 'a link',
  other: 'a pipe or a device',
};

/** Kind and permission bits (0o755, say) of what lies at a path, links not followed; undefined where nothing does. */
export async function inspect(path: string): Promise<{ kind: EntryKind; mode: number } | undefined> {
  const found = await undefinedIfAbsent(() => lstat(path));
  if (found === undefined) return undefined;
  return { kind: kindOf(found), mode: found.mode & 0o777 };
}

/** As `inspect`, but of what a link leads to, with its size in bytes. */
export async function inspectTarget(
  path: string,
): Promise<{ kind: EntryKind; mode: number; size: number } | undefined> {
  const found = await undefinedIfAbsent(() => stat(path));
  if (found === undefined) return undefined;
  return { kind: kindOf(found), mode: found.mode & 0o777, size: found.size };
}

/**
 * All bytes of standard input.
 *
 * @throws Failure of kind `input` for more than `LARGEST_INPUT`
 */
export async function readStandardInput(): Promise<Buffer> {
  return await readStream(process.stdin, 'standard input');
}

async function readStream(stream: AsyncIterable<unknown>, name: string): Promise<Buffer> {
  noteObstacle();
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of stream as AsyncIterable<Buffer>) {
    chunks.push(chunk);
    size += chunk.length;
    if (size > LARGEST_INPUT) throw tooLarge(name);
  }
  return Buffer.concat(chunks);
}

/** Where a link leads, as it is written in it; undefined where there is no link. */
export async function readLinkIfPresent(path: string): Promise<string | undefined> {
  return (await inspect(path))?.kind === 'link' ? await readlink(path) : undefined;
}

/** Permission bits of the file that a path leads to, links followed; undefined where there is none. */
export async function permissions(path: string): Promise<number | undefined> {
  const found = await undefinedIfAbsent(() => stat(path));
  return found === undefined ? undefined : found.mode & 0o777;
}

/** Names in a folder, sorted by code point, with their kinds; an empty list where there is no such folder. */
export async function listFolder(path: string): Promise<{ name: string; kind: EntryKind }[]> {
  const entries = (await undefinedIfAbsent(() => readdir(path))) ?? [];
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

function kindOf(entry: { isFile(): boolean; isDirectory(): boolean; isSymbolicLink(): boolean }): EntryKind {
  if (entry.isFile()) return 'file';
  if (entry.isDirectory()) return 'folder';
  return entry.isSymbolicLink() ? 'link' : 'other';
}

/** A pipe or a device may be read for ever; a folder is told by what reads it. */
function refuseEndless(path: string, found: { isFile(): boolean; isDirectory(): boolean }): void {
  if (found.isFile() || found.isDirectory()) return;
  throw failure('input', {
    code: 'workspace/not-a-file',
    message: `${path} is ${KIND_WORDS.other}, which may be read for ever`,
    remedy: 'put a file in its place',
  });
}

/** A file of many megabytes is none of configuration: one that lies here by mistake would hold up every run, or be no text at all. */
function refuseLarge(path: string, found: { isFile(): boolean; readonly size: number }): void {
  if (!found.isFile() || found.size <= LARGEST_INPUT) return;
  throw tooLarge(path, `: it has ${(Math.ceil((found.size / MEBIBYTE) * 10) / 10).toFixed(1)} MiB`);
}

function tooLarge(name: string, size = ''): Failure {
  return failure('input', {
    code: 'workspace/too-large',
    message: `${name} is larger than the ${String(LARGEST_INPUT / MEBIBYTE)} MiB that are read of a file${size}`,
    remedy: 'move it away, or make it smaller',
  });
}

/** What is read; undefined where there is no such file or folder. */
export async function undefinedIfAbsent<T>(read: () => Promise<T>): Promise<T | undefined> {
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

/**
 * Whether a name would be taken for git's own folder, by git itself or by a file system that a repository is checked out on: in any
 * case, with the dots, spaces and streams that NTFS drops, under its short name there, or with the characters that HFS+ ignores.
 *
 * @param name - one part of a path, between slashes
 * @see https://github.com/git/git/blob/v2.50.0/path.c (is_ntfs_dotgit), utf8.c (is_hfs_dotgit), read-cache.c (verify_path)
 */
export function isGitName(name: string): boolean {
  // Asked of every part of every path.
  if (!/git|[\u0080-\uFFFF]/i.test(name)) return false;
  // On Windows a backslash is a slash.
  return name.split('\\').some((part) => {
    const seen = part.replace(IGNORED_BY_HFS, '').toLowerCase();
    return /^(?:\.git|git~1)[ .]*(?::.*)?$/s.test(seen);
  });
}

const IGNORED_BY_HFS = /[\u200C-\u200F\u202A-\u202E\u206A-\u206F\uFEFF]/g;

/**
 * A path as a file system sees it that tells neither case nor Unicode normal forms apart, such as those of macOS and Windows: two
 * paths with the same result are one file there.
 */
export function foldPath(path: string): string {
  return Array.from(path.normalize('NFC'), foldCharacter).join('').normalize('NFC');
}

/** One for one, as file systems do it: `ß` stays apart from `ss`. */
function foldCharacter(character: string): string {
  const upper = character.toUpperCase();
  const lower = (isOne(upper) ? upper : character).toLowerCase();
  return isOne(lower) ? lower : character;
}

function isOne(text: string): boolean {
  return Array.from(text).length === 1;
}
