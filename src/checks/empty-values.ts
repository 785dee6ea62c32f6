import { at, walk, type FieldPath } from '../manifests/fields.ts';
import type { AppliedObject, FluxTree } from '../manifests/flux.ts';
import type { ManifestTree } from '../manifests/tree.ts';
import type { Finding } from '../report/finding.ts';
import { manifestFinding } from './manifest-finding.ts';

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

const LISTS = ['resources', 'components', 'configMapGenerator', 'secretGenerator'];

/** Finds lists without entries where they must have some, and keys without a value. */
export function checkEmptyValues(tree: ManifestTree, { objects }: FluxTree): Finding[] {
  const kustomizations = tree.documents.filter(({ file }) => /^kubernetes\/.*\/kustomization\.ya?ml$/.test(file.path));
  const idle = kustomizations.filter(({ fields }) => !LISTS.some((key) => hasEntries(at(fields, key))));
  const seen = new Set<unknown>();
  return [
    ...idle.map((document) =>
      manifestFinding(document, ['resources'], {
        code: 'manifests/empty-value',
        message: 'the kustomization has no entries, which kustomize refuses',
        remedy: 'leave the folder out where it has nothing to apply',
      }),
    ),
    ...objects.flatMap((object) => {
      if (seen.has(object.document)) return [];
      seen.add(object.document);
      return checkObject(object);
    }),
  ];
}

function hasEntries(value: unknown): boolean {
  return Array.isArray(value) && value.length > 0;
}

function checkObject({ document, kind }: AppliedObject): Finding[] {
  const findings: Finding[] = [];
  walk(document.fields, (value, path) => {
    const key = path[path.length - 1];
    if (isHelmValue(kind, path) || typeof key !== 'string') return;
    if (value === null) findings.push(complain(document, path, `${key} has no value`, 'warning'));
    if (!Array.isArray(value) || value.length > 0) return;
    if (NOT_EMPTY[kind]?.includes(key) === true)
      findings.push(complain(document, path, `${key} has no entries`, 'error'));
  });
  return findings;
}

/** In the values of a chart an empty value takes the chart's own away. */
function isHelmValue(kind: string, path: FieldPath): boolean {
  return kind === 'HelmRelease' && path[0] === 'spec' && path[1] === 'values';
}

function complain(
  document: AppliedObject['document'],
  path: FieldPath,
  message: string,
  severity: Finding['severity'],
): Finding {
  const remedy = 'leave the key out, or give it a value';
  return manifestFinding(document, path, { code: 'manifests/empty-value', severity, message, remedy });
}
