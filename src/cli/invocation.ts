import { basename, dirname, join, relative, resolve, sep } from 'node:path';
import { ROOT_MARKERS } from '../cluster/root.ts';
import { environment } from '../system/environment.ts';
import { inspect, inspectTarget, readTextIfPresent } from '../system/files.ts';
import { findProgram, shellQuoted } from '../system/programs.ts';
import { realPathSync } from '../system/tree.ts';

/** How a command of ours is written where its user reads of it, so that it can be copied and works. */
export interface Invocation {
  /** What starts the program: `npx cluster-template`, say. */
  readonly program: string;
  /** Tasks of the repository by the words of the command that they run; empty where Task cannot be used. */
  readonly tasks: ReadonlyMap<string, string>;
  /** Where files that belong to the tool are opened: empty in a fork, else a folder with a slash behind it. */
  readonly toolFolder: string;
  /** Options that the user gave and the next command needs too, each with a space before it. */
  readonly options: string;
}

/** What an invocation is found out from. */
export interface Surroundings {
  readonly cwd: string;
  /** The repository of the cluster; undefined outside of any. */
  readonly root: string | undefined;
  /** Whether the repository has to be named, as it is not the one around the current folder. */
  readonly isNamed: boolean;
  /** `--keys` as it was given. */
  readonly keys: string | undefined;
  /** The script that was started, as Node names it. */
  readonly script: string;
  /** The folders in which the shell looks for programs. */
  readonly path: string;
}

const NAME = 'cluster-template';

/**
 * How commands are to be written: a task of the repository where Task is installed; else the program that the repository brings, by
 * npx where it is a dependency; else the program that is running, by its name where the shell finds it.
 */
export async function findInvocation(surroundings: Surroundings): Promise<Invocation> {
  const { cwd, root, isNamed, keys, path } = surroundings;
  const options = [
    ...(isNamed && root !== undefined ? ['--root', pathFrom(cwd, root)] : []),
    // A task does its work at the top of the repository.
    ...(keys === undefined ? [] : ['--keys', cwd === root ? keys : resolve(cwd, keys)]),
  ];
  const canUseTask = root !== undefined && !isNamed && (await findProgram('task', path)) !== undefined;
  return {
    program: await findStart(NAME, surroundings),
    toolFolder: await findToolFolder(surroundings),
    tasks: canUseTask ? await readTasks(root) : new Map(),
    options: options.map((word) => ` ${shellQuoted(word)}`).join(''),
  };
}

/** What starts a program of this package: that of the repository where it brings one, else the one that is running. */
export async function findStart(
  name: string,
  { cwd, root, isNamed, script, path }: Omit<Surroundings, 'keys'>,
): Promise<string> {
  if (root !== undefined && !isNamed) {
    const own = join(root, 'bin', `${name}.mjs`);
    if ((await inspectTarget(own))?.kind === 'file') return `node ${shellQuoted(slashed(relative(cwd, own)))}`;
    // npx takes what is installed here; where nothing is, it would fetch whatever bears that name.
    if ((await inspect(join(root, 'node_modules', '.bin', name))) !== undefined) return `npx ${name}`;
  }
  const found = await findProgram(name, path);
  const started = realPathSync(script);
  // npm and npx put folders on PATH that the user's own shell does not look into.
  if (found !== undefined && basename(dirname(found)) !== '.bin' && realPathSync(found) === started) return name;
  return `node ${shellQuoted(pathFrom(cwd, started))}`;
}

/** A fork holds the templates and the documentation itself; else they are in the package that the repository depends on, or that runs. */
async function findToolFolder({ root, script }: Surroundings): Promise<string> {
  const inDependency = `node_modules/${NAME}/`;
  if (root !== undefined) {
    if ((await inspectTarget(join(root, 'templates', 'config'))) !== undefined) return '';
    if ((await inspectTarget(join(root, inDependency))) !== undefined) return inDependency;
  }
  return script === '' ? '' : `${slashed(dirname(dirname(realPathSync(script))))}/`;
}

/** A path that works from the current folder: relative where it does not lead up and out of it. */
export function pathFrom(cwd: string, path: string): string {
  const near = slashed(relative(cwd, path));
  return near === '..' || near.startsWith('../') ? slashed(path) : near || '.';
}

