import type { Programs } from '../programs/call.ts';
import { askConfigured, askMaintenance } from '../talos/nodes.ts';
import { asRecord, asRecords, asText, conditionOf, listObjects, type KubernetesObject } from './kubernetes.ts';
import type { TalosNode } from './talos-cluster.ts';

/** A node as Kubernetes sees it. */
export interface NodeState {
  readonly name: string;
  readonly address: string;
  readonly isReady: boolean;
  /** Version of Talos that it runs; undefined where it does not say. */
  readonly talosVersion: string | undefined;
  readonly kubeletVersion: string;
  /** Differs after every start of the machine. */
  readonly bootId: string;
}

/** All nodes that Kubernetes knows. Throws a Failure of kind `outside` where it does not answer. */
export async function readNodeStates(programs: Programs): Promise<NodeState[]> {
  return ((await listObjects(programs, ['nodes'])) ?? []).map(readNodeState);
}

/** The schematic that a machine runs; undefined where it does not say. */
export async function readSchematic(programs: Programs, address: string): Promise<string | undefined> {
  const { exitCode, stdout } = await programs.ask({
    program: 'talosctl',
    arguments: ['get', 'extensions', '--nodes', address, '--output', 'json'],
    quiet: true,
    timeoutSeconds: 20,
    toleratesTimeout: true,
  });
  if (exitCode !== 0) return undefined;
  // The factory adds the schematic's id to every image as the version of an extension of that name.
  return /"name":\s*"schematic"[^{}]*"version":\s*"([0-9a-f]{64})"/.exec(stdout)?.[1];
}

/**
 * In which state of its life a machine is, in Talos' own words (`running`, `maintenance`, `booting`, …); undefined where it does not
 * answer. One in maintenance answers without credentials only.
 */
export async function readStage(programs: Programs, node: TalosNode): Promise<string | undefined> {
  const status = await programs.ask({ ...askConfigured(node), toleratesTimeout: true });
  if (status.exitCode === 0) return /"stage":\s*"([a-z ]+)"/.exec(status.stdout)?.[1];
  const links = await programs.ask({ ...askMaintenance(node.address), toleratesTimeout: true });
  return links.exitCode === 0 ? 'maintenance' : undefined;
}

function readNodeState(object: KubernetesObject): NodeState {
  const info = asRecord(object.status.nodeInfo);
  const internal = asRecords(object.status.addresses).find(({ type }) => type === 'InternalIP');
  return {
    name: object.name,
    address: asText(internal?.address),
    isReady: conditionOf(object, 'Ready')?.status === 'True',
    talosVersion: /^Talos \((v[^)]+)\)$/.exec(asText(info.osImage))?.[1],
    kubeletVersion: asText(info.kubeletVersion),
    bootId: asText(info.bootID),
  };
}
