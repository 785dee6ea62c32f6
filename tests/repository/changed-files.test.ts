import { execFileSync } from 'node:child_process';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { changedFiles } from '../../scripts/changed-files.mjs';
import { temporaryFolder, writeFiles } from '../support/folders.ts';

function git(folder: string, ...words: string[]): void {
  const identity = ['-c', 'user.name=Owner', '-c', 'user.email=owner@example.com'];
  execFileSync('git', [...identity, ...words], { cwd: folder, stdio: 'pipe' });
}

async function repository(): Promise<string> {
  const folder = await temporaryFolder({ 'a.ts': '1\n', 'b.ts': '2\n', 'c.ts': '3\n', '.gitignore': 'made/\n' });
  git(folder, 'init', '--quiet', '--initial-branch=main');
  git(folder, 'add', '--all');
  git(folder, 'commit', '--quiet', '--message', 'one');
  return folder;
}

it('nothing is known to have changed where there is no git', async () => {
  expect(changedFiles(await temporaryFolder())).toBe(undefined);
});

it('without a remote, what differs from the last commit', async () => {
  const folder = await repository();
  expect(changedFiles(folder)).toEqual({ from: 'the last commit', names: [] });
  await writeFiles(folder, { 'a.ts': '4\n', 'd e.ts': '5\n', 'made/f.ts': '6\n' });
  await rm(join(folder, 'b.ts'));
  expect(changedFiles(folder)?.names).toEqual(['a.ts', 'd e.ts']);
});

it('in a clone, what differs from the published branch, committed or not', async () => {
  const published = await repository();
  const folder = join(await temporaryFolder(), 'clone');
  git(published, 'clone', '--quiet', published, folder);
  expect(changedFiles(folder)).toEqual({ from: 'origin/main', names: [] });
  await writeFiles(folder, { 'a.ts': '4\n' });
  git(folder, 'commit', '--quiet', '--all', '--message', 'two');
  await writeFiles(folder, { 'c.ts': '5\n' });
  await writeFiles(published, { 'b.ts': '6\n' });
  git(published, 'commit', '--quiet', '--all', '--message', 'three');
  git(folder, 'fetch', '--quiet');
  expect(changedFiles(folder)).toEqual({ from: 'origin/main', names: ['a.ts', 'c.ts'] });
});
