import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { runCommand, sampleCluster, type CommandResult } from '../../support/cluster.ts';
import { standIns } from '../support/stand-ins.ts';
import { address, disk, hostname, link, talosctlOutput } from './talosctl-output.ts';

const USB = { transport: 'usb' };

describe('nodes import', () => {
  it('appends a machine with the disk and the link that it has', async () => {
    const cluster = await sampleCluster();
    const node = '192.0.2.31';
    const { stdout, code } = await importOf(cluster, [
      disk(node, 'nvme0n1'),
      disk(node, 'loop0'),
      disk(node, 'sr0', { cdrom: true }),
      disk(node, 'sdb', USB),
      link(node, 'eno1', '00:00:5E:00:53:31'),
      link(node, 'eno2', '00:00:5e:00:53:32', { linkState: false, operationalState: 'down' }),
      link(node, 'cilium_net', '00:00:5e:00:53:33', { kind: 'veth' }),
    ]);
    expect(code).toBe(0);
    expect(stdout).toContain('added     k8s-4: name k8s-4, address 192.0.2.31, controller false, disk /dev/nvme0n1');
    expect(
      (await readFile(join(cluster, 'nodes.yaml'), 'utf8')).endsWith(`
  - name: k8s-4
    address: 192.0.2.31
    controller: false
    disk: /dev/nvme0n1
    mac_addr: '00:00:5e:00:53:31'
    schematic_id: 376567988ad370138ad8b2698212367b8edcb69b5fd68c80be1f2ec7d603b4ba
`),
    ).toBe(true);
  });

  it('changes nothing the second time, and nothing with --dry-run', async () => {
    const cluster = await sampleCluster();
    const machine = [disk('192.0.2.31', 'sda'), link('192.0.2.31', 'eno1', '00:00:5e:00:53:31')];
    const before = await readFile(join(cluster, 'nodes.yaml'), 'utf8');
    const dry = await importOf(cluster, machine, ['--dry-run', '--controller']);
    expect(dry.stdout).toContain('+    controller: true\n');
    expect(await readFile(join(cluster, 'nodes.yaml'), 'utf8')).toBe(before);
    expect((await importOf(cluster, machine)).stdout).toContain('nodes.yaml written');
    const after = await readFile(join(cluster, 'nodes.yaml'), 'utf8');
    expect((await importOf(cluster, machine)).stdout).toBe('unchanged k8s-4\nnothing changed\n');
    expect(await readFile(join(cluster, 'nodes.yaml'), 'utf8')).toBe(after);
  });

  it('corrects the disk and the MAC address of nodes that it finds by MAC address, name or address', async () => {
    const cluster = await sampleCluster();
    const { stdout } = await importOf(
      cluster,
      [
        disk('192.0.2.99', 'nvme0n1'),
        link('192.0.2.99', 'eno1', '00:00:5e:00:53:0a'),
        disk('192.0.2.11', 'sda'),
        link('192.0.2.11', 'eno1', '00:00:5e:00:53:77'),
        disk('192.0.2.98', 'sda'),
        link('192.0.2.98', 'eno1', '00:00:5e:00:53:78'),
        hostname('192.0.2.98', 'k8s-2'),
      ],
      ['--json'],
    );
    expect(JSON.parse(stdout)).toEqual({
      status: 'done',
      nodes: [
        { name: 'k8s-0', outcome: 'changed', fields: { disk: '/dev/nvme0n1' } },
        { name: 'k8s-1', outcome: 'changed', fields: { mac_addr: '00:00:5e:00:53:77' } },
        { name: 'k8s-2', outcome: 'changed', fields: { mac_addr: '00:00:5e:00:53:78' } },
      ],
    });
  });

  it('takes the address from the links where the answers do not name their node', async () => {
    const cluster = await sampleCluster();
    const { stdout } = await importOf(
      cluster,
      [
        disk('', 'sda'),
        link('', 'eno1', '00:00:5e:00:53:31'),
        address('', 'eno1.100', '192.0.2.44/24'),
        address('', 'lo', '127.0.0.1/8'),
        address('', 'eno1', 'fe80::1/64'),
        hostname('', 'talos-x1y-2z3'),
      ],
      ['--json', '--name', 'big'],
    );
    expect(JSON.parse(stdout)).toMatchObject({ nodes: [{ name: 'big', fields: { address: '192.0.2.44' } }] });
  });

  it.each([
    [
      [disk('n', 'sda'), disk('n', 'sdb'), link('n', 'a', '00:00:5e:00:53:31')],
      [],
      'several disks',
      '/dev/sda (Samsung',
    ],
    [
      [disk('n', 'sda'), link('n', 'a', '00:00:5e:00:53:31'), link('n', 'b', '00:00:5e:00:53:32')],
      ['--address', '192.0.2.7'],
      'several network',
      'b (00:00:5e:00:53:32, up)',
    ],
    [
      [disk('n', 'sda', { size: 5e9 }), link('n', 'a', '00:00:5e:00:53:31')],
      ['--address', '192.0.2.7'],
      'no disk of 10 GB',
      '5 GB',
    ],
    [[disk('n', 'sda'), link('n', 'a', '00:00:5e:00:53:31')], [], 'no address', '--address'],
    [[disk('n', 'sda'), link('n', 'a', '00:00:5e:00:53:31')], ['--disk', '/dev/sdx'], 'no disk /dev/sdx', '/dev/sda'],
    [[disk('', 'sda'), disk('', 'sda')], [], 'several machines', 'a file of its own'],
    [[{ kind: 'Pod' }], [], 'what talosctl prints', 'get disks'],
  ])('says what is left open: %#', { tags: 'long' }, async (resources, options, problem, choice) => {
    const cluster = await sampleCluster();
    const before = await readFile(join(cluster, 'nodes.yaml'), 'utf8');
    const { code, stderr } = await importOf(
      cluster,
      resources,
      ['--address', '192.0.2.7', ...options].slice(options.includes('--address') || problem === 'no address' ? 2 : 0),
    );
    expect(code, stderr).toBe(1);
    expect(stderr).toContain(problem);
    expect(stderr).toContain(choice);
    expect(await readFile(join(cluster, 'nodes.yaml'), 'utf8')).toBe(before);
  });

  it('takes a chosen disk by its serial number', async () => {
    const cluster = await sampleCluster();
    const resources = [
      disk('192.0.2.31', 'sda'),
      disk('192.0.2.31', 'sdb'),
      link('192.0.2.31', 'a', '00:00:5e:00:53:31'),
    ];
    const { stdout } = await importOf(cluster, resources, ['--disk', 'S64D-sdb', '--json']);
    expect(JSON.parse(stdout)).toMatchObject({ nodes: [{ fields: { disk: 'S64D-sdb' } }] });
  });

  it('is used wrongly with a choice for one machine and several of them, or without a file', async () => {
    const cluster = await sampleCluster();
    const resources = ['192.0.2.31', '192.0.2.32'].flatMap((node) => [disk(node, 'sda')]);
    expect((await importOf(cluster, resources, ['--name', 'x'])).code).toBe(64);
    expect((await runCommand(['nodes', 'import', 'none.json', '--root', cluster])).code).toBe(64);
    await writeFile(join(cluster, 'broken.json'), '{"node": ');
    const broken = await runCommand(['nodes', 'import', 'broken.json', '--root', cluster], { cwd: cluster });
    expect(broken.code).toBe(1);
    expect(broken.stderr).toContain('broken.json: error: JSON as talosctl prints it was expected');
  });

  it('tells what configure would say of the new node', async () => {
    const cluster = await sampleCluster();
    const resources = [disk('198.51.100.7', 'sda'), link('198.51.100.7', 'a', '00:00:5e:00:53:31')];
    const { code, stderr } = await importOf(cluster, resources);
    expect(code).toBe(0);
    expect(stderr).toContain('nodes.yaml:');
  });
});

