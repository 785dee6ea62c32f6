import { asText, type Fields } from '../../text/values.ts';

/**
 * The kinds of Kubernetes 1.21.2 that kustomize knows, by apiVersion: the objects of all others are taken to live in a namespace,
 * and their lists are replaced by patches. A star marks those that belong to no namespace.
 *
 * @see https://github.com/kubernetes-sigs/kustomize/tree/master/kyaml/openapi
 */
const BUILT_IN: Readonly<Record<string, string>> = {
  'admissionregistration.k8s.io/v1': 'MutatingWebhookConfiguration* ValidatingWebhookConfiguration*',
  'admissionregistration.k8s.io/v1beta1': 'MutatingWebhookConfiguration* ValidatingWebhookConfiguration*',
  'apiextensions.k8s.io/v1': 'CustomResourceDefinition*',
  'apiextensions.k8s.io/v1beta1': 'CustomResourceDefinition*',
  'apiregistration.k8s.io/v1': 'APIService*',
  'apiregistration.k8s.io/v1beta1': 'APIService*',
  'apps/v1': 'ControllerRevision DaemonSet Deployment ReplicaSet StatefulSet',
  'autoscaling/v1': 'HorizontalPodAutoscaler',
  'autoscaling/v2beta1': 'HorizontalPodAutoscaler',
  'autoscaling/v2beta2': 'HorizontalPodAutoscaler',
  'batch/v1': 'CronJob Job',
  'batch/v1beta1': 'CronJob',
  'certificates.k8s.io/v1': 'CertificateSigningRequest*',
  'certificates.k8s.io/v1beta1': 'CertificateSigningRequest*',
  'coordination.k8s.io/v1': 'Lease',
  'coordination.k8s.io/v1beta1': 'Lease',
  'discovery.k8s.io/v1': 'EndpointSlice',
  'discovery.k8s.io/v1beta1': 'EndpointSlice',
  'events.k8s.io/v1': 'Event',
  'events.k8s.io/v1beta1': 'Event',
  'extensions/v1beta1': 'Ingress',
  'flowcontrol.apiserver.k8s.io/v1beta1': 'FlowSchema* PriorityLevelConfiguration*',
  'networking.k8s.io/v1': 'Ingress IngressClass* NetworkPolicy',
  'networking.k8s.io/v1beta1': 'Ingress IngressClass*',
  'node.k8s.io/v1': 'RuntimeClass*',
  'node.k8s.io/v1beta1': 'RuntimeClass*',
  'policy/v1': 'PodDisruptionBudget',
  'policy/v1beta1': 'PodDisruptionBudget PodSecurityPolicy*',
  'rbac.authorization.k8s.io/v1': 'ClusterRole* ClusterRoleBinding* Role RoleBinding',
  'rbac.authorization.k8s.io/v1beta1': 'ClusterRole* ClusterRoleBinding* Role RoleBinding',
  'scheduling.k8s.io/v1': 'PriorityClass*',
  'scheduling.k8s.io/v1beta1': 'PriorityClass*',
  'storage.k8s.io/v1': 'CSIDriver* CSINode* StorageClass* VolumeAttachment*',
  'storage.k8s.io/v1beta1': 'CSIDriver* CSINode* CSIStorageCapacity StorageClass* VolumeAttachment*',
  v1: 'ComponentStatus* ConfigMap Endpoints Event LimitRange Namespace* Node* PersistentVolume* PersistentVolumeClaim Pod PodTemplate ReplicationController ResourceQuota Secret Service ServiceAccount',
};

const KNOWN: ReadonlyMap<string, boolean> = new Map(
  Object.entries(BUILT_IN).flatMap(([apiVersion, kinds]) =>
    kinds.split(' ').map((kind): [string, boolean] => [`${apiVersion}/${kind.replace('*', '')}`, kind.endsWith('*')]),
  ),
);

/** Whether kustomize knows that the kind of an object belongs to no namespace. */
export function isClusterScoped(fields: Fields): boolean {
  return KNOWN.get(keyOf(fields)) === true;
}

