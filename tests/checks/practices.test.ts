// What people do in repositories of their own, and is right; beside each the nearest slip, which has to be found.
import { describe, expect, it } from 'vitest';
import { checkTools, examine } from '../../src/checks/run.ts';
import { schemaChecker } from '../../src/manifests/schemas.ts';
import { PROVIDED } from '../../src/pipeline/schema-sources.ts';
import { manifestFilesOf } from '../manifests/support.ts';

type Texts = Readonly<Record<string, string>>;

const tools = checkTools(schemaChecker(PROVIDED));

/** Texts as files that nobody rendered. */
function written(texts: Texts): Texts {
  return Object.fromEntries(Object.entries(texts).map(([path, text]) => [`own:${path}`, text]));
}

async function findings(texts: Texts): Promise<string[]> {
  const result = await examine(manifestFilesOf(written(texts)), { tools, paths: [] });
  return result.findings
    .filter(({ severity }) => severity !== 'note')
    .map(({ code, severity, message }) => `${severity} ${code}: ${message}`);
}

function object(apiVersion: string, kind: string, name: string, rest = ''): string {
  return `---\napiVersion: ${apiVersion}\nkind: ${kind}\nmetadata:\n  name: ${name}\n${rest}`;
}

function listing(...resources: readonly string[]): string {
  return `apiVersion: kustomize.config.k8s.io/v1beta1\nkind: Kustomization\nresources: [${resources.join(', ')}]\n`;
}

/** A Kustomization of Flux for a folder, with more in its specification. */
function flux(name: string, path: string, more = ''): string {
  return object(
    'kustomize.toolkit.fluxcd.io/v1',
    'Kustomization',
    `${name}\n  namespace: flux-system`,
    `spec:\n  interval: 1h\n  path: ./${path}\n  prune: true\n  sourceRef: { kind: GitRepository, name: flux-system, namespace: flux-system }\n${more}`,
  );
}

/** A release of a chart that is named by a source of its own. */
function release(name: string, chart: string, values = ''): string {
  const source = `  interval: 1h\n  ref: { tag: 1.0.0 }\n  url: oci://example.com/charts/${chart}\n`;
  return (
    object('source.toolkit.fluxcd.io/v1', 'OCIRepository', name, `spec:\n${source}`) +
    object(
      'helm.toolkit.fluxcd.io/v2',
      'HelmRelease',
      name,
      `spec:\n  interval: 1h\n  chartRef: { kind: OCIRepository, name: ${name} }\n${values}`,
    )
  );
}

const SITE = 'targetNamespace: site';

/** A cluster with the folder site/, applied into the namespace `site`, and what else is given. */
function cluster(
  site: Texts,
  { more = '', others = {} }: { readonly more?: string; readonly others?: Texts } = {},
): Texts {
  const files = Object.fromEntries(Object.entries(site).map(([name, text]) => [`site/${name}`, text]));
  return {
    'clusters/home/site.yaml': flux('site', 'site', `  ${SITE}\n${more}`),
    'clusters/home/namespaces.yaml': object('v1', 'Namespace', 'site') + object('v1', 'Namespace', 'other'),
    'site/kustomization.yaml': listing(...Object.keys(site).filter((name) => !name.startsWith('_'))),
    ...files,
    ...others,
  };
}

const ROUTE = (service: string, namespace = ''): string =>
  object(
    'gateway.networking.k8s.io/v1',
    'HTTPRoute',
    'site',
    `spec:\n  hostnames: [www.example.com]\n  parentRefs: [{ name: door, namespace: other }]\n  rules:\n    - backendRefs: [{ name: ${service}, port: 80${namespace} }]\n`,
  );
const DOOR = object(
  'gateway.networking.k8s.io/v1',
  'Gateway',
  'door\n  namespace: other',
  'spec:\n  gatewayClassName: cilium\n  listeners: [{ name: http, port: 80, protocol: HTTP, allowedRoutes: { namespaces: { from: All } } }]\n',
);
/** Applied by the root, and so in the namespaces that they name. */
const besideDoor = (more: string): { readonly others: Texts } => ({
  others: { 'clusters/home/door.yaml': DOOR + more },
});
const BESIDE_DOOR = besideDoor('');
const SHOP = (values: string): string =>
  release('shop', 'shop', values).replaceAll('  name: shop\n', '  name: shop\n  namespace: other\n');
