import { delimiter, join } from 'node:path';
import type { execa } from 'execa';
import { environment, programVariables } from './environment.ts';
import { errorCode, readLinkIfPresent, readTextIfPresent } from './files.ts';
import { noteObstacle } from './observation.ts';
import { accessExecutable, stat } from './reads.ts';

/** How a program ended. */
export interface ProgramResult {
  /** Exit code, or undefined where the program could not be started or was ended by a signal. */
  readonly exitCode: number | undefined;
  readonly stdout: string;
  readonly stderr: string;
  /** Whether the program could not be found on PATH. */
  readonly missing: boolean;
  /** Whether it was ended because it took too long. */
  readonly timedOut: boolean;
}

/** How a program ended that was watched while it ran. */
export interface WatchedResult extends ProgramResult {
  /** Name of the signal that ended it; undefined where none did. */
  readonly signal: string | undefined;
  /** Whether it was ended because the caller's signal was aborted. */
  readonly interrupted: boolean;
  /** What the operating system said where the program could not be started. */
  readonly refusal: string | undefined;
}

/** Which of a program's two outputs a line was written to. */
export type OutputStream = 'stdout' | 'stderr';

/** How a program is watched. */
interface WatchOptions {
  readonly cwd: string;
  /** The program's whole environment: nothing is inherited. */
  readonly environment: Readonly<Record<string, string>>;
  /** Written to its standard input, which is closed then; without it the program reads nothing. */
  readonly input?: string | Uint8Array;
  readonly timeoutSeconds: number;
  /** Aborted where the program is to be ended. */
  readonly signal?: AbortSignal;
  /** Told every line as it is written, without its line break. */
  readonly onLine?: (line: string, stream: OutputStream) => void;
}

/**
 * Runs a program with an argument list, without a shell, and waits for its end. Never throws for what the program does:
 * a missing program or a failing one is in the result.
 *
 * @param options.environment - the program's whole environment; where it is not given, what every program may inherit
 * @param options.isWhole - whether a line break at the end of the output is part of it
 * @param options.input - written to its standard input; without it the program reads nothing
 * @param options.timeoutSeconds - after which it is ended; a minute where it is not given
 * @param options.signal - aborted where the program is to be ended
 */
export async function runProgram(
  program: string,
  arguments_: readonly string[],
  options: { readonly cwd: string; readonly isWhole?: boolean } & Partial<
    Pick<WatchOptions, 'environment' | 'input' | 'timeoutSeconds' | 'signal'>
  >,
): Promise<ProgramResult> {
  const run = await programRunner();
  const result = await run(program, arguments_, {
    cwd: options.cwd,
    env: options.environment ?? programVariables(environment()),
    extendEnv: false,
    timeout: (options.timeoutSeconds ?? 60) * 1000,
    reject: false,
    ...(options.input === undefined ? { stdin: 'ignore' as const } : { input: options.input }),
    ...(options.signal === undefined ? {} : { cancelSignal: options.signal }),
    stripFinalNewline: options.isWhole !== true,
  });
  return {
    exitCode: exitCodeOf(result),
    stdout: result.stdout,
    stderr: result.stderr,
    missing: result.failed && result.exitCode === undefined && 'code' in result && result.code === 'ENOENT',
    timedOut: result.timedOut,
  };
}

/** What a program wrote, byte for byte, and how it ended. */
export interface PipedResult extends Omit<ProgramResult, 'stdout'> {
  readonly stdout: Buffer;
}

/** As `runProgram`, with an environment of its own and an input, for a program whose output is no text. */
export async function pipeProgram(
  program: string,
  arguments_: readonly string[],
  options: Omit<WatchOptions, 'onLine'>,
): Promise<PipedResult> {
  const run = await programRunner();
  const result = await run(program, arguments_, {
    cwd: options.cwd,
    env: options.environment,
    extendEnv: false,
    timeout: options.timeoutSeconds * 1000,
    reject: false,
    encoding: 'buffer',
    // Of bytes, too, the last one is taken for a line break where it is 0x0a.
    stripFinalNewline: false,
    ...(options.input === undefined ? { stdin: 'ignore' as const } : { input: options.input }),
    ...(options.signal === undefined ? {} : { cancelSignal: options.signal }),
  });
  return {
    exitCode: exitCodeOf(result),
    stdout: Buffer.from(result.stdout),
    stderr: Buffer.from(result.stderr).toString('utf8'),
    missing: result.failed && result.exitCode === undefined && 'code' in result && result.code === 'ENOENT',
    timedOut: result.timedOut,
  };
}

