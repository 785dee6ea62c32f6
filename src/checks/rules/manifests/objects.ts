import { originKey } from '../../../manifests/document.ts';
import { FLUX_NAMESPACE } from '../../../manifests/flux/roots.ts';
import { type AppliedObject, type FluxTree, resolverOf } from '../../../manifests/flux/tree.ts';
import { entriesOf, indexObjects, type ObjectIndex } from '../../../manifests/objects.ts';
import { type Reference, referencesOf } from '../../../manifests/references.ts';
import type { ManifestTree } from '../../../manifests/tree.ts';
import type { Severity } from '../../../report/finding.ts';
import { at, type Fields, listAt, type Path, search, textAt, valueAt } from '../../../text/values.ts';
import { atDocument, atObject, type Complaint, defineCheck, once, type Rule, type Told } from '../../rule.ts';
import { APPLIED, applied, object } from './examples.ts';

/** Finds objects that two files define, which Flux would apply in turn for ever. */
function checkDuplicates({ objects }: FluxTree): Told[] {
  const first = new Map<string, AppliedObject>();
  return objects.flatMap((object): Told[] => {
    const key = [object.group, object.kind, object.namespace ?? '', object.name].join('/');
    const other = first.get(key);
    if (other === undefined) first.set(key, object);
    // The bootstrap and Flux may bring the same Secret.
    if (other?.owner === undefined || object.owner === undefined) return [];
    const { file } = other.document;
    const isShared = other.document === object.document;
    const where = file === object.document.file ? 'this file' : file.path;
    const home = object.namespace === undefined ? '' : ` in the namespace ${object.namespace}`;
    // kustomize refuses it in one build; two Kustomizations apply it in turn for ever, which does no harm where both say the same.
    const isOneBuild = other.owner === object.owner;
    const severity = isOneBuild || object.document.file.isGenerated ? 'error' : isShared ? 'note' : 'warning';
    const message = `${where} defines this ${object.kind}${home} already`;
    const remedy = isOneBuild
      ? 'give it another name, or remove one of the two'
      : 'leave it to one of the two Kustomizations';
    return [atObject(object, ['metadata', 'name'], { code: 'manifests/duplicate-object', severity, message, remedy })];
  });
}

/** Namespaces that every cluster has from its start. */
const GIVEN: ReadonlySet<string> = new Set(['default', 'kube-node-lease', 'kube-public', 'kube-system']);

/** Finds objects in namespaces that nothing in the tree makes; one finding for each of these namespaces. */
function checkNamespaces({ root, objects, unread }: FluxTree): Told[] {
  const made = new Set([
    // Whoever installs Flux makes it.
    root.source?.namespace ?? FLUX_NAMESPACE,
    ...objects.filter(({ kind }) => kind === 'Namespace').map(({ name }) => name),
    ...objects.flatMap(namespacesOfRelease),
  ]);
  const isOpen = unread.some(({ namespace }) => namespace === undefined);
  const told = new Set<string>();
  return objects.flatMap((object): Told[] => {
    const { namespace, owner } = object;
    // What the bootstrap applies is told by a rule of its own.
    if (owner === undefined || namespace === undefined || GIVEN.has(namespace) || made.has(namespace)) return [];
    if (told.has(namespace) || isOpen || namespace.includes('${')) return [];
    told.add(namespace);
    return [missing(object, namespace)];
  });
}

/** Helm makes the namespace of a release where it is told to; the chart of Cilium makes one for the certificates of its Gateways. */
function namespacesOfRelease({ kind, name, namespace, fields }: AppliedObject): string[] {
  if (kind === 'HelmRelease' && name === 'cilium') return ['cilium-secrets'];
  if (kind !== 'HelmRelease' || at(fields, 'spec', 'install', 'createNamespace') !== true) return [];
  return [textAt(fields, 'spec', 'targetNamespace') ?? namespace ?? ''];
}

