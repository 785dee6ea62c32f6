import { describe, expect, it } from 'vitest';
import {
  contentHash,
  type DesiredFile,
  type DiskFile,
  formatInventory,
  type Inventory,
  parseInventory,
} from '../../src/workspace/inventory.ts';
import { compareInputs } from '../../src/pipeline/inputs.ts';
import { planChanges, type PlanStatus, type Present } from '../../src/workspace/plan.ts';

const OLD = 'old\n';
const NEW = 'new\n';
const RECORD = { generator: 'g', recipient: 'age1a', adopted: [], inputs: new Map<string, string>() };

interface Case {
  readonly what: string;
  readonly wanted?: string;
  readonly onDisk?: string;
  readonly recorded?: string;
  readonly status: PlanStatus | 'absent';
}

const CASES: readonly Case[] = [
  { what: 'nothing there', wanted: NEW, status: 'created' },
  { what: 'ours, deleted by hand', wanted: NEW, recorded: OLD, status: 'created' },
  { what: 'ours, untouched', wanted: NEW, onDisk: OLD, recorded: OLD, status: 'changed' },
  { what: 'ours, edited by hand', wanted: NEW, onDisk: 'edit\n', recorded: OLD, status: 'edited' },
  { what: 'ours, edited to what is rendered now', wanted: NEW, onDisk: NEW, recorded: OLD, status: 'unchanged' },
  { what: 'not ours, equal', wanted: NEW, onDisk: NEW, status: 'unchanged' },
  { what: 'not ours, different', wanted: NEW, onDisk: 'theirs\n', status: 'foreign' },
  { what: 'no longer generated', onDisk: OLD, recorded: OLD, status: 'removed' },
  { what: 'no longer generated, edited by hand', onDisk: 'edit\n', recorded: OLD, status: 'edited' },
  { what: 'no longer generated, gone already', recorded: OLD, status: 'absent' },
];

describe('planChanges', () => {
  it.each(CASES)('$what: $status', ({ wanted, onDisk, recorded, status }) => {
    const desired = wanted === undefined ? [] : [desiredFile(wanted)];
    const disk = new Map(onDisk === undefined ? [] : [['talos/x', diskFile(onDisk)] as const]);
    const plan = planChanges(desired, present(disk), inventoryFrom(recorded));
    expect(plan.entries.map((entry) => entry.status)).toEqual(status === 'absent' ? [] : [status]);
  });

  it('sees a lost executable bit as a change', () => {
    const desired = { ...desiredFile(NEW), executable: true };
    expect(planChanges([desired], present(new Map([['talos/x', diskFile(NEW)]])), undefined).entries[0]?.status).toBe(
      'changed',
    );
  });

  it('takes both sides of a merge conflict in the inventory for its own', () => {
    const ours = formatInventory({ ...RECORD, files: new Map([['talos/x', contentHash(bytes(OLD))]]) });
    const line = `    "talos/x": "${contentHash(bytes('other\n'))}"`;
    const text = ours.replace(/^( {4}"talos\/x".*)$/m, `<<<<<<< HEAD\n$1\n=======\n${line}\n>>>>>>> branch`);
    const merged = parseInventory(text, 'manifest.json');
    expect(merged.conflicted).toBe(true);
    for (const side of [OLD, 'other\n']) {
      const plan = planChanges([desiredFile(NEW)], present(new Map([['talos/x', diskFile(side)]])), merged);
      expect(plan.entries[0]?.status).toBe('changed');
    }
  });
});

describe('the manifest', () => {
  it('comes back from its text', () => {
    const files = new Map([
      ['b', contentHash(bytes('b'))],
      ['a', contentHash(bytes('a'))],
    ]);
    const record = {
      generator: 'cluster-template 1.2.3',
      recipient: 'age1x',
      adopted: ['d', 'c'],
      inputs: files,
      files,
    };
    const read = parseInventory(formatInventory(record), 'manifest.json');
    expect([...read.files]).toEqual([...files].sort().map(([path, hash]) => [path, [hash]]));
    expect([...read.inputs]).toEqual([...files].sort());
    expect(read).toMatchObject({
      generator: 'cluster-template 1.2.3',
      recipient: 'age1x',
      adopted: ['c', 'd'],
      conflicted: false,
    });
  });

  it('has an input on which the sides of a merge differ as one that changed, and not as a new one', () => {
    const files = new Map([['talos/x', contentHash(bytes(OLD))]]);
    const ours = formatInventory({ ...RECORD, inputs: new Map([['cluster.yaml', contentHash(bytes(OLD))]]), files });
    const line = `    "cluster.yaml": "${contentHash(bytes(NEW))}"`;
    const text = ours.replace(/^( {4}"cluster\.yaml".*)$/m, `<<<<<<< HEAD\n$1\n=======\n${line}\n>>>>>>> branch`);
    const { inputs } = parseInventory(text, 'manifest.json');
    expect(inputs.has('cluster.yaml')).toBe(true);
    for (const hash of [OLD, NEW].map((text) => contentHash(bytes(text))))
      expect(compareInputs(inputs, new Map([['cluster.yaml', hash]]))).toEqual([
        { path: 'cluster.yaml', change: 'changed' },
      ]);
  });

  it.each([
    '',
    '{}',
    '[]',
    '{"format":2}',
    '{"format":1,"generator":"x","recipient":"y","files":{"a":1}}',
    '{"format":1,"generator":"x","recipient":"y","files":{},"adopted":[1]}',
    '{"format":1,"generator":"x","recipient":"y","files":{},"inputs":[1]}',
  ])('is refused where it is %s', (text) => {
    expect(() => parseInventory(text, 'manifest.json')).toThrow('the inventory cannot be read');
  });
});

function present(disk: ReadonlyMap<string, DiskFile>, repositories: readonly string[] = []): Present {
  return { disk, repositories, isSecret: (path) => path.includes('.sops.') };
}

function bytes(text: string): Buffer {
  return Buffer.from(text);
}

function desiredFile(text: string): DesiredFile {
  return { path: 'talos/x', bytes: bytes(text), executable: false, secret: false };
}

function diskFile(text: string): DiskFile {
  return { bytes: bytes(text), executable: false };
}

function inventoryFrom(text: string | undefined): Inventory | undefined {
  if (text === undefined) return undefined;
  return {
    generator: 'g',
    recipient: 'age1a',
    files: new Map([['talos/x', [contentHash(bytes(text))]]]),
    adopted: [],
    inputs: new Map(),
    conflicted: false,
  };
}