/**
 * As `runProgram`, with an environment of its own, an input, a time limit and an ear for every line. A program that is to be
 * ended gets SIGTERM, and SIGKILL five seconds later. Never throws for what the program does.
 */
export async function watchProgram(
  program: string,
  arguments_: readonly string[],
  options: WatchOptions,
): Promise<WatchedResult> {
  const run = await programRunner();
  const result = await run(program, arguments_, {
    cwd: options.cwd,
    env: options.environment,
    extendEnv: false,
    timeout: options.timeoutSeconds * 1000,
    reject: false,
    stdout: listener('stdout', options),
    stderr: listener('stderr', options),
    ...(options.input === undefined ? { stdin: 'ignore' as const } : { input: options.input }),
    ...(options.signal === undefined ? {} : { cancelSignal: options.signal }),
  });
  const refusal = 'code' in result && result.exitCode === undefined ? result.code : undefined;
  return {
    exitCode: exitCodeOf(result),
    signal: result.signal,
    stdout: result.stdout,
    stderr: result.stderr,
    timedOut: result.timedOut,
    interrupted: result.isCanceled,
    missing: refusal === 'ENOENT',
    refusal: result.signal === undefined && !result.isCanceled && !result.timedOut ? refusal : undefined,
  };
}

/**
 * Runs a program whose input and output are ours, for one that a person talks to.
 *
 * @returns the exit code; undefined where it could not be started or a signal ended it
 */
export async function runAttached(
  program: string,
  arguments_: readonly string[],
  options: Pick<WatchOptions, 'cwd' | 'environment' | 'signal'>,
): Promise<number | undefined> {
  const run = await programRunner();
  const { cwd, environment: env, signal } = options;
  const result = await run(program, arguments_, {
    cwd,
    env,
    extendEnv: false,
    reject: false,
    stdio: 'inherit',
    ...(signal === undefined ? {} : { cancelSignal: signal }),
  });
  return result.exitCode;
}

/** What a program finds the user's screen and browser by. */
const SCREEN = ['DISPLAY', 'WAYLAND_DISPLAY', 'XAUTHORITY', 'DBUS_SESSION_BUS_ADDRESS', 'BROWSER'];

/**
 * Has the system show a file with the program that the user likes for its kind.
 *
 * @returns whether there is one that took it
 */
export async function openWithSystem(path: string): Promise<boolean> {
  const opener = process.platform === 'darwin' ? 'open' : 'xdg-open';
  const env = environment();
  const screen = SCREEN.flatMap((name) => (env[name] === undefined ? [] : [[name, env[name]] as const]));
  // Without a screen xdg-open would ask a browser for the terminal, which is taken.
  if (opener === 'xdg-open' && env.DISPLAY === undefined && env.WAYLAND_DISPLAY === undefined) return false;
  const variables = { ...programVariables(env), ...Object.fromEntries(screen) };
  const { exitCode } = await runProgram(opener, [path], { cwd: '/', environment: variables, timeoutSeconds: 10 });
  return exitCode === 0;
}

/** A word as a POSIX shell takes it for one. */
export function shellQuoted(word: string): string {
  return /^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", String.raw`'\''`)}'`;
}

/** Where a program would be started from: the first file on a PATH that may be executed; undefined where there is none. */
export async function findProgram(name: string, path: string): Promise<string | undefined> {
  const endings = process.platform === 'win32' ? ['.exe', '.cmd', '.bat'] : [''];
  for (const folder of path.split(delimiter).filter((one) => one !== '')) {
    for (const ending of endings) {
      const file = join(folder, `${name}${ending}`);
      if (await isExecutable(file)) return file;
    }
  }
  return undefined;
}

/**
 * Runs a line in the shell, its output going where ours goes, as the user who wrote the line expects.
 *
 * @returns the exit code; undefined where a signal ended it
 */
