declare const secretBrand: unique symbol;

/** The plain text of a secret. The brand keeps it from being taken for a text that may be shown. */
export type SecretText = string & { readonly [secretBrand]: true };

/** A secret as it is written: the text itself, or where to find it. */
export type WrittenSecret = string | { readonly env: string } | { readonly file: string };

/** A field that takes one text or a list of them: an address or a network of each family, or several domains. */
export type OneOrMore = string | readonly string[];

/** cluster.yaml as it is written, once its schema has been met. */
export interface WrittenCluster {
  readonly node_cidr: OneOrMore;
  readonly node_dns_servers?: readonly string[];
  readonly node_ntp_servers?: readonly string[];
  readonly node_default_gateway?: OneOrMore;
  readonly node_vlan_tag?: number | string;
  readonly node_schematic_id?: string;
  readonly schedule_on_controllers?: boolean;
  readonly node_firewall?: boolean;
  readonly cluster_name?: string;
  readonly cluster_api_addr: string;
  readonly cluster_api_tls_sans?: readonly string[];
  readonly cluster_pod_cidr?: OneOrMore;
  readonly cluster_svc_cidr?: OneOrMore;
  readonly cluster_dns_gateway_addr: OneOrMore;
  readonly cluster_gateway_addr: OneOrMore;
  readonly cloudflare_gateway_addr?: OneOrMore;
  readonly ingress?: 'tunnel' | 'direct' | 'none';
  readonly repository_name?: string;
  readonly repository_url?: string;
  readonly repository_branch?: string;
  readonly repository_visibility?: 'public' | 'private';
  readonly repository_known_hosts?: OneOrMore;
  readonly webhook_type?: 'github' | 'gitlab' | 'bitbucket' | 'generic-hmac' | 'none';
  readonly dns_provider?: 'cloudflare' | 'none';
  readonly cloudflare_domain?: OneOrMore;
  readonly cloudflare_domains?: OneOrMore;
  readonly cloudflare_token?: WrittenSecret;
  readonly cloudflare_zone?: OneOrMore;
  readonly cloudflare_tunnel_protocol?: 'quic' | 'http2' | 'auto';
  readonly acme_staging?: boolean;
  readonly cilium_loadbalancer_mode?: 'dsr' | 'snat';
  readonly cilium_loadbalancer_algorithm?: 'maglev' | 'random';
  readonly cilium_routing_mode?: 'native' | 'tunnel';
  readonly cilium_bbr_enabled?: boolean;
  readonly cilium_big_tcp_enabled?: boolean;
  readonly cilium_lb_pool_cidr?: OneOrMore;
  readonly cilium_bgp_router_addr?: OneOrMore;
  readonly cilium_bgp_router_asn?: number | string;
  readonly cilium_bgp_node_asn?: number | string;
  readonly cilium_bgp_hold_time?: number;
  readonly cilium_bgp_keepalive_time?: number;
  readonly cilium_bgp_graceful_restart?: boolean;
  readonly cilium_bgp_graceful_restart_time?: number;
  readonly cilium_bgp_password?: WrittenSecret;
  readonly hubble_enabled?: boolean;
  readonly hubble_ui_enabled?: boolean;
  readonly k8s_gateway_fallback_dns?: readonly string[];
  readonly k8s_gateway_fallthrough?: boolean;
  readonly spegel_enabled?: boolean;
  readonly flux_memory_limit?: string;
  readonly alerts_enabled?: boolean;
  readonly alertmanager_url?: string;
  readonly volsync_enabled?: boolean;
  readonly openebs_hostpath?: string;
  readonly agentgateway_addr?: OneOrMore;
  readonly agentgateway_observability_enabled?: boolean;
  readonly otel_collector_endpoint?: string;
  readonly azure_openai_api_key?: WrittenSecret;
  readonly azure_openai_resource_name?: string;
  readonly azure_openai_deployment_name?: string;
  readonly azure_openai_api_version?: string;
  readonly cohere_api_key?: WrittenSecret;
  readonly cohere_model?: string;
  readonly cohere_host?: string;
  readonly anthropic_api_key?: WrittenSecret;
  readonly anthropic_model?: string;
  readonly anthropic_host?: string;
  readonly proxmox_api_url?: string;
  readonly proxmox_region?: string;
  readonly proxmox_storage?: string;
  readonly proxmox_insecure?: boolean;
  readonly proxmox_csi_token_id?: string;
  readonly proxmox_csi_token_secret?: WrittenSecret;
  readonly proxmox_vlan_mode?: boolean;
}

/** One node of nodes.yaml as it is written. */
export interface WrittenNode {
  readonly name: string;
  readonly address: OneOrMore;
  readonly controller: boolean;
  readonly disk: string;
  readonly mac_addr: string;
  readonly schematic_id?: string;
  readonly mtu?: number;
  readonly secureboot?: boolean;
  readonly encrypt_disk?: boolean;
  readonly kernel_modules?: readonly string[];
  readonly nodeLabels?: Readonly<Record<string, string>>;
  readonly gpu?: 'nvidia' | 'intel';
  readonly openebs_hostpath_enabled?: boolean;
}

