import { describe, expect, it } from 'vitest';
import { computeValues, type ComputedValues } from '../../src/cluster/computed.ts';
import type { Cluster } from '../../src/cluster/config/types.ts';
import { COMPUTED_FROM } from '../../src/cluster/derivations.ts';
import { validConfiguration } from './configurations.ts';

const BGP = { cilium_bgp_router_addr: '192.0.2.1', cilium_bgp_router_asn: 64513, cilium_bgp_node_asn: 64514 };

/** For each field a configuration without it, or with another value of it. */
const OTHERS: Readonly<Record<string, Partial<Cluster>>> = {
  node_default_gateway: { node_default_gateway: '192.0.2.9' },
  node_cidr: { node_cidr: '198.51.100.0/24' },
  cilium_bgp_router_addr: { cilium_bgp_router_addr: null },
  cilium_bgp_router_asn: { cilium_bgp_router_asn: null },
  cilium_bgp_node_asn: { cilium_bgp_node_asn: null },
  spegel_enabled: { spegel_enabled: true },
  cloudflare_domain: { cloudflare_domain: 'example.net' },
  k8s_gateway_fallback_dns: { k8s_gateway_fallback_dns: ['9.9.9.9'] },
  node_dns_servers: { node_dns_servers: ['9.9.9.10'] },
  cluster_api_addr: { cluster_api_addr: '192.0.2.77' },
  cluster_api_tls_sans: { cluster_api_tls_sans: ['api.example.com'] },
  cluster_svc_cidr: { cluster_svc_cidr: '10.99.0.0/16' },
  repository_name: { repository_name: 'someone/else' },
  cluster_pod_cidr: { cluster_pod_cidr: '10.98.0.0/16' },
};

const base = await validConfiguration(BGP);

describe('what computed values are made from', () => {
  it.each(Object.entries(OTHERS))('counts %s where it changes a value, and only there', (field, other) => {
    const changed = computeValues({ ...base, cluster: { ...base.cluster, ...other } });
    const before = computeValues(base);
    const names = Object.keys(before) as (keyof ComputedValues)[];
    const different = names.filter((name) => JSON.stringify(changed[name]) !== JSON.stringify(before[name]));
    expect(different.sort()).toEqual(names.filter((name) => COMPUTED_FROM[name].includes(field)).sort());
  });

  it('counts the nodes', () => {
    const changed = computeValues({ ...base, nodes: [...base.nodes, ...base.nodes] });
    const before = computeValues(base);
    const names = Object.keys(before) as (keyof ComputedValues)[];
    const different = names.filter((name) => changed[name] !== before[name] && typeof before[name] !== 'object');
    expect(different.sort()).toEqual(names.filter((name) => COMPUTED_FROM[name].includes('nodes')).sort());
  });
});
