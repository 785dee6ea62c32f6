import { describe, expect, it } from 'vitest';
import { foldPath, isGitName } from '../../src/system/files.ts';

describe('isGitName', () => {
  it.each([
    ...[
      '.git',
      '.GIT',
      '.Git',
      '.git.',
      '.git ',
      '.git . .',
      'git~1',
      'GIT~1',
      'git~1.',
      '.git:',
      '.git::$INDEX_ALLOCATION',
    ],
    ...['.g\u200cit', '\ufeff.git', '.git\u206f', '.\u202egit\u202d', 'a\\.git', '.git\\config', 'GIT~1:x'],
  ])('is true for %j', (name) => {
    expect(isGitName(name)).toBe(true);
  });

  it.each([
    'git',
    '.gitignore',
    '.gitmodules',
    '.github',
    '.git_',
    '.gi t',
    'git~2',
    'git~10',
    '..git',
    '. git',
    '.g\u0131t',
  ])('is false for %j', (name) => {
    expect(isGitName(name)).toBe(false);
  });
});

describe('foldPath', () => {
  it.each([
    ['A/b.Yaml', 'a/B.yaml'],
    ['caf\u00e9', 'cafe\u0301'],
    ['CAF\u00c9', 'cafe\u0301'],
    ['\u017f', 'S'],
    ['\u212a', 'k'],
    ['\u03c2', '\u03a3'],
  ])('takes %j and %j for one', (one, other) => {
    expect(foldPath(one)).toBe(foldPath(other));
  });

  it.each([
    ['stra\u00dfe', 'strasse'],
    ['a-b', 'a_b'],
    ['\ufb01', 'fi'],
    ['\u0131', 'i\u0307'],
  ])('tells %j from %j', (one, other) => {
    expect(foldPath(one)).not.toBe(foldPath(other));
  });
});
