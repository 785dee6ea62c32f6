import { describe, expect, it } from 'vitest';
import type { TalosNode } from '../../../src/operations/talos/cluster.ts';
import type { ProgramCall, Programs } from '../../../src/operations/programs/catalogue.ts';
import { lookAtDisk } from '../../../src/operations/talos/disks.ts';

type Spec = Readonly<Record<string, unknown>>;

const SDA: Spec = {
  dev_path: '/dev/sda',
  size: 500_107_862_016,
  model: 'Samsung SSD 870',
  serial: 'S62ANZ0R1',
  transport: 'sata',
  symlinks: ['/dev/disk/by-id/ata-Samsung_SSD_870'],
};
const NVME: Spec = { dev_path: '/dev/nvme0n1', size: 1_000_204_886_016, model: 'WD', serial: 'W1', transport: 'nvme' };
const STICK: Spec = { dev_path: '/dev/sdb', size: 31_000_000_000, model: 'Cruzer', serial: 'U1', transport: 'usb' };
const CD: Spec = { dev_path: '/dev/sr0', size: 1_000_000_000, model: 'DVD', cdrom: true };

function partition(path: string, label: string, name: string, parent = '/dev/sda'): Spec {
  return { dev_path: path, type: 'partition', parent_dev_path: parent, name, partition_label: label };
}

const WHOLE = { dev_path: '/dev/sda', type: 'disk', name: '' };
const TABLE = { ...WHOLE, name: 'gpt' };
const TALOS = ['EFI', 'BIOS', 'BOOT', 'META', 'STATE', 'EPHEMERAL', 'u-data'].map((label, index) =>
  partition(`/dev/sda${String(index + 1)}`, label, label === 'EFI' ? 'vfat' : 'xfs'),
);
const WINDOWS = [
  partition('/dev/sda1', 'EFI system partition', 'vfat'),
  partition('/dev/sda2', 'Basic data partition', ''),
];

/** What a machine with these disks and volumes answers. */
function machine(disks: readonly Spec[], volumes: readonly Spec[]): Programs {
  const print = (specs: readonly Spec[]): string =>
    specs.map((spec) => `${JSON.stringify({ metadata: { namespace: 'runtime' }, spec }, undefined, 4)}\n`).join('');
  const run = ({ arguments: words }: ProgramCall): Promise<{ exitCode: number; stdout: string; stderr: string }> =>
    Promise.resolve({ exitCode: 0, stdout: print(words[1] === 'disks' ? disks : volumes), stderr: '' });
  // No other way of starting programs is used.
  return { run } as unknown as Programs;
}

function node(disk: string | undefined): TalosNode {
  return { name: 'k8s-0', address: '192.0.2.10', controller: true, image: '', schematic: '', disk };
}

const FOUND = '/dev/sda (Samsung SSD 870, 500 GB)';
const BOTH = 'it has /dev/sda (Samsung SSD 870, 500 GB); /dev/nvme0n1 (WD, 1000 GB)';

