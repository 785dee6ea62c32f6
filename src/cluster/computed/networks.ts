import { byFamily, type Family, formatAddress, nthHost, ofFamily, parseNetwork, textsOf } from '../addresses.ts';
import type { Cluster, OneOrMore } from '../config/generated/types.ts';
import { type AddressBlock, addressesOfOthers, poolBlocks, touchesNodeNetwork } from '../pool.ts';
import type { Recipes } from './recipes.ts';
import { ingressOf, isBgpEnabled } from './services.ts';

/** The networks and what follows from them. Of two families the plain name holds the text of IPv4. */
export interface NetworkValues {
  readonly node_cidr: string;
  readonly node_cidrs: readonly string[];
  readonly node_cidr_v4: string | null;
  readonly node_cidr_v6: string | null;
  readonly cluster_pod_cidr: string;
  readonly cluster_pod_cidrs: readonly string[];
  readonly cluster_pod_cidr_v4: string | null;
  readonly cluster_pod_cidr_v6: string | null;
  readonly cluster_svc_cidr: string;
  readonly cluster_svc_cidrs: readonly string[];
  readonly cluster_svc_cidr_v4: string | null;
  readonly cluster_svc_cidr_v6: string | null;
  /** The families of the node network. */
  readonly node_ipv4_enabled: boolean;
  readonly node_ipv6_enabled: boolean;
  /** The families of Pods and Services. */
  readonly ipv4_enabled: boolean;
  readonly ipv6_enabled: boolean;
  readonly dual_stack: boolean;
  /** `ipFamilies` of a Service. */
  readonly ip_families: readonly ('IPv4' | 'IPv6')[];
  /** `ipFamilyPolicy` of a Service. */
  readonly ip_family_policy: 'SingleStack' | 'PreferDualStack';
  /** What each node takes of the Pod network; null where kube-controller-manager's default is right. */
  readonly node_cidr_mask_size_ipv4: number | null;
  readonly node_cidr_mask_size_ipv6: number | null;
  /** The addresses of CoreDNS: the tenth of each Service network. */
  readonly coredns_addr: string;
  readonly coredns_addrs: readonly string[];
}

/** Which address of the Service network CoreDNS gets, counted from the network address (kubeadm's convention, which Talos follows). */
export const COREDNS_INDEX = 10;

/** kube-controller-manager's default `--node-cidr-mask-size-ipv6`. */
const DEFAULT_NODE_PREFIX_IPV6 = 64;

/** kube-controller-manager refuses a difference of more than 16 bits between the Pod network and a node's part of it. */
const MOST_NODE_BITS = 16;

/** A node's part holds 256 addresses at least: more than the 110 Pods that a kubelet runs. */
const LONGEST_NODE_PREFIX_IPV6 = 120;

/** Networks, families and the addresses that follow from them. They throw a RangeError for a configuration that was not validated. */
export const NETWORKS: Recipes<NetworkValues> = {
  node_cidr: ({ cluster }) => first(byFamily(cluster.node_cidr)),
  node_cidrs: ({ cluster }) => byFamily(cluster.node_cidr),
  node_cidr_v4: ({ cluster }) => ofFamily(byFamily(cluster.node_cidr), 4),
  node_cidr_v6: ({ cluster }) => ofFamily(byFamily(cluster.node_cidr), 6),
  cluster_pod_cidr: ({ cluster }) => first(byFamily(cluster.cluster_pod_cidr)),
  cluster_pod_cidrs: ({ cluster }) => byFamily(cluster.cluster_pod_cidr),
  cluster_pod_cidr_v4: ({ cluster }) => ofFamily(byFamily(cluster.cluster_pod_cidr), 4),
  cluster_pod_cidr_v6: ({ cluster }) => ofFamily(byFamily(cluster.cluster_pod_cidr), 6),
  cluster_svc_cidr: ({ cluster }) => first(byFamily(cluster.cluster_svc_cidr)),
  cluster_svc_cidrs: ({ cluster }) => byFamily(cluster.cluster_svc_cidr),
  cluster_svc_cidr_v4: ({ cluster }) => ofFamily(byFamily(cluster.cluster_svc_cidr), 4),
  cluster_svc_cidr_v6: ({ cluster }) => ofFamily(byFamily(cluster.cluster_svc_cidr), 6),
  node_ipv4_enabled: ({ cluster }) => has(cluster.node_cidr, 4),
  node_ipv6_enabled: ({ cluster }) => has(cluster.node_cidr, 6),
  ipv4_enabled: ({ cluster }) => has(cluster.cluster_pod_cidr, 4),
  ipv6_enabled: ({ cluster }) => has(cluster.cluster_pod_cidr, 6),
  dual_stack: ({ cluster }) => isDualStack(cluster),
  ip_families: ({ cluster }) =>
    ([4, 6] as const)
      .filter((family) => has(cluster.cluster_pod_cidr, family))
      .map((family) => `IPv${String(family)}` as 'IPv4' | 'IPv6'),
  ip_family_policy: ({ cluster }) => (isDualStack(cluster) ? 'PreferDualStack' : 'SingleStack'),
  node_cidr_mask_size_ipv4: () => null,
  node_cidr_mask_size_ipv6: ({ cluster }) => nodePrefixIpv6(ofFamily(byFamily(cluster.cluster_pod_cidr), 6)),
  coredns_addr: ({ cluster }) => first(corednsOf(cluster)),
  coredns_addrs: ({ cluster }) => corednsOf(cluster),
};

