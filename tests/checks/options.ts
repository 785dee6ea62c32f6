/** A configuration in the making: the fields of cluster.yaml and the nodes of nodes.yaml. */
export interface Draft {
  readonly cluster: Record<string, unknown>;
  readonly nodes: Record<string, unknown>[];
}

/** A choice that a user has, with the values that make a difference to the tree. */
export interface Option {
  readonly name: string;
  readonly values: Readonly<Record<string, (draft: Draft) => void>>;
}

/** A configuration out of one value for each option, by position. */
export function configurationOf(row: readonly number[]): {
  readonly name: string;
  readonly cluster: string;
  readonly nodes: string;
} {
  const draft: Draft = { cluster: {}, nodes: [] };
  const chosen = OPTIONS.map(({ name, values }, index) => {
    const [value, apply] = Object.entries(values)[row[index] ?? 0] ?? [];
    apply?.(draft);
    return `${name}=${value ?? ''}`;
  });
  // JSON is YAML.
  return {
    name: chosen.join(' '),
    cluster: JSON.stringify(draft.cluster),
    nodes: JSON.stringify({ nodes: draft.nodes }),
  };
}

const SCHEMATIC = '9c1d3f5b7a8e6c4d2b0f1e3d5c7b9a8f6e4d2c0b1a3f5e7d9c8b6a4f2e0d1c3b';
const HOST_KEY = 'ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIAABAgMEBQYHCAkKCwwNDg8QERITFBUWFxgZGhscHR4f';
const nothing = (): void => undefined;

/** Fields that are laid over the configuration. */
function set(fields: Readonly<Record<string, unknown>>): (draft: Draft) => void {
  return ({ cluster }) => void Object.assign(cluster, fields);
}

/** Fields that are laid over some of the nodes. */
function setNodes(fields: Readonly<Record<string, unknown>>, isMeant: (index: number) => boolean = () => true) {
  return ({ nodes }: Draft): void => {
    for (const [index, node] of nodes.entries()) if (isMeant(index)) Object.assign(node, fields);
  };
}

type Families = readonly ('v4' | 'v6')[];

const NETWORKS = {
  v4: {
    node: '192.0.2.0/24',
    pod: '10.42.0.0/16',
    svc: '10.43.0.0/16',
    dns: '9.9.9.9',
    ntp: '162.159.200.1',
    address: (n: number) => `192.0.2.${String(n)}`,
  },
  v6: {
    node: '2001:db8:0:1::/64',
    pod: 'fd42:5a1e:c0d::/56',
    svc: 'fd42:5a1e:c0e::/112',
    dns: '2620:fe::fe',
    ntp: '2606:4700:f1::1',
    address: (n: number) => `2001:db8:0:1::${String(n)}`,
  },
} as const;

function families({ cluster }: Draft): Families {
  const pod = [cluster.cluster_pod_cidr].flat();
  return (['v4', 'v6'] as const).filter((family) => pod.includes(NETWORKS[family].pod));
}

/** One value, or a list of two. */
function perFamily<T>(wanted: Families, valueOf: (family: 'v4' | 'v6') => T): T | T[] {
  const [first, ...others] = wanted.map(valueOf);
  return first !== undefined && others.length === 0 ? first : wanted.map(valueOf);
}

function address(draft: Draft, n: number): unknown {
  return perFamily(families(draft), (family) => NETWORKS[family].address(n));
}

function network(wanted: Families): (draft: Draft) => void {
  return set({
    node_cidr: perFamily(wanted, (family) => NETWORKS[family].node),
    cluster_pod_cidr: perFamily(wanted, (family) => NETWORKS[family].pod),
    cluster_svc_cidr: perFamily(wanted, (family) => NETWORKS[family].svc),
    node_dns_servers: wanted.map((family) => NETWORKS[family].dns),
    node_ntp_servers: wanted.map((family) => NETWORKS[family].ntp),
    cluster_api_addr: NETWORKS[wanted[0] ?? 'v4'].address(10),
    cluster_dns_gateway_addr: perFamily(wanted, (family) => NETWORKS[family].address(11)),
    cluster_gateway_addr: perFamily(wanted, (family) => NETWORKS[family].address(12)),
  });
}

