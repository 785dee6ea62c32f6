import { describe, expect, it } from 'vitest';
import { readUnmerged, unmergedFindings } from '../../src/report/source.ts';

const PLAIN = 'top\n<<<<<<< HEAD\nours\n=======\ntheirs\n>>>>>>> branch\nend\n';
const DIFF3 = 'top\n<<<<<<< ours\nours\n||||||| base\nwas\n=======\ntheirs\n>>>>>>> theirs\nend\n';

describe('readUnmerged', () => {
  it.each([
    ['merge', PLAIN],
    ['diff3 and zdiff3', DIFF3],
    ['diff3 without labels', DIFF3.replaceAll(/^(<{7}|\|{7}|>{7}) .*$/gm, '$1')],
    // What git makes of a conflict within the common ancestor is longer, and content.
    ['a base that was in conflict itself', DIFF3.replace('was\n', '<<<<<<<<< a\nx\n=========\ny\n>>>>>>>>> b\n')],
  ])('parts both sides: %s', (_, text) => {
    expect(readUnmerged(text)?.sides).toEqual(['top\nours\nend\n', 'top\ntheirs\nend\n']);
  });

  it('keeps line ends of Windows', () => {
    expect(readUnmerged(DIFF3.replaceAll('\n', '\r\n'))?.sides[1]).toBe('top\r\ntheirs\r\nend\r\n');
  });

  it('counts lines from 1, of each conflict', () => {
    expect(readUnmerged(PLAIN + PLAIN)?.conflicts).toEqual([
      { first: 2, last: 6 },
      { first: 9, last: 13 },
    ]);
  });

  it.each([
    ['no closing marker', 'a\n<<<<<<< HEAD\nb\n', [{ first: 2, last: 2 }]],
    ['no opening marker', 'a\nb\n>>>>>>> x\n', [{ first: 3, last: 3 }]],
    [
      'one inside of another',
      '<<<<<<< a\n<<<<<<< b\n=======\n>>>>>>> c\n',
      [
        { first: 1, last: 1 },
        { first: 2, last: 4 },
      ],
    ],
  ])('knows what is left of a resolution that was not finished: %s', (_, text, conflicts) => {
    expect(readUnmerged(text)?.conflicts).toEqual(conflicts);
  });

  it.each([
    ['a heading', 'Title\n=======\ntext <<<<<<< here\n'],
    ['an arrow in a text', '  <<<<<<< HEAD\n  >>>>>>> x\n'],
    ['longer lines', '<<<<<<<<\n>>>>>>>>\n'],
  ])('takes %s for none', (_, text) => {
    expect(readUnmerged(text)).toBeUndefined();
    expect(unmergedFindings('a.yaml', text)).toEqual([]);
  });
});
