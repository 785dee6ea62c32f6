import { describe, expect, it } from 'vitest';
import { globMatcher } from '../../src/text/glob.ts';

describe('globMatcher', () => {
  it.each([
    ['*.yaml', 'a.yaml', true],
    ['*.yaml', 'apps/web/a.yaml', true],
    ['*.yaml', 'a.yml', false],
    ['apps/*.yaml', 'apps/a.yaml', true],
    ['apps/*.yaml', 'apps/web/a.yaml', false],
    ['apps/**', 'apps/web/a.yaml', true],
    ['apps/', 'apps/web/a.yaml', true],
    ['apps/', 'other/apps/a.yaml', false],
    ['/apps/a.yaml', 'apps/a.yaml', true],
    ['**/base/**', 'rook/base/a.yaml', true],
    ['**/base/**', 'base/a.yaml', true],
    ['**/base/**', 'baseline/a.yaml', false],
    ['a?.yaml', 'ab.yaml', true],
    ['a?.yaml', 'a/.yaml', false],
    ['{ks,cluster}.yaml', 'web/cluster.yaml', true],
    ['{ks,cluster}.yaml', 'web/ks.yml', false],
    ['a+(b).yaml', 'a+(b).yaml', true],
    ['a.yaml', 'abyaml', false],
    ['[a].yaml', 'a.yaml', false],
  ])('%s and %s: %s', (pattern, path, expected) => {
    expect(globMatcher(pattern)(path)).toBe(expected);
  });
});
