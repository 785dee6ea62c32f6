import { at, type Fields, isFields, search, textAt, type Path } from '../text/values.ts';
import { resolverOf, type AppliedObject } from './flux/tree.ts';

/** An object that another one names. */
export interface Reference {
  readonly from: AppliedObject;
  readonly path: Path;
  readonly kind: string;
  /** Undefined where the field does not say. */
  readonly group: string | undefined;
  /** After substitution. */
  readonly name: string;
  /** As written; only this may be shown, as a substituted value can be a secret. */
  readonly writtenName: string;
  /** Undefined where the kind has none. */
  readonly namespace: string | undefined;
  /** The entry of a Secret or ConfigMap. */
  readonly key: string | undefined;
  /** The listener of a Gateway. */
  readonly section: string | undefined;
  /** By its number or its name. */
  readonly port: number | string | undefined;
  readonly isOptional: boolean;
}

/** What a field tells of the object that it names. */
interface Named {
  readonly kind: string;
  readonly name: string;
  readonly group?: string | undefined;
  readonly namespace?: string | undefined;
  readonly key?: string | undefined;
  readonly section?: string | undefined;
  readonly port?: number | string | undefined;
  readonly isOptional?: boolean;
  readonly inside?: Path;
}

type ValueRule = (value: unknown) => readonly Named[];
type Rule = (value: unknown, from: AppliedObject) => readonly Named[];

/**
 * Every object that an object names: the fields by which Kubernetes, Flux, the Gateway API, cert-manager, Cilium and charts do
 * that are known by their keys, at any depth, in the values of a HelmRelease too. What a chart's own templates fill in is not
 * looked at.
 */
export function referencesOf(from: AppliedObject): Reference[] {
  const found: Reference[] = [];
  const resolve = resolverOf(from);
  search(transparent(from.fields), (value, key, way) => {
    if (typeof key !== 'string') return;
    for (const named of ruleFor(key)?.(value, from) ?? []) {
      if (named.name === '' || named.name.includes('{{') || named.name === '*') continue;
      found.push(reference({ from, path: [...way(), ...(named.inside ?? [])], named, resolve }));
    }
  });
  return found;
}

/** The contents of Secrets and ConfigMaps are other programs'. */
function transparent({ data: _data, stringData: _texts, binaryData: _bytes, ...fields }: Fields): Fields {
  return fields;
}

function reference(found: {
  from: AppliedObject;
  path: Path;
  named: Named;
  resolve: (text: string) => string;
}): Reference {
  const { from, path, named, resolve } = found;
  const { kind, group, key, section, port, isOptional = false } = named;
  const home = from.namespace ?? CLUSTER_HOMES[from.kind];
  const namespace = named.namespace === undefined ? home : resolve(named.namespace);
  return {
    from,
    path,
    kind,
    group,
    name: resolve(named.name),
    writtenName: named.name,
    namespace: NAMELESS_HOMES.has(kind) ? undefined : namespace,
    key,
    section: section === undefined ? undefined : resolve(section),
    port,
    isOptional,
  };
}

/** Where objects without a namespace look for Secrets: cert-manager's cluster resource namespace, Cilium's own. */
const CLUSTER_HOMES: Readonly<Record<string, string>> = {
  ClusterIssuer: 'cert-manager',
  CiliumBGPPeerConfig: 'kube-system',
};
const NAMELESS_HOMES: ReadonlySet<string> = new Set([
  'ClusterIssuer',
  'GatewayClass',
  'CiliumBGPPeerConfig',
  'ClusterSecretStore',
  'CustomResourceDefinition',
  'Namespace',
  'StorageClass',
]);

function ruleFor(key: string): Rule | undefined {
  const rule = Object.hasOwn(RULES, key) ? RULES[key] : undefined;
  if (rule !== undefined) return rule;
  if (key.endsWith('SecretRef') && key !== 'privateKeySecretRef') return secret;
  return /^existing\w*Secret$/.test(key) ? secretName : undefined;
}

const secretName: ValueRule = (value) => (typeof value === 'string' ? [{ kind: 'Secret', name: value }] : []);
const secret: ValueRule = (value) => (typeof value === 'string' ? secretName(value) : one('Secret')(value));

