import { describe, expect, it } from 'vitest';
import { nodePrefixOf } from '../../src/cluster/computed/networks.ts';
import { readRepositoryUrl } from '../../src/cluster/computed/repository.ts';
import { COMPUTED_NAMES, computeValues, templateData, type ComputedValues } from '../../src/cluster/computed.ts';
import { CLUSTER_FIELDS } from '../../src/cluster/config/schemas.ts';
import { validConfiguration } from './configurations.ts';

interface Case {
  readonly title: string;
  readonly cluster?: Readonly<Record<string, unknown>>;
  readonly controllers?: readonly boolean[];
  readonly expected: Partial<ComputedValues>;
}

const ROUTER = { cilium_bgp_router_addr: '192.0.2.1' };
const BGP = { ...ROUTER, cilium_bgp_router_asn: 64513, cilium_bgp_node_asn: '64514' };

const CASES: readonly Case[] = [
  { title: 'the gateway is the first address of the network', expected: { node_default_gateway: '192.0.2.1' } },
  {
    title: 'a written gateway wins',
    cluster: { node_default_gateway: '192.0.2.2' },
    expected: { node_default_gateway: '192.0.2.2' },
  },
  { title: 'BGP is off without its fields', expected: { cilium_bgp_enabled: false, bgp_enabled: false } },
  { title: 'BGP is on with all three', cluster: BGP, expected: { cilium_bgp_enabled: true, bgp_enabled: true } },
  {
    title: 'one node has nobody to share images with',
    expected: { spegel_enabled: false, node_count: 1, controller_count: 1 },
  },
  {
    title: 'two nodes share',
    controllers: [true, false],
    expected: { spegel_enabled: true, node_count: 2, controller_count: 1 },
  },
  {
    title: 'three controllers',
    controllers: [true, true, true, false],
    expected: { node_count: 4, controller_count: 3 },
  },
  { title: 'Spegel can be set on', cluster: { spegel_enabled: true }, expected: { spegel_enabled: true } },
  {
    title: 'Spegel can be set off',
    cluster: { spegel_enabled: false },
    controllers: [true, false],
    expected: { spegel_enabled: false },
  },
  {
    title: 'a domain is a list of one',
    expected: { cloudflare_domains: ['example.com'], primary_domain: 'example.com' },
  },
  {
    title: 'the first of several domains is the primary',
    cluster: { cloudflare_domain: ['example.net', 'example.com'] },
    expected: { cloudflare_domains: ['example.net', 'example.com'], primary_domain: 'example.net' },
  },
  { title: 'the default resolvers are public', expected: { k8s_gateway_fallback_dns: ['1.1.1.1', '1.0.0.1'] } },
  {
    title: 'private resolvers are dropped',
    cluster: { node_dns_servers: ['192.168.1.1', '9.9.9.9', 'fd00::1'] },
    expected: { k8s_gateway_fallback_dns: ['9.9.9.9'] },
  },
  {
    title: 'nothing but private resolvers gives the defaults',
    cluster: { node_dns_servers: ['192.168.1.1', '100.64.0.1', '127.0.0.53', '169.254.1.1'] },
    expected: { k8s_gateway_fallback_dns: ['1.1.1.1', '1.0.0.1'] },
  },
  {
    title: 'written resolvers win, private or not',
    cluster: { k8s_gateway_fallback_dns: ['192.168.1.1'] },
    expected: { k8s_gateway_fallback_dns: ['192.168.1.1'] },
  },
  { title: 'the certificate names this host and the API', expected: { cert_sans: ['127.0.0.1', '192.0.2.5'] } },
  {
    title: 'the certificate names more on request',
    cluster: { cluster_api_tls_sans: ['api.example.com'] },
    expected: { cert_sans: ['127.0.0.1', '192.0.2.5', 'api.example.com'] },
  },
  { title: 'CoreDNS has the tenth Service address', expected: { coredns_addr: '10.43.0.10' } },
  {
    title: 'in the smallest network too',
    cluster: { cluster_svc_cidr: '10.96.1.16/28' },
    expected: { coredns_addr: '10.96.1.26' },
  },
];

