import { execFile } from 'node:child_process';
import { access, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { describe, expect, it } from 'vitest';
import {
  canonicalSchematic,
  readSchematic,
  type Schematic,
  schematicId,
} from '../../../src/operations/nodes/schematic.ts';
import { temporaryFolder } from '../../support/folders.ts';
import { findTool } from '../../support/tools.ts';

const PLAIN = '376567988ad370138ad8b2698212367b8edcb69b5fd68c80be1f2ec7d603b4ba';

/** Ids that the image factory's own tests expect of its model, v1.4.0. */
const FACTORY: readonly (readonly [string, string])[] = [
  ['{}', PLAIN],
  ['customization: {}', PLAIN],
  ['customization: {"extraKernelArgs": []}', PLAIN],
  [
    '{"customization": {"extraKernelArgs": ["noapic", "nolapic"]}}',
    '9cba8e32753f91a16c1837ab8abf356af021706ef284aef07380780177d9a06c',
  ],
  [
    '{"customization": {"extraKernelArgs": ["noapic", "nolapic"], "systemExtensions": {}}}',
    '9cba8e32753f91a16c1837ab8abf356af021706ef284aef07380780177d9a06c',
  ],
  [
    '{"customization": {"meta": [{"key": 10, "value": "foo"}], "extraKernelArgs": []}}',
    'd308a2a5ee2277bed5fbaa104fcbc8d59122abfa737df987a95b4ca763459a7f',
  ],
  [
    '{"overlay": {"name": "rpi_generic", "image": "siderolabs/sbc-raspberrypi"}}',
    'ee21ef4a5ef808a9b7484cc0dda0f25075021691c8c09a276591eedb638ea1f9',
  ],
  [
    '{"customization":{"secureboot": {"includeWellKnownCertificates": true}}}',
    'fa8e05f142a851d3ee568eb0a8e5841eaf6b0ebc8df9a63df16ac5ed2c04f3e6',
  ],
  [
    '{"customization":{"diskImage": {"sectorSize": 4096}}}',
    '92833e9ddd9bb9e11b2464fa5525429f01866306d52ebd882ee08d7918f6d1ea',
  ],
];

/** Kernel arguments that Go quotes in one way or the other. */
const ODD =
  'net.ifnames=0|-console|a: b|1|true|# x|x #y|it\'s: q|\'q\'|console=ttyS0,115200|yes|*a|&b|-|- a|@x|%y|null|~|0x1F|1e3|a,b|[a]|x]|{|=|<<|12:30|2001-01-01|a:|!t|on|0o7|1_000|.5|..|?|? a|y|.| x|+1|-1|1.|.inf|.nan|"a"|a"b|`|`a|a`b|:|: a|:a|-a|?a|}|]|,|,a|a ,b|a[b|a{b|NO|Off|N|0b1|1:70|190:20:30|a\\b|\\|2001-01-01T00:00:00Z|<<a|=a|>|$x|(a)|;|/dev/sda|a=b=c'.split(
    '|',
  );

describe('the id of a schematic', () => {
  it.each(FACTORY)('of %s is the one that the factory computes', (text, id) => {
    expect(schematicId(readSchematic(text, 'schematic.yaml'))).toBe(id);
  });

  it('of extensions and kernel arguments is the one that talhelper computed', () => {
    const schematic = {
      extensions: ['qemu-guest-agent', 'siderolabs/iscsi-tools'],
      kernelArguments: ['net.ifnames=0'],
    };
    expect(schematicId(schematic)).toBe('3142cba8a2fb0b4697e7d58c933acd6e04bc9027510b08724112f41f19757c94');
    expect(canonicalSchematic(schematic)).toBe(
      'customization:\n    extraKernelArgs:\n        - net.ifnames=0\n    systemExtensions:\n        officialExtensions:\n            - siderolabs/qemu-guest-agent\n            - siderolabs/iscsi-tools\n',
    );
  });

  it('keeps the fields of a list although they are empty', () => {
    expect(
      canonicalSchematic({
        meta: [
          { key: 0, value: '' },
          { key: 12, value: 'a: b' },
        ],
      }),
    ).toBe(
      `customization:\n    meta:\n        - key: 0\n          value: ""\n        - key: 12\n          value: 'a: b'\n`,
    );
  });

  it.each([
    ['customization: {extraKernelArgs: [x', 'schematic.yaml'],
    ['customization: {kernelArgs: [x]}', 'customization.kernelArgs'],
    ['customization: {extraKernelArgs: x}', 'list'],
    ['customization: {extraKernelArgs: [1]}', 'text'],
    ['overlay: {image: a, name: b, options: {c: d}}', 'overlay.options'],
    ['overlay: {image: a}', 'needs both'],
    ['- a', 'has to be a map'],
  ])('is refused for %s', (text, message) => {
    const compute = (): string => schematicId(readSchematic(text, 'schematic.yaml'));
    expect(compute).toThrow(expect.objectContaining({ name: 'Failure', kind: 'input' }));
    if (message !== 'schematic.yaml') expect(compute).toThrow(message);
  });

  it.each([{ kernelArguments: ['a\nb'] }, { kernelArguments: ['é'] }, { extensions: ['Not A Name'] }])(
    'is refused for what has no known canonical form: %j',
    (schematic: Schematic) => {
      expect(() => schematicId(schematic)).toThrow(expect.objectContaining({ name: 'Failure' }));
    },
  );
});

const talhelper = await findTool('talhelper');

describe.skipIf(talhelper === undefined)('talhelper (skipped where it is not installed)', () => {
  it('computes the same ids', async () => {
    const folder = await temporaryFolder();
    const schematics: Schematic[] = [
      {},
      { extensions: ['siderolabs/iscsi-tools'] },
      { extensions: ['siderolabs/util-linux-tools', 'siderolabs/i915', 'siderolabs/gvisor'] },
      { kernelArguments: ODD },
      ...['-console', '1', 'a: b'].map((argument) => ({ kernelArguments: [argument], extensions: ['siderolabs/zfs'] })),
      {
        meta: [
          { key: 10, value: '' },
          { key: 12, value: 'a: b' },
        ],
      },
      { secureboot: { enrollKeys: 'force', includeWellKnownCertificates: true }, bootloader: 'sd-boot' },
      { overlay: { image: 'siderolabs/sbc-rockchip', name: 'rock5b' }, extensions: ['siderolabs/zfs'] },
    ];
    const differences: string[] = [];
    for (const schematic of schematics) {
      const text = canonicalSchematic(schematic);
      await writeFile(join(folder, 'schematic.yaml'), asJson(schematic));
      const theirs = await askTalhelper(folder);
      if (theirs !== schematicId(schematic)) differences.push(`${text}${theirs}`);
    }
    expect(differences).toEqual([]);
  });
});

async function askTalhelper(folder: string): Promise<string> {
  await access(join(folder, 'schematic.yaml'));
  const arguments_ = [
    'genurl',
    'installer',
    '--offline-mode',
    '-v',
    'v1.13.7',
    '--customization-file',
    'schematic.yaml',
  ];
  const { stdout } = await promisify(execFile)(talhelper ?? '', arguments_, { cwd: folder });
  return /\/([0-9a-f]{64}):/.exec(stdout)?.[1] ?? stdout;
}

function asJson({ extensions, kernelArguments, meta, bootloader, secureboot, overlay, sectorSize }: Schematic): string {
  return JSON.stringify({
    ...(overlay === undefined ? {} : { overlay }),
    customization: {
      extraKernelArgs: kernelArguments,
      meta,
      systemExtensions: { officialExtensions: extensions },
      bootloader,
      secureboot,
      ...(sectorSize === undefined ? {} : { diskImage: { sectorSize } }),
    },
  });
}