function missing(object: AppliedObject, namespace: string): Told {
  const complaint = {
    code: 'manifests/namespace',
    message: `nothing makes the namespace ${namespace}`,
    remedy: 'add a namespace.yaml, or correct the name',
  } as const;
  const target = [object, object.owner].find((one) => textAt(one?.fields, 'spec', 'targetNamespace') === namespace);
  return target === undefined
    ? atObject(object, ['metadata', 'namespace'], complaint)
    : atObject(target, ['spec', 'targetNamespace'], complaint);
}

/** Lists that must hold something, or mean something else when they do not, by the kind of their object and their key. */
const NOT_EMPTY: Readonly<Record<string, readonly string[]>> = {
  Alert: ['eventSources'],
  Certificate: ['dnsNames'],
  CiliumBGPAdvertisement: ['advertisements'],
  CiliumBGPClusterConfig: ['bgpInstances', 'peers'],
  CiliumBGPPeerConfig: ['families'],
  CiliumLoadBalancerIPPool: ['blocks'],
  // Without zones a solver takes every domain.
  ClusterIssuer: ['dnsZones', 'dnsNames', 'solvers'],
  DNSEndpoint: ['endpoints', 'targets'],
  Gateway: ['listeners', 'certificateRefs'],
  // Without host names a route takes those of every listener.
  GRPCRoute: ['hostnames', 'parentRefs', 'backendRefs'],
  HTTPRoute: ['hostnames', 'parentRefs', 'backendRefs'],
  Issuer: ['dnsZones', 'dnsNames', 'solvers'],
  PodMonitor: ['podMetricsEndpoints'],
  PrometheusRule: ['groups', 'rules'],
  Receiver: ['resources'],
  ReferenceGrant: ['from', 'to'],
  ServiceMonitor: ['endpoints'],
};

/** kustomize refuses a kustomization that says nothing; an empty list is something to it. */
function isIdle(fields: Fields): boolean {
  const said = Object.entries(fields).filter(([key]) => key !== 'apiVersion' && key !== 'kind' && key !== 'metadata');
  return said.every(([, value]) => value === null);
}

/** Finds lists without entries where they must have some, and keys without a value. */
function checkEmptyValues(tree: ManifestTree, { objects, used }: FluxTree): Told[] {
  const idle = tree.documents.filter(
    ({ file, fields }) =>
      /(?:^|\/)kustomization\.ya?ml$/.test(file.path) &&
      (file.isGenerated ? !hasResources(fields) : used.has(file.path) && isIdle(fields)),
  );
  const seen = new Set<string>();
  return [
    ...idle.map((document) =>
      atDocument(document, ['resources'], {
        code: 'manifests/empty-value',
        severity: 'warning',
        message: 'the kustomization lists nothing, so that nothing is applied',
        remedy: 'leave the folder out where it has nothing to apply',
      }),
    ),
    ...objects.flatMap((object) => {
      const key = originKey(object.originOf([]));
      if (seen.has(key)) return [];
      seen.add(key);
      return checkObject(object);
    }),
  ];
}

/** Whether what this template renders has anything to apply: it never renders a folder for nothing. */
function hasResources(fields: Fields): boolean {
  const lists = ['resources', 'components', 'configMapGenerator', 'secretGenerator'];
  return lists.some((key) => hasEntries(fields[key]));
}

function hasEntries(value: unknown): boolean {
  return Array.isArray(value) && value.length > 0;
}

function checkObject(object: AppliedObject): Told[] {
  const { fields, kind } = object;
  const findings: Told[] = [];
  search(fields, (value, key, way) => {
    if (typeof key !== 'string' || (value !== null && !(Array.isArray(value) && value.length === 0))) return;
    const path = way();
    if (isHelmValue(kind, path) || (value === null && meansNothing(object, path))) return;
    if (value === null) findings.push(complain(object, path, `${key} has no value`, 'warning'));
    else if (NOT_EMPTY[kind]?.includes(key) === true)
      findings.push(complain(object, path, `${key} has no entries`, 'error'));
  });
  return findings;
}

/**
 * Where a key without a value is no slip: generators write one as the time of creation, labels and annotations without any are none, and
 * definitions and objects of operators come from elsewhere, comments in the place of their entries.
 */
