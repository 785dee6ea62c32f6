import { setTimeout as wait } from 'node:timers/promises';
import { at, listAt, textAt, type Fields } from '../../golden/trees.ts';
import type { TestCluster } from '../cluster.ts';
import type { FluxControllers } from './flux-controllers.ts';

/** Kinds of Flux that become ready. */
const KINDS = {
  GitRepository: 'gitrepositories.source.toolkit.fluxcd.io',
  OCIRepository: 'ocirepositories.source.toolkit.fluxcd.io',
  Kustomization: 'kustomizations.kustomize.toolkit.fluxcd.io',
  HelmRelease: 'helmreleases.helm.toolkit.fluxcd.io',
} as const;

/** The annotation that asks for a reconciliation. */
export const REQUESTED = 'reconcile.fluxcd.io/requestedAt';

/** Longest wait for a tree to be ready: a machine may be busy. */
const READY_TIMEOUT = 600_000;

/** How a tree was reconciled. */
export interface Reconciled {
  /** Objects of Flux by `Kind namespace/name`. */
  readonly objects: ReadonlyMap<string, Fields>;
  /** The same keys in the order in which they were first seen ready; those of one look are one list. */
  readonly order: readonly (readonly string[])[];
}

/** `namespace/name` of an object. */
export function nameOf(object: Fields): string {
  return `${textAt(object, 'metadata', 'namespace')}/${textAt(object, 'metadata', 'name')}`;
}

/** Objects of a resource in all namespaces. Throws an Error where kubectl fails. */
export async function listAll({ kubectl }: TestCluster, resources: readonly string[]): Promise<Fields[]> {
  const { code, stdout, stderr } = await kubectl(['get', resources.join(), '--all-namespaces', '--output=json']);
  if (code !== 0) throw new Error(`kubectl get ${resources.join()}: ${stderr}`);
  return listAt(JSON.parse(stdout) as Fields, 'items') as Fields[];
}

/**
 * Waits until everything of Flux is ready at a revision.
 *
 * @param revision - `refs/heads/main@sha1:…`
 * @throws Error with a table of what is not, where that takes too long
 */
export async function untilReady(
  cluster: TestCluster,
  revision: string,
  controllers: FluxControllers,
): Promise<Reconciled> {
  const end = Date.now() + READY_TIMEOUT;
  const seen = new Set<string>();
  const order: string[][] = [];
  for (;;) {
    await controllers.check();
    await standInForNodes(cluster);
    const objects = await listAll(cluster, Object.values(KINDS));
    const ready = objects.filter((object) => isReady(object, revision)).map(keyOf);
    const fresh = ready.filter((key) => !seen.has(key));
    if (fresh.length > 0) order.push(fresh);
    for (const key of fresh) seen.add(key);
    const isWhole = objects.some((object) => textAt(object, 'metadata', 'name') === 'cluster-apps');
    if (isWhole && ready.length === objects.length) {
      return { objects: new Map(objects.map((object) => [keyOf(object), object])), order };
    }
    if (Date.now() > end) {
      const left = objects.filter((object) => !isReady(object, revision)).map((one) => `${keyOf(one)}: ${told(one)}`);
      throw new Error(`not ready in ${String(READY_TIMEOUT / 1000)} s:\n${left.join('\n')}`);
    }
    await wait(1000);
  }
}

/** Has everything of Flux reconciled once more, and waits until it has been. */
export async function reconcileAgain(
  cluster: TestCluster,
  revision: string,
  controllers: FluxControllers,
): Promise<Reconciled> {
  const requested = new Date().toISOString();
  const end = Date.now() + READY_TIMEOUT;
  for (;;) {
    const objects = await listAll(cluster, Object.values(KINDS));
    const late = objects.filter((object) => textAt(object, 'status', 'lastHandledReconcileAt') !== requested);
    if (late.length === 0) return await untilReady(cluster, revision, controllers);
    if (Date.now() > end) throw new Error(`not handled: ${late.map(keyOf).join(', ')}`);
    for (const object of late) await request(cluster, object, requested);
    await wait(1000);
  }
}

/** Where one is applied anew by the one above it, it loses what was asked of it. */
async function request({ kubectl }: TestCluster, object: Fields, requested: string): Promise<void> {
  if (textAt(object, 'metadata', 'annotations', REQUESTED) === requested) return;
  const [namespace = '', name = ''] = nameOf(object).split('/');
  const resource = KINDS[object.kind as keyof typeof KINDS];
  const words = ['annotate', resource, name, '--namespace', namespace, '--overwrite', `${REQUESTED}=${requested}`];
  const { code, stderr } = await kubectl(words);
  // It may have been removed meanwhile.
  if (code !== 0 && !stderr.includes('NotFound')) throw new Error(stderr);
}

