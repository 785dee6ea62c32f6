import { dataKeysOf, textsIn } from './document.ts';
import { asFields, at, type Fields, isFields, listAt, textAt } from '../text/values.ts';
import type { Root } from './flux/roots.ts';
import { type AppliedObject, type FluxTree, resolverOf } from './flux/tree.ts';
import { isClusterScoped } from './kustomize/objects.ts';
import type { Reference } from './references.ts';
import { releaseValues } from './release-values.ts';

/** What a reference leads to. */
type Resolution =
  | { readonly kind: 'object'; readonly object: AppliedObject }
  /** A controller or a chart makes it, from the object that is given, if any is. */
  | { readonly kind: 'product'; readonly product: Product; readonly maker: AppliedObject | undefined }
  /** Something that is not looked into may make it: a chart, an operator, a script of the bootstrap, another repository. */
  | { readonly kind: 'possible'; readonly near: string | undefined }
  | { readonly kind: 'nothing' };

/** All objects of a cluster by what names them. */
export interface ObjectIndex {
  readonly find: (kind: string, namespace: string | undefined, name: string) => AppliedObject | undefined;
  readonly resolve: (reference: Reference) => Resolution;
}

type Indexed = Pick<FluxTree, 'objects' | 'root' | 'unread' | 'isMentioned'>;

/** Several rules ask for the index of the same cluster. */
const INDEXES = new WeakMap<Indexed, ObjectIndex>();

/** The index of the objects that a cluster gets, made once for each. */
export function indexObjects(flux: Indexed): ObjectIndex {
  const known = INDEXES.get(flux);
  if (known !== undefined) return known;
  const index = makeIndex(flux);
  INDEXES.set(flux, index);
  return index;
}

function makeIndex({ objects, root, unread, isMentioned }: Indexed): ObjectIndex {
  const byName = new Map(objects.map((object) => [keyOf(object.kind, object.namespace, object.name), object]));
  const find = (kind: string, namespace: string | undefined, name: string): AppliedObject | undefined =>
    byName.get(keyOf(kind, namespace, name));
  const made = [
    ...givenBy(root).map((product) => ({ product, maker: undefined })),
    ...objects.flatMap((maker) => productsOf(maker, find).map((product) => ({ product, maker }))),
  ];
  const products = new Map(made.map((one) => [keyOf(one.product.kind, one.product.namespace, one.product.name), one]));
  const makers = makersAmong(objects, find);
  const ofIssuers = homeOfIssuers(objects, find);
  // A Kustomization of another repository brings nothing where nothing makes the source of that.
  const elsewhere = unread.filter(({ what, source }) => {
    if (what !== 'kustomization' || source === undefined || !MADE_BY_FLUX.has(source.kind)) return true;
    const key = keyOf(source.kind, source.namespace, source.name);
    return byName.has(key) || products.has(key);
  });
  return {
    find,
    resolve(reference) {
      const { kind, name } = reference;
      const namespace = reference.from.kind === 'ClusterIssuer' && kind === 'Secret' ? ofIssuers : reference.namespace;
      const object = find(kind, namespace, name) ?? find(kind, undefined, name);
      if (object !== undefined) return { kind: 'object', object };
      const product = products.get(keyOf(kind, namespace, name)) ?? products.get(keyOf(kind, undefined, name));
      if (product !== undefined) return { kind: 'product', ...product };
      if (isGiven(reference)) return { kind: 'possible', near: undefined };
      const isElsewhere = elsewhere.some((one) => one.namespace === undefined || one.namespace === namespace);
      const isPossible =
        isElsewhere ||
        (!MADE_BY_FLUX.has(kind) && (!CERTAIN.has(kind) || makers.mayMake(reference) || isMentioned(name)));
      if (!isPossible) return { kind: 'nothing' };
      const known = [...objects, ...made.map(({ product: one }) => one)].filter(
        (one) => one.kind === kind && one.namespace === namespace,
      );
      const near = isElsewhere || isMentioned(name) ? undefined : known.find((one) => isSlip(name, one.name));
      return { kind: 'possible', near: near?.name };
    },
  };
}

/** Kinds that nobody but Flux and the tree makes. */
const MADE_BY_FLUX: ReadonlySet<string> = new Set([
  'Kustomization',
  'HelmRelease',
  'OCIRepository',
  'GitRepository',
  'HelmRepository',
  'HelmChart',
  'Bucket',
  'ImageRepository',
]);

