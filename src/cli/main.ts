import { CommanderError, type Command } from 'commander';
import { machineKind } from '../system/environment.ts';
import { useUserCache } from '../system/user-folders.ts';
import { forgetChanges } from '../system/writing.ts';
import { commandLine } from './command-line.ts';
import { exitCodeOf, EXIT } from './exit-codes.ts';
import { findRoot, learnInvocation } from './invocation.ts';
import { asFailure, printFailure, printMistake } from './output.ts';
import { failure, type Failure } from '../report/finding.ts';
import { forgetSecrets } from '../report/redaction.ts';
import { NO_CACHE_FLAG, remember } from './recall.ts';

export { printMistake } from './output.ts';

/**
 * Runs the command line `cluster-template`.
 *
 * @param arguments_ - what follows the program's name
 * @returns the exit code; see docs/operations.md
 */
export async function main(arguments_: readonly string[]): Promise<number> {
  useUserCache(!arguments_.includes(NO_CACHE_FLAG));
  try {
    return await remember(arguments_, () => parse(arguments_, (program) => program));
  } finally {
    // Who calls this twice in a process, or anything else after it, has said so of this call alone.
    useUserCache(true);
  }
}

/**
 * The same for a call that asks for help.
 *
 * @returns undefined, and nothing is done, where it is a command that would run
 */
export async function help(arguments_: readonly string[]): Promise<number | undefined> {
  try {
    return await parse(arguments_, (program) =>
      program.hook('preAction', (_, command) => {
        if (command.name() !== 'help') throw HANDED_ON;
      }),
    );
  } catch (error) {
    if (error === HANDED_ON) return undefined;
    throw error;
  }
}

/** Thrown in the place of a command that is another program's to run. */
const HANDED_ON = new Error('a command would run');

async function parse(arguments_: readonly string[], prepare: (program: Command) => Command): Promise<number> {
  let exitCode: number = EXIT.done;
  forgetChanges();
  forgetSecrets();
  const { program: name } = await learnInvocation({
    root: await findRoot(process.cwd()),
    isNamed: false,
    keys: undefined,
  });
  const json = arguments_.includes('--json');
  const program = prepare(commandLine((code) => (exitCode = code), { name, json }));
  program.hook('preAction', (_, command) => {
    refuseWindows(command.name());
  });
  try {
    await program.parseAsync([...arguments_], { from: 'user' });
    return exitCode;
  } catch (error) {
    if (error === HANDED_ON) throw error;
    if (error instanceof CommanderError) {
      if (error.exitCode === 0) return EXIT.done;
      if (json) printFailure(usageFailure(error), { json });
      return EXIT.usage;
    }
    const ending = asFailure(error);
    if (ending === undefined) {
      printMistake(error);
      return EXIT.findings;
    }
    printFailure(ending, { json, verbose: arguments_.includes('--verbose') });
    return exitCodeOf(ending.kind);
  }
}

/** Commands that open no file. */
const ANYWHERE = ['help', 'completion'];

/** Windows has neither permissions that keep a key for its owner nor the facts of a process by which a lock is told to be left behind. */
function refuseWindows(command: string): void {
  if (!machineKind().startsWith('win32-') || ANYWHERE.includes(command)) return;
  throw failure('outside', {
    code: 'usage/platform',
    message: 'cluster-template runs on Linux and macOS, as Windows cannot keep keys and locks as it needs them',
    remedy: 'run it in WSL 2 (`wsl --install`), in a folder of the Linux file system',
  });
}

/** What commander has against the arguments; where a group of commands was called by itself it prints its help and says nothing. */
function usageFailure({ code, message }: CommanderError): Failure {
  const said = code === 'commander.help' ? 'a command is missing' : message.replace(/^error: /, '');
  const [text = '', ...hints] = said.split('\n').filter((line) => line !== '');
  const remedy =
    hints.length === 0 ? '`cluster-template help` lists the commands' : hints.join(' ').replace(/^\((.*)\)$/, '$1');
  return failure('usage', { code: 'usage/argument', message: text, remedy });
}
