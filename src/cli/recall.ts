import { createHash } from 'node:crypto';
import { dirname, join, resolve } from 'node:path';
import { ROOT_MARKERS } from '../cluster/root.ts';
import { describeStreams } from '../system/direct-output.ts';
import { environment } from '../system/environment.ts';
import { beginObservation, endObservation, isUnchanged, type Answer, type Output } from '../system/observation.ts';
import { PROGRAM } from '../system/program.ts';
import { kindAt } from '../system/tree.ts';
import { openUserCache, type UserCache } from '../system/user-folders.ts';
import { changedFiles } from '../system/writing.ts';
import { EXIT } from './exit-codes.ts';

// Where there is nothing to do nothing should be done: what a command said is kept in the user's cache, with everything that it read.
// As long as the world gives the same answers, the same program says the same.

/** What is kept of a run. */
interface Memory {
  readonly answers: readonly Answer[];
  readonly output: readonly Output[];
  readonly exitCode: number;
}

/** Commands that say the same as long as nothing changes. */
const REPEATABLE: ReadonlySet<string> = new Set(['configure', 'plan', 'diff', 'validate']);

/** Option of these commands with which nothing that is kept is asked. */
export const NO_CACHE_FLAG = '--no-cache';

function isRepeatable([command = '', ...words]: readonly string[]): boolean {
  // --trust writes down what it says.
  return REPEATABLE.has(command) && !words.includes(NO_CACHE_FLAG) && !words.includes('--trust');
}

/**
 * Says what a command said before, where nothing that it read has changed since.
 *
 * @param arguments_ - what follows the program's name
 * @param say - writes a text
 * @returns its exit code; undefined where it has to be run
 */
export function recall(arguments_: readonly string[], say: (...output: Output) => void): number | undefined {
  if (!isRepeatable(arguments_)) return undefined;
  const cache = openCache(arguments_);
  const bytes = cache.digest === undefined ? undefined : cache.read(entryName(arguments_));
  if (bytes === undefined || cache.digest === undefined) return undefined;
  const { answers, output, exitCode } = JSON.parse(bytes.toString('utf8')) as Memory;
  if (!isUnchanged(answers, cache.digest)) return undefined;
  for (const one of output) say(...one);
  return exitCode;
}

/**
 * Runs a command, and keeps what it said where that can be said again: where it wrote nothing, started no program and asked nobody.
 *
 * @param run - gives the exit code
 */
export async function remember(arguments_: readonly string[], run: () => Promise<number>): Promise<number> {
  const cache = isRepeatable(arguments_) ? openCache(arguments_) : undefined;
  if (cache?.digest === undefined) return await run();
  beginObservation(cache.digest);
  let seen;
  let exitCode;
  try {
    exitCode = await run();
  } finally {
    seen = endObservation();
  }
  // Findings may be of a moment: a lock that is held, a disk that is full.
  const isLasting = exitCode === EXIT.done || exitCode === EXIT.changes;
  const answers = isLasting && changedFiles().length === 0 ? seen?.answers() : undefined;
  if (seen === undefined || answers === undefined) return exitCode;
  const memory: Memory = { answers, output: seen.output, exitCode };
  cache.write(entryName(arguments_), Buffer.from(JSON.stringify(memory)));
  return exitCode;
}

/** No repository that the command may be about may bring a cache of its own. */
function openCache(arguments_: readonly string[]): UserCache {
  const around = rootAround(process.cwd());
  const named = arguments_
    .map((word) => resolve(word.replace(/^--\w+=/, '')))
    .filter((path) => kindAt(path) === 'folder');
  return openUserCache(...(around === undefined ? [] : [around]), ...named);
}

function rootAround(folder: string): string | undefined {
  if (ROOT_MARKERS.some((names) => names.every((name) => kindAt(join(folder, name)) !== undefined))) return folder;
  return dirname(folder) === folder ? undefined : rootAround(dirname(folder));
}

/** The same program, asked the same at the same place for the same kind of reader. */
function entryName(arguments_: readonly string[]): string {
  const { CI, NO_COLOR, FORCE_COLOR, TERM, TZ } = environment();
  const facts = [
    PROGRAM,
    process.cwd(),
    process.argv[1],
    arguments_,
    describeStreams(),
    CI,
    NO_COLOR,
    FORCE_COLOR,
    TERM,
    TZ,
  ];
  return `run-${createHash('sha256').update(JSON.stringify(facts)).digest('hex')}`;
}
