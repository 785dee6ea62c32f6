import { isDeepStrictEqual } from 'node:util';
import { describe, expect, it } from 'vitest';
import { computeValues, type ComputedValues } from '../../src/cluster/computed.ts';
import type { SecretText } from '../../src/cluster/config/types.ts';
import type { Cluster, ClusterNode, Configuration } from '../../src/cluster/config/generated/types.ts';
import { COMPUTED_FROM, NODE_COMPUTED_FROM } from '../../src/cluster/derivations.ts';
import { validConfiguration } from './configurations.ts';

const SECRET = 'secret' as SecretText;

/** Values of each field; what changes between any two of them on any of the bases follows from the field. */
const VALUES: Readonly<{ [Field in keyof Cluster]?: readonly Cluster[Field][] }> = {
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

const valid = await validConfiguration({ cilium_lb_pool_cidr: '192.0.2.0/24' }, [true, false]);
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
const BASES = [ELSEWHERE, EXTERNAL_NEAR, ...Array.from({ length: 60 }, (_, number) => baseOf(number))];
const DERIVED = Object.keys(NODE_COMPUTED_FROM) as (keyof typeof NODE_COMPUTED_FROM)[];
const NAMES = Object.keys(computeValues(valid)) as (keyof ComputedValues)[];

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

describe('what computed values are made from', () => {
  it.each(Object.entries(VALUES))('counts %s where it changes a value, and only there', (field, values) => {
    const expected = madeFrom(field);
    const found = new Set<string>();
    // All bases are needed for what hides behind other fields alone.
    for (const [number, base] of BASES.entries()) {
      if (number >= 12 && found.size >= expected.length) break;
      const tried = values.map((value) => ({ ...base, cluster: { ...base.cluster, [field]: value } }));
      for (const name of changes(tried)) found.add(name);
    }
    expect([...found].sort()).toEqual(expected);
  });

  it('counts the nodes', () => {
    const [node] = valid.nodes;
    if (node === undefined) throw new Error('the configuration has no node');
    const other = { ...node, controller: false, openebs_hostpath_enabled: true };
    const nodes = [
      [node],
      [{ ...node, address: '192.0.2.78' }],
      [node, node],
      [other],
      [{ ...other, gpu: 'nvidia' }],
      [{ ...other, gpu: 'intel' }],
    ] as const;
    expect(changes(nodes.map((some) => ({ ...valid, nodes: some }))).sort()).toEqual(madeFrom('nodes'));
  });

  it('counts what the values of a node are made from', () => {
    const [node] = valid.nodes;
    if (node === undefined) throw new Error('the configuration has no node');
    const others: Readonly<Record<string, Partial<ClusterNode>>> = {
      address: { address: '192.0.2.77' },
      schematic_id: { schematic_id: 'another' },
      kernel_modules: { kernel_modules: ['nbd'] },
      gpu: { gpu: 'nvidia' },
      nodeLabels: { nodeLabels: { rack: 'b' } },
    };
    const changed = (configuration: Configuration): string[] => {
      const before = computeValues(valid).nodes[0];
      const after = computeValues(configuration).nodes[0];
      return DERIVED.filter((name) => !isDeepStrictEqual(before?.[name], after?.[name])).sort();
    };
    for (const [field, other] of Object.entries(others)) {
      const expected = DERIVED.filter((name) => (NODE_COMPUTED_FROM[name].node as readonly string[]).includes(field));
      expect(changed({ ...valid, nodes: [{ ...node, ...other }] }), field).toEqual(expected.sort());
    }
    const cluster = { ...valid.cluster, node_cidr: '192.0.0.0/16', node_default_gateway: '192.0.2.9' };
    expect(changed({ ...valid, cluster })).toEqual(['address_cidrs', 'routes']);
  });

  it('names no field that was not tried', () => {
    const tried = new Set([...Object.keys(VALUES), 'nodes']);
    expect(
      Object.values(COMPUTED_FROM)
        .flat()
        .filter((field) => !tried.has(field)),
    ).toEqual([]);
  });
});

/** The names of the values that are not the same for all of these configurations. */
function changes(configurations: readonly Configuration[]): (keyof ComputedValues)[] {
  const [first, ...others] = configurations.map(computeValues);
  return NAMES.filter((name) => others.some((other) => !isDeepStrictEqual(other[name], first?.[name])));
}

function madeFrom(field: string): string[] {
  return NAMES.filter((name) => (COMPUTED_FROM[name] as readonly string[]).includes(field)).sort();
}
