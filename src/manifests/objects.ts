import { dataKeysOf } from './document.ts';
import { at, listAt, textAt } from '../text/values.ts';
import { type AppliedObject, resolverOf } from './flux/tree.ts';
import type { Reference } from './references.ts';

/** What a reference leads to. */
type Resolution =
  | { readonly kind: 'object'; readonly object: AppliedObject }
  /** A controller or a chart makes it, from the object that is given. */
  | { readonly kind: 'product'; readonly maker: AppliedObject }
  | { readonly kind: 'nothing' };

/** All objects of a tree by what names them. */
export interface ObjectIndex {
  readonly find: (kind: string, namespace: string | undefined, name: string) => AppliedObject | undefined;
  readonly resolve: (reference: Reference) => Resolution;
}

/** Makes the index of the objects that are applied. */
export function indexObjects(objects: readonly AppliedObject[]): ObjectIndex {
  const byName = new Map(objects.map((object) => [keyOf(object.kind, object.namespace, object.name), object]));
  const makers = new Map(
    objects.flatMap((maker) =>
      productsOf(maker).map(({ kind, namespace, name }) => [keyOf(kind, namespace, name), maker] as const),
    ),
  );
  const find = (kind: string, namespace: string | undefined, name: string): AppliedObject | undefined =>
    byName.get(keyOf(kind, namespace, name));
  return {
    find,
    resolve({ kind, namespace, name }) {
      const object = find(kind, namespace, name) ?? find(kind, undefined, name);
      if (object !== undefined) return { kind: 'object', object };
      const maker = makers.get(keyOf(kind, namespace, name)) ?? makers.get(keyOf(kind, undefined, name));
      return maker === undefined ? { kind: 'nothing' } : { kind: 'product', maker };
    },
  };
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
}

/** The objects that controllers make from an object of the tree, as far as other objects name them. */
function productsOf(object: AppliedObject): Product[] {
  return (PRODUCTS[object.kind] ?? nothing)(object);
}

const nothing = (): Product[] => [];

const PRODUCTS: Readonly<Record<string, (object: AppliedObject) => Product[]>> = {
  Certificate: (object) => [made('Secret', object, textAt(object.fields, 'spec', 'secretName') ?? '')],
  ExternalSecret: (object) => [made('Secret', object, textAt(object.fields, 'spec', 'target', 'name') ?? object.name)],
  SealedSecret: (object) => [made('Secret', object, object.name)],
  // Envoy Gateway in the mode GatewayNamespace, agentgateway and Cilium name the Service like the Gateway.
  Gateway: (object) => [made('Service', object, object.name)],
  FluxInstance: (object) => fluxProducts(object, at(object.fields, 'spec')),
  HelmRelease: chartProducts,
};

function made(kind: string, { fields, owner, namespace }: AppliedObject, name: string): Product {
  return { kind, namespace, name: resolverOf({ fields, owner })(name) };
}

/** https://fluxcd.control-plane.io/operator/flux-sync/: the source and the Kustomization are named after the namespace. */
function fluxProducts(object: AppliedObject, instance: unknown): Product[] {
  const sync = textAt(instance, 'sync', 'name') ?? object.namespace ?? 'flux-system';
  const components = listAt(instance, 'components');
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

/** What the charts of the starter make, by the name of the release. */
const CHARTS: Readonly<Record<string, (object: AppliedObject, values: unknown) => Product[]>> = {
  agentgateway: (object) => [gatewayClass(object, 'agentgateway')],
  cilium: (object, values) => [
    ...(at(values, 'hubble', 'ui', 'enabled') === true ? [made('Service', object, 'hubble-ui')] : []),
    ...(at(values, 'hubble', 'relay', 'enabled') === true ? [made('Service', object, 'hubble-relay')] : []),
    ...(at(values, 'gatewayAPI', 'enabled') === true ? [gatewayClass(object, 'cilium')] : []),
  ],
  kgateway: (object) => [gatewayClass(object, 'agentgateway')],
};

function chartProducts(object: AppliedObject): Product[] {
  const values = at(object.fields, 'spec', 'values');
  const names = [object.name, textAt(values, 'fullnameOverride'), textAt(values, 'nameOverride')];
  return [
    ...(CHARTS[object.name] ?? nothing)(object, values),
    ...fluxProducts(object, at(values, 'instance')),
    ...[...new Set(names)].flatMap((name) => (name === undefined ? [] : [made('Service', object, name)])),
  ];
}

function gatewayClass(object: AppliedObject, name: string): Product {
  return { ...made('GatewayClass', object, name), namespace: undefined };
}
