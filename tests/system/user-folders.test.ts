import { chmod, cp, mkdir, readdir, readFile, rm, stat, symlink, utimes, writeFile } from 'node:fs/promises';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { beforeEach, describe, expect, it, vi } from 'vitest';
import { openUserCache, openUserFolder, userFolderPath } from '../../src/system/user-folders.ts';
import { temporaryFolder } from '../support/folders.ts';

const BYTES = Buffer.from('what was kept');

let folder: string;
let cacheFolder: string;
let stateFolder: string;

beforeEach(async () => {
  folder = await temporaryFolder();
  vi.stubEnv('CLUSTER_TEMPLATE_CACHE', undefined);
  vi.stubEnv('XDG_CACHE_HOME', join(folder, 'caches'));
  vi.stubEnv('XDG_STATE_HOME', join(folder, 'states'));
  cacheFolder = join(folder, 'caches/cluster-template');
  stateFolder = join(folder, 'states/cluster-template');
  return () => {
    vi.unstubAllEnvs();
    vi.restoreAllMocks();
  };
});

describe('userFolderPath', () => {
  it.each([
    ['what CLUSTER_TEMPLATE_CACHE names', 'cache', { CLUSTER_TEMPLATE_CACHE: '/elsewhere' }, '/elsewhere'],
    ['the folder of XDG', 'cache', { XDG_CACHE_HOME: '/x' }, '/x/cluster-template'],
    ['the folder of XDG', 'state', { XDG_STATE_HOME: '/y' }, '/y/cluster-template'],
    ['the home where XDG says nothing', 'cache', {}, join(homedir(), '.cache/cluster-template')],
    ['the home where XDG is relative', 'cache', { XDG_CACHE_HOME: '.' }, join(homedir(), '.cache/cluster-template')],
    ['the home for what was said', 'state', {}, join(homedir(), '.local/state/cluster-template')],
    ['nothing where the home is not absolute', 'cache', { HOME: 'here' }, undefined],
    ['nothing where there is no home', 'state', { HOME: '/does/not/exist' }, undefined],
  ] as const)('is %s', (_, kind, variables: Readonly<Record<string, string>>, expected) => {
    for (const name of ['XDG_CACHE_HOME', 'XDG_STATE_HOME']) vi.stubEnv(name, undefined);
    for (const [name, value] of Object.entries(variables)) vi.stubEnv(name, value);
    vi.spyOn(process, 'platform', 'get').mockReturnValue('linux');
    expect(userFolderPath(kind)).toBe(expected);
  });

  it.each([
    ['darwin', 'cache', join(homedir(), 'Library/Caches/cluster-template')],
    ['darwin', 'state', join(homedir(), 'Library/Application Support/cluster-template')],
    ['win32', 'cache', '/local/cluster-template/cache'],
    ['win32', 'state', '/local/cluster-template/state'],
  ] as const)('follows the customs of %s for the %s', (platform, kind, expected) => {
    for (const name of ['XDG_CACHE_HOME', 'XDG_STATE_HOME']) vi.stubEnv(name, undefined);
    vi.stubEnv('LOCALAPPDATA', '/local');
    vi.spyOn(process, 'platform', 'get').mockReturnValue(platform);
    expect(userFolderPath(kind)).toBe(expected);
  });
});

describe('openUserFolder', () => {
  it.each([0o000, 0o022, 0o777])('makes it for its owner alone under the umask %o', async (umask) => {
    const before = process.umask(umask);
    try {
      expect(openUserFolder('cache')).toEqual({ path: cacheFolder });
      openUserCache().write('entry', BYTES);
    } finally {
      process.umask(before);
    }
    const modes = ['', 'cluster-template', 'cluster-template/entry'].map((path) =>
      modeOf(join(folder, 'caches', path)),
    );
    expect(await Promise.all(modes)).toEqual([0o700, 0o700, 0o600]);
    expect(await modeOf(join(stateFolder, 'cache-key'))).toBe(0o600);
  });

  it.each<[string, () => Promise<unknown>, RegExp]>([
    ['others may write to', () => chmod(cacheFolder, 0o777), /others may write to it/],
    ['the group may write to', () => chmod(cacheFolder, 0o770), /others may write to it/],
    ['is a file', () => replaced(cacheFolder, (path) => writeFile(path, '')), /no folder/],
    ['cannot be made', () => replaced(join(folder, 'caches'), (path) => writeFile(path, '')), /ENOTDIR/],
    ['leads nowhere', () => replaced(cacheFolder, (path) => symlink('/does/not/exist', path)), /ENOENT/],
    ['belongs to somebody else', () => Promise.resolve(vi.spyOn(process, 'getuid').mockReturnValue(12_345)), /user \d/],
  ])('refuses one that %s, and its cache keeps nothing and says nothing', async (_, spoil, message) => {
    openUserFolder('cache');
    await spoil();
    expect(openUserFolder('cache')).toMatchObject({ refusal: expect.stringMatching(message) as string });
    const cache = openUserCache();
    cache.write('entry', BYTES);
    expect(cache.read('entry')).toBeUndefined();
  });

  it('refuses one that lies in the repository at hand, also by a link', async () => {
    const repository = join(folder, 'repository');
    await mkdir(join(repository, 'cache'), { recursive: true });
    vi.stubEnv('CLUSTER_TEMPLATE_CACHE', join(repository, 'cache'));
    expect(openUserFolder('cache', repository)).toMatchObject({ refusal: 'it lies in the repository' });
    await symlink('repository', join(folder, 'other'));
    expect(openUserFolder('cache', join(folder, 'other'))).toMatchObject({ refusal: 'it lies in the repository' });
    expect(openUserFolder('cache', join(folder, 'repo'))).toMatchObject({ path: join(repository, 'cache') });
  });
});

