import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { NodesText, type NewNode } from '../../../src/operations/nodes/nodes-text.ts';
import { SAMPLE_FILES } from '../../support/sample.ts';

const SAMPLE = await readFile(join(SAMPLE_FILES, 'nodes.yaml'), 'utf8');
const NEW: NewNode = {
  name: 'new',
  address: '192.0.2.30',
  controller: false,
  disk: '/dev/sda',
  mac_addr: '00:00:5e:00:53:30',
  schematic_id: '376567988ad370138ad8b2698212367b8edcb69b5fd68c80be1f2ec7d603b4ba',
};

describe('the text of nodes.yaml', () => {
  it('keeps everything but the value that is set', () => {
    const text = new NodesText(SAMPLE, 'nodes.yaml');
    text.set(0, 'disk', '1234567890');
    text.set(3, 'mac_addr', '00:00:5e:00:53:99');
    expect(changedLines(SAMPLE, text.text)).toEqual([
      ['    disk: /dev/sda', "    disk: '1234567890'"],
      ["    mac_addr: '00:00:5e:00:53:14'", "    mac_addr: '00:00:5e:00:53:99'"],
    ]);
  });

  it('keeps everything and appends', () => {
    const text = new NodesText(SAMPLE, 'nodes.yaml');
    text.append(NEW);
    expect(text.text).toBe(
      `${SAMPLE}
  - name: new
    address: 192.0.2.30
    controller: false
    disk: /dev/sda
    mac_addr: '00:00:5e:00:53:30'
    schematic_id: 376567988ad370138ad8b2698212367b8edcb69b5fd68c80be1f2ec7d603b4ba
`,
    );
    text.append({ ...NEW, name: 'newer' });
    expect(text.nodes().map(({ name }) => name)).toEqual(['k8s-0', 'k8s-1', 'k8s-2', 'k8s-3', 'new', 'newer']);
  });

  it.each([
    ['an empty file', '', 'nodes:\n  - name: new\n'],
    ['an empty list', '# mine\nnodes: [] # none\n', '# mine\nnodes: # none\n  - name: new\n'],
    ['no list', 'nodes:\n# end\n', 'nodes:\n  - name: new\n'],
    ['no key', '# mine', '# mine\nnodes:\n  - name: new\n'],
    ['no last line break', 'nodes:\n- name: a', 'nodes:\n- name: a\n\n- name: new\n'],
    ['no space between', 'nodes:\n- name: a\n- name: b\n', 'nodes:\n- name: a\n- name: b\n- name: new\n'],
    [
      'comments below the last one',
      'nodes:\n  - name: a\n    # mtu: 1500\n  # end\nother: 1\n',
      'nodes:\n  - name: a\n    # mtu: 1500\n\n  - name: new\n',
    ],
  ])('appends to %s', (_, before, start) => {
    const text = new NodesText(before, 'nodes.yaml');
    text.append(NEW);
    expect(text.text.startsWith(start) || text.text, text.text).toBe(true);
    expect(text.nodes().at(-1)).toEqual(NEW);
  });

  it.each([
    [
      'a key with nothing but a comment',
      0,
      '  - name: n\n    disk: # which\n',
      '  - name: n\n    disk: /dev/sda # which\n',
    ],
    [
      'a key with a comment below',
      0,
      '  - name: n\n    disk:\n    # which\n',
      '  - name: n\n    disk: /dev/sda\n    # which\n',
    ],
    ['null', 0, '  - name: n\n    disk: null # which\n', '  - name: n\n    disk: /dev/sda # which\n'],
    [
      'an alias',
      1,
      '  - name: &x m\n  - name: n\n    disk: *x # which\n',
      '  - name: &x m\n  - name: n\n    disk: /dev/sda # which\n',
    ],
    ['a value that another node names', 0, '  - disk: &x a\n  - disk: *x\n', '  - disk: /dev/sda\n  - disk: &x a\n'],
    ['a value that nobody names', 0, '  - disk: &x a\n', '  - disk: &x /dev/sda\n'],
    ['a value with a tag', 0, '  - disk: !!str a\n', '  - disk: !!str /dev/sda\n'],
    ['a line without its break', 0, '  - name: n', '  - name: n\n    disk: /dev/sda\n'],
    [
      'what is merged in',
      1,
      '  - &x\n    disk: a\n  - <<: *x\n',
      '  - &x\n    disk: a\n  - <<: *x\n    disk: /dev/sda\n',
    ],
  ])('sets a field in place of %s, with either kind of line break', (_what, index, before, after) => {
    for (const lineBreak of ['\n', '\r\n']) {
      // A file needs a line with a break to say which one it uses.
      const [given = '', expected] = [before, after].map((lines) => `nodes:\n${lines}`.replaceAll('\n', lineBreak));
      const text = new NodesText(given, 'nodes.yaml');
      text.set(index, 'disk', '/dev/sda');
      expect(text.text).toBe(expected);
    }
  });

  it('appends lines with the breaks of the file', () => {
    for (const before of [
      '',
      '# none\r\n',
      'nodes: []\r\n',
      'nodes: # none\r\n',
      'nodes:\r\n  - name: n\r\n',
      '# x\r\nnodes:\r\n  - name: n',
    ]) {
      const text = new NodesText(before, 'nodes.yaml');
      text.append(NEW);
      expect(text.nodes().at(-1)).toEqual(NEW);
      expect(text.text).not.toMatch(before === '' ? /\r/ : /[^\r]\n/);
      expect(text.text).not.toMatch(/[ \t]\r?\n/);
    }
  });

  it.each(['x: &x\n  name: n\nnodes:\n  - *x\n', 'x: &x\n  - name: n\nnodes: *x\n'])(
    'reads what is only named, and changes nothing in it: %j',
    (before) => {
      const text = new NodesText(before, 'nodes.yaml');
      expect(text.nodes()).toEqual([{ name: 'n' }]);
      expect(() => {
        text.set(0, 'disk', '/dev/sda');
      }).toThrow('*x');
      expect(() => {
        text.append(NEW);
      }).toThrow('*x');
      expect(text.text).toBe(before);
    },
  );

  it('adds a field that is missing, and fills one that is empty', () => {
    const text = new NodesText('nodes:\n  - name: a # first\n    disk:\n', 'nodes.yaml');
    text.set(0, 'mac_addr', '00:00:5e:00:53:01');
    text.set(0, 'disk', 'yes');
    expect(text.text).toBe("nodes:\n  - name: a # first\n    mac_addr: '00:00:5e:00:53:01'\n    disk: 'yes'\n");
  });

  it.each([['nodes: [{name: a}]'], ['nodes:\n  - {name: a}']])('does not write into braces: %s', (before) => {
    expect(() => {
      new NodesText(before, 'nodes.yaml').append(NEW);
    }).toThrow('braces');
  });

  it.each([['nodes: a'], ['nodes: [a]'], ['nodes: [']])('is refused where it holds no nodes: %s', (before) => {
    expect(() => new NodesText(before, 'nodes.yaml')).toThrow(expect.objectContaining({ kind: 'input' }));
  });
});

function changedLines(before: string, after: string): [string, string][] {
  const [one, other] = [before.split('\n'), after.split('\n')];
  expect(one).toHaveLength(other.length);
  return one.flatMap((line, index): [string, string][] => (line === other[index] ? [] : [[line, other[index] ?? '']]));
}
