import { familyOf, isPublic, textsOf } from '../addresses.ts';
import type { Cluster } from '../config/generated/types.ts';
import type { Recipes } from './recipes.ts';

/** What is on, and what the services need to know. */
export interface ServiceValues {
  /** Whether all three fields of BGP are set. */
  readonly cilium_bgp_enabled: boolean;
  /** The same as `cilium_bgp_enabled`. */
  readonly bgp_enabled: boolean;
  readonly hubble_ui_enabled: boolean;
  /** The resolvers of k8s-gateway: as written, or the public ones among node_dns_servers that Pods can reach, or Cloudflare's. */
  readonly k8s_gateway_fallback_dns: readonly string[];
  /** How the external gateway is reached: as written, or through the tunnel where there is Cloudflare. */
  readonly ingress: 'tunnel' | 'direct' | 'none';
  readonly cloudflare_enabled: boolean;
  readonly cloudflare_tunnel_enabled: boolean;
  readonly cloudflare_dns_enabled: boolean;
  readonly external_gateway_enabled: boolean;
  /** The gateway of what may be seen from the Internet; the internal one where nothing may. */
  readonly public_gateway: 'envoy-external' | 'envoy-internal';
  /** The ClusterIssuer of all certificates. */
  readonly cluster_issuer: 'letsencrypt-production' | 'letsencrypt-staging' | 'internal-ca';
  readonly proxmox_api_url: string | null;
  readonly proxmox_csi_enabled: boolean;
}

const PUBLIC_DNS = { 4: ['1.1.1.1', '1.0.0.1'], 6: ['2606:4700:4700::1111', '2606:4700:4700::1001'] } as const;

/** The switches of the base services. */
export const SERVICES: Recipes<ServiceValues> = {
  cilium_bgp_enabled: ({ cluster }) => isBgpEnabled(cluster),
  bgp_enabled: ({ cluster }) => isBgpEnabled(cluster),
  hubble_ui_enabled: ({ cluster }) => cluster.hubble_enabled && cluster.hubble_ui_enabled !== false,
  k8s_gateway_fallback_dns: ({ cluster }) => cluster.k8s_gateway_fallback_dns ?? publicServers(cluster),
  ingress: ({ cluster }) => ingressOf(cluster),
  cloudflare_enabled: ({ cluster }) => cluster.dns_provider === 'cloudflare',
  cloudflare_tunnel_enabled: ({ cluster }) => ingressOf(cluster) === 'tunnel',
  cloudflare_dns_enabled: ({ cluster }) => cluster.dns_provider === 'cloudflare' && ingressOf(cluster) !== 'none',
  external_gateway_enabled: ({ cluster }) => ingressOf(cluster) !== 'none',
  public_gateway: ({ cluster }) => (ingressOf(cluster) === 'none' ? 'envoy-internal' : 'envoy-external'),
  cluster_issuer: ({ cluster }) => issuerOf(cluster),
  proxmox_api_url: ({ cluster }) => proxmoxApiUrl(cluster.proxmox_api_url),
  proxmox_csi_enabled: ({ cluster }) =>
    cluster.proxmox_csi_token_id !== null && cluster.proxmox_csi_token_secret !== null,
};

/** Whether BGP is on: all three of its fields are set. */
export function isBgpEnabled(
  cluster: Pick<Cluster, 'cilium_bgp_router_addr' | 'cilium_bgp_router_asn' | 'cilium_bgp_node_asn'>,
): boolean {
  return [cluster.cilium_bgp_router_addr, cluster.cilium_bgp_router_asn, cluster.cilium_bgp_node_asn].every(
    (field) => field !== null,
  );
}

/** How the external gateway is reached. */
export function ingressOf(cluster: Pick<Cluster, 'ingress' | 'dns_provider'>): 'tunnel' | 'direct' | 'none' {
  return cluster.ingress ?? (cluster.dns_provider === 'cloudflare' ? 'tunnel' : 'none');
}

function issuerOf(cluster: Cluster): ServiceValues['cluster_issuer'] {
  if (cluster.dns_provider !== 'cloudflare') return 'internal-ca';
  return cluster.acme_staging ? 'letsencrypt-staging' : 'letsencrypt-production';
}

