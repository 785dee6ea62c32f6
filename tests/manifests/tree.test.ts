import { expect, it } from 'vitest';
import { readTree } from '../../src/manifests/tree.ts';
import { manifestFilesOf } from './support.ts';

const LEVELS = Array.from({ length: 9 }, (_, level) => level + 1);

it.each([
  ['maps one in another', `${'{a: '.repeat(20_000)}1${'}'.repeat(20_000)}`, 'nested too deeply to be read'],
  [
    'aliases of aliases',
    `a0: &a0 [x, x]\n${LEVELS.map(
      (level) =>
        `a${String(level)}: &a${String(level)} [${Array(10)
          .fill(`*a${String(level - 1)}`)
          .join()}]\n`,
    ).join('')}`,
    'excessive alias count',
  ],
])('%s are a mistake, and the other files are read', (_, text, message) => {
  const { tree, mistakes } = readTree(manifestFilesOf({ 'kubernetes/own.yaml': text, 'kubernetes/a.yaml': 'a: 1\n' }));
  expect(mistakes).toMatchObject([{ file: { path: 'kubernetes/own.yaml' } }]);
  expect(mistakes[0]?.message).toContain(message);
  expect(tree.documents.map(({ fields }) => fields)).toEqual([{ a: 1 }]);
});
