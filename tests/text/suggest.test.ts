import { describe, expect, it } from 'vitest';
import { suggestNearest } from '../../src/text/suggest.ts';

describe('suggestNearest', () => {
  it.each([
    ['nmae', ['node', 'name'], 'name'],
    ['Nmae', ['name'], 'name'],
    ['nam', ['name', 'namespace'], 'name'],
    ['uper', ['lower', 'upper'], 'upper'],
    ['clutser_nmae', ['cluster_name', 'cluster_svc_cidr'], 'cluster_name'],
    // The nearer one, whichever comes first; of equals the first.
    ['noed', ['need', 'node', 'nodes'], 'need'],
    ['tset', ['tests', 'test'], 'test'],
    ['ab', ['ba'], 'ba'],
    ['a', ['b'], 'b'],
    ['kubernetes/apps/network/echo/app/helmrelaese.yaml', ['kubernetes/apps/network/echo/app/helmrelease.yaml'], 0],
    // A letter in three, and swapped twice are two.
    ['abcde', ['abxyz'], undefined],
    ['abcd', ['badc'], undefined],
    ['name', [], undefined],
    ['', ['ab'], undefined],
  ])('%s among %j', (name, candidates, expected) => {
    expect(suggestNearest(name, candidates)).toBe(expected === 0 ? candidates[0] : expected);
  });

  it('does not compare texts that nobody writes as a name', () => {
    const long = 'x'.repeat(100_000);
    expect(suggestNearest(long, [`${long}y`])).toBeUndefined();
    expect(suggestNearest('name', [long, 'nmae'])).toBe('nmae');
  });
});
