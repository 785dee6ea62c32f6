import { execFileSync } from 'node:child_process';
import type * as FileSystem from 'node:fs/promises';
import { link, lstat, mkdir, open, rename, symlink, truncate } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, describe, expect, it, vi } from 'vitest';
import {
  LARGEST_INPUT,
  listTree,
  readBytesIfPresent,
  readNamedTextIfPresent,
  readTextIfPresent,
  readTextSyncIfPresent,
} from '../../src/system/files.ts';
import {
  below,
  copyFile,
  createFile,
  makeFolder,
  moveFile,
  publishFile,
  readOwnTextIfPresent,
  removeEmptyFolders,
  removeFile,
  removeTree,
  replaceFile,
  writeDisposableFile,
  type Destination,
} from '../../src/system/writing.ts';
import { readFiles, temporaryFolder } from '../support/folders.ts';

vi.mock('node:fs/promises', async (original) => {
  const real = await original<typeof FileSystem>();
  return { ...real, link: vi.fn(real.link), rename: vi.fn(real.rename) };
});

afterEach(() => vi.mocked(link).mockReset());

/** What a file system without hard links says, each in its own words. */
const NO_HARD_LINKS = ['EPERM', 'ENOTSUP', 'ENOSYS', 'EISDIR'];

describe('what writes, moves or removes', () => {
  const WORK: Readonly<Record<string, (at: Destination, other: Destination) => Promise<unknown>>> = {
    createFile: (at) => createFile(at, 'new'),
    replaceFile: (at) => replaceFile(at, 'new'),
    writeDisposableFile: (at) => writeDisposableFile(at, 'new'),
    publishFile: (at) => publishFile(at, 'new', 0o600),
    makeFolder: (at) => makeFolder(at),
    removeFile: (at) => removeFile(at),
    removeTree: (at) => removeTree(at),
    removeEmptyFolders: (at) => removeEmptyFolders(at),
    'moveFile to': (at, other) => moveFile(other, at),
    'moveFile from': (at, other) => moveFile(at, other),
    'copyFile to': (at, other) => copyFile(other, at),
    'copyFile from': (at, other) => copyFile(at, other),
  };

  it.each(Object.entries(WORK))('%s does nothing through a link to a folder', async (_, work) => {
    const root = await temporaryFolder({ 'outside/deep/a': 'a', 'folder/other': 'other' });
    const [folder, outside] = [join(root, 'folder'), join(root, 'outside')];
    await symlink(outside, join(folder, 'linked'));
    await mkdir(join(outside, 'empty'));
    for (const name of ['linked/deep/a', 'linked/empty/b']) {
      await expect(work(below(folder, name), below(folder, 'other'))).rejects.toMatchObject({
        findings: [{ code: 'workspace/not-a-file', place: { file: 'linked' } }],
      });
    }
    expect(await readFiles(root)).toEqual({ 'outside/deep/a': 'a', 'folder/other': 'other' });
    expect((await lstat(join(outside, 'empty'))).isDirectory()).toBe(true);
  });

  it.each(['replaceFile', 'writeDisposableFile', 'removeFile', 'removeTree'])(
    '%s leaves alone what a link in the place of the file leads to',
    async (name) => {
      const root = await temporaryFolder({ outside: 'outside', 'folder/other': 'other' });
      await symlink(join(root, 'outside'), join(root, 'folder/a'));
      await WORK[name]?.(below(join(root, 'folder'), 'a'), below(root, 'none'));
      expect((await readFiles(root)).outside).toBe('outside');
    },
  );

  it('follows the links of the folder that it is given', async () => {
    const root = await temporaryFolder({ 'real/x': 'x' });
    await symlink('real', join(root, 'folder'));
    await replaceFile(below(join(root, 'folder'), 'deep/a'), 'a');
    expect(await readFiles(root)).toEqual({ 'real/x': 'x', 'real/deep/a': 'a' });
  });

  it.each(['../a', 'b/../../a', '..'])('is never given %s', (name) => {
    expect(() => below('/folder', name)).toThrow('lies outside of /folder');
  });
});

describe('publishFile', () => {
  it('never touches a file that is there, and leaves nothing behind', async () => {
    const folder = await temporaryFolder();
    const path = below(folder, 'a');
    expect([await publishFile(path, 'one', 0o600), await publishFile(path, 'two', 0o600)]).toEqual([true, false]);
    expect(await readFiles(folder)).toEqual({ a: 'one' });
  });

  it('lets exactly one of many win', async () => {
    const folder = await temporaryFolder();
    const results = await Promise.all(
      Array.from({ length: 20 }, (_, index) => publishFile(below(folder, 'a'), String(index), 0o600)),
    );
    const winner = results.indexOf(true);
    expect(results.filter(Boolean)).toHaveLength(1);
    expect(await readFiles(folder)).toEqual({ a: String(winner) });
  });
});

describe('publishFile on a file system without hard links', () => {
  it.each(NO_HARD_LINKS)('that says %s: one of many wins, and nothing is left behind', async (code) => {
    vi.mocked(link).mockRejectedValue(Object.assign(new Error(`${code}: no`), { code }));
    const folder = await temporaryFolder();
    const results = await Promise.all(
      Array.from({ length: 20 }, (_, index) => publishFile(below(folder, 'deep/a'), String(index), 0o600)),
    );
    expect(results.filter(Boolean)).toHaveLength(1);
    expect(await readFiles(folder)).toEqual({ 'deep/a': String(results.indexOf(true)) });
    expect((await lstat(join(folder, 'deep/a'))).mode & 0o777).toBe(0o600);
  });
});