function meansNothing({ kind, group }: AppliedObject, path: Path): boolean {
  const isOfTree = /^(?:|[a-z]+|[\w.-]+\.k8s\.io|[a-z]+\.toolkit\.fluxcd\.io)$/.test(group);
  if (kind === 'CustomResourceDefinition' || !isOfTree) return true;
  return ['creationTimestamp', 'labels', 'annotations'].includes(String(path.at(-1))) && path.includes('metadata');
}

/** In the values of a chart an empty value takes the chart's own away. */
function isHelmValue(kind: string, path: Path): boolean {
  return kind === 'HelmRelease' && path[0] === 'spec' && path[1] === 'values';
}

function complain(object: AppliedObject, path: Path, message: string, severity: Severity): Told {
  const remedy = 'leave the key out, or give it a value';
  return atObject(object, path, { code: 'manifests/empty-value', severity, message, remedy });
}

/**
 * Finds names that lead nowhere: objects, entries of Secrets and ConfigMaps, listeners and ports. Where another program could
 * make the object while the cluster runs, the finding is a warning; where nothing but the tree can, it is an error.
 */
function checkReferences(flux: FluxTree): Told[] {
  const { objects } = flux;
  const index = indexObjects(flux);
  const grants = objects.filter((object) => object.kind === 'ReferenceGrant' || bringsGrant(object));
  return objects.flatMap((object) =>
    referencesOf(object).flatMap((reference) =>
      [unresolved(index, reference), ungranted(grants, reference)].flatMap((complaint) =>
        complaint === undefined ? [] : [atObject(object, placeOf(reference, complaint), complaint)],
      ),
    ),
  );
}

/** What is wrong with a reference. */
interface Misled extends Complaint {
  /** Fields beside the name that are wrong, where it is not the name itself: the first that is written. */
  readonly fields?: readonly Path[];
}

function placeOf({ from, path }: Reference, { fields = [] }: Misled): Path {
  const places = fields.map((field) => [...path.slice(0, -1), ...field]);
  return places.find((place) => valueAt(from.fields, place) !== undefined) ?? path;
}

function unresolved(index: ObjectIndex, reference: Reference): Misled | undefined {
  if (reference.isOptional) return undefined;
  const resolution = index.resolve(reference);
  const { kind, writtenName, namespace, key } = reference;
  const home = namespace === undefined ? '' : ` in the namespace ${namespace}`;
  switch (resolution.kind) {
    case 'object':
      return misfit(resolution.object, reference);
    case 'product': {
      const { entries } = resolution.product;
      if (key === undefined || entries === undefined || entries.includes(key)) return undefined;
      return without(`the ${kind} ${writtenName}`, `entry ${key}`, entries, ENTRY);
    }
    case 'possible':
      // A name with a variable may be a secret.
      if (resolution.near === undefined || writtenName.includes('${')) return undefined;
      return {
        code: 'manifests/reference',
        severity: 'warning',
        message: `nothing in the tree makes the ${kind} ${writtenName}${home}`,
        remedy: `did you mean ${resolution.near}?`,
      };
    case 'nothing':
      return {
        code: 'manifests/reference',
        message: `nothing makes the ${kind} ${writtenName}${home}`,
        remedy: 'correct the name, or add the object to the tree',
      };
  }
}

/** Where the part of an object is named, beside its name. */
const ENTRY: readonly Path[] = [['key'], ['valuesKey']];
const LISTENER: readonly Path[] = [['sectionName']];
const PORT: readonly Path[] = [['port', 'number'], ['port', 'name'], ['port']];

function without(what: string, part: string, present: readonly string[], fields: readonly Path[]): Misled {
  return {
    fields,
    code: 'manifests/reference',
    message: `${what} has no ${part}`,
    remedy: present.length === 0 ? 'it has none at all' : `it has ${present.join(', ')}`,
  };
}

