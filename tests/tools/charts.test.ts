import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parse, parseAllDocuments } from 'yaml';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { isFields } from '../../src/text/values.ts';
import { at, textAt, type Fields } from '../golden/trees.ts';
import { CRDS, clusterTools, installCrds, startCluster, type TestCluster } from './cluster.ts';
import { kindOf, makeNamespaces, refusals, servedKinds, stream } from './support/applying.ts';
import { bare, fetchCharts, folderOf, releasesOf, rendered, type Release } from './support/fetched-charts.ts';
import { fetchCrds } from './support/fetched-crds.ts';
import type { Applied } from './support/flux.ts';
import { findTools, REPOSITORY, titled } from './support/tools.ts';
import { treeCases } from './support/trees.ts';

const tools = findTools('helm');
const missing = tools.missing ?? fetchCharts();
const trees = await treeCases();
const releases = new Map(trees.map(([name, tree]) => [name, releasesOf(tree)]));
const folders = await chartFolders([...releases.values()].flat());

/** Charts whose module has another version than the registry: the last column of scripts/charts.txt. */
const OTHER_VERSION = new Set(
  (await readFile(join(REPOSITORY, 'scripts/charts.txt'), 'utf8'))
    .split('\n')
    .filter((line) => !line.startsWith('#') && line.split(/ +/).length > 3)
    .map((line) => line.split(/ +/)[0]),
);

/** Values that the charts read and list in comments only, or hand on as they are. */
const UNLISTED = [
  'authentik: postgresql',
  'ceph-csi-drivers: operatorConfig.driverSpecDefaults.controllerPlugin.priorityClassName',
  'cilium: loadBalancer.algorithm',
  'cilium: loadBalancer.dsrDispatch',
  'cilium: loadBalancer.mode',
  'coredns: fullnameOverride',
  'coredns: k8sAppLabelOverride',
  'coredns: service',
  'gateway-helm: config.envoyGateway.provider.kubernetes',
  'grafana: annotations',
  'grafana: fullnameOverride',
  'grafana: grafana.ini',
  'headlamp: securityContext',
  'k8s-gateway: fullnameOverride',
  'k8s-gateway: service.externalTrafficPolicy',
  'k8s-gateway: service.ipFamilies',
  'k8s-gateway: service.ipFamilyPolicy',
  'kube-prometheus-stack: kubeControllerManager.service.selector',
  'kube-prometheus-stack: kubeEtcd.service.selector',
  'kube-prometheus-stack: kubeScheduler.service.selector',
  'loki: loki.limits_config',
  'reloader: reloader.podMonitor.namespace',
  'rook-ceph-cluster: cephClusterSpec.storage',
];

describe.skipIf(missing !== undefined)(titled('the real charts', missing), () => {
  it('refuse values that they do not know', async () => {
    const [cilium] = (releases.get('sample') ?? []).filter(({ chart }) => chart.name === 'cilium');
    if (cilium === undefined) throw new Error('the sample has no Cilium');
    const wrong = { ...cilium, values: { ipam: { mode: 5 } } };
    await expect(rendered(tools.paths.helm, wrong, folders.get(keyOf(cilium)) ?? '')).rejects.toThrow(
      /values don't meet|schema/,
    );
  });

  it.for([...folders])('%s is the one that its template names', async ([chart, folder], { skip }) => {
    const [name = '', version = ''] = chart.split(' ');
    skip(folder === undefined, 'it could not be had');
    skip(OTHER_VERSION.has(name), 'its module has another version');
    const { version: written } = parse(await readFile(join(folder ?? '', 'Chart.yaml'), 'utf8')) as Fields;
    skip(PLACEHOLDER.test(String(written)), 'the project fills its version in when it releases');
    expect(bare(String(written))).toBe(bare(version));
  });

  it.each(trees)('render with the values of %s', async (name) => {
    const found = had(releases.get(name) ?? []);
    expect(found.map(({ chart }) => chart.name)).toEqual(
      expect.arrayContaining(['cert-manager', 'cilium', 'gateway-helm']),
    );
    for (const release of found) {
      const folder = folders.get(keyOf(release)) ?? '';
      const unknown = await unknownValues(release, folder);
      expect(unknown.filter((one) => !UNLISTED.some((known) => `${one}.`.startsWith(`${known}.`)))).toEqual([]);
      expect(objectsOf(await rendered(tools.paths.helm, release, folder)).length, release.path).toBeGreaterThan(0);
    }
  });
});

/** What projects write into the source of a chart, whose version is that of the release. */
const PLACEHOLDER = /^v?0\.(?:0\.[01](?:-latest)?|[12]\.0)$/;

const cluster = clusterTools();
const absent = missing ?? cluster.missing ?? fetchCrds();

describe.skipIf(absent !== undefined)(titled('what the real charts make', absent), () => {
  let api: TestCluster;

  beforeAll(async () => {
    api = await startCluster(cluster);
    await installCrds(api, CRDS);
  }, 300_000);

  afterAll(async () => {
    await api.stop();
  }, 60_000);

  it('is taken by a Kubernetes API, whatever tree the values are of', { timeout: 900_000 }, async () => {
    const all = await made(had([...releases.values()].flat()));
    const definitions = all.filter(({ object }) => isDefinition(object));
    await installDefinitions(api, definitions);
    await makeNamespaces(
      api,
      new Set(all.map(({ object }) => textAt(object, 'metadata', 'namespace')).filter(Boolean)),
    );
    const served = await servedKinds(api);
    const objects = all.filter(({ object }) => !isDefinition(object));
    const unknown = new Set(objects.map(({ object }) => kindOf(object)).filter((kind) => !served.has(kind)));
    expect([...unknown].filter((kind) => !NOT_HAD.has(kind.split('/')[0] ?? ''))).toEqual([]);
    const known = objects.filter(({ object }) => served.has(kindOf(object)));
    expect(await refusals(api, known)).toEqual([]);
    console.info(
      `${String(known.length)} objects, ${String(definitions.length)} definitions; no CRD: ${[...unknown].join(', ') || 'none'}`,
    );
  });
});

