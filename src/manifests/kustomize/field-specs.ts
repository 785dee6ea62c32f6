import type { Origin } from '../document.ts';
import { at, type Fields, isFields, type Path } from '../../text/values.ts';
import { type GroupVersionKind, isSelected, Refusal, type Resource, typeOf } from './resource.ts';

/** Fields that kustomize changes in objects of some kinds; the parts of the kind that are not given mean all. */
export interface FieldSpec {
  readonly kind?: string;
  readonly group?: string;
  readonly version?: string;
  /** Keys with slashes between; lists on the way are entered. A slash inside of a key is written `\/`. */
  readonly path: string;
  /** Whether the field is made where it is missing. */
  readonly create?: boolean;
}

/** The fields that names of objects of a kind stand in. */
export interface NameReference extends Partial<GroupVersionKind> {
  readonly fieldSpecs: readonly FieldSpec[];
}

/** What kustomize changes where, by transformer: its defaults and what `configurations` add. */
export interface FieldSpecs {
  readonly namePrefix: readonly FieldSpec[];
  readonly nameSuffix: readonly FieldSpec[];
  readonly namespace: readonly FieldSpec[];
  readonly commonLabels: readonly FieldSpec[];
  readonly labels: readonly FieldSpec[];
  readonly templateLabels: readonly FieldSpec[];
  readonly commonAnnotations: readonly FieldSpec[];
  readonly nameReference: readonly NameReference[];
  readonly varReference: readonly FieldSpec[];
  readonly images: readonly FieldSpec[];
  readonly replicas: readonly FieldSpec[];
}

/** The sort of value that a field is made with: only a scalar can take the place of what is no map. */
type Sort = 'scalar' | 'map';

/**
 * The paths of the fields of an object that a spec means, those to be made among them.
 *
 * @param sort - what is made where the spec says so; nothing is made if undefined
 * @throws Refusal where the path leads through a scalar
 */
export function fieldsOf(resource: Resource, spec: FieldSpec, sort: Sort | undefined): Path[] {
  if (!isSelected(typeOf(resource.fields), spec)) return [];
  const steps = stepsOf(spec.path);
  try {
    return enter(resource.fields, steps, [], spec.create === true ? sort : undefined);
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    throw new Refusal(
      `kustomize looks for the field ${spec.path} here and finds no map or list on the way`,
      'correct the object',
      resource.origin,
    );
  }
}