function corednsOf(cluster: Cluster): string[] {
  return byFamily(cluster.cluster_svc_cidr).map((cidr) => hostOf(cidr, COREDNS_INDEX));
}

function has(networks: OneOrMore, family: Family): boolean {
  return ofFamily(byFamily(networks), family) !== null;
}

function isDualStack(cluster: Cluster): boolean {
  return has(cluster.cluster_pod_cidr, 4) && has(cluster.cluster_pod_cidr, 6);
}

/** The address of a network with a number, as text. Throws a RangeError for a configuration that was not validated. */
export function hostOf(cidr: string, index: number): string {
  const network = parseNetwork(cidr);
  const address = network === undefined ? undefined : nthHost(network, BigInt(index));
  if (address === undefined) throw new RangeError(`${cidr} has no address number ${String(index)}`);
  return formatAddress(address);
}

/** What of the IPv6 Pod network each node takes, as a prefix length: the default where it fits, or what leaves room for the most nodes. */
export function nodePrefixOf(podPrefix: number): number {
  if (podPrefix < DEFAULT_NODE_PREFIX_IPV6 && DEFAULT_NODE_PREFIX_IPV6 - podPrefix <= MOST_NODE_BITS) {
    return DEFAULT_NODE_PREFIX_IPV6;
  }
  return Math.min(podPrefix + MOST_NODE_BITS, LONGEST_NODE_PREFIX_IPV6);
}

function nodePrefixIpv6(podCidr: string | null): number | null {
  const network = podCidr === null ? undefined : parseNetwork(podCidr);
  if (network === undefined) return null;
  const prefix = nodePrefixOf(network.prefix);
  return prefix === DEFAULT_NODE_PREFIX_IPV6 ? null : prefix;
}

function first(texts: readonly string[]): string {
  return texts[0] ?? '';
}

/** The addresses of routers, gateways and the API. Of two families the plain name holds the text of IPv4. */
export interface AddressValues {
  /** The routers of the nodes: as written, or the first address of each node network. */
  readonly node_default_gateway: string;
  readonly node_default_gateways: readonly string[];
  readonly node_default_gateway_v4: string | null;
  readonly node_default_gateway_v6: string | null;
  readonly cluster_dns_gateway_addr: string;
  readonly cluster_dns_gateway_addrs: readonly string[];
  readonly cluster_gateway_addr: string;
  readonly cluster_gateway_addrs: readonly string[];
  readonly cloudflare_gateway_addr: string | null;
  readonly cloudflare_gateway_addrs: readonly string[];
  readonly agentgateway_addr: string | null;
  readonly agentgateway_addrs: readonly string[];
  readonly cilium_bgp_router_addr: string | null;
  readonly cilium_bgp_router_addrs: readonly string[];
  /** How far away a BGP router may be, in hops; null where all are neighbours, or of the same AS, for which it plays no part. */
  readonly cilium_bgp_multihop: number | null;
  /** The blocks of Cilium's address pool: as written without the addresses of others, or the gateways alone. */
  readonly lb_pool_blocks: readonly AddressBlock[];
  /** Whether load balancer addresses are announced on the node network: without BGP, or where one of them may lie there. */
  readonly l2_enabled: boolean;
  /** The URL of the Kubernetes API, an IPv6 address in brackets. */
  readonly cluster_endpoint: string;
  /** Names and addresses in the certificate of the Kubernetes API. */
  readonly cert_sans: readonly string[];
}

