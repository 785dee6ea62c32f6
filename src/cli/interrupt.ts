import { Failure } from '../report/finding.ts';
import { countFindings } from '../report/text.ts';
import {
  ENDING_SIGNALS,
  type EndingSignal,
  onEndingSignal,
  onEndingSignalOfAttended,
  printError,
} from '../system/terminal.ts';
import { exitCodeOf } from './exit-codes.ts';
import { printFindings, printJson, whatWasWritten } from './output.ts';

/** Why a run was interrupted. */
class Interruption extends Error {
  override readonly name = 'Interruption';
  /** As a shell reports a process that a signal ended. */
  readonly exitCode: number;

  constructor(signal: EndingSignal) {
    super(`interrupted by ${signal}`);
    this.exitCode = 128 + ENDING_SIGNALS[signal];
  }
}

/**
 * Does a run that somebody may interrupt. It is told so by the signal that it gets, gives back what it holds and ends; the
 * process ends with it, as a question that nobody answers would keep it alive.
 *
 * @param said - what is told of an interrupted run
 */
export async function interruptible<T>(run: (signal: AbortSignal) => Promise<T>, said = whatWasWritten): Promise<T> {
  return await ending(onEndingSignal, run, said);
}

/** As `interruptible`, for a run that hands the terminal to another program: Ctrl-C is for that one. */
export async function attended<T>(run: (signal: AbortSignal) => Promise<T>): Promise<T> {
  return await ending(onEndingSignalOfAttended, run, whatWasWritten);
}

async function ending<T>(
  listen: typeof onEndingSignal,
  run: (signal: AbortSignal) => Promise<T>,
  said: () => string,
): Promise<T> {
  const controller = new AbortController();
  const stopListening = listen((signal) => {
    controller.abort(new Interruption(signal));
  });
  // Ctrl-C at a question closes the question and raises no signal: nothing is left then that could keep the process alive.
  const closed = (): void => {
    controller.abort(new Interruption('SIGINT'));
  };
  process.once('beforeExit', closed);
  try {
    return await run(controller.signal);
  } catch (error) {
    if (!(error instanceof Interruption)) throw error;
    printError(`${error.message}; ${said()}\n`);
    return process.exit(error.exitCode);
  } finally {
    stopListening();
    process.off('beforeExit', closed);
  }
}

/** Does something that goes on until the user ends it: the signal that it gets is set by Ctrl-C and its like. */
export async function untilInterrupted(run: (signal: AbortSignal) => Promise<void>): Promise<void> {
  const controller = new AbortController();
  const stopListening = onEndingSignal(() => {
    controller.abort();
  });
  try {
    await run(controller.signal);
  } finally {
    stopListening();
  }
}

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
