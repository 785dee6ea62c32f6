import { readFile } from 'node:fs/promises';
import { isIPv6 } from 'node:net';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { textsIn } from '../../src/manifests/document.ts';
import { at, listAt, textAt, type Fields, type Tree } from '../golden/trees.ts';
import { temporaryFolder, writeFiles } from '../support/folders.ts';
import { output } from './support/run.ts';
import { findTools, titled } from './support/tools.ts';
import { treeCases } from './support/trees.ts';

const { paths, missing } = findTools('load-balancer-pools');
const trees = await treeCases();

/** So many Services without an address of their own that every pool runs out. */
const UNNAMED = 300;
const REQUEST = 'lbipam.cilium.io/ips';

/** What scripts/judges/load-balancer-pools.go.txt writes. */
interface Handed {
  readonly conflicts: readonly string[];
  readonly addresses: Readonly<Record<string, readonly string[]>>;
}

describe.skipIf(missing !== undefined)(titled("Cilium's own allocator", missing), () => {
  it.each(trees)(
    'gives the Services of %s what they ask for, and nobody an address of somebody else',
    async (_, tree) => {
      const pools = objectsOf(tree, 'CiliumLoadBalancerIPPool');
      expect(pools.length).toBeGreaterThan(0);
      const requests = requestsOf(tree);
      const named = requests.map((ips, index) => service(`named-${String(index)}`, ips));
      const unnamed = Array.from({ length: UNNAMED }, (__, index) =>
        service(`any-${String(index)}`, undefined, index % 2),
      );
      const { conflicts, addresses } = await handOut({ pools, services: [...named, ...unnamed] });
      expect(conflicts).toEqual([]);
      for (const [index, ips] of requests.entries()) {
        expect(addresses[`default/named-${String(index)}`]?.map(plain)).toEqual(ips.split(',').map(plain));
      }
      const handed = Object.values(addresses).flat().map(plain);
      expect(new Set(handed).size, 'each address once').toBe(handed.length);
      expect(handed.filter((ip) => takenIn(tree).has(ip))).toEqual([]);
    },
  );

  it('would give away the router, the nodes and the address of the API out of a whole network', async () => {
    const pool = { apiVersion: 'cilium.io/v2', kind: 'CiliumLoadBalancerIPPool', metadata: { name: 'pool' } };
    const pools = [{ ...pool, spec: { blocks: [{ cidr: '192.0.2.0/24' }] } }];
    const { addresses } = await handOut({
      pools,
      services: Array.from({ length: 30 }, (_, one) => service(String(one))),
    });
    expect(Object.values(addresses).flat()).toEqual(expect.arrayContaining(['192.0.2.1', '192.0.2.10', '192.0.2.20']));
  });
});

async function handOut(input: {
  readonly pools: readonly Fields[];
  readonly services: readonly Fields[];
}): Promise<Handed> {
  const folder = await temporaryFolder();
  await writeFiles(folder, { 'input.json': JSON.stringify({ ipv4: true, ipv6: true, ...input }) });
  const [from, to] = [join(folder, 'input.json'), join(folder, 'output.json')];
  await output(paths['load-balancer-pools'], ['-test.run', '^TestPools$'], {
    env: { POOLS_INPUT: from, POOLS_OUTPUT: to },
  });
  return JSON.parse(await readFile(to, 'utf8')) as Handed;
}

/** A Service that asks for addresses, of their families, or for any of one family. */
function service(name: string, ips?: string, family = 0): Fields {
  const asked = ips?.split(',').map((ip) => (isIPv6(ip) ? 'IPv6' : 'IPv4'));
  const families = [...new Set(asked ?? [family === 0 ? 'IPv4' : 'IPv6'])];
  return {
    metadata: { name, namespace: 'default', annotations: ips === undefined ? {} : { [REQUEST]: ips } },
    spec: {
      type: 'LoadBalancer',
      ipFamilyPolicy: families.length > 1 ? 'RequireDualStack' : 'SingleStack',
      ipFamilies: families,
      ports: [{ port: 443 }],
    },
  };
}

function objectsOf(tree: Tree, kind: string): Fields[] {
  return tree.documents.map(({ fields }) => fields).filter((fields) => textAt(fields, 'kind') === kind);
}

/** The addresses that the tree's own Services ask for, wherever an object or a chart's values carry the annotation. */
function requestsOf(tree: Tree): string[] {
  const found = tree.documents.flatMap(({ fields }) =>
    textsIn(fields)
      .filter(({ path, text }) => path.at(-1) === REQUEST && text !== REQUEST)
      .map(({ text }) => text),
  );
  return [...new Set(found)];
}

/** Addresses of nodes, of the API and of routers. */
function takenIn(tree: Tree): ReadonlySet<string> {
  const talconfig = tree.documents.find(({ path }) => path === 'talos/talconfig.yaml');
  const nodes = listAt(talconfig?.fields, 'nodes');
  const links = nodes.flatMap((node) => listAt(node, 'networkInterfaces'));
  const all = [...links, ...links.flatMap((link) => listAt(link, 'vlans'))];
  const routes = all.flatMap((link) => listAt(link, 'routes'));
  const ips = [
    ...nodes.map((node) => at(node, 'ipAddress')),
    ...all.map((link) => at(link, 'vip', 'ip')),
    ...routes.map((route) => at(route, 'gateway')),
  ];
  return new Set(ips.flatMap((ip) => (typeof ip === 'string' ? ip.split(',').map(plain) : [])));
}

/** One writing for each address. */
function plain(ip: string): string {
  const trimmed = ip.trim();
  return isIPv6(trimmed) ? new URL(`http://[${trimmed}]`).hostname : trimmed;
}