/** What is there, but has not the part that is asked for. */
function misfit(object: AppliedObject, { kind, writtenName, key, section, port }: Reference): Misled | undefined {
  const complain = (part: string, present: readonly string[], fields: readonly Path[]): Misled =>
    without(`the ${kind} ${writtenName}`, part, present, fields);
  const { fields } = object;
  if (key !== undefined && (kind === 'Secret' || kind === 'ConfigMap')) {
    const entries = entriesOf(object);
    if (!entries.includes(key)) return complain(`entry ${key}`, entries, ENTRY);
  }
  if (section !== undefined && kind === 'Gateway') {
    const sections = listAt(fields, 'spec', 'listeners').map((listener) => textAt(listener, 'name') ?? '');
    if (!sections.includes(section)) return complain(`listener ${section}`, sections, LISTENER);
  }
  if (port !== undefined && kind === 'Service') {
    const ports = listAt(fields, 'spec', 'ports');
    const known = ports.map((one) => String(at(one, typeof port === 'number' ? 'port' : 'name')));
    if (!known.includes(String(port))) return complain(`port ${String(port)}`, known, PORT);
  }
  return undefined;
}

/** The fields for which the Gateway API asks the other namespace to agree: https://gateway-api.sigs.k8s.io/api-types/referencegrant/. */
const NEEDS_GRANT: ReadonlySet<string> = new Set(['backendRefs', 'certificateRefs', 'caCertificateRefs']);

function ungranted(grants: readonly AppliedObject[], reference: Reference): Complaint | undefined {
  const { from, path, kind, namespace, writtenName } = reference;
  if (!from.group.startsWith('gateway.') || !path.some((step) => NEEDS_GRANT.has(String(step)))) return undefined;
  if (namespace === undefined || namespace === from.namespace) return undefined;
  const isGranted = grants.some((grant) => grant.namespace === namespace && allows(grant, reference));
  if (isGranted) return undefined;
  return {
    code: 'manifests/reference-grant',
    message: `the namespace ${namespace} does not let a ${from.kind} of ${from.namespace ?? ''} name its ${kind} ${writtenName}`,
    remedy: `add a ReferenceGrant in the namespace ${namespace}`,
  };
}

/** A release whose chart is asked for a ReferenceGrant: what that allows is the chart's affair. */
function bringsGrant({ kind, fields }: AppliedObject): boolean {
  return kind === 'HelmRelease' && /referenceGrant/i.test(JSON.stringify(at(fields, 'spec', 'values') ?? ''));
}

function allows(grant: AppliedObject, { from, kind, group, name }: Reference): boolean {
  const { fields } = grant;
  if (grant.kind === 'HelmRelease') return true;
  const resolve = resolverOf(grant);
  const isFrom = listAt(fields, 'spec', 'from').some(
    (one) =>
      textAt(one, 'kind') === from.kind &&
      textAt(one, 'namespace') === from.namespace &&
      (textAt(one, 'group') ?? '') === from.group,
  );
  const isTo = listAt(fields, 'spec', 'to').some(
    (one) =>
      textAt(one, 'kind') === kind &&
      (textAt(one, 'group') ?? '') === (group ?? '') &&
      resolve(textAt(one, 'name') ?? name) === name,
  );
  return isFrom && isTo;
}

const references = once(({ clusters }) => clusters.flatMap(checkReferences));

/** A route from a gateway to a Service, each in its file. */
function route(service: string, namespace = ''): Readonly<Record<string, string>> {
  return {
    'site/route.yaml': object(
      'gateway.networking.k8s.io/v1',
      'HTTPRoute',
      'site',
      `spec:\n  rules:\n    - backendRefs:\n        - name: ${service}\n          port: 80\n${namespace}`,
    ),
  };
}

const SERVICE = object('v1', 'Service', 'site', 'spec:\n  ports:\n    - port: 80\n');
const OWN_NAMESPACE = { 'site/namespace.yaml': object('v1', 'Namespace', 'web') };

