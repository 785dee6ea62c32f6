// Makes the JSON Schemas in schemas/kubernetes/ out of Go modules: Kubernetes' own from its OpenAPI documents, the others from CRDs.
// Usage: node scripts/make-kubernetes-schemas.mjs   (needs go and unzip; downloads modules and builds controller-gen)
import { execFileSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseAllDocuments } from 'yaml';
import { schemaOfCrd, schemaOfKubernetes } from './kubernetes-schema.mjs';

const OUTPUT = fileURLToPath(new URL('../schemas/kubernetes/', import.meta.url));
const CONTROLLER_GEN = 'sigs.k8s.io/controller-tools/cmd/controller-gen@v0.21.0';
const NODE_SIZE = 120;

/** Where the kinds that the templates use are defined. All of these modules are under the Apache License 2.0. */
const SOURCES = [
  {
    module: 'k8s.io/kubernetes@v1.36.4',
    openApi: 'api/openapi-spec/v3',
    kinds: [
      'v1/ConfigMap',
      'v1/Namespace',
      'v1/PersistentVolumeClaim',
      'v1/Secret',
      'v1/Service',
      'node.k8s.io/v1/RuntimeClass',
      'storage.k8s.io/v1/StorageClass',
    ],
  },
  {
    module: 'github.com/envoyproxy/gateway@v1.9.0',
    crds: ['charts/gateway-helm/charts/crds/crds/gatewayapi-crds.yaml'],
    kinds: [
      'gateway.networking.k8s.io/v1/Gateway',
      'gateway.networking.k8s.io/v1/GatewayClass',
      'gateway.networking.k8s.io/v1/HTTPRoute',
      'gateway.networking.k8s.io/v1beta1/ReferenceGrant',
    ],
  },
  {
    module: 'github.com/envoyproxy/gateway@v1.9.0',
    crds: ['charts/gateway-helm/charts/crds/crds/generated'],
    kinds: [
      'gateway.envoyproxy.io/v1alpha1/BackendTrafficPolicy',
      'gateway.envoyproxy.io/v1alpha1/ClientTrafficPolicy',
      'gateway.envoyproxy.io/v1alpha1/EnvoyProxy',
    ],
  },
  {
    module: 'github.com/cilium/cilium@v1.20.2',
    crds: ['pkg/k8s/apis/cilium.io/client/crds/v2', 'pkg/k8s/apis/cilium.io/client/crds/v2alpha1'],
    kinds: [
      'cilium.io/v2/CiliumBGPAdvertisement',
      'cilium.io/v2/CiliumBGPClusterConfig',
      'cilium.io/v2/CiliumBGPPeerConfig',
      'cilium.io/v2/CiliumLoadBalancerIPPool',
      'cilium.io/v2alpha1/CiliumL2AnnouncementPolicy',
    ],
  },
  {
    module: 'github.com/cert-manager/cert-manager@v1.21.2',
    crds: ['deploy/crds'],
    kinds: ['cert-manager.io/v1/Certificate', 'cert-manager.io/v1/ClusterIssuer'],
  },
  {
    module: 'sigs.k8s.io/external-dns@v0.23.0',
    crds: ['config/crd/standard'],
    kinds: ['externaldns.k8s.io/v1alpha1/DNSEndpoint'],
  },
  {
    module: 'github.com/fluxcd/source-controller/api@v1.9.5',
    generate: './v1',
    kinds: ['source.toolkit.fluxcd.io/v1/OCIRepository'],
  },
  {
    module: 'github.com/fluxcd/kustomize-controller/api@v1.9.5',
    generate: './v1',
    kinds: ['kustomize.toolkit.fluxcd.io/v1/Kustomization'],
  },
  {
    module: 'github.com/fluxcd/helm-controller/api@v1.6.4',
    generate: './v2',
    kinds: ['helm.toolkit.fluxcd.io/v2/HelmRelease'],
  },
  {
    module: 'github.com/fluxcd/notification-controller/api@v1.9.4',
    generate: './v1',
    kinds: ['notification.toolkit.fluxcd.io/v1/Receiver'],
  },
  {
    module: 'github.com/fluxcd/notification-controller/api@v1.9.4',
    generate: './v1beta3',
    kinds: ['notification.toolkit.fluxcd.io/v1beta3/Alert', 'notification.toolkit.fluxcd.io/v1beta3/Provider'],
  },
  {
    module: 'github.com/prometheus-operator/prometheus-operator/pkg/apis/monitoring@v0.92.0',
    generate: './v1',
    kinds: [
      'monitoring.coreos.com/v1/PodMonitor',
      'monitoring.coreos.com/v1/PrometheusRule',
      'monitoring.coreos.com/v1/ServiceMonitor',
    ],
  },
  {
    module: 'github.com/kgateway-dev/kgateway/v2@v2.2.0',
    crds: ['install/helm/agentgateway-crds/templates'],
    kinds: [
      'agentgateway.dev/v1alpha1/AgentgatewayBackend',
      'agentgateway.dev/v1alpha1/AgentgatewayParameters',
      'agentgateway.dev/v1alpha1/AgentgatewayPolicy',
    ],
  },
  {
    module: 'github.com/backube/volsync@v0.14.0',
    crds: ['config/crd/bases'],
    kinds: ['volsync.backube/v1alpha1/ReplicationDestination', 'volsync.backube/v1alpha1/ReplicationSource'],
  },
];

const scratch = mkdtempSync(join(tmpdir(), 'cluster-template-schemas-'));
try {
  const made = SOURCES.flatMap(schemasOf);
  rmSync(OUTPUT, { recursive: true, force: true });
  for (const { file, schema } of made) write(file, `${JSON.stringify(schema)}\n`);
  write('index.json', `${JSON.stringify(indexOf(made), undefined, 2)}\n`);
  write('NOTICE.md', notice());
  console.log(`${String(made.length)} schemas written to ${OUTPUT}`);
} finally {
  // Go makes the folders of modules read-only, and so are copies of them.
  execFileSync('chmod', ['-R', 'u+w', scratch]);
  rmSync(scratch, { recursive: true });
}

