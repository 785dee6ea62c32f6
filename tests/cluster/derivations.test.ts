import { isDeepStrictEqual } from 'node:util';
import { describe, expect, it } from 'vitest';
import { computedFrom, computeValues, nodeComputedFrom, type ComputedValues } from '../../src/cluster/computed.ts';
import type { Cluster, Configuration } from '../../src/cluster/config/generated/types.ts';
import { BASES, valid, VALUES } from './varied.ts';

const NAMES = Object.keys(computeValues(valid)) as (keyof ComputedValues)[];

describe('what computed values are made from', () => {
  const missedIn = (bases: readonly Configuration[], field: string, values: readonly unknown[]): string[] => {
    const missed = bases.flatMap((base) =>
      missedBy(
        field,
        values.map((value) => ({ ...base, cluster: { ...base.cluster, [field]: value } })),
      ),
    );
    return [...new Set(missed)];
  };

  it.each(Object.entries(VALUES))('names %s for every value that changes with it', (field, values) => {
    expect(missedIn(BASES.slice(0, 4), field, values)).toEqual([]);
  });

  it.each(Object.entries(VALUES))(
    'names %s for every value that changes with it, whatever else is configured',
    { tags: 'long' },
    (field, values) => {
      expect(missedIn(BASES, field, values)).toEqual([]);
    },
  );

  it('names the nodes', () => {
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
    const tried = nodes.map((some) => ({ ...valid, nodes: some }));
    expect(missedBy('nodes', tried)).toEqual([]);
    expect(changesOf(tried)).toContain('lb_pool_blocks');
  });

  it.each<[name: string, cluster: Partial<Cluster>, fields: readonly string[]]>([
    ['node_cidrs', {}, ['node_cidr']],
    ['node_cidr_mask_size_ipv4', {}, []],
    ['node_default_gateway', {}, ['node_default_gateway', 'node_cidr']],
    ['cluster_endpoint', {}, ['cluster_api_addr']],
    ['ingress', { ingress: 'none' }, ['ingress']],
    ['ingress', { ingress: null }, ['ingress', 'dns_provider']],
    ['repository_host', { repository_url: 'https://gitlab.com/a/b.git' }, ['repository_url']],
    ['ai_system_enabled', { agentgateway_addr: null }, ['agentgateway_addr']],
    ['cohere_enabled', { agentgateway_addr: '192.0.2.9' }, ['agentgateway_addr', 'cohere_api_key']],
    ['worker_count', {}, ['nodes']],
    ['node_vlan_tag', { proxmox_vlan_mode: true }, ['proxmox_vlan_mode']],
  ])('of %s with %j are %j', (name, cluster, fields) => {
    expect(computedFrom(name, { ...valid, cluster: { ...valid.cluster, ...cluster } })).toEqual(fields);
  });

  it('know nothing of a name that is not computed', () => {
    expect(computedFrom('toString', valid)).toBeUndefined();
    expect(nodeComputedFrom('name', valid)).toBeUndefined();
  });

  it('are told of each node by what it says itself', () => {
    const [node, other = node] = valid.nodes;
    if (node === undefined || other === undefined) throw new Error('the configuration has no node');
    const configuration = {
      ...valid,
      nodes: [
        { ...node, schematic_id: 'own', gpu: null },
        { ...other, schematic_id: null, gpu: 'nvidia' },
      ] as const,
    };
    const of = (field: string, index?: number): unknown => nodeComputedFrom(field, configuration, index);
    expect(of('addresses')).toEqual({ node: ['address'], cluster: [] });
    expect(of('address_cidrs', 0)).toEqual({ node: ['address'], cluster: ['node_cidr'] });
    expect(of('schematic_id', 0)).toEqual({ node: ['schematic_id'], cluster: [] });
    expect(of('schematic_id')).toEqual({ node: ['schematic_id'], cluster: ['node_schematic_id'] });
    expect(of('kernel_modules', 1)).toEqual({ node: ['gpu', 'kernel_modules'], cluster: [] });
    expect(of('nodeLabels', 1)).toEqual({ node: ['gpu', 'nodeLabels'], cluster: [] });
    expect(of('routes', 0)).toEqual({ node: [], cluster: ['node_default_gateway', 'node_cidr'] });
  });
});

/** The names of the values that are not the same for all of these configurations. */
function changesOf(configurations: readonly Configuration[]): (keyof ComputedValues)[] {
  const [first, ...others] = configurations.map(computeValues);
  return NAMES.filter((name) => others.some((other) => !isDeepStrictEqual(other[name], first?.[name])));
}

/** Values that change between two of these configurations, which differ in one field alone, and in both were not said to read it. */
function missedBy(field: string, configurations: readonly Configuration[]): string[] {
  return changesOf(configurations).filter((name) =>
    configurations.some((one) => computedFrom(name, one)?.some((read) => read === field) !== true),
  );
}
