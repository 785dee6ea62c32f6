import type { Programs } from '../programs/call.ts';
import { listObjects } from './kubernetes.ts';

/** Phases of pods that do nothing: https://kubernetes.io/docs/concepts/workloads/pods/pod-lifecycle/ */
const PHASES = ['Failed', 'Pending', 'Succeeded'] as const;

/** A pod that would be deleted. */
export interface IdlePod {
  readonly phase: string;
  readonly namespace: string;
  readonly name: string;
}

/** Pods in a phase in which they do nothing. */
export async function listIdlePods(programs: Programs): Promise<IdlePod[]> {
  const pods: IdlePod[] = [];
  for (const phase of PHASES) {
    const scope = ['pods', '--all-namespaces', `--field-selector=status.phase=${phase}`];
    const found = (await listObjects(programs, scope)) ?? [];
    pods.push(...found.map(({ namespace, name }) => ({ phase, namespace, name })));
  }
  return pods;
}

/** Deletes pods; one that is gone already is no error. Throws a Failure where the API refuses. */
export async function deletePods(programs: Programs, pods: readonly IdlePod[]): Promise<void> {
  for (const namespace of new Set(pods.map((pod) => pod.namespace))) {
    const names = pods.filter((pod) => pod.namespace === namespace).map(({ name }) => name);
    const options = ['--namespace', namespace, '--ignore-not-found', '--wait=false'];
    await programs.run({ program: 'kubectl', arguments: ['delete', 'pods', ...names, ...options] });
  }
}
