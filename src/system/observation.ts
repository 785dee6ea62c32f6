import {
  accessSync,
  constants,
  lstatSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  realpathSync,
  statSync,
  type BigIntStats,
} from 'node:fs';

// What a run reads of the world around it goes through system/. While a run is observed each question and its answer are noted
// there, so that another run of the same program can find out by asking them again that it would come to the same end.

/** A kind of question about a path, or about a variable of the environment. */
type QuestionKind =
  /** Bytes of a file. */
  | 'content'
  /** What lies there, links followed, and which bits of permission it has. */
  | 'target'
  /** The same, links not followed. */
  | 'entry'
  /** Where a link leads, as it is written in it. */
  | 'link'
  /** The path without links in it. */
  | 'real'
  /** Names in a folder with their kinds. */
  | 'names'
  /** Whether a file may be executed. */
  | 'executable'
  /** What tells a folder from another one under the same path. */
  | 'identity'
  /** The value of a variable of the environment. */
  | 'variable'
  /** The names of all variables. */
  | 'variables';

/** A question, its subject (a path or a name) and the answer that was given. */
export type Answer = readonly [kind: QuestionKind, subject: string, answer: string];

/** What was noted of a run. */
interface Observation {
  /**
   * Made when they are asked for, as a run that changes something needs none; undefined where they do not tell all that the run
   * depends on.
   */
  readonly answers: () => readonly Answer[] | undefined;
  /** What was written to the terminal or the pipes in its place, in this order. */
  readonly output: readonly Output[];
}

/** A text and where it was written to. */
export type Output = readonly [stream: 'stdout' | 'stderr', text: string];

/** Makes one short text of bytes from which nobody can guess them: they may be those of a key. */
type Digest = (bytes: Uint8Array) => string;

class Notes implements Observation {
  readonly output: Output[] = [];
  hasObstacle = false;
  readonly #noted: (readonly [kind: QuestionKind, subject: string, describe: (digestOf: Digest) => string])[] = [];
  readonly #digestOf: Digest;

  constructor(digestOf: Digest) {
    this.#digestOf = digestOf;
  }

  note(kind: QuestionKind, subject: string, describe: (digestOf: Digest) => string): void {
    this.#noted.push([kind, subject, describe]);
  }

