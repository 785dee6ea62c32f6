import type { ComputedValues } from './computed.ts';
import type { ComputedNodeField } from './computed/nodes.ts';
import { CLUSTER_FIELDS } from './config/schemas.ts';
import type { Cluster, ClusterNode } from './config/generated/types.ts';

/** A field of cluster.yaml, or the list in nodes.yaml. */
type Field = keyof Cluster | 'nodes';

const DOMAIN: readonly Field[] = ['cloudflare_domain', 'cloudflare_domains'];

const SSH: readonly Field[] = ['repository_url', 'repository_visibility'];

const KNOWN_HOSTS: readonly Field[] = [...SSH, 'repository_known_hosts'];

const ROUTERS: readonly (keyof Cluster)[] = ['node_default_gateway', 'node_cidr'];

const BGP: readonly Field[] = ['cilium_bgp_router_addr', 'cilium_bgp_router_asn', 'cilium_bgp_node_asn'];

const INGRESS: readonly Field[] = ['ingress', 'dns_provider'];

const POOL: readonly Field[] = [
  'cilium_lb_pool_cidr',
  'node_cidr',
  'cluster_dns_gateway_addr',
  'cluster_gateway_addr',
  'cloudflare_gateway_addr',
  ...INGRESS,
  'agentgateway_addr',
];

const OTHERS: readonly Field[] = [
  'node_default_gateway',
  'node_dns_servers',
  'node_ntp_servers',
  'cluster_api_addr',
  'cilium_bgp_router_addr',
  'k8s_gateway_fallback_dns',
  'nodes',
];

const AZURE: readonly Field[] = ['agentgateway_addr', 'azure_openai_api_key'];

const COHERE: readonly Field[] = ['agentgateway_addr', 'cohere_api_key'];

const COHERE_HOST: readonly Field[] = [...COHERE, 'cohere_host'];

const ANTHROPIC: readonly Field[] = ['agentgateway_addr', 'anthropic_api_key'];

const ANTHROPIC_HOST: readonly Field[] = [...ANTHROPIC, 'anthropic_host'];

const NODES: readonly Field[] = ['nodes', 'node_cidr', 'node_default_gateway', 'node_schematic_id'];

