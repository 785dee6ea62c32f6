import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { parseAllDocuments } from 'yaml';
import { at, listAt, textAt, type Fields, type Tree } from '../golden/trees.ts';
import { temporaryFolder, writeFiles } from '../support/folders.ts';
import { machineConfigurations } from './support/machines.ts';
import { output, run } from './support/run.ts';
import { findTools, titled } from './support/tools.ts';
import { treeCases } from './support/trees.ts';

const { paths, missing } = findTools('talhelper', 'machine-config');
const trees = await treeCases();

/** What scripts/judges/machine-config.go.txt prints of a file. */
interface Machine {
  readonly file: string;
  readonly type: string;
  readonly documents: readonly string[];
  readonly warnings: readonly string[] | null;
  readonly hostname: string;
  readonly disk: string;
  readonly selector?: string;
  readonly image: string;
  readonly links: readonly {
    readonly name: string;
    readonly kind: string;
    readonly mtu?: number;
    readonly addresses: readonly string[];
    readonly gateways: readonly string[];
    readonly parent?: string;
    readonly vlan?: number;
    readonly members?: readonly string[];
  }[];
  readonly dhcp: readonly string[] | null;
  readonly vips: Readonly<Record<string, string>>;
  readonly firewall: string;
}

describe.skipIf(missing !== undefined)(titled("Talos' own loader", missing), () => {
  it.each(trees)('finds in the machines of %s what talconfig.yaml asks for', async (_, tree) => {
    const { folder, files } = await machineConfigurations(tree, paths.talhelper);
    const machines = JSON.parse(await output(paths['machine-config'], files, { cwd: folder })) as Machine[];
    const nodes = nodesOf(tree);
    expect(machines.map(({ hostname }) => hostname).sort()).toEqual(nodes.map(nameOf).sort());
    for (const machine of machines) {
      const node = nodes.find((one) => nameOf(one) === machine.hostname) ?? {};
      const documents = parseAllDocuments(await readFile(join(folder, machine.file), 'utf8'));
      expect(machine.documents, 'no document is passed over').toHaveLength(documents.length);
      expect({ warnings: machine.warnings, dhcp: machine.dhcp }).toEqual({ warnings: null, dhcp: null });
      expect(machine.type).toBe(at(node, 'controlPlane') === true ? 'controlplane' : 'worker');
      expectDisk(machine, node);
      expectLinks(machine, node);
      expectNodeAddresses(
        machine,
        documents.map((document) => document.toJS() as Fields),
      );
    }
  });

  it('refuses a field that Talos does not know', async () => {
    const folder = await temporaryFolder();
    await writeFiles(folder, { 'one.yaml': 'version: v1alpha1\nmachine:\n  typ: worker\ncluster: {}\n' });
    const { code, stderr } = await run(paths['machine-config'], ['one.yaml'], { cwd: folder });
    expect({ code, stderr }).toMatchObject({
      code: 1,
      stderr: expect.stringMatching(/unknown keys found[^]*typ/) as string,
    });
  });
});

function nodesOf(tree: Tree): Fields[] {
  const talconfig = tree.documents.find(({ path }) => path === 'talos/talconfig.yaml');
  return listAt(talconfig?.fields, 'nodes') as Fields[];
}

function nameOf(node: Fields): string {
  return textAt(node, 'hostname');
}

/** One disk, by its path or by what tells it from others, and the image with its extensions. */
function expectDisk(machine: Machine, node: Fields): void {
  const path = textAt(node, 'installDisk');
  if (path === '') expect(machine.selector, machine.file).toMatch(/disk\.\w+/);
  else expect(machine).toMatchObject({ disk: path });
  expect(machine.image.startsWith(`${textAt(node, 'talosImageURL')}:v`), machine.image).toBe(true);
}

/** Talos brings up the links that have a document: so has each that another one builds upon. */
function expectLinks({ links, vips, file }: Machine, node: Fields): void {
  const names = links.map(({ name }) => name);
  const needed = links.flatMap(({ parent, members = [] }) => [...(parent === undefined ? [] : [parent]), ...members]);
  expect(names, file).toEqual(expect.arrayContaining(needed));
  const own = links.filter(({ addresses }) => addresses.some((one) => isOf(one, textAt(node, 'ipAddress'))));
  expect(own, `${file} has its address on one link`).toHaveLength(1);
  expect(own.flatMap(({ gateways }) => gateways).length, `${file} has a router`).toBeGreaterThan(0);
  const interfaces = listAt(node, 'networkInterfaces');
  const vlans = interfaces.flatMap((one) => listAt(one, 'vlans'));
  expect(links.filter(({ kind }) => kind === 'vlan').map(({ vlan }) => vlan)).toEqual(
    vlans.map((one) => at(one, 'vlanId')),
  );
  const asked = [...interfaces, ...vlans].map((one) => textAt(one, 'vip', 'ip')).filter((ip) => ip !== '');
  expect(vips, file).toEqual(Object.fromEntries(asked.map((ip) => [ip, own[0]?.name])));
  const sizes = [...interfaces, ...vlans].map((one) => at(one, 'mtu')).filter((mtu) => mtu !== undefined);
  expect(new Set(links.map(({ mtu }) => mtu).filter((mtu) => mtu !== undefined))).toEqual(new Set(sizes));
}

/**
 * kubelet takes the first address of each family that the subnets find, one subnet after the other (Talos' k8s.NodeIPController): a node
 * with IPv6 may have got another one in its network from a router.
 */
function expectNodeAddresses({ links, file }: Machine, documents: readonly Fields[]): void {
  const own = links.flatMap(({ addresses }) => addresses).map((one) => one.replace(/\/\d+$/, ''));
  if (!own.some((address) => address.includes(':'))) return;
  const subnets = documents.flatMap((one) => listAt(one, 'machine', 'kubelet', 'nodeIP', 'validSubnets'));
  const hosts = own.map((address) => `${address}/${address.includes(':') ? '128' : '32'}`);
  expect(subnets.slice(0, hosts.length), file).toEqual(hosts);
}

function isOf(prefix: string, address: string): boolean {
  return prefix.replace(/\/\d+$/, '') === address;
}