describe('computeValues', () => {
  it.each(CASES)('$title', async ({ cluster, controllers, expected }) => {
    expect(computeValues(await validConfiguration(cluster, controllers))).toMatchObject(expected);
  });
});

describe('k8s_gateway_fallback_dns', () => {
  it.each([
    ['10.42.0.0/16', ['1.1.1.1', '1.0.0.1'], ['1.1.1.1', '1.0.0.1']],
    ['fd42:5a1e:c0d::/56', ['1.1.1.1', '2620:fe::fe'], ['2620:fe::fe']],
    ['fd42:5a1e:c0d::/56', ['1.1.1.1'], ['2606:4700:4700::1111', '2606:4700:4700::1001']],
  ])('is what Pods of %s reach of %j', async (pods, servers, expected) => {
    const { cluster, nodes } = await validConfiguration();
    const changed = { ...cluster, cluster_pod_cidr: pods, node_dns_servers: servers };
    expect(computeValues({ cluster: changed, nodes }).k8s_gateway_fallback_dns).toEqual(expected);
  });
});

describe('templateData', () => {
  it('holds every field and every computed value, null where nothing was set', async () => {
    const data = templateData(await validConfiguration());
    expect(Object.keys(data)).toEqual(
      expect.arrayContaining([...Object.keys(CLUSTER_FIELDS), ...COMPUTED_NAMES, 'nodes']),
    );
    expect(Object.values(data)).not.toContain(undefined);
    expect(data).toMatchObject({ node_vlan_tag: null, cluster_api_tls_sans: null, node_default_gateway: '192.0.2.1' });
  });

  it('lets a computed value stand in for the field that was not set', async () => {
    expect(templateData(await validConfiguration()).spegel_enabled).toBe(false);
  });

  it('gives numbers that are written as text as numbers', async () => {
    const data = templateData(await validConfiguration({ node_vlan_tag: '100', ...BGP }));
    expect(data).toMatchObject({ node_vlan_tag: 100, cilium_bgp_router_asn: 64513, cilium_bgp_node_asn: 64514 });
  });
});

describe('COMPUTED_NAMES', () => {
  it('are the computed values that are no fields', async () => {
    const { nodes: _, ...values } = computeValues(await validConfiguration());
    const computed = Object.keys(values);
    expect([...COMPUTED_NAMES].sort()).toEqual(computed.filter((name) => !Object.hasOwn(CLUSTER_FIELDS, name)).sort());
  });
});

describe('nodePrefixOf', () => {
  it.each([
    [32, 48],
    [47, 63],
    [48, 64],
    [56, 64],
    [63, 64],
    [64, 80],
    [104, 120],
    [108, 120],
    [120, 120],
  ])('of a Pod network of /%d is /%d', (podPrefix, expected) => {
    expect(nodePrefixOf(podPrefix)).toBe(expected);
  });
});

describe('readRepositoryUrl', () => {
  it.each([
    ['https://github.com/example/cluster.git', { host: 'github.com', port: '', path: 'example/cluster', isSsh: false }],
    ['ssh://git@git.example.com:2222/a/b/c', { host: 'git.example.com', port: '2222', path: 'a/b/c', isSsh: true }],
    ['ssh://git@[2001:db8::1]:22/a/b.git', { host: '[2001:db8::1]', port: '22', path: 'a/b', isSsh: true }],
    ['https://GitLab.com/a/b', { host: 'gitlab.com', port: '', path: 'a/b', isSsh: false }],
    ['somewhere', { host: '', port: '', path: '', isSsh: false }],
  ])('takes %s apart', (url, expected) => {
    expect(readRepositoryUrl(url)).toEqual(expected);
  });
});
