import { failure, type Failure } from '../../report/finding.ts';
import { elapsedMilliseconds, pause } from '../../system/clock.ts';

/** How long something is waited for, and how often it is looked at. */
export interface Patience {
  readonly limitSeconds: number;
  readonly pauseSeconds: number;
}

/** One look: what was waited for, or the reason why it is not there yet, on one line. */
export type Look<T> = { readonly value: T } | { readonly reason: string };

/** Something that is waited for. */
export interface Waiting {
  /** What is waited for, as in `<what> did not come about within 600 s`. */
  readonly what: string;
  readonly patience: Patience;
  readonly signal: AbortSignal;
  /** Told each new reason, so that somebody who looks on knows what is missing. */
  readonly say?: (reason: string) => void;
  /** What to do where it does not come about. */
  readonly remedy?: string;
}

/**
 * Looks until there is what is waited for. The first look is at once, and there is always a last one at the end of the time.
 *
 * @throws Failure of kind `outside` with the last reason where the time is over; what a look throws goes through
 */
export async function waitFor<T>(waiting: Waiting, look: () => Promise<Look<T>>): Promise<T> {
  const { patience, signal, say } = waiting;
  const end = elapsedMilliseconds() + patience.limitSeconds * 1000;
  let told = '';
  for (;;) {
    const seen = await look();
    if ('value' in seen) return seen.value;
    if (seen.reason !== told) say?.(seen.reason);
    told = seen.reason;
    const left = end - elapsedMilliseconds();
    if (left <= 0) throw gaveUp(waiting, told);
    await pause(Math.min(patience.pauseSeconds * 1000, left), signal);
  }
}

function gaveUp({ what, patience, remedy }: Waiting, reason: string): Failure {
  return failure('outside', {
    code: 'programs/timeout',
    message: `${what} did not come about within ${String(patience.limitSeconds)} s: ${reason}`,
    ...(remedy === undefined ? {} : { remedy }),
  });
}
