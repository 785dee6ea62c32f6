import { describe, expect, it } from 'vitest';
import { fileDiff } from '../../src/workspace/file-diff.ts';
import { diffLines } from '../../src/workspace/line-diff.ts';
import type { PlanEntry } from '../../src/workspace/plan.ts';
import { unifiedDiff } from '../../src/workspace/unified-diff.ts';

describe('diffLines', () => {
  it('is the shortest, and leads from one text to the other', () => {
    const random = numbers(5);
    for (let round = 0; round < 400; round++) {
      const before = Array.from({ length: random(9) }, () => 'abc'.charAt(random(3)));
      const after = Array.from({ length: random(9) }, () => 'abc'.charAt(random(3)));
      const runs = diffLines(before, after);
      expect(runs.filter(({ kind }) => kind !== 'added').flatMap(({ lines }) => lines)).toEqual(before);
      expect(runs.filter(({ kind }) => kind !== 'removed').flatMap(({ lines }) => lines)).toEqual(after);
      const changed = runs.filter(({ kind }) => kind !== 'same').flatMap(({ lines }) => lines).length;
      expect(changed, `${before.join('')} ${after.join('')}`).toBe(
        before.length + after.length - 2 * common(before, after),
      );
    }
  });

  it('stays fast on two long texts that have nothing in common', () => {
    const lines = (letter: string): string[] =>
      Array.from({ length: 20_000 }, (_, index) => `${letter}${String(index)}`);
    const start = performance.now();
    const runs = diffLines(['same', ...lines('a')], ['same', ...lines('b')]);
    expect(runs.map(({ kind }) => kind)).toEqual(['same', 'removed', 'added']);
    expect(performance.now() - start).toBeLessThan(3000);
  });
});

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
  ])('shows %s', (_, before, after, expected) => {
    expect(unifiedDiff(before, after)).toBe(expected);
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

  it('shows no bytes that are no text', () => {
    expect(fileDiff(entry('a\0', 'b\n')).diff).toContain('Binary files differ\n');
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
  });
});

function entry(before: string | undefined, after: string | undefined): PlanEntry {
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

/** Length of the longest common subsequence, the slow and plain way. */
function common(one: readonly string[], other: readonly string[]): number {
  const [first, ...rest] = one;
  if (first === undefined || other.length === 0) return 0;
  const at = other.indexOf(first);
  return Math.max(common(rest, other), at === -1 ? 0 : 1 + common(rest, other.slice(at + 1)));
}

function numbers(seed: number): (below: number) => number {
  let state = seed;
  return (below) => {
    state = (state * 1103515245 + 12345) % 2 ** 31;
    return Math.floor((state / 2 ** 31) * below);
  };
}