/** A resolver of the home network may ask k8s-gateway in turn, so only public ones are fit to fall back on. */
function publicServers({ node_dns_servers: servers, cluster_pod_cidr: pods }: Cluster): readonly string[] {
  const families = textsOf(pods).map(familyOf);
  const found = servers.filter((server) => isPublic(server) && families.includes(familyOf(server)));
  return found.length > 0 ? found : [...PUBLIC_DNS[families.includes(4) ? 4 : 6]];
}

/** Some write the URL with the path of the API and some without. */
function proxmoxApiUrl(url: string | null): string | null {
  return url === null ? null : `${url.replace(/\/$/, '').replace(/\/api2\/json$/, '')}/api2/json`;
}

/** The AI gateway, its back ends and its tracing. */
export interface AiValues {
  readonly agentgateway_enabled: boolean;
  /** The same as `agentgateway_enabled`. */
  readonly kgateway_enabled: boolean;
  /** Whether it is observed: with the gateway, and unless switched off. */
  readonly agentgateway_observability_enabled: boolean;
  readonly tracing_enabled: boolean;
  readonly otel_collector_host: string | null;
  readonly otel_collector_port: number | null;
  /** Whether there is a back end at all. */
  readonly ai_system_enabled: boolean;
  readonly azure_openai_enabled: boolean;
  readonly azure_openai_endpoint: string | null;
  readonly cohere_enabled: boolean;
  /** The host to ask: as written, or the public API's. */
  readonly cohere_hostname: string | null;
  readonly cohere_foundry_enabled: boolean;
  readonly anthropic_enabled: boolean;
  readonly anthropic_hostname: string | null;
  readonly anthropic_foundry_enabled: boolean;
}

/** The switches of the AI gateway: every back end takes the gateway and its own key. */
export const AI: Recipes<AiValues> = {
  agentgateway_enabled: ({ cluster }) => hasGateway(cluster),
  kgateway_enabled: ({ cluster }) => hasGateway(cluster),
  agentgateway_observability_enabled: ({ cluster }) =>
    hasGateway(cluster) && cluster.agentgateway_observability_enabled,
  tracing_enabled: ({ cluster }) => hasGateway(cluster) && cluster.otel_collector_endpoint !== null,
  otel_collector_host: ({ cluster }) => cluster.otel_collector_endpoint?.split(':')[0] ?? null,
  otel_collector_port: ({ cluster }) => {
    const port = cluster.otel_collector_endpoint?.split(':')[1];
    return port === undefined ? null : Number(port);
  },
  ai_system_enabled: ({ cluster }) => AI_KEYS.some((key) => hasBackEnd(cluster, key)),
  azure_openai_enabled: ({ cluster }) => hasBackEnd(cluster, 'azure_openai_api_key'),
  azure_openai_endpoint: ({ cluster }) =>
    hasBackEnd(cluster, 'azure_openai_api_key')
      ? `https://${cluster.azure_openai_resource_name ?? ''}.openai.azure.com`
      : null,
  cohere_enabled: ({ cluster }) => hasBackEnd(cluster, 'cohere_api_key'),
  cohere_hostname: ({ cluster }) =>
    hasBackEnd(cluster, 'cohere_api_key') ? (cluster.cohere_host ?? 'api.cohere.com') : null,
  cohere_foundry_enabled: ({ cluster }) => hasBackEnd(cluster, 'cohere_api_key') && cluster.cohere_host !== null,
  anthropic_enabled: ({ cluster }) => hasBackEnd(cluster, 'anthropic_api_key'),
  anthropic_hostname: ({ cluster }) =>
    hasBackEnd(cluster, 'anthropic_api_key') ? (cluster.anthropic_host ?? 'api.anthropic.com') : null,
  anthropic_foundry_enabled: ({ cluster }) =>
    hasBackEnd(cluster, 'anthropic_api_key') && cluster.anthropic_host !== null,
};

const AI_KEYS = ['azure_openai_api_key', 'cohere_api_key', 'anthropic_api_key'] as const;

function hasGateway(cluster: Cluster): boolean {
  return cluster.agentgateway_addr !== null;
}

function hasBackEnd(cluster: Cluster, key: (typeof AI_KEYS)[number]): boolean {
  return hasGateway(cluster) && cluster[key] !== null;
}
