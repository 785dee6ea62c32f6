import { parseQuantity } from '../text/quantities.ts';
import { at, isWithin, type Path, textAt, valueAt } from '../text/values.ts';
import type { Danger, ObjectChange, ValueChange } from './model.ts';

interface Surroundings {
  /** Kustomizations that are removed themselves, as `namespace/name`. */
  readonly removedOwners: ReadonlySet<string>;
}

/** What is to be known before a change is merged, the worst first. */
export function dangersOf(change: ObjectChange, surroundings: Surroundings): Danger[] {
  return change.what === 'removed' ? removalDangers(change, surroundings) : changeDangers(change);
}

/** https://fluxcd.io/flux/components/kustomize/kustomizations/#prune: what a label or annotation of an object keeps. */
const PRUNE_KEY = 'kustomize.toolkit.fluxcd.io/prune';

/** Kinds that go with everything that is in them, or with what was stored. */
const WITH_DATA: Readonly<Record<string, string>> = {
  Namespace: 'and everything in it goes with it',
  PersistentVolumeClaim: 'and its volume goes with it unless its class retains it',
  PersistentVolume: 'and what is stored on it may go with it',
  Cluster: 'and the database with its volumes goes with it',
  CephCluster: 'and what is stored in it may go with it',
  StatefulSet: 'and its claims go with it where its retention policy says so',
};

function removalDangers(change: ObjectChange, { removedOwners }: Surroundings): Danger[] {
  const { before, kind, owner } = change;
  if (before === undefined) return [];
  const stays =
    ['labels', 'annotations'].some((part) => textAt(before.fields, 'metadata', part, PRUNE_KEY) === 'disabled') ||
    // Whoever applies it stays and does not prune; where it goes too, its own `prune` decided as well.
    (before.owner !== undefined && at(before.owner.fields, 'spec', 'prune') !== true);
  if (stays || owner === undefined) return [];
  const by = removedOwners.has(owner)
    ? `the Kustomization ${owner} goes, and prunes it`
    : `the Kustomization ${owner} prunes it`;
  if (kind === 'CustomResourceDefinition')
    return [{ kind: 'crd-removed', message: `${by}: every object of the kind goes with it` }];
  if (kind === 'HelmRelease') return [{ kind: 'uninstalled', message: `${by}: helm uninstalls the release` }];
  const loss = Object.hasOwn(WITH_DATA, kind) ? WITH_DATA[kind] : undefined;
  return loss === undefined ? [] : [{ kind: 'data-pruned', message: `${by}, ${loss}` }];
}

function changeDangers(change: ObjectChange): Danger[] {
  const found = change.values.flatMap((value): Danger[] => [
    ...immutable(change, value),
    ...smaller(change, value),
    ...replacedSecret(change, value),
  ]);
  const isSuspended =
    at(change.after?.fields, 'spec', 'suspend') === true && at(change.before?.fields, 'spec', 'suspend') !== true;
  return unique([
    ...found,
    ...(isSuspended
      ? [
          {
            kind: 'suspended' as const,
            message: `Flux or its controller leaves this ${change.kind} alone from then on`,
          },
        ]
      : []),
  ]);
}

/** What the API server refuses to change; a path leads to everything below it. */
interface Immutable {
  readonly paths: readonly Path[];
  /** Below these paths changes are taken all the same. */
  readonly except?: readonly Path[];
}

