import { posix } from 'node:path';
import { type ManifestDocument, textsIn } from '../../../manifests/document.ts';
import type { ManifestTree } from '../../../manifests/tree.ts';
import { suggestNearest } from '../../../text/suggest.ts';
import { at, type Fields, isFields, listAt, type Path } from '../../../text/values.ts';
import { atDocument, defineCheck, type Rule, type Told } from '../../rule.ts';

const TALCONFIG = 'talos/talconfig.yaml';

/** Finds Talos patches that talconfig.yaml names and that do not exist, and those that it never names. */
function checkTalosPatches(tree: ManifestTree): Told[] {
  const named = tree.documentsOf(TALCONFIG).flatMap((document) =>
    textsIn(document.fields)
      .filter(({ text }) => text.startsWith('@'))
      .map(({ text, path }) => ({ document, path, target: posix.join('talos', text.slice(1)) })),
  );
  const known = new Set(named.map(({ target }) => target));
  const missing = named.filter(({ target }) => !tree.files.has(target));
  const idle = [...tree.files.values()].filter(
    ({ path, isGenerated }) => isGenerated && /^talos\/patches\/.*\.ya?ml$/.test(path) && !known.has(path),
  );
  return [
    ...missing.map(({ document, path, target }) =>
      atDocument(document, path, {
        code: 'manifests/talos-patch',
        message: `the patch ${target} does not exist`,
        remedy: 'name it only where it is rendered',
      }),
    ),
    ...idle.map((file): Told => ({
      at: { file },
      code: 'manifests/talos-patch',
      message: `no node takes this patch: ${TALCONFIG} does not name it`,
      remedy: 'put it into global/, controller/, worker/ or the folder of a node',
    })),
  ];
}

type Kind = 'text' | 'flag' | 'list' | 'map';
type Keys = Readonly<Record<string, Kind>>;

// The keys of talhelper 3.1 (https://budimanjojo.github.io/talhelper/latest/reference/configuration/). It ignores the others itself.
const GROUP: Keys = {
  nodeLabels: 'map',
  nodeAnnotations: 'map',
  nodeTaints: 'map',
  machineDisks: 'list',
  machineFiles: 'list',
  disableSearchDomain: 'flag',
  kernelModules: 'list',
  nameservers: 'list',
  networkInterfaces: 'list',
  extraManifests: 'list',
  certSANs: 'list',
  patches: 'list',
  talosImageURL: 'text',
  noSchematicValidate: 'flag',
  schematic: 'map',
  imageSchematic: 'map',
  machineSpec: 'map',
  ingressFirewall: 'map',
  extensionServices: 'list',
  volumes: 'list',
  userVolumes: 'list',
  filenameTmpl: 'text',
};

const NODE: Keys = {
  ...GROUP,
  hostname: 'text',
  ipAddress: 'text',
  controlPlane: 'flag',
  installDisk: 'text',
  installDiskSelector: 'map',
  ignoreHostname: 'flag',
  overridePatches: 'flag',
  overrideExtraManifests: 'flag',
  overrideMachineCertSANs: 'flag',
};

const CLUSTER: Keys = {
  clusterName: 'text',
  talosVersion: 'text',
  kubernetesVersion: 'text',
  endpoint: 'text',
  domain: 'text',
  allowSchedulingOnMasters: 'flag',
  allowSchedulingOnControlPlanes: 'flag',
  additionalMachineCertSans: 'list',
  additionalApiServerCertSans: 'list',
  inlineManifests: 'list',
  clusterPodNets: 'list',
  clusterSvcNets: 'list',
  cniConfig: 'map',
  patches: 'list',
  nodes: 'list',
  imageFactory: 'map',
  controlPlane: 'map',
  worker: 'map',
};

const WORDS: Readonly<Record<Kind, string>> = {
  text: 'a text',
  flag: 'true or false',
  list: 'a list',
  map: 'a map',
};

