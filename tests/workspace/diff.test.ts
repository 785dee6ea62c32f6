import { describe, expect, it } from 'vitest';
import { fileDiff, unifiedDiff } from '../../src/workspace/diff.ts';
import type { PlanEntry } from '../../src/workspace/plan.ts';

describe('unifiedDiff', () => {
  const ten = '1\n2\n3\n4\n5\n6\n7\n8\n9\n10\n';

  it.each([
    ['equal texts', 'a\n', 'a\n', ''],
    ['two empty texts', '', '', ''],
    ['a new text', '', 'a\nb\n', '@@ -0,0 +1,2 @@\n+a\n+b\n'],
    ['a text that goes', 'a\n', '', '@@ -1 +0,0 @@\n-a\n'],
    ['three lines of context', ten, ten.replace('5', 'five'), '@@ -2,7 +2,7 @@\n 2\n 3\n 4\n-5\n+five\n 6\n 7\n 8\n'],
    ['a change at the start', ten, `0\n${ten}`, '@@ -1,3 +1,4 @@\n+0\n 1\n 2\n 3\n'],
    ['a change at the end', ten, ten.replace('10\n', ''), '@@ -7,4 +7,3 @@\n 7\n 8\n 9\n-10\n'],
    [
      'two changes that are near',
      ten,
      ten.replace('2', 'two').replace('9', 'nine'),
      '@@ -1,10 +1,10 @@\n 1\n-2\n+two\n 3\n 4\n 5\n 6\n 7\n 8\n-9\n+nine\n 10\n',
    ],
    [
      'two changes that are far',
      ten,
      ten.replace('1\n', '').replace('10\n', 'ten\n'),
      '@@ -1,4 +1,3 @@\n-1\n 2\n 3\n 4\n@@ -7,4 +6,4 @@\n 7\n 8\n 9\n-10\n+ten\n',
    ],
    ['a missing final line break', 'a', 'a\n', '@@ -1 +1 @@\n-a\n\\ No newline at end of file\n+a\n'],
    [
      'a changed end without a line break',
      'a\nb',
      'a\nc',
      '@@ -1,2 +1,2 @@\n a\n-b\n\\ No newline at end of file\n+c\n\\ No newline at end of file\n',
    ],
  ])('shows %s', (_, before, after, expected) => {
    expect(unifiedDiff(before, after)).toBe(expected);
  });

  it('replaces long texts whole where they have little in common', () => {
    const lines = (letter: string): string[] => Array.from({ length: 5000 }, (_, index) => `${letter}${String(index)}`);
    const [before, after] = [
      ['same', ...lines('a')],
      ['same', ...lines('b')],
    ];
    const [head, ...rest] = unifiedDiff(`${before.join('\n')}\n`, `${after.join('\n')}\n`).split('\n');
    expect(head).toBe('@@ -1,5001 +1,5001 @@');
    expect(rest).toEqual([...before.map((line) => `-${line}`), ...after.map((line) => `+${line}`), '']);
  });
});

describe('fileDiff', () => {
  it('names new, removed and changed files as git does', () => {
    expect(fileDiff(entry(undefined, 'a\n')).diff).toBe(
      'diff --git a/talos/x b/talos/x\nnew file mode 100644\n--- /dev/null\n+++ b/talos/x\n@@ -0,0 +1 @@\n+a\n',
    );
    expect(fileDiff(entry('a\n', undefined)).diff).toContain(
      'deleted file mode 100644\n--- a/talos/x\n+++ /dev/null\n',
    );
    expect(fileDiff(entry('a\n', 'b\n')).diff).toContain('--- a/talos/x\n+++ b/talos/x\n@@ -1 +1 @@\n-a\n+b\n');
  });

  it('shows a change of mode alone without hunks', () => {
    const file = entry('a\n', 'a\n');
    const executable = {
      ...file,
      desired: { path: 'talos/x', bytes: Buffer.from('a\n'), executable: true, secret: false },
    };
    expect(fileDiff(executable).diff).toBe('diff --git a/talos/x b/talos/x\nold mode 100644\nnew mode 100755\n');
  });

  it.each([
    ['a zero byte', 'a\0', 'b\n'],
    ['a zero byte that comes', 'b\n', 'a\0'],
    ['bytes that are no UTF-8', 'b\n', Buffer.from([0x61, 0xff])],
  ])('shows no bytes that are no text: %s', (_, before, after) => {
    expect(fileDiff(entry(before, after)).diff).toContain('Binary files differ\n');
  });

  it('shows a byte order mark that comes', () => {
    expect(fileDiff(entry('a\n', '\ufeffa\n')).diff).toContain('-a\n+\ufeffa\n');
  });

  it('shows a secret by its redacted texts and the keys that changed', () => {
    const secret = { ...entry('ENC[1]\n', 'ENC[2]\n'), secret: true };
    const change = { before: 'a: "[secret]"\n', after: 'a: "[secret]"\n', keys: ['a'] };
    const { diff, changedKeys } = fileDiff(secret, change);
    expect(changedKeys).toEqual(['a']);
    expect(diff).toBe('diff --git a/talos/x b/talos/x\nsecret changed: a\n');
    expect(fileDiff(secret, { ...change, keys: [], unknown: 'no key' }).diff).toContain(
      'secret not compared: no key\n',
    );
    expect(fileDiff(secret).diff).not.toContain('ENC');
    expect(fileDiff(secret).changedKeys).toEqual([]);
    const shown = { before: 'a: x\n', after: 'a: y\n', keys: [] };
    expect(fileDiff(secret, shown).diff).toContain(
      'secret encrypted anew: no value changed\n--- a/talos/x\n+++ b/talos/x\n@@ -1 +1 @@\n-a: x\n+a: y\n',
    );
    expect(fileDiff(secret, { ...shown, unknown: 'no key' }).diff).not.toContain('@@');
    const created = { ...entry(undefined, 'ENC[1]\n'), secret: true };
    expect(fileDiff(created, { ...shown, before: undefined, keys: ['a'] }).diff).toBe(
      'diff --git a/talos/x b/talos/x\nnew file mode 100644\n--- /dev/null\n+++ b/talos/x\n@@ -0,0 +1 @@\n+a: y\n',
    );
  });
});

function entry(before: string | undefined, after: string | Buffer | undefined): PlanEntry {
  return {
    path: 'talos/x',
    status: before === undefined ? 'created' : after === undefined ? 'removed' : 'changed',
    secret: false,
    recorded: [],
    present: before === undefined ? undefined : { bytes: Buffer.from(before), executable: false },
    desired:
      after === undefined
        ? undefined
        : { path: 'talos/x', bytes: Buffer.from(after), executable: false, secret: false },
  };
}
