import { join } from 'node:path';
import { parse } from 'yaml';
import type { ClusterRoot } from '../../cluster/root.ts';
import { failure, type Failure } from '../../report/finding.ts';
import { suggestNearest } from '../../text/suggest.ts';
import { readTextIfPresent } from '../../system/files.ts';
import { asFields, asText } from '../../text/values.ts';

/** A machine as talos/talconfig.yaml has it. */
export interface TalosNode {
  readonly name: string;
  readonly address: string;
  readonly controller: boolean;
  /** The installer's image without its tag. */
  readonly image: string;
  readonly schematic: string;
  /** The disk that Talos is installed on: a path, or a serial number. Undefined where a selector of the user's own chooses it. */
  readonly disk: string | undefined;
}

/** What talos/talconfig.yaml and talos/talenv.yaml say. */
export interface TalosCluster {
  /** Host of the Kubernetes API. */
  readonly endpoint: string;
  readonly nodes: readonly TalosNode[];
  readonly talosVersion: string;
  readonly kubernetesVersion: string;
}

const CONFIG = 'talos/talconfig.yaml';
const VERSIONS = 'talos/talenv.yaml';

/**
 * Reads the generated configuration of the machines. The versions stand in talenv.yaml, as the other file only names them.
 *
 * @throws Failure of kind `input` where a file is missing or holds something else
 */
export async function readTalosCluster(root: ClusterRoot): Promise<TalosCluster> {
  const config = asFields(await readGenerated(root, CONFIG));
  const versions = asFields(await readGenerated(root, VERSIONS));
  const nodes = Array.isArray(config.nodes) ? config.nodes.map((node) => readNode(asFields(node))) : [];
  const endpoint = /^https:\/\/(?:\[([^\]]+)\]|([^:/[]+))/
    .exec(asText(config.endpoint))
    ?.slice(1)
    .find((part) => part);
  if (endpoint === undefined || nodes.length === 0) throw unreadable(CONFIG);
  return {
    endpoint,
    nodes,
    talosVersion: readVersion(versions.talosVersion),
    kubernetesVersion: readVersion(versions.kubernetesVersion),
  };
}

/** Nodes that are named by host name or address; each once, in the order in which they are named. Throws a Failure for one that is not there. */
export function findNodes({ nodes }: TalosCluster, names: readonly string[]): TalosNode[] {
  const found = names.map((wanted) => {
    const node = nodes.find(({ name, address }) => name === wanted || address === wanted);
    if (node === undefined) throw unknownNode(nodes, wanted);
    return node;
  });
  return [...new Set(found)];
}

/** The controllers, in their order; the first one is asked what is asked of the cluster as a whole. */
export function controllersOf({ nodes }: TalosCluster): readonly [TalosNode, ...TalosNode[]] {
  const [first, ...others] = nodes.filter(({ controller }) => controller);
  if (first === undefined) throw unreadable(CONFIG);
  return [first, ...others];
}

/** Where talhelper puts the configuration of a machine, relative to the cluster's root. */
export function machineConfigPath({ name }: TalosNode): string {
  return `talos/clusterconfig/kubernetes-${name}.yaml`;
}

function unknownNode(nodes: readonly TalosNode[], wanted: string): Failure {
  const near = suggestNearest(
    wanted,
    nodes.flatMap(({ name, address }) => [name, address]),
  );
  const list = `the nodes are: ${nodes.map(({ name, address }) => `${name} (${address})`).join(', ')}`;
  return failure('usage', {
    code: 'operations/node-unknown',
    message: `there is no node ${wanted}`,
    remedy: near === undefined ? list : `did you mean ${near}? ${list}`,
  });
}

async function readGenerated(root: ClusterRoot, path: string): Promise<unknown> {
  const found = await readTextIfPresent(join(root.path, path));
  if (found === undefined) {
    throw failure('input', {
      code: 'operations/not-generated',
      message: `${path} does not exist`,
      place: { file: path },
      remedy: 'run `cluster-template configure`, which generates it',
    });
  }
  try {
    return parse(found) as unknown;
  } catch {
    throw unreadable(path);
  }
}

function readNode(node: Readonly<Record<string, unknown>>): TalosNode {
  const image = asText(node.talosImageURL);
  const [name, address] = [asText(node.hostname), asText(node.ipAddress)];
  if (name === '' || address === '' || image === '') throw unreadable(CONFIG);
  const schematic = image.slice(image.lastIndexOf('/') + 1);
  const serial = asText(asFields(node.installDiskSelector).serial);
  const disk = asText(node.installDisk) || serial || undefined;
  return { name, address, controller: node.controlPlane === true, image, schematic, disk };
}

function readVersion(value: unknown): string {
  if (typeof value === 'string' && /^v\d+\.\d+\.\d+/.test(value)) return value;
  throw unreadable(VERSIONS);
}

function unreadable(path: string): Failure {
  return failure('input', {
    code: 'operations/not-generated',
    message: `${path} does not hold what is generated into it`,
    place: { file: path },
    remedy: 'run `cluster-template configure`, and look at what it says of the file',
  });
}
