import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { compiledSchemas } from '../../../scripts/compile-schemas.mjs';
import { configurationReference } from '../../../scripts/make-docs.mjs';
import { parseAddress, parseNetwork } from '../../../src/cluster/addresses.ts';
import { OLD_NAMES } from '../../../src/cluster/config/migrations.ts';
import { COMPUTED_NAMES } from '../../../src/cluster/derivations.ts';
import { validateCluster, validateNodes } from '../../../src/cluster/config/generated/validators.js';
import {
  CLUSTER_FIELDS,
  NODE_FIELDS,
  schemaAt,
  SCHEMAS,
  SECRET_FIELDS,
  type FieldSchema,
} from '../../../src/cluster/config/schemas.ts';
import type { Cluster, ClusterNode, WrittenCluster, WrittenNode } from '../../../src/cluster/config/types.ts';

const ROOT = join(import.meta.dirname, '../../..');

type Required<T> = { [K in keyof T]-?: undefined extends T[K] ? 'optional' : 'required' };
type Nullable<T> = { [K in keyof T]: null extends T[K] ? 'null' : 'set' };

// The compiler holds these four to the types, the tests hold them to the schemas.
const WRITTEN_CLUSTER: Required<WrittenCluster> = {
  node_cidr: 'required',
  node_dns_servers: 'optional',
  node_ntp_servers: 'optional',
  node_default_gateway: 'optional',
  node_vlan_tag: 'optional',
  node_schematic_id: 'optional',
  schedule_on_controllers: 'optional',
  node_firewall: 'optional',
  cluster_name: 'optional',
  cluster_api_addr: 'required',
  cluster_api_tls_sans: 'optional',
  cluster_pod_cidr: 'optional',
  cluster_svc_cidr: 'optional',
  cluster_dns_gateway_addr: 'required',
  cluster_gateway_addr: 'required',
  cloudflare_gateway_addr: 'optional',
  ingress: 'optional',
  repository_name: 'optional',
  repository_url: 'optional',
  repository_branch: 'optional',
  repository_visibility: 'optional',
  repository_known_hosts: 'optional',
  webhook_type: 'optional',
  dns_provider: 'optional',
  cloudflare_domain: 'optional',
  cloudflare_domains: 'optional',
  cloudflare_token: 'optional',
  cloudflare_zone: 'optional',
  cloudflare_tunnel_protocol: 'optional',
  acme_staging: 'optional',
  cilium_loadbalancer_mode: 'optional',
  cilium_loadbalancer_algorithm: 'optional',
  cilium_routing_mode: 'optional',
  cilium_bbr_enabled: 'optional',
  cilium_big_tcp_enabled: 'optional',
  cilium_lb_pool_cidr: 'optional',
  cilium_bgp_router_addr: 'optional',
  cilium_bgp_router_asn: 'optional',
  cilium_bgp_node_asn: 'optional',
  cilium_bgp_hold_time: 'optional',
  cilium_bgp_keepalive_time: 'optional',
  cilium_bgp_graceful_restart: 'optional',
  cilium_bgp_graceful_restart_time: 'optional',
  cilium_bgp_password: 'optional',
  hubble_enabled: 'optional',
  hubble_ui_enabled: 'optional',
  k8s_gateway_fallback_dns: 'optional',
  k8s_gateway_fallthrough: 'optional',
  spegel_enabled: 'optional',
  flux_memory_limit: 'optional',
  alerts_enabled: 'optional',
  alertmanager_url: 'optional',
  volsync_enabled: 'optional',
  openebs_hostpath: 'optional',
  agentgateway_addr: 'optional',
  agentgateway_observability_enabled: 'optional',
  otel_collector_endpoint: 'optional',
  azure_openai_api_key: 'optional',
  azure_openai_resource_name: 'optional',
  azure_openai_deployment_name: 'optional',
  azure_openai_api_version: 'optional',
  cohere_api_key: 'optional',
  cohere_model: 'optional',
  cohere_host: 'optional',
  anthropic_api_key: 'optional',
  anthropic_model: 'optional',
  anthropic_host: 'optional',
  proxmox_api_url: 'optional',
  proxmox_region: 'optional',
  proxmox_storage: 'optional',
  proxmox_insecure: 'optional',
  proxmox_csi_token_id: 'optional',
  proxmox_csi_token_secret: 'optional',
  proxmox_vlan_mode: 'optional',
};

const WRITTEN_NODE: Required<WrittenNode> = {
  name: 'required',
  address: 'required',
  controller: 'required',
  disk: 'required',
  mac_addr: 'required',
  schematic_id: 'optional',
  mtu: 'optional',
  secureboot: 'optional',
  encrypt_disk: 'optional',
  kernel_modules: 'optional',
  nodeLabels: 'optional',
  gpu: 'optional',
  openebs_hostpath_enabled: 'optional',
};

