import type { ClusterRoot } from '../../cluster/root.ts';
import { type FluxObject, listFlux } from '../flux/objects.ts';
import { conditionOf, type KubernetesObject, listObjects, requireKubeconfig } from '../kubernetes/objects.ts';
import { sickPod, type SickPod } from '../kubernetes/state.ts';
import type { Programs } from '../programs/catalogue.ts';
import { asFields, asFieldsList, asText } from '../../text/values.ts';

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

/** What is looked at: everything, a namespace, or an app in it. */
export interface Subject {
  readonly namespace?: string;
  readonly app?: string;
}

/** What one look came to. */
interface Observation {
  readonly outcome: 'fine' | 'absent' | 'cause';
  readonly lines: readonly string[];
  readonly remedy?: string;
}

/** One place to look. */
interface DebugCheck {
  readonly name: string;
  readonly look: (programs: Programs, subject: Subject) => Promise<Observation>;
}

/** Where to look, in the order in which causes are found soonest. What only follows from something else is no cause. */
const CHECKS: readonly DebugCheck[] = [
  { name: 'Flux', look: checkFlux },
  { name: 'Pods', look: checkPods },
  { name: 'Logs', look: checkLogs },
  { name: 'Events', look: checkEvents },
  { name: 'Objects', look: checkObjects },
  { name: 'External secrets', look: checkExternalSecrets },
  { name: 'Dependencies', look: checkDependencies },
];