/** The fields that each computed value is made from; a test compares it with what changes when they do. */
export const COMPUTED_FROM: Readonly<Record<keyof ComputedValues, readonly Field[]>> = {
  node_cidr: ['node_cidr'],
  node_cidrs: ['node_cidr'],
  node_cidr_v4: ['node_cidr'],
  node_cidr_v6: ['node_cidr'],
  cluster_pod_cidr: ['cluster_pod_cidr'],
  cluster_pod_cidrs: ['cluster_pod_cidr'],
  cluster_pod_cidr_v4: ['cluster_pod_cidr'],
  cluster_pod_cidr_v6: ['cluster_pod_cidr'],
  cluster_svc_cidr: ['cluster_svc_cidr'],
  cluster_svc_cidrs: ['cluster_svc_cidr'],
  cluster_svc_cidr_v4: ['cluster_svc_cidr'],
  cluster_svc_cidr_v6: ['cluster_svc_cidr'],
  node_ipv4_enabled: ['node_cidr'],
  node_ipv6_enabled: ['node_cidr'],
  ipv4_enabled: ['cluster_pod_cidr'],
  ipv6_enabled: ['cluster_pod_cidr'],
  dual_stack: ['cluster_pod_cidr'],
  ip_families: ['cluster_pod_cidr'],
  ip_family_policy: ['cluster_pod_cidr'],
  node_cidr_mask_size_ipv4: [],
  node_cidr_mask_size_ipv6: ['cluster_pod_cidr'],
  coredns_addr: ['cluster_svc_cidr'],
  coredns_addrs: ['cluster_svc_cidr'],
  node_default_gateway: ROUTERS,
  node_default_gateways: ROUTERS,
  node_default_gateway_v4: ROUTERS,
  node_default_gateway_v6: ROUTERS,
  cluster_dns_gateway_addr: ['cluster_dns_gateway_addr'],
  cluster_dns_gateway_addrs: ['cluster_dns_gateway_addr'],
  cluster_gateway_addr: ['cluster_gateway_addr'],
  cluster_gateway_addrs: ['cluster_gateway_addr'],
  cloudflare_gateway_addr: ['cloudflare_gateway_addr', ...INGRESS],
  cloudflare_gateway_addrs: ['cloudflare_gateway_addr', ...INGRESS],
  agentgateway_addr: ['agentgateway_addr'],
  agentgateway_addrs: ['agentgateway_addr'],
  cilium_bgp_router_addr: ['cilium_bgp_router_addr'],
  cilium_bgp_router_addrs: ['cilium_bgp_router_addr'],
  cilium_bgp_multihop: [...BGP, 'node_cidr'],
  lb_pool_blocks: [...POOL, ...OTHERS],
  l2_enabled: [...BGP, ...POOL],
  cluster_endpoint: ['cluster_api_addr'],
  cert_sans: ['cluster_api_addr', 'cluster_api_tls_sans'],
  cloudflare_domain: DOMAIN,
  cloudflare_domains: DOMAIN,
  primary_domain: DOMAIN,
  domains: DOMAIN,
  cloudflare_zones: [...DOMAIN, 'cloudflare_zone'],
  repository_name: ['repository_name', 'repository_url'],
  cluster_name: ['cluster_name', 'repository_name', 'repository_url'],
  repository_url: ['repository_name', ...SSH],
  repository_host: ['repository_url'],
  repository_known_hosts: KNOWN_HOSTS,
  repository_known_hosts_lines: KNOWN_HOSTS,
  deploy_key_enabled: SSH,
  webhook_type: ['webhook_type', 'repository_url', ...INGRESS],
  webhook_enabled: ['webhook_type', ...INGRESS],
  cilium_bgp_enabled: BGP,
  bgp_enabled: BGP,
  hubble_ui_enabled: ['hubble_ui_enabled', 'hubble_enabled'],
  k8s_gateway_fallback_dns: ['k8s_gateway_fallback_dns', 'node_dns_servers', 'cluster_pod_cidr'],
  ingress: INGRESS,
  cloudflare_enabled: ['dns_provider'],
  cloudflare_tunnel_enabled: INGRESS,
  cloudflare_dns_enabled: INGRESS,
  external_gateway_enabled: INGRESS,
  public_gateway: INGRESS,
  cluster_issuer: ['dns_provider', 'acme_staging'],
  proxmox_api_url: ['proxmox_api_url'],
  proxmox_csi_enabled: ['proxmox_csi_token_id', 'proxmox_csi_token_secret'],
  agentgateway_enabled: ['agentgateway_addr'],
  kgateway_enabled: ['agentgateway_addr'],
  agentgateway_observability_enabled: ['agentgateway_observability_enabled', 'agentgateway_addr'],
  tracing_enabled: ['agentgateway_addr', 'otel_collector_endpoint'],
  otel_collector_host: ['otel_collector_endpoint'],
  otel_collector_port: ['otel_collector_endpoint'],
  ai_system_enabled: ['agentgateway_addr', 'azure_openai_api_key', 'cohere_api_key', 'anthropic_api_key'],
  azure_openai_enabled: AZURE,
  azure_openai_endpoint: [...AZURE, 'azure_openai_resource_name'],
  cohere_enabled: COHERE,
  cohere_hostname: COHERE_HOST,
  cohere_foundry_enabled: COHERE_HOST,
  anthropic_enabled: ANTHROPIC,
  anthropic_hostname: ANTHROPIC_HOST,
  anthropic_foundry_enabled: ANTHROPIC_HOST,
  nodes: NODES,
  controllers: NODES,
  workers: NODES,
  node_count: ['nodes'],
  controller_count: ['nodes'],
  worker_count: ['nodes'],
  spegel_enabled: ['spegel_enabled', 'nodes'],
  nvidia_enabled: ['nodes'],
  intel_gpu_enabled: ['nodes'],
  openebs_enabled: ['nodes'],
  openebs_on_all_nodes: ['nodes', 'schedule_on_controllers'],
  node_vlan_tag: ['node_vlan_tag', 'proxmox_vlan_mode'],
};

/** What of a node and of cluster.yaml a value is made from that templates see of each node. */
interface NodeDerivation {
  readonly node: readonly (keyof ClusterNode)[];
  readonly cluster: readonly (keyof Cluster)[];
}

/** The same for what templates see of each node. */
export const NODE_COMPUTED_FROM: Readonly<Record<ComputedNodeField, NodeDerivation>> = {
  address: { node: ['address'], cluster: [] },
  addresses: { node: ['address'], cluster: [] },
  address_cidrs: { node: ['address'], cluster: ['node_cidr'] },
  schematic_id: { node: ['schematic_id'], cluster: ['node_schematic_id'] },
  kernel_modules: { node: ['kernel_modules', 'gpu'], cluster: [] },
  nodeLabels: { node: ['nodeLabels', 'gpu'], cluster: [] },
  routes: { node: [], cluster: ROUTERS },
};

/** The computed names that nobody can set; the others are fields as well, and what is written there counts. */
export const COMPUTED_NAMES: ReadonlySet<string> = new Set(
  Object.keys(COMPUTED_FROM).filter((name) => name !== 'nodes' && !Object.hasOwn(CLUSTER_FIELDS, name)),
);
