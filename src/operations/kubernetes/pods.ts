import type { Programs } from '../programs/catalogue.ts';
import { conditionOf, listObjects, type KubernetesObject } from './objects.ts';
import { asFields, asFieldsList, asText } from '../../text/values.ts';

/** A pod that does not do its work. */
export interface SickPod {
  readonly namespace: string;
  readonly name: string;
  /** In kubectl's words: CrashLoopBackOff, ImagePullBackOff, Pending, … */
  readonly state: string;
  /** What Kubernetes says of it. */
  readonly message: string;
  /** The container that is at fault; undefined where none has started. */
  readonly container: string | undefined;
  readonly restarts: number;
}

/**
 * Pods that are neither ready nor done.
 *
 * @param namespace - that namespace alone; all where it is not given
 */
export async function readSickPods(programs: Programs, namespace?: string): Promise<SickPod[]> {
  const scope = namespace === undefined ? ['--all-namespaces'] : ['--namespace', namespace];
  return ((await listObjects(programs, ['pods', ...scope])) ?? []).flatMap((pod) => sickPod(pod) ?? []);
}

/** What is wrong with a pod; undefined where nothing is. */
export function sickPod(pod: KubernetesObject): SickPod | undefined {
  const phase = asText(pod.status.phase);
  if (phase === 'Succeeded') return undefined;
  if (phase === 'Running' && conditionOf(pod, 'Ready')?.status === 'True') return undefined;
  const containers = [
    ...asFieldsList(pod.status.initContainerStatuses),
    ...asFieldsList(pod.status.containerStatuses),
  ].map(readContainer);
  const culprit = containers.find(({ state }) => state !== '');
  const scheduled = conditionOf(pod, 'PodScheduled');
  const unscheduled = scheduled?.status === 'False' ? scheduled : undefined;
  return {
    namespace: pod.namespace,
    name: pod.name,
    state: culprit?.state ?? unscheduled?.reason ?? (phase === 'Running' ? 'NotReady' : phase),
    message: culprit?.message ?? unscheduled?.message ?? asText(pod.status.message),
    container: culprit?.name,
    restarts: Math.max(0, ...containers.map(({ restarts }) => restarts)),
  };
}

function readContainer(status: Readonly<Record<string, unknown>>): {
  name: string;
  state: string;
  message: string;
  restarts: number;
} {
  const { waiting, terminated } = asFields(status.state);
  const last = asFields(asFields(status.lastState).terminated);
  const ended = asFields(terminated);
  const isFailed = terminated !== undefined && ended.exitCode !== 0;
  const waits = asFields(waiting);
  // PodInitializing is what a container waits for, and not what is wrong.
  const reason = asText(waits.reason);
  const state = isFailed ? asText(ended.reason) : /^(?:PodInitializing|ContainerCreating)?$/.test(reason) ? '' : reason;
  const exit = typeof last.exitCode === 'number' ? `ended with exit code ${String(last.exitCode)}` : '';
  return {
    name: asText(status.name),
    state,
    message: asText(waits.message) || asText(ended.message) || exit,
    restarts: typeof status.restartCount === 'number' ? status.restartCount : 0,
  };
}
