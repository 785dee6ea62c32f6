import { describe, expect, it } from 'vitest';
import { placeOf } from '../../src/manifests/written.ts';
import { readTree } from '../../src/manifests/tree.ts';
import { manifestFilesOf } from './support.ts';

const TEXT = `# a comment
a: 1
---
list:
  - name: x
    more:
      deep: text of a value
  - y
empty:
`;

describe('placeOf', () => {
  const { tree } = readTree(manifestFilesOf({ 'kubernetes/a.yaml': TEXT, 'kubernetes/b.sops.yaml': TEXT }));

  it.each([
    [['list', 0, 'more', 'deep'], 7, 13, 15],
    [['list', 1], 8, 5, 1],
    [['list', 0, 'more'], 6, 5, 4],
    [['list', 0, 'gone', 'deeper'], 5, 5, 4],
    [['empty'], 9, 1, 5],
  ])('finds %j', (path, line, column, length) => {
    const document = tree.documentsOf('kubernetes/a.yaml')[1];
    expect(document && placeOf(document, path)).toEqual({
      place: { file: 'kubernetes/a.yaml', line, column, length },
      sourceLine: TEXT.split('\n')[line - 1],
    });
  });

  it('keeps the line of a secret to itself', () => {
    const document = tree.documentsOf('kubernetes/b.sops.yaml')[0];
    expect(document && placeOf(document, ['a'])).toEqual({
      place: { file: 'kubernetes/b.sops.yaml', line: 2, column: 4, length: 1 },
    });
  });
});
