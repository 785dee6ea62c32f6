import { printError } from '../system/terminal.ts';
import { whatWasWritten } from './output.ts';

/** Signals that end a run in good order; a second one of the same kind ends it at once. */
const SIGNALS = { SIGHUP: 1, SIGINT: 2, SIGTERM: 15 } as const;

/** Why a run was interrupted. */
class Interruption extends Error {
  override readonly name = 'Interruption';
  /** As a shell reports a process that a signal ended. */
  readonly exitCode: number;

  constructor(signal: keyof typeof SIGNALS) {
    super(`interrupted by ${signal}`);
    this.exitCode = 128 + SIGNALS[signal];
  }
}

/**
 * Does a run that somebody may interrupt. It is told so by the signal that it gets, gives back what it holds and ends; the
 * process ends with it, as a question that nobody answers would keep it alive.
 *
 * @param said - what is told of an interrupted run
 */
export async function interruptible<T>(run: (signal: AbortSignal) => Promise<T>, said = whatWasWritten): Promise<T> {
  const controller = new AbortController();
  const handlers = (Object.keys(SIGNALS) as (keyof typeof SIGNALS)[]).map((name) => {
    const interrupt = (): void => {
      if (controller.signal.aborted) {
        process.off(name, interrupt);
        process.kill(process.pid, name);
      }
      controller.abort(new Interruption(name));
    };
    // Not once(): where a program runs, execa ends the process itself as soon as it is the only one that listens.
    process.on(name, interrupt);
    return { name, interrupt };
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
    for (const { name, interrupt } of handlers) process.off(name, interrupt);
    process.off('beforeExit', closed);
  }
}
