import { readFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { describe, expect, it } from 'vitest';
import { migrate, MIGRATIONS, pathsOf, readMigrations, withNewNames } from '../../../src/cluster/config/migrations.ts';
import { readDocument } from '../../../src/cluster/config/document.ts';
import { CLUSTER_FIELDS, NODE_FIELDS } from '../../../src/cluster/config/schemas.ts';
import { formatFinding } from '../../../src/report/text.ts';
import { parseVersion } from '../../../src/upgrade/template.ts';

const ROOT = resolve(import.meta.dirname, '../../..');
const about = { name: 'test', version: '9.0.0' };

/** A case: the steps, the text before and the text after; the fields that have to be done by hand, with why. */
interface Case {
  readonly steps: readonly object[];
  readonly file?: string;
  readonly before: string;
  readonly after: string;
  readonly byHand?: readonly string[];
}

const CASES: Readonly<Record<string, Case>> = {
  'a rename keeps everything else': {
    steps: [{ rename: 'old', to: 'new' }],
    before: '# about old\n"old" : \'x\'   # why\n\nother: [1,   2]\n',
    after: "# about old\nnew : 'x'   # why\n\nother: [1,   2]\n",
  },
  'a rename in every entry of a list': {
    steps: [{ rename: 'nodes[].old', to: 'new' }],
    file: 'nodes.yaml',
    before: 'nodes:\n  - old: 1\n    a: 2\n  - {a: 3, old: 4}\n  - a: 5\n',
    after: 'nodes:\n  - new: 1\n    a: 2\n  - {a: 3, new: 4}\n  - a: 5\n',
  },
  'renames in a row': {
    steps: [
      { rename: 'a', to: 'b' },
      { rename: 'b', to: 'c' },
    ],
    before: 'a: 1\n',
    after: 'c: 1\n',
  },
  'a rename beside the new name': {
    steps: [{ rename: 'old', to: 'new' }],
    before: 'old: 1\nnew: 2\n',
    after: 'old: 1\nnew: 2\n',
    byHand: ['old: `new` is set as well'],
  },
  'a move out of a map, with comments; the empty map goes': {
    steps: [{ move: 'proxmox.url', to: 'proxmox_url' }],
    before: 'a: 1\n\n# --- Proxmox ---\n# about all\nproxmox:\n  # about the url\n  url: "x" # why\n\nb: 2\n',
    after: 'a: 1\n\n# --- Proxmox ---\n# about the url\nproxmox_url: "x" # why\n\nb: 2\n',
  },
  'a move out of a map that stays': {
    steps: [{ move: 'm.x', to: 'm_x' }],
    before: 'm:\n  x: 1\n  y: 2\n# end\n',
    after: 'm:\n  y: 2\nm_x: 1\n# end\n',
  },
  'a move into a map that is there': {
    steps: [{ move: 'x', to: 'm.z' }],
    before: '# mine\nx: |\n  one\n    two\n\nm:\n    y: 2 # two\n',
    after: '\nm:\n    y: 2 # two\n    # mine\n    z: |\n      one\n        two\n',
  },
  'a move into maps that are made': {
    steps: [{ move: 'x', to: 'a.b.c' }],
    before: 'first: 1\nx:\n  - 1\n  - y: 2\nlast: 2\n',
    after: 'first: 1\na:\n  b:\n    c:\n      - 1\n      - y: 2\nlast: 2\n',
  },
  'a move inside of the entries of a list': {
    steps: [{ move: 'nodes[].serial', to: 'nodes[].disk.serial' }],
    file: 'nodes.yaml',
    before: 'nodes:\n  - name: a\n    serial: x # why\n    mtu: 1\n\n  - serial: y\n    name: b\n',
    after:
      'nodes:\n  - name: a\n    disk:\n      serial: x # why\n    mtu: 1\n\n  - disk:\n      serial: y\n    name: b\n',
  },
  'a move out of braces': {
    steps: [{ move: 'm.x', to: 'x' }],
    before: 'm: {x: 1}\n',
    after: 'm: {x: 1}\n',
    byHand: ['m.x: it stands in braces or brackets'],
  },
  'a move to the end of a text without a line break': {
    steps: [{ move: 'm.x', to: 'x' }],
    before: 'a: 1\nm:\n  y: 1\n  x: 2',
    after: 'a: 1\nm:\n  y: 1\nx: 2\n',
  },
  'a conversion of values, with their quotes': {
    steps: [{ convert: 'mode', values: { old: 'new', 1: true } }],
    before: "mode: 'old' # why\n",
    after: "mode: 'new' # why\n",
  },
  'a conversion that others read as something else': {
    steps: [{ convert: 'list[]', values: { old: 'on', 2: 3 } }],
    before: 'list: [old, 2, other]\n',
    after: "list: ['on', 3, other]\n",
  },
  'a conversion by a pattern': {
    steps: [{ convert: 'url', pattern: '^https://([^/]+)$', replacement: '$1:443' }],
    before: 'url: https://example.com\n',
    after: 'url: example.com:443\n',
  },
  'line ends of Windows': {
    steps: [{ move: 'x', to: 'm.x' }],
    before: 'x: 1\r\nb: 2\r\n',
    after: 'm:\r\n  x: 1\r\nb: 2\r\n',
  },
};

describe('migrate', () => {
  it.each(Object.entries(CASES))('%s', (_, { steps, file = 'cluster.yaml', before, after, byHand = [] }) => {
    const read = readMigrations({ steps: steps.map((step) => ({ ...about, file, ...step })) });
    expect(read.unknown).toEqual([]);
    const { texts, fields } = migrate(new Map([[file, before]]), read.steps);
    const left = fields.flatMap(({ from, reason }) => (reason === undefined ? [] : [`${from}: ${reason}`]));
    expect({ text: texts.get(file), left }).toEqual({ text: after, left: byHand });
    const again = migrate(texts, read.steps);
    expect(again.texts.get(file)).toBe(after);
    expect(again.fields.filter(({ reason }) => reason === undefined)).toEqual([]);
  });

  it('takes a field to the other file', () => {
    const { steps } = readMigrations({
      steps: [{ ...about, file: 'cluster.yaml', move: 'mtu', to: 'mtu', toFile: 'nodes.yaml' }],
    });
    const { texts, fields } = migrate(
      new Map([
        ['cluster.yaml', 'a: 1\n# big\nmtu: 9000\n'],
        ['nodes.yaml', 'nodes:\n  - name: a\n# end\n'],
      ]),
      steps,
    );
    expect(Object.fromEntries(texts)).toEqual({
      'cluster.yaml': 'a: 1\n',
      'nodes.yaml': 'nodes:\n  - name: a\n# big\nmtu: 9000\n# end\n',
    });
    expect(fields).toEqual([{ ...named, file: 'cluster.yaml', from: 'mtu', to: 'nodes.yaml: mtu' }]);
  });

  it('takes a secret along in the companion, and tells no value', () => {
    const { steps } = readMigrations({
      steps: [
        { ...about, file: 'cluster.yaml', rename: 'token', to: 'new_token' },
        { ...about, file: 'cluster.yaml', convert: 'new_token', pattern: '^x-', replacement: '' },
      ],
    });
    const { texts, fields } = migrate(
      new Map([
        ['cluster.yaml', 'a: 1\n'],
        ['cluster.sops.yaml', 'token: x-secret\n'],
      ]),
      steps,
    );
    expect(texts.get('cluster.sops.yaml')).toBe('new_token: secret\n');
    expect(JSON.stringify(fields)).not.toContain('secret"');
    expect(fields.map(({ file }) => file)).toEqual(['cluster.sops.yaml', 'cluster.sops.yaml']);
  });

  it('names the steps that a newer version has', () => {
    const read = readMigrations({
      steps: [
        { ...about, name: 'later', file: 'cluster.yaml', split: 'a', to: 'b' },
        { ...about, file: 'cluster.yaml', rename: 'a', to: 'b', when: 'new' },
        { ...about, file: 'other.yaml', rename: 'a', to: 'b' },
        { ...about, name: 'no pattern here', file: 'cluster.yaml', convert: 'a', pattern: '(?~', replacement: '' },
        { ...about, file: 'cluster.yaml', rename: 'a', to: 'b' },
      ],
    });
    expect(read).toMatchObject({ unknown: ['later', 'test', 'test', 'no pattern here'], steps: [about] });
    expect(readMigrations('nothing')).toEqual({ unknown: [], steps: [] });
  });
});

const named = { step: about.name, version: about.version };

describe('the steps of this version', () => {
  it('are read, and are ordered by their versions', async () => {
    const text = await readFile(join(ROOT, 'schemas/migrations.json'), 'utf8');
    expect(readMigrations(JSON.parse(text)).unknown).toEqual([]);
    expect(MIGRATIONS.length).toBeGreaterThan(0);
    for (const { version } of MIGRATIONS) expect(parseVersion(version), version).toBeDefined();
  });

  it('take no name that a field has today, and lead to those that there are', () => {
    const fields = { ...CLUSTER_FIELDS, ...NODE_FIELDS };
    for (const { change } of MIGRATIONS) {
      if (change.kind !== 'rename') continue;
      expect(Object.keys(fields)).not.toContain(change.at.at(-1));
      expect(Object.keys(fields)).toContain(change.to);
    }
  });

  it('write the new names of today into a file with comments', () => {
    const before = [
      '# The gateways',
      'cluster_ingress_addr: 192.0.2.7 # at home',
      "cloudflare_ingress_addr: '192.0.2.8'",
      '',
      '# Proxmox',
      'proxmox_endpoint: https://192.0.2.9:8006/api2/json',
      'proxmox_csi_storage: local-lvm',
      '',
    ].join('\n');
    const { texts, fields } = migrate(new Map([['cluster.yaml', before]]));
    expect(texts.get('cluster.yaml')).toBe(
      before
        .replace('cluster_ingress_addr', 'cluster_gateway_addr')
        .replace('cloudflare_ingress_addr', 'cloudflare_gateway_addr')
        .replace('proxmox_endpoint', 'proxmox_api_url')
        .replace('proxmox_csi_storage', 'proxmox_storage'),
    );
    expect(fields).toHaveLength(4);
  });
});

describe('earlier names', () => {
  it('are read at every level, with their places', () => {
    const { steps } = readMigrations({
      steps: [
        { ...about, file: 'nodes.yaml', rename: 'nodes[].nic', to: 'link' },
        { ...about, file: 'nodes.yaml', rename: 'nodes[].link', to: 'mac' },
      ],
    });
    const text = 'nodes:\n  - name: a\n    nic: x\n  - name: b\n    mac: y\n';
    const document = withNewNames(readDocument('nodes', { file: 'nodes.yaml', text }), steps);
    expect(document.value).toEqual({
      nodes: [
        { name: 'a', mac: 'x' },
        { name: 'b', mac: 'y' },
      ],
    });
    expect(document.issues.map((issue) => formatFinding(document.finding(issue)))).toEqual([
      expect.stringContaining('nodes.yaml:3:5: note: `nodes[0].nic` is called `nodes[0].link` now'),
      expect.stringContaining('nodes.yaml:3:5: note: `nodes[0].link` is called `nodes[0].mac` now'),
    ]);
    expect([document.lineOf(['nodes', 0, 'mac']), document.lineOf(['nodes', 1, 'mac'])]).toEqual([3, 5]);
  });

  it('are found by their pattern', () => {
    expect(pathsOf(['a', '*', 'b'], { a: [{ b: 1 }, {}, { b: null }] })).toEqual([
      ['a', 0, 'b'],
      ['a', 2, 'b'],
    ]);
  });
});
