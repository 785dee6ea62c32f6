import {
  contains,
  firstAddress,
  formatAddress,
  lastAddress,
  parseAddress,
  parseNetwork,
  textsOf,
} from '../cluster/addresses.ts';
import type { OneOrMore } from '../cluster/config/generated/types.ts';
import type { LoadedConfiguration } from '../cluster/config/load.ts';
import { type Owner, ownersOf } from '../cluster/config/rules/owners.ts';
import { ingressOf, isBgpEnabled } from '../cluster/computed/services.ts';
import { wholeRange } from '../cluster/pool.ts';
import { formatPath } from '../text/values.ts';
import type { EffectiveValue, Network, NetworkAddress, NetworkBlock, NetworkNode, StudioFinding } from './api.ts';

const BLOCKS = [
  { field: 'node_cidr', kind: 'nodes' },
  { field: 'cluster_pod_cidr', kind: 'pods' },
  { field: 'cluster_svc_cidr', kind: 'services' },
  { field: 'cilium_lb_pool_cidr', kind: 'pool' },
] as const;

const ADDRESSES: Readonly<Record<string, { readonly kind: NetworkAddress['kind']; readonly label: string }>> = {
  node_default_gateway: { kind: 'router', label: 'Default gateway' },
  cluster_api_addr: { kind: 'api', label: 'Kubernetes API' },
  cluster_dns_gateway_addr: { kind: 'dns-gateway', label: 'DNS of the cluster' },
  cluster_gateway_addr: { kind: 'internal-gateway', label: 'Internal gateway' },
  cloudflare_gateway_addr: { kind: 'external-gateway', label: 'External gateway' },
  agentgateway_addr: { kind: 'ai-gateway', label: 'AI gateway' },
  cilium_bgp_router_addr: { kind: 'bgp-router', label: 'Router of BGP' },
};

/**
 * The picture of the network: all that is right of a configuration, and what is wrong between its parts.
 *
 * @param findings - of the same configuration, with their fields
 */
export function networkOf(
  { sound, sources }: Pick<LoadedConfiguration, 'sound' | 'sources'>,
  findings: readonly StudioFinding[],
): Network {
  const { cluster } = sound;
  const sourceOf = (field: string): EffectiveValue['source'] => sources.get(field)?.kind ?? 'unset';
  const networks = BLOCKS.flatMap(({ field, kind }) => blocksOf(field, kind, cluster[field], sourceOf(field)));
  const addresses = ownersOf(sound)
    .filter(({ role }) => role !== 'node')
    .flatMap((owner) => addressOf(owner, networks));
  const { node_vlan_tag: tag, proxmox_vlan_mode: isTaggedOutside } = cluster;
  const [domain] = textsOf(cluster.cloudflare_domain);
  const ingress = ingressOf({ ingress: cluster.ingress ?? null, dns_provider: cluster.dns_provider ?? 'cloudflare' });
  const bgp = {
    cilium_bgp_router_addr: cluster.cilium_bgp_router_addr ?? null,
    cilium_bgp_router_asn: cluster.cilium_bgp_router_asn ?? null,
    cilium_bgp_node_asn: cluster.cilium_bgp_node_asn ?? null,
  };
  const [router] = textsOf(bgp.cilium_bgp_router_addr);
  return {
    ...(domain === undefined ? {} : { domain }),
    networks,
    addresses,
    nodes: nodesOf(sound),
    ...(tag === undefined || tag === null ? {} : { vlan: { tag, by: isTaggedOutside === true ? 'proxmox' : 'nodes' } }),
    dnsServers: cluster.node_dns_servers ?? [],
    ntpServers: cluster.node_ntp_servers ?? [],
    ingress: ingress === 'direct' ? 'port-forward' : ingress,
    ...(router === undefined || !isBgpEnabled(bgp)
      ? {}
      : {
          bgp: {
            router,
            ...(bgp.cilium_bgp_router_asn === null ? {} : { routerAsn: bgp.cilium_bgp_router_asn }),
            ...(bgp.cilium_bgp_node_asn === null ? {} : { nodeAsn: bgp.cilium_bgp_node_asn }),
          },
        }),
    clashes: findings.flatMap(clashOf),
  };
}

/** Blocks of a field that takes one or a list; a pool may be a range, `FIRST-LAST`. */
function blocksOf(
  field: string,
  kind: NetworkBlock['kind'],
  value: OneOrMore | null | undefined,
  source: EffectiveValue['source'],
): NetworkBlock[] {
  const texts = textsOf(value);
  return texts.flatMap((text, index): NetworkBlock[] => {
    const network = parseNetwork(text);
    const range =
      network === undefined ? wholeRange(text) : { first: firstAddress(network), last: lastAddress(network) };
    if (range === undefined) return [];
    const key = typeof value === 'string' ? field : `${field}[${String(index)}]`;
    const [first, last] = [formatAddress(range.first), formatAddress(range.last)];
    return [{ kind, key, cidr: text, family: range.first.family, first, last, source }];
  });
}

function addressOf({ address, text, path, isWritten }: Owner, networks: readonly NetworkBlock[]): NetworkAddress[] {
  const about = ADDRESSES[String(path[0])];
  if (about === undefined) return [];
  const within = networks.filter(({ cidr }) => {
    const network = parseNetwork(cidr);
    return network !== undefined && contains(network, address);
  });
  return [
    {
      ...about,
      key: formatPath(path),
      address: text,
      family: address.family,
      isComputed: !isWritten,
      within: within.map(({ key }) => key),
    },
  ];
}

function nodesOf({ nodes = [] }: LoadedConfiguration['sound']): NetworkNode[] {
  return nodes.map((node, index) => ({
    key: `nodes[${String(index)}]`,
    name: node.name ?? `nodes[${String(index)}]`,
    addresses: textsOf(node.address).filter((text) => parseAddress(text) !== undefined),
    role: node.controller === true ? 'controller' : 'worker',
    ...(node.mtu === undefined ? {} : { mtu: node.mtu }),
    ...(node.mac_addr === undefined ? {} : { mac: node.mac_addr }),
  }));
}

const NETWORK_FIELDS: ReadonlySet<string> = new Set([
  ...BLOCKS.map(({ field }) => field),
  ...Object.keys(ADDRESSES),
  ...['node_vlan_tag', 'proxmox_vlan_mode', 'node_dns_servers', 'node_ntp_servers', 'k8s_gateway_fallback_dns'],
  ...['cilium_bgp_router_asn', 'cilium_bgp_node_asn', 'cilium_routing_mode'],
]);

const NODE_FIELDS: ReadonlySet<unknown> = new Set(['address', 'mac_addr', 'mtu']);

/** A finding about the network with the keys that it names: where it stands, and those that its message puts beside it. */
function clashOf(finding: StudioFinding): Network['clashes'] {
  const { field, message } = finding;
  if (field === undefined) return [];
  const isMeant =
    field.document === 'cluster' ? NETWORK_FIELDS.has(String(field.path[0])) : NODE_FIELDS.has(field.path[2]);
  if (!isMeant) return [];
  const named = [...message.matchAll(/`([\w.[\]]+)`/g)].map(([, key = '']) => key);
  return [{ ...finding, keys: [...new Set([formatPath(field.path), ...named])] }];
}