/** What the Kustomizations have applied, by `group kind namespace/name`, with the names of those that did. */
export function inventoryOf(objects: Iterable<Fields>): Map<string, string[]> {
  const found = new Map<string, string[]>();
  for (const object of objects) {
    // A release has an inventory too: what its chart makes.
    if (object.kind !== 'Kustomization') continue;
    for (const entry of listAt(object, 'status', 'inventory', 'entries')) {
      // A colon in a name, as RBAC has them, is written as two underscores.
      const [, namespace = '', name = '', group = '', kind = ''] =
        /^([^_]*)_(.*)_([^_]*)_([^_]*)$/.exec(textAt(entry, 'id')) ?? [];
      const key = `${group} ${kind} ${namespace}/${name}`;
      found.set(key, [...(found.get(key) ?? []), nameOf(object)]);
    }
  }
  return found;
}

/** The key of an object in an inventory. */
export function inventoryKeyOf(object: Fields): string {
  const [group = ''] = textAt(object, 'apiVersion').includes('/') ? textAt(object, 'apiVersion').split('/') : [''];
  return `${group} ${textAt(object, 'kind')} ${nameOf(object)}`;
}

function keyOf(object: Fields): string {
  return `${textAt(object, 'kind')} ${nameOf(object)}`;
}

function condition(object: Fields, type = 'Ready'): unknown {
  return listAt(object, 'status', 'conditions').find((one) => textAt(one, 'type') === type);
}

function isReady(object: Fields, revision: string): boolean {
  const isKustomization = object.kind === 'Kustomization' && object.apiVersion !== 'kustomize.config.k8s.io/v1beta1';
  return (
    textAt(condition(object), 'status') === 'True' &&
    at(object, 'status', 'observedGeneration') === at(object, 'metadata', 'generation') &&
    (!isKustomization || textAt(object, 'status', 'lastAppliedRevision') === revision)
  );
}

function told(object: Fields): string {
  const ready = condition(object);
  return ready === undefined ? 'not reconciled' : `${textAt(ready, 'reason')}: ${textAt(ready, 'message')}`;
}

/**
 * There are no nodes and none of the controllers that the charts install: workloads are marked as running, jobs as done and issuers of
 * certificates as ready, which is what they say in a whole cluster.
 */
async function standInForNodes(cluster: TestCluster): Promise<void> {
  const workloads = await listAll(cluster, ['deployments', 'daemonsets', 'statefulsets', 'jobs']);
  const issuers = await listAll(cluster, ['clusterissuers.cert-manager.io']);
  for (const object of [...workloads, ...issuers]) {
    const status = statusOf(object);
    if (status === undefined) continue;
    const [namespace, name = ''] = nameOf(object).split('/');
    const resource = object.kind === 'ClusterIssuer' ? 'clusterissuers.cert-manager.io' : String(object.kind);
    const where = namespace === '' ? [] : ['--namespace', namespace ?? ''];
    const patch = ['--subresource=status', '--type=merge', '--patch', JSON.stringify({ status })];
    const { code, stderr } = await cluster.kubectl(['patch', resource, name, ...where, ...patch]);
    // It may have been removed meanwhile.
    if (code !== 0 && !stderr.includes('NotFound')) throw new Error(`${keyOf(object)}: ${stderr}`);
  }
}

/** What its status is to be; undefined where it is that. */
function statusOf(object: Fields): Fields | undefined {
  const observedGeneration = at(object, 'metadata', 'generation');
  const isSeen = at(object, 'status', 'observedGeneration') === observedGeneration;
  const now = new Date().toISOString().replace(/\.\d+Z$/, 'Z');
  switch (object.kind) {
    case 'Deployment':
    case 'StatefulSet': {
      if (isSeen) return undefined;
      const replicas = at(object, 'spec', 'replicas') ?? 1;
      const counts = { replicas, updatedReplicas: replicas, readyReplicas: replicas, availableReplicas: replicas };
      const conditions = ['Available', 'Progressing'].map((type) => ({
        type,
        status: 'True',
        reason: type === 'Progressing' ? 'NewReplicaSetAvailable' : 'MinimumReplicasAvailable',
      }));
      return { observedGeneration, ...counts, ...(object.kind === 'Deployment' ? { conditions } : {}) };
    }
    case 'DaemonSet': {
      if (isSeen) return undefined;
      const counts = { currentNumberScheduled: 0, desiredNumberScheduled: 0, numberMisscheduled: 0, numberReady: 0 };
      return { observedGeneration, ...counts, updatedNumberScheduled: 0, numberAvailable: 0 };
    }
    case 'Job': {
      if (condition(object, 'Complete') !== undefined) return undefined;
      const conditions = ['SuccessCriteriaMet', 'Complete'].map((type) => ({
        type,
        status: 'True',
        reason: 'CompletionsReached',
        lastProbeTime: now,
        lastTransitionTime: now,
      }));
      return { startTime: now, completionTime: now, succeeded: at(object, 'spec', 'completions') ?? 1, conditions };
    }
    default: {
      if (textAt(condition(object), 'status') === 'True') return undefined;
      const ready = { type: 'Ready', status: 'True', reason: 'ACMEAccountRegistered', message: '', observedGeneration };
      return { conditions: [{ ...ready, lastTransitionTime: now }] };
    }
  }
}