function keyOf({ apiVersion, kind }: Fields): string {
  return `${asText(apiVersion)}/${asText(kind)}`;
}

/** What a strategic merge patch has to know of a value: the kinds of its parts, and by what the items of a list are told apart. */
export interface MergeSchema {
  readonly fields?: Readonly<Record<string, MergeSchema>>;
  /** The keys that name an item of a list that is merged; none for a list of scalars. Absent for what is replaced. */
  readonly keys?: readonly string[];
  readonly items?: MergeSchema;
}

function merged(keys: string, items?: MergeSchema): MergeSchema {
  return { keys: keys === '' ? [] : keys.split(' '), ...(items === undefined ? {} : { items }) };
}

const CONTAINER_LISTS = {
  env: merged('name'),
  volumeDevices: merged('devicePath'),
  volumeMounts: merged('mountPath'),
};
const CONTAINER: MergeSchema = { fields: { ...CONTAINER_LISTS, ports: merged('containerPort protocol') } };
const META: MergeSchema = { fields: { finalizers: merged(''), ownerReferences: merged('uid') } };
const POD_SPEC: MergeSchema = {
  fields: {
    containers: merged('name', CONTAINER),
    initContainers: merged('name', CONTAINER),
    ephemeralContainers: merged('name', { fields: CONTAINER_LISTS }),
    hostAliases: merged('ip'),
    imagePullSecrets: merged('name'),
    topologySpreadConstraints: merged('topologyKey whenUnsatisfiable'),
    volumes: merged('name'),
  },
};
const POD_TEMPLATE: MergeSchema = { fields: { metadata: META, spec: POD_SPEC } };
const JOB_SPEC: MergeSchema = { fields: { template: POD_TEMPLATE } };
const CONDITIONS: MergeSchema = { fields: { conditions: merged('type') } };
const WEBHOOKS = { webhooks: merged('name') };

/** The parts of built-in kinds that are merged, beside their metadata. */
const PARTS: Readonly<Record<string, Readonly<Record<string, MergeSchema>>>> = {
  APIService: { status: CONDITIONS },
  CSINode: { spec: { fields: { drivers: merged('name') } } },
  ComponentStatus: { conditions: merged('type') },
  CronJob: { spec: { fields: { jobTemplate: { fields: { metadata: META, spec: JOB_SPEC } } } } },
  DaemonSet: { spec: JOB_SPEC, status: CONDITIONS },
  Deployment: { spec: JOB_SPEC, status: CONDITIONS },
  Job: { spec: JOB_SPEC, status: CONDITIONS },
  MutatingWebhookConfiguration: WEBHOOKS,
  Namespace: { status: CONDITIONS },
  Node: {
    spec: { fields: { podCIDRs: merged('') } },
    status: { fields: { addresses: merged('type'), conditions: merged('type') } },
  },
  PersistentVolumeClaim: { status: CONDITIONS },
  Pod: { spec: POD_SPEC, status: { fields: { conditions: merged('type'), podIPs: merged('ip') } } },
  PodDisruptionBudget: { status: CONDITIONS },
  PodTemplate: { template: POD_TEMPLATE },
  ReplicaSet: { spec: JOB_SPEC, status: CONDITIONS },
  ReplicationController: { spec: JOB_SPEC, status: CONDITIONS },
  Service: {
    spec: { fields: { ports: merged('port protocol') } },
    status: CONDITIONS,
  },
  ServiceAccount: { secrets: merged('name') },
  StatefulSet: { spec: JOB_SPEC, status: CONDITIONS },
  ValidatingWebhookConfiguration: WEBHOOKS,
};

/** How patches merge an object; undefined where kustomize does not know its kind, so that they replace every list of it. */
export function mergeSchemaOf(fields: Fields): MergeSchema | undefined {
  return KNOWN.has(keyOf(fields)) ? { fields: { metadata: META, ...PARTS[asText(fields.kind)] } } : undefined;
}
