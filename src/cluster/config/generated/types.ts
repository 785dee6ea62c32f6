// Made by scripts/compile-schemas.mjs from schemas/*.schema.json; edits are lost.

declare const secretBrand: unique symbol;

/** The plain text of a secret. The brand keeps it from being taken for a text that may be shown. */
export type SecretText = string & { readonly [secretBrand]: true };

/** A secret as it is written: the text itself, or where to find it. */
export type WrittenSecret = string | { readonly env: string } | { readonly file: string };

/** A field that takes one text or a list of them: an address or a network of each family, or several domains. */
export type OneOrMore = string | readonly string[];

/** cluster.yaml as it is written, once its schema has been met. */
export interface WrittenCluster {
  /** Node network. */
  readonly node_cidr: OneOrMore;
  /** DNS servers. */
  readonly node_dns_servers?: readonly string[];
  /** NTP servers. */
  readonly node_ntp_servers?: readonly string[];
  /** Default gateway. */
  readonly node_default_gateway?: OneOrMore;
  /** VLAN tag. */
  readonly node_vlan_tag?: number | string;
  /** VLAN by Proxmox. */
  readonly proxmox_vlan_mode?: boolean;
  /** Schematic of the nodes. */
  readonly node_schematic_id?: string;
  /** Work on controllers. */
  readonly schedule_on_controllers?: boolean;
  /** Firewall of the nodes. */
  readonly node_firewall?: boolean;
  /** Name of the cluster. */
  readonly cluster_name?: string;
  /** Kubernetes API address. */
  readonly cluster_api_addr: string;
  /** Further names of the Kubernetes API. */
  readonly cluster_api_tls_sans?: readonly string[];
  /** Pod network. */
  readonly cluster_pod_cidr?: OneOrMore;
  /** Service network. */
  readonly cluster_svc_cidr?: OneOrMore;
  /** DNS gateway address. */
  readonly cluster_dns_gateway_addr: OneOrMore;
  /** Internal gateway address. */
  readonly cluster_gateway_addr: OneOrMore;
  /** External gateway address. */
  readonly cloudflare_gateway_addr?: OneOrMore;
  /** Ways in from the Internet. */
  readonly ingress?: 'tunnel' | 'direct' | 'none';
  /** Repository. */
  readonly repository_name?: string;
  /** URL of the repository. */
  readonly repository_url?: string;
  /** Branch. */
  readonly repository_branch?: string;
  /** Visibility of the repository. */
  readonly repository_visibility?: 'public' | 'private';
  /** Host keys of the repository. */
  readonly repository_known_hosts?: OneOrMore;
  /** Webhook. */
  readonly webhook_type?: 'github' | 'gitlab' | 'bitbucket' | 'generic-hmac' | 'none';
  /** DNS provider. */
  readonly dns_provider?: 'cloudflare' | 'none';
  /** Domain. */
  readonly cloudflare_domain?: OneOrMore;
  /** Domains. */
  readonly cloudflare_domains?: OneOrMore;
  /** Cloudflare API token. */
  readonly cloudflare_token?: WrittenSecret;
  /** Zone at Cloudflare. */
  readonly cloudflare_zone?: OneOrMore;
  /** Protocol of the tunnel. */
  readonly cloudflare_tunnel_protocol?: 'quic' | 'http2' | 'auto';
  /** Let's Encrypt's staging. */
  readonly acme_staging?: boolean;
  /** Mode of the load balancer. */
  readonly cilium_loadbalancer_mode?: 'dsr' | 'snat';
  /** Algorithm of the load balancer. */
  readonly cilium_loadbalancer_algorithm?: 'maglev' | 'random';
  /** Routing of Pods. */
  readonly cilium_routing_mode?: 'native' | 'tunnel';
  /** BBR. */
  readonly cilium_bbr_enabled?: boolean;
  /** BIG TCP. */
  readonly cilium_big_tcp_enabled?: boolean;
  /** Load balancer addresses. */
  readonly cilium_lb_pool_cidr?: OneOrMore;
  /** BGP router. */
  readonly cilium_bgp_router_addr?: OneOrMore;
  /** AS number of the router. */
  readonly cilium_bgp_router_asn?: number | string;
  /** AS number of the nodes. */
  readonly cilium_bgp_node_asn?: number | string;
  /** BGP hold time. */
  readonly cilium_bgp_hold_time?: number;
  /** BGP keepalive time. */
  readonly cilium_bgp_keepalive_time?: number;
  /** BGP graceful restart. */
  readonly cilium_bgp_graceful_restart?: boolean;
  /** BGP graceful restart time. */
  readonly cilium_bgp_graceful_restart_time?: number;
  /** BGP password. */
  readonly cilium_bgp_password?: WrittenSecret;
  /** Hubble. */
  readonly hubble_enabled?: boolean;
  /** Hubble UI. */
  readonly hubble_ui_enabled?: boolean;
  /** Public DNS servers. */
  readonly k8s_gateway_fallback_dns?: readonly string[];
  /** Unknown names of your domain. */
  readonly k8s_gateway_fallthrough?: boolean;
  /** Memory of Flux. */
  readonly flux_memory_limit?: string;
  /** Store of secrets. */
  readonly external_secrets_store?: 'onepassword' | 'doppler';
  /** Vault of 1Password. */
  readonly onepassword_vault?: string;
  /** Credentials of 1Password Connect. */
  readonly onepassword_connect_credentials?: WrittenSecret;
  /** Token of 1Password Connect. */
  readonly onepassword_connect_token?: WrittenSecret;
  /** Token of Doppler. */
  readonly doppler_token?: WrittenSecret;
  /** NFS server. */
  readonly csi_driver_nfs_server?: string;
  /** NFS share. */
  readonly csi_driver_nfs_share?: string;
  /** What becomes of an NFS volume. */
  readonly csi_driver_nfs_reclaim_policy?: 'Delete' | 'Retain';
  /** Garage. */
  readonly garage_enabled?: boolean;
  /** Capacity of Garage. */
  readonly garage_capacity?: string;
  /** Storage class of Garage. */
  readonly garage_storage_class?: string;
  /** First bucket. */
  readonly garage_bucket?: string;
  /** Access key of Garage. */
  readonly garage_access_key?: WrittenSecret;
  /** Secret key of Garage. */
  readonly garage_secret_key?: WrittenSecret;
  /** Admin token of Garage. */
  readonly garage_admin_token?: WrittenSecret;
  /** Secret of Garage's own protocol. */
  readonly garage_rpc_secret?: WrittenSecret;
  /** Host path of OpenEBS. */
  readonly openebs_hostpath?: string;
  /** Proxmox API. */
  readonly proxmox_api_url?: string;
  /** Proxmox region. */
  readonly proxmox_region?: string;
  /** Proxmox storage. */
  readonly proxmox_storage?: string;
  /** Proxmox certificate. */
  readonly proxmox_insecure?: boolean;
  /** Proxmox token. */
  readonly proxmox_csi_token_id?: string;
  /** Secret of the Proxmox token. */
  readonly proxmox_csi_token_secret?: WrittenSecret;
  /** Where Ceph runs. */
  readonly rook_ceph_mode?: 'internal' | 'external';
  /** Disks of Ceph. */
  readonly rook_ceph_device_filter?: string;
  /** Copies in Ceph. */
  readonly rook_ceph_replicas?: number | string;
  /** File system of Ceph. */
  readonly rook_ceph_filesystem_enabled?: boolean;
  /** Default class of Ceph. */
  readonly rook_ceph_default_class?: boolean;
  /** Identifier of the Ceph cluster. */
  readonly rook_ceph_external_fsid?: string;
  /** Monitors of the Ceph cluster. */
  readonly rook_ceph_external_monitors?: string;
  /** User of Rook. */
  readonly rook_ceph_external_user?: string;
  /** Key of the user of Rook. */
  readonly rook_ceph_external_user_key?: WrittenSecret;
  /** Pool of Ceph. */
  readonly rook_ceph_external_pool?: string;
  /** Key of nodes for block volumes. */
  readonly rook_ceph_external_rbd_node_key?: WrittenSecret;
  /** Key of the provisioner of block volumes. */
  readonly rook_ceph_external_rbd_provisioner_key?: WrittenSecret;
  /** File system of the Ceph cluster. */
  readonly rook_ceph_external_filesystem?: string;
  /** Pool of the file system. */
  readonly rook_ceph_external_filesystem_pool?: string;
  /** Key of nodes for the file system. */
  readonly rook_ceph_external_cephfs_node_key?: WrittenSecret;
  /** Key of the provisioner of the file system. */
  readonly rook_ceph_external_cephfs_provisioner_key?: WrittenSecret;
  /** Snapshots of volumes. */
  readonly snapshot_controller_enabled?: boolean;
  /** VolSync. */
  readonly volsync_enabled?: boolean;
  /** Mover of VolSync. */
  readonly volsync_mover?: 'restic' | 'kopia';
  /** Further places of backups. */
  readonly volsync_targets?: readonly string[];
  /** PostgreSQL. */
  readonly cloudnative_pg_enabled?: boolean;
  /** Backups of PostgreSQL. */
  readonly cloudnative_pg_barman_enabled?: boolean;
  /** Dragonfly. */
  readonly dragonfly_operator_enabled?: boolean;
  /** Alerts of Flux. */
  readonly alerts_enabled?: boolean;
  /** Alertmanager. */
  readonly alertmanager_url?: string;
  /** What Gatus asks. */
  readonly gatus_endpoints?: readonly string[];
  /** Grafana. */
  readonly grafana_enabled?: boolean;
  /** Password of Grafana. */
  readonly grafana_admin_password?: WrittenSecret;
  /** Headlamp. */
  readonly headlamp_enabled?: boolean;
  /** Role of Headlamp. */
  readonly headlamp_role?: 'view' | 'edit' | 'admin' | 'cluster-admin';
  /** Issuer of logins to Headlamp. */
  readonly headlamp_oidc_issuer?: string;
  /** OIDC client of Headlamp. */
  readonly headlamp_oidc_client_id?: string;
  /** Client secret of Headlamp. */
  readonly headlamp_oidc_client_secret?: WrittenSecret;
  /** Prometheus. */
  readonly kube_prometheus_stack_enabled?: boolean;
  /** Retention of metrics. */
  readonly prometheus_retention?: string;
  /** Storage of Prometheus. */
  readonly prometheus_storage_size?: string;
  /** Storage class of Prometheus. */
  readonly prometheus_storage_class?: string;
  /** Loki. */
  readonly loki_enabled?: boolean;
  /** How long logs are kept. */
  readonly loki_retention?: string;
  /** Capacity of Loki. */
  readonly loki_capacity?: string;
  /** Storage class of Loki. */
  readonly loki_storage_class?: string;
  /** Victoria Logs. */
  readonly victoria_logs_enabled?: boolean;
  /** Retention of logs. */
  readonly victoria_logs_retention?: string;
  /** Storage of logs. */
  readonly victoria_logs_storage_size?: string;
  /** Storage class of logs. */
  readonly victoria_logs_storage_class?: string;
  /** Mail server. */
  readonly smtp_relay_host?: string;
  /** Port of the mail server. */
  readonly smtp_relay_port?: '465' | '587';
  /** User of the mail server. */
  readonly smtp_relay_username?: string;
  /** Password of the mail server. */
  readonly smtp_relay_password?: WrittenSecret;
  /** OAuth client of Tailscale. */
  readonly tailscale_oauth_client_id?: string;
  /** Secret of the OAuth client. */
  readonly tailscale_oauth_client_secret?: WrittenSecret;
  /** Tag of the operator. */
  readonly tailscale_operator_tag?: string;
  /** Tag of proxies. */
  readonly tailscale_proxy_tag?: string;
  /** Kubernetes API by Tailscale. */
  readonly tailscale_api_proxy_enabled?: boolean;
  /** Name of the Kubernetes API in the tailnet. */
  readonly tailscale_api_hostname?: string;
  /** KEDA. */
  readonly keda_enabled?: boolean;
  /** authentik. */
  readonly authentik_enabled?: boolean;
  /** authentik from the Internet. */
  readonly authentik_public?: boolean;
  /** Storage class of authentik. */
  readonly authentik_storage_class?: string;
  /** Secret key of authentik. */
  readonly authentik_secret_key?: WrittenSecret;
  /** Password of the database of authentik. */
  readonly authentik_postgres_password?: WrittenSecret;
  /** First password of akadmin. */
  readonly authentik_admin_password?: WrittenSecret;
  /** Pocket ID. */
  readonly pocket_id_enabled?: boolean;
  /** Pocket ID from the Internet. */
  readonly pocket_id_public?: boolean;
  /** Storage class of Pocket ID. */
  readonly pocket_id_storage_class?: string;
  /** Encryption key of Pocket ID. */
  readonly pocket_id_encryption_key?: WrittenSecret;
  /** AI gateway address. */
  readonly agentgateway_addr?: OneOrMore;
  /** Observability of the AI gateway. */
  readonly agentgateway_observability_enabled?: boolean;
  /** Tracing. */
  readonly otel_collector_endpoint?: string;
  /** Azure OpenAI key. */
  readonly azure_openai_api_key?: WrittenSecret;
  /** Azure OpenAI resource. */
  readonly azure_openai_resource_name?: string;
  /** Azure OpenAI deployment. */
  readonly azure_openai_deployment_name?: string;
  /** Azure OpenAI API version. */
  readonly azure_openai_api_version?: string;
  /** Cohere key. */
  readonly cohere_api_key?: WrittenSecret;
  /** Cohere model. */
  readonly cohere_model?: string;
  /** Cohere host. */
  readonly cohere_host?: string;
  /** Anthropic key. */
  readonly anthropic_api_key?: WrittenSecret;
  /** Anthropic model. */
  readonly anthropic_model?: string;
  /** Anthropic host. */
  readonly anthropic_host?: string;
  /** Spegel. */
  readonly spegel_enabled?: boolean;
}

