import { asRecords, asText, conditionOf, listObjects, type KubernetesObject } from '../day2/kubernetes.ts';
import type { Programs } from '../programs/call.ts';
import type { Observation, Subject } from './checks.ts';
import { belongsTo, scopeOf } from './pod-checks.ts';

const KINDS = 'deployments.apps,statefulsets.apps,daemonsets.apps,persistentvolumeclaims,jobs.batch';

/** What the objects that stand behind the pods say of themselves: quotas, volumes that are not bound, jobs that gave up. */
export async function checkObjects(programs: Programs, subject: Subject): Promise<Observation> {
  const objects = (await listObjects(programs, [KINDS, ...scopeOf(subject)])) ?? [];
  const lines = objects.filter((object) => belongsTo(object, subject.app)).flatMap((object) => problemOf(object) ?? []);
  if (lines.length === 0) return { outcome: 'fine', lines: [] };
  return { outcome: 'cause', lines, remedy: 'see more of an object with `kubectl describe`' };
}

/** Secrets that External Secrets could not make. */
export async function checkExternalSecrets(programs: Programs, subject: Subject): Promise<Observation> {
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
  const failing = asRecords(status.conditions).find(
    (condition) => condition.type === 'ReplicaFailure' && condition.status === 'True',
  );
  return failing === undefined ? undefined : [`${title(object)}: ${asText(failing.message)}`];
}

function title({ kind, namespace, name }: KubernetesObject): string {
  return `${kind} ${namespace}/${name}`;
}