function machines(controllers: number, workers: number): (draft: Draft) => void {
  return (draft) => {
    for (let index = 0; index < controllers + workers; index++) {
      draft.nodes.push({
        name: `k8s-${String(index)}`,
        address: address(draft, 20 + index),
        controller: index < controllers,
        disk: '/dev/sda',
        mac_addr: `00:00:5e:00:53:0${String(index)}`,
        schematic_id: SCHEMATIC,
      });
    }
  };
}

function external(fields: Readonly<Record<string, unknown>>): (draft: Draft) => void {
  return (draft) => {
    set({ cloudflare_gateway_addr: address(draft, 13), cloudflare_token: 'token-of-the-test', ...fields })(draft);
  };
}

function bgp(fields: Readonly<Record<string, unknown>>): (draft: Draft) => void {
  return (draft) => {
    set({
      cilium_bgp_router_addr: address(draft, 1),
      cilium_bgp_router_asn: 64513,
      cilium_bgp_node_asn: 64514,
      ...fields,
    })(draft);
  };
}

function gateway(fields: Readonly<Record<string, unknown>>): (draft: Draft) => void {
  return (draft) => {
    set({ agentgateway_addr: address(draft, 14), ...fields })(draft);
  };
}

const AZURE = {
  azure_openai_api_key: 'azure-key-of-the-test',
  azure_openai_resource_name: 'example-openai',
  azure_openai_deployment_name: 'gpt-4',
};
const COHERE = { cohere_api_key: 'cohere-key-of-the-test', cohere_model: 'embed-v4.0' };
const ANTHROPIC = { anthropic_api_key: 'anthropic-key-of-the-test' };
const FOUNDRY = 'example.services.ai.azure.com';
const TRACING = { otel_collector_endpoint: 'otel-collector.monitoring:4317' };

function proxmox(insecure: boolean): (draft: Draft) => void {
  return (draft) => {
    set({
      proxmox_api_url: 'https://proxmox.example.com:8006/api2/json',
      proxmox_region: 'home',
      proxmox_storage: 'local-zfs',
      proxmox_insecure: insecure,
      proxmox_csi_token_id: 'kubernetes-csi@pve!csi',
      proxmox_csi_token_secret: '00000000-1111-2222-3333-444444444444',
    })(draft);
    setNodes({ nodeLabels: { 'topology.kubernetes.io/region': 'home', 'topology.kubernetes.io/zone': 'pve' } })(draft);
  };
}

