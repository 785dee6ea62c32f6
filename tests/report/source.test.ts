import { expect, it } from 'vitest';
import { decodeUtf8 } from '../../src/report/source.ts';

it.each<[string, number[], object]>([
  ['nothing', [], { text: '' }],
  ['letters of every length', [...Buffer.from('a\u00e9\u20ac\u{1f600}\n')], { text: 'a\u00e9\u20ac\u{1f600}\n' }],
  ['a byte order mark', [0xef, 0xbb, 0xbf, 0x61], { text: '\ufeffa' }],
  ['a letter of Latin-1', [0x61, 0x0a, 0x62, 0xe9, 0x62], { line: 2, column: 2 }],
  ['what stands behind an emoji', [...Buffer.from('\u{1f600}'), 0xff], { line: 1, column: 3 }],
  ['half a letter at the end', [0x0a, 0x0a, 0xe2, 0x82], { line: 3, column: 1 }],
  ['half a letter at the end of a line', [0xe2, 0x82, 0x0a], { line: 1, column: 1 }],
  ['an overlong form', [0xc0, 0x80], { line: 1, column: 1 }],
  ['a surrogate', [0xed, 0xa0, 0x80], { line: 1, column: 1 }],
  ['a stray continuation', [0x61, 0x80], { line: 1, column: 2 }],
])('%s', (_, bytes, decoded) => {
  expect(decodeUtf8(Uint8Array.from(bytes))).toEqual(decoded);
});
