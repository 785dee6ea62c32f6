import { CREDENTIAL_FILES, type CredentialFile } from './credentials/files.ts';
import type { ComputedValues } from './computed.ts';

/** The fields that each computed value is made from; `nodes` is the list in nodes.yaml. A test compares it with what is read. */
export const COMPUTED_FROM: Readonly<Record<keyof ComputedValues, readonly string[]>> = {
  node_default_gateway: ['node_default_gateway', 'node_cidr'],
  cilium_bgp_enabled: ['cilium_bgp_router_addr', 'cilium_bgp_router_asn', 'cilium_bgp_node_asn'],
  bgp_enabled: ['cilium_bgp_router_addr', 'cilium_bgp_router_asn', 'cilium_bgp_node_asn'],
  spegel_enabled: ['spegel_enabled', 'nodes'],
  cloudflare_domains: ['cloudflare_domain'],
  primary_domain: ['cloudflare_domain'],
  k8s_gateway_fallback_dns: ['k8s_gateway_fallback_dns', 'node_dns_servers'],
  node_count: ['nodes'],
  controller_count: ['nodes'],
  cert_sans: ['cluster_api_addr', 'cluster_api_tls_sans'],
  coredns_addr: ['cluster_svc_cidr'],
};

/** The credential file that each of the cluster's functions reads unless a template names another one. */
export const FUNCTION_FILES: Readonly<Record<string, CredentialFile>> = {
  age_key: CREDENTIAL_FILES.ageKey,
  cloudflare_tunnel_id: CREDENTIAL_FILES.tunnel,
  cloudflare_tunnel_secret: CREDENTIAL_FILES.tunnel,
  github_deploy_key: CREDENTIAL_FILES.deployKey,
  github_push_token: CREDENTIAL_FILES.pushToken,
};
