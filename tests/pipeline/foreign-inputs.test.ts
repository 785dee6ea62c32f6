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

it.each([
  ['a link below another input', ['templates', 'templates/link'], 'templates/link'],
  ['a way back to the top', ['templates', 'templates/..'], 'templates/..'],
])('looks at what %s brings, though the other input is plain', async (_, inputs, before) => {
  const root = await temporaryFolder();
  for (const path of ['templates/own.j2', '.private/x', '.env', '.git/config']) await lay(root, path);
  await symlink('..', join(root, 'templates/link'));
  const found = await suspects(root, inputs);
  expect(found).toEqual(
    expect.arrayContaining(['.private/x', '.env', '.git/config'].map((path) => `${before}/${path}`)),
  );
  expect(found).not.toContain('templates/own.j2');
});

it('judges an absolute input by where it lies', async () => {
  const root = await temporaryFolder();
  for (const path of ['templates/own.j2', 'templates/age.key', '.private/x']) await lay(root, path);
  expect(await suspects(root, [join(root, 'templates')])).toEqual([join(root, 'templates/age.key')]);
  expect(await suspects(root, [join(root, '.private')])).toEqual([join(root, '.private/x')]);
});