/** One node of nodes.yaml as it is written. */
export interface WrittenNode {
  /** Name. */
  readonly name: string;
  /** Address. */
  readonly address: OneOrMore;
  /** Controller. */
  readonly controller: boolean;
  /** Disk. */
  readonly disk: string;
  /** MAC address. */
  readonly mac_addr: string;
  /** Schematic. */
  readonly schematic_id?: string;
  /** MTU. */
  readonly mtu?: number;
  /** Secure Boot. */
  readonly secureboot?: boolean;
  /** Disk encryption. */
  readonly encrypt_disk?: boolean;
  /** Kernel modules. */
  readonly kernel_modules?: readonly string[];
  /** Labels. */
  readonly nodeLabels?: Readonly<Record<string, string>>;
  /** GPU. */
  readonly gpu?: 'nvidia' | 'intel';
  /** Host path of OpenEBS. */
  readonly openebs_hostpath_enabled?: boolean;
}

/** cluster.yaml in effect: defaults applied, numbers as numbers, secrets read; null where nothing was set. */
export interface Cluster {
  /** Node network. */
  readonly node_cidr: OneOrMore;
  /** DNS servers. */
  readonly node_dns_servers: readonly string[];
  /** NTP servers. */
  readonly node_ntp_servers: readonly string[];
  /** Default gateway. */
  readonly node_default_gateway: OneOrMore | null;
  /** VLAN tag. */
  readonly node_vlan_tag: number | null;
  /** VLAN by Proxmox. */
  readonly proxmox_vlan_mode: boolean;
  /** Schematic of the nodes. */
  readonly node_schematic_id: string | null;
  /** Work on controllers. */
  readonly schedule_on_controllers: boolean;
  /** Firewall of the nodes. */
  readonly node_firewall: boolean;
  /** Name of the cluster. */
  readonly cluster_name: string | null;
  /** Kubernetes API address. */
  readonly cluster_api_addr: string;
  /** Further names of the Kubernetes API. */
  readonly cluster_api_tls_sans: readonly string[] | null;
  /** Pod network. */
  readonly cluster_pod_cidr: OneOrMore;
  /** Service network. */
  readonly cluster_svc_cidr: OneOrMore;
  /** DNS gateway address. */
  readonly cluster_dns_gateway_addr: OneOrMore;
  /** Internal gateway address. */
  readonly cluster_gateway_addr: OneOrMore;
  /** External gateway address. */
  readonly cloudflare_gateway_addr: OneOrMore | null;
  /** Ways in from the Internet. */
  readonly ingress: 'tunnel' | 'direct' | 'none' | null;
  /** Repository. */
  readonly repository_name: string | null;
  /** URL of the repository. */
  readonly repository_url: string | null;
  /** Branch. */
  readonly repository_branch: string;
  /** Visibility of the repository. */
  readonly repository_visibility: 'public' | 'private';
  /** Host keys of the repository. */
  readonly repository_known_hosts: OneOrMore | null;
  /** Webhook. */
  readonly webhook_type: 'github' | 'gitlab' | 'bitbucket' | 'generic-hmac' | 'none' | null;
  /** DNS provider. */
  readonly dns_provider: 'cloudflare' | 'none';
  /** Domain. */
  readonly cloudflare_domain: OneOrMore | null;
  /** Domains. */
  readonly cloudflare_domains: OneOrMore | null;
  /** Cloudflare API token. */
  readonly cloudflare_token: SecretText | null;
  /** Zone at Cloudflare. */
  readonly cloudflare_zone: OneOrMore | null;
  /** Protocol of the tunnel. */
  readonly cloudflare_tunnel_protocol: 'quic' | 'http2' | 'auto';
  /** Let's Encrypt's staging. */
  readonly acme_staging: boolean;
  /** Mode of the load balancer. */
  readonly cilium_loadbalancer_mode: 'dsr' | 'snat';
  /** Algorithm of the load balancer. */
  readonly cilium_loadbalancer_algorithm: 'maglev' | 'random';
  /** Routing of Pods. */
  readonly cilium_routing_mode: 'native' | 'tunnel';
  /** BBR. */
  readonly cilium_bbr_enabled: boolean;
  /** BIG TCP. */
  readonly cilium_big_tcp_enabled: boolean;
  /** Load balancer addresses. */
  readonly cilium_lb_pool_cidr: OneOrMore | null;
  /** BGP router. */
  readonly cilium_bgp_router_addr: OneOrMore | null;
  /** AS number of the router. */
  readonly cilium_bgp_router_asn: number | null;
  /** AS number of the nodes. */
  readonly cilium_bgp_node_asn: number | null;
  /** BGP hold time. */
  readonly cilium_bgp_hold_time: number;
  /** BGP keepalive time. */
  readonly cilium_bgp_keepalive_time: number;
  /** BGP graceful restart. */
  readonly cilium_bgp_graceful_restart: boolean;
  /** BGP graceful restart time. */
  readonly cilium_bgp_graceful_restart_time: number;
  /** BGP password. */
  readonly cilium_bgp_password: SecretText | null;
  /** Hubble. */
  readonly hubble_enabled: boolean;
  /** Hubble UI. */
  readonly hubble_ui_enabled: boolean | null;
  /** Public DNS servers. */
  readonly k8s_gateway_fallback_dns: readonly string[] | null;
  /** Unknown names of your domain. */
  readonly k8s_gateway_fallthrough: boolean;
  /** Memory of Flux. */
  readonly flux_memory_limit: string;
  /** Store of secrets. */
  readonly external_secrets_store: 'onepassword' | 'doppler' | null;
  /** Vault of 1Password. */
  readonly onepassword_vault: string;
  /** Credentials of 1Password Connect. */
  readonly onepassword_connect_credentials: SecretText | null;
  /** Token of 1Password Connect. */
  readonly onepassword_connect_token: SecretText | null;
  /** Token of Doppler. */
  readonly doppler_token: SecretText | null;
  /** NFS server. */
  readonly csi_driver_nfs_server: string | null;
  /** NFS share. */
  readonly csi_driver_nfs_share: string | null;
  /** What becomes of an NFS volume. */
  readonly csi_driver_nfs_reclaim_policy: 'Delete' | 'Retain';
  /** Garage. */
  readonly garage_enabled: boolean;
  /** Capacity of Garage. */
  readonly garage_capacity: string;
  /** Storage class of Garage. */
  readonly garage_storage_class: string | null;
  /** First bucket. */
  readonly garage_bucket: string;
  /** Access key of Garage. */
  readonly garage_access_key: SecretText | null;
  /** Secret key of Garage. */
  readonly garage_secret_key: SecretText | null;
  /** Admin token of Garage. */
  readonly garage_admin_token: SecretText | null;
  /** Secret of Garage's own protocol. */
  readonly garage_rpc_secret: SecretText | null;
  /** Host path of OpenEBS. */
  readonly openebs_hostpath: string;
  /** Proxmox API. */
  readonly proxmox_api_url: string | null;
  /** Proxmox region. */
  readonly proxmox_region: string | null;
  /** Proxmox storage. */
  readonly proxmox_storage: string | null;
  /** Proxmox certificate. */
  readonly proxmox_insecure: boolean;
  /** Proxmox token. */
  readonly proxmox_csi_token_id: string | null;
  /** Secret of the Proxmox token. */
  readonly proxmox_csi_token_secret: SecretText | null;
  /** Where Ceph runs. */
  readonly rook_ceph_mode: 'internal' | 'external' | null;
  /** Disks of Ceph. */
  readonly rook_ceph_device_filter: string | null;
  /** Copies in Ceph. */
  readonly rook_ceph_replicas: number;
  /** File system of Ceph. */
  readonly rook_ceph_filesystem_enabled: boolean;
  /** Default class of Ceph. */
  readonly rook_ceph_default_class: boolean;
  /** Identifier of the Ceph cluster. */
  readonly rook_ceph_external_fsid: string | null;
  /** Monitors of the Ceph cluster. */
  readonly rook_ceph_external_monitors: string | null;
  /** User of Rook. */
  readonly rook_ceph_external_user: string;
  /** Key of the user of Rook. */
  readonly rook_ceph_external_user_key: SecretText | null;
  /** Pool of Ceph. */
  readonly rook_ceph_external_pool: string | null;
  /** Key of nodes for block volumes. */
  readonly rook_ceph_external_rbd_node_key: SecretText | null;
  /** Key of the provisioner of block volumes. */
  readonly rook_ceph_external_rbd_provisioner_key: SecretText | null;
  /** File system of the Ceph cluster. */
  readonly rook_ceph_external_filesystem: string | null;
  /** Pool of the file system. */
  readonly rook_ceph_external_filesystem_pool: string | null;
  /** Key of nodes for the file system. */
  readonly rook_ceph_external_cephfs_node_key: SecretText | null;
  /** Key of the provisioner of the file system. */
  readonly rook_ceph_external_cephfs_provisioner_key: SecretText | null;
  /** Snapshots of volumes. */
  readonly snapshot_controller_enabled: boolean;
  /** VolSync. */
  readonly volsync_enabled: boolean;
  /** Mover of VolSync. */
  readonly volsync_mover: 'restic' | 'kopia';
  /** Further places of backups. */
  readonly volsync_targets: readonly string[] | null;
  /** PostgreSQL. */
  readonly cloudnative_pg_enabled: boolean;
  /** Backups of PostgreSQL. */
  readonly cloudnative_pg_barman_enabled: boolean;
  /** Dragonfly. */
  readonly dragonfly_operator_enabled: boolean;
  /** Alerts of Flux. */
  readonly alerts_enabled: boolean;
  /** Alertmanager. */
  readonly alertmanager_url: string;
  /** What Gatus asks. */
  readonly gatus_endpoints: readonly string[] | null;
  /** Grafana. */
  readonly grafana_enabled: boolean;
  /** Password of Grafana. */
  readonly grafana_admin_password: SecretText | null;
  /** Headlamp. */
  readonly headlamp_enabled: boolean;
  /** Role of Headlamp. */
  readonly headlamp_role: 'view' | 'edit' | 'admin' | 'cluster-admin';
  /** Issuer of logins to Headlamp. */
  readonly headlamp_oidc_issuer: string | null;
  /** OIDC client of Headlamp. */
  readonly headlamp_oidc_client_id: string | null;
  /** Client secret of Headlamp. */
  readonly headlamp_oidc_client_secret: SecretText | null;
  /** Prometheus. */
  readonly kube_prometheus_stack_enabled: boolean;
  /** Retention of metrics. */
  readonly prometheus_retention: string;
  /** Storage of Prometheus. */
  readonly prometheus_storage_size: string;
  /** Storage class of Prometheus. */
  readonly prometheus_storage_class: string | null;
  /** Loki. */
  readonly loki_enabled: boolean;
  /** How long logs are kept. */
  readonly loki_retention: string;
  /** Capacity of Loki. */
  readonly loki_capacity: string;
  /** Storage class of Loki. */
  readonly loki_storage_class: string | null;
  /** Victoria Logs. */
  readonly victoria_logs_enabled: boolean;
  /** Retention of logs. */
  readonly victoria_logs_retention: string;
  /** Storage of logs. */
  readonly victoria_logs_storage_size: string;
  /** Storage class of logs. */
  readonly victoria_logs_storage_class: string | null;
  /** Mail server. */
  readonly smtp_relay_host: string | null;
  /** Port of the mail server. */
  readonly smtp_relay_port: '465' | '587';
  /** User of the mail server. */
  readonly smtp_relay_username: string | null;
  /** Password of the mail server. */
  readonly smtp_relay_password: SecretText | null;
  /** OAuth client of Tailscale. */
  readonly tailscale_oauth_client_id: string | null;
  /** Secret of the OAuth client. */
  readonly tailscale_oauth_client_secret: SecretText | null;
  /** Tag of the operator. */
  readonly tailscale_operator_tag: string;
  /** Tag of proxies. */
  readonly tailscale_proxy_tag: string;
  /** Kubernetes API by Tailscale. */
  readonly tailscale_api_proxy_enabled: boolean;
  /** Name of the Kubernetes API in the tailnet. */
  readonly tailscale_api_hostname: string;
  /** KEDA. */
  readonly keda_enabled: boolean;
  /** authentik. */
  readonly authentik_enabled: boolean;
  /** authentik from the Internet. */
  readonly authentik_public: boolean;
  /** Storage class of authentik. */
  readonly authentik_storage_class: string | null;
  /** Secret key of authentik. */
  readonly authentik_secret_key: SecretText | null;
  /** Password of the database of authentik. */
  readonly authentik_postgres_password: SecretText | null;
  /** First password of akadmin. */
  readonly authentik_admin_password: SecretText | null;
  /** Pocket ID. */
  readonly pocket_id_enabled: boolean;
  /** Pocket ID from the Internet. */
  readonly pocket_id_public: boolean;
  /** Storage class of Pocket ID. */
  readonly pocket_id_storage_class: string | null;
  /** Encryption key of Pocket ID. */
  readonly pocket_id_encryption_key: SecretText | null;
  /** AI gateway address. */
  readonly agentgateway_addr: OneOrMore | null;
  /** Observability of the AI gateway. */
  readonly agentgateway_observability_enabled: boolean;
  /** Tracing. */
  readonly otel_collector_endpoint: string | null;
  /** Azure OpenAI key. */
  readonly azure_openai_api_key: SecretText | null;
  /** Azure OpenAI resource. */
  readonly azure_openai_resource_name: string | null;
  /** Azure OpenAI deployment. */
  readonly azure_openai_deployment_name: string | null;
  /** Azure OpenAI API version. */
  readonly azure_openai_api_version: string;
  /** Cohere key. */
  readonly cohere_api_key: SecretText | null;
  /** Cohere model. */
  readonly cohere_model: string | null;
  /** Cohere host. */
  readonly cohere_host: string | null;
  /** Anthropic key. */
  readonly anthropic_api_key: SecretText | null;
  /** Anthropic model. */
  readonly anthropic_model: string | null;
  /** Anthropic host. */
  readonly anthropic_host: string | null;
  /** Spegel. */
  readonly spegel_enabled: boolean | null;
}

/** One node in effect. */
export interface ClusterNode {
  /** Name. */
  readonly name: string;
  /** Address. */
  readonly address: OneOrMore;
  /** Controller. */
  readonly controller: boolean;
  /** Disk. */
  readonly disk: string;
  /** MAC address. */
  readonly mac_addr: string;
  /** Schematic. */
  readonly schematic_id: string | null;
  /** MTU. */
  readonly mtu: number;
  /** Secure Boot. */
  readonly secureboot: boolean;
  /** Disk encryption. */
  readonly encrypt_disk: boolean;
  /** Kernel modules. */
  readonly kernel_modules: readonly string[];
  /** Labels. */
  readonly nodeLabels: Readonly<Record<string, string>> | null;
  /** GPU. */
  readonly gpu: 'nvidia' | 'intel' | null;
  /** Host path of OpenEBS. */
  readonly openebs_hostpath_enabled: boolean;
}

/** Both files in effect: valid, and complete. */
export interface Configuration {
  readonly cluster: Cluster;
  readonly nodes: readonly ClusterNode[];
}
