import { failure } from '../../report/finding.ts';
import { asFields, asFieldsList, asText } from '../../text/values.ts';
import type { OperationRun } from '../operation.ts';
import type { StepReport } from '../../report/progress.ts';
import type { Programs } from '../programs/catalogue.ts';
import { foldOutput } from '../programs/programs.ts';
import { isFinal, type Look, type Patience, waitFor } from '../programs/waiting.ts';
import { LIST_NODES } from './manifests.ts';
import { conditionOf, type KubernetesObject, listObjects, parseObjects } from './objects.ts';

/** A node as Kubernetes sees it. */
export interface NodeState {
  readonly name: string;
  readonly address: string;
  readonly isReady: boolean;
  /** Version of Talos that it runs; undefined where it does not say. */
  readonly talosVersion: string | undefined;
  readonly kubeletVersion: string;
  /** Differs after every start of the machine. */
  readonly bootId: string;
}

/** All nodes that Kubernetes knows. Throws a Failure of kind `outside` where it does not answer. */
export async function readNodeStates(programs: Programs): Promise<NodeState[]> {
  return ((await listObjects(programs, ['nodes'])) ?? []).map(readNodeState);
}

function readNodeState(object: KubernetesObject): NodeState {
  const info = asFields(object.status.nodeInfo);
  const internal = asFieldsList(object.status.addresses).find(({ type }) => type === 'InternalIP');
  return {
    name: object.name,
    address: asText(internal?.address),
    isReady: conditionOf(object, 'Ready')?.status === 'True',
    talosVersion: /^Talos \((v[^)]+)\)$/.exec(asText(info.osImage))?.[1],
    kubeletVersion: asText(info.kubeletVersion),
    bootId: asText(info.bootID),
  };
}

/**
 * Waits until every node of the configuration is registered. Without a network they are NotReady, and that is enough: only what the
 * kubelet no longer reports about (Unknown) is waited for.
 *
 * @param task.wanted - the names of the nodes
 * @param task.patience - with a limit of 0 seconds the API is asked once, and no node is waited for
 * @throws Failure where the API refuses us, or the time is over
 */
export async function waitForNodes(
  { run, wanted, patience }: { run: OperationRun; wanted: readonly string[]; patience: Patience },
  report: StepReport,
): Promise<void> {
  const waiting = {
    what: 'the registration of every node',
    patience,
    signal: run.signal,
    say: report.note,
    remedy:
      'look at `kubectl get nodes` and the console of the machine; `cluster-template bootstrap talos` finishes what is missing there',
  };
  const summary = await waitFor(waiting, async (): Promise<Look<string>> => {
    const { exitCode, stdout, stderr } = await run.programs.ask(LIST_NODES);
    if (exitCode !== 0) return { reason: reasonOf(foldOutput(stderr)) };
    const nodes = parseObjects(stdout);
    const lost = nodes.filter((node) => (conditionOf(node, 'Ready')?.status ?? 'Unknown') === 'Unknown');
    const known = nodes.filter((node) => !lost.includes(node)).map(({ name }) => name);
    const missing = wanted.filter((name) => !known.includes(name));
    const ready = nodes.filter((node) => conditionOf(node, 'Ready')?.status === 'True').length;
    if (missing.length > 0 && patience.limitSeconds > 0) {
      return {
        reason: `${String(wanted.length - missing.length)} of ${String(wanted.length)} registered, not yet ${missing.join(', ')}`,
      };
    }
    return {
      value: `${String(wanted.length - missing.length)} of ${String(wanted.length)} registered, ${String(ready)} ready`,
    };
  });
  report.say(summary);
}

function reasonOf(why: string): string {
  if (!isFinal(why)) return why === '' ? 'no answer' : why;
  throw failure('outside', {
    code: 'cluster/api',
    message: `the Kubernetes API refuses the kubeconfig: ${why}`,
    remedy: 'remove kubeconfig and run `cluster-template bootstrap talos`, which fetches it anew',
  });
}

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
