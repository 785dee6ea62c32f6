import { describe, expect, it } from 'vitest';
import { byFamily, familyOf, ofFamily, textsOf } from '../../src/cluster/addresses.ts';

describe('familyOf', () => {
  it.each([
    ['192.0.2.1', 4],
    ['192.0.2.0/24', 4],
    ['192.0.2.1-192.0.2.9', 4],
    ['2001:db8::1', 6],
    ['2001:db8::/64', 6],
    ['2001:db8::1-2001:db8::9', 6],
    ['example.com', undefined],
  ])('of %s is %s', (text, family) => {
    expect(familyOf(text)).toBe(family);
  });
});

describe('fields that take one or a list', () => {
  it.each([
    [null, []],
    [undefined, []],
    ['192.0.2.1', ['192.0.2.1']],
    [
      ['2001:db8::1', '192.0.2.1'],
      ['192.0.2.1', '2001:db8::1'],
    ],
  ])('%j is in order %j', (value, expected) => {
    expect(byFamily(value)).toEqual(expected);
  });

  it('give the text of one family', () => {
    expect(ofFamily(['2001:db8::1', '192.0.2.1'], 4)).toBe('192.0.2.1');
    expect(ofFamily('2001:db8::1', 4)).toBeNull();
    expect(textsOf(['a', 'b'])).toEqual(['a', 'b']);
  });
});
