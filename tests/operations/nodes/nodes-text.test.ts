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
    ['an empty list', '# mine\nnodes: [] # none\n', '# mine\nnodes: \n  - name: new\n'],
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