/** A text that is the name itself; an empty one, and the dash of charts, means another thing. */
function named(kind: string): ValueRule {
  return (value) => (typeof value === 'string' && value !== '-' ? [{ kind, name: value }] : []);
}

function claim(value: unknown): readonly Named[] {
  return named('PersistentVolumeClaim')(value);
}

const WORKLOADS: ReadonlySet<string> = new Set(['CronJob', 'DaemonSet', 'Deployment', 'Job', 'Pod', 'StatefulSet']);

/** For a key that has another meaning elsewhere: volumes of Pods are meant. */
function ofWorkload(rule: ValueRule): Rule {
  return (value, from) => (WORKLOADS.has(from.kind) ? rule(value) : []);
}

function serviceOfIngress(value: unknown): readonly Named[] {
  const port = at(value, 'port', 'number') ?? at(value, 'port', 'name');
  return one('Service')(value).map((service) => ({
    ...service,
    port: typeof port === 'number' || typeof port === 'string' ? port : undefined,
  }));
}

const RULES: Readonly<Record<string, Rule>> = {
  secretKeyRef: secret,
  secretRef: secret,
  configMapKeyRef: one('ConfigMap'),
  configMapRef: one('ConfigMap'),
  configMap: ofWorkload(one('ConfigMap')),
  secret: ofWorkload(one('Secret')),
  pullSecret: secretName,
  // A Certificate makes the Secret that it names; that of an Ingress may be made by cert-manager.
  secretName: (value, from) => (from.kind === 'Certificate' || from.kind === 'Ingress' ? [] : secretName(value)),
  imagePullSecrets: each('Secret'),
  claimName: claim,
  existingClaim: claim,
  service: (value, from) => (from.kind === 'Ingress' ? serviceOfIngress(value) : []),
  serviceAccountName: (value, from) =>
    WORKLOADS.has(from.kind) || from.group.endsWith('.toolkit.fluxcd.io') ? named('ServiceAccount')(value) : [],
  storageClassName: named('StorageClass'),
  secretStoreRef: one('SecretStore'),
  valuesFrom: each('ConfigMap'),
  substituteFrom: each('ConfigMap'),
  issuerRef: one('Issuer'),
  chartRef: one('OCIRepository'),
  sourceRef: one('GitRepository'),
  imageRepositoryRef: one('ImageRepository'),
  providerRef: one('Provider'),
  peerConfigRef: one('CiliumBGPPeerConfig'),
  parametersRef: one(''),
  parentRefs: each('Gateway'),
  backendRef: one('Service'),
  backendRefs: each('Service'),
  certificateRefs: each('Secret'),
  caCertificateRefs: each('ConfigMap'),
  targetRef: one(''),
  targetRefs: each(''),
  healthChecks: each(''),
  eventSources: each(''),
  resources: (value, from) => (from.kind === 'Receiver' ? each('')(value) : []),
  gatewayClassName: (value) => (typeof value === 'string' ? [{ kind: 'GatewayClass', name: value }] : []),
  'secret.reloader.stakater.com/reload': names('Secret'),
  'configmap.reloader.stakater.com/reload': names('ConfigMap'),
};

/** A map with a name; `kind` is what it means where it does not say. */
function one(kind: string): ValueRule {
  return (value) => {
    const [named, given] = [textAt(value, 'name'), textAt(value, 'kind') ?? kind];
    if (named === undefined || given === '') return [];
    const port = at(value, 'port');
    return [
      {
        kind: given,
        name: named,
        group: textAt(value, 'group') ?? textAt(value, 'apiVersion')?.split('/')[0],
        namespace: textAt(value, 'namespace'),
        key: textAt(value, 'key') ?? textAt(value, 'valuesKey'),
        section: textAt(value, 'sectionName'),
        port: typeof port === 'number' ? port : undefined,
        isOptional: at(value, 'optional') === true,
        inside: ['name'],
      },
    ];
  };
}

function each(kind: string): ValueRule {
  return (value) =>
    Array.isArray(value)
      ? value.flatMap((item, index) =>
          isFields(item)
            ? one(kind)(item).map((named) => ({ ...named, inside: [index, ...(named.inside ?? [])] }))
            : [],
        )
      : [];
}

function names(kind: string): ValueRule {
  return (value) => (typeof value === 'string' ? value.split(',').map((name) => ({ kind, name: name.trim() })) : []);
}