/** cluster.yaml in effect: defaults applied, numbers as numbers, secrets read; null where nothing was set. */
export interface Cluster {
  readonly node_cidr: OneOrMore;
  readonly node_dns_servers: readonly string[];
  readonly node_ntp_servers: readonly string[];
  readonly node_default_gateway: OneOrMore | null;
  readonly node_vlan_tag: number | null;
  readonly node_schematic_id: string | null;
  readonly schedule_on_controllers: boolean;
  readonly node_firewall: boolean;
  readonly cluster_name: string | null;
  readonly cluster_api_addr: string;
  readonly cluster_api_tls_sans: readonly string[] | null;
  readonly cluster_pod_cidr: OneOrMore;
  readonly cluster_svc_cidr: OneOrMore;
  readonly cluster_dns_gateway_addr: OneOrMore;
  readonly cluster_gateway_addr: OneOrMore;
  readonly cloudflare_gateway_addr: OneOrMore | null;
  readonly ingress: 'tunnel' | 'direct' | 'none' | null;
  readonly repository_name: string | null;
  readonly repository_url: string | null;
  readonly repository_branch: string;
  readonly repository_visibility: 'public' | 'private';
  readonly repository_known_hosts: OneOrMore | null;
  readonly webhook_type: 'github' | 'gitlab' | 'bitbucket' | 'generic-hmac' | 'none' | null;
  readonly dns_provider: 'cloudflare' | 'none';
  readonly cloudflare_domain: OneOrMore | null;
  readonly cloudflare_domains: OneOrMore | null;
  readonly cloudflare_token: SecretText | null;
  readonly cloudflare_zone: OneOrMore | null;
  readonly cloudflare_tunnel_protocol: 'quic' | 'http2' | 'auto';
  readonly acme_staging: boolean;
  readonly cilium_loadbalancer_mode: 'dsr' | 'snat';
  readonly cilium_loadbalancer_algorithm: 'maglev' | 'random';
  readonly cilium_routing_mode: 'native' | 'tunnel';
  readonly cilium_bbr_enabled: boolean;
  readonly cilium_big_tcp_enabled: boolean;
  readonly cilium_lb_pool_cidr: OneOrMore | null;
  readonly cilium_bgp_router_addr: OneOrMore | null;
  readonly cilium_bgp_router_asn: number | null;
  readonly cilium_bgp_node_asn: number | null;
  readonly cilium_bgp_hold_time: number;
  readonly cilium_bgp_keepalive_time: number;
  readonly cilium_bgp_graceful_restart: boolean;
  readonly cilium_bgp_graceful_restart_time: number;
  readonly cilium_bgp_password: SecretText | null;
  readonly hubble_enabled: boolean;
  readonly hubble_ui_enabled: boolean | null;
  readonly k8s_gateway_fallback_dns: readonly string[] | null;
  readonly k8s_gateway_fallthrough: boolean;
  readonly spegel_enabled: boolean | null;
  readonly flux_memory_limit: string;
  readonly alerts_enabled: boolean;
  readonly alertmanager_url: string;
  readonly volsync_enabled: boolean;
  readonly openebs_hostpath: string;
  readonly agentgateway_addr: OneOrMore | null;
  readonly agentgateway_observability_enabled: boolean;
  readonly otel_collector_endpoint: string | null;
  readonly azure_openai_api_key: SecretText | null;
  readonly azure_openai_resource_name: string | null;
  readonly azure_openai_deployment_name: string | null;
  readonly azure_openai_api_version: string;
  readonly cohere_api_key: SecretText | null;
  readonly cohere_model: string | null;
  readonly cohere_host: string | null;
  readonly anthropic_api_key: SecretText | null;
  readonly anthropic_model: string | null;
  readonly anthropic_host: string | null;
  readonly proxmox_api_url: string | null;
  readonly proxmox_region: string | null;
  readonly proxmox_storage: string | null;
  readonly proxmox_insecure: boolean;
  readonly proxmox_csi_token_id: string | null;
  readonly proxmox_csi_token_secret: SecretText | null;
  readonly proxmox_vlan_mode: boolean;
}

/** One node in effect. */
export interface ClusterNode {
  readonly name: string;
  readonly address: OneOrMore;
  readonly controller: boolean;
  readonly disk: string;
  readonly mac_addr: string;
  readonly schematic_id: string | null;
  readonly mtu: number;
  readonly secureboot: boolean;
  readonly encrypt_disk: boolean;
  readonly kernel_modules: readonly string[];
  readonly nodeLabels: Readonly<Record<string, string>> | null;
  readonly gpu: 'nvidia' | 'intel' | null;
  readonly openebs_hostpath_enabled: boolean;
}

/** Both files in effect: valid, and complete. */
export interface Configuration {
  readonly cluster: Cluster;
  readonly nodes: readonly ClusterNode[];
}
