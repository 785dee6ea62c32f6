import { describe, expect, it } from 'vitest';
import {
  contentHash,
  type DesiredFile,
  type DiskFile,
  formatInventory,
  type Inventory,
  parseInventory,
  unionOf,
  withOwnPaths,
} from '../../src/workspace/inventory.ts';
import { compareInputs } from '../../src/pipeline/inputs.ts';
import {
  changesOf,
  conflictsOf,
  filesAfter,
  overwrite,
  planChanges,
  type Plan,
  type PlanEntry,
  type PlanStatus,
  type Present,
} from '../../src/workspace/plan.ts';

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

describe('planChanges on several files', () => {
  it('has them in the order of their paths, and what is secret by what is wanted, or by its name', () => {
    const desired = [
      { ...desiredFile(NEW), path: 'talos/b' },
      { ...desiredFile(NEW), path: 'talos/a.sops.yaml', secret: false },
      { ...desiredFile(NEW), path: 'talos/B', secret: true },
    ];
    const recorded = inventoryFrom(OLD, 'talos/gone.sops.yaml');
    const disk = new Map([['talos/gone.sops.yaml', diskFile(OLD)]]);
    const { entries } = planChanges(desired, present(disk), recorded);
    expect(entries.map(({ path, status, secret }) => [path, status, secret])).toEqual([
      ['talos/B', 'created', true],
      ['talos/a.sops.yaml', 'created', false],
      ['talos/b', 'created', false],
      ['talos/gone.sops.yaml', 'removed', true],
    ]);
  });

  it.each([
    ['talos', 'left'],
    ['talo', 'removed'],
    ['x', 'removed'],
  ])('where %s is a repository of its own: what is no longer generated is %s', (repository, status) => {
    const { entries } = planChanges(
      [],
      present(new Map([['talos/x', diskFile(OLD)]]), [repository]),
      inventoryFrom(OLD),
    );
    expect(entries.map((entry) => entry.status)).toEqual([status]);
  });
});

describe('a plan', () => {
  const STATUSES = ['created', 'changed', 'removed', 'edited', 'foreign', 'adopted', 'left', 'unchanged'] as const;
  const plan: Plan = { entries: STATUSES.map((status) => planEntry(status, desiredFile(NEW))) };
  const statuses = (entries: readonly PlanEntry[]) => entries.map(({ status }) => status);

  it('parts what is done from what stops a run', () => {
    expect(statuses(changesOf(plan))).toEqual(['created', 'changed', 'removed']);
    expect(statuses(conflictsOf(plan))).toEqual(['edited', 'foreign']);
  });

  it('takes of the conflicts what is said to be ours, and nothing else', () => {
    const kept = STATUSES.slice(5);
    expect(statuses(overwrite(plan, () => true).entries)).toEqual([
      ...['created', 'changed', 'removed', 'changed', 'changed'],
      ...kept,
    ]);
    expect(overwrite(plan, () => false)).toEqual(plan);
    const gone = { entries: [planEntry('edited', undefined), planEntry('foreign', undefined)] };
    expect(statuses(overwrite(gone, ({ status }) => status === 'edited').entries)).toEqual(['removed', 'foreign']);
  });

  it('records what is written, and what is left as it was before; what is adopted or gone is not recorded', () => {
    const entries = STATUSES.map((status) => planEntry(status, status === 'removed' ? undefined : desiredFile(NEW)));
    const [written, before] = [contentHash(bytes(NEW)), 'sha256:before'];
    expect([...filesAfter({ entries })]).toEqual([
      ['talos/created', written],
      ['talos/changed', written],
      ['talos/edited', before],
      ['talos/foreign', before],
      ['talos/left', before],
      ['talos/unchanged', written],
    ]);
    expect(filesAfter({ entries: [{ ...planEntry('foreign', undefined), recorded: [] }] })).toEqual(new Map());
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

  it('needs to say neither what is adopted nor what it was made from', () => {
    const { adopted, inputs } = parseInventory('{"format":1,"generator":"x","recipient":"y","files":{}}', 'm');
    expect([adopted, [...inputs]]).toEqual([[], []]);
  });

  it('takes both sides of a merge for its own: files, and what is adopted', () => {
    const side = (text: string, adopted: string): string =>
      formatInventory({ ...RECORD, adopted: [adopted], files: new Map([['talos/x', contentHash(bytes(text))]]) });
    const [ours, theirs] = [side(OLD, 'talos/a'), side(NEW, 'talos/b')];
    const merged = parseInventory(`<<<<<<< HEAD\n${ours}=======\n${theirs}>>>>>>> branch\n`, 'm');
    expect(merged).toMatchObject({ recipient: 'age1a', adopted: ['talos/a', 'talos/b'], conflicted: true });
    expect([...merged.files]).toEqual([['talos/x', [contentHash(bytes(OLD)), contentHash(bytes(NEW))]]]);
    const twice = unionOf(parseInventory(ours, 'm'), parseInventory(ours, 'm'));
    expect([[...twice.files], twice.adopted]).toEqual([[['talos/x', [contentHash(bytes(OLD))]]], ['talos/a']]);
  });

  it('is refused where the sides of a merge name two owners', () => {
    const [ours, theirs] = ['age1a', 'age1b'].map((recipient) =>
      formatInventory({ ...RECORD, recipient, files: new Map() }),
    );
    const text = `<<<<<<< HEAD\n${ours ?? ''}=======\n${theirs ?? ''}>>>>>>> branch\n`;
    expect(() => parseInventory(text, 'm')).toThrow('names two owners of the tree');
  });

  it('is refused where it names what no run can have made, every path of it', () => {
    const inventory = { ...inventoryFrom(OLD), adopted: ['age.key', 'talos/y'] } as Inventory;
    const isOurs = (path: string): boolean => path.startsWith('talos/');
    expect(withOwnPaths({ ...inventory, adopted: [] }, isOurs, 'm')).toMatchObject({ recipient: 'age1a' });
    expect(() => withOwnPaths(inventory, isOurs, 'm')).toThrow(
      /^the inventory names age\.key, which no run can have made$/,
    );
    expect(() => withOwnPaths(inventory, () => false, 'm')).toThrow(/talos\/x.*\n.*age\.key.*\n.*talos\/y/);
  });

  it.each([
    '',
    '{}',
    '[]',
    '{"format":2}',
    '{"format":1,"generator":"x","recipient":"y","files":{"a":1}}',
    '{"format":1,"generator":"x","recipient":"y","files":{"a":"b","c":1}}',
    '{"format":1,"generator":1,"recipient":"y","files":{}}',
    '{"format":1,"generator":"x","recipient":1,"files":{}}',
    '{"format":2,"generator":"x","recipient":"y","files":{}}',
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

/** An entry of a path that is called as what is done with it. */
function planEntry(status: PlanStatus, desired: DesiredFile | undefined): PlanEntry {
  const path = `talos/${status}`;
  return { path, status, secret: false, desired, present: diskFile(OLD), recorded: ['sha256:before', 'sha256:other'] };
}

function inventoryFrom(text: string | undefined, path = 'talos/x'): Inventory | undefined {
  if (text === undefined) return undefined;
  return {
    generator: 'g',
    recipient: 'age1a',
    files: new Map([[path, [contentHash(bytes(text))]]]),
    adopted: [],
    inputs: new Map(),
    conflicted: false,
  };
}
