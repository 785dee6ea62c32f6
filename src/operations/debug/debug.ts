import type { ClusterRoot } from '../../cluster/root.ts';
import { requireKubeconfig } from '../day2/resources.ts';
import type { Programs } from '../programs/call.ts';
import { CHECKS, type DebugCheck, type Subject } from './checks.ts';

/** What a check came to. */
export interface DebugStep {
  readonly check: string;
  /** `fine`, `absent` where there is nothing of the kind, `cause` where it explains what is wrong. */
  readonly outcome: 'fine' | 'absent' | 'cause';
  readonly lines: readonly string[];
  /** What to do about a cause. */
  readonly remedy?: string;
}

/**
 * Looks for the cause of a fault where experience says to look first: Flux, pods, logs, events, the objects themselves, external
 * secrets, dependencies. Stops at the first one that explains it.
 *
 * @param subject - a namespace, or an app in it; the whole cluster where neither is given
 * @param show - told each step as it ends
 * @returns the steps that were made; the last one is the cause, where one was found
 * @throws Failure where the cluster cannot be asked
 */
export async function debugApp(
  root: ClusterRoot,
  programs: Programs,
  subject: Subject,
  show: (step: DebugStep) => void,
): Promise<DebugStep[]> {
  await requireKubeconfig(root);
  const steps: DebugStep[] = [];
  for (const check of CHECKS) {
    const step = await carryOut(check, programs, subject);
    steps.push(step);
    show(step);
    if (step.outcome === 'cause') break;
  }
  return steps;
}

async function carryOut({ name, look }: DebugCheck, programs: Programs, subject: Subject): Promise<DebugStep> {
  const { outcome, lines, remedy } = await look(programs, subject);
  return { check: name, outcome, lines, ...(remedy === undefined ? {} : { remedy }) };
}
