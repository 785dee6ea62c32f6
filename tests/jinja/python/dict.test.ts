import { describe, expect, it } from 'vitest';
import {
  Dict,
  dictDelete,
  dictGet,
  dictHas,
  dictKeys,
  dictSet,
  KeySet,
  makeDict,
} from '../../../src/jinja/python/dict.ts';
import { PyFloat } from '../../../src/jinja/python/numbers.ts';
import { Markup } from '../../../src/jinja/python/markup.ts';
import { NOT_FOUND } from '../../../src/jinja/python/object.ts';
import { repr } from '../../../src/jinja/python/text.ts';
import { tuple } from '../../../src/jinja/python/tuple.ts';

/** Values that are one key in Python. */
const SAME: readonly (readonly unknown[])[] = [
  [1, true, new PyFloat(1)],
  [0, false, new PyFloat(0), new PyFloat(-0)],
  ['a', new Markup('a')],
  [2n ** 70n, new PyFloat(2 ** 70)],
  [tuple([1, 'a']), tuple([true, new Markup('a')])],
  [tuple([tuple([])]), tuple([tuple([])])],
  [null, undefined],
];

describe('keys of a dict', () => {
  it.each(SAME.map((keys) => [keys.map((key) => repr(key)).join(' '), keys]))('%s are one', (_, keys) => {
    for (const first of keys as unknown[]) {
      for (const second of keys as unknown[]) {
        const dict = makeDict([[first, 'x']]);
        expect(dictGet(dict, second)).toBe('x');
        dictSet(dict, second, 'y');
        expect(dictKeys(dict)).toEqual([first]);
        expect(dictGet(dict, first)).toBe('y');
        expect(dictDelete(dict, second)).toBe(true);
        expect(dictHas(dict, first)).toBe(false);
      }
    }
  });

  it('different ones stay apart', () => {
    const keys = [1, '1', 1.5, null, 'None', tuple([1]), tuple(['1']), tuple([1, 2]), tuple([tuple([1]), 2])];
    const dict = makeDict(keys.map((key, index) => [key, index]));
    expect(keys.map((key) => dictGet(dict, key))).toEqual(keys.map((_, index) => index));
  });

  it.each([[[1]], [{}], [new Map()], [tuple([[1]])]])('%j cannot be one', (key) => {
    expect(() => dictGet(new Dict(), key)).toThrow('unhashable type');
    expect(() => {
      dictSet(new Map(), key, 1);
    }).toThrow('unhashable type');
  });

  it('a Map of the program is searched by value too', () => {
    const map = new Map<unknown, unknown>([
      [true, 'yes'],
      [tuple([1, 2]), 'pair'],
      [new PyFloat(3), 'three'],
    ]);
    expect(dictGet(map, 1)).toBe('yes');
    expect(dictGet(map, tuple([1, new PyFloat(2)]))).toBe('pair');
    expect(dictGet(map, 3)).toBe('three');
    expect(dictGet(map, 4)).toBe(NOT_FOUND);
  });

  it('a set of keys knows what is new', () => {
    const seen = new KeySet();
    expect([1, true, 'a', new Markup('a'), tuple([1]), tuple([1])].map((key) => seen.add(key))).toEqual([
      true,
      false,
      true,
      false,
      true,
      false,
    ]);
  });
});
