import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { listTree, publishFile, readTextIfPresent, replaceFile } from '../../src/system/files.ts';
import { readFiles, temporaryFolder } from '../support/folders.ts';

describe('publishFile', () => {
  it('never touches a file that is there, and leaves nothing behind', async () => {
    const folder = await temporaryFolder();
    const path = join(folder, 'a');
    expect([await publishFile(path, 'one', 0o600), await publishFile(path, 'two', 0o600)]).toEqual([true, false]);
    expect(await readFiles(folder)).toEqual({ a: 'one' });
  });

  it('lets exactly one of many win', async () => {
    const folder = await temporaryFolder();
    const results = await Promise.all(
      Array.from({ length: 20 }, (_, index) => publishFile(join(folder, 'a'), String(index), 0o600)),
    );
    const winner = results.indexOf(true);
    expect(results.filter(Boolean)).toHaveLength(1);
    expect(await readFiles(folder)).toEqual({ a: String(winner) });
  });
});

describe('replaceFile', () => {
  it('replaces text and permission bits, and leaves nothing behind', async () => {
    const folder = await temporaryFolder({ 'a*': 'old' });
    await replaceFile(join(folder, 'a'), 'new');
    expect(await readFiles(folder)).toEqual({ a: 'new' });
  });

  it('leaves the old file and no temporary one where it fails', async () => {
    const folder = await temporaryFolder({ 'a/b': 'b' });
    await expect(replaceFile(join(folder, 'a'), 'new')).rejects.toThrow();
    expect(await readFiles(folder)).toEqual({ 'a/b': 'b' });
  });
});

describe('reading', () => {
  it('tells a missing file from a folder', async () => {
    const folder = await temporaryFolder({ 'a/b': 'b' });
    expect(await readTextIfPresent(join(folder, 'none'))).toBeUndefined();
    expect(await readTextIfPresent(join(folder, 'a/b/none'))).toBeUndefined();
    await expect(readTextIfPresent(join(folder, 'a'))).rejects.toThrow('EISDIR');
  });

  it('lists every file below a folder, each folder by code point', async () => {
    const folder = await temporaryFolder({ 'b/c': '', 'b-a': '', '.hidden': '', B: '' });
    expect(await listTree(folder)).toEqual(['.hidden', 'B', 'b/c', 'b-a']);
  });
});
