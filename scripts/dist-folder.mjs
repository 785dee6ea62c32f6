// The folder of the bundle: other processes start from it while it is made anew, and builders may be killed at any point.
import { randomBytes } from 'node:crypto';
import { link, lstat, lutimes, mkdir, open, readdir, readFile, rename, rm } from 'node:fs/promises';
import { hostname } from 'node:os';
import { dirname, join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';

/** Names a chunk after its content, so one that is there already need not be written, and none is ever another's. */
const isChunk = (name) => /-[A-Z0-9]{8}\.js(?:\.map)?$/.test(name);

/** What stands in the stamp while entries are exchanged: the next start builds again. */
const UNFINISHED = 'unfinished\n';

/** When each chunk that no bundle needs any more was first found to be one. */
const SUPERSEDED = 'superseded.json';

/** A process imports chunks for as long as it runs. */
const KEPT_MILLISECONDS = 24 * 60 * 60 * 1000;

/** A builder shows once a second that it is alive; a silence of this length is a builder that is gone, or stands still. */
const SILENCE_MILLISECONDS = 10_000;
const BEAT_MILLISECONDS = 1_000;
const POLL_MILLISECONDS = 50;

/**
 * Exchanges the bundle in a folder. Each file comes into place whole: first the chunks, then the entries, which name chunks by the hash
 * of their content, last the stamp. Whoever reads the folder meanwhile finds every chunk of the entry that it has read, the old ones
 * for another day. Where the process is killed the stamp says that the bundle is not finished.
 *
 * @param folder - made where it is not there
 * @param files - contents by name
 * @param stamp - name and text of the file that says what the bundle was made from
 * @param lock - what `takeLock` gave
 * @throws where another builder took the lock over meanwhile, and where something refuses to be written
 */
export async function replaceBundle(folder, files, stamp, lock) {
  await lock.check();
  await removeAbandoned(folder);
  const chunks = Object.keys(files).filter(isChunk);
  for (const name of chunks) await writeChunk(join(folder, name), files[name]);
  await lock.check();
  const stampPath = join(folder, stamp.name);
  await writeWhole(stampPath, UNFINISHED);
  for (const [name, content] of Object.entries(files))
    if (!isChunk(name)) await writeWhole(join(folder, name), content);
  await lock.check();
  await writeWhole(stampPath, stamp.text);
  await removeSuperseded(folder, new Set(chunks));
}

/** Temporary files of builders that were killed: nobody else writes while the lock is held. */
async function removeAbandoned(folder) {
  for (const name of await readdir(folder))
    if (name.endsWith('.tmp')) await rm(join(folder, name), { recursive: true, force: true });
}

/** A chunk that was cut off by a full disk or a power failure has its name all the same. */
async function writeChunk(path, content) {
  const present = (await lstat(path).catch(ifAbsent))?.isFile() === true ? await readFile(path) : undefined;
  if (present?.equals(Buffer.from(content)) !== true) await writeWhole(path, content);
}

/** By a name of its own and a rename: what lies at the path is exchanged whole, and a link there is never followed. */
export async function writeWhole(path, content) {
  const temporary = `${path}.${randomBytes(6).toString('hex')}.tmp`;
  try {
    const file = await open(temporary, 'wx', 0o644);
    try {
      await file.writeFile(content);
    } finally {
      await file.close();
    }
    await rename(temporary, path);
  } catch (error) {
    await rm(temporary, { force: true });
    throw error;
  }
}

/** Chunks are counted from the first build that does without them. Maps are read by no running process. */
async function removeSuperseded(folder, needed) {
  const known = await readTimes(join(folder, SUPERSEDED));
  const now = Date.now();
  const left = {};
  for (const name of (await readdir(folder)).filter((one) => isChunk(one) && !needed.has(one))) {
    const since = Math.min(known[name] ?? now, now);
    if (name.endsWith('.map') || now - since > KEPT_MILLISECONDS) await rm(join(folder, name), { recursive: true });
    else left[name] = since;
  }
  await writeWhole(join(folder, SUPERSEDED), JSON.stringify(left));
  await rm(join(folder, 'compile-cache'), { recursive: true, force: true });
}

/** Times in milliseconds by name of the chunk; what is no such file knows of none. */
async function readTimes(path) {
  try {
    const value = JSON.parse(await readFile(path, 'utf8'));
    return Object.fromEntries(Object.entries(value ?? {}).filter(([, since]) => Number.isFinite(since)));
  } catch {
    return {};
  }
}

/** Names of the chunks in a folder that belong to no finished bundle. */
export async function supersededChunks(folder) {
  return Object.keys(await readTimes(join(folder, SUPERSEDED)));
}

/** Another builder holds the lock. */
export class LockedError extends Error {}

/**
 * Takes the lock of a folder: one process builds at a time. The lock of a builder that was killed, or says nothing for ten seconds, is
 * taken over; such a builder is refused by `check` should it go on.
 *
 * @param folder - made where it is not there
 * @param waitMilliseconds - how long another builder is waited for
 * @param silenceMilliseconds - after what silence it counts as gone
 * @returns `check`, which throws LockedError where the lock is no longer ours, and `release`
 * @throws LockedError where another builder does not end in time
 */
export async function takeLock(folder, waitMilliseconds, silenceMilliseconds = SILENCE_MILLISECONDS) {
  await makeFolder(folder);
  const path = join(folder, 'build.lock');
  const mine = JSON.stringify({ host: hostname(), pid: process.pid, id: randomBytes(8).toString('hex') });
  const end = performance.now() + waitMilliseconds;
  let last;
  while (!(await create(path, mine))) {
    const seen = await look(path);
    if (seen === undefined) continue;
    if (last?.sign !== seen.sign) last = { sign: seen.sign, since: performance.now() };
    const isSilent = performance.now() - last.since > silenceMilliseconds;
    if (isSilent || isDead(seen.text)) await moveAway(path, seen.text);
    else if (performance.now() > end) throw new LockedError('another process builds it, and does not come to an end');
    else await pause(POLL_MILLISECONDS);
  }
  const beat = setInterval(() => {
    const now = new Date();
    // Where the lock is gone `check` will say so.
    lutimes(path, now, now).catch(ifAbsent);
  }, BEAT_MILLISECONDS);
  beat.unref();
  const isMine = async () => (await look(path))?.text === mine;
  return {
    async check() {
      if (!(await isMine())) throw new LockedError('another process took the build over');
    },
    async release() {
      clearInterval(beat);
      if (await isMine()) await rm(path, { force: true });
    },
  };
}

async function makeFolder(folder) {
  await mkdir(dirname(folder), { recursive: true });
  await mkdir(folder).catch(async (error) => {
    if (error.code !== 'EEXIST') throw error;
    if (!(await lstat(folder)).isDirectory()) throw new Error(`${folder} is no folder: remove it`);
  });
}

/** Whether the lock was made now; a link in its place is not followed. */
async function create(path, text) {
  let file;
  try {
    file = await open(path, 'wx', 0o600);
  } catch (error) {
    if (error.code === 'EEXIST') return false;
    throw error;
  }
  try {
    await file.writeFile(text);
    return true;
  } finally {
    await file.close();
  }
}

/** What stands for the text of a link or a folder in the place of the lock. */
const NO_LOCK = '{}';

/** The lock as it is: its text, and what changes with each sign of life. */
async function look(path) {
  try {
    const entry = await lstat(path);
    const text = entry.isFile() ? await readFile(path, 'utf8') : NO_LOCK;
    return { text, sign: `${entry.ino} ${entry.mtimeMs}` };
  } catch (error) {
    return ifAbsent(error);
  }
}

/** A process of this machine that is not there any more. An empty lock is one that is being made. */
function isDead(text) {
  if (text === '') return false;
  let holder;
  try {
    holder = JSON.parse(text);
  } catch {
    return true;
  }
  if (!Number.isSafeInteger(holder?.pid) || holder.pid <= 0) return true;
  if (holder.host !== hostname()) return false;
  try {
    process.kill(holder.pid, 0);
    return false;
  } catch (error) {
    return error.code === 'ESRCH';
  }
}

/**
 * By a rename, so that of two who find the same dead lock one removes it. Who comes late and moves the new lock of the other puts it
 * back; should a third be quicker, the other's `check` says so.
 */
async function moveAway(path, text) {
  const aside = `${path}.${randomBytes(6).toString('hex')}.tmp`;
  try {
    await rename(path, aside);
    const moved = await look(aside);
    if (moved !== undefined && moved.text !== text && !isDead(moved.text)) await link(aside, path);
  } catch (error) {
    // Without hard links it cannot be put back.
    if (!['ENOENT', 'EEXIST', 'EPERM', 'ENOTSUP', 'EOPNOTSUPP', 'ENOSYS'].includes(error.code)) throw error;
  } finally {
    await rm(aside, { recursive: true, force: true });
  }
}

function ifAbsent(error) {
  if (error.code !== 'ENOENT') throw error;
  return undefined;
}