/** Kinds of which it can be said what makes them. Others come out of charts and operators in every cluster. */
const CERTAIN: ReadonlySet<string> = new Set([
  'CiliumBGPPeerConfig',
  'ClusterIssuer',
  'ClusterSecretStore',
  'ConfigMap',
  'GRPCRoute',
  'Gateway',
  'HTTPRoute',
  'Issuer',
  'PersistentVolumeClaim',
  'Provider',
  'Secret',
  'SecretStore',
  'Service',
  'ServiceAccount',
]);

/** What every cluster has, and what is made by hand as it opens what lies in git: the key of SOPS, access to the repository itself. */
function isGiven({ kind, name, namespace, path, from }: Reference): boolean {
  if (kind === 'ServiceAccount' && name === 'default') return true;
  if (kind === 'Service' && name === 'kubernetes' && namespace === 'default') return true;
  if (kind === 'ConfigMap' && name === 'kube-root-ca.crt') return true;
  if (path.includes('decryption')) return true;
  return from.kind === 'FluxInstance' || (path.includes('sync') && path.includes('pullSecret'));
}

/** What stands for the root where only an instance says so, or nothing does: its source, and the Kustomization of the same name. */
function givenBy({ source }: Root): Product[] {
  if (source === undefined) return [];
  const { kind, namespace, name } = source;
  return [
    { kind, namespace, name },
    { kind: 'Kustomization', namespace, name },
    // `flux bootstrap` makes it.
    { kind: 'Secret', namespace, name },
  ];
}

/** Groups whose kinds make nothing but what is known of them. */
const KNOWN_GROUPS =
  /^(?:|apps|batch|autoscaling|policy|discovery\.k8s\.io|events\.k8s\.io|(?:rbac\.authorization|networking|storage|scheduling|coordination|admissionregistration|apiextensions|apiregistration|node|gateway\.networking|snapshot\.storage)\.(?:k8s\.io|x-k8s\.io)|[a-z]+\.toolkit\.fluxcd\.io|fluxcd\.controlplane\.io|(?:acme\.)?cert-manager\.io|external-secrets\.io|bitnami\.com|cilium\.io|monitoring\.coreos\.com|gateway\.envoyproxy\.io|externaldns\.k8s\.io|volsync\.backube)$/;

interface Makers {
  readonly mayMake: (reference: Reference) => boolean;
}

/** Charts and objects of operators make what bears their name, and what is named in them. */
function makersAmong(objects: readonly AppliedObject[], find: ObjectIndex['find']): Makers {
  const isChart = (object: AppliedObject): boolean => object.kind === 'HelmRelease' && !isAppTemplate(object, find);
  const makers = objects.filter((object) => isChart(object) || !KNOWN_GROUPS.test(object.group));
  const names = new Map<string, AppliedObject[]>();
  const mentions = new Map<string, Set<AppliedObject>>();
  const copied = new Set<string>();
  for (const maker of makers) {
    const home = homeOf(maker);
    names.set(home, [...(names.get(home) ?? []), maker]);
    const resolve = resolverOf(maker);
    for (const { text } of textsIn(maker.fields.spec ?? maker.fields)) {
      const name = resolve(text);
      const found = mentions.get(name) ?? new Set();
      mentions.set(name, found.add(maker));
    }
  }
  for (const object of objects) for (const name of copiesOf(object)) copied.add(name);
  return {
    mayMake({ kind, name, namespace, from, path }) {
      if (copied.has(`${kind}/${name}`)) return true;
      // Who makes itself what it names, or only reads it, cannot be told of kinds that are not known.
      if (!KNOWN_GROUPS.test(from.group)) return true;
      const isOfChart = isChart(from) && path[0] === 'spec' && path[1] === 'values';
      if (
        isOfChart &&
        !/^existing|KeyRef$|^valuesFrom$/.test(
          String(path.findLast((step) => typeof step === 'string' && step !== 'name')),
        )
      )
        return true;
      if ([...(mentions.get(name) ?? [])].some((maker) => maker !== from)) return true;
      return (names.get(namespace ?? '') ?? []).some((maker) => {
        const called = [maker.name, ...namesOf(maker)];
        return (
          called.some(
            (one) => name === one || name.startsWith(`${one}-`) || (!isChart(maker) && isPartOf(one, name)),
          ) &&
          (maker !== from || !isOfChart || name !== maker.name || kind !== 'Secret')
        );
      });
    },
  };
}

