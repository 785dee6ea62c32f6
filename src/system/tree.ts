import {
  chmodSync,
  mkdirSync,
  readdirSync as nodeReaddirSync,
  statSync as nodeStatSync,
  utimesSync,
  writeFileSync,
  type Dirent,
  type Stats,
} from 'node:fs';
import { isUtf8 } from 'node:buffer';
import { dirname } from 'node:path';
import { errorCode, isAbsence } from './files.ts';
import { readdirSync, readFileSync, realpathNativeSync, statIfPresentSync } from './reads.ts';

// The door that waits for the disk, for rendering and what is asked of its paths before: a template, a function that it calls and the
// import of a plugin cannot wait for promises, and a tree of a thousand small files takes a tenth of their time. Links are followed, and
// times and every bit of a mode are kept, as makejinja does. The user's repository is read and written through files.ts and writing.ts,
// which bound what is read, write through no link and leave nothing half written while signals are heard.

/** A file or folder below a folder. */
export interface TreeEntry {
  /** Relative to the folder, with forward slashes. */
  readonly name: string;
  readonly kind: 'file' | 'folder';
  /** Whether a link to a folder lies on the way to it, or it is such a link. */
  readonly isBehindLink: boolean;
  /** Whether it is a link to a file itself. */
  readonly isLink?: boolean;
  /** Whether the name is no UTF-8: nobody can ask for it. Its bytes are written as `\\xE9`, and a folder is not entered. */
  readonly isUndecodable?: boolean;
}

/**
 * Everything below a folder in the order of the names, links followed; a folder that a link leads back to is not entered
 * a second time on the same way. Links that lead nowhere, sockets and devices are left out. Waits for the disk: for a
 * thousand files that takes a tenth of the time of promises.
 *
 * @throws what the system says where a folder cannot be read
 */
export function listTreeSync(root: string): TreeEntry[] {
  const found: TreeEntry[] = [];
  walk(root, { prefix: '', isBehindLink: false, above: [] }, found);
  return found;
}

interface Way {
  readonly prefix: string;
  readonly isBehindLink: boolean;
  /** Real paths of the folders that links were followed from and to. */
  readonly above: readonly string[];
}

function walk(folder: string, way: Way, found: TreeEntry[]): void {
  const entries = readdirSync(folder);
  entries.sort((a, b) => (a.name < b.name ? -1 : a.name > b.name ? 1 : 0));
  const undecodable = new Set(
    entries.some(({ name }) => name.includes('\uFFFD')) ? noteUndecodable(folder, way, found) : [],
  );
  for (const entry of entries) {
    const path = `${folder}/${entry.name}`;
    const name = `${way.prefix}${entry.name}`;
    if (undecodable.has(entry.name)) continue;
    const kind = kindOf(entry, path);
    if (kind === 'file') {
      const file = { name, kind, isBehindLink: way.isBehindLink };
      found.push(entry.isSymbolicLink() ? { ...file, isLink: true } : file);
    }
    if (kind !== 'folder') continue;
    const isBehindLink = way.isBehindLink || entry.isSymbolicLink();
    found.push({ name, kind, isBehindLink });
    const above = wayInto(path, folder, entry, way);
    if (above !== undefined) walk(path, { prefix: `${name}/`, isBehindLink, above }, found);
  }
}

/** Notes names that are no UTF-8; gives them back as Node has decoded them. */
function noteUndecodable(folder: string, way: Way, found: TreeEntry[]): string[] {
  const entries = nodeReaddirSync(folder, { withFileTypes: true, encoding: 'buffer' });
  const strange = entries.filter(({ name }) => !isUtf8(name));
  for (const entry of strange) {
    const name = `${way.prefix}${escapeBytes(entry.name)}`;
    const kind = entry.isDirectory() ? 'folder' : 'file';
    found.push({ name, kind, isBehindLink: way.isBehindLink, isUndecodable: true });
  }
  return strange.map(({ name }) => name.toString('utf8'));
}

function escapeBytes(name: Buffer): string {
  const escaped = Array.from(name, (byte) =>
    byte > 0x7e ? `\\x${byte.toString(16).toUpperCase()}` : String.fromCharCode(byte),
  );
  return escaped.join('');
}

/** The real folders on the way, the next one among them where it is a link; undefined where it would lead round in a circle. */
function wayInto(path: string, folder: string, entry: Dirent, way: Way): readonly string[] | undefined {
  if (!entry.isSymbolicLink()) return way.above;
  const real = realpathNativeSync(path);
  const here = realpathNativeSync(folder);
  const isCircle = [...way.above, here].some((known) => known === real || known.startsWith(`${real}/`));
  return isCircle ? undefined : [...way.above, here, real];
}

function kindOf(entry: Dirent, path: string): 'file' | 'folder' | undefined {
  const known = entry.isSymbolicLink() ? statIfPresent(path) : entry;
  if (known === undefined) return undefined;
  return known.isFile() ? 'file' : known.isDirectory() ? 'folder' : undefined;
}

/** Bytes and permission bits of a file, links followed; undefined where there is none. */
export function readFileWithMode(path: string): { readonly bytes: Buffer; readonly mode: number } | undefined {
  try {
    const found = statIfPresentSync(path);
    return found === undefined ? undefined : { mode: found.mode & 0o777, bytes: readFileSync(path) };
  } catch (error) {
    if (isAbsence(error)) return undefined;
    throw error;
  }
}

/**
 * What tells one state of a file or folder from another without reading it: times, size, mode and the file itself, which
 * editors that save by renaming replace. Undefined where there is nothing, or nothing that can be looked at.
 */
export function signature(path: string): string | undefined {
  const found = statIfPresent(path);
  if (found === undefined) return undefined;
  const { mtimeMs, ctimeMs, size, mode, ino } = found;
  return found.isDirectory() ? 'folder' : [mtimeMs, ctimeMs, size, mode, ino].join(' ');
}

/** A link that leads to itself counts as one that leads nowhere. */
function statIfPresent(path: string): Stats | undefined {
  try {
    return statIfPresentSync(path);
  } catch {
    return undefined;
  }
}

/** Writes a file that can be made again at any time: in place, its folders made where they are missing, not forced to the disk. */
export function writeFileInPlace(path: string, bytes: Uint8Array): void {
  try {
    writeFileSync(path, bytes);
  } catch (error) {
    if (errorCode(error) !== 'ENOENT') throw error;
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, bytes);
  }
}

/** To the microsecond, which is as much as `utimes` takes; half of one more, as a number of that size is not exact and is cut off. */
function secondsOf(nanoseconds: bigint): number {
  return (Number(nanoseconds / 1000n) + 0.5) / 1e6;
}

/** Gives a file or folder the mode (setuid, setgid and sticky bits too) and the times of another. */
export function copyMetadataSync(from: string, to: string): void {
  const { mode, atimeNs, mtimeNs } = nodeStatSync(from, { bigint: true });
  utimesSync(to, secondsOf(atimeNs), secondsOf(mtimeNs));
  chmodSync(to, Number(mode) & 0o7777);
}

/** A path without links in it; the path itself where nothing lies there, or nothing that can be looked at. */
export function realPathSync(path: string): string {
  try {
    return realpathNativeSync(path);
  } catch (error) {
    if (errorCode(error) === undefined) throw error;
    return path;
  }
}

/** What a path leads to, links followed; undefined where there is nothing. */
export function kindAt(path: string): 'file' | 'folder' | 'other' | undefined {
  const found = statIfPresent(path);
  if (found === undefined) return undefined;
  return found.isFile() ? 'file' : found.isDirectory() ? 'folder' : 'other';
}
