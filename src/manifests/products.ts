import { at, listAt, textAt } from './fields.ts';
import { resolverOf, type AppliedObject } from './flux.ts';

/** An object that is not written down in the tree: a controller or a chart makes it from one that is. */
export interface Product {
  readonly kind: string;
  readonly namespace: string | undefined;
  readonly name: string;
}

/** The objects that controllers make from an object of the tree, as far as other objects name them. */
export function productsOf(object: AppliedObject): Product[] {
  return (PRODUCTS[object.kind] ?? nothing)(object);
}

const nothing = (): Product[] => [];

const PRODUCTS: Readonly<Record<string, (object: AppliedObject) => Product[]>> = {
  Certificate: (object) => [made('Secret', object, textAt(object.document.fields, 'spec', 'secretName') ?? '')],
  ExternalSecret: (object) => [
    made('Secret', object, textAt(object.document.fields, 'spec', 'target', 'name') ?? object.name),
  ],
  SealedSecret: (object) => [made('Secret', object, object.name)],
  // Envoy Gateway in the mode GatewayNamespace, agentgateway and Cilium name the Service like the Gateway.
  Gateway: (object) => [made('Service', object, object.name)],
  FluxInstance: (object) => fluxProducts(object, at(object.document.fields, 'spec')),
  HelmRelease: chartProducts,
};

function made(kind: string, { document, owner, namespace }: AppliedObject, name: string): Product {
  return { kind, namespace, name: resolverOf({ document, owner })(name) };
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
  const values = at(object.document.fields, 'spec', 'values');
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
