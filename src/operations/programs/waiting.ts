import { failure, Failure } from '../../report/finding.ts';
import { clock } from '../../system/environment.ts';

/** How long something is waited for, and how often it is looked at. */
export interface Patience {
  readonly limitSeconds: number;
  readonly pauseSeconds: number;
}

/** One look: what was waited for, or the reason why it is not there yet, on one line. */
export type Look<T> = { readonly value: T } | { readonly reason: string };

/** Something that is waited for. */
interface Waiting {
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
  const end = clock.elapsedMilliseconds() + patience.limitSeconds * 1000;
  let told = '';
  for (;;) {
    const seen = await look();
    if ('value' in seen) return seen.value;
    if (seen.reason !== told) say?.(seen.reason);
    told = seen.reason;
    const left = end - clock.elapsedMilliseconds();
    if (left <= 0) throw gaveUp(waiting, told);
    await clock.pause(Math.min(patience.pauseSeconds * 1000, left), signal);
  }
}

function gaveUp({ what, patience, remedy }: Waiting, reason: string): Failure {
  return failure('outside', {
    code: 'programs/timeout',
    message: `${what} did not come about within ${String(patience.limitSeconds)} s: ${reason}`,
    ...(remedy === undefined ? {} : { remedy }),
  });
}

/** What may pass by itself: the network, a server that starts or is busy. */
const TRANSIENT =
  /connection (?:refused|reset)|connect: |no route to host|network is unreachable|i\/o timeout|timed out|timeout|deadline exceeded|unavailable|EOF|TLS handshake|transport|temporar|too many requests|rate limit|\b(?:429|500|502|503|504)\b|etcdserver|leader changed|try again|failed calling webhook|not yet available|connection lost|did not end within/i;

/** What never passes by itself, whatever else the message says. */
const FINAL =
  /unknown authority|unauthorized|unauthenticated|forbidden|permission ?denied|certificate (?:has expired|is not trusted)|access denied/i;

/** Whether something that failed may succeed when it is tried again. */
export function isTransient(message: string): boolean {
  return TRANSIENT.test(message) && !FINAL.test(message);
}

/** Whether trying again is of no use: somebody has to do something. */
export function isFinal(message: string): boolean {
  return FINAL.test(message);
}

const ATTEMPTS = 3;

/** How something is tried again. */
interface Retrying {
  readonly signal: AbortSignal;
  /** How long to wait before the second attempt; twice as long before the third. */
  readonly pauseSeconds: number;
}

/**
 * Tries a piece of work up to three times where it fails for a reason that may pass by itself; each reason is noted.
 *
 * @throws what the last attempt threw
 */
export async function retrying<T>(
  { signal, pauseSeconds }: Retrying,
  report: { readonly note: (line: string) => void },
  work: () => Promise<T>,
): Promise<T> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await work();
    } catch (error) {
      if (!(error instanceof Failure) || attempt === ATTEMPTS || !isTransient(error.message)) throw error;
      report.note(`tried again (${String(attempt)} of ${String(ATTEMPTS - 1)}): ${error.message}`);
      await clock.pause(pauseSeconds * 1000 * attempt, signal);
    }
  }
}
