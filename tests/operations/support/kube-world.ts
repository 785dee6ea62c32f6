import type { StandInRule } from './stand-ins.ts';
import { OWN_NODES } from './own-cluster.ts';

/** The releases of the bootstrap as helmfile lists them. */
export const RELEASES = [
  { name: 'cilium', namespace: 'kube-system', version: '1.20.1' },
  { name: 'coredns', namespace: 'kube-system', version: '1.47.0' },
  { name: 'spegel', namespace: 'kube-system', version: '0.7.4' },
  { name: 'cert-manager', namespace: 'cert-manager', version: 'v1.21.1' },
  { name: 'flux-operator', namespace: 'flux-system', version: '0.58.1' },
  { name: 'flux-instance', namespace: 'flux-system', version: '0.58.1' },
] as const;

/** A Secret that the cluster holds from the start. */
export interface PresentSecret {
  readonly name: string;
  readonly data: Readonly<Record<string, string>>;
}

/**
 * A Kubernetes without network: its nodes register one look late, it keeps what is applied, and helmfile installs everything that it is asked for.
 *
 * @param secrets - Secrets as they will be in the cluster once they were applied
 */
export function kubeWorld(secrets: readonly PresentSecret[] = []): StandInRule[] {
  return [...NODES, ...NAMESPACES, ...secrets.flatMap(secretRules), ...SECRETS, ...CRDS, ...HELM];
}

function node(name: string): object {
  return { kind: 'Node', metadata: { name }, status: { conditions: [{ type: 'Ready', status: 'False' }] } };
}

const NODES: readonly StandInRule[] = [
  {
    program: 'kubectl',
    match: '^get nodes ',
    when: ['registered'],
    stdout: JSON.stringify({ items: OWN_NODES.map(({ name }) => node(name)) }),
  },
  {
    program: 'kubectl',
    match: '^get nodes ',
    sets: ['registered'],
    stdout: JSON.stringify({ items: [node('k8s-0')] }),
  },
];

const NAMESPACES: readonly StandInRule[] = [
  {
    program: 'kubectl',
    match: '^get namespaces ',
    when: ['namespaces'],
    stdout:
      'namespace/cert-manager\nnamespace/default\nnamespace/flux-system\nnamespace/kube-system\nnamespace/network\n',
  },
  { program: 'kubectl', match: '^get namespaces ', stdout: 'namespace/default\nnamespace/kube-system\n' },
  {
    program: 'kubectl',
    match: '^apply --server-side --force-conflicts --filename -$',
    unless: ['namespaces'],
    sets: ['namespaces'],
    stdout: 'namespace/cert-manager serverside-applied\n',
  },
];

function secretRules({ name, data }: PresentSecret): StandInRule[] {
  const encoded = Object.entries(data).map(([key, value]) => [key, Buffer.from(value, 'utf8').toString('base64')]);
  const object = { kind: 'Secret', metadata: { name }, type: 'Opaque', data: Object.fromEntries(encoded) as object };
  return [{ program: 'kubectl', match: `^get secret ${name} `, when: ['secrets'], stdout: JSON.stringify(object) }];
}

const SECRETS: readonly StandInRule[] = [
  { program: 'kubectl', match: '^get secret ', stdout: '' },
  {
    program: 'kubectl',
    match: '^apply .*--namespace (?:flux-system|network) --filename -$',
    stdout: 'secret/x serverside-applied\n',
  },
];

/** What a chart renders: a definition among other things. */
export const RENDERED = `---
# Source: chart/templates/a.yaml
apiVersion: v1
kind: ServiceAccount
metadata:
  name: left-out
---
# Source: chart/crds/b.yaml
apiVersion: apiextensions.k8s.io/v1
kind: CustomResourceDefinition
metadata:
  name: things.example.org
`;

const CRDS: readonly StandInRule[] = [
  { program: 'helmfile', match: '00-crds.yaml template', stdout: RENDERED },
  { program: 'kubectl', match: '^diff ', when: ['crds'] },
  { program: 'kubectl', match: '^diff ', exitCode: 1, stdout: '+kind: CustomResourceDefinition\n' },
  { program: 'kubectl', match: '^apply --server-side --force-conflicts --filename -$', sets: ['crds'] },
  { program: 'kubectl', match: '^wait --for=condition=Established ' },
];

function installed(release: (typeof RELEASES)[number], status: string, updated: string): object {
  const { name, namespace, version } = release;
  return { name, namespace, revision: '1', updated, status, chart: `${name}-${version}`, app_version: version };
}

/** What `helm list` prints for releases in a state. */
export function helmList(
  names: readonly string[],
  status = 'deployed',
  updated = '2026-01-02 03:04:05.6 +0000 UTC',
): string {
  const found = RELEASES.filter(({ name }) => names.includes(name));
  return JSON.stringify(found.map((release) => installed(release, status, updated)));
}

const ALL = RELEASES.map(({ name }) => name);

const HELM: readonly StandInRule[] = [
  { program: 'helm', match: '^list ', when: ['releases'], stdout: helmList(ALL) },
  { program: 'helm', match: '^list ', stdout: '[]' },
  {
    program: 'helmfile',
    match: '01-apps.yaml list --output json',
    stdout: JSON.stringify(RELEASES.map((release) => ({ ...release, enabled: true, installed: true, labels: '' }))),
  },
  { program: 'helmfile', match: '01-apps.yaml .*sync --hide-notes$', sets: ['releases'], stdout: 'UPDATED RELEASES\n' },
];
