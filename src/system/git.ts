import { createHash } from 'node:crypto';
import { environment, programVariables } from './environment.ts';
import { pipeProgram, runProgram, type PipedResult, type ProgramResult } from './programs.ts';

/**
 * What goes before every question to git. The repository may be somebody else's, and its `.git/config` may name programs that git
 * starts where it only looks; settings of the command line win over those of the repository.
 */
const SETTINGS = {
  // Started by whatever reads the index.
  'core.fsmonitor': 'false',
  // `post-index-change` runs where git only writes down what it found out.
  'core.hooksPath': '/dev/null',
  'diff.external': '',
  'log.showSignature': 'false',
  // A folder of the tree that looks like a repository without work tree brings a configuration of its own.
  'safe.bareRepository': 'explicit',
} as const;

/** Variables that git gets besides: no index is written, no missing object fetched, nobody asked for a password. */
const VARIABLES = {
  GIT_OPTIONAL_LOCKS: '0',
  GIT_NO_LAZY_FETCH: '1',
  // A name that no protocol has; it goes before every `protocol.*` of the repository.
  GIT_ALLOW_PROTOCOL: 'none',
  GIT_TERMINAL_PROMPT: '0',
  GIT_PAGER: 'cat',
  LC_ALL: 'C',
} as const;

/** How git is asked. */
export interface GitOptions {
  /** Absolute path of another index than the repository's, as git hands one to its hooks. */
  readonly index?: string;
  /** Whether the question is where hooks lie, and starts none. */
  readonly hooks?: boolean;
  /** Whether the answer is the content of a file, whose last line break belongs to it. */
  readonly isWhole?: boolean;
  /** Text for git's standard input; a secret is never given in another way. */
  readonly input?: string;
}

/** Of the caller's own variables those that say which settings are the user's, and where a search for the repository ends. */
const KEPT =
  /^GIT_(?:CONFIG_(?:GLOBAL|SYSTEM|NOSYSTEM|COUNT|KEY_\d+|VALUE_\d+)|CEILING_DIRECTORIES|DISCOVERY_ACROSS_FILESYSTEM|EXEC_PATH)$/;

/** Options of commands that show content, without which git lets drivers of the repository convert it first. */
const PLAIN_DIFF = ['--no-ext-diff', '--no-textconv', '--ignore-submodules=all'];

/**
 * Asks git about a repository so that nothing which the repository's own configuration names is started: no file system monitor, hook,
 * external diff, text conversion, pager, signature check or transport. Clean filters cannot be switched off: git runs them where it
 * compares files on disk, so ask for objects and the index only, and compare disk files with `isBlob`.
 *
 * Commands that are meant to do what the user's own call of git would do (a clone, a push) do not go through here.
 *
 * @param folder - absolute path of a folder inside of the repository
 * @param arguments_ - command and arguments; options that keep drivers out are added to `diff`, `log` and `show`
 * @returns how git ended: `missing` where there is none; another exit code than 0 also where there is no repository
 */
export async function askGit(
  folder: string,
  arguments_: readonly string[],
  options: GitOptions = {},
): Promise<ProgramResult> {
  const [command = '', ...rest] = arguments_;
  const drivers = /^(?:diff|log|show)/.test(command) ? PLAIN_DIFF : [];
  return await runProgram('git', [...settingsOf(options), command, ...drivers, ...rest], {
    cwd: folder,
    isWhole: options.isWhole === true,
    ...(options.input === undefined ? {} : { input: options.input }),
    environment: variablesOf(options),
  });
}

/**
 * As `askGit`, for the commands that take from their input what to do (`index-pack`, `update-index`) or whose output is no text. Unlike a
 * question it may write objects and the index; hooks and monitors are not started by it either.
 */
export async function feedGit(
  folder: string,
  arguments_: readonly string[],
  input: string | Uint8Array,
): Promise<PipedResult> {
  const call = { cwd: folder, environment: variablesOf({}), input, timeoutSeconds: 600 };
  return await pipeProgram('git', [...settingsOf({}), ...arguments_], call);
}

function settingsOf({ hooks }: GitOptions): string[] {
  const settings = Object.entries(SETTINGS).filter(([key]) => key !== 'core.hooksPath' || hooks !== true);
  return ['--no-pager', ...settings.flatMap(([key, value]) => ['-c', `${key}=${value}`])];
}

function variablesOf({ index }: GitOptions): Record<string, string> {
  return { ...inherited(), ...VARIABLES, ...(index === undefined ? {} : { GIT_INDEX_FILE: index }) };
}

/** As `askGit`, for the commands whose answer is a list of paths that ends each with NUL; undefined where git gives none. */
export async function askGitForPaths(
  folder: string,
  arguments_: readonly string[],
  options: GitOptions = {},
): Promise<string[] | undefined> {
  const { exitCode, stdout } = await askGit(folder, arguments_, options);
  return exitCode === 0 ? stdout.split('\0').filter((path) => path !== '') : undefined;
}

/**
 * Contents of objects, read by one call of git.
 *
 * @param names - names of objects, in hexadecimal digits
 * @returns their texts in the same order; undefined where git has no such object. What is no UTF-8 has replacement characters.
 */
export async function readObjects(
  folder: string,
  names: readonly string[],
  options: GitOptions = {},
): Promise<(string | undefined)[]> {
  // Sizes are told in bytes, which are gone once the output is text: after each object git is asked for one that cannot be.
  const mark = `end-of-${createHash('sha256').update(names.join()).digest('hex')}`;
  const input = names.map((name) => `${name}\n${mark}\n`).join('');
  const { exitCode, stdout } = await askGit(folder, ['cat-file', '--batch'], { ...options, input });
  if (exitCode !== 0) return names.map(() => undefined);
  const answers = `${stdout}\n`.split(`${mark} missing\n`);
  return names.map((name, index) => {
    const [head = ''] = (answers[index] ?? '').split('\n', 1);
    return head.startsWith(`${name} `) && !head.endsWith(' missing')
      ? answers[index]?.slice(head.length + 1).replace(/\n$/, '')
      : undefined;
  });
}

/**
 * Whether bytes on disk are the content that git keeps under an object's name, as they are or with LF for CRLF: what git would
 * find out with `git diff`, without the filters and conversions that a repository may define.
 *
 * @param name - SHA-1 or SHA-256 name of the object in hexadecimal digits
 */
export function isBlob(name: string, bytes: Uint8Array): boolean {
  const text = Buffer.from(bytes).toString('latin1');
  const versions = text.includes('\r\n') ? [bytes, Buffer.from(text.replaceAll('\r\n', '\n'), 'latin1')] : [bytes];
  const algorithm = name.length === 64 ? 'sha256' : 'sha1';
  return versions.some((version) => {
    const hash = createHash(algorithm)
      .update(`blob ${String(version.length)}\0`)
      .update(version);
    return hash.digest('hex') === name;
  });
}

/** What git inherits where it only asks a repository: no secret, and nothing that would have it ask another one. */
export function inherited(): Record<string, string> {
  const variables = environment();
  const settings = Object.entries(variables).filter(([name]) => KEPT.test(name));
  return { ...programVariables(variables), ...(Object.fromEntries(settings) as Record<string, string>) };
}

/**
 * What git inherits where it reaches another repository: all that the user's credential helpers may want.
 *
 * @param env - the environment of the user, without secrets that are none of git's business
 */
export function inheritedForTransport(env: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(Object.entries(env).filter(([name]) => !name.startsWith('GIT_') || KEPT.test(name)));
}
