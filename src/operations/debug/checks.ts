import type { Programs } from '../programs/call.ts';
import { checkDependencies, checkFlux } from './flux-checks.ts';
import { checkExternalSecrets, checkObjects } from './object-checks.ts';
import { checkEvents, checkLogs, checkPods } from './pod-checks.ts';

/** What is looked at: everything, a namespace, or an app in it. */
export interface Subject {
  readonly namespace?: string;
  readonly app?: string;
}

/** What one look came to. */
export interface Observation {
  readonly outcome: 'fine' | 'absent' | 'cause';
  readonly lines: readonly string[];
  readonly remedy?: string;
}

/** One place to look. */
export interface DebugCheck {
  readonly name: string;
  readonly look: (programs: Programs, subject: Subject) => Promise<Observation>;
}

/** Where to look, in the order in which causes are found soonest. What only follows from something else is no cause. */
export const CHECKS: readonly DebugCheck[] = [
  { name: 'Flux', look: checkFlux },
  { name: 'Pods', look: checkPods },
  { name: 'Logs', look: checkLogs },
  { name: 'Events', look: checkEvents },
  { name: 'Objects', look: checkObjects },
  { name: 'External secrets', look: checkExternalSecrets },
  { name: 'Dependencies', look: checkDependencies },
];