const EFFECTIVE_CLUSTER: Nullable<Cluster> = {
  node_cidr: 'set',
  node_dns_servers: 'set',
  node_ntp_servers: 'set',
  node_default_gateway: 'null',
  node_vlan_tag: 'null',
  node_schematic_id: 'null',
  schedule_on_controllers: 'set',
  node_firewall: 'set',
  cluster_name: 'null',
  cluster_api_addr: 'set',
  cluster_api_tls_sans: 'null',
  cluster_pod_cidr: 'set',
  cluster_svc_cidr: 'set',
  cluster_dns_gateway_addr: 'set',
  cluster_gateway_addr: 'set',
  cloudflare_gateway_addr: 'null',
  ingress: 'null',
  repository_name: 'null',
  repository_url: 'null',
  repository_branch: 'set',
  repository_visibility: 'set',
  repository_known_hosts: 'null',
  webhook_type: 'null',
  dns_provider: 'set',
  cloudflare_domain: 'null',
  cloudflare_domains: 'null',
  cloudflare_token: 'null',
  cloudflare_zone: 'null',
  cloudflare_tunnel_protocol: 'set',
  acme_staging: 'set',
  cilium_loadbalancer_mode: 'set',
  cilium_loadbalancer_algorithm: 'set',
  cilium_routing_mode: 'set',
  cilium_bbr_enabled: 'set',
  cilium_big_tcp_enabled: 'set',
  cilium_lb_pool_cidr: 'null',
  cilium_bgp_router_addr: 'null',
  cilium_bgp_router_asn: 'null',
  cilium_bgp_node_asn: 'null',
  cilium_bgp_hold_time: 'set',
  cilium_bgp_keepalive_time: 'set',
  cilium_bgp_graceful_restart: 'set',
  cilium_bgp_graceful_restart_time: 'set',
  cilium_bgp_password: 'null',
  hubble_enabled: 'set',
  hubble_ui_enabled: 'null',
  k8s_gateway_fallback_dns: 'null',
  k8s_gateway_fallthrough: 'set',
  spegel_enabled: 'null',
  flux_memory_limit: 'set',
  alerts_enabled: 'set',
  alertmanager_url: 'set',
  volsync_enabled: 'set',
  openebs_hostpath: 'set',
  agentgateway_addr: 'null',
  agentgateway_observability_enabled: 'set',
  otel_collector_endpoint: 'null',
  azure_openai_api_key: 'null',
  azure_openai_resource_name: 'null',
  azure_openai_deployment_name: 'null',
  azure_openai_api_version: 'set',
  cohere_api_key: 'null',
  cohere_model: 'null',
  cohere_host: 'null',
  anthropic_api_key: 'null',
  anthropic_model: 'null',
  anthropic_host: 'null',
  proxmox_api_url: 'null',
  proxmox_region: 'null',
  proxmox_storage: 'null',
  proxmox_insecure: 'set',
  proxmox_csi_token_id: 'null',
  proxmox_csi_token_secret: 'null',
  proxmox_vlan_mode: 'set',
};

const EFFECTIVE_NODE: Nullable<ClusterNode> = {
  name: 'set',
  address: 'set',
  controller: 'set',
  disk: 'set',
  mac_addr: 'set',
  schematic_id: 'null',
  mtu: 'set',
  secureboot: 'set',
  encrypt_disk: 'set',
  kernel_modules: 'set',
  nodeLabels: 'null',
  gpu: 'null',
  openebs_hostpath_enabled: 'set',
};

describe('schemas and types agree', () => {
  const requiredOf = (fields: object, required: readonly string[] = []) =>
    Object.fromEntries(Object.keys(fields).map((name) => [name, required.includes(name) ? 'required' : 'optional']));
  const nullableOf = (fields: Readonly<Record<string, FieldSchema>>, required: readonly string[] = []) =>
    Object.fromEntries(
      Object.entries(fields).map(([name, field]) => [
        name,
        required.includes(name) || field.default !== undefined ? 'set' : 'null',
      ]),
    );
  const nodeRequired = schemaAt('nodes', ['nodes', 0])?.required;

  it('on what is written', () => {
    expect(requiredOf(CLUSTER_FIELDS, SCHEMAS.cluster.required)).toEqual(WRITTEN_CLUSTER);
    expect(requiredOf(NODE_FIELDS, nodeRequired)).toEqual(WRITTEN_NODE);
  });

  it('on what is in effect', () => {
    expect(nullableOf(CLUSTER_FIELDS, SCHEMAS.cluster.required)).toEqual(EFFECTIVE_CLUSTER);
    expect(nullableOf(NODE_FIELDS, nodeRequired)).toEqual(EFFECTIVE_NODE);
  });

  it('on which fields are secret', () => {
    expect(SECRET_FIELDS).toEqual([
      'cloudflare_token',
      'cilium_bgp_password',
      'azure_openai_api_key',
      'cohere_api_key',
      'anthropic_api_key',
      'proxmox_csi_token_secret',
    ]);
  });
});