export async function runShellLine(line: string, options: { readonly cwd: string }): Promise<number | undefined> {
  const run = await programRunner();
  const result = await run(line, { cwd: options.cwd, shell: true, reject: false, stdio: 'inherit' });
  return result.exitCode;
}

/** What a program says, no later run can find out but by starting it. */
async function programRunner(): Promise<typeof execa> {
  noteObstacle();
  return (await import('execa')).execa;
}

/** An output that could not be read whole, as one that is too long, is no success whatever the program thinks of it. */
function exitCodeOf({
  exitCode,
  failed,
}: {
  readonly exitCode?: number;
  readonly failed: boolean;
}): number | undefined {
  return failed && exitCode === 0 ? undefined : exitCode;
}

function listener(stream: OutputStream, { onLine }: WatchOptions): (line: unknown) => Generator<string> {
  return function* pass(line: unknown): Generator<string> {
    const text = String(line);
    onLine?.(text, stream);
    yield text;
  };
}

async function isExecutable(path: string): Promise<boolean> {
  try {
    await accessExecutable(path);
    return (await stat(path)).isFile();
  } catch {
    // Whatever the reason is: from there it cannot be started.
    return false;
  }
}

/** Names one process for good: a number alone is given to another process sooner or later. */
export interface ProcessIdentity {
  readonly pid: number;
  /** When the process started, in the words of the operating system: only good for comparing. */
  readonly started: string;
  readonly host: string;
  /** Differs after every start of the machine; empty where the system does not tell. */
  readonly boot: string;
  /** Among which processes the number counts: a container has its own (pid_namespaces(7)). Empty where there is nothing like it. */
  readonly namespace: string;
}

/** The identity of the running program. */
export async function thisProcess(): Promise<ProcessIdentity> {
  const [started, machine] = await Promise.all([startOf(process.pid), thisMachine()]);
  return { pid: process.pid, started: started ?? '', ...machine };
}

/** Whether a process still runs. One on another host or in another container cannot be looked at from here and counts as running. */
export async function isRunning(holder: ProcessIdentity): Promise<boolean> {
  const { host, boot, namespace } = await thisMachine();
  if (holder.host !== host) return true;
  if (holder.boot !== boot) return false;
  if (holder.namespace !== namespace) return true;
  if (!exists(holder.pid)) return false;
  return (await startOf(holder.pid)) === holder.started;
}

/** Whether something runs under a number; signal 0 is never delivered, only checked (kill(2)). */
export function exists(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    // It is there and belongs to somebody else.
    return errorCode(error) === 'EPERM';
  }
}

/** The start of a process; undefined where the system does not tell, or where only its parent still knows of it. */
async function startOf(pid: number): Promise<string | undefined> {
  if (process.platform === 'linux') {
    const stat = await readTextIfPresent(`/proc/${String(pid)}/stat`);
    // proc_pid_stat(5): the name in parentheses may hold anything; state is field 3, the start is field 22.
    const fields = stat?.slice(stat.lastIndexOf(')') + 2).split(' ');
    return fields === undefined || fields[0] === 'Z' || fields[0] === 'X' ? undefined : fields[19];
  }
  // The holder and whoever asks may live in two languages and time zones.
  const env = { PATH: environment().PATH ?? '', LC_ALL: 'C', TZ: 'UTC' };
  const call = { cwd: '/', environment: env, timeoutSeconds: 10 };
  const { exitCode, stdout } = await watchProgram('ps', ['-o', 'lstart=', '-p', String(pid)], call);
  return exitCode === 0 ? stdout.trim() : undefined;
}

async function thisMachine(): Promise<Pick<ProcessIdentity, 'host' | 'boot' | 'namespace'>> {
  if (process.platform === 'linux') {
    const [host, boot, namespace] = await Promise.all([
      readTextIfPresent('/proc/sys/kernel/hostname'),
      readTextIfPresent('/proc/sys/kernel/random/boot_id'),
      readLinkIfPresent('/proc/self/ns/pid'),
    ]);
    return { host: host?.trim() ?? '', boot: boot?.trim() ?? '', namespace: namespace ?? '' };
  }
  const { exitCode, stdout } = await runProgram('hostname', [], { cwd: '/' });
  return { host: exitCode === 0 ? stdout.trim() : (environment().COMPUTERNAME ?? ''), boot: '', namespace: '' };
}
