import { listFlux, type FluxObject } from '../day2/flux-objects.ts';
import { conditionOf, listObjects } from '../day2/kubernetes.ts';
import type { Programs } from '../programs/call.ts';
import type { Observation, Subject } from './checks.ts';

/** What Flux says where the cause lies elsewhere: in what it waits for, or in the workloads that it installed. */
const SYMPTOM =
  /dependency .* (?:is )?not ready|dependencies do not meet ready condition|health check failed|timeout waiting for|context deadline exceeded|not reconciled yet|reconciliation in progress|running (?:health checks|'?(?:install|upgrade))/i;

/** Reasons under which Flux is at work, or waits for another object. */
const WAITING = new Set(['DependencyNotReady', 'Progressing', 'ProgressingWithRetry', 'HealthCheckFailed', 'Unknown']);

/** Suspended, without a source, or with manifests that cannot be built, decrypted, applied or installed. */
export async function checkFlux(programs: Programs, subject: Subject): Promise<Observation> {
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
export async function checkDependencies(programs: Programs, subject: Subject): Promise<Observation> {
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
