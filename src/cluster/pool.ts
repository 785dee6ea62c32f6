import {
  type Address,
  byFamily,
  firstAddress,
  formatAddress,
  lastAddress,
  parseAddress,
  parseNetwork,
  size,
  textsOf,
} from './addresses.ts';
import type { Cluster, ClusterNode, OneOrMore } from './config/generated/types.ts';

/** A block of addresses in the form of Cilium's resource: a network, or its first and last address. */
export type AddressBlock =
  | { readonly cidr: string; readonly start: null; readonly stop: null }
  | { readonly cidr: null; readonly start: string; readonly stop: string };

/** A stretch of addresses of one family, both ends included. */
export interface AddressRange {
  readonly first: Address;
  readonly last: Address;
}

/** The fields whose addresses belong to somebody else: load balancer addresses must never be theirs. */
type OwnedField =
  | 'node_cidr'
  | 'node_default_gateway'
  | 'node_dns_servers'
  | 'node_ntp_servers'
  | 'cluster_api_addr'
  | 'cilium_bgp_router_addr'
  | 'k8s_gateway_fallback_dns';

/**
 * What Cilium gives out of a block as it is written; undefined where the text is none. Of a network that is everything but the first
 * and the last address, unless there are no others (`allowFirstLastIPs: "No"`); of a range it is the whole.
 */
export function usableRange(text: string): AddressRange | undefined {
  const network = parseNetwork(text);
  if (network === undefined || size(network) <= 2n) return wholeRange(text);
  return { first: moved(firstAddress(network), 1n), last: moved(lastAddress(network), -1n) };
}

/** Whether an address lies in a range. */
export function holds({ first, last }: AddressRange, address: Address): boolean {
  return first.family === address.family && first.value <= address.value && address.value <= last.value;
}

/**
 * The addresses that load balancers may never have: those of nodes, routers, the API, resolvers and time servers, and the first and the
 * last address of each node network.
 *
 * @param cluster - what of cluster.yaml can be relied on; what is undefined or no address is left out
 * @param routers - the default gateways, those that follow from node_cidr included
 */
export function addressesOfOthers(
  cluster: { readonly [Name in OwnedField]?: Cluster[Name] | undefined },
  nodes: readonly { readonly address?: ClusterNode['address'] | undefined }[],
  routers: readonly string[],
): readonly Address[] {
  const texts = [
    ...routers,
    ...textsOf(cluster.node_dns_servers),
    ...textsOf(cluster.node_ntp_servers),
    ...textsOf(cluster.cluster_api_addr),
    ...textsOf(cluster.cilium_bgp_router_addr),
    ...textsOf(cluster.k8s_gateway_fallback_dns),
    ...nodes.flatMap(({ address }) => textsOf(address)),
  ];
  const networks = textsOf(cluster.node_cidr).flatMap((text) => parseNetwork(text) ?? []);
  return [
    ...texts.flatMap((text) => parseAddress(text) ?? []),
    ...networks.flatMap((network) => [firstAddress(network), lastAddress(network)]),
  ];
}

/** What is left of a range without some addresses, in order; empty where nothing is. */
export function rangesWithout(range: AddressRange, excluded: readonly Address[]): readonly AddressRange[] {
  const { family } = range.first;
  const inside = excluded.filter((address) => holds(range, address)).map(({ value }) => value);
  const ordered = [...new Set(inside)].sort((a, b) => (a < b ? -1 : 1));
  const starts = [range.first.value, ...ordered.map((value) => value + 1n)];
  const stops = [...ordered.map((value) => value - 1n), range.last.value];
  return starts.flatMap((first, index) => {
    const last = stops[index] ?? first;
    return first > last ? [] : [{ first: { family, value: first }, last: { family, value: last } }];
  });
}

/**
 * The blocks of Cilium's address pool, those of IPv4 first, without the addresses of others.
 *
 * @param pool - networks, ranges `first-last` and single addresses
 */
export function poolBlocks(pool: OneOrMore, excluded: readonly Address[]): readonly AddressBlock[] {
  return byFamily(pool).flatMap((text): readonly AddressBlock[] => {
    if (parseAddress(text) !== undefined) return [networkBlock(`${text}/${text.includes(':') ? '128' : '32'}`)];
    const range = usableRange(text);
    if (range === undefined) return [];
    const isWhole = !excluded.some((address) => holds(range, address));
    if (isWhole && parseNetwork(text) !== undefined) return [networkBlock(text)];
    return rangesWithout(range, excluded).map(({ first, last }) => ({
      cidr: null,
      start: formatAddress(first),
      stop: formatAddress(last),
    }));
  });
}

/** Whether an address, a network or a range `first-last` shares an address with one of the node networks. */
export function touchesNodeNetwork(nodeCidr: Cluster['node_cidr'], text: string): boolean {
  const range = wholeRange(text);
  return (
    range !== undefined &&
    textsOf(nodeCidr).some((cidr) => {
      const nodes = wholeRange(cidr);
      return nodes?.first.family === range.first.family && meets(nodes, range);
    })
  );
}

/** All addresses of a network, a range `first-last` or a single address; undefined where the text is none of them. */
export function wholeRange(text: string): AddressRange | undefined {
  const network = parseNetwork(text);
  if (network !== undefined) return { first: firstAddress(network), last: lastAddress(network) };
  const [first, last = first] = text.split('-').map(parseAddress);
  return first === undefined || last === undefined ? undefined : { first, last };
}

function meets(one: AddressRange, other: AddressRange): boolean {
  return one.first.value <= other.last.value && other.first.value <= one.last.value;
}

function networkBlock(cidr: string): AddressBlock {
  return { cidr, start: null, stop: null };
}

function moved({ family, value }: Address, by: bigint): Address {
  return { family, value: value + by };
}
