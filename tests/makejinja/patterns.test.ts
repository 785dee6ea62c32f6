import { describe, expect, it } from 'vitest';
import { globMatcher, pathMatcher } from '../../src/makejinja/inputs.ts';

// Recorded from pathlib.PurePath.match of Python 3.11.
const MATCHES: readonly (readonly [path: string, pattern: string, expected: boolean])[] = [
  ['templates/config/a.partial.yaml.j2', '*.partial.yaml.j2', true],
  ['templates/config/deep/er/a.partial.yaml.j2', '*.partial.yaml.j2', true],
  ['templates/config/a.yaml.j2', '*.partial.yaml.j2', false],
  ['templates/config/a.yaml.j2', 'config/*.j2', true],
  ['templates/config/deep/a.yaml.j2', 'config/*.j2', false],
  ['templates/config/deep/a.yaml.j2', 'config/**/*.j2', true],
  ['templates/config/a.yaml.j2', 'config/**/*.j2', false],
  ['a/b', '/a/b', false],
  ['/a/b', '/a/b', true],
  ['/x/a/b', '/a/b', false],
  ['/a/b', 'b', true],
  ['a/b.txt', 'B.txt', false],
  ['a/b1.txt', 'b[0-9].txt', true],
  ['a/bx.txt', 'b[!0-9].txt', true],
  ['a/b1.txt', 'b[!0-9].txt', false],
  ['a/b[.txt', 'b[.txt', true],
  ['a/b.txt', 'b?txt', true],
  ['a/.hidden', '*', true],
  ['b', 'a/b', false],
  ['a/b]', '[]]', false],
  ['a/]', '[]]', true],
  ['a', '[z-a]*', false],
  ['a', '[z-ab]', false],
  ['b', '[z-ab]', true],
  ['a', '[!z-a]', true],
  ['-', '[a-c-e]', true],
  ['d', '[a-c-e]', false],
  ['^', '[^a]', true],
  ['b', '[^a]', false],
  ['-', '[a-]', true],
  ['a/b+c', 'b+c', true],
  ['a/b\\c', 'b\\c', true],
];

// The same, of these names.
const NAMES = ['a', 'b', 'c', 'd', 'e', '-', ']', '0', 'zx', 'bx', ']x', 'z', '^', '!', '\\'];
const SETS: readonly (readonly [pattern: string, matched: readonly string[]])[] = [
  ['[z-a]*', []],
  ['[!z-a]x', ['zx', 'bx', ']x']],
  ['[a-cz-a]', ['a', 'b', 'c']],
  ['[z-ab]*', ['b', 'bx']],
  ['[a-]', ['a', '-']],
  ['[-a]', ['a', '-']],
  ['[a-c-e]', ['a', 'b', 'c', 'e', '-']],
  ['[]-a]', ['a', ']', '^']],
  ['[!]a]x', ['zx', 'bx']],
  ['[a-c-]', ['a', 'b', 'c', '-']],
  ['[]a]', ['a', ']']],
  ['[b-a-c]', ['c', '-']],
  ['[^a]', ['a', '^']],
  ['[\\a]', ['a', '\\']],
  ['[!!]', ['a', 'b', 'c', 'd', 'e', '-', ']', '0', 'z', '^', '\\']],
];

const GLOBS: readonly (readonly [pattern: string, path: string, expected: boolean])[] = [
  ['**/*', 'a', true],
  ['**/*', 'a/b/c.txt', true],
  ['**/*', '.hidden/x', true],
  ['*', 'a', true],
  ['*', 'a/b', false],
  ['**/*.yaml', 'a.yaml', true],
  ['**/*.yaml', 'x/a.yaml', true],
  ['a/**/b', 'a/b', true],
  ['a/**/b', 'a/x/y/b', true],
  ['a/**/b', 'b', false],
  // As from Python 3.13 on; before it such a pattern found folders only.
  ['a/**', 'a/b', true],
  ['a/**', 'a/b/c', true],
  ['a/**', 'b/a', false],
  ['**', 'a/b', true],
  ['a.b', 'axb', false],
];

describe('pathMatcher', () => {
  it.each(MATCHES)('%s by %s: %s', (path, pattern, expected) => {
    expect(pathMatcher(pattern)(path)).toBe(expected);
  });
});

describe('sets of characters', () => {
  it.each(SETS)('%s: %j', (pattern, matched) => {
    expect(NAMES.filter(pathMatcher(pattern))).toEqual(matched);
    expect(NAMES.filter(globMatcher(pattern))).toEqual(matched);
  });

  it('do not reach over folders', () => {
    expect(globMatcher('a[!b]c')('a/c')).toBe(false);
  });
});

describe('globMatcher', () => {
  it.each(GLOBS)('%s finds %s: %s', (pattern, path, expected) => {
    expect(globMatcher(pattern)(path)).toBe(expected);
  });
});
