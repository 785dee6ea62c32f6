import { CommanderError } from 'commander';
import { Failure, failure } from '../report/finding.ts';
import { errorCode } from '../system/files.ts';
import { commandLine } from './command-line.ts';
import { exitCodeOf, EXIT } from './exit-codes.ts';
import { learnInvocation } from './invocation.ts';
import { printFailure } from './output.ts';
import { findRoot } from './root.ts';

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
    printFailure(ending, { json: arguments_.includes('--json') });
    return exitCodeOf(ending.kind);
  }
}

/** What the system refused is an expected end; anything else is a mistake of ours and keeps its stack. */
function asFailure(error: unknown): Failure {
  if (error instanceof Failure) return error;
  if (!(error instanceof Error) || errorCode(error) === undefined || !('syscall' in error)) throw error;
  return failure('outside', { code: 'workspace/read', message: error.message }, error);
}