/** The first minor version of Kubernetes of which the kubelet takes `crashLoopBackOff` without a feature gate (KEP-4603). */
const CRASH_LOOP_SINCE = 35;

/**
 * How the minor versions of Kubernetes follow from Talos': 1.13 runs 1.31 to 1.36, 1.12 runs 1.30 to 1.35, and so on
 * (https://docs.siderolabs.com/talos/v1.13/getting-started/support-matrix).
 */
const OLDEST_KUBERNETES = 18;
const NEWEST_KUBERNETES = 23;

/** Finds versions in talenv.yaml that do not go together, and settings that the kubelet of the version refuses. */
function checkVersions(tree: ManifestTree): Told[] {
  return tree.documentsOf('talos/talenv.yaml').flatMap((document) => {
    const [talos, kubernetes] = ['talosVersion', 'kubernetesVersion'].map((key) => minorOf(at(document.fields, key)));
    if (kubernetes === undefined) return [];
    return [...unsupported(document, talos, kubernetes), ...refusedByKubelet(tree, kubernetes)];
  });
}

function unsupported(document: ManifestDocument, talos: number | undefined, kubernetes: number): Told[] {
  if (talos === undefined) return [];
  const [oldest, newest] = [talos + OLDEST_KUBERNETES, talos + NEWEST_KUBERNETES];
  if (kubernetes >= oldest && kubernetes <= newest) return [];
  const message = `Talos 1.${String(talos)} runs Kubernetes 1.${String(oldest)} to 1.${String(newest)}, not 1.${String(kubernetes)}`;
  const remedy =
    kubernetes > newest ? 'raise Talos first' : 'raise Kubernetes first, one minor version after the other';
  return [atDocument(document, ['kubernetesVersion'], { code: 'manifests/versions', message, remedy })];
}

function refusedByKubelet(tree: ManifestTree, kubernetes: number): Told[] {
  if (kubernetes >= CRASH_LOOP_SINCE) return [];
  const path = ['machine', 'kubelet', 'extraConfig', 'crashLoopBackOff'];
  return tree.documents
    .filter(({ file, fields }) => file.path.startsWith('talos/patches/') && at(fields, ...path) !== undefined)
    .map((document) =>
      atDocument(document, path, {
        code: 'manifests/versions',
        message: `the kubelet of Kubernetes 1.${String(kubernetes)} does not start with \`crashLoopBackOff\`: it takes it from 1.${String(CRASH_LOOP_SINCE)} on`,
        remedy: 'leave it out, or raise `kubernetesVersion`',
      }),
    );
}

function minorOf(version: unknown): number | undefined {
  const [, minor] = typeof version === 'string' ? (/^v1\.(\d+)\./.exec(version) ?? []) : [];
  return minor === undefined ? undefined : Number(minor);
}

/** Finds keys of talconfig.yaml that talhelper does not know and ignores, values of another kind and nodes that lack what names them. */
function checkTalconfig(tree: ManifestTree): Told[] {
  return tree.documentsOf('talos/talconfig.yaml').flatMap((document) => {
    const { fields } = document;
    const nodes = listAt(fields, 'nodes');
    return [
      ...keysOf(document, fields, [], CLUSTER),
      ...(['controlPlane', 'worker'] as const).flatMap((group) => keysOf(document, at(fields, group), [group], GROUP)),
      ...nodes.flatMap((node, index) => keysOf(document, node, ['nodes', index], NODE)),
      ...nodes.flatMap((node, index) => missingOf(document, node, index)),
    ];
  });
}

function keysOf(document: ManifestDocument, value: unknown, path: Path, keys: Keys): Told[] {
  if (!isFields(value)) return [];
  return Object.entries(value).flatMap(([key, inner]): Told[] => {
    const kind = keys[key];
    if (kind === undefined) return [unknownKey(document, [...path, key], key, keys)];
    if (isOf(kind, inner)) return [];
    const message = `\`${key}\` is not ${WORDS[kind]}`;
    const remedy = `write ${WORDS[kind]}, or leave the key out`;
    return [atDocument(document, [...path, key], { code: 'manifests/talconfig', message, remedy })];
  });
}

