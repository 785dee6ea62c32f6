import { createHmac, randomBytes, timingSafeEqual } from 'node:crypto';
import {
  accessSync,
  chmodSync,
  closeSync,
  constants,
  fchmodSync,
  fstatSync,
  futimesSync,
  lstatSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  realpathSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
  type Stats,
} from 'node:fs';
import { homedir, hostname } from 'node:os';
import { dirname, isAbsolute, join, relative, resolve } from 'node:path';
import { environment } from './environment.ts';
import { errorCode, reasonOf } from './files.ts';
import { temporaryName } from './writing.ts';

// What is kept for the user and not for a repository lies outside of every repository: a clone may bring any file, and code that
// was compiled before is run.

/** What a folder of ours is for: a `cache` can be removed at any time, `state` is what the user has said. */
type UserFolderKind = 'cache' | 'state';

/** A folder that may be used, or why none is. */
type UserFolder = { readonly path: string } | { readonly path?: string; readonly refusal: string };

/**
 * Where this program keeps something for the user, by the customs of the system: `CLUSTER_TEMPLATE_CACHE`, `XDG_CACHE_HOME` and
 * `XDG_STATE_HOME` where they are set, else a folder below the home.
 *
 * @returns an absolute path; undefined where the user has no home
 */
export function userFolderPath(kind: UserFolderKind): string | undefined {
  const env = environment();
  const { CLUSTER_TEMPLATE_CACHE: named, LOCALAPPDATA } = env;
  if (kind === 'cache' && named !== undefined && named !== '') return resolve(named);
  // The XDG specification has relative paths passed over.
  const base = kind === 'cache' ? env.XDG_CACHE_HOME : env.XDG_STATE_HOME;
  if (base !== undefined && isAbsolute(base)) return join(base, NAME);
  if (process.platform === 'win32' && LOCALAPPDATA !== undefined) return join(LOCALAPPDATA, NAME, kind);
  const home = homeFolder();
  if (home === undefined) return undefined;
  if (process.platform === 'darwin')
    return join(home, 'Library', kind === 'cache' ? 'Caches' : 'Application Support', NAME);
  return join(home, kind === 'cache' ? '.cache' : '.local/state', NAME);
}

const NAME = 'cluster-template';

/**
 * The user's folder of one kind, made where it is missing, for its owner alone.
 *
 * @param outside - absolute paths of repositories that it must not lie in: what lies there may have come with a clone
 * @returns why it is not used where it cannot be made, belongs to somebody else, or others may write to it
 */
export function openUserFolder(kind: UserFolderKind, ...outside: readonly string[]): UserFolder {
  const path = userFolderPath(kind);
  if (path === undefined) return { refusal: 'this user has no home folder' };
  try {
    makePrivateFolder(path);
    const real = realpathSync(path);
    const refusal =
      refusalOf(lstatSync(real), 'folder') ??
      (outside.some((folder) => isBelow(real, folder)) ? 'it lies in the repository' : undefined);
    if (refusal !== undefined) return { path, refusal };
    accessSync(real, constants.R_OK | constants.W_OK | constants.X_OK);
    return { path: real };
  } catch (error) {
    return { path, refusal: reasonOf(error) };
  }
}

/** Content of a file of such a folder; undefined where there is none, or one that others could have written. */
export function readPrivateFile(path: string): Buffer | undefined {
  let file: number;
  try {
    file = openSync(path, constants.O_RDONLY | NO_FOLLOW);
  } catch {
    return undefined;
  }
  try {
    const found = fstatSync(file);
    if (refusalOf(found, 'file') !== undefined || found.size > LARGEST_FILE) return undefined;
    const bytes = readFileSync(file);
    // The bound of the cache takes what was not used for longest; a day is exact enough and spares the disk.
    if (Date.now() - found.mtimeMs > DAY_MILLISECONDS) futimesSync(file, found.atime, new Date());
    return bytes;
  } catch {
    return undefined;
  } finally {
    closeSync(file);
  }
}

/** Puts a file into its place in one step, readable by its owner alone whatever the umask is. Throws what the system says. */
export function writePrivateFile(path: string, bytes: Uint8Array | string): void {
  const temporary = temporaryName(path);
  try {
    const file = openSync(temporary, 'wx', 0o600);
    try {
      fchmodSync(file, 0o600);
      writeFileSync(file, bytes);
    } finally {
      closeSync(file);
    }
    renameSync(temporary, path);
  } catch (error) {
    rmSync(temporary, { force: true });
    throw error;
  }
}

/** What earlier runs of this user have found out. A run does the same without it, only slower. */
export interface UserCache {
  /**
   * A short text for bytes that nobody can guess them from, as it takes this user's key to make it; undefined of a cache that keeps
   * nothing.
   */
  readonly digest?: (bytes: Uint8Array) => string;
  /**
   * What was kept under a name of `a-z`, `0-9` and `-`. It is only ever what `write` was given by this user on this machine: each
   * entry bears a code of authentication, whose key lies elsewhere.
   */
  readonly read: (name: string) => Buffer | undefined;
  /** Keeps something; nothing happens where it cannot be kept. Where the cache has become too large the oldest entries go. */
  readonly write: (name: string, bytes: Uint8Array) => void;
}

