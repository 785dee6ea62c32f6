import { execFile } from 'node:child_process';
import { join, resolve } from 'node:path';
import { Readable } from 'node:stream';
import { vi } from 'vitest';
import { main } from '../../src/cli/main.ts';
import { main as makejinja } from '../../src/cli/makejinja.ts';
import { recall } from '../../src/cli/recall.ts';
import { copyTree } from './copy-tree.ts';
import { temporaryFolder } from './folders.ts';
import { copySample } from './sample.ts';

const repository = resolve(import.meta.dirname, '../..');
const LAUNCHER = join(repository, 'bin/cluster-template.mjs');

/** How a command ended. */
export interface CommandResult {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/**
 * A copy of the sample cluster in a new folder that is gone after the test.
 *
 * @param configuration - folder whose cluster.yaml and nodes.yaml take the place of the sample's
 */
export async function sampleCluster(configuration?: string): Promise<string> {
  const folder = await temporaryFolder();
  copySample(folder);
  if (configuration !== undefined) copyTree(configuration, folder);
  return folder;
}

/** Where a command is run, and what it finds there. */
interface CommandOptions {
  readonly cwd?: string;
  /** Variables beside those of this process. */
  readonly env?: Readonly<Record<string, string | undefined>>;
  /** What it reads from standard input, where it runs in the process of the test. */
  readonly input?: string;
}

/** One command at a time has the folder, the variables and the outputs of this process. */
let last: Promise<unknown> = Promise.resolve();

/**
 * Runs `cluster-template` in this process, as starting one takes many times as long: no terminal, none of the caller's keys. What has to
 * do with the process itself (signals, options of Node, the bundle) is for `startCommand`.
 */
export async function runCommand(arguments_: readonly string[], options: CommandOptions = {}): Promise<CommandResult> {
  return await inTurn(() => runHere(() => main(arguments_), options));
}

/** The same for `makejinja`. */
export async function runMakejinja(
  arguments_: readonly string[],
  options: CommandOptions = {},
): Promise<CommandResult> {
  return await inTurn(() => runHere(() => makejinja(arguments_), options, 'makejinja'));
}

/** What a command says without being run, as it was said before; undefined where it has to be run. */
export async function recallCommand(
  arguments_: readonly string[],
  options: CommandOptions = {},
): Promise<CommandResult | undefined> {
  const say = (stream: 'stdout' | 'stderr', text: string): void => void process[stream].write(text);
  const { code, ...texts } = await inTurn(() => runHere(() => Promise.resolve(recall(arguments_, say)), options));
  return code === undefined ? undefined : { code, ...texts };
}

async function inTurn<T>(run: () => Promise<T>): Promise<T> {
  const running = last.then(run);
  last = running.catch(() => undefined);
  return await running;
}

async function runHere<T>(
  run: () => Promise<T>,
  { cwd, env, input = '' }: CommandOptions,
  program = 'cluster-template',
): Promise<Omit<CommandResult, 'code'> & { readonly code: T }> {
  const texts = { stdout: '', stderr: '' };
  const before = { cwd: process.cwd(), env: { ...process.env }, script: process.argv[1] ?? '' };
  const catching =
    (name: keyof typeof texts) =>
    (chunk: string | Uint8Array): boolean => {
      texts[name] += typeof chunk === 'string' ? chunk : Buffer.from(chunk).toString('utf8');
      return true;
    };
  const spies = [
    vi.spyOn(process.stdout, 'write').mockImplementation(catching('stdout')),
    vi.spyOn(process.stderr, 'write').mockImplementation(catching('stderr')),
  ];
  const standardInput = Object.getOwnPropertyDescriptor(process, 'stdin');
  Object.defineProperty(process, 'stdin', { value: Readable.from([Buffer.from(input)]), configurable: true });
  layEnvironment(environmentOf(env));
  process.argv[1] = join(repository, `bin/${program}.mjs`);
  process.chdir(cwd ?? repository);
  try {
    return { code: await run(), ...texts };
  } finally {
    if (standardInput !== undefined) Object.defineProperty(process, 'stdin', standardInput);
    process.chdir(before.cwd);
    process.argv[1] = before.script;
    layEnvironment(before.env);
    for (const spy of spies) spy.mockRestore();
  }
}

/** Runs `cluster-template` as a user would, in a process of its own: no terminal, none of the caller's keys. */
export async function startCommand(
  arguments_: readonly string[],
  options: CommandOptions & {
    readonly node?: readonly string[];
    /** Another launcher than that of this repository. */
    readonly launcher?: string;
  } = {},
): Promise<CommandResult> {
  const command = [...(options.node ?? []), options.launcher ?? LAUNCHER, ...arguments_];
  return await new Promise((settle) => {
    execFile(
      process.execPath,
      command,
      { cwd: options.cwd ?? repository, env: environmentOf(options.env), maxBuffer: 2 ** 26 },
      (error, stdout, stderr) => {
        const code = error === null ? 0 : typeof error.code === 'number' ? error.code : 1;
        settle({ code, stdout, stderr });
      },
    );
  });
}

function environmentOf(more: CommandOptions['env'] = {}): Record<string, string | undefined> {
  const { SOPS_AGE_KEY_FILE: _key, SOPS_AGE_KEY: _text, FORCE_COLOR: _colour, ...inherited } = process.env;
  return { ...inherited, NO_COLOR: '1', ...more };
}

/** Node reads some variables past the object, so that another one in its place would not do. */
function layEnvironment(variables: Readonly<Record<string, string | undefined>>): void {
  for (const name of new Set([...Object.keys(process.env), ...Object.keys(variables)])) {
    const value = variables[name];
    if (value === undefined) Reflect.deleteProperty(process.env, name);
    else process.env[name] = value;
  }
}