describe('every field', () => {
  const fields = [
    ...Object.keys(CLUSTER_FIELDS).map((name) => ({ name, path: [name], file: 'cluster' as const })),
    ...Object.keys(NODE_FIELDS).map((name) => ({ name, path: ['nodes', 0, name], file: 'nodes' as const })),
  ];

  it.each(fields)('$name says what it is, in what form, and shows examples that are valid', ({ file, path, name }) => {
    const schema = schemaAt(file, path);
    expect(schema?.title).toBeTruthy();
    expect(schema?.description).toMatch(/\.$/);
    expect(schema?.['x-form']).toBeTruthy();
    for (const example of [...(schema?.examples ?? []), ...(schema?.default === undefined ? [] : [schema.default])]) {
      expect(errorsAt(name, file, example)).toEqual([]);
    }
    expect(schema?.examples?.length).toBeGreaterThan(0);
  });
});

/** The errors about one field of an otherwise empty file. */
function errorsAt(name: string, file: 'cluster' | 'nodes', value: unknown): unknown[] {
  const validate = file === 'cluster' ? validateCluster : validateNodes;
  validate(file === 'cluster' ? { [name]: value } : { nodes: [{ [name]: value }] });
  const pointer = file === 'cluster' ? `/${name}` : `/nodes/0/${name}`;
  return (validate.errors ?? []).filter(({ instancePath }) => instancePath.startsWith(pointer));
}

describe('the formats of the schemas', () => {
  const isAddress = (text: string): boolean => errorsAt('node_dns_servers', 'cluster', [text]).length === 0;

  it('take the addresses that the code reads', () => {
    fc.assert(
      fc.property(fc.oneof(fc.ipV4(), fc.ipV6()), (text) => isAddress(text) === (parseAddress(text) !== undefined)),
    );
  });

  it('take no others', () => {
    const letters = fc.string({ unit: fc.constantFrom(...Array.from('0123456789abf:.%/')), maxLength: 40 });
    fc.assert(
      fc.property(letters, (text) => !isAddress(text) || parseAddress(text) !== undefined),
      { numRuns: 2000 },
    );
  });

  it('take the networks that the code reads, and no others', () => {
    const prefix = fc.integer({ min: 0, max: 140 });
    const texts = fc
      .tuple(fc.oneof(fc.ipV4(), fc.ipV6()), prefix)
      .map(([address, bits]) => `${address}/${String(bits)}`);
    fc.assert(
      fc.property(texts, (text) => {
        const isNetwork = parseNetwork(text) !== undefined;
        expect(errorsAt('node_cidr', 'cluster', text).length === 0).toBe(isNetwork);
        expect(errorsAt('cilium_lb_pool_cidr', 'cluster', text).length === 0).toBe(isNetwork);
      }),
    );
  });

  it.each([
    [0, false],
    [1, true],
    [4094, true],
    [4095, false],
  ])('take the VLAN tag %d as number and as text: %s', (tag, expected) => {
    expect(errorsAt('node_vlan_tag', 'cluster', tag).length === 0).toBe(expected);
    expect(errorsAt('node_vlan_tag', 'cluster', String(tag)).length === 0).toBe(expected);
  });

  it('take the same AS numbers as numbers and as text', () => {
    const near = fc.integer({ min: 4294967000, max: 4294967600 });
    fc.assert(
      fc.property(fc.oneof(fc.nat(), near, fc.constantFrom(0, 1, 4294967295, 4294967296)), (asn) => {
        const expected = asn >= 1 && asn <= 4294967295;
        expect(errorsAt('cilium_bgp_node_asn', 'cluster', asn).length === 0).toBe(expected);
        expect(errorsAt('cilium_bgp_node_asn', 'cluster', String(asn)).length === 0).toBe(expected);
      }),
    );
  });
});

describe('what is made from the schemas is up to date', () => {
  it('the validators (node scripts/compile-schemas.mjs)', async () => {
    for (const [name, text] of Object.entries(await compiledSchemas())) {
      expect(await readFile(join(ROOT, 'src/cluster/config/generated', name), 'utf8')).toBe(text);
    }
  });

  it('docs/configuration.md (node scripts/make-docs.mjs)', async () => {
    expect(await readFile(join(ROOT, 'docs/configuration.md'), 'utf8')).toBe(await configurationReference());
  });

  it('the computed values and the earlier names in docs/configuration.md', async () => {
    const page = await configurationReference();
    const names = [...COMPUTED_NAMES, ...OLD_NAMES.keys(), ...OLD_NAMES.values()];
    expect(names.filter((name) => !page.includes(`\`${name}\``))).toEqual([]);
  });
});