function unknownKey(document: ManifestDocument, path: Path, key: string, keys: Keys): Told {
  const nearest = suggestNearest(key, Object.keys(keys));
  const message = `talhelper knows no key \`${key}\` here, and ignores it`;
  const remedy = nearest === undefined ? 'take it out' : `did you mean \`${nearest}\`?`;
  return atDocument(document, path, { code: 'manifests/talconfig', message, remedy });
}

function isOf(kind: Kind, value: unknown): boolean {
  if (kind === 'list') return Array.isArray(value);
  if (kind === 'map') return isFields(value);
  return kind === 'flag' ? typeof value === 'boolean' : typeof value === 'string';
}

function missingOf(document: ManifestDocument, node: unknown, index: number): Told[] {
  const fields: Fields = isFields(node) ? node : {};
  const missing = [
    ...['hostname', 'ipAddress'].filter((key) => fields[key] === undefined),
    ...(fields.installDisk === undefined && fields.installDiskSelector === undefined ? ['installDisk'] : []),
  ];
  return missing.map((key) =>
    atDocument(document, ['nodes', index], {
      code: 'manifests/talconfig',
      message: `the node has no \`${key}\``,
      remedy: 'write it',
    }),
  );
}

const PATCHES = "controlPlane:\n  patches:\n    - '@./patches/controller/cluster.yaml'\n";

/** What talhelper takes, and what the nodes do with it. */
export const TALOS_RULES: readonly Rule[] = [
  defineCheck({
    id: 'manifests/talconfig',
    isForOurs: true,
    description: 'The keys of talconfig.yaml are those that talhelper knows, and every node has what names it.',
    rationale: 'talhelper ignores a key that it does not know, so that a slip in it has no effect at all.',
    source: 'https://budimanjojo.github.io/talhelper/latest/reference/configuration/',
    walk: ({ tree }) => checkTalconfig(tree),
    examples: {
      good: [{ files: { 'talos/talconfig.yaml': 'clusterName: home\n' } }],
      bad: [{ files: { 'talos/talconfig.yaml': 'clustername: home # <- here\n' } }],
    },
  }),
  defineCheck({
    id: 'manifests/talos-patch',
    isForOurs: true,
    description: 'Every generated patch is named by talconfig.yaml, and each that is named is there.',
    rationale: 'A patch that nothing names reaches no node.',
    source: 'https://budimanjojo.github.io/talhelper/latest/guides/#configuring-patches',
    walk: ({ tree }) => checkTalosPatches(tree),
    examples: {
      good: [
        {
          files: { 'talos/talconfig.yaml': PATCHES },
          beside: { 'talos/patches/controller/cluster.yaml': 'cluster: {}\n' },
        },
      ],
      bad: [{ files: { 'talos/talconfig.yaml': PATCHES.replace("yaml'", "yaml' # <- here") } }],
    },
  }),
  defineCheck({
    id: 'manifests/versions',
    isForOurs: true,
    description: 'The versions of Talos and Kubernetes go together, and know all settings.',
    rationale:
      'Talos starts no Kubernetes outside of its range, and a kubelet does not start with a setting that it does not know.',
    source: 'https://docs.siderolabs.com/talos/v1.13/getting-started/support-matrix',
    walk: ({ tree }) => checkVersions(tree),
    examples: {
      good: [{ files: { 'talos/talenv.yaml': 'talosVersion: v1.13.0\nkubernetesVersion: v1.36.1\n' } }],
      bad: [{ files: { 'talos/talenv.yaml': 'talosVersion: v1.12.0\nkubernetesVersion: v1.36.1 # <- here\n' } }],
    },
  }),
];