  answers(): readonly Answer[] | undefined {
    if (this.hasObstacle) return undefined;
    const answers = new Map<string, Answer>();
    for (const [kind, subject, describe] of this.#noted) {
      const answer = describe(this.#digestOf);
      const known = answers.get(`${kind}\0${subject}`);
      // Somebody else was at work.
      if (known !== undefined && known[2] !== answer) return undefined;
      answers.set(`${kind}\0${subject}`, [kind, subject, answer]);
    }
    return [...answers.values()];
  }
}

let notes: Notes | undefined;

/** Begins to note what this process reads. */
export function beginObservation(digestOf: Digest): void {
  notes = new Notes(digestOf);
}

/** Ends it; undefined where none was begun. */
export function endObservation(): Observation | undefined {
  const ended = notes;
  notes = undefined;
  return ended;
}

/** Whether what is read is noted. */
export function isObserved(): boolean {
  return notes !== undefined;
}

/** Says that the run depends on something that no answer tells: a program, somebody who was asked, chance. */
export function noteObstacle(): void {
  if (notes !== undefined) notes.hasObstacle = true;
}

/** Notes what was written. */
export function noteOutput(...output: Output): void {
  notes?.output.push(output);
}

/** Notes an answer that was found in another way than by the functions below. */
export function noteAnswer(kind: QuestionKind, subject: string, describe: (digestOf: Digest) => string): void {
  notes?.note(kind, subject, describe);
}

/** Does work that is no part of what the result depends on, as taking a lock is; nothing else may go on meanwhile. */
export async function unobserved<T>(work: () => Promise<T>): Promise<T> {
  const kept = notes;
  notes = undefined;
  try {
    return await work();
  } finally {
    notes = kept;
  }
}

/**
 * Reads something and notes what came of it, a refusal of the system too.
 *
 * @param describe - the answer as `ask` gives it for what was read
 */
export function observe<T>(
  kind: QuestionKind,
  subject: string,
  read: () => T,
  describe: (value: T, digestOf: Digest) => string,
): T {
  if (notes === undefined) return read();
  try {
    const value = read();
    noteAnswer(kind, subject, (digestOf) => describe(value, digestOf));
    return value;
  } catch (error) {
    noteAnswer(kind, subject, () => refusal(error));
    throw error;
  }
}

/** Whether the world still gives each of the answers. */
export function isUnchanged(answers: readonly Answer[], digestOf: Digest): boolean {
  return answers.every(([kind, subject, answer]) => ask(kind, subject, digestOf) === answer);
}

function ask(kind: QuestionKind, subject: string, digestOf: Digest): string {
  try {
    return ASK[kind](subject, digestOf);
  } catch (error) {
    return refusal(error);
  }
}

const ASK: Readonly<Record<QuestionKind, (subject: string, digestOf: Digest) => string>> = {
  content(path, digestOf) {
    const found = statSync(path);
    // A pipe that has taken the place of a file may be read for ever.
    return found.isFile() && found.size <= LARGEST ? digestOf(readFileSync(path)) : describeEntry(found);
  },
  target: (path) => describeEntry(statSync(path)),
  entry: (path) => describeEntry(lstatSync(path)),
  link: (path) => readlinkSync(path),
  real: (path) => realpathSync.native(path),
  names: (path) => describeNames(readdirSync(path, { withFileTypes: true })),
  executable(path) {
    accessSync(path, constants.X_OK);
    return EXECUTABLE;
  },
  identity: (path) => identityOf(statSync(path, { bigint: true })),
  variable: (name, digestOf) => describeVariable(process.env[name], digestOf),
  variables: () => describeVariables(Object.keys(process.env)),
};

const LARGEST = 2 ** 26;

/** The answer where nothing lies at a path. */
export const ABSENT = 'absent';

/** The answer where a file may be executed. */
export const EXECUTABLE = 'yes';

/** What the system refused with. */
function refusal(error: unknown): string {
  if (error instanceof Error && 'code' in error && (error.code === 'ENOENT' || error.code === 'ENOTDIR')) return ABSENT;
  return `refused: ${error instanceof Error && 'code' in error ? String(error.code) : String(error)}`;
}

interface Kinds {
  isFile(): boolean;
  isDirectory(): boolean;
  isSymbolicLink(): boolean;
}

/** Kind, bits of permission, and of a file its size: the size of a folder changes with what is in it, and says no more than that. */
export function describeEntry(found: Kinds & { readonly mode: number; readonly size: number }): string {
  return `${letterOf(found)} ${(found.mode & 0o7777).toString(8)}${found.isFile() ? ` ${String(found.size)}` : ''}`;
}

/** Names with a letter for each kind, in an order of their own. */
export function describeNames(entries: readonly (Kinds & { readonly name: string })[]): string {
  return entries
    .map((entry) => letterOf(entry) + entry.name)
    .sort()
    .join('\0');
}

function letterOf(entry: Kinds): string {
  return entry.isFile() ? 'f' : entry.isDirectory() ? 'd' : entry.isSymbolicLink() ? 'l' : 'o';
}

/** Its number on the disk, and the time at which it was made where the file system keeps that. */
export function identityOf({ ino, birthtimeNs, ctimeNs }: BigIntStats): string {
  // Where no such time is kept the system gives none, or that of the last change.
  const isKept = birthtimeNs > 0n && birthtimeNs !== ctimeNs;
  return isKept ? `${String(ino)} ${String(birthtimeNs)}` : String(ino);
}

/** Which names there are, but for those that another folder or window has. */
export function describeVariables(names: readonly string[]): string {
  return names
    .filter((name) => !/^(?:_|PWD|OLDPWD|SHLVL|WINDOWID|COLUMNS|LINES)$/.test(name))
    .sort()
    .join('\0');
}

/** The value of a variable, which may be a secret. */
export function describeVariable(value: string | undefined, digestOf: Digest): string {
  return value === undefined ? ABSENT : digestOf(Buffer.from(value));
}