/** Addresses as templates need them. They throw a RangeError for a configuration that was not validated. */
export const ADDRESSES: Recipes<AddressValues> = {
  node_default_gateway: ({ cluster }) => first(routersOf(cluster)),
  node_default_gateways: ({ cluster }) => routersOf(cluster),
  node_default_gateway_v4: ({ cluster }) => ofFamily(routersOf(cluster), 4),
  node_default_gateway_v6: ({ cluster }) => ofFamily(routersOf(cluster), 6),
  cluster_dns_gateway_addr: ({ cluster }) => first(byFamily(cluster.cluster_dns_gateway_addr)),
  cluster_dns_gateway_addrs: ({ cluster }) => byFamily(cluster.cluster_dns_gateway_addr),
  cluster_gateway_addr: ({ cluster }) => first(byFamily(cluster.cluster_gateway_addr)),
  cluster_gateway_addrs: ({ cluster }) => byFamily(cluster.cluster_gateway_addr),
  cloudflare_gateway_addr: ({ cluster }) => externalOf(cluster)[0] ?? null,
  cloudflare_gateway_addrs: ({ cluster }) => externalOf(cluster),
  agentgateway_addr: ({ cluster }) => byFamily(cluster.agentgateway_addr)[0] ?? null,
  agentgateway_addrs: ({ cluster }) => byFamily(cluster.agentgateway_addr),
  cilium_bgp_router_addr: ({ cluster }) => byFamily(cluster.cilium_bgp_router_addr)[0] ?? null,
  cilium_bgp_router_addrs: ({ cluster }) => byFamily(cluster.cilium_bgp_router_addr),
  cilium_bgp_multihop: ({ cluster }) => multihopOf(cluster),
  lb_pool_blocks: ({ cluster, nodes }) =>
    poolBlocks(poolOf(cluster), addressesOfOthers(cluster, nodes, routersOf(cluster))),
  // Who asks from inside of the node network asks by ARP, whatever the router was told.
  l2_enabled: ({ cluster }) =>
    !isBgpEnabled(cluster) || textsOf(poolOf(cluster)).some((text) => touchesNodeNetwork(cluster.node_cidr, text)),
  cluster_endpoint: ({ cluster }) => `https://${hostInUrl(cluster.cluster_api_addr)}:6443`,
  cert_sans: ({ cluster }) => [
    ...new Set(['127.0.0.1', cluster.cluster_api_addr, ...(cluster.cluster_api_tls_sans ?? [])]),
  ],
};

/** The addresses of the external gateway; none where nothing comes in from the Internet. */
function externalOf(cluster: Cluster): readonly string[] {
  return ingressOf(cluster) === 'none' ? [] : byFamily(cluster.cloudflare_gateway_addr);
}

/** What load balancer addresses are taken from: as written, or the gateways alone. */
function poolOf(cluster: Cluster): OneOrMore {
  if (cluster.cilium_lb_pool_cidr !== null) return cluster.cilium_lb_pool_cidr;
  const gateways = [cluster.cluster_dns_gateway_addr, cluster.cluster_gateway_addr];
  return [...gateways, externalOf(cluster), cluster.agentgateway_addr].flatMap(textsOf);
}

/** The routers of the nodes, IPv4 first; a family that none was written for takes the first address of its node network. */
export function routersOf(cluster: Cluster): readonly string[] {
  const written = textsOf(cluster.node_default_gateway);
  return byFamily(cluster.node_cidr).map((cidr) => {
    const family = parseNetwork(cidr)?.family ?? 4;
    return ofFamily(written, family) ?? hostOf(cidr, 1);
  });
}

/** The largest time to live of a packet: how many routers lie between is not to be known here. */
const FARTHEST = 255;

/** A packet of a session to another AS goes no further than its own network unless it is told otherwise. Cilium ignores this within one AS. */
function multihopOf(cluster: Cluster): number | null {
  const routers = textsOf(cluster.cilium_bgp_router_addr);
  const isNear = routers.every((router) => touchesNodeNetwork(cluster.node_cidr, router));
  return isNear || !isBgpEnabled(cluster) ? null : FARTHEST;
}

function hostInUrl(address: string): string {
  return address.includes(':') ? `[${address}]` : address;
}
