import { mkdir, symlink, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { expect, it } from 'vitest';
import { clusterRoot } from '../../src/cluster/root.ts';
import { readLayers } from '../../src/makejinja/inputs.ts';
import { DEFAULT_SETTINGS } from '../../src/makejinja/settings.ts';
import { suspectInputs } from '../../src/pipeline/foreign-files.ts';
import { temporaryFolder } from '../support/folders.ts';

/** The files of some inputs of a repository that have to be looked at. */
async function suspects(folder: string, inputs: readonly string[], keys = folder): Promise<string[]> {
  const layers = await readLayers({ ...DEFAULT_SETTINGS, inputs }, folder);
  return suspectInputs(
    clusterRoot(folder, keys),
    inputs,
    layers.flatMap(({ found }) => found),
  );
}

async function lay(folder: string, path: string): Promise<void> {
  await mkdir(dirname(join(folder, path)), { recursive: true });
  await writeFile(join(folder, path), 'text\n');
}

it('looks at links, at what lies behind one and at names of keys alone', async () => {
  const folder = await temporaryFolder({ 'outside/file.txt': 'text\n' });
  const root = join(folder, 'root');
  await lay(root, 'in/plain/file.txt.j2');
  await lay(root, 'in/plain/.sops.yaml');
  await lay(root, 'in/age.key');
  await symlink('../../outside', join(root, 'in/linked'));
  await symlink('../../outside/file.txt', join(root, 'in/link.txt'));
  const expected = ['in/age.key', 'in/link.txt', 'in/linked/file.txt'];
  expect((await suspects(root, ['in'])).sort()).toEqual(expected);
  expect((await suspects(root, ['./in/'])).sort()).toEqual(expected);
  expect(await suspects(root, ['in'], join(root, 'in/plain'))).toEqual(
    expect.arrayContaining(['in/plain/.sops.yaml', 'in/plain/file.txt.j2']),
  );
});

it('looks at all files of an input that is a link, a single file, the root itself or lies outside', async () => {
  const folder = await temporaryFolder({ 'outside/file.txt': 'text\n' });
  const root = join(folder, 'root');
  await lay(root, 'in/file.txt');
  await symlink('in', join(root, 'link'));
  await symlink('root', join(folder, 'other'));
  expect(await suspects(root, ['link'])).toEqual(['link/file.txt']);
  expect(await suspects(root, ['in/file.txt'])).toEqual(['in/file.txt']);
  expect(await suspects(root, ['../outside'])).toEqual(['../outside/file.txt']);
  expect(await suspects(root, ['.'])).toContain('in/file.txt');
  // A repository that is itself reached by a link is where it seems to be.
  expect(await suspects(join(folder, 'other'), ['in'])).toEqual([]);
});
