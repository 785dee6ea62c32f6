import { parseNetwork } from '../addresses.ts';
import type { Cluster, ClusterNode } from '../config/types.ts';
import { byFamily, ofFamily, textsOf } from '../families.ts';
import { addressesOfOthers, poolBlocks, touchesNodeNetwork, type AddressBlock } from '../pool.ts';
import { hostOf } from './networks.ts';
import { isBgpEnabled } from './services.ts';

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

/** Addresses as templates need them. Throws a RangeError for a configuration that was not validated. */
export function addressValues(cluster: Cluster, nodes: readonly ClusterNode[]): AddressValues {
  const routers = routersOf(cluster);
  const external = cluster.ingress === 'none' ? [] : byFamily(cluster.cloudflare_gateway_addr);
  const gateways = [
    cluster.cluster_dns_gateway_addr,
    cluster.cluster_gateway_addr,
    external,
    cluster.agentgateway_addr,
  ];
  const pool = cluster.cilium_lb_pool_cidr ?? gateways.flatMap(textsOf);
  return {
    node_default_gateway: routers[0] ?? '',
    node_default_gateways: routers,
    node_default_gateway_v4: ofFamily(routers, 4),
    node_default_gateway_v6: ofFamily(routers, 6),
    cluster_dns_gateway_addr: byFamily(cluster.cluster_dns_gateway_addr)[0] ?? '',
    cluster_dns_gateway_addrs: byFamily(cluster.cluster_dns_gateway_addr),
    cluster_gateway_addr: byFamily(cluster.cluster_gateway_addr)[0] ?? '',
    cluster_gateway_addrs: byFamily(cluster.cluster_gateway_addr),
    cloudflare_gateway_addr: external[0] ?? null,
    cloudflare_gateway_addrs: external,
    agentgateway_addr: byFamily(cluster.agentgateway_addr)[0] ?? null,
    agentgateway_addrs: byFamily(cluster.agentgateway_addr),
    cilium_bgp_router_addr: byFamily(cluster.cilium_bgp_router_addr)[0] ?? null,
    cilium_bgp_router_addrs: byFamily(cluster.cilium_bgp_router_addr),
    cilium_bgp_multihop: multihopOf(cluster),
    lb_pool_blocks: poolBlocks(pool, addressesOfOthers(cluster, nodes, routers)),
    // Who asks from inside of the node network asks by ARP, whatever the router was told.
    l2_enabled: !isBgpEnabled(cluster) || textsOf(pool).some((text) => touchesNodeNetwork(cluster.node_cidr, text)),
    cluster_endpoint: `https://${hostInUrl(cluster.cluster_api_addr)}:6443`,
    cert_sans: [...new Set(['127.0.0.1', cluster.cluster_api_addr, ...(cluster.cluster_api_tls_sans ?? [])])],
  };
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
