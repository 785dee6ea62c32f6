import { execFile } from 'node:child_process';
import { cp, readdir, readFile } from 'node:fs/promises';
import { join, relative } from 'node:path';
import { promisify } from 'node:util';
import { SAMPLE_RECIPIENT } from '../../src/cluster/root.ts';
import { holdTree, type HeldTree, layTree } from './copy-tree.ts';
import { layRecordedVersions } from './versions.ts';

const run = promisify(execFile);

/** The top of the checkout: tests and scripts are started there, and a bundle of this file lies elsewhere. */
const repository = process.cwd();

/** Folder of the published keys. */
export const SAMPLE_KEYS = join(repository, 'tests/sample');

/** What stands in the repository as it is published and belongs to whoever forks it: the cluster of the tests. */
export const SAMPLE_FILES = join(repository, 'tests/sample/cluster');

/** The part of a repository that configure reads and writes. */
const SAMPLE_PARTS = [
  'cluster.yaml',
  'nodes.yaml',
  'makejinja.toml',
  'templates',
  'kubernetes',
  'talos',
  'bootstrap',
  '.sops.yaml',
  'AGENTS.md',
  '.cluster-template/manifest.json',
];

/**
 * The sample's own files beside the tool's templates, in a folder of their own: a repository that nobody configured yet. Versions of
 * components are those that the golden files have.
 */
export async function layOutSample(folder: string): Promise<void> {
  await cp(SAMPLE_FILES, folder, { recursive: true });
  const templates = join(folder, 'templates/config');
  await cp(join(repository, 'templates/config'), templates, { recursive: true });
  await layRecordedVersions(repository, templates);
}

/** Lays the sample out and configures it with the published keys. */
export async function makeSample(folder: string): Promise<void> {
  await layOutSample(folder);
  await configureSample(folder);
}

/** Configures a folder with the published keys, whatever was changed there by hand; gives back what the command prints. */
export async function configureSample(folder: string): Promise<string> {
  const launcher = join(repository, 'bin/cluster-template.mjs');
  const words = [launcher, 'configure', '--yes', '--force', '--root', folder, '--keys', SAMPLE_KEYS];
  return (await run(process.execPath, words)).stdout;
}

/** True for the repository as it is published; else whose it is, in words. */
export async function isPublished(root: string): Promise<true | string> {
  const text = await readFile(join(root, '.cluster-template/manifest.json'), 'utf8').catch(() => undefined);
  if (text === undefined) return 'nothing was generated here yet';
  const { recipient } = JSON.parse(text) as { recipient: string };
  return recipient === SAMPLE_RECIPIENT || `the tree belongs to ${recipient}, not to the sample key`;
}

/** Paths of the sample's own files. */
export async function sampleFiles(): Promise<string[]> {
  const entries = await readdir(SAMPLE_FILES, { recursive: true, withFileTypes: true });
  return entries
    .filter((entry) => entry.isFile())
    .map((entry) => relative(SAMPLE_FILES, join(entry.parentPath, entry.name)))
    .sort();
}

/** Folder of the sample that the setup of the tests has configured. */
export function configuredSample(): string {
  const { SAMPLE_CLUSTER: folder } = process.env;
  if (folder === undefined) throw new Error('SAMPLE_CLUSTER is not set: makeSample has to be called first');
  return folder;
}

/** Copies the configured sample into a folder. */
export function copySample(folder: string): void {
  layTree((held ??= holdParts()), folder);
}

let held: HeldTree | undefined;

function holdParts(): HeldTree {
  const { folders, files, links } = holdTree(configuredSample());
  const isPart = ({ path }: { readonly path: string }): boolean =>
    SAMPLE_PARTS.some((part) => part === path || path.startsWith(`${part}/`) || part.startsWith(`${path}/`));
  return { folders: folders.filter(isPart), files: files.filter(isPart), links: links.filter(isPart) };
}
