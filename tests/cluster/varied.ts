import type { Cluster, Configuration, SecretText } from '../../src/cluster/config/generated/types.ts';
import { validConfiguration } from './configurations.ts';

const SECRET = 'secret' as SecretText;

/** Values of each field: where a computed value changes between two of them, it has to have read the field. */
export const VALUES: Readonly<{ [Field in keyof Cluster]?: readonly Cluster[Field][] }> = {
  node_default_gateway: [null, '192.0.2.9', '2001:db8::9'],
  node_cidr: ['192.0.2.0/24', '198.51.100.0/24', ['192.0.2.0/24', '2001:db8::/64'], '2001:db8::/64'],
  node_vlan_tag: [null, 5],
  node_schematic_id: [null, 'one'],
  node_dns_servers: [['1.1.1.1'], ['9.9.9.10'], ['192.0.2.53']],
  node_ntp_servers: [['162.159.200.1'], ['192.0.2.54']],
  cluster_api_addr: ['192.0.2.5', '192.0.2.77'],
  cluster_api_tls_sans: [null, ['api.example.com']],
  cluster_pod_cidr: [
    '10.42.0.0/16',
    '10.98.0.0/16',
    ['10.42.0.0/16', 'fd00::/48'],
    'fd01::/48',
    'fd00::/104',
    'fd01::/104',
  ],
  cluster_svc_cidr: ['10.43.0.0/16', '10.99.0.0/16', ['10.43.0.0/16', 'fd02::/108'], 'fd03::/108'],
  cluster_dns_gateway_addr: ['192.0.2.6', '203.0.113.6'],
  cluster_gateway_addr: ['192.0.2.7', '203.0.113.7'],
  cloudflare_gateway_addr: ['192.0.2.8', '203.0.113.8'],
  ingress: [null, 'none', 'direct', 'tunnel'],
  dns_provider: ['cloudflare', 'none'],
  cluster_name: [null, 'home'],
  repository_name: ['example/cluster', 'someone/else', null],
  repository_url: [
    null,
    'ssh://git@git.example.com/a/b.git',
    'https://codeberg.org/a/b.git',
    'https://gitlab.com/a/b.git',
  ],
  repository_visibility: ['public', 'private'],
  repository_known_hosts: [null, 'git.example.com ssh-ed25519 AAAA'],
  webhook_type: [null, 'none', 'gitlab'],
  cloudflare_domain: ['example.com', ['example.net', 'example.com'], null],
  cloudflare_domains: [null, ['example.org']],
  cloudflare_zone: [null, 'com'],
  acme_staging: [false, true],
  cilium_lb_pool_cidr: [null, '192.0.2.0/25', '203.0.113.0/24'],
  cilium_bgp_router_addr: [null, '192.0.2.1', '192.0.2.2', '2001:db8::1'],
  cilium_bgp_router_asn: [null, 64513],
  cilium_bgp_node_asn: [null, 64514],
  hubble_enabled: [true, false],
  hubble_ui_enabled: [null, true, false],
  k8s_gateway_fallback_dns: [null, ['9.9.9.9'], ['192.0.2.55']],
  spegel_enabled: [null, true, false],
  agentgateway_addr: [null, '192.0.2.9', '203.0.113.9'],
  agentgateway_observability_enabled: [true, false],
  otel_collector_endpoint: [null, 'collector:4317', 'other:4318'],
  azure_openai_api_key: [null, SECRET],
  azure_openai_resource_name: [null, 'resource'],
  cohere_api_key: [null, SECRET],
  cohere_host: [null, 'cohere.example.com'],
  anthropic_api_key: [null, SECRET],
  anthropic_host: [null, 'anthropic.example.com'],
  proxmox_api_url: [null, 'https://192.0.2.99:8006'],
  proxmox_csi_token_id: [null, 'csi@pve!csi'],
  proxmox_csi_token_secret: [null, SECRET],
  proxmox_vlan_mode: [false, true],
  schedule_on_controllers: [true, false],
};

/** A valid configuration of two nodes. */
export const valid = await validConfiguration({ cilium_lb_pool_cidr: '192.0.2.0/24' }, [true, false]);
/** With BGP and every gateway elsewhere: what only such a cluster does without. */
const ELSEWHERE: Configuration = {
  ...valid,
  cluster: {
    ...valid.cluster,
    dns_provider: 'cloudflare',
    cloudflare_gateway_addr: '203.0.113.8',
    cluster_dns_gateway_addr: '203.0.113.6',
    cluster_gateway_addr: '203.0.113.7',
    cilium_lb_pool_cidr: null,
    cilium_bgp_router_addr: '192.0.2.1',
    cilium_bgp_router_asn: 64513,
    cilium_bgp_node_asn: 64514,
  },
};
const EXTERNAL_NEAR = { ...ELSEWHERE, cluster: { ...ELSEWHERE.cluster, cloudflare_gateway_addr: '192.0.2.8' } };
/** Configurations that differ in every field. */
export const BASES = [ELSEWHERE, EXTERNAL_NEAR, ...Array.from({ length: 20 }, (_, number) => baseOf(number))];
/** A configuration with one of the values of every field; what hides behind one is seen with another. */
function baseOf(number: number): Configuration {
  const fields = Object.entries(VALUES).map(([field, values], index) => {
    const mixed = Math.imul(number * 64 + index + 1, 0x9e3779b1) >>> 16;
    return [field, values[mixed % values.length]] as const;
  });
  const nodes = valid.nodes.map((node) => ({
    ...node,
    schematic_id: number % 2 === 0 ? node.schematic_id : null,
    openebs_hostpath_enabled: number % 3 === 0 && !node.controller,
  }));
  return { cluster: { ...valid.cluster, ...Object.fromEntries(fields) }, nodes };
}