describe('nodes discover', () => {
  it('asks a machine without credentials, and with those of the cluster where that is refused', async () => {
    const cluster = await sampleCluster();
    const answers = (node: string, mac: string): [string, string, string] => [
      talosctlOutput([disk(node, 'sda')]),
      talosctlOutput([link(node, 'eno1', mac)]),
      talosctlOutput([address(node, 'eno1', `${node}/24`)]),
    ];
    const [disks, links] = answers('', '00:00:5e:00:53:31');
    const [securedDisks, securedLinks, addresses] = answers('192.0.2.32', '00:00:5e:00:53:32');
    const stands = await standIns(cluster, [
      { program: 'talosctl', match: '^get disks --nodes 192.0.2.31 .*--insecure', stdout: disks },
      { program: 'talosctl', match: '^get links --nodes 192.0.2.31 .*--insecure', stdout: links },
      { program: 'talosctl', match: '--insecure', stderr: 'rpc error: tls: certificate required', exitCode: 1 },
      { program: 'talosctl', match: '^get disks', stdout: securedDisks },
      { program: 'talosctl', match: '^get links', stdout: securedLinks },
      { program: 'talosctl', match: '^get addresses', stdout: addresses },
      { program: 'talosctl', match: '^get hostname', exitCode: 1 },
    ]);
    const command = ['nodes', 'discover', '192.0.2.31', '192.0.2.32', '--root', cluster, '--json'];
    const { code, stdout, stderr } = await runCommand(command, { env: stands.env });
    expect(code, stderr).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject({
      nodes: [
        { name: 'k8s-4', fields: { address: '192.0.2.31', mac_addr: '00:00:5e:00:53:31' } },
        { name: 'k8s-5', fields: { address: '192.0.2.32', mac_addr: '00:00:5e:00:53:32' } },
      ],
    });
    await expect(await stands.script()).toMatchFileSnapshot('golden/discover.txt');
  });

  it('says that a machine does not answer, and how to get talosctl', async () => {
    const cluster = await sampleCluster();
    const silent = await standIns(cluster, [{ program: 'talosctl', stderr: 'connection refused\n', exitCode: 1 }]);
    const result = await runCommand(['nodes', 'discover', '192.0.2.31', '--root', cluster], { env: silent.env });
    expect(result.code).toBe(3);
    expect(result.stderr).toContain('talosctl get disks ended with exit code 1: connection refused');
    const missing = await standIns(cluster, [], { programs: [] });
    const none = await runCommand(['nodes', 'discover', '192.0.2.31', '--root', cluster], {
      env: { PATH: missing.folder },
    });
    expect(none.code).toBe(3);
    expect(none.stderr).toContain('mise install');
  });
});

async function importOf(
  cluster: string,
  resources: readonly object[],
  options: readonly string[] = [],
): Promise<CommandResult> {
  const file = join(cluster, 'machines.json');
  await writeFile(file, talosctlOutput(resources));
  return await runCommand(['nodes', 'import', file, '--root', cluster, ...options]);
}