/** API groups whose CRDs cannot be had. */
const NOT_HAD = new Set<string>([]);

/** Folders of the charts of releases by `NAME VERSION`; undefined where one could not be had. */
async function chartFolders(all: readonly Release[]): Promise<Map<string, string | undefined>> {
  const found = new Map<string, string | undefined>();
  for (const release of all) if (!found.has(keyOf(release))) found.set(keyOf(release), await folderOf(release.chart));
  return found;
}

function keyOf({ chart }: Release): string {
  return `${chart.name} ${chart.version}`;
}

function had(all: readonly Release[]): Release[] {
  return all.filter((release) => folders.get(keyOf(release)) !== undefined);
}

/** What Flux puts into the values before helm sees them. */
function substituted(release: Release): Release {
  const values = JSON.stringify(release.values).replaceAll(/\$\{SECRET_DOMAIN[^}]*\}/g, 'home.example');
  return { ...release, values: JSON.parse(values) as Fields };
}

/** What helm makes of releases: each object once, in the namespace of its release. */
async function made(all: readonly Release[]): Promise<Applied[]> {
  const found = new Map<string, Applied>();
  const asked = new Set<string>();
  for (const release of all) {
    const question = JSON.stringify([release.name, release.namespace, keyOf(release), release.values]);
    if (asked.has(question)) continue;
    asked.add(question);
    const text = await rendered(tools.paths.helm, substituted(release), folders.get(keyOf(release)) ?? '');
    for (const object of objectsOf(text)) {
      const placed = isClusterWide(object) ? object : inNamespace(object, release.namespace);
      const key = JSON.stringify(placed);
      if (!found.has(key)) found.set(key, { object: placed, from: `${release.path} (${keyOf(release)})` });
    }
  }
  return [...found.values()];
}

function inNamespace(object: Fields, namespace: string): Fields {
  const metadata = at(object, 'metadata') as Fields;
  const placed = { ...object, metadata: { ...metadata, namespace: metadata.namespace ?? namespace } };
  return object.kind === 'Service' ? withoutAddresses(placed) : placed;
}

/** The Service networks of the trees are not that of the API. */
function withoutAddresses(service: Fields): Fields {
  const { clusterIP, clusterIPs: _, ...spec } = at(service, 'spec') as Fields;
  return { ...service, spec: clusterIP === 'None' ? { ...spec, clusterIP } : spec };
}

/** Kinds of charts that lie in no namespace. */
const CLUSTER_WIDE =
  /^(?:Cluster.*|.*(?:Class|WebhookConfiguration|AdmissionPolicy|AdmissionPolicyBinding)|CSIDriver|CustomResourceDefinition|Namespace|APIService|Cilium(?:NodeConfig|LoadBalancerIPPool|L2AnnouncementPolicy)|PersistentVolume)$/;

function isClusterWide(object: Fields): boolean {
  return CLUSTER_WIDE.test(textAt(object, 'kind')) && textAt(object, 'metadata', 'namespace') === '';
}

function isDefinition(object: Fields): boolean {
  return object.kind === 'CustomResourceDefinition';
}

/** Installs what charts bring; the last of several versions of a definition counts, as in a cluster. */
async function installDefinitions(api: TestCluster, definitions: readonly Applied[]): Promise<void> {
  const text = stream(definitions.map(({ object }) => object));
  const apply = await api.kubectl(['apply', '--server-side', '--force-conflicts', '-f', '-'], text);
  expect(apply.code, apply.stderr).toBe(0);
  const wait = await api.kubectl(['wait', '--for=condition=established', '--timeout=60s', 'crd', '--all']);
  expect(wait.code, wait.stderr).toBe(0);
}

/** The objects in a stream of YAML, those of lists among them. */
function objectsOf(text: string): Fields[] {
  const found = parseAllDocuments(text, { uniqueKeys: false }).map((document) => document.toJS() as Fields | null);
  return found.flatMap((one) =>
    one === null || textAt(one, 'kind') === '' ? [] : Array.isArray(one.items) ? (one.items as Fields[]) : [one],
  );
}

/** Values that a chart has no default for beside others that it has: a misspelt one has no effect at all. */
async function unknownValues({ chart, values }: Release, folder: string): Promise<string[]> {
  const defaults = parse(await readFile(join(folder, 'values.yaml'), 'utf8')) as Fields;
  return unknownBelow(values, defaults, []).map((path) => `${chart.name}: ${path}`);
}

function unknownBelow(values: unknown, defaults: unknown, path: readonly string[]): string[] {
  if (!isFields(values) || !isFields(defaults) || Object.keys(defaults).length === 0) return [];
  return Object.entries(values).flatMap(([key, value]) => {
    const inner = [...path, key];
    return Object.hasOwn(defaults, key) ? unknownBelow(value, defaults[key], inner) : [inner.join('.')];
  });
}