/** Operators put together names of what they make: of the object, and of what it says. */
function isPartOf(name: string, whole: string): boolean {
  return whole.endsWith(`-${name}`) || whole.includes(`-${name}-`);
}

/** https://bjw-s-labs.github.io/helm-charts/docs/app-template/: everything that it makes stands in its values. */
function isAppTemplate({ fields, namespace }: AppliedObject, find: ObjectIndex['find']): boolean {
  const reference = at(fields, 'spec', 'chartRef');
  const home = textAt(reference, 'namespace') ?? namespace;
  const source = find(textAt(reference, 'kind') ?? '', home, textAt(reference, 'name') ?? '')?.fields;
  const chart =
    textAt(fields, 'spec', 'chart', 'spec', 'chart') ??
    textAt(source, 'spec', 'chart') ??
    textAt(source, 'spec', 'url')?.split('/').at(-1);
  // Other charts have controllers in their values as well.
  return chart === undefined ? isFields(at(fields, 'spec', 'values', 'controllers')) : chart === 'app-template';
}

/** The namespace in which cert-manager looks for the Secrets of a ClusterIssuer: its own where it is told no other. */
function homeOfIssuers(objects: readonly AppliedObject[], find: ObjectIndex['find']): string {
  const release = objects.find(({ kind, name }) => kind === 'HelmRelease' && name === 'cert-manager');
  if (release === undefined) return 'cert-manager';
  const { all } = releaseValues(release, release.fields, find);
  const [flag] = listAt(all, 'extraArgs').flatMap(
    (one) => /^--cluster-resource-namespace=(.+)$/.exec(String(one))?.[1] ?? [],
  );
  const written = textAt(all, 'clusterResourceNamespace') ?? textAt(all, 'config', 'clusterResourceNamespace');
  return flag ?? written ?? homeOf(release);
}

/** The namespace in which it makes things. */
function homeOf({ kind, namespace, fields }: AppliedObject): string {
  return (kind === 'HelmRelease' ? textAt(fields, 'spec', 'targetNamespace') : undefined) ?? namespace ?? '';
}

function namesOf({ fields }: AppliedObject): string[] {
  const values = at(fields, 'spec', 'values');
  return ['fullnameOverride', 'nameOverride', 'name']
    .flatMap((key) => textAt(values, key) ?? [])
    .concat(textAt(fields, 'spec', 'releaseName') ?? []);
}

/** Secrets and ConfigMaps that are copied into other namespaces, by reflector, replicator or as what a ClusterExternalSecret makes. */
function copiesOf(object: AppliedObject): string[] {
  const { kind, name, fields } = object;
  if (kind === 'ClusterExternalSecret') {
    const named =
      textAt(fields, 'spec', 'externalSecretSpec', 'target', 'name') ?? textAt(fields, 'spec', 'externalSecretName');
    return [`Secret/${named ?? name}`];
  }
  const annotations = [
    at(fields, 'metadata', 'annotations'),
    at(fields, 'spec', 'secretTemplate', 'annotations'),
    at(fields, 'spec', 'target', 'template', 'metadata', 'annotations'),
    // A Cluster of CloudNativePG hands these on to the Secrets that it makes.
    at(fields, 'spec', 'inheritedMetadata', 'annotations'),
  ];
  const isCopied = annotations.some((one) =>
    Object.keys(asFields(one)).some((key) => /reflector|replicator|kubed/.test(key)),
  );
  if (!isCopied) return [];
  const target = textAt(fields, 'spec', 'secretName') ?? textAt(fields, 'spec', 'target', 'name') ?? name;
  const made = resolverOf(object)(target);
  const ofDatabase = kind === 'Cluster' ? ['app', 'superuser', 'ca'].map((end) => `Secret/${made}-${end}`) : [];
  return [`Secret/${made}`, `ConfigMap/${name}`, ...ofDatabase];
}