describe('replaceFile', () => {
  it('replaces text and permission bits, and leaves nothing behind', async () => {
    const folder = await temporaryFolder({ 'a*': 'old' });
    await replaceFile(below(folder, 'a'), 'new');
    expect(await readFiles(folder)).toEqual({ a: 'new' });
  });

  it('leaves the old file and no temporary one where it fails', async () => {
    const folder = await temporaryFolder({ 'a/b': 'b' });
    await expect(replaceFile(below(folder, 'a'), 'new')).rejects.toThrow();
    expect(await readFiles(folder)).toEqual({ 'a/b': 'b' });
  });
});

describe('what is written', () => {
  const WRITERS: readonly (readonly [
    name: string,
    steps: readonly string[],
    write: (to: Destination) => Promise<unknown>,
  ])[] = [
    ['createFile', ['forced'], (to) => createFile(to, 'new', 0o664)],
    ['replaceFile', ['forced', 'named'], (to) => replaceFile(to, 'new', 0o664)],
    ['publishFile', ['forced'], (to) => publishFile(to, 'new', 0o664)],
    ['writeDisposableFile', ['named'], (to) => writeDisposableFile(to, 'new', 0o664)],
  ];

  it.each(WRITERS)('%s has the bits that were asked for, whatever the umask takes away', async (_, __, write) => {
    const folder = await temporaryFolder();
    const before = process.umask(0o077);
    try {
      await write(below(folder, 'a'));
    } finally {
      process.umask(before);
    }
    expect((await lstat(join(folder, 'a'))).mode & 0o777).toBe(0o664);
  });

  it.each(WRITERS)('%s: %j, in this order', async (_, steps, write) => {
    const folder = await temporaryFolder({ any: '' });
    const done: string[] = [];
    const any = await open(join(folder, 'any'));
    const handles = Object.getPrototypeOf(any) as FileSystem.FileHandle;
    await any.close();
    const sync = vi.spyOn(handles, 'sync').mockImplementation(() => Promise.resolve(void done.push('forced')));
    const real = vi.mocked(rename).getMockImplementation();
    vi.mocked(rename).mockImplementation(async (...paths) => {
      done.push('named');
      await real?.(...paths);
    });
    try {
      await write(below(folder, 'a'));
    } finally {
      vi.mocked(rename).mockReset();
      sync.mockRestore();
    }
    expect(done).toEqual(steps);
  });
});

describe('reading', () => {
  it('tells a missing file from a folder', async () => {
    const folder = await temporaryFolder({ 'a/b': 'b' });
    expect(await readTextIfPresent(join(folder, 'none'))).toBeUndefined();
    expect(await readTextIfPresent(join(folder, 'a/b/none'))).toBeUndefined();
    await expect(readTextIfPresent(join(folder, 'a'))).rejects.toThrow('EISDIR');
  });

  it('never waits for a pipe', async () => {
    const folder = await temporaryFolder();
    execFileSync('mkfifo', [join(folder, 'pipe')]);
    await symlink('pipe', join(folder, 'link'));
    for (const name of ['pipe', 'link']) {
      await expect(readTextIfPresent(join(folder, name))).rejects.toThrow('is a pipe or a device');
      expect(() => readTextSyncIfPresent(join(folder, name))).toThrow('is a pipe or a device');
      await expect(readOwnTextIfPresent(below(folder, name))).rejects.toThrow('lies where a generated file belongs');
    }
  });

  it('reads no file and no pipe beyond its limit, and says how large it is', async () => {
    const folder = await temporaryFolder({ large: '', most: '' });
    const [large, most] = [join(folder, 'large'), join(folder, 'most')];
    // Holes take no place on the disk.
    await truncate(large, 600 * 2 ** 20);
    await truncate(most, LARGEST_INPUT);
    const refused = {
      kind: 'input',
      findings: [
        {
          code: 'workspace/too-large',
          message: `${large} is larger than the 64 MiB that are read of a file: it has 600.0 MiB`,
          remedy: 'move it away, or make it smaller',
        },
      ],
    };
    await expect(readBytesIfPresent(large)).rejects.toMatchObject(refused);
    await expect(readTextIfPresent(large)).rejects.toMatchObject(refused);
    await expect(readOwnTextIfPresent(below(folder, 'large'))).rejects.toMatchObject(refused);
    await expect(readNamedTextIfPresent(large)).rejects.toMatchObject(refused);
    expect(() => readTextSyncIfPresent(large)).toThrow(refused.findings[0]?.message);
    await expect(readNamedTextIfPresent('/dev/zero')).rejects.toMatchObject({
      kind: 'input',
      findings: [{ message: '/dev/zero is larger than the 64 MiB that are read of a file' }],
    });
    expect(await readBytesIfPresent(most)).toHaveLength(LARGEST_INPUT);
  });

  it('lists every file below a folder, each folder by code point', async () => {
    const folder = await temporaryFolder({ 'b/c': '', 'b-a': '', '.hidden': '', B: '' });
    expect(await listTree(folder)).toEqual(['.hidden', 'B', 'b/c', 'b-a']);
  });
});
