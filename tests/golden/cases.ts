import { readdir } from 'node:fs/promises';
import { join, relative } from 'node:path';
import { loadConfiguration } from '../../src/cluster/config/load.ts';
import { clusterRoot, type ClusterRoot } from '../../src/cluster/root.ts';
import type { RenderedFile } from '../../src/makejinja/render.ts';
import { findAccess, settleAccess, type SettledAccess } from '../../src/pipeline/access.ts';
import { readConfiguration } from '../../src/pipeline/configuration.ts';
import { encryptSecrets } from '../../src/pipeline/encrypt.ts';
import { renderTree } from '../../src/pipeline/render.ts';
import { Failure, type Finding } from '../../src/report/finding.ts';
import { readDisk } from '../../src/workspace/disk.ts';
import type { DesiredFile, DiskFile } from '../../src/workspace/manifest.ts';
import { configuredSample, SAMPLE_KEYS } from '../support/sample.ts';

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
 * Renders a case in memory with the tool's templates and the sample's settings and keys; secrets are in plain text.
 *
 * @param state - folder for caches
 * @returns the files, and what is worth knowing of the configuration
 */
export async function renderPlainCase(folder: string, state: string): Promise<PlainCase> {
  const root = rootOf(folder, state);
  const { access } = await settleAccess(root, await findAccess(root, undefined, false));
  const { configuration, findings } = await readConfiguration(root, access);
  const { files } = await renderTree(root, configuration, { access, manifest: undefined });
  return { files, findings, access };
}

/** A case before its secrets are encrypted. */
export interface PlainCase {
  readonly files: readonly RenderedFile[];
  readonly findings: readonly Finding[];
  readonly access: SettledAccess;
}

/**
 * Renders and encrypts a case in memory. The expected tree stands in for the previous one, so that secrets that did not
 * change keep their ciphertext.
 *
 * @param state - folder for caches
 */
export async function renderCase(folder: string, state: string): Promise<readonly DesiredFile[]> {
  const { files: rendered, access } = await renderPlainCase(folder, state);
  const { files } = await encryptSecrets(rendered, await expectedTree(folder), access);
  return [...files].sort((a, b) => (a.path < b.path ? -1 : 1));
}

/**
 * Renders a configuration that is given as text, in memory, with the tool's templates and the sample's settings and keys.
 *
 * @param state - folder for caches
 * @throws Failure where it is not valid
 */
export async function renderTexts(
  texts: { readonly cluster: string; readonly nodes: string },
  state: string,
): Promise<readonly RenderedFile[]> {
  const root = { ...clusterRoot(configuredSample(), SAMPLE_KEYS), state };
  const { configuration, findings } = await loadConfiguration(
    { cluster: { file: 'cluster.yaml', text: texts.cluster }, nodes: { file: 'nodes.yaml', text: texts.nodes } },
    { env: {}, readFile: () => Promise.resolve(undefined), isTracked: () => Promise.resolve(false) },
  );
  if (configuration === undefined) throw new Failure('input', findings);
  const { access } = await settleAccess(root, await findAccess(root, undefined, false));
  return (await renderTree(root, configuration, { access, manifest: undefined })).files;
}

function rootOf(folder: string, state: string): ClusterRoot {
  return {
    ...clusterRoot(configuredSample(), SAMPLE_KEYS),
    clusterFile: join(folder, 'input/cluster.yaml'),
    nodesFile: join(folder, 'input/nodes.yaml'),
    state,
  };
}
