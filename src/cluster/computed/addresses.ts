import { contains, parseAddress, parseNetwork } from '../addresses.ts';
import type { Cluster } from '../config/types.ts';
import { byFamily, ofFamily, textsOf } from '../families.ts';
import { hostOf } from './networks.ts';

/** Where load balancer addresses come from: a network, or the first and the last address of a range; the others are null. */
export interface AddressBlock {
  readonly cidr: string | null;
  readonly start: string | null;
  readonly stop: string | null;
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
  /** The blocks of Cilium's address pool: as written, or the node networks and every gateway outside of them. */
  readonly lb_pool_blocks: readonly AddressBlock[];
  /** The URL of the Kubernetes API, an IPv6 address in brackets. */
  readonly cluster_endpoint: string;
  /** Names and addresses in the certificate of the Kubernetes API. */
  readonly cert_sans: readonly string[];
}

/** Addresses as templates need them. Throws a RangeError for a configuration that was not validated. */
export function addressValues(cluster: Cluster): AddressValues {
  const routers = routersOf(cluster);
  const external = cluster.ingress === 'none' ? [] : byFamily(cluster.cloudflare_gateway_addr);
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
    lb_pool_blocks: poolOf(cluster, external).map(blockOf),
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

/** With BGP a gateway may lie outside of the node networks: its address is then a block of its own. */
function poolOf(cluster: Cluster, external: readonly string[]): readonly string[] {
  if (cluster.cilium_lb_pool_cidr !== null) return byFamily(cluster.cilium_lb_pool_cidr);
  const fields = [cluster.cluster_dns_gateway_addr, cluster.cluster_gateway_addr, external, cluster.agentgateway_addr];
  const networks = textsOf(cluster.node_cidr).flatMap((cidr) => parseNetwork(cidr) ?? []);
  const outside = fields.flatMap(textsOf).filter((text) => {
    const address = parseAddress(text);
    return address !== undefined && !networks.some((network) => contains(network, address));
  });
  const single = outside.map((text) => `${text}/${text.includes(':') ? '128' : '32'}`);
  return byFamily([...textsOf(cluster.node_cidr), ...single]);
}

function blockOf(text: string): AddressBlock {
  const [start, stop] = text.split('-');
  if (start === undefined || stop === undefined) return { cidr: text, start: null, stop: null };
  return { cidr: null, start, stop };
}

function hostInUrl(address: string): string {
  return address.includes(':') ? `[${address}]` : address;
}