const CONFIG = (text: string): string => object('v1', 'ConfigMap', 'site', `data:\n  text: ${text}\n`);
const ISSUED = (issuer: string): string =>
  object(
    'cert-manager.io/v1',
    'Certificate',
    'site',
    `spec:\n  secretName: site-tls\n  dnsNames: [example.com]\n  issuerRef: { kind: ClusterIssuer, name: ${issuer} }\n`,
  );
const ISSUER =
  'apiVersion: cert-manager.io/v1\nkind: ClusterIssuer\nmetadata: { name: own }\nspec: { selfSigned: {} }\n';
const EXTERNAL = (name: string): string =>
  object(
    'external-secrets.io/v1',
    'ExternalSecret',
    name,
    'spec:\n  secretStoreRef: { kind: ClusterSecretStore, name: vault }\n  data: [{ secretKey: token, remoteRef: { key: site } }]\n',
  ) + object('external-secrets.io/v1', 'ClusterSecretStore', 'vault', 'spec:\n  provider: { fake: { data: [] } }\n');
const CERT_MANAGER = {
  more: '  dependsOn: [{ name: certificates }]\n',
  others: {
    'clusters/home/certificates.yaml': flux('certificates', 'certificates', `  ${SITE}\n`),
    'certificates/release.yaml': release('cert-manager', 'cert-manager'),
  },
};
/** The same in a namespace of its own, told where to look. */
function withArguments(argument: string): { readonly more: string; readonly others: Texts } {
  const values = `  values:\n    extraArgs: [${argument}]\n`;
  return {
    more: CERT_MANAGER.more,
    others: {
      'clusters/home/certificates.yaml': flux('certificates', 'certificates', '  targetNamespace: other\n'),
      'certificates/release.yaml': release('cert-manager', 'cert-manager', values),
    },
  };
}
const DNS_ISSUER = object(
  'cert-manager.io/v1',
  'ClusterIssuer',
  'own',
  'spec:\n  acme:\n    server: https://acme.example.com/directory\n    privateKeySecretRef: { name: own }\n    solvers:\n      - selector: { dnsZones: [example.com] }\n        dns01: { cloudflare: { apiTokenSecretRef: { name: token, key: token } } }\n',
);
const INSTANCE = (path: string, version = '2.x'): string =>
  object(
    'fluxcd.controlplane.io/v1',
    'FluxInstance',
    'flux\n  namespace: flux-system',
    `spec:\n  distribution: { registry: ghcr.io/fluxcd, version: "${version}" }\n  sync: { kind: GitRepository, url: "https://git.example.com/home.git", ref: refs/heads/main, path: "${path}" }\n`,
  );
const SUBSTITUTED = '  postBuild:\n    substitute: { HOST: www }\n';

