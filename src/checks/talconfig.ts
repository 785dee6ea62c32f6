import { at, isFields, listAt, type FieldPath, type Fields } from '../manifests/fields.ts';
import type { ManifestDocument } from '../manifests/document.ts';
import type { ManifestTree } from '../manifests/tree.ts';
import type { Finding } from '../report/finding.ts';
import { suggestNearest } from '../report/suggest.ts';
import { manifestFinding } from './manifest-finding.ts';

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

/** Finds keys of talconfig.yaml that talhelper does not know and ignores, values of another kind and nodes that lack what names them. */
export function checkTalconfig(tree: ManifestTree): Finding[] {
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

function keysOf(document: ManifestDocument, value: unknown, path: FieldPath, keys: Keys): Finding[] {
  if (!isFields(value)) return [];
  return Object.entries(value).flatMap(([key, inner]): Finding[] => {
    const kind = keys[key];
    if (kind === undefined) return [unknownKey(document, [...path, key], key, keys)];
    if (isOf(kind, inner)) return [];
    const message = `\`${key}\` is not ${WORDS[kind]}`;
    const remedy = `write ${WORDS[kind]}, or leave the key out`;
    return [manifestFinding(document, [...path, key], { code: 'manifests/talconfig', message, remedy })];
  });
}

function unknownKey(document: ManifestDocument, path: FieldPath, key: string, keys: Keys): Finding {
  const nearest = suggestNearest(key, Object.keys(keys));
  const message = `talhelper knows no key \`${key}\` here, and ignores it`;
  const remedy = nearest === undefined ? 'take it out' : `did you mean \`${nearest}\`?`;
  return manifestFinding(document, path, { code: 'manifests/talconfig', message, remedy });
}

function isOf(kind: Kind, value: unknown): boolean {
  if (kind === 'list') return Array.isArray(value);
  if (kind === 'map') return isFields(value);
  return kind === 'flag' ? typeof value === 'boolean' : typeof value === 'string';
}

function missingOf(document: ManifestDocument, node: unknown, index: number): Finding[] {
  const fields: Fields = isFields(node) ? node : {};
  const missing = [
    ...['hostname', 'ipAddress'].filter((key) => fields[key] === undefined),
    ...(fields.installDisk === undefined && fields.installDiskSelector === undefined ? ['installDisk'] : []),
  ];
  return missing.map((key) =>
    manifestFinding(document, ['nodes', index], {
      code: 'manifests/talconfig',
      message: `the node has no \`${key}\``,
      remedy: 'write it',
    }),
  );
}
