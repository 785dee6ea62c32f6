import { describe, expect, it } from 'vitest';
import { basename, nthhost } from '../../src/cluster/extension.ts';
import { Failure } from '../../src/report/finding.ts';

describe('basename', () => {
  it.each([
    ['templates/config/talos/patches/global/machine-time.yaml.j2', 'machine-time.yaml'],
    ['a/b/x.yaml.j2', 'x.yaml'],
    ['x.yaml', 'x'],
    ['x', 'x'],
    ['a/b/', 'b'],
    ['a/.sops', '.sops'],
    ['.sops.yaml.j2', '.sops.yaml'],
    ['x.', 'x.'],
    ['', ''],
    ['/', ''],
  ])('of %j is %j', (path, expected) => {
    expect(basename(path)).toBe(expected);
  });

  it('takes texts only', () => {
    expect(() => basename(5)).toThrow('basename takes a text, not 5');
  });
});

describe('nthhost', () => {
  it.each([
    ['192.168.22.0/24', 1, '192.168.22.1'],
    ['192.168.22.0/24', 0, '192.168.22.0'],
    ['192.168.22.0/24', 255, '192.168.22.255'],
    ['192.168.22.77/24', 1, '192.168.22.1'],
    ['10.42.0.0/16', 256, '10.42.1.0'],
    ['10.0.0.0/8', 16777215n, '10.255.255.255'],
    ['192.0.2.1/32', 0, '192.0.2.1'],
    ['fd5d:a293:f321:42::/64', 1, 'fd5d:a293:f321:42::1'],
    ['2001:db8::/32', 2n ** 64n, '2001:db8:0:1::'],
  ])('of %s and %s is %s', (cidr, index, expected) => {
    expect(nthhost(cidr, index)).toBe(expected);
  });

  it.each([
    ['192.168.22.0/24', 256],
    ['192.168.22.0/24', -1],
    ['192.168.22.0/24', 1.5],
    ['192.168.22.0/24', '1'],
    ['192.168.22.0/24', null],
    ['192.168.22.0', 1],
    ['300.0.0.0/8', 1],
    [undefined, 1],
  ])('of %j and %j is an error that names both', (cidr, index) => {
    const call = (): string => nthhost(cidr, index);
    expect(call).toThrow(Failure);
    expect(call).toThrow(
      `nthhost(${typeof index === 'string' ? '"1"' : String(index)}) of ${cidr === undefined ? 'undefined' : `"${cidr}"`}`,
    );
  });
});
