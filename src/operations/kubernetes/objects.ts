import { join } from 'node:path';
import type { ClusterRoot } from '../../cluster/root.ts';
import { failure } from '../../report/finding.ts';
import { inspect } from '../../system/files.ts';
import type { Programs } from '../programs/catalogue.ts';
import { unsuccessful } from '../programs/programs.ts';
import { asFields, asText, parseFields } from '../../text/values.ts';

/** An object of Kubernetes, as far as commands look at it. */
export interface KubernetesObject {
  readonly kind: string;
  readonly namespace: string;
  readonly name: string;
  readonly metadata: Readonly<Record<string, unknown>>;
  readonly spec: Readonly<Record<string, unknown>>;
  readonly status: Readonly<Record<string, unknown>>;
}

/** A condition of an object, such as Ready. */
interface Condition {
  readonly status: string;
  readonly reason: string;
  readonly message: string;
}

/**
 * Lists objects through kubectl.
 *
 * @param arguments_ - what follows `kubectl get`, without an output format
 * @returns undefined where the cluster does not know the kind
 * @throws Failure of kind `outside` where kubectl fails for another reason
 */
export async function listObjects(
  programs: Programs,
  arguments_: readonly string[],
): Promise<KubernetesObject[] | undefined> {
  const call = { program: 'kubectl', arguments: ['get', ...arguments_, '--output', 'json'], quiet: true } as const;
  const answer = await programs.ask(call);
  if (answer.exitCode !== 0) {
    if (/doesn't have a resource type|no matches for kind/.test(answer.stderr)) return undefined;
    throw unsuccessful(call, answer);
  }
  return parseObjects(answer.stdout);
}

/** The objects of a list, or the single one, that kubectl printed as JSON. Throws a Failure of kind `outside` for anything else. */
export function parseObjects(text: string): KubernetesObject[] {
  const value = parseFields(text);
  if (value === undefined) {
    throw failure('outside', { code: 'programs/failed', message: 'kubectl printed something else than JSON' });
  }
  const { items } = value;
  return (Array.isArray(items) ? items : [value]).map(readObject);
}

/** A condition of an object by its type; undefined where it does not have it yet. */
export function conditionOf(object: KubernetesObject, type: string): Condition | undefined {
  const { conditions } = object.status;
  const list: readonly unknown[] = Array.isArray(conditions) ? conditions : [];
  const found = list.map(asFields).find((condition) => condition.type === type);
  if (found === undefined) return undefined;
  return { status: asText(found.status), reason: asText(found.reason), message: asText(found.message) };
}

function readObject(value: unknown): KubernetesObject {
  const { kind, metadata, spec, status, ...rest } = asFields(value);
  const meta = asFields(metadata);
  return {
    kind: asText(kind),
    namespace: asText(meta.namespace),
    name: asText(meta.name),
    metadata: meta,
    // Events have no spec: what they say stands beside their metadata.
    spec: spec === undefined ? rest : asFields(spec),
    status: asFields(status),
  };
}

/** Ends a command that asks Kubernetes where there is no kubeconfig. */
export async function requireKubeconfig(root: ClusterRoot): Promise<void> {
  if ((await inspect(join(root.path, 'kubeconfig'))) !== undefined) return;
  throw failure('input', {
    code: 'operations/not-generated',
    message: 'there is no kubeconfig',
    place: { file: 'kubeconfig' },
    remedy: 'run `cluster-template bootstrap talos`, which fetches it',
  });
}
