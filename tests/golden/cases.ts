import { existsSync } from 'node:fs';
import { readdir, readFile } from 'node:fs/promises';
import { join, relative, resolve } from 'node:path';
import { loadConfiguration } from '../../src/cluster/config/load.ts';
import { clusterRoot, type ClusterRoot } from '../../src/cluster/root.ts';
import type { RenderedFile } from '../../src/makejinja/render.ts';
import { findAccess, settleAccess, type SettledAccess } from '../../src/pipeline/access.ts';
import { readConfiguration } from '../../src/pipeline/configuration.ts';
import { encryptSecrets } from '../../src/pipeline/encrypt.ts';
import { readSources, renderTree } from '../../src/pipeline/render.ts';
import { Failure, type Finding } from '../../src/report/finding.ts';
import { readDisk } from '../../src/workspace/disk.ts';
import type { DesiredFile } from '../../src/workspace/inventory.ts';
import { configuredSample, SAMPLE_KEYS } from '../support/sample.ts';
import { withDifference, type FileTree } from './difference.ts';

/** Tests and scripts are started at the top of the repository; a bundle of this file lies elsewhere. */
const repository = process.cwd();

/** Folders of the cases: each holds `input/` with a configuration, and its tree as `expected/` or as `expected.diff`. */
export async function goldenCases(folder = join(repository, 'tests/golden')): Promise<string[]> {
  const entries = await readdir(folder, { withFileTypes: true });
  return entries.filter((entry) => entry.isDirectory()).map(({ name }) => join(folder, name));
}

/** Whether the tree of a case is there whole. */
export function isWhole(folder: string): boolean {
  return existsSync(join(folder, 'expected'));
}

/**
 * The folder of the case from whose whole tree a case differs; undefined where its own is whole, or it is new.
 *
 * @throws Error where the difference does not say it
 */
export async function baseOf(folder: string): Promise<string | undefined> {
  const text = await readDifference(folder);
  if (text === undefined) return undefined;
  const [, base] = /^# differs from (\S+)\/expected /.exec(text) ?? [];
  if (base === undefined) throw new Error(`${differencePath(folder)} does not say in its first line from what it differs`);
  return resolve(folder, base);
}

/** The first line of a difference. */
export function differenceHead(folder: string, base: string): string {
  return `# differs from ${relative(folder, base).replaceAll('\\', '/')}/expected in what follows; made by npm run golden\n`;
}

/** Path of the difference of a case. */
export function differencePath(folder: string): string {
  return join(folder, 'expected.diff');
}

/**
 * The tree of a case, by path.
 *
 * @throws Error where the tree from which it differs was changed by hand
 */
export async function expectedTree(folder: string): Promise<FileTree> {
  const base = await baseOf(folder);
  if (base === undefined) return await wholeTree(folder);
  try {
    return withDifference(await wholeTree(base), (await readDifference(folder)) ?? '');
  } catch (error) {
    throw new Error(`${differencePath(folder)} does not fit: run npm run golden`, { cause: error });
  }
}

async function readDifference(folder: string): Promise<string | undefined> {
  return await readFile(differencePath(folder), 'utf8').catch(() => undefined);
}

async function wholeTree(folder: string): Promise<FileTree> {
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
  const { files } = await renderTree(root, configuration, { access, inventory: undefined });
  return { files, findings, access };
}

/** A case before its secrets are encrypted. */
export interface PlainCase {
  readonly files: readonly RenderedFile[];
  readonly findings: readonly Finding[];
  readonly access: SettledAccess;
}

/**
 * Renders and encrypts a case in memory.
 *
 * @param state - folder for caches
 * @param previous - trees whose ciphertext stays where it says the same: that of the first which does
 */
export async function renderCase(
  folder: string,
  state: string,
  previous: readonly FileTree[],
): Promise<readonly DesiredFile[]> {
  const { files: rendered, access } = await renderPlainCase(folder, state);
  const versionsOf = (path: string): Promise<string[]> => {
    const texts = previous.flatMap((tree) => tree.get(path) ?? []).map(({ bytes }) => Buffer.from(bytes).toString('utf8'));
    return Promise.resolve([...new Set(texts)]);
  };
  const { files } = await encryptSecrets(rendered, new Map(previous.flatMap((tree) => [...tree])), access, { versionsOf });
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
  return (await renderTree(root, configuration, { access, inventory: undefined })).files;
}

function rootOf(folder: string, state: string): ClusterRoot {
  return {
    ...clusterRoot(configuredSample(), SAMPLE_KEYS),
    clusterFile: join(folder, 'input/cluster.yaml'),
    nodesFile: join(folder, 'input/nodes.yaml'),
    state,
  };
}

/**
 * What a case is rendered from.
 *
 * @param state - folder for caches
 */
export async function caseRequest(folder: string, state: string): Promise<Awaited<ReturnType<typeof readSources>>> {
  const root = rootOf(folder, state);
  const { access } = await settleAccess(root, await findAccess(root, undefined, false));
  const { configuration } = await readConfiguration(root, access);
  return await readSources(root, configuration, { access });
}