/** Whether two names differ in one letter or two beside each other, digits aside: more may well be meant. */
function isSlip(name: string, other: string): boolean {
  const [shorter, longer] = name.length < other.length ? [name, other] : [other, name];
  if (shorter.length < 5 || longer.length - shorter.length > 1) return false;
  let start = 0;
  while (start < shorter.length && shorter[start] === longer[start]) start += 1;
  let end = 0;
  while (end < shorter.length - start && shorter.at(-1 - end) === longer.at(-1 - end)) end += 1;
  const [one, two] = [shorter, longer].map((text) => text.slice(start, text.length - end));
  return name !== other && (two?.length ?? 0) <= 2 && !/\d/.test(`${one ?? ''}${two ?? ''}`);
}

/** The names of the entries of a Secret or ConfigMap. */
export function entriesOf(object: AppliedObject): readonly string[] {
  return dataKeysOf(object.fields);
}

function keyOf(kind: string, namespace: string | undefined, name: string): string {
  return `${kind}/${namespace ?? ''}/${name}`;
}

/** An object that is not written down in the tree: a controller or a chart makes it from one that is. */
interface Product {
  readonly kind: string;
  readonly namespace: string | undefined;
  readonly name: string;
  /** The names of the entries of a Secret, where they are known. */
  readonly entries?: readonly string[] | undefined;
}

/** The objects that controllers make from an object of the tree, as far as other objects name them. */
function productsOf(object: AppliedObject, find: ObjectIndex['find']): Product[] {
  if (object.kind === 'HelmRelease') return chartProducts(object, find);
  return (PRODUCTS[object.kind] ?? nothing)(object);
}

const nothing = (): Product[] => [];

const PRODUCTS: Readonly<Record<string, (object: AppliedObject) => Product[]>> = {
  Certificate: (object) => [made('Secret', object, textAt(object.fields, 'spec', 'secretName') ?? '')],
  ExternalSecret: (object) => [
    {
      ...made('Secret', object, textAt(object.fields, 'spec', 'target', 'name') ?? object.name),
      entries: entriesOfTarget(object),
    },
  ],
  SealedSecret: (object) => [made('Secret', object, object.name)],
  // Envoy Gateway in the mode GatewayNamespace, agentgateway and Cilium name the Service like the Gateway.
  Gateway: (object) => [made('Service', object, object.name)],
  FluxInstance: (object) => fluxProducts(object, at(object.fields, 'spec')),
  // https://github.com/aclerici38/pocket-id-operator/blob/main/docs/pocketidinstance.md
  PocketIDInstance: (object) =>
    at(object.fields, 'spec', 'external') === undefined
      ? [made('Service', object, object.name), made('Secret', object, `${object.name}-static-api-key`)]
      : [],
};

/** https://external-secrets.io/latest/guides/templating/: a template replaces what was read, unless it is merged. */
function entriesOfTarget(object: AppliedObject): readonly string[] | undefined {
  const { fields } = object;
  const template = at(fields, 'spec', 'target', 'template');
  if (at(fields, 'spec', 'target', 'creationPolicy') === 'Merge' || at(template, 'templateFrom') !== undefined)
    return undefined;
  const written = asFields(at(template, 'data'));
  const resolve = resolverOf(object);
  const isReplaced = Object.keys(written).length > 0 && at(template, 'mergePolicy') !== 'Merge';
  if (isReplaced) return Object.keys(written).map(resolve);
  if (listAt(fields, 'spec', 'dataFrom').length > 0) return undefined;
  const read = listAt(fields, 'spec', 'data').flatMap((one) => textAt(one, 'secretKey') ?? []);
  return [...read, ...Object.keys(written)].map(resolve);
}

function made(kind: string, { fields, owner, namespace }: AppliedObject, name: string): Product {
  return { kind, namespace, name: resolverOf({ fields, owner })(name) };
}

/** https://fluxcd.control-plane.io/operator/flux-sync/: the source and the Kustomization are named after the namespace. */
function fluxProducts(object: AppliedObject, instance: unknown): Product[] {
  const sync = textAt(instance, 'sync', 'name') ?? object.namespace ?? 'flux-system';
  const listed = listAt(instance, 'components');
  // What the chart flux-instance has by itself.
  const components =
    isFields(instance) && listed.length === 0 ? ['source-controller', 'notification-controller'] : listed;
  return [
    ...(at(instance, 'sync') === undefined
      ? []
      : [textAt(instance, 'sync', 'kind') ?? 'GitRepository', 'Kustomization']
    ).map((kind) => made(kind, object, sync)),
    ...(components.includes('notification-controller')
      ? [made('Service', object, 'webhook-receiver'), made('Service', object, 'notification-controller')]
      : []),
    ...(components.includes('source-controller') ? [made('Service', object, 'source-controller')] : []),
  ];
}