describe('openUserCache', () => {
  it('gives back what was kept, in another process too', () => {
    openUserCache().write('entry', BYTES);
    expect(openUserCache().read('entry')).toEqual(BYTES);
    expect(openUserCache().read('other')).toBeUndefined();
  });

  it('goes without where the disk is full or read-only', async () => {
    openUserCache().write('entry', BYTES);
    await mkdir(join(cacheFolder, 'taken'));
    expect(() => {
      openUserCache().write('taken', BYTES);
    }).not.toThrow();
    expect(openUserCache().read('taken')).toBeUndefined();
  });

  it.each<[string, () => Promise<unknown>]>([
    ['comes from another user', () => copyFromOtherUser()],
    ['was kept under another name', () => cp(join(cacheFolder, 'other'), join(cacheFolder, 'entry'))],
    ['was changed', () => changed(join(cacheFolder, 'entry'))],
    ['was cut off', () => writeFile(join(cacheFolder, 'entry'), 'short')],
    ['is empty, as after a power cut', () => writeFile(join(cacheFolder, 'entry'), '')],
    ['others may write to', () => chmod(join(cacheFolder, 'entry'), 0o666)],
    ['is a link', () => replaced(join(cacheFolder, 'entry'), (path) => symlink('copy', path))],
  ])('does not believe an entry that %s', async (_, spoil) => {
    const cache = openUserCache();
    for (const name of ['entry', 'other', 'copy']) cache.write(name, BYTES);
    await spoil();
    expect(openUserCache().read('entry')).toBeUndefined();
  });

  it('makes another key where somebody else may have written it, and forgets what the old one sealed', async () => {
    openUserCache().write('entry', BYTES);
    await chmod(join(stateFolder, 'cache-key'), 0o666);
    expect(openUserCache().read('entry')).toBeUndefined();
    openUserCache().write('entry', BYTES);
    expect(openUserCache().read('entry')).toEqual(BYTES);
    expect(await modeOf(join(stateFolder, 'cache-key'))).toBe(0o600);
  });

  it('is bounded: what was not used for longest goes', async () => {
    const cache = openUserCache();
    cache.write('old', BYTES);
    cache.write('used', BYTES);
    for (const name of ['old', 'used']) await utimes(join(cacheFolder, name), new Date(0), new Date(0));
    expect(cache.read('used')).toEqual(BYTES);
    const big = Buffer.alloc(2 ** 23);
    for (let index = 0; index < 5; index += 1) {
      cache.write(`big-${String(index)}`, big);
      await utimes(join(cacheFolder, `big-${String(index)}`), new Date(), new Date(2 ** 30 + index * 1000));
    }
    const left = await readdir(cacheFolder);
    expect(left).not.toContain('old');
    expect(left).toContain('used');
    const sizes = await Promise.all(left.map(async (name) => (await stat(join(cacheFolder, name))).size));
    expect(sizes.reduce((sum, size) => sum + size, 0)).toBeLessThanOrEqual(2 ** 25);
  });
});

/** The whole folder of another user's cache, in which the same name was kept. */
async function copyFromOtherUser(): Promise<void> {
  vi.stubEnv('XDG_CACHE_HOME', join(folder, 'theirs'));
  vi.stubEnv('XDG_STATE_HOME', join(folder, 'their-states'));
  openUserCache().write('entry', BYTES);
  await cp(join(folder, 'theirs/cluster-template/entry'), join(cacheFolder, 'entry'));
  vi.stubEnv('XDG_CACHE_HOME', join(folder, 'caches'));
  vi.stubEnv('XDG_STATE_HOME', join(folder, 'states'));
}

async function changed(path: string): Promise<void> {
  const bytes = await readFile(path);
  bytes[bytes.length - 1] = (bytes.at(-1) ?? 0) ^ 1;
  await writeFile(path, bytes);
}

async function replaced(path: string, make: (path: string) => Promise<unknown>): Promise<void> {
  await rm(path, { recursive: true });
  await make(path);
}

async function modeOf(path: string): Promise<number> {
  return (await stat(path)).mode & 0o777;
}

it('is not stopped by a home that belongs to another user, and makes nothing there', async () => {
  vi.stubEnv('XDG_CACHE_HOME', undefined);
  vi.stubEnv('HOME', folder);
  vi.spyOn(process, 'getuid').mockReturnValue(12_345);
  expect(openUserFolder('cache')).toEqual({ refusal: 'this user has no home folder' });
  expect(await readdir(folder)).toEqual([]);
});
