import type { ManifestDocument, Origin } from '../document.ts';
import { asText, at, type Fields, isFields, listAt, type Path, textAt } from '../../text/values.ts';
import { Provenance, Refusal, Resource, textOf } from './resource.ts';

/** An object that a kustomization gives. */
export interface BuiltObject {
  /** The whole object as it would be applied. */
  readonly fields: Fields;
  /** Where it is written; the kustomization for one that a generator makes. */
  readonly document: ManifestDocument;
  /** Which text the value at a path of `fields` came from: the resource, a patch, a generator. */
  readonly originOf: (path: Path) => Origin;
  readonly apiVersion: string;
  readonly kind: string;
  readonly name: string;
  readonly namespace: string | undefined;
}

/** The objects in a document; a list gives those inside of it. */
export function objectsIn(value: unknown, origin: Origin, provenance: Provenance): Resource[] {
  if (value === null || value === undefined) return [];
  if (!isFields(value) || Object.keys(value).length === 0) {
    if (isFields(value)) return [];
    throw new Refusal('this is no object: it is no map', 'write an object, or leave the file out', origin);
  }
  const kind = textAt(value, 'kind');
  if (kind === undefined && !isFields(value.metadata)) {
    throw new Refusal(
      'this is no object: it has no kind and no metadata',
      'write an object, or leave the file out',
      origin,
    );
  }
  if (kind?.endsWith('List') === true && Object.hasOwn(value, 'items')) {
    return listAt(value, 'items').flatMap((item, index) =>
      objectsIn(item, { document: origin.document, path: [...origin.path, 'items', index] }, provenance),
    );
  }
  if (kind === undefined) throw new Refusal('the object has no kind', 'say what it is', origin);
  if (textOf(at(value, 'metadata', 'name')) === '' && !kind.endsWith('List')) {
    const place = { document: origin.document, path: [...origin.path, 'metadata'] };
    throw new Refusal(`the ${kind} has no name`, 'give it metadata.name', place);
  }
  return [new Resource(value, origin, provenance)];
}

/** A document as an object; a List gives those inside of it. What is no object is left out. */
export function objectOf(document: ManifestDocument): BuiltObject[] {
  const { fields } = document;
  if (textAt(fields, 'apiVersion') === undefined || textAt(fields, 'kind') === undefined) return [];
  const origin = { document, path: [] };
  const provenance = new Provenance();
  if (textAt(fields, 'metadata', 'name') === undefined && !String(fields.kind).endsWith('List')) {
    return [builtObject(new Resource(fields, origin, provenance))];
  }
  return objectsIn(fields, origin, provenance).map(builtObject);
}

export function builtObject(resource: Resource): BuiltObject {
  const { fields, document, name } = resource;
  const kind = asText(fields.kind);
  const namespace = isClusterScoped(kind) || resource.namespace === '' ? undefined : resource.namespace;
  const originOf = (path: Path): Origin => resource.originOf(path);
  return { fields, document, originOf, apiVersion: asText(fields.apiVersion), kind, name, namespace };
}

/** Whether an object is for kustomize alone. */
export function isLocal(fields: Fields): boolean {
  const mark = at(fields, 'metadata', 'annotations', 'config.kubernetes.io/local-config');
  return mark !== undefined && textOf(mark) !== 'false';
}

/** kustomize writes annotations as texts, and leaves out a map without any. */
export function writeAnnotations(resource: Resource): void {
  const annotations = at(resource.fields, 'metadata', 'annotations');
  if (annotations === undefined) return;
  if (!isFields(annotations) || Object.keys(annotations).length === 0) {
    resource.remove(['metadata', 'annotations']);
    return;
  }
  for (const [key, value] of Object.entries(annotations)) {
    if (typeof value !== 'string') resource.set(['metadata', 'annotations', key], textOf(value), undefined);
  }
}

/** Kinds of the tree that belong to no namespace; the API server's own list and those of the CRDs in use. */
const CLUSTER_SCOPED: ReadonlySet<string> = new Set([
  'APIService',
  'CSIDriver',
  'CiliumBGPAdvertisement',
  'CiliumBGPClusterConfig',
  'CiliumBGPNodeConfigOverride',
  'CiliumBGPPeerConfig',
  'CiliumCIDRGroup',
  'CiliumClusterwideNetworkPolicy',
  'CiliumEgressGatewayPolicy',
  'CiliumL2AnnouncementPolicy',
  'CiliumLoadBalancerIPPool',
  'ClusterIssuer',
  'ClusterRole',
  'ClusterRoleBinding',
  'ClusterSecretStore',
  'ClusterExternalSecret',
  'CustomResourceDefinition',
  'GatewayClass',
  'IngressClass',
  'MutatingWebhookConfiguration',
  'Namespace',
  'Node',
  'PersistentVolume',
  'PriorityClass',
  'RuntimeClass',
  'StorageClass',
  'ValidatingAdmissionPolicy',
  'ValidatingAdmissionPolicyBinding',
  'ValidatingWebhookConfiguration',
  'VolumeAttributesClass',
  'VolumeSnapshotClass',
]);

/** Whether objects of a kind belong to no namespace. */
export function isClusterScoped(kind: string): boolean {
  return CLUSTER_SCOPED.has(kind);
}
