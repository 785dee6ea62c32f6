import { readdir } from 'node:fs/promises';
import { join, relative } from 'node:path';
import { clusterRoot, type ClusterRoot } from '../../src/cluster/root.ts';
import { findAccess, settleAccess } from '../../src/pipeline/access.ts';
import { readConfiguration } from '../../src/pipeline/configuration.ts';
import { encryptSecrets } from '../../src/pipeline/encrypt.ts';
import { renderTree } from '../../src/pipeline/render.ts';
import { readDisk } from '../../src/workspace/disk.ts';
import type { DesiredFile, DiskFile } from '../../src/workspace/entry.ts';

/** Tests and scripts are started at the top of the repository; a bundle of this file lies elsewhere. */
const repository = process.cwd();

/** Folders of the cases: each holds `input/` with a configuration and `expected/` with its tree. */
export async function goldenCases(folder = join(repository, 'tests/golden')): Promise<string[]> {
  const entries = await readdir(folder, { withFileTypes: true });
  return entries.filter((entry) => entry.isDirectory()).map(({ name }) => join(folder, name));
}

/** The tree of a case on disk, by path. */
export async function expectedTree(folder: string): Promise<Map<string, DiskFile>> {
  const expected = join(folder, 'expected');
  const entries = await readdir(expected, { recursive: true, withFileTypes: true }).catch(() => []);
  const paths = entries.filter((entry) => entry.isFile()).map((entry) => relative(expected, join(entry.parentPath, entry.name)));
  return await readDisk({ root: expected, state: '', outputRoots: [] }, paths.sort());
}

/**
 * Renders and encrypts a case in memory with the repository's templates and the sample's keys. The expected tree stands
 * in for the previous one, so that secrets that did not change keep their ciphertext.
 *
 * @param state - folder for caches
 */
export async function renderCase(folder: string, state: string): Promise<readonly DesiredFile[]> {
  const root: ClusterRoot = {
    ...clusterRoot(repository, join(repository, 'tests/sample')),
    clusterFile: join(folder, 'input/cluster.yaml'),
    nodesFile: join(folder, 'input/nodes.yaml'),
    state,
  };
  const { access } = await settleAccess(root, await findAccess(root, undefined, false));
  const { configuration } = await readConfiguration(root, access);
  const rendered = await renderTree(root, configuration, access);
  const { files } = await encryptSecrets(rendered, await expectedTree(folder), access);
  return [...files].sort((a, b) => (a.path < b.path ? -1 : 1));
}
