import { readFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { CATALOGUE } from '../../../src/cluster/catalogue.ts';
import { changedText } from '../../../src/cluster/config/change-text.ts';
import { withoutEntry } from '../../../src/cluster/config/entry-text.ts';
import { NotEditable } from '../../../src/cluster/config/yaml-text.ts';

type Changes = Parameters<typeof changedText>[2];
type Case = readonly [what: string, file: 'cluster' | 'nodes', before: string, changes: Changes, after: string];

const CASES: readonly Case[] = [
  ['a value', 'cluster', 'a: 1 # one\nb: 2\n', [{ op: 'set', path: ['a'], value: 3 }], 'a: 3 # one\nb: 2\n'],
  ['quotes stay', 'cluster', "a: 'x'\n", [{ op: 'set', path: ['a'], value: 'y' }], "a: 'y'\n"],
  [
    'a network stays plain',
    'cluster',
    'node_cidr: 10.0.0.0/24\n',
    [{ op: 'set', path: ['node_cidr'], value: '10.1.0.0/16' }],
    'node_cidr: 10.1.0.0/16\n',
  ],
  ['a text that is a word of YAML 1.1', 'cluster', 'a: x\n', [{ op: 'set', path: ['a'], value: 'yes' }], "a: 'yes'\n"],
  ['a text that is a number', 'cluster', 'a: 0123\n', [{ op: 'set', path: ['a'], value: '0123' }], "a: '0123'\n"],
  [
    'a value to a list',
    'cluster',
    'a: x # why\nb: 1\n',
    [{ op: 'set', path: ['a'], value: ['x', 'fd00::/64'] }],
    "a: [x, 'fd00::/64'] # why\nb: 1\n",
  ],
  [
    'a list of lines to one of others',
    'cluster',
    'a:\n  - x\n  - y\nb: 1\n',
    [{ op: 'set', path: ['a'], value: ['z'] }],
    'a: [z]\nb: 1\n',
  ],
  ['what has no value yet', 'cluster', 'a:\nb: 1\n', [{ op: 'set', path: ['a'], value: 'x' }], 'a: x\nb: 1\n'],
  [
    'a field that stands there as a comment',
    'cluster',
    '# About it.\n# node_vlan_tag: 100\nnode_cidr: 10.0.0.0/8\n',
    [{ op: 'set', path: ['node_vlan_tag'], value: 7 }],
    '# About it.\nnode_vlan_tag: 7\nnode_cidr: 10.0.0.0/8\n',
  ],
  [
    'a field that does not, in its place',
    'cluster',
    'node_cidr: 10.0.0.0/8\ncluster_api_addr: 10.0.0.1\n',
    [{ op: 'set', path: ['node_vlan_tag'], value: 7 }],
    'node_cidr: 10.0.0.0/8\nnode_vlan_tag: 7\ncluster_api_addr: 10.0.0.1\n',
  ],
  [
    'a field in a file that says nothing',
    'cluster',
    '# mine\n',
    [{ op: 'set', path: ['node_vlan_tag'], value: 7 }],
    '# mine\nnode_vlan_tag: 7\n',
  ],
  ['a file that ends in its line', 'cluster', 'a: 1', [{ op: 'set', path: ['b'], value: 2 }], 'a: 1\nb: 2\n'],
  [
    'lines of Windows',
    'cluster',
    'a: 1\r\nb: 2\r\n',
    [{ op: 'set', path: ['c'], value: [{ d: 1 }] }],
    'a: 1\r\nb: 2\r\nc:\r\n  - d: 1\r\n',
  ],
  [
    'a map that is not there',
    'nodes',
    'nodes:\n  - name: a\n',
    [{ op: 'set', path: ['nodes', 0, 'nodeLabels', 'x/y'], value: 'z' }],
    'nodes:\n  - name: a\n    nodeLabels:\n      x/y: z\n',
  ],
  [
    'a map in braces',
    'nodes',
    'nodes:\n  - name: a\n    nodeLabels: {x: 1}\n',
    [{ op: 'set', path: ['nodes', 0, 'nodeLabels', 'w'], value: 'z' }],
    'nodes:\n  - name: a\n    nodeLabels:\n      x: 1\n      w: z\n',
  ],
  [
    'an item of a list',
    'cluster',
    'a:\n  - x\n  # why\n  - y\n',
    [{ op: 'set', path: ['a', 1], value: 'z' }],
    'a:\n  - x\n  # why\n  - z\n',
  ],
  ['a field goes', 'cluster', 'a: 1\nb: 2\n', [{ op: 'remove', path: ['a'] }], 'b: 2\n'],
  [
    'a field that is explained stays as a comment',
    'cluster',
    '# About it.\na: 1\n\nb: 2\n',
    [{ op: 'remove', path: ['a'] }],
    '# About it.\n# a: 1\n\nb: 2\n',
  ],
  [
    'a secret does not',
    'cluster',
    '# About it.\ncloudflare_token: abc\nb: 2\n',
    [{ op: 'remove', path: ['cloudflare_token'] }],
    'b: 2\n',
  ],
  [
    'a section above it is no explanation',
    'cluster',
    '# --- A ---\na: 1\nb: 2\n',
    [{ op: 'remove', path: ['a'] }],
    '# --- A ---\nb: 2\n',
  ],
  [
    'an item with its comment goes',
    'cluster',
    'a:\n  - x\n  # why\n  - y\n  - z\n',
    [{ op: 'remove', path: ['a', 1] }],
    'a:\n  - x\n  - z\n',
  ],
  ['the last item goes with the list', 'cluster', 'a: [x]\nb: 1\n', [{ op: 'remove', path: ['a', 0] }], 'b: 1\n'],
  ['an item in brackets goes', 'cluster', 'a: [x, y]\n', [{ op: 'remove', path: ['a', 0] }], "a: ['y']\n"],
  [
    'a node with the comments of its fields goes',
    'nodes',
    'nodes:\n  - name: a\n    # mtu: 1\n\n  # second\n  - name: b\n',
    [{ op: 'remove', path: ['nodes', 0] }],
    'nodes:\n  # second\n  - name: b\n',
  ],
  [
    'the last node goes with the line above',
    'nodes',
    'nodes:\n  - name: a\n\n  - name: b\n    # mtu: 1\n',
    [{ op: 'remove', path: ['nodes', 1] }],
    'nodes:\n  - name: a\n',
  ],
  [
    'a node comes',
    'nodes',
    'nodes:\n  # first\n  - name: a\n    # mtu: 1\n',
    [{ op: 'append', path: ['nodes'], value: { name: 'b', controller: false } }],
    'nodes:\n  # first\n  - name: a\n    # mtu: 1\n\n  - name: b\n    controller: false\n',
  ],
  [
    'a node comes into a list without blank lines',
    'nodes',
    'nodes:\n- name: a\n- name: b\n',
    [{ op: 'append', path: ['nodes'], value: { name: 'c' } }],
    'nodes:\n- name: a\n- name: b\n- name: c\n',
  ],
  [
    'the first node',
    'nodes',
    'nodes: []\n',
    [{ op: 'append', path: ['nodes'], value: { name: 'a' } }],
    'nodes:\n  - name: a\n',
  ],
  [
    'an item in brackets comes',
    'cluster',
    'a: [x] # why\n',
    [{ op: 'append', path: ['a'], value: 'w' }],
    'a: [x, w] # why\n',
  ],
  ['an item for one value', 'cluster', 'a: x\n', [{ op: 'append', path: ['a'], value: 'w' }], 'a: [x, w]\n'],
  ['another name', 'cluster', '# c\na: 1 # one\n', [{ op: 'rename', path: ['a'], name: 'b' }], '# c\nb: 1 # one\n'],
  ['a name that is a word of YAML', 'cluster', 'a: 1\n', [{ op: 'rename', path: ['a'], name: 'yes' }], "'yes': 1\n"],
  ['a name with a comment', 'cluster', 'a: 1\n', [{ op: 'rename', path: ['a'], name: 'b #c' }], "'b #c': 1\n"],
  [
    'an item in a block of lines',
    'cluster',
    'a:\n  - |\n    x\n    y\n  - z\n',
    [{ op: 'set', path: ['a', 0], value: 'w' }],
    'a:\n  - w\n  - z\n',
  ],
  [
    'an item behind a comment with hyphens',
    'nodes',
    'nodes:\n  - # a - b\n    name: a\n  - &a-b\n    name: b\n',
    [{ op: 'remove', path: ['nodes', 0] }],
    'nodes:\n  - &a-b\n    name: b\n',
  ],
  [
    'an item behind one with an anchor',
    'nodes',
    'nodes:\n  - &a-b\n    name: b\n',
    [{ op: 'append', path: ['nodes'], value: { name: 'c' } }],
    'nodes:\n  - &a-b\n    name: b\n\n  - name: c\n',
  ],
  [
    'a field with lines of Windows that goes on as a comment',
    'nodes',
    'nodes:\r\n  - name: a\r\n    # nodeLabels:\r\n    #   x: y\r\n',
    [{ op: 'set', path: ['nodes', 0, 'nodeLabels'], value: { x: 'z' } }],
    'nodes:\r\n  - name: a\r\n    nodeLabels:\r\n      x: z\r\n',
  ],
  [
    'several',
    'cluster',
    'a: 1\nb: 2\n',
    [
      { op: 'remove', path: ['a'] },
      { op: 'set', path: ['b'], value: 3 },
      { op: 'rename', path: ['b'], name: 'c' },
    ],
    'c: 3\n',
  ],
];

describe('a change of a text', () => {
  it.each(CASES)('%s', (...[, file, before, changes, after]) => {
    expect(changedText(file, before, changes)).toBe(after);
  });

  it.each<readonly [string, string, Changes]>([
    ['text that is no YAML', 'a: [', [{ op: 'set', path: ['a'], value: 1 }]],
    ['a file in braces', '{a: 1}\n', [{ op: 'set', path: ['b'], value: 1 }]],
    ['what is not there', 'a: 1\n', [{ op: 'remove', path: ['b'] }]],
    ['an item that is not there', 'a: [1]\n', [{ op: 'remove', path: ['a', 3] }]],
    ['a field of a text', 'a: x\n', [{ op: 'set', path: ['a', 'b'], value: 1 }]],
    ['a list with another name', 'a: &x [1]\nb: *x\n', [{ op: 'set', path: ['a'], value: [2] }]],
    ['an item of a list with another name', 'a: &x [1]\nb: *x\n', [{ op: 'append', path: ['a'], value: 2 }]],
    ['what has another name', 'a: &x [1]\nb: *x\n', [{ op: 'remove', path: ['a'] }]],
    ['an item of no list', 'b: 1\n', [{ op: 'set', path: ['nodes', 0, 'x'], value: 1 }]],
    ['an item of a map', 'a:\n  b: 1\n', [{ op: 'append', path: ['a'], value: 1 }]],
  ])('is refused: %s', (_, text, changes) => {
    expect(() => changedText('cluster', text, changes)).toThrow(NotEditable);
  });

  it('shows a field of an optional part in the section of the part', async () => {
    const sample = await readFile(
      join(resolve(import.meta.dirname, '../../..'), 'tests/sample/cluster/cluster.yaml'),
      'utf8',
    );
    const text = changedText('cluster', sample, [{ op: 'set', path: ['volsync_enabled'], value: true }]);
    expect(text.startsWith(sample.trimEnd())).toBe(true);
    expect(text.slice(sample.trimEnd().length)).toMatch(
      /^\n\n# --- VolSync -+\n\n# Whether [^]*\nvolsync_enabled: true\n$/,
    );
    expect(parse(text)).toEqual({ ...(parse(sample) as object), volsync_enabled: true });
  });

  it('adds the second one to the section of the first with lines of Windows, too', () => {
    const changes = ['volsync_enabled', 'volsync_mover'].map(
      (name) => ({ op: 'set', path: [name], value: 'x' }) as const,
    );
    const unix = changedText('cluster', 'node_cidr: 10.0.0.0/8\n', changes);
    expect(unix.match(/^# --- /gm)).toHaveLength(1);
    expect(changedText('cluster', 'node_cidr: 10.0.0.0/8\r\n', changes)).toBe(unix.replaceAll('\n', '\r\n'));
    const volsync = CATALOGUE.find(({ fields }) => fields.includes('volsync_enabled'));
    if (volsync === undefined) throw new Error('the catalogue has no VolSync');
    expect(withoutEntry(unix.replaceAll('\n', '\r\n'), volsync)).toBe('node_cidr: 10.0.0.0/8\r\n');
  });

  it('adds one that stands as a comment twice', () => {
    const before = 'node_cidr: 10.0.0.0/8\n# volsync_enabled: true\n# volsync_enabled: false\n';
    const text = changedText('cluster', before, [{ op: 'set', path: ['volsync_enabled'], value: true }]);
    expect(text.startsWith(before)).toBe(true);
    expect(text.slice(before.length)).toMatch(/^\n# --- VolSync -+\n\n# Whether [^]*\nvolsync_enabled: true\n$/);
  });
});
