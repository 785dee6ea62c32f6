import type { ClusterRoot } from '../../cluster/root.ts';
import { workspaceOf } from '../../pipeline/state.ts';
import { Failure } from '../../report/finding.ts';
import { readTextIfPresent } from '../../system/files.ts';
import { removeFile, replaceFile, type Destination } from '../../system/writing.ts';
import { stateFile } from '../../workspace/disk.ts';
import { takeLock } from '../../workspace/lock.ts';
import type { OperationRun } from '../operation.ts';
import type { Programs } from '../programs/catalogue.ts';
import { unsuccessful } from '../programs/programs.ts';
import { FLUX_KINDS, listFlux } from './objects.ts';
import { isFields, parseJson } from '../../text/values.ts';

/** Names of Kustomizations by their namespaces, in the order in which they are suspended. */
type Suspended = Readonly<Record<string, readonly string[]>>;

/**
 * Does work while Flux holds still: Kustomizations that are not suspended already are, and are resumed whatever happens to the work.
 * What is suspended is written down first, so that where a run is killed the next one (or `reconcile`) resumes it.
 *
 * @param afterwards - programs that an interruption does not stop
 */
export async function withFluxSuspended<T>(
  run: OperationRun,
  afterwards: Programs,
  work: () => Promise<T>,
): Promise<T> {
  const suspended = await run.step('Suspend Flux', async (report) => {
    const names = await chooseNames(run);
    const count = Object.values(names).flat().length;
    report.say(count === 0 ? 'nothing to suspend' : `${String(count)} Kustomizations`);
    if (count > 0) await replaceFile(recordPath(run.root), `${JSON.stringify(names, undefined, 2)}\n`);
    return names;
  });
  let result: T;
  try {
    await setSuspended(run.programs, suspended, true);
    result = await work();
  } catch (error) {
    await resume(run.root, afterwards, suspended).catch((second: unknown) => {
      throw both(error, second);
    });
    throw error;
  }
  await resume(run.root, afterwards, suspended);
  return result;
}

/** The end of work that failed, and of what had to be done after it and failed too. */
export function both(first: unknown, second: unknown): unknown {
  if (!(second instanceof Failure)) return second;
  const findings = first instanceof Failure ? first.findings : [];
  return new Failure('outside', [...findings, ...second.findings], { cause: first });
}

/**
 * Resumes what a killed run left suspended. Called by what may be run next: upgrades, although there is nothing to upgrade any more,
 * and `reconcile`.
 *
 * @returns the Kustomizations as `namespace/name`
 * @throws Failure of kind `outside` where an upgrade is at work, or one cannot be resumed
 */
export async function resumeLeftovers(root: ClusterRoot, programs: Programs, signal: AbortSignal): Promise<string[]> {
  if (Object.keys(await readRecord(root)).length === 0) return [];
  // The record of an upgrade that is at work is there too: it holds the lock.
  const lock = await takeLock(workspaceOf(root), signal);
  const left = await readRecord(root);
  try {
    await resume(root, programs, left);
  } finally {
    await lock.release();
  }
  return Object.entries(left).flatMap(([namespace, names]) => names.map((name) => `${namespace}/${name}`));
}

/** What runs, and what a killed run suspended: that is suspended on our behalf, and not by the user. */
async function chooseNames({ root, programs }: OperationRun): Promise<Suspended> {
  const [objects, left] = [(await listFlux(programs, 'Kustomization')) ?? [], await readRecord(root)];
  const ours = objects.filter(
    ({ namespace, name, suspended }) => !suspended || left[namespace]?.includes(name) === true,
  );
  const namespaces = [...new Set(ours.map(({ namespace }) => namespace))].sort(rootFirst);
  return Object.fromEntries(
    namespaces.map((namespace) => [
      namespace,
      ours.filter((object) => object.namespace === namespace).map(({ name }) => name),
    ]),
  );
}

/** The Kustomizations of flux-system make the others, so they hold still first and go on last. */
function rootFirst(one: string, other: string): number {
  if (one === other) return 0;
  if (one === 'flux-system') return -1;
  if (other === 'flux-system') return 1;
  return one < other ? -1 : 1;
}

/** In reverse order where it goes on: what makes the others comes last. */
async function setSuspended(programs: Programs, objects: Suspended, suspend: boolean): Promise<void> {
  const namespaces = Object.entries(objects);
  const failures: Failure[] = [];
  for (const [namespace, names] of suspend ? namespaces : namespaces.reverse()) {
    // Not by flux: its `resume` waits for the reconciliation, and fails where that fails.
    const patch = JSON.stringify({ spec: { suspend } });
    const target = ['patch', FLUX_KINDS.Kustomization, ...names, '--namespace', namespace];
    const call = { program: 'kubectl', arguments: [...target, '--type', 'merge', '--patch', patch] } as const;
    const answer = await programs.ask(call);
    if (answer.exitCode !== 0 && !areAllGone(answer.stderr)) failures.push(unsuccessful(call, answer));
  }
  const [first] = failures;
  if (first !== undefined) throw first;
}

/** What was removed meanwhile need not go on. */
function areAllGone(stderr: string): boolean {
  const lines = stderr.split('\n').filter((line) => line.trim() !== '');
  return lines.length > 0 && lines.every((line) => line.includes('(NotFound)'));
}

/** Every namespace is tried, although one fails; the record stays then, so that the next run tries again. */
async function resume(root: ClusterRoot, programs: Programs, suspended: Suspended): Promise<void> {
  try {
    await setSuspended(programs, suspended, false);
  } catch (error) {
    if (!(error instanceof Failure)) throw error;
    const names = Object.entries(suspended).flatMap(([space, list]) => list.map((name) => `${space}/${name}`));
    throw new Failure('outside', [
      ...error.findings,
      {
        code: 'operations/partly-done',
        severity: 'error',
        message: `Flux may still be suspended: ${names.join(', ')}`,
        remedy: 'run `cluster-template reconcile`, which resumes them first',
      },
    ]);
  }
  await removeFile(recordPath(root));
}

function recordPath(root: ClusterRoot): Destination {
  return stateFile(workspaceOf(root), 'operations', 'suspended.json');
}

async function readRecord(root: ClusterRoot): Promise<Suspended> {
  const text = await readTextIfPresent(recordPath(root).path);
  if (text === undefined) return {};
  const value = parseJson(text);
  // Written in one piece, so that anything else is somebody else's: there is nothing of ours to resume.
  return isSuspended(value) ? value : {};
}

function isSuspended(value: unknown): value is Suspended {
  if (!isFields(value)) return false;
  const isName = (name: unknown): boolean => typeof name === 'string' && /^[a-z0-9][a-z0-9.-]*$/.test(name);
  return Object.entries(value).every(
    ([namespace, names]) => isName(namespace) && Array.isArray(names) && names.every(isName),
  );
}
