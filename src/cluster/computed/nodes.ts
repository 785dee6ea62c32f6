import { byFamily, contains, parseAddress, parseNetwork, textsOf } from '../addresses.ts';
import type { Cluster, ClusterNode, Configuration } from '../config/generated/types.ts';
import { routersOf } from './networks.ts';
import type { NodeRecipes, Recipes } from './recipes.ts';

/** A node as templates see it. */
interface TemplateNode extends ClusterNode {
  /** Its address, that of IPv4 where it has two. */
  readonly address: string;
  readonly addresses: readonly string[];
  /** Its addresses with the prefix lengths of their node networks. */
  readonly address_cidrs: readonly string[];
  /** As written, or the one of all nodes. */
  readonly schematic_id: string;
  /** The default routes, one for each family of the node network. */
  readonly routes: readonly { readonly network: string; readonly gateway: string }[];
}

/** What is computed of a node; some are fields as well. */
export type ComputedNodeField =
  Exclude<keyof TemplateNode, keyof ClusterNode> | 'address' | 'schematic_id' | 'kernel_modules' | 'nodeLabels';

/** What Talos' documentation of NVIDIA GPUs loads. */
const NVIDIA_MODULES = ['nvidia', 'nvidia_uvm', 'nvidia_drm', 'nvidia_modeset'];

/** The labels that the device plugins of the makers look for. */
const GPU_LABELS = {
  nvidia: { 'nvidia.com/gpu.present': 'true' },
  intel: { 'intel.feature.node.kubernetes.io/gpu': 'true' },
} as const;

/** The nodes and what follows from them. */
export interface NodeValues {
  readonly nodes: readonly TemplateNode[];
  readonly controllers: readonly TemplateNode[];
  readonly workers: readonly TemplateNode[];
  readonly node_count: number;
  readonly controller_count: number;
  readonly worker_count: number;
  /** Whether Spegel runs: as written, or where there is more than one node. */
  readonly spegel_enabled: boolean;
  readonly nvidia_enabled: boolean;
  readonly intel_gpu_enabled: boolean;
  /** Whether some node has the folder for volumes of OpenEBS. */
  readonly openebs_enabled: boolean;
  /** Whether every node that runs Pods has it. */
  readonly openebs_on_all_nodes: boolean;
  /** Null too where the hypervisor tags the traffic. */
  readonly node_vlan_tag: number | null;
}

/** The nodes, completed and counted. */
export const NODES: Recipes<NodeValues> = {
  nodes: (configuration) => templateNodes(configuration),
  controllers: (configuration) => templateNodes(configuration).filter(({ controller }) => controller),
  workers: (configuration) => templateNodes(configuration).filter(({ controller }) => !controller),
  node_count: ({ nodes }) => nodes.length,
  controller_count: ({ nodes }) => nodes.filter(({ controller }) => controller).length,
  worker_count: ({ nodes }) => nodes.filter(({ controller }) => !controller).length,
  spegel_enabled: (configuration) => configuration.cluster.spegel_enabled ?? configuration.nodes.length > 1,
  nvidia_enabled: ({ nodes }) => nodes.some(({ gpu }) => gpu === 'nvidia'),
  intel_gpu_enabled: ({ nodes }) => nodes.some(({ gpu }) => gpu === 'intel'),
  openebs_enabled: ({ nodes }) => nodes.some(({ openebs_hostpath_enabled: enabled }) => enabled),
  openebs_on_all_nodes: ({ cluster, nodes }) =>
    nodes
      .filter(({ controller }) => cluster.schedule_on_controllers || !controller)
      .every(({ openebs_hostpath_enabled: enabled }) => enabled),
  node_vlan_tag: ({ cluster }) => (cluster.proxmox_vlan_mode ? null : cluster.node_vlan_tag),
};

/** What templates see of each node, besides its other fields. */
export const NODE: NodeRecipes<Pick<TemplateNode, ComputedNodeField>> = {
  address: ({ address }) => byFamily(address)[0] ?? '',
  addresses: ({ address }) => byFamily(address),
  address_cidrs: ({ address }, cluster) => byFamily(address).map((one) => `${one}/${prefixOf(one, cluster)}`),
  schematic_id: (node, cluster) => node.schematic_id ?? cluster.node_schematic_id ?? '',
  kernel_modules: ({ gpu, kernel_modules: modules }) => [
    ...new Set([...(gpu === 'nvidia' ? NVIDIA_MODULES : []), ...modules]),
  ],
  nodeLabels: ({ gpu, nodeLabels: labels }) => (gpu === null ? labels : { ...GPU_LABELS[gpu], ...labels }),
  routes: (_, cluster) =>
    routersOf(cluster).map((gateway) => ({ network: gateway.includes(':') ? '::/0' : '0.0.0.0/0', gateway })),
};

function templateNodes({ cluster, nodes }: Configuration): TemplateNode[] {
  const recipes = Object.entries(NODE) as [string, (node: ClusterNode, cluster: Cluster) => unknown][];
  return nodes.map((node) => {
    const computed = Object.fromEntries(recipes.map(([name, recipe]) => [name, recipe(node, cluster)]));
    return { ...node, ...(computed as Pick<TemplateNode, ComputedNodeField>) };
  });
}

function prefixOf(text: string, cluster: Cluster): string {
  const address = parseAddress(text);
  const networks = textsOf(cluster.node_cidr).map(parseNetwork);
  const network = networks.find((candidate) => candidate && address && contains(candidate, address));
  return String(network?.prefix ?? '');
}