/** A cache that keeps nothing. */
export const NO_CACHE: UserCache = { read: () => undefined, write: () => undefined };

let isUsed = true;

/** Whether this process uses a cache from now on; without one nothing of an earlier run is read, and nothing is kept. */
export function useUserCache(isWanted: boolean): void {
  isUsed = isWanted;
}

/**
 * Opens the user's cache; one that keeps nothing where there is no folder to trust. `doctor` says why: no other command fails, or
 * says a word, because of a cache.
 *
 * @param outside - absolute paths of repositories that the cache must not lie in
 */
export function openUserCache(...outside: readonly string[]): UserCache {
  if (!isUsed) return NO_CACHE;
  const [cache, state] = [openUserFolder('cache', ...outside), openUserFolder('state', ...outside)];
  if ('refusal' in cache || 'refusal' in state) return NO_CACHE;
  const key = cacheKey(join(state.path, 'cache-key'));
  if (key === undefined) return NO_CACHE;
  const seal = (name: string, bytes: Uint8Array): Buffer =>
    createHmac('sha256', key).update(`${name}\0${MACHINE}\0`).update(bytes).digest();
  return {
    digest: (bytes) =>
      createHmac('sha256', key).update('content\0').update(bytes).digest('base64url').slice(0, DIGEST_LENGTH),
    read(name) {
      const bytes = readPrivateFile(join(cache.path, name));
      if (bytes === undefined || bytes.length < SEAL_LENGTH) return undefined;
      const content = bytes.subarray(SEAL_LENGTH);
      return timingSafeEqual(seal(name, content), bytes.subarray(0, SEAL_LENGTH)) ? content : undefined;
    },
    write(name, bytes) {
      try {
        writePrivateFile(join(cache.path, name), Buffer.concat([seal(name, bytes), bytes]));
        removeOldest(cache.path);
      } catch {
        // A disk that is full or read-only: the run does not need it.
      }
    },
  };
}

/** What was kept by another Node, or for another machine that shares the folder, is kept anew. */
const MACHINE = `${process.version} ${process.platform} ${process.arch} ${hostname()}`;
/** Characters of base64: 132 bits. */
const DIGEST_LENGTH = 22;
/** SHA-256. */
const SEAL_LENGTH = 32;
const KEY_LENGTH = 32;
const DAY_MILLISECONDS = 24 * 60 * 60 * 1000;
const LARGEST_FILE = 2 ** 24;
/** Bytes and files that the cache holds at most. */
const BOUNDS = { bytes: 2 ** 25, files: 1000 };
/** Not there on Windows. */
const NO_FOLLOW = (constants as Partial<typeof constants>).O_NOFOLLOW ?? 0;

/** The key that entries are authenticated with, made where there is none; undefined where there can be none. */
function cacheKey(path: string): Buffer | undefined {
  const present = readPrivateFile(path);
  if (present?.length === KEY_LENGTH) return present;
  try {
    writePrivateFile(path, randomBytes(KEY_LENGTH));
  } catch {
    return undefined;
  }
  // Another process may have made one meanwhile: the last one counts.
  return readPrivateFile(path);
}

function removeOldest(folder: string): void {
  const files = readdirSync(folder)
    .map((name) => ({ path: join(folder, name), found: lstatSync(join(folder, name), { throwIfNoEntry: false }) }))
    .filter((file): file is { path: string; found: Stats } => file.found?.isFile() === true)
    .sort((one, other) => other.found.mtimeMs - one.found.mtimeMs);
  let bytes = 0;
  for (const [index, { path, found }] of files.entries()) {
    bytes += found.size;
    if (bytes > BOUNDS.bytes || index >= BOUNDS.files) rmSync(path, { force: true });
  }
}

/** Why a file or folder is none to believe; undefined where it is. Windows keeps rights elsewhere, and profiles private. */
function refusalOf(found: Stats, kind: 'file' | 'folder'): string | undefined {
  if (!(kind === 'file' ? found.isFile() : found.isDirectory())) return `it is no ${kind}`;
  const uid = process.getuid?.();
  if (uid === undefined) return undefined;
  if (found.uid !== uid) return `it belongs to user ${String(found.uid)}`;
  return (found.mode & 0o022) === 0 ? undefined : 'others may write to it';
}

/** With all folders above it that are missing. Folders that are there keep their rights. */
function makePrivateFolder(path: string): void {
  try {
    mkdirSync(path, 0o700);
  } catch (error) {
    if (errorCode(error) === 'EEXIST') return;
    if (errorCode(error) !== 'ENOENT' || dirname(path) === path) throw error;
    makePrivateFolder(dirname(path));
    makePrivateFolder(path);
    return;
  }
  chmodSync(path, 0o700);
}

function isBelow(path: string, folder: string): boolean {
  const way = relative(realpathSync(folder), path);
  return way === '' || !(way.startsWith('..') || isAbsolute(way));
}

/** Undefined where the system knows none, as for a user of a container who is in no list, and under `sudo`, which may keep another's. */
function homeFolder(): string | undefined {
  try {
    const home = homedir();
    const isOwn = process.getuid === undefined || statSync(home).uid === process.getuid();
    return isAbsolute(home) && isOwn ? home : undefined;
  } catch {
    return undefined;
  }
}
