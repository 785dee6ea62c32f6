import { Failure } from '../report/finding.ts';
import { countFindings } from '../report/text.ts';
import { printError } from '../system/terminal.ts';
import { exitCodeOf } from './exit-codes.ts';
import { interruptible } from './interrupt.ts';
import { printFindings, printJson } from './output.ts';

/** What is said behind the findings of an operation that did not come to its end: unlike `configure`, it has done something. */
const RESUMABLE = 'run the command again when it is mended: what is done is not done twice';

/**
 * Does an operation that can be interrupted and repeated at any point. A failure is told with that, and not with the words of a run
 * that writes all or nothing.
 *
 * @param work - gives back the exit code
 * @returns the exit code, also of a run that a Failure ended
 */
export async function resumable(
  { json }: { readonly json?: boolean },
  work: (signal: AbortSignal) => Promise<number>,
): Promise<number> {
  try {
    return await interruptible(work, () => 'run the command again: what is done is not done twice');
  } catch (error) {
    if (!(error instanceof Failure) || error.kind === 'usage') throw error;
    if (json === true) printJson({ status: 'failed', findings: error.findings });
    else {
      printFindings(error.findings);
      printError(`${countFindings(error.findings)}; ${RESUMABLE}\n`);
    }
    return exitCodeOf(error.kind);
  }
}
