import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  byFamily,
  contains,
  firstAddress,
  formatAddress,
  formatNetwork,
  hostBits,
  isDocumentation,
  isPublic,
  isSameAddress,
  lastAddress,
  nthHost,
  ofFamily,
  overlaps,
  parseAddress,
  parseNetwork,
  type Address,
  type Network,
} from '../../src/cluster/addresses.ts';

function network(text: string): Network {
  const parsed = parseNetwork(text);
  if (parsed === undefined) throw new Error(`${text} is no network`);
  return parsed;
}

function address(text: string): Address {
  const parsed = parseAddress(text);
  if (parsed === undefined) throw new Error(`${text} is no address`);
  return parsed;
}

describe('parsing', () => {
  it.each([
    '192.0.2',
    '192.0.2.256',
    '192.0.02.1',
    '0x7f.0.0.1',
    '2130706433',
    'fe80::1%eth0',
    '1::2::3',
    '',
    ' 192.0.2.1',
  ])('takes %j for no address', (text) => {
    expect(parseAddress(text)).toBeUndefined();
  });

  it.each([
    '192.0.2.0',
    '192.0.2.0/33',
    '192.0.2.0/-1',
    '192.0.2.0/024',
    '192.0.2.0/',
    '2001:db8::/129',
    '192.0.2.0/24/1',
  ])('takes %j for no network', (text) => {
    expect(parseNetwork(text)).toBeUndefined();
  });

  it('is undone by formatting', () => {
    fc.assert(
      fc.property(fc.oneof(fc.ipV4(), fc.ipV6()), (text) => {
        const parsed = address(text);
        expect(address(formatAddress(parsed))).toEqual(parsed);
      }),
    );
  });
});

describe('arithmetic', () => {
  it.each([
    { text: '192.0.2.5/24', first: '192.0.2.0', last: '192.0.2.255', bits: 5n, canonical: '192.0.2.0/24' },
    { text: '10.0.0.0/8', first: '10.0.0.0', last: '10.255.255.255', bits: 0n, canonical: '10.0.0.0/8' },
    { text: '0.0.0.0/0', first: '0.0.0.0', last: '255.255.255.255', bits: 0n, canonical: '0.0.0.0/0' },
    { text: '192.0.2.7/32', first: '192.0.2.7', last: '192.0.2.7', bits: 0n, canonical: '192.0.2.7/32' },
    { text: '2001:db8::1/126', first: '2001:db8::', last: '2001:db8::3', bits: 1n, canonical: '2001:db8::/126' },
  ])('knows the ends of $text', ({ text, first, last, bits, canonical }) => {
    expect(formatAddress(firstAddress(network(text)))).toBe(first);
    expect(formatAddress(lastAddress(network(text)))).toBe(last);
    expect(hostBits(network(text))).toBe(bits);
    expect(formatNetwork(network(text))).toBe(canonical);
  });

  it.each([
    ['10.0.0.0/24', '10.0.0.255', true],
    ['10.0.0.0/24', '10.0.1.0', false],
    ['10.0.0.9/24', '10.0.0.1', true],
    ['::/0', '10.0.0.1', false],
    ['2001:db8::/32', '2001:db8:ffff::1', true],
  ])('says whether %s contains %s', (around, inside, expected) => {
    expect(contains(network(around), address(inside))).toBe(expected);
  });

  it.each([
    ['10.42.0.0/16', '10.42.128.0/17', true],
    ['10.42.128.0/17', '10.42.0.0/16', true],
    ['10.42.0.0/16', '10.43.0.0/16', false],
    ['0.0.0.0/0', '::/0', false],
  ])('says whether %s overlaps %s', (one, other, expected) => {
    expect(overlaps(network(one), network(other))).toBe(expected);
  });

  it('gives no host outside of the network', () => {
    expect(nthHost(network('192.0.2.0/24'), 256n)).toBeUndefined();
    expect(nthHost(network('192.0.2.0/24'), -1n)).toBeUndefined();
  });
});

describe('isPublic', () => {
  it.each(['1.1.1.1', '9.9.9.9', '172.32.0.1', '100.128.0.1', '2620:fe::fe', '::ffff:1.1.1.1'])(
    'takes %s for public',
    (text) => {
      expect(isPublic(text)).toBe(true);
    },
  );

  it.each([
    '10.0.0.1',
    '172.16.0.1',
    '172.31.255.255',
    '192.168.1.1',
    '127.0.0.53',
    '169.254.1.1',
    '100.64.0.1',
    '100.127.255.254',
    '0.0.0.0',
    '224.0.0.1',
    '::1',
    'fd00::1',
    'fe80::1',
    '::ffff:192.168.1.1',
  ])('does not take %s for public', (text) => {
    expect(isPublic(text)).toBe(false);
  });
});

describe('addresses as texts', () => {
  it.each([
    ['10.0.0.1', '10.0.0.1', true],
    ['fd00::1', 'FD00:0::1', true],
    ['10.0.0.1', '10.0.0.2', false],
    ['0.0.0.1', '::1', false],
    ['none', 'none', false],
    ['10.0.0.1', 'none', false],
  ])('%s and %s are the same: %s', (one, other, expected) => {
    expect(isSameAddress(one, other)).toBe(expected);
  });

  it.each([
    ['192.0.2.255', true],
    ['192.0.3.0', false],
    ['2001:db8:ffff::1', true],
    ['3fff:fff::1', true],
    ['3fff:1000::1', false],
    ['fd00::1', false],
  ])('%s stands in examples only: %s', (text, expected) => {
    expect(isDocumentation(address(text))).toBe(expected);
  });

  it.each([
    [
      ['fd00::/64', 'x', '10.0.0.0/8', '10.0.0.5-10.0.0.9'],
      ['10.0.0.0/8', '10.0.0.5-10.0.0.9', 'fd00::/64', 'x'],
    ],
    ['fd00::1', ['fd00::1']],
    [null, []],
    [undefined, []],
  ])('of %j those of IPv4 come first: %j', (value, expected) => {
    expect(byFamily(value)).toEqual(expected);
  });

  it('are told apart by their family', () => {
    const both = ['fd00::/64', '10.0.0.0/8'];
    expect([ofFamily(both, 4), ofFamily(both, 6)]).toEqual(['10.0.0.0/8', 'fd00::/64']);
    expect([ofFamily('10.0.0.1', 6), ofFamily(undefined, 4)]).toEqual([null, null]);
  });
});