/** What Flux says where the cause lies elsewhere: in what it waits for, or in the workloads that it installed. */
const SYMPTOM =
  /dependency .* (?:is )?not ready|dependencies do not meet ready condition|health check failed|timeout waiting for|context deadline exceeded|not reconciled yet|reconciliation in progress|running (?:health checks|'?(?:install|upgrade))/i;

/** Reasons under which Flux is at work, or waits for another object. */
const WAITING = new Set(['DependencyNotReady', 'Progressing', 'ProgressingWithRetry', 'HealthCheckFailed', 'Unknown']);

/** Suspended, without a source, or with manifests that cannot be built, decrypted, applied or installed. */
async function checkFlux(programs: Programs, subject: Subject): Promise<Observation> {
  const objects = await readObjects(programs);
  if (objects === undefined) return { outcome: 'absent', lines: ['Flux is not installed'] };
  const sources = await sourceProblems(programs);
  if (sources.length > 0) {
    return {
      outcome: 'cause',
      lines: sources,
      remedy: 'look at the address of the repository, its branch and the deploy key',
    };
  }
  const own = ownObjects(objects, subject);
  const suspended = own.filter((object) => object.suspended);
  if (suspended.length > 0) {
    const names = suspended.map((object) => `${titleOf(object)} is suspended`);
    return {
      outcome: 'cause',
      lines: names,
      remedy: 'run `flux resume`, or `cluster-template unstick`, for each of them',
    };
  }
  const broken = own.filter(isBroken);
  if (broken.length > 0) {
    const lines = broken.map((object) => `${titleOf(object)}: ${object.message}`);
    return {
      outcome: 'cause',
      lines,
      remedy: 'correct what the message names, commit, push and run `cluster-template reconcile`',
    };
  }
  const waiting = own.filter(({ ready }) => !ready).map((object) => `${titleOf(object)} waits: ${object.message}`);
  return { outcome: own.length === 0 ? 'absent' : 'fine', lines: waiting };
}

/** The objects that others wait for and that are not ready themselves, at the end of each chain. */
async function checkDependencies(programs: Programs, subject: Subject): Promise<Observation> {
  const objects = (await readObjects(programs)) ?? [];
  const own = ownObjects(objects, subject).filter(({ ready }) => !ready);
  const lines = own.flatMap((object) => brokenChain(object, objects, [titleOf(object)]));
  const names = [...new Set(lines)];
  if (names.length === 0) return { outcome: 'fine', lines: [] };
  return { outcome: 'cause', lines: names, remedy: 'debug the last one of each line' };
}

async function readObjects(programs: Programs): Promise<FluxObject[] | undefined> {
  const kustomizations = await listFlux(programs, 'Kustomization');
  if (kustomizations === undefined) return undefined;
  return [...kustomizations, ...((await listFlux(programs, 'HelmRelease')) ?? [])];
}

async function sourceProblems(programs: Programs): Promise<string[]> {
  const repositories =
    (await listObjects(programs, ['gitrepositories.source.toolkit.fluxcd.io', '--namespace', 'flux-system'])) ?? [];
  return repositories.flatMap((repository) => {
    const ready = conditionOf(repository, 'Ready');
    return ready?.status === 'False'
      ? [`GitRepository ${repository.namespace}/${repository.name}: ${ready.message}`]
      : [];
  });
}

/** Those of the namespace or app, and the Kustomizations that made them. */
function ownObjects(objects: readonly FluxObject[], { namespace, app }: Subject): FluxObject[] {
  if (namespace === undefined) return [...objects];
  const own = objects.filter((object) => object.namespace === namespace && (app === undefined || object.name === app));
  const makers = new Set(own.map(({ madeBy }) => madeBy));
  const made = objects.filter(
    (object) => object.kind === 'Kustomization' && makers.has(`${object.namespace}/${object.name}`),
  );
  return [...new Set([...made, ...own])];
}

function isBroken({ ready, reason, message }: FluxObject): boolean {
  return !ready && !WAITING.has(reason) && !SYMPTOM.test(message);
}

function brokenChain(object: FluxObject, objects: readonly FluxObject[], path: readonly string[]): string[] {
  return object.dependsOn.flatMap((wanted) => {
    const found = objects.find(
      ({ kind, namespace, name }) => kind === object.kind && `${namespace}/${name}` === wanted,
    );
    if (found === undefined)
      return [`${path.join(' waits for ')} waits for ${object.kind} ${wanted}, which does not exist`];
    // A chain that leads back to itself ends here: each of its members waits for itself.
    if (found.ready) return [];
    const next = [...path, titleOf(found)];
    if (path.includes(titleOf(found))) return [`${next.join(' waits for ')}: they wait for each other`];
    const deeper = brokenChain(found, objects, next);
    return deeper.length > 0 ? deeper : [`${next.join(' waits for ')}, which is not ready: ${found.message}`];
  });
}

function titleOf({ kind, namespace, name }: FluxObject): string {
  return `${kind} ${namespace}/${name}`;
}

const KINDS = 'deployments.apps,statefulsets.apps,daemonsets.apps,persistentvolumeclaims,jobs.batch';

/** What the objects that stand behind the pods say of themselves: quotas, volumes that are not bound, jobs that gave up. */
async function checkObjects(programs: Programs, subject: Subject): Promise<Observation> {
  const objects = (await listObjects(programs, [KINDS, ...scopeOf(subject)])) ?? [];
  const lines = objects.filter((object) => belongsTo(object, subject.app)).flatMap((object) => problemOf(object) ?? []);
  if (lines.length === 0) return { outcome: 'fine', lines: [] };
  return { outcome: 'cause', lines, remedy: 'see more of an object with `kubectl describe`' };
}

/** Secrets that External Secrets could not make. */
async function checkExternalSecrets(programs: Programs, subject: Subject): Promise<Observation> {
  const secrets = await listObjects(programs, ['externalsecrets.external-secrets.io', ...scopeOf(subject)]);
  if (secrets === undefined) return { outcome: 'absent', lines: ['External Secrets is not installed'] };
  const own = secrets.filter((secret) => belongsTo(secret, subject.app));
  const broken = own.filter((secret) => conditionOf(secret, 'Ready')?.status !== 'True');
  if (broken.length === 0) return { outcome: own.length === 0 ? 'absent' : 'fine', lines: [] };
  return {
    outcome: 'cause',
    lines: broken.map((secret) => `${title(secret)}: ${conditionOf(secret, 'Ready')?.message ?? 'was not read yet'}`),
    remedy: 'correct the name of the secret or the store, then run `cluster-template sync-es`',
  };
}

function problemOf(object: KubernetesObject): string[] | undefined {
  const { kind, status } = object;
  if (kind === 'PersistentVolumeClaim') {
    return status.phase === 'Bound'
      ? undefined
      : [`${title(object)} is ${asText(status.phase)}: no volume is bound to it`];
  }
  if (kind === 'Job') {
    const failed = conditionOf(object, 'Failed');
    return failed?.status === 'True' ? [`${title(object)}: ${failed.message}`] : undefined;
  }
  const failing = asFieldsList(status.conditions).find(
    (condition) => condition.type === 'ReplicaFailure' && condition.status === 'True',
  );
  return failing === undefined ? undefined : [`${title(object)}: ${asText(failing.message)}`];
}

function title({ kind, namespace, name }: KubernetesObject): string {
  return `${kind} ${namespace}/${name}`;
}

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
async function checkPods(programs: Programs, subject: Subject): Promise<Observation> {
  const pods = await readPods(programs, subject);
  if (pods.length === 0) return { outcome: 'absent', lines: ['there are no pods'] };
  const sick = sickPods(pods);
  const telling = sick.filter(({ state }) => state in CAUSES);
  const [first] = telling;
  if (first === undefined) return { outcome: 'fine', lines: sick.map(describe) };
  return { outcome: 'cause', lines: telling.map(describe), remedy: CAUSES[first.state] ?? '' };
}

/** What a container that does not stay up said last. */
async function checkLogs(programs: Programs, subject: Subject): Promise<Observation> {
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
async function checkEvents(programs: Programs, subject: Subject): Promise<Observation> {
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
function scopeOf({ namespace }: Subject): string[] {
  return namespace === undefined ? ['--all-namespaces'] : ['--namespace', namespace];
}

/** Whether an object is one of the app's: by the labels that charts set, else by its name. */
function belongsTo(object: KubernetesObject, app: string | undefined): boolean {
  if (app === undefined) return true;
  const labels = asFields(object.metadata.labels);
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
    const about = asFields(spec.involvedObject);
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
