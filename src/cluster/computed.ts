import { formatAddress, isPublic, nthHost, parseNetwork } from './addresses.ts';
import type { Cluster, Configuration } from './config/types.ts';

/** What templates see besides the fields: everything that follows from them. */
export interface ComputedValues {
  /** The router of the nodes: as written, or the first address of node_cidr. */
  readonly node_default_gateway: string;
  /** Whether all three fields of BGP are set. */
  readonly cilium_bgp_enabled: boolean;
  /** The same as `cilium_bgp_enabled`. */
  readonly bgp_enabled: boolean;
  /** Whether Spegel runs: as written, or where there is more than one node. */
  readonly spegel_enabled: boolean;
  /** The domains as a list, whether cloudflare_domain is one or a list. */
  readonly cloudflare_domains: readonly string[];
  /** The first of the domains. */
  readonly primary_domain: string;
  /** The resolvers of k8s-gateway: as written, or the public ones among node_dns_servers, or Cloudflare's. */
  readonly k8s_gateway_fallback_dns: readonly string[];
  readonly node_count: number;
  readonly controller_count: number;
  /** Names and addresses in the certificate of the Kubernetes API. */
  readonly cert_sans: readonly string[];
  /** The address of CoreDNS: the tenth of the Service network. */
  readonly coredns_addr: string;
}

/** The computed names that nobody can set; the others are fields as well, and what is written there wins. */
export const COMPUTED_NAMES: ReadonlySet<string> = new Set([
  'cilium_bgp_enabled',
  'bgp_enabled',
  'cloudflare_domains',
  'primary_domain',
  'node_count',
  'controller_count',
  'cert_sans',
  'coredns_addr',
] satisfies (keyof ComputedValues)[]);

/** Which address of the Service network CoreDNS gets, counted from the network address (kubeadm's convention, which Talos follows). */
export const COREDNS_INDEX = 10;

const PUBLIC_DNS = ['1.1.1.1', '1.0.0.1'];

/** What follows from a configuration. Throws a RangeError for one that was not validated. */
export function computeValues({ cluster, nodes }: Configuration): ComputedValues {
  const bgp = isBgpEnabled(cluster);
  const domains = domainsOf(cluster.cloudflare_domain);
  return {
    node_default_gateway: cluster.node_default_gateway ?? hostOf(cluster.node_cidr, 1),
    cilium_bgp_enabled: bgp,
    bgp_enabled: bgp,
    spegel_enabled: cluster.spegel_enabled ?? nodes.length > 1,
    cloudflare_domains: domains,
    primary_domain: domains[0] ?? '',
    k8s_gateway_fallback_dns: cluster.k8s_gateway_fallback_dns ?? publicServers(cluster.node_dns_servers),
    node_count: nodes.length,
    controller_count: nodes.filter(({ controller }) => controller).length,
    cert_sans: [...new Set(['127.0.0.1', cluster.cluster_api_addr, ...(cluster.cluster_api_tls_sans ?? [])])],
    coredns_addr: hostOf(cluster.cluster_svc_cidr, COREDNS_INDEX),
  };
}

/**
 * Everything that templates see: the fields of cluster.yaml by their names (null where nothing was set), `nodes`, and
 * the computed values, which stand in for the fields of the same name.
 */
export function templateData(configuration: Configuration): Readonly<Record<string, unknown>> {
  return { ...configuration.cluster, nodes: configuration.nodes, ...computeValues(configuration) };
}

/** Whether BGP is on: all three of its fields are set. */
export function isBgpEnabled(
  cluster: Pick<Cluster, 'cilium_bgp_router_addr' | 'cilium_bgp_router_asn' | 'cilium_bgp_node_asn'>,
): boolean {
  return [cluster.cilium_bgp_router_addr, cluster.cilium_bgp_router_asn, cluster.cilium_bgp_node_asn].every(
    (field) => field !== null,
  );
}

function domainsOf(domain: Cluster['cloudflare_domain']): readonly string[] {
  return typeof domain === 'string' ? [domain] : domain;
}

/** A resolver of the home network may ask k8s-gateway in turn, so only public ones are fit to fall back on. */
function publicServers(servers: readonly string[]): readonly string[] {
  const found = servers.filter(isPublic);
  return found.length > 0 ? found : PUBLIC_DNS;
}

function hostOf(cidr: string, index: number): string {
  const network = parseNetwork(cidr);
  const address = network === undefined ? undefined : nthHost(network, BigInt(index));
  if (address === undefined) throw new RangeError(`${cidr} has no address number ${String(index)}`);
  return formatAddress(address);
}
