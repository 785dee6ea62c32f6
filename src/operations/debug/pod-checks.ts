import { asRecord, asText, listObjects, type KubernetesObject } from '../day2/kubernetes.ts';
import { sickPod, type SickPod } from '../day2/pods.ts';
import type { Programs } from '../programs/call.ts';
import type { Observation, Subject } from './checks.ts';

/** States that explain themselves. */
const CAUSES: Readonly<Record<string, string>> = {
  ImagePullBackOff: 'correct the name and tag of the image, or give the namespace the credentials of its registry',
  ErrImagePull: 'correct the name and tag of the image, or give the namespace the credentials of its registry',
  InvalidImageName: 'correct the name of the image',
  OOMKilled: 'give the container more memory',
  Unschedulable: 'look at what the pod asks for: resources, node labels, taints, its volume',
  Evicted: 'look at the disk and the memory of its node',
};

/** States in which a container says itself what is wrong. */
const TALKING = /^(?:CrashLoopBackOff|Error|RunContainerError|StartError|NotReady)$/;

/** A secret that is missing is what External Secrets, or a Kustomization, did not make yet. */
const MISSING_SECRET = /secrets? "[^"]+" not found|references non-existent secret|couldn't find key/i;

/** Events that tell a cause; the others (BackOff, Failed, Pulling, …) only tell what the pod's state says already. */
const TELLING = new Set([
  'FailedMount',
  'FailedAttachVolume',
  'FailedScheduling',
  'FailedCreate',
  'FailedCreatePodSandBox',
  'FailedBinding',
  'ProvisioningFailed',
  'Unhealthy',
  'Evicted',
  'NodeNotReady',
]);

/** Images that cannot be had, memory that ran out, pods that find no node. */
export async function checkPods(programs: Programs, subject: Subject): Promise<Observation> {
  const pods = await readPods(programs, subject);
  if (pods.length === 0) return { outcome: 'absent', lines: ['there are no pods'] };
  const sick = sickPods(pods);
  const telling = sick.filter(({ state }) => state in CAUSES);
  const [first] = telling;
  if (first === undefined) return { outcome: 'fine', lines: sick.map(describe) };
  return { outcome: 'cause', lines: telling.map(describe), remedy: CAUSES[first.state] ?? '' };
}

/** What a container that does not stay up said last. */
export async function checkLogs(programs: Programs, subject: Subject): Promise<Observation> {
  const talking = sickPods(await readPods(programs, subject)).find(({ state }) => TALKING.test(state));
  if (talking === undefined) return { outcome: 'fine', lines: [] };
  const lines = await readLog(programs, talking);
  if (lines.length === 0) return { outcome: 'fine', lines: [`${describe(talking)}; it said nothing`] };
  return {
    outcome: 'cause',
    lines: [describe(talking), ...lines],
    remedy: 'correct what its last lines complain about',
  };
}

/** What Kubernetes could not do for the pods. */
export async function checkEvents(programs: Programs, subject: Subject): Promise<Observation> {
  const events = await readEvents(programs, subject);
  const sick = new Set(sickPods(await readPods(programs, subject)).map(({ name }) => name));
  const lines = events
    .filter(({ reason, message }) => TELLING.has(reason) && !MISSING_SECRET.test(message))
    // A pod that is well again had its trouble before.
    .filter(({ kind, name }) => kind !== 'Pod' || sick.has(name))
    .map(({ kind, name, reason, message }) => `${kind} ${name}: ${reason}: ${message}`);
  if (lines.length === 0) return { outcome: 'fine', lines: [] };
  return { outcome: 'cause', lines: [...new Set(lines)].slice(-5), remedy: 'mend what the last line names' };
}

async function readPods(programs: Programs, subject: Subject): Promise<KubernetesObject[]> {
  const pods = (await listObjects(programs, ['pods', ...scopeOf(subject)])) ?? [];
  return pods.filter((pod) => belongsTo(pod, subject.app));
}

/** Arguments of kubectl for the namespace, or all of them. */
export function scopeOf({ namespace }: Subject): string[] {
  return namespace === undefined ? ['--all-namespaces'] : ['--namespace', namespace];
}

/** Whether an object is one of the app's: by the labels that charts set, else by its name. */
export function belongsTo(object: KubernetesObject, app: string | undefined): boolean {
  if (app === undefined) return true;
  const labels = asRecord(object.metadata.labels);
  const names = ['app.kubernetes.io/instance', 'app.kubernetes.io/name', 'app'].map((label) => asText(labels[label]));
  return names.includes(app) || object.name === app || object.name.startsWith(`${app}-`);
}

function sickPods(pods: readonly KubernetesObject[]): SickPod[] {
  return pods.flatMap((pod) => sickPod(pod) ?? []);
}

async function readLog(programs: Programs, { namespace, name, container }: SickPod): Promise<string[]> {
  const words = ['logs', name, '--namespace', namespace, '--tail', '20'];
  const target = container === undefined ? [...words, '--all-containers'] : [...words, '--container', container];
  for (const arguments_ of [[...target, '--previous'], target]) {
    const { exitCode, stdout } = await programs.ask({ program: 'kubectl', arguments: arguments_, quiet: true });
    const lines = stdout.split('\n').filter((line) => line.trim() !== '');
    if (exitCode === 0 && lines.length > 0) return lines;
  }
  return [];
}

interface ClusterEvent {
  readonly kind: string;
  readonly name: string;
  readonly reason: string;
  readonly message: string;
}

/** Warnings in the order in which they came. */
async function readEvents(programs: Programs, subject: Subject): Promise<ClusterEvent[]> {
  const words = ['events', ...scopeOf(subject), '--field-selector', 'type=Warning', '--sort-by', '.lastTimestamp'];
  return ((await listObjects(programs, words)) ?? []).flatMap(({ spec, namespace }) => {
    const about = asRecord(spec.involvedObject);
    const [kind, name] = [asText(about.kind), asText(about.name)];
    const object = { kind, name, namespace, metadata: {}, spec: {}, status: {} };
    if (!belongsTo(object, subject.app)) return [];
    return [{ kind, name, reason: asText(spec.reason), message: asText(spec.message) }];
  });
}

function describe({ namespace, name, state, message, restarts }: SickPod): string {
  const again = restarts > 0 ? `, ${String(restarts)} restarts` : '';
  return `Pod ${namespace}/${name}: ${state}${again}${message === '' ? '' : `: ${message}`}`;
}
