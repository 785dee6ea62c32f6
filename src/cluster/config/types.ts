declare const secretBrand: unique symbol;

/** The plain text of a secret. The brand keeps it from being taken for a text that may be shown. */
export type SecretText = string & { readonly [secretBrand]: true };

/** A secret as it is written: the text itself, or where to find it. */
export type WrittenSecret = string | { readonly env: string } | { readonly file: string };

/** cluster.yaml as it is written, once its schema has been met. */
export interface WrittenCluster {
  readonly node_cidr: string;
  readonly node_dns_servers?: readonly string[];
  readonly node_ntp_servers?: readonly string[];
  readonly node_default_gateway?: string;
  readonly node_vlan_tag?: number | string;
  readonly cluster_api_addr: string;
  readonly cluster_api_tls_sans?: readonly string[];
  readonly cluster_pod_cidr?: string;
  readonly cluster_svc_cidr?: string;
  readonly cluster_dns_gateway_addr: string;
  readonly cluster_gateway_addr: string;
  readonly cloudflare_gateway_addr: string;
  readonly repository_name: string;
  readonly repository_branch?: string;
  readonly repository_visibility?: 'public' | 'private';
  readonly cloudflare_domain: string | readonly string[];
  readonly cloudflare_token: WrittenSecret;
  readonly cilium_loadbalancer_mode?: 'dsr' | 'snat';
  readonly cilium_bgp_router_addr?: string;
  readonly cilium_bgp_router_asn?: number | string;
  readonly cilium_bgp_node_asn?: number | string;
  readonly k8s_gateway_fallback_dns?: readonly string[];
  readonly spegel_enabled?: boolean;
}

/** One node of nodes.yaml as it is written. */
export interface WrittenNode {
  readonly name: string;
  readonly address: string;
  readonly controller: boolean;
  readonly disk: string;
  readonly mac_addr: string;
  readonly schematic_id: string;
  readonly mtu?: number;
  readonly secureboot?: boolean;
  readonly encrypt_disk?: boolean;
  readonly kernel_modules?: readonly string[];
  readonly nodeLabels?: Readonly<Record<string, string>>;
}

/** nodes.yaml as it is written. */
export interface WrittenNodes {
  readonly nodes: readonly WrittenNode[];
}

/** cluster.yaml in effect: defaults applied, numbers as numbers, secrets read; null where nothing was set. */
export interface Cluster {
  readonly node_cidr: string;
  readonly node_dns_servers: readonly string[];
  readonly node_ntp_servers: readonly string[];
  readonly node_default_gateway: string | null;
  readonly node_vlan_tag: number | null;
  readonly cluster_api_addr: string;
  readonly cluster_api_tls_sans: readonly string[] | null;
  readonly cluster_pod_cidr: string;
  readonly cluster_svc_cidr: string;
  readonly cluster_dns_gateway_addr: string;
  readonly cluster_gateway_addr: string;
  readonly cloudflare_gateway_addr: string;
  readonly repository_name: string;
  readonly repository_branch: string;
  readonly repository_visibility: 'public' | 'private';
  readonly cloudflare_domain: string | readonly string[];
  readonly cloudflare_token: SecretText;
  readonly cilium_loadbalancer_mode: 'dsr' | 'snat';
  readonly cilium_bgp_router_addr: string | null;
  readonly cilium_bgp_router_asn: number | null;
  readonly cilium_bgp_node_asn: number | null;
  readonly k8s_gateway_fallback_dns: readonly string[] | null;
  readonly spegel_enabled: boolean | null;
}

/** One node in effect. */
export interface ClusterNode {
  readonly name: string;
  readonly address: string;
  readonly controller: boolean;
  readonly disk: string;
  readonly mac_addr: string;
  readonly schematic_id: string;
  readonly mtu: number;
  readonly secureboot: boolean;
  readonly encrypt_disk: boolean;
  readonly kernel_modules: readonly string[];
  readonly nodeLabels: Readonly<Record<string, string>> | null;
}

/** Both files in effect: valid, and complete. */
export interface Configuration {
  readonly cluster: Cluster;
  readonly nodes: readonly ClusterNode[];
}
