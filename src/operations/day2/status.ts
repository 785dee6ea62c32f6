import { join } from 'node:path';
import type { ClusterRoot } from '../../cluster/root.ts';
import { Failure } from '../../report/finding.ts';
import { inspect } from '../../system/files.ts';
import type { Programs } from '../programs/catalogue.ts';
import { type EtcdMember, readEtcd, readSchematic, readStage } from '../talos/machines.ts';
import { listFlux, type FluxObject } from '../flux/objects.ts';
import { type NodeState, readNodeStates, readSickPods, type SickPod } from '../kubernetes/state.ts';
import { controllersOf, readTalosCluster, type TalosCluster, type TalosNode } from '../talos/cluster.ts';

/** One node in the table. */
export interface NodeStatus {
  readonly name: string;
  readonly address: string;
  readonly role: 'controller' | 'worker';
  /** Talos' own word, or `unreachable`. */
  readonly stage: string;
  readonly talos: string;
  readonly kubernetes: string;
  readonly ready: boolean;
  /** `ok`, why not, or nothing on a worker. */
  readonly etcd: string;
  /** What it does not run that talos/ says. */
  readonly outdated: readonly string[];
}

/** How the cluster is. What could not be asked is undefined. */
export interface ClusterStatus {
  readonly nodes: readonly NodeStatus[];
  readonly flux: readonly FluxObject[] | undefined;
  readonly pods: readonly SickPod[] | undefined;
  /** What is wrong, one line each. */
  readonly problems: readonly string[];
}

/**
 * Looks at machines, Kubernetes, etcd and Flux, and changes nothing. A part that does not answer, or is not installed yet, does not
 * keep the others from being shown.
 *
 * @throws Failure where talos/ is not generated, or talosctl is missing
 */
export async function readStatus(root: ClusterRoot, programs: Programs): Promise<ClusterStatus> {
  const cluster = await readTalosCluster(root);
  const hasKubernetes = (await inspect(join(root.path, 'kubeconfig'))) !== undefined;
  const problems: string[] = hasKubernetes ? [] : ['Kubernetes cannot be asked: there is no kubeconfig'];
  const attempt = async <T>(what: string, look: () => Promise<T>): Promise<T | undefined> => {
    if (!hasKubernetes) return undefined;
    return await look().catch((error: unknown) => {
      if (!(error instanceof Failure)) throw error;
      problems.push(`${what}: ${error.message}`);
      return undefined;
    });
  };
  const states = await attempt('nodes', () => readNodeStates(programs));
  const etcd = await readEtcd(programs, controllersOf(cluster));
  const nodes: NodeStatus[] = [];
  for (const node of cluster.nodes) nodes.push(await nodeStatus(programs, cluster, node, { states, etcd }));
  const flux = states && (await attempt('Flux', () => readFlux(programs)));
  const pods = states && (await attempt('pods', () => readSickPods(programs)));
  return { nodes, flux, pods, problems: [...problems, ...problemsOf(nodes, flux, pods)] };
}

async function nodeStatus(
  programs: Programs,
  cluster: TalosCluster,
  node: TalosNode,
  { states, etcd }: { readonly states: readonly NodeState[] | undefined; readonly etcd: readonly EtcdMember[] },
): Promise<NodeStatus> {
  const state = states?.find(({ name }) => name === node.name);
  const stage = (await readStage(programs, node)) ?? 'unreachable';
  const schematic = stage === 'running' ? await readSchematic(programs, node.address) : undefined;
  const member = etcd.find((one) => one.node.name === node.name);
  const outdated = [
    ...(state?.talosVersion !== undefined && state.talosVersion !== cluster.talosVersion ? ['Talos'] : []),
    ...(schematic !== undefined && schematic !== node.schematic ? ['image'] : []),
    ...(state !== undefined && state.kubeletVersion !== cluster.kubernetesVersion ? ['Kubernetes'] : []),
  ];
  return {
    name: node.name,
    address: node.address,
    role: node.controller ? 'controller' : 'worker',
    stage,
    talos: state?.talosVersion ?? '',
    kubernetes: state?.kubeletVersion ?? '',
    ready: state?.isReady === true,
    etcd: member === undefined ? '' : (member.problem ?? 'ok'),
    outdated,
  };
}

async function readFlux(programs: Programs): Promise<FluxObject[] | undefined> {
  const kustomizations = await listFlux(programs, 'Kustomization');
  if (kustomizations === undefined) return undefined;
  return [...kustomizations, ...((await listFlux(programs, 'HelmRelease')) ?? [])];
}

function problemsOf(
  nodes: readonly NodeStatus[],
  flux: readonly FluxObject[] | undefined,
  pods: readonly SickPod[] | undefined,
): string[] {
  return [
    ...nodes.flatMap(({ name, stage, ready, etcd, outdated }) => [
      ...(stage === 'running' ? [] : [`${name} is ${stage}`]),
      ...(stage === 'running' && !ready ? [`${name} is not ready in Kubernetes`] : []),
      ...(stage !== 'running' || etcd === '' || etcd === 'ok' ? [] : [`etcd on ${name}: ${etcd}`]),
      ...(outdated.length === 0 ? [] : [`${name} does not run the configured ${outdated.join(' and ')}`]),
    ]),
    ...(flux ?? []).flatMap(({ kind, namespace, name, suspended, ready, message }) => {
      const title = `${kind} ${namespace}/${name}`;
      if (suspended) return [`${title} is suspended`];
      return ready ? [] : [`${title} is not ready: ${message}`];
    }),
    ...(pods ?? []).map(({ namespace, name, state }) => `Pod ${namespace}/${name}: ${state}`),
  ];
}
