import { CommanderError } from 'commander';
import { commandLine } from './command-line.ts';
import { exitCodeOf, EXIT } from './exit-codes.ts';
import { learnInvocation } from './invocation.ts';
import { asFailure, printFailure, printMistake } from './output.ts';
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
  const { program: name } = await learnInvocation({
    root: await findRoot(process.cwd()),
    isNamed: false,
    keys: undefined,
  });
  const program = commandLine((code) => (exitCode = code), name);
  try {
    await program.parseAsync([...arguments_], { from: 'user' });
    return exitCode;
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 ? EXIT.done : EXIT.usage;
    const ending = asFailure(error);
    if (ending === undefined) {
      printMistake(error);
      return EXIT.findings;
    }
    printFailure(ending, { json: arguments_.includes('--json'), verbose: arguments_.includes('--verbose') });
    return exitCodeOf(ending.kind);
  }
}
