import { familyOf, isPublic, textsOf } from '../addresses.ts';
import type { Cluster } from '../config/generated/types.ts';

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
export function serviceValues(cluster: Cluster): ServiceValues {
  const bgp = isBgpEnabled(cluster);
  const ingress = ingressOf(cluster);
  const cloudflare = cluster.dns_provider === 'cloudflare';
  return {
    cilium_bgp_enabled: bgp,
    bgp_enabled: bgp,
    hubble_ui_enabled: cluster.hubble_enabled && cluster.hubble_ui_enabled !== false,
    k8s_gateway_fallback_dns: cluster.k8s_gateway_fallback_dns ?? publicServers(cluster),
    ingress,
    cloudflare_enabled: cloudflare,
    cloudflare_tunnel_enabled: ingress === 'tunnel',
    cloudflare_dns_enabled: cloudflare && ingress !== 'none',
    external_gateway_enabled: ingress !== 'none',
    public_gateway: ingress === 'none' ? 'envoy-internal' : 'envoy-external',
    cluster_issuer: issuerOf(cluster),
    proxmox_api_url: proxmoxApiUrl(cluster.proxmox_api_url),
    proxmox_csi_enabled: cluster.proxmox_csi_token_id !== null && cluster.proxmox_csi_token_secret !== null,
  };
}

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

function issuerOf({ dns_provider: provider, acme_staging: isStaging }: Cluster): ServiceValues['cluster_issuer'] {
  if (provider !== 'cloudflare') return 'internal-ca';
  return isStaging ? 'letsencrypt-staging' : 'letsencrypt-production';
}

/** A resolver of the home network may ask k8s-gateway in turn, so only public ones are fit to fall back on. */
function publicServers({ node_dns_servers: servers, cluster_pod_cidr: pods }: Cluster): readonly string[] {
  const families = textsOf(pods).map(familyOf);
  const found = servers.filter((server) => isPublic(server) && families.includes(familyOf(server)));
  return found.length > 0 ? found : PUBLIC_DNS[families.includes(4) ? 4 : 6];
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
export function aiValues(cluster: Cluster): AiValues {
  const gateway = cluster.agentgateway_addr !== null;
  const azure = gateway && cluster.azure_openai_api_key !== null;
  const cohere = gateway && cluster.cohere_api_key !== null;
  const anthropic = gateway && cluster.anthropic_api_key !== null;
  return {
    agentgateway_enabled: gateway,
    kgateway_enabled: gateway,
    agentgateway_observability_enabled: gateway && cluster.agentgateway_observability_enabled,
    tracing_enabled: gateway && cluster.otel_collector_endpoint !== null,
    ...collectorOf(cluster.otel_collector_endpoint),
    ai_system_enabled: azure || cohere || anthropic,
    azure_openai_enabled: azure,
    azure_openai_endpoint: azure ? `https://${cluster.azure_openai_resource_name ?? ''}.openai.azure.com` : null,
    cohere_enabled: cohere,
    cohere_hostname: cohere ? (cluster.cohere_host ?? 'api.cohere.com') : null,
    cohere_foundry_enabled: cohere && cluster.cohere_host !== null,
    anthropic_enabled: anthropic,
    anthropic_hostname: anthropic ? (cluster.anthropic_host ?? 'api.anthropic.com') : null,
    anthropic_foundry_enabled: anthropic && cluster.anthropic_host !== null,
  };
}

function collectorOf(endpoint: string | null): Pick<AiValues, 'otel_collector_host' | 'otel_collector_port'> {
  const [host, port] = endpoint?.split(':') ?? [];
  return { otel_collector_host: host ?? null, otel_collector_port: port === undefined ? null : Number(port) };
}