/** The keys of a path whose slashes may be escaped. */
function stepsOf(path: string): string[] {
  return path.split(/(?<!\\)\//).map((step) => step.replaceAll('\\/', '/'));
}

function enter(value: unknown, steps: readonly string[], path: Path, create: Sort | undefined): Path[] {
  const [step, ...rest] = steps;
  if (step === undefined) return [path];
  if (value === null || value === undefined) return [];
  if (Array.isArray(value)) return value.flatMap((item, index) => enter(item, steps, [...path, index], create));
  if (!isFields(value)) throw new RangeError('a scalar');
  const key = step.replace(/\[\]$/, '');
  const makes = create !== undefined && key === step;
  const found = at(value, key);
  if (found !== undefined && (found !== null || !makes)) return enter(found, rest, [...path, key], create);
  // A list cannot be made by its name alone.
  if (!makes || rest.some((one) => one.endsWith('[]'))) return [];
  return [[...path, key, ...rest]];
}

/** Specs with more of them; one that says the same of the same kinds is not added. */
export function mergeSpecs(specs: readonly FieldSpec[], more: readonly FieldSpec[]): readonly FieldSpec[] {
  return more.reduce<readonly FieldSpec[]>((all, spec) => {
    const same = all.find((one) => one.path === spec.path && isSelected(kindOf(one), spec));
    if (same === undefined) return [...all, spec];
    if ((same.create ?? false) !== (spec.create ?? false)) {
      throw new RangeError(`the field ${spec.path} is to be made by one and not by the other of two entries`);
    }
    return all;
  }, specs);
}

function kindOf({ group = '', version = '', kind = '' }: FieldSpec): GroupVersionKind {
  return { group, version, kind };
}

/** Sets a field to a text where a spec finds it, and says where the text came from. */
export function setFields(
  resources: readonly Resource[],
  specs: readonly FieldSpec[],
  change: { readonly value: unknown; readonly origin: Origin; readonly sort: Sort | undefined },
): void {
  for (const resource of resources) {
    for (const spec of specs) {
      for (const path of fieldsOf(resource, spec, change.sort)) resource.set(path, change.value, change.origin);
    }
  }
}

/** Adds entries to the maps that specs find: labels and annotations. Their keys are sorted, as kustomize has them. */
export function addEntries(
  resources: readonly Resource[],
  specs: readonly FieldSpec[],
  entries: Fields,
  originOf: (key: string) => Origin,
): void {
  const keys = Object.keys(entries).sort();
  for (const resource of resources) {
    const add = (key: string, spec: FieldSpec): void => {
      for (const path of fieldsOf(resource, spec, 'map')) {
        const found = at(resource.fields, ...path);
        if (found !== undefined && found !== null && !isFields(found)) {
          const message = `${spec.path} is no map, so that no label or annotation can be added`;
          throw new Refusal(message, 'correct the object', resource.originOf(path));
        }
        resource.set([...path, key], entries[key], originOf(key));
      }
    };
    for (const key of keys) for (const spec of specs) add(key, spec);
  }
}

const WORKLOADS = ['Deployment', 'ReplicaSet', 'DaemonSet', 'StatefulSet', 'Job'];
const SERVICE_WORKLOADS = ['StatefulSet', 'Deployment', 'ReplicationController', 'Job', 'DaemonSet'];

function each(kinds: readonly string[], path: string, rest: Omit<FieldSpec, 'kind' | 'path'> = {}): FieldSpec[] {
  return kinds.map((kind) => ({ kind, path, ...rest }));
}

/** The metadata of the templates of workloads, which labels and annotations are added to. */
function templates(key: 'labels' | 'annotations'): FieldSpec[] {
  const statefulSet = key === 'labels' ? { group: 'apps' } : {};
  const path = `spec/template/metadata/${key}`;
  return [
    { path: `metadata/${key}`, create: true },
    { kind: 'ReplicationController', version: 'v1', path, create: true },
    ...each(['Deployment', 'ReplicaSet', 'DaemonSet'], path, { create: true }),
    { kind: 'StatefulSet', ...statefulSet, path, create: true },
    { kind: 'Job', group: 'batch', path, create: true },
    { kind: 'CronJob', group: 'batch', path: `spec/jobTemplate/metadata/${key}`, create: true },
    { kind: 'CronJob', group: 'batch', path: `spec/jobTemplate/spec/template/metadata/${key}`, create: true },
  ];
}

const LABELS = templates('labels');
const CLAIM_LABELS: readonly FieldSpec[] = [
  { kind: 'StatefulSet', group: 'apps', path: 'spec/volumeClaimTemplates[]/metadata/labels', create: true },
];

/** The selectors by which Pods of a template keep together or apart. */
const NEIGHBOURS = [
  ...['podAffinity', 'podAntiAffinity'].flatMap((affinity) => [
    `affinity/${affinity}/preferredDuringSchedulingIgnoredDuringExecution/podAffinityTerm`,
    `affinity/${affinity}/requiredDuringSchedulingIgnoredDuringExecution`,
  ]),
  'topologySpreadConstraints',
].map((path) => `spec/template/spec/${path}/labelSelector/matchLabels`);

const SELECTORS: readonly FieldSpec[] = [
  ...each(['Service', 'ReplicationController'], 'spec/selector', { version: 'v1', create: true }),
  ...each(['Deployment', 'ReplicaSet', 'DaemonSet'], 'spec/selector/matchLabels', { create: true }),
  { kind: 'StatefulSet', group: 'apps', path: 'spec/selector/matchLabels', create: true },
  ...NEIGHBOURS.flatMap((path) => each(['Deployment', 'StatefulSet'], path, { group: 'apps' })),
  { kind: 'Job', group: 'batch', path: 'spec/selector/matchLabels' },
  { kind: 'CronJob', group: 'batch', path: 'spec/jobTemplate/spec/selector/matchLabels' },
  { kind: 'PodDisruptionBudget', group: 'policy', path: 'spec/selector/matchLabels' },
  ...['podSelector', 'ingress/from/podSelector', 'egress/to/podSelector'].map((path) => ({
    kind: 'NetworkPolicy',
    group: 'networking.k8s.io',
    path: `spec/${path}/matchLabels`,
  })),
];

/** Paths inside of the specification of a Pod, wherever a kind has one. */
function inPods(paths: readonly string[], kinds: readonly string[] = WORKLOADS): FieldSpec[] {
  return paths.flatMap((path) => [
    { kind: 'Pod', version: 'v1', path: `spec/${path}` },
    { kind: 'PodTemplate', path: `template/spec/${path}` },
    ...each(kinds, `spec/template/spec/${path}`),
    { kind: 'CronJob', path: `spec/jobTemplate/spec/template/spec/${path}` },
  ]);
}

/** As `inPods`, for the fields that kustomize does not look for in a PodTemplate. */
function inServicePods(path: string): FieldSpec[] {
  return [
    { kind: 'Pod', path: `spec/${path}` },
    ...each(SERVICE_WORKLOADS, `spec/template/spec/${path}`),
    { kind: 'CronJob', path: `spec/jobTemplate/spec/template/spec/${path}` },
  ];
}

const CONTAINERS = ['containers', 'initContainers'];

/** Where a Pod names a ConfigMap or a Secret. */
function podReferences(kind: 'configMap' | 'secret'): string[] {
  return [
    kind === 'secret' ? 'volumes/secret/secretName' : 'volumes/configMap/name',
    ...CONTAINERS.flatMap((list) => [`${list}/env/valueFrom/${kind}KeyRef/name`, `${list}/envFrom/${kind}Ref/name`]),
    `volumes/projected/sources/${kind}/name`,
  ];
}

const RBAC = 'rbac.authorization.k8s.io';
const ADMISSION = 'admissionregistration.k8s.io';
const NGINX = String.raw`metadata/annotations/nginx.ingress.kubernetes.io\/`;

const NAME_REFERENCES: readonly NameReference[] = [
  ...['Deployment', 'ReplicationController', 'ReplicaSet', 'StatefulSet'].map((kind) => ({
    kind,
    fieldSpecs: [{ kind: 'HorizontalPodAutoscaler', path: 'spec/scaleTargetRef/name' }],
  })),
  {
    kind: 'ConfigMap',
    version: 'v1',
    fieldSpecs: [
      ...inPods(podReferences('configMap')),
      { kind: 'Node', path: 'spec/configSource/configMap' },
      ...each(['Role', 'ClusterRole'], 'rules/resourceNames'),
      { kind: 'Ingress', path: `${NGINX}fastcgi-params-configmap` },
    ],
  },
  {
    kind: 'Secret',
    version: 'v1',
    fieldSpecs: [
      ...inPods([...podReferences('secret'), 'imagePullSecrets/name']),
      {
        kind: 'Service',
        group: 'serving.knative.dev',
        version: 'v1',
        path: 'spec/template/spec/containers/env/valueFrom/secretKeyRef/name',
      },
      { kind: 'Ingress', path: 'spec/tls/secretName' },
      { kind: 'Ingress', path: String.raw`metadata/annotations/ingress.kubernetes.io\/auth-secret` },
      ...['auth-secret', 'auth-tls-secret'].map((key) => ({ kind: 'Ingress', path: NGINX + key })),
      { kind: 'ServiceAccount', path: 'imagePullSecrets/name' },
      ...['secretName', 'adminSecretName', 'userSecretName', 'secretRef'].map((key) => ({
        kind: 'StorageClass',
        path: `parameters/${key}`,
      })),
      ...each(['Role', 'ClusterRole'], 'rules/resourceNames'),
      { kind: 'PersistentVolume', path: 'spec/azureFile/secretName' },
    ],
  },
  {
    kind: 'Service',
    version: 'v1',
    fieldSpecs: [
      { kind: 'StatefulSet', group: 'apps', path: 'spec/serviceName' },
      ...[
        'rules/http/paths/backend/serviceName',
        'backend/serviceName',
        'rules/http/paths/backend/service/name',
        'defaultBackend/service/name',
      ].map((path) => ({ kind: 'Ingress', path: `spec/${path}` })),
      { kind: 'APIService', group: 'apiregistration.k8s.io', path: 'spec/service/name' },
      ...each(['ValidatingWebhookConfiguration', 'MutatingWebhookConfiguration'], 'webhooks/clientConfig/service', {
        group: ADMISSION,
      }),
    ],
  },
  { kind: 'Role', group: RBAC, fieldSpecs: [{ kind: 'RoleBinding', group: RBAC, path: 'roleRef/name' }] },
  {
    kind: 'ClusterRole',
    group: RBAC,
    fieldSpecs: each(['RoleBinding', 'ClusterRoleBinding'], 'roleRef/name', { group: RBAC }),
  },
  {
    kind: 'ServiceAccount',
    version: 'v1',
    fieldSpecs: [
      ...each(['RoleBinding', 'ClusterRoleBinding'], 'subjects', { group: RBAC }),
      ...inServicePods('serviceAccountName'),
    ],
  },
  {
    kind: 'PersistentVolumeClaim',
    version: 'v1',
    fieldSpecs: inServicePods('volumes/persistentVolumeClaim/claimName'),
  },
  {
    kind: 'PersistentVolume',
    version: 'v1',
    fieldSpecs: [
      { kind: 'PersistentVolumeClaim', path: 'spec/volumeName' },
      { kind: 'ClusterRole', path: 'rules/resourceNames' },
    ],
  },
  {
    kind: 'StorageClass',
    version: 'v1',
    group: 'storage.k8s.io',
    fieldSpecs: [
      ...each(['PersistentVolume', 'PersistentVolumeClaim'], 'spec/storageClassName'),
      { kind: 'StatefulSet', path: 'spec/volumeClaimTemplates/spec/storageClassName' },
    ],
  },
  { kind: 'PriorityClass', version: 'v1', group: 'scheduling.k8s.io', fieldSpecs: inServicePods('priorityClassName') },
  {
    kind: 'ValidatingAdmissionPolicy',
    group: ADMISSION,
    fieldSpecs: [{ kind: 'ValidatingAdmissionPolicyBinding', group: ADMISSION, path: 'spec/policyName' }],
  },
];

/** Where `$(NAME)` of a var is replaced in a Pod. */
const VARIABLE_FIELDS = CONTAINERS.flatMap((list) =>
  ['args', 'command', 'env/value', 'volumeMounts/mountPath'].map((field) => `${list}/${field}`),
);

const VARIABLES: readonly FieldSpec[] = [
  ...['CronJob', 'DaemonSet', 'Deployment', 'Job', 'Pod', 'ReplicaSet', 'StatefulSet'].flatMap((kind) => {
    const outer =
      kind === 'Pod' ? 'spec' : kind === 'CronJob' ? 'spec/jobTemplate/spec/template/spec' : 'spec/template/spec';
    return VARIABLE_FIELDS.map((path) => ({ kind, path: `${outer}/${path}` }));
  }),
  { kind: 'CronJob', path: 'spec/jobTemplate/spec/template/volumes/nfs/server' },
  ...each(['DaemonSet', 'Deployment', 'Job', 'ReplicaSet'], 'spec/template/spec/volumes/nfs/server'),
  { kind: 'Pod', path: 'spec/volumes/nfs/server' },
  { kind: 'Deployment', path: 'spec/template/metadata/annotations' },
  ...['rules/host', 'tls/hosts', 'tls/secretName'].map((path) => ({ kind: 'Ingress', path: `spec/${path}` })),
  ...['port', 'targetPort'].map((path) => ({ kind: 'Service', path: `spec/ports/${path}` })),
  { kind: 'StatefulSet', path: 'spec/volumeClaimTemplates/spec/nfs/server' },
  { kind: 'PersistentVolume', path: 'spec/nfs/server' },
  { path: 'metadata/labels' },
  { path: 'metadata/annotations' },
];

/**
 * The fields that kustomize changes unasked.
 *
 * @see https://github.com/kubernetes-sigs/kustomize/tree/master/api/internal/konfig/builtinpluginconsts
 */
export const DEFAULT_FIELD_SPECS: FieldSpecs = {
  namePrefix: [{ path: 'metadata/name' }],
  nameSuffix: [{ path: 'metadata/name' }],
  namespace: [
    { kind: 'Namespace', path: 'metadata/name', create: true },
    { kind: 'APIService', group: 'apiregistration.k8s.io', path: 'spec/service/namespace', create: true },
    {
      kind: 'CustomResourceDefinition',
      group: 'apiextensions.k8s.io',
      path: 'spec/conversion/webhook/clientConfig/service/namespace',
    },
  ],
  commonLabels: [...LABELS, ...CLAIM_LABELS, ...SELECTORS],
  labels: [],
  templateLabels: [...LABELS, ...CLAIM_LABELS],
  commonAnnotations: templates('annotations'),
  nameReference: NAME_REFERENCES,
  varReference: VARIABLES,
  images: ['spec/', 'spec/template/spec/'].flatMap((outer) =>
    ['containers[]/image', 'initContainers[]/image', 'volumes[]/image/reference'].map((path) => ({
      path: outer + path,
      create: true,
    })),
  ),
  replicas: each(['Deployment', 'ReplicationController', 'ReplicaSet', 'StatefulSet'], 'spec/replicas', {
    create: true,
  }),
};