/** Every option that changes which files there are or what they name. In this order they are laid over each other. */
export const OPTIONS: readonly Option[] = [
  { name: 'network', values: { v4: network(['v4']), v6: network(['v6']), dual: network(['v4', 'v6']) } },
  {
    name: 'nodes',
    values: { single: machines(1, 0), three: machines(3, 0), mixed: machines(1, 1), many: machines(3, 4) },
  },
  {
    name: 'edge',
    values: {
      tunnel: external({}),
      direct: external({ ingress: 'direct' }),
      internal: set({ cloudflare_token: 'token-of-the-test', ingress: 'none' }),
      none: set({ dns_provider: 'none' }),
    },
  },
  {
    name: 'domains',
    values: {
      one: set({ cloudflare_domain: 'example.com' }),
      sub: set({ cloudflare_domain: 'home.lab.example.com' }),
      three: set({ cloudflare_domain: ['example.com', 'example.net', 'lab.example.org'] }),
    },
  },
  {
    name: 'repository',
    values: {
      public: set({ repository_name: 'example/cluster' }),
      private: set({ repository_name: 'example/cluster', repository_visibility: 'private' }),
      gitlab: set({ repository_url: 'https://gitlab.com/example/cluster.git' }),
      own: set({
        repository_url: 'ssh://git@git.example.com/example/cluster.git',
        repository_known_hosts: `git.example.com ${HOST_KEY}\n`,
      }),
    },
  },
  { name: 'webhook', values: { given: nothing, none: set({ webhook_type: 'none' }) } },
  {
    name: 'bgp',
    values: {
      off: nothing,
      on: bgp({}),
      full: bgp({
        cilium_bgp_password: 'password-of-the-test',
        cilium_bgp_graceful_restart: true,
        cilium_bgp_hold_time: 90,
      }),
    },
  },
  { name: 'balancing', values: { dsr: nothing, snat: set({ cilium_loadbalancer_mode: 'snat' }) } },
  { name: 'algorithm', values: { maglev: nothing, random: set({ cilium_loadbalancer_algorithm: 'random' }) } },
  {
    name: 'routing',
    values: {
      native: nothing,
      'big-tcp': set({ cilium_big_tcp_enabled: true }),
      tunnel: set({ cilium_routing_mode: 'tunnel', cilium_loadbalancer_mode: 'snat' }),
    },
  },
  { name: 'bbr', values: { off: nothing, on: set({ cilium_bbr_enabled: true }) } },
  {
    name: 'hubble',
    values: {
      off: nothing,
      on: set({ hubble_enabled: true, hubble_ui_enabled: false }),
      ui: set({ hubble_enabled: true }),
    },
  },
  {
    name: 'spegel',
    values: { given: nothing, on: set({ spegel_enabled: true }), off: set({ spegel_enabled: false }) },
  },
  {
    name: 'ai',
    values: {
      off: nothing,
      gateway: gateway({}),
      unobserved: gateway({ agentgateway_observability_enabled: false }),
      traced: gateway(TRACING),
      'unobserved-traced': gateway({ ...TRACING, agentgateway_observability_enabled: false }),
      azure: gateway(AZURE),
      cohere: gateway(COHERE),
      anthropic: gateway(ANTHROPIC),
      foundry: gateway({
        ...TRACING,
        ...AZURE,
        ...COHERE,
        cohere_host: FOUNDRY,
        ...ANTHROPIC,
        anthropic_host: FOUNDRY,
        anthropic_model: 'claude-haiku-4-5',
      }),
    },
  },
  { name: 'proxmox', values: { off: nothing, on: proxmox(false), insecure: proxmox(true) } },
  {
    name: 'vlan',
    values: {
      none: nothing,
      tagged: set({ node_vlan_tag: 100 }),
      hypervisor: set({ node_vlan_tag: 100, proxmox_vlan_mode: true }),
    },
  },
  { name: 'alerts', values: { off: nothing, on: set({ alerts_enabled: true }) } },
  { name: 'volsync', values: { off: nothing, on: set({ volsync_enabled: true }) } },
  {
    name: 'gpu',
    values: {
      none: nothing,
      nvidia: setNodes({ gpu: 'nvidia' }),
      intel: setNodes({ gpu: 'intel' }),
      both: (draft) => {
        setNodes({ gpu: 'nvidia' })(draft);
        setNodes({ gpu: 'intel' }, (index) => index > 0)(draft);
      },
    },
  },
  {
    name: 'openebs',
    values: { off: nothing, one: setNodes({ openebs_hostpath_enabled: true }, (index) => index === 0) },
  },
  {
    name: 'machine',
    values: {
      plain: nothing,
      hardened: setNodes({ secureboot: true, encrypt_disk: true, kernel_modules: ['dm_crypt'], mtu: 9000 }),
    },
  },
  {
    name: 'scheduling',
    values: {
      all: nothing,
      workers: ({ cluster, nodes }) => {
        if (nodes.some(({ controller }) => controller === false)) cluster.schedule_on_controllers = false;
      },
    },
  },
  {
    name: 'names',
    values: {
      given: nothing,
      own: set({
        cluster_api_tls_sans: ['api.example.com'],
        node_dns_servers: ['9.9.9.9', '2620:fe::fe'],
        node_ntp_servers: ['162.159.200.1', '2606:4700:f1::1'],
        k8s_gateway_fallback_dns: ['9.9.9.9'],
        flux_memory_limit: '1Gi',
        repository_branch: 'production',
      }),
    },
  },
];