describe('the disk of a machine in maintenance', () => {
  it.each<[title: string, disk: string | undefined, disks: Spec[], volumes: Spec[], expected: string]>([
    ['is taken where it is empty', '/dev/sda', [SDA, NVME, STICK], [WHOLE], FOUND],
    ['is found by its serial number', 'S62ANZ0R1', [SDA, NVME], [WHOLE], FOUND],
    ['is found by a link of udev', '/dev/disk/by-id/ata-Samsung_SSD_870', [SDA, NVME], [], FOUND],
    ['is not looked for where an override chooses it', undefined, [SDA], [], 'unknown'],
    ['is taken where Talos was on it', '/dev/sda', [SDA], [TABLE, ...TALOS], FOUND],
    [
      'may have a neighbour that is full',
      '/dev/sda',
      [SDA, NVME],
      [partition('/dev/nvme0n1p1', 'home', 'ext4', '/dev/nvme0n1')],
      FOUND,
    ],
    [
      'has to be there',
      '/dev/sdx',
      [SDA, NVME, STICK],
      [],
      `k8s-0: there is no disk /dev/sdx = correct \`disk\` in nodes.yaml: ${BOTH}`,
    ],
    [
      'has to be there at all',
      '/dev/sda',
      [CD],
      [],
      'k8s-0: there is no disk /dev/sda = correct `disk` in nodes.yaml: no disk was found at all',
    ],
    [
      'is no partition',
      '/dev/sda2',
      [SDA, NVME],
      WINDOWS,
      `k8s-0: /dev/sda2 is a partition of /dev/sda = correct \`disk\` in nodes.yaml: ${BOTH}`,
    ],
    [
      'is one disk',
      'X',
      [
        { ...SDA, serial: 'X' },
        { ...NVME, serial: 'X' },
      ],
      [],
      `k8s-0: X names several disks: ${FOUND}; /dev/nvme0n1 (WD, 1000 GB) = name one by its path`,
    ],
    [
      'is no USB stick',
      '/dev/sdb',
      [SDA, STICK],
      [],
      `k8s-0: /dev/sdb (Cruzer, 31 GB) is a USB stick, or a disk on USB = correct \`disk\` in nodes.yaml: it has ${FOUND}`,
    ],
    [
      'is no CD',
      '/dev/sr0',
      [SDA, CD],
      [],
      `k8s-0: /dev/sr0 (DVD, 1 GB) is a CD = correct \`disk\` in nodes.yaml: it has ${FOUND}`,
    ],
    [
      'can be written',
      '/dev/sda',
      [{ ...SDA, readonly: true }],
      [],
      `k8s-0: ${FOUND} is read-only = correct \`disk\` in nodes.yaml: no disk was found at all`,
    ],
    [
      'is large enough',
      '/dev/sda',
      [{ ...SDA, size: 8_000_000_000 }],
      [],
      'k8s-0: /dev/sda (Samsung SSD 870, 8 GB) is too small: Talos needs 10 GB = take another: it has /dev/sda (Samsung SSD 870, 8 GB)',
    ],
    [
      'holds no partitions of others',
      '/dev/sda',
      [SDA],
      [TABLE, ...WINDOWS],
      `k8s-0: ${FOUND} is not empty: it holds /dev/sda1 EFI system partition vfat, /dev/sda2 Basic data partition. Installing wipes it = look whether somebody still needs it; \`--wipe\` gives it up`,
    ],
    [
      'holds none beside those of Talos',
      '/dev/sda',
      [SDA],
      [TABLE, ...TALOS, partition('/dev/sda9', 'photos', 'ext4')],
      `k8s-0: ${FOUND} is not empty: it holds /dev/sda9 photos ext4. Installing wipes it = look whether somebody still needs it; \`--wipe\` gives it up`,
    ],
    [
      'holds no file system without a table',
      '/dev/sda',
      [SDA],
      [{ ...WHOLE, name: 'zfs' }],
      `k8s-0: ${FOUND} is not empty: it holds zfs. Installing wipes it = look whether somebody still needs it; \`--wipe\` gives it up`,
    ],
    [
      'holds no foreign table',
      '/dev/sda',
      [SDA],
      [TABLE],
      `k8s-0: ${FOUND} is not empty: it has a partition table (gpt). Installing wipes it = look whether somebody still needs it; \`--wipe\` gives it up`,
    ],
  ])('%s', async (...[, disk, disks, volumes, expected]) => {
    const report = await lookAtDisk(machine(disks, volumes), node(disk), { address: '192.0.2.50', wipe: false });
    const [finding] = report.findings;
    expect(finding === undefined ? (report.disk ?? 'unknown') : `${finding.message} = ${finding.remedy ?? ''}`).toBe(
      expected,
    );
  });

  it('may hold anything where that was given up', async () => {
    const report = await lookAtDisk(machine([SDA], [TABLE, ...WINDOWS]), node('/dev/sda'), {
      address: '192.0.2.50',
      wipe: true,
    });
    expect(report).toEqual({ disk: FOUND, findings: [] });
  });

  it('is no partition all the same', async () => {
    const report = await lookAtDisk(machine([SDA], WINDOWS), node('/dev/sda1'), { address: '192.0.2.50', wipe: true });
    expect(report.findings).toHaveLength(1);
  });
});