/** What objects say of each other. */
export const OBJECT_RULES: readonly Rule[] = [
  defineCheck({
    id: 'manifests/reference',
    description: 'Back ends, ports, Secrets, claims, sources and everything else that an object names exist.',
    rationale:
      'Most of it fails only at run time, and some of it in silence. Where an operator or a chart could make the object while the cluster runs, nothing is said, or no more than that the name is near another one.',
    source: 'https://gateway-api.sigs.k8s.io/api-types/httproute/#backendrefs-optional',
    walk: references,
    examples: {
      good: [{ files: route('site'), beside: { ...APPLIED, 'site/service.yaml': SERVICE } }],
      bad: [
        { files: route('sites # <- here'), beside: { ...APPLIED, 'site/service.yaml': SERVICE } },
        {
          files: {
            'site/route.yaml': route('site')['site/route.yaml']?.replace('port: 80', 'port: 8080 # <- here') ?? '',
          },
          beside: { ...APPLIED, 'site/service.yaml': SERVICE },
        },
      ],
    },
  }),
  defineCheck({
    id: 'manifests/reference-grant',
    description: 'An object that names one of another namespace is allowed to by a ReferenceGrant there.',
    rationale: 'A gateway takes no back end and no certificate of another namespace that does not say so.',
    source: 'https://gateway-api.sigs.k8s.io/api-types/referencegrant/',
    walk: references,
    examples: {
      good: [{ files: route('site'), beside: { ...APPLIED, 'site/service.yaml': SERVICE } }],
      bad: [
        {
          files: route('site # <- here', '          namespace: web\n'),
          beside: {
            ...APPLIED,
            ...OWN_NAMESPACE,
            'site/service.yaml': SERVICE.replace('name: site', 'name: site\n  namespace: web'),
          },
        },
      ],
    },
  }),
  defineCheck({
    id: 'manifests/namespace',
    description: 'The namespace of every object is made by the tree.',
    rationale:
      'The API refuses an object in a namespace that is not there, and Flux applies nothing of its Kustomization.',
    source: 'https://kubernetes.io/docs/concepts/overview/working-with-objects/namespaces/',
    walk: ({ clusters }) => clusters.flatMap(checkNamespaces),
    examples: {
      good: [
        {
          files: { 'clusters/home/site.yaml': applied('  targetNamespace: web\n') },
          beside: { 'site/service.yaml': SERVICE, ...OWN_NAMESPACE },
        },
      ],
      bad: [
        {
          files: { 'clusters/home/site.yaml': applied('  targetNamespace: web # <- here\n') },
          beside: { 'site/service.yaml': SERVICE },
        },
      ],
    },
  }),
  defineCheck({
    id: 'manifests/empty-value',
    description: 'Lists that must hold something do, and no key is without a value.',
    rationale: 'An empty list is refused, or means everything; a key without a value counts as not written.',
    source: 'https://gateway-api.sigs.k8s.io/reference/spec/',
    walk: ({ tree, clusters }) => clusters.flatMap((flux) => checkEmptyValues(tree, flux)),
    examples: {
      good: [{ files: route('site'), beside: APPLIED }],
      bad: [
        {
          files: {
            'site/route.yaml': object(
              'gateway.networking.k8s.io/v1',
              'HTTPRoute',
              'site',
              'spec:\n  hostnames: [] # <- here\n',
            ),
          },
          beside: APPLIED,
        },
        { files: { 'site/service.yaml': SERVICE.replace('spec:', 'spec:\n  type: # <- here') }, beside: APPLIED },
      ],
    },
  }),
  defineCheck({
    id: 'manifests/duplicate-object',
    description: 'An object is defined once.',
    rationale: 'kustomize refuses an object twice in one build; two Kustomizations apply it in turn for ever.',
    source: 'https://fluxcd.io/flux/components/kustomize/kustomizations/#controlling-the-apply-behavior-of-resources',
    walk: ({ clusters }) => clusters.flatMap(checkDuplicates),
    examples: {
      good: [{ files: { 'site/service.yaml': SERVICE }, beside: APPLIED }],
      bad: [
        {
          files: {
            'shop/service.yaml': SERVICE.replace('name: site', 'name: site # <- here'),
            'site/service.yaml': SERVICE,
          },
          beside: {
            ...APPLIED,
            'clusters/home/shop.yaml': applied('').replace('name: site', 'name: shop').replace('./site', './shop'),
          },
        },
      ],
    },
  }),
];