function slashed(path: string): string {
  return path.replaceAll(sep, '/');
}

const TASK =
  /^ {2}(?<name>:?[\w-]+):\n(?: {4}(?!cmd:).*\n)* {4}cmd: node \S+cluster-template\.mjs"? (?<words>[a-z\d -]+?)(?:\{\{if \.CLI_ASSUME_YES\}\} --yes\{\{end\}\})? \{\{\.CLI_ARGS\}\}$/gm;
const INCLUDE = /^ {2}(?<name>[\w-]+): (?<file>\.taskfiles\/\S+)$/gm;

/** The tasks that are one command of ours and hand on what is given to them; one that needs variables is none of them. */
async function readTasks(root: string): Promise<Map<string, string>> {
  const text = (await readTextIfPresent(join(root, 'Taskfile.yaml'))) ?? '';
  const includes = [...text.matchAll(INCLUDE)].map(({ groups }) => ({
    file: groups?.file ?? '',
    prefix: `${groups?.name ?? ''}:`,
  }));
  const files = [{ file: 'Taskfile.yaml', prefix: '' }, ...includes];
  const found = await Promise.all(
    files.map(async ({ file, prefix }) => tasksIn((await readTextIfPresent(join(root, file))) ?? '', prefix)),
  );
  return new Map(found.flat());
}

function tasksIn(text: string, prefix: string): [string, string][] {
  return [...text.matchAll(TASK)].map(({ groups }) => {
    const name = groups?.name ?? '';
    return [groups?.words ?? '', name.startsWith(':') ? name.slice(1) : prefix + name];
  });
}

/** A command of ours, its words behind the program's name, as it works: `task configure -- --force`. */
export function writeCommand(words: string, { program, tasks, options }: Invocation): string {
  const all = `${words}${options}`;
  const [task] = [...tasks].filter(([command]) => all === command || all.startsWith(`${command} `)).sort(longest);
  if (task === undefined) return `${program} ${all}`.trim();
  const [command, name] = task;
  const rest = all.slice(command.length).trim();
  return rest === '' ? `task ${name}` : `task ${name} -- ${rest}`;
}

function longest([one]: readonly [string, string], [other]: readonly [string, string]): number {
  return other.length - one.length;
}

/** Files of the tool as messages name them: as they lie in a fork. */
const TOOL_FILE = /(?<![\w./-])(?:docs\/[\w-]+\.md|templates\/config\/|schemas\/\w+\.schema\.json)/g;

/**
 * A message with its commands written as they work, and files of the tool named where they are. In messages a command of ours stands in backticks behind the program's name, as in
 * `cluster-template configure`, whatever has to be typed for it here.
 */
export function writeCommands(text: string, invocation: Invocation): string {
  return text
    .replace(/`cluster-template(?: ([^`]*))?`/g, (_, words: string | undefined) => {
      return `\`${writeCommand(words ?? '', invocation)}\``;
    })
    .replace(TOOL_FILE, (path) => invocation.toolFolder + path);
}

/** The one of this process: plain until it is known where it works. */
let current: Invocation = { program: NAME, toolFolder: '', tasks: new Map(), options: '' };

/** Finds out how this process's user writes commands; called where it is known which repository is meant. */
export async function learnInvocation(place: Pick<Surroundings, 'root' | 'isNamed' | 'keys'>): Promise<Invocation> {
  current = await findInvocation({ ...place, ...processFacts() });
  return current;
}

/** The nearest folder that holds a cluster: this one or one above it, as git and Task look for theirs. */
export async function findRoot(folder: string): Promise<string | undefined> {
  for (const markers of ROOT_MARKERS) {
    const found = await Promise.all(markers.map((marker) => inspect(join(folder, marker))));
    if (found.every((one) => one !== undefined)) return folder;
  }
  return dirname(folder) === folder ? undefined : await findRoot(dirname(folder));
}

/** What this process itself knows of how it was started. */
export function processFacts(): Pick<Surroundings, 'cwd' | 'script' | 'path'> {
  return { cwd: process.cwd(), script: process.argv[1] ?? '', path: environment().PATH ?? '' };
}

/** `writeCommand` for this process's user. */
export function commandText(words: string): string {
  return writeCommand(words, current);
}

/** `writeCommands` for this process's user. */
export function worded(text: string): string {
  return writeCommands(text, current);
}