describe('a repository of somebody else has no finding', () => {
  const cases: readonly (readonly [what: string, right: Texts, slip: Texts, found: RegExp])[] = [
    [
      'where an alias that is a key has its colon behind it',
      cluster({ 'map.yaml': object('v1', 'ConfigMap', '&app site', 'data:\n  *app: text\n') }),
      cluster({ 'map.yaml': object('v1', 'ConfigMap', '&app site', 'data:\n  *apps: text\n') }),
      /yaml-syntax/,
    ],
    [
      'where a chart is given whole objects',
      cluster({
        'raw.yaml': release(
          'raw',
          'raw',
          '  values:\n    resources:\n      - apiVersion: cert-manager.io/v1\n        kind: ClusterIssuer\n        metadata: { name: own }\n',
        ),
        'cert.yaml': ISSUED('own'),
      }),
      cluster({ 'raw.yaml': release('raw', 'raw'), 'cert.yaml': ISSUED('own') }),
      /nothing makes the ClusterIssuer own/,
    ],
    [
      'where a ConfigMap gives a chart whole objects',
      cluster({
        'kustomization.yaml': `${listing('raw.yaml', 'cert.yaml')}configMapGenerator:\n  - name: issuer\n    files: [values.yaml=issuer.yaml]\ngeneratorOptions: { disableNameSuffixHash: true }\n`,
        'issuer.yaml': ISSUER,
        'raw.yaml': release('raw', 'raw', '  valuesFrom: [{ kind: ConfigMap, name: issuer }]\n'),
        'cert.yaml': ISSUED('own'),
      }),
      cluster({
        'kustomization.yaml': `${listing('raw.yaml', 'cert.yaml')}configMapGenerator:\n  - name: issuer\n    files: [values.yaml=issuer.yaml]\ngeneratorOptions: { disableNameSuffixHash: true }\n`,
        'issuer.yaml': ISSUER.replace('own', 'others'),
        'raw.yaml': release('raw', 'raw', '  valuesFrom: [{ kind: ConfigMap, name: issuer }]\n'),
        'cert.yaml': ISSUED('own'),
      }),
      /nothing makes the ClusterIssuer own/,
    ],
    [
      'where cert-manager lives in a namespace of another name',
      cluster({ 'token.yaml': EXTERNAL('token'), 'issuer.yaml': DNS_ISSUER }, CERT_MANAGER),
      cluster({ 'token.yaml': EXTERNAL('tokens'), 'issuer.yaml': DNS_ISSUER }, CERT_MANAGER),
      /nothing .*makes the Secret token/,
    ],
    [
      'where an argument tells cert-manager another namespace',
      cluster(
        { 'token.yaml': EXTERNAL('token'), 'issuer.yaml': DNS_ISSUER },
        withArguments('--cluster-resource-namespace=site'),
      ),
      cluster(
        { 'token.yaml': EXTERNAL('token'), 'issuer.yaml': DNS_ISSUER },
        withArguments('--cluster-resource-namespace=other'),
      ),
      /nothing .*makes the Secret token/,
    ],
    [
      'where the values of another chart have controllers as well',
      cluster(
        {
          'release.yaml': release('shop', 'shop', '  values:\n    controllers: { main: {} }\n'),
          'route.yaml': ROUTE('shop-server'),
        },
        BESIDE_DOOR,
      ),
      cluster(
        {
          'release.yaml': release('shop', 'app-template', '  values:\n    controllers: { main: {} }\n'),
          'route.yaml': ROUTE('shop-server'),
        },
        BESIDE_DOOR,
      ),
      /nothing makes the Service shop-server/,
    ],
    [
      'where Rook makes the Service of the dashboard',
      cluster(
        {
          'ceph.yaml': release('rook-ceph-cluster', 'rook-ceph-cluster'),
          'route.yaml': ROUTE('rook-ceph-mgr-dashboard'),
        },
        BESIDE_DOOR,
      ),
      cluster({ 'route.yaml': ROUTE('rook-ceph-mgr-dashboard') }, BESIDE_DOOR),
      /nothing makes the Service rook-ceph-mgr-dashboard/,
    ],
    [
      'where the chart brings the ReferenceGrant',
      cluster(
        { 'route.yaml': ROUTE('shop', ', namespace: other') },
        besideDoor(SHOP('  values:\n    referenceGrant: { enabled: true }\n')),
      ),
      cluster({ 'route.yaml': ROUTE('shop', ', namespace: other') }, besideDoor(SHOP(''))),
      /reference-grant/,
    ],
    [
      'where a webhook adds variables to Kustomizations',
      cluster(
        {
          'map.yaml': CONFIG('${ZONE}'),
          'hook.yaml': release('kustomize-mutating-webhook', 'kustomize-mutating-webhook'),
        },
        { more: SUBSTITUTED },
      ),
      cluster({ 'map.yaml': CONFIG('${ZONE}') }, { more: SUBSTITUTED }),
      /error manifests\/variable/,
    ],
    [
      'where four dollar signs are written',
      cluster({ 'map.yaml': CONFIG('echo $$$$') }, { more: SUBSTITUTED }),
      cluster({ 'map.yaml': CONFIG('echo $$') }, { more: SUBSTITUTED }),
      /warning manifests\/substitution/,
    ],
    [
      'where a generator wrote no time and nobody a label',
      cluster({ 'map.yaml': object('v1', 'ConfigMap', 'site', '  creationTimestamp: null\n  labels:\n') }),
      cluster({ 'map.yaml': object('v1', 'Service', 'site', 'spec:\n  selector: { app: site }\n  ports:\n') }),
      /ports has no value/,
    ],
    [
      'where a transformer in a file of its own names the namespace',
      cluster({
        'kustomization.yaml': `${listing('role.yaml')}transformers: [namespace.yaml]\n`,
        'role.yaml':
          object('v1', 'ServiceAccount', 'robot') +
          object('v1', 'Pod', 'robot', 'spec:\n  serviceAccountName: robot\n  containers: [{ name: a, image: b }]\n'),
        'namespace.yaml': 'apiVersion: builtin\nkind: NamespaceTransformer\nmetadata: { name: all, namespace: site }\n',
      }),
      cluster({
        'kustomization.yaml': `${listing('role.yaml')}transformers: [namespaces.yaml]\n`,
        'role.yaml': object('v1', 'ServiceAccount', 'robot'),
      }),
      /missing-file/,
    ],
  ];

  it.each(cases)('%s', async (_, right, slip, found) => {
    expect(await findings(right)).toEqual([]);
    expect((await findings(slip)).join('\n')).toMatch(found);
  });
});

