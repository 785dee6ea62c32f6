import { listAt } from '../../text/values.ts';
import { type GroupVersionKind, type Resource, textOf } from './resource.ts';

/** What other objects need comes first. */
const FIRST = [
  'Namespace',
  'ResourceQuota',
  'StorageClass',
  'CustomResourceDefinition',
  'ServiceAccount',
  'PodSecurityPolicy',
  'Role',
  'ClusterRole',
  'RoleBinding',
  'ClusterRoleBinding',
  'ConfigMap',
  'Secret',
  'Endpoints',
  'Service',
  'LimitRange',
  'PriorityClass',
  'PersistentVolume',
  'PersistentVolumeClaim',
  'Deployment',
  'StatefulSet',
  'CronJob',
  'PodDisruptionBudget',
];
const LAST = ['MutatingWebhookConfiguration', 'ValidatingWebhookConfiguration'];

/**
 * Objects in the order of `kustomize build`: by kind, then by group, version, namespace and name.
 *
 * @param options - `legacySortOptions`; the default where they are not given
 */
export function inLegacyOrder(resources: readonly Resource[], options: unknown): readonly Resource[] {
  const isGiven = options !== undefined && options !== null;
  const [first, last] = isGiven
    ? [listAt(options, 'orderFirst').map(textOf), listAt(options, 'orderLast').map(textOf)]
    : [FIRST, LAST];
  const rankOf = (kind: string): number => {
    if (last.includes(kind)) return 1 + last.lastIndexOf(kind);
    const position = first.lastIndexOf(kind);
    return position < 0 ? 0 : position - first.length;
  };
  const keyed = resources.map((resource) => {
    const { type, namespace, name } = resource;
    return {
      resource,
      rank: rankOf(type.kind),
      isCoreNamespace: type.kind === 'Namespace' && type.group === '',
      type: typeKey(type),
      id: `${idKey(type)}|${namespace || '~X'}|${name || '~N'}`,
    };
  });
  keyed.sort((one, other) => one.rank - other.rank || compareTypes(one, other) || compare(one.id, other.id));
  return keyed.map(({ resource }) => resource);
}

interface Typed {
  readonly type: string;
  /** Such a one stands before those of other groups. */
  readonly isCoreNamespace: boolean;
}

function compareTypes(one: Typed, other: Typed): number {
  const areNamespaces = one.type.endsWith('_Namespace') && other.type.endsWith('_Namespace');
  if (areNamespaces && one.isCoreNamespace !== other.isCoreNamespace) return one.isCoreNamespace ? -1 : 1;
  return compare(one.type, other.type);
}

function typeKey({ group, version, kind }: GroupVersionKind): string {
  return `${group || '~G'}_${version || '~V'}_${kind || '~K'}`;
}

function idKey({ group, version, kind }: GroupVersionKind): string {
  return `${kind || '[noKind]'}.${version || '[noVer]'}.${group || '[noGrp]'}`;
}

function compare(one: string, other: string): number {
  return one < other ? -1 : one > other ? 1 : 0;
}