function schemasOf(source) {
  const folder = moduleFolder(source.module);
  const read = source.openApi === undefined ? fromCrds(source, folder) : fromOpenApi(join(folder, source.openApi));
  return source.kinds.map((kind) => {
    const { schema, scope } = read(kind);
    return { kind, scope, module: source.module, file: fileOf(kind), schema };
  });
}

/** `core` stands for the group without a name, so that all files lie equally deep. */
function fileOf(kind) {
  return `${kind.split('/').length === 2 ? 'core/' : ''}${kind.toLowerCase()}.json`;
}

/** Kubernetes' OpenAPI documents hold one group and version each. */
function fromOpenApi(folder) {
  return (kind) => {
    const [, group = '', version, name] = /^(?:(.+)\/)?([^/]+)\/([^/]+)$/.exec(kind);
    const file = group === '' ? `api__${version}_openapi.json` : `apis__${group}__${version}_openapi.json`;
    const document = JSON.parse(readFileSync(join(folder, file), 'utf8'));
    const isClusterScoped = !Object.keys(document.paths).some((path) =>
      path.endsWith(`/{namespace}/${name.toLowerCase()}s`),
    );
    const [definition] = Object.entries(document.components.schemas).find(
      ([, { 'x-kubernetes-group-version-kind': kinds }]) =>
        kinds?.some((one) => one.kind === name && one.group === group && one.version === version),
    );
    return {
      schema: schemaOfKubernetes(document.components.schemas, definition, NODE_SIZE),
      scope: isClusterScoped ? 'Cluster' : 'Namespaced',
    };
  };
}

function fromCrds(source, folder) {
  const places =
    source.generate === undefined ? source.crds.map((path) => join(folder, path)) : [generated(source, folder)];
  const crds = places.flatMap(yamlFiles).flatMap(crdsIn);
  return (kind) => {
    const [group, version, name] = kind.split('/');
    const crd = crds.find(({ spec }) => spec.group === group && spec.names.kind === name);
    const served = crd?.spec.versions.find((one) => one.name === version);
    if (served === undefined) throw new Error(`${source.module} does not define ${kind}`);
    return { schema: schemaOfCrd(served.schema.openAPIV3Schema, NODE_SIZE), scope: crd.spec.scope };
  };
}

function crdsIn(path) {
  // Helm's own templates, where there are any, stand around whole documents.
  const text = readFileSync(path, 'utf8').replace(/^\{\{.*\}\}\n/gm, '');
  return parseAllDocuments(text)
    .map((document) => document.toJS())
    .filter((value) => value?.kind === 'CustomResourceDefinition');
}

function yamlFiles(path) {
  if (path.endsWith('.yaml')) return [path];
  return readdirSync(path)
    .filter((name) => name.endsWith('.yaml'))
    .sort()
    .map((name) => join(path, name));
}

/** CRDs made from the types of a Go package. */
function generated({ module, generate }, folder) {
  const work = join(scratch, `${module.replaceAll('/', '_')}-${generate.slice(2)}`);
  cpSync(folder, work, { recursive: true });
  execFileSync('chmod', ['-R', 'u+w', work]);
  run('go', ['install', CONTROLLER_GEN], { GOBIN: join(scratch, 'bin') });
  const output = join(work, 'crds');
  execFileSync(join(scratch, 'bin/controller-gen'), ['crd', `paths=${generate}`, `output:crd:dir=${output}`], {
    cwd: work,
  });
  return output;
}

/** The folder of a module's files. Go refuses to unpack one that asks for a newer Go, so that is done here. */
function moduleFolder(module) {
  const { Dir: folder, Zip: zip } = downloaded(module);
  if (folder !== undefined) return folder;
  const target = join(scratch, module.replaceAll('/', '_'));
  execFileSync('unzip', ['-q', '-d', target, zip]);
  return join(target, module);
}

function downloaded(module) {
  try {
    return JSON.parse(run('go', ['mod', 'download', '-json', module]));
  } catch (error) {
    const answer = JSON.parse(error.stdout ?? '{}');
    if (answer.Zip === undefined) throw error;
    return answer;
  }
}

function run(program, args, env = {}) {
  return execFileSync(program, args, {
    cwd: scratch,
    encoding: 'utf8',
    env: { ...process.env, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
}

function indexOf(made) {
  const sorted = made.toSorted((a, b) => (a.kind < b.kind ? -1 : 1));
  return Object.fromEntries(sorted.map(({ kind, scope, module }) => [kind, { scope, module }]));
}

function notice() {
  const modules = [...new Set(SOURCES.map(({ module }) => module))].sort();
  const rows = modules.map((module) => {
    const kinds = SOURCES.filter((source) => source.module === module).flatMap(({ kinds: names }) => names);
    return `- \`${module}\`: ${kinds.map((kind) => kind.split('/').pop()).join(', ')}\n`;
  });
  return `# Origin of these schemas

Made by scripts/make-kubernetes-schemas.mjs; edits are lost.

The schemas are derived from the API definitions in the following Go modules: descriptions, defaults, formats and status
are left out, fields that are not defined are refused. Each of these projects is published by its authors under the Apache License,
Version 2.0 (https://www.apache.org/licenses/LICENSE-2.0), and so are these derived files.

${rows.join('')}
Rules that a schema cannot hold (CEL expressions, checks of webhooks and controllers) are not part of them.
`;
}

function write(file, text) {
  const path = join(OUTPUT, file);
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, text);
}