/** https://github.com/kubernetes/kubernetes/blob/master/pkg/apis: the update validations of the built-in kinds. */
const IMMUTABLE: Readonly<Record<string, Immutable>> = {
  DaemonSet: { paths: [['spec', 'selector']] },
  Deployment: { paths: [['spec', 'selector']] },
  Job: {
    paths: [
      ['spec', 'selector'],
      ['spec', 'template'],
      ['spec', 'completionMode'],
      ['spec', 'podFailurePolicy'],
    ],
  },
  StatefulSet: {
    paths: [['spec']],
    except: [
      ['spec', 'minReadySeconds'],
      ['spec', 'ordinals'],
      ['spec', 'persistentVolumeClaimRetentionPolicy'],
      ['spec', 'replicas'],
      ['spec', 'revisionHistoryLimit'],
      ['spec', 'template'],
      ['spec', 'updateStrategy'],
    ],
  },
  PersistentVolumeClaim: {
    paths: [['spec']],
    except: [
      ['spec', 'resources', 'requests', 'storage'],
      ['spec', 'volumeAttributesClassName'],
    ],
  },
  PersistentVolume: {
    paths: [
      ['spec', 'nfs'],
      ['spec', 'csi'],
      ['spec', 'local'],
      ['spec', 'hostPath'],
      ['spec', 'iscsi'],
      ['spec', 'nodeAffinity'],
      ['spec', 'volumeMode'],
    ],
  },
  StorageClass: {
    paths: [['provisioner'], ['parameters'], ['reclaimPolicy'], ['volumeBindingMode']],
  },
  Service: {
    paths: [
      ['spec', 'clusterIP'],
      ['spec', 'clusterIPs'],
      ['spec', 'loadBalancerClass'],
    ],
  },
  RoleBinding: { paths: [['roleRef']] },
  ClusterRoleBinding: { paths: [['roleRef']] },
  IngressClass: { paths: [['spec', 'controller']] },
  GatewayClass: { paths: [['spec', 'controllerName']] },
  PriorityClass: { paths: [['value'], ['preemptionPolicy']] },
  RuntimeClass: { paths: [['handler']] },
  VolumeSnapshotClass: { paths: [['driver'], ['parameters'], ['deletionPolicy']] },
  CSIDriver: {
    paths: [
      ['spec', 'attachRequired'],
      ['spec', 'fsGroupPolicy'],
      ['spec', 'volumeLifecycleModes'],
    ],
  },
  CustomResourceDefinition: {
    paths: [
      ['spec', 'group'],
      ['spec', 'scope'],
      ['spec', 'names', 'plural'],
      ['spec', 'names', 'kind'],
    ],
  },
};

/** Kinds of the same name in other groups. */
const GROUPS: Readonly<Record<string, string>> = {
  Service: '',
  Job: 'batch',
  Cluster: 'postgresql.cnpg.io',
};

function immutable({ kind, before, after, isSecret }: ObjectChange, { path }: ValueChange): Danger[] {
  const isLocked = (kind === 'ConfigMap' || isSecret) && at(before?.fields, 'immutable') === true;
  const rule = Object.hasOwn(IMMUTABLE, kind) && inGroup(kind, after?.group) ? IMMUTABLE[kind] : undefined;
  const isRefused =
    (isLocked && ['data', 'stringData', 'binaryData', 'immutable'].includes(String(path[0]))) ||
    (rule?.paths.some((one) => isWithin(path, one)) === true &&
      rule.except?.some((one) => isWithin(path, one) || isWithin(one, path)) !== true);
  // What was not said takes a default, which may be the same.
  if (!isRefused || valueAt(before?.fields, path.slice(0, 2)) === undefined) return [];
  const field = path.slice(0, Math.min(path.length, 2)).join('.');
  return [
    {
      kind: 'immutable',
      message: `the API server refuses to change \`${field}\` of a ${kind}: it has to be removed and made anew, or Flux be told to with the annotation kustomize.toolkit.fluxcd.io/force: enabled`,
    },
  ];
}

function inGroup(kind: string, group: string | undefined): boolean {
  return !Object.hasOwn(GROUPS, kind) || GROUPS[kind] === group;
}

/** Fields that say how large a volume is, at any depth. */
function isSize(path: Path): boolean {
  const key = path[path.length - 1];
  const parent = path[path.length - 2];
  return (
    (key === 'storage' && parent === 'requests') ||
    (key === 'size' && /storage|persist|volume/i.test(path.join('.'))) ||
    key === 'capacity'
  );
}

function smaller({ kind }: ObjectChange, { path, before, after }: ValueChange): Danger[] {
  if (!isSize(path)) return [];
  const [old, young] = [parseQuantity(before), parseQuantity(after)];
  if (old === undefined || young === undefined || young >= old) return [];
  return [
    {
      kind: 'smaller-volume',
      message: `a volume cannot become smaller: \`${path.join('.')}\` of this ${kind} goes from ${String(before)} to ${String(after)}`,
    },
  ];
}

/** A Secret under another name is made anew: a certificate is asked for again, an account gets other credentials. */
function replacedSecret({ kind }: ObjectChange, { path, before, after }: ValueChange): Danger[] {
  const isName = path[path.length - 1] === 'secretName' || path.slice(-2).join('.') === 'target.name';
  if (!isName || typeof before !== 'string' || typeof after !== 'string') return [];
  if (kind !== 'Certificate' && kind !== 'ExternalSecret') return [];
  return [
    {
      kind: 'secret-replaced',
      message: `the Secret ${before} is no longer kept up to date, and ${after} is made anew: whatever reads it has to be told`,
    },
  ];
}

function unique(dangers: readonly Danger[]): Danger[] {
  return [...new Map(dangers.map((danger) => [danger.message, danger])).values()];
}
