import { Failure } from '../../report/finding.ts';
import { pause } from '../../system/clock.ts';
import type { StepReport } from '../reporter.ts';

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
export interface Retrying {
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
  report: StepReport,
  work: () => Promise<T>,
): Promise<T> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await work();
    } catch (error) {
      if (!(error instanceof Failure) || attempt === ATTEMPTS || !isTransient(error.message)) throw error;
      report.note(`tried again (${String(attempt)} of ${String(ATTEMPTS - 1)}): ${error.message}`);
      await pause(pauseSeconds * 1000 * attempt, signal);
    }
  }
}