/** What charts make under names that are not theirs, by the name of the release. */
const CHARTS: Readonly<Record<string, (object: AppliedObject, values: unknown) => Product[]>> = {
  agentgateway: (object) => [gatewayClass(object, 'agentgateway')],
  cilium: (object, values) => [
    ...(at(values, 'hubble', 'ui', 'enabled') === true ? [made('Service', object, 'hubble-ui')] : []),
    ...(at(values, 'hubble', 'relay', 'enabled') === true ? [made('Service', object, 'hubble-relay')] : []),
    ...(at(values, 'gatewayAPI', 'enabled') === true ? [gatewayClass(object, 'cilium')] : []),
  ],
  'rook-ceph-cluster': (object, values) => [
    ...(at(values, 'cephClusterSpec', 'dashboard', 'enabled') === false
      ? []
      : [made('Service', object, 'rook-ceph-mgr-dashboard')]),
    made('Service', object, 'rook-ceph-mgr'),
    made('Service', object, 'rook-ceph-exporter'),
  ],
  kgateway: (object) => [gatewayClass(object, 'agentgateway')],
};

/** The parts of its values that app-template makes objects of. */
const APP_TEMPLATE = [
  ['service', 'Service'],
  ['configMaps', 'ConfigMap'],
  ['secrets', 'Secret'],
  ['route', 'HTTPRoute'],
  ['persistence', 'PersistentVolumeClaim'],
  ['serviceAccount', 'ServiceAccount'],
] as const;

/** One alone is named after the release, several after their keys too; `forceRename` and the like name them otherwise. */
function appTemplateProducts(object: AppliedObject, values: Fields): Product[] {
  const names = [object.name, ...namesOf(object)];
  return APP_TEMPLATE.flatMap(([part, kind]) =>
    Object.entries(asFields(at(values, part))).flatMap(([key, one]) => {
      const own = ['forceRename', 'nameOverride', 'suffix', 'prefix', 'name'].flatMap(
        (field) => textAt(one, field) ?? [],
      );
      const ends = [...new Set([key, ...own])];
      const called = names.flatMap((name) => [name, ...ends.map((end) => `${name}-${end}`)]);
      return [...called, ...own].map((name) => made(kind, object, name));
    }),
  ).concat(made('ServiceAccount', object, object.name));
}

function chartProducts(object: AppliedObject, find: ObjectIndex['find']): Product[] {
  const values = releaseValues(object, object.fields, find).all;
  if (isAppTemplate(object, find)) return [...appTemplateProducts(object, values), ...objectsInValues(object, values)];
  const names = [object.name, textAt(values, 'fullnameOverride'), textAt(values, 'nameOverride')];
  return [
    ...(CHARTS[object.name] ?? nothing)(object, values),
    ...fluxProducts(object, at(values, 'instance')),
    ...objectsInValues(object, values),
    ...[...new Set(names)].flatMap((name) => (name === undefined ? [] : [made('Service', object, name)])),
  ];
}

/** Whole objects that a chart is given to make: `extraObjects` and the like, and all values of charts for raw manifests. */
function objectsInValues(release: AppliedObject, value: unknown): Product[] {
  if (Array.isArray(value)) return value.flatMap((one) => objectsInValues(release, one));
  if (!isFields(value)) return [];
  const [kind, name] = [textAt(value, 'kind'), textAt(value, 'metadata', 'name')];
  if (textAt(value, 'apiVersion') !== undefined && kind !== undefined && name !== undefined) {
    const namespace = textAt(value, 'metadata', 'namespace') ?? release.namespace;
    return [{ ...made(kind, release, name), namespace: isClusterScoped(kind) ? undefined : namespace }];
  }
  return Object.values(value).flatMap((one) => objectsInValues(release, one));
}

function gatewayClass(object: AppliedObject, name: string): Product {
  return { ...made('GatewayClass', object, name), namespace: undefined };
}