describe('where Flux begins', () => {
  const apps = (name: string): Texts => ({
    [`clusters/${name}/apps/kustomization.yaml`]: listing('map.yaml'),
    [`clusters/${name}/apps/map.yaml`]: object(
      'v1',
      'ConfigMap',
      `site\n  namespace: default`,
      `data: { of: ${name} }\n`,
    ),
    [`clusters/${name}/flux/apps.yaml`]: flux('apps', `clusters/${name}/apps`),
  });

  async function files(texts: Texts): Promise<readonly string[]> {
    const { clusters } = await examine(manifestFilesOf(written(texts)), { tools, paths: [] });
    return clusters.map(({ used }) => [...used].sort().join(' '));
  }

  it('is in each folder that a variable in the path of an instance can mean', async () => {
    const texts = { ...apps('one'), ...apps('two'), 'shared/instance.yaml': INSTANCE('clusters/${CLUSTER}/flux') };
    expect(await files(texts)).toEqual(
      ['one', 'two'].map(
        (name) =>
          `clusters/${name}/apps/kustomization.yaml clusters/${name}/apps/map.yaml clusters/${name}/flux/apps.yaml`,
      ),
    );
  });

  it('is in what applies itself around the folder of an instance, as the one was there before the other', async () => {
    const texts = {
      ...apps('one'),
      'shared/instance.yaml': INSTANCE('clusters/one/flux'),
      'clusters/one/config/cluster.yaml': flux('cluster', 'clusters/one'),
    };
    expect(await files(texts)).toEqual([expect.stringContaining('clusters/one/config/cluster.yaml')]);
  });

  it('is not in a folder whose kustomization lists nothing', async () => {
    const texts = {
      ...apps('one'),
      'clusters/kustomization.yaml': listing(),
      'clusters/one/flux/part.yaml': flux('part', 'clusters', '  components: [./part]\n'),
      'clusters/part/kustomization.yaml':
        'apiVersion: kustomize.config.k8s.io/v1alpha1\nkind: Component\nresources: []\n',
    };
    expect(await files(texts)).toEqual([expect.stringContaining('clusters/one/apps/map.yaml')]);
  });
});

describe('a variable that nothing defines', () => {
  const site = (others: Texts): Texts => cluster({ 'map.yaml': CONFIG('${ZONE}') }, { more: SUBSTITUTED, others });
  const REFUSED = 'nothing defines the variable ZONE: Flux refuses the whole Kustomization because of ${ZONE}';
  const EMPTY = 'nothing defines the variable ZONE: Flux puts nothing in the place of ${ZONE}';

  it.each<[string, Texts, string]>([
    ['nobody says which Flux it is', {}, `error manifests/variable: ${REFUSED}`],
    ['Flux is 2.9', { 'flux.yaml': INSTANCE('clusters/home', '2.9.1') }, `error manifests/variable: ${REFUSED}`],
    ['Flux is 2.x', { 'flux.yaml': INSTANCE('clusters/home') }, `error manifests/variable: ${REFUSED}`],
    ['Flux is 2.8', { 'flux.yaml': INSTANCE('clusters/home', '2.8.8') }, `warning manifests/variable: ${EMPTY}`],
    [
      'the operator brings 2.8',
      {
        'flux.yaml': INSTANCE('clusters/home').replace(
          'registry: ghcr.io/fluxcd, version: "2.x"',
          'registry: ghcr.io/fluxcd, artifact: "oci://ghcr.io/controlplaneio-fluxcd/flux-operator-manifests:v0.46.0"',
        ),
      },
      `warning manifests/variable: ${EMPTY}`,
    ],
    [
      'it was bootstrapped with 2.3',
      {
        'clusters/home/flux-system/gotk-components.yaml': object(
          'v1',
          'ConfigMap',
          'x\n  namespace: flux-system\n  labels:\n    app.kubernetes.io/version: v2.3.0',
        ),
      },
      `warning manifests/variable: ${EMPTY}`,
    ],
    [
      'that is switched off',
      { 'notes/patch.yaml': 'args: --feature-gates=StrictPostBuildSubstitutions=false\n' },
      `warning manifests/variable: ${EMPTY}`,
    ],
  ])('where %s', async (_, others, expected) => {
    expect((await findings(site(others))).filter((one) => one.includes('manifests/variable'))).toEqual([expected]);
  });
});
