import { CommanderError } from 'commander';
import { forgetChanges } from '../system/writing.ts';
import { commandLine } from './command-line.ts';
import { exitCodeOf, EXIT } from './exit-codes.ts';
import { learnInvocation } from './invocation.ts';
import { asFailure, printFailure, printMistake } from './output.ts';
import { failure, type Failure } from '../report/finding.ts';
import { findRoot } from './root.ts';

export { printMistake } from './output.ts';

/**
 * Runs the command line `cluster-template`.
 *
 * @param arguments_ - what follows the program's name
 * @returns the exit code; see docs/operations.md
 */
export async function main(arguments_: readonly string[]): Promise<number> {
  let exitCode: number = EXIT.done;
  forgetChanges();
  const { program: name } = await learnInvocation({
    root: await findRoot(process.cwd()),
    isNamed: false,
    keys: undefined,
  });
  const json = arguments_.includes('--json');
  const program = commandLine((code) => (exitCode = code), { name, json });
  try {
    await program.parseAsync([...arguments_], { from: 'user' });
    return exitCode;
  } catch (error) {
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

/** What commander has against the arguments; where a group of commands was called by itself it prints its help and says nothing. */
function usageFailure({ code, message }: CommanderError): Failure {
  const said = code === 'commander.help' ? 'a command is missing' : message.replace(/^error: /, '');
  const [text = '', ...hints] = said.split('\n').filter((line) => line !== '');
  const remedy =
    hints.length === 0 ? '`cluster-template help` lists the commands' : hints.join(' ').replace(/^\((.*)\)$/, '$1');
  return failure('usage', { code: 'usage/argument', message: text, remedy });
}
