import { basename, dirname, join, resolve } from 'node:path';
import type { ClusterRoot } from '../../cluster/root.ts';
import { staleInputs } from '../../pipeline/inputs.ts';
import { readManifest } from '../../pipeline/state.ts';
import { SAMPLE_RECIPIENT } from '../../cluster/credentials/sample.ts';
import { failure } from '../../report/finding.ts';
import {
  below,
  inspect,
  makeTemporaryFolder,
  permissions,
  readTextIfPresent,
  removeTree,
  replaceFile,
} from '../../system/files.ts';
import { fetchText } from '../../system/network.ts';
import type { Programs } from '../programs/call.ts';
import type { InitFile } from './init.ts';

const TIMEOUT_SECONDS = 30;

/**
 * Takes cluster.yaml and nodes.yaml from another place: a folder, the address of a folder on the web, or a git repository (an address
 * that ends in `.git` or names ssh). A file here is replaced only while it still is the untouched sample of the template.
 *
 * @throws Failure where neither file is found there, or the place cannot be read
 */
export async function takeConfiguration(root: ClusterRoot, from: string, programs: Programs): Promise<InitFile[]> {
  const texts = await readSource(root, from, programs);
  if (texts.size === 0) throw nothingThere(from);
  const files: InitFile[] = [];
  for (const path of [root.clusterFile, root.nodesFile]) {
    const text = texts.get(basename(path));
    if (text !== undefined) files.push(await takeFile(root, path, text));
  }
  return files;
}

async function takeFile(root: ClusterRoot, path: string, text: string): Promise<InitFile> {
  const file = basename(path);
  const present = await readTextIfPresent(path);
  if (present === text) return { file, outcome: 'present' };
  if (present !== undefined && !(await isUntouchedSample(root, file))) return { file, outcome: 'kept' };
  await replaceFile(below(dirname(path), file), text, await permissions(path));
  return { file, outcome: 'taken' };
}

async function isUntouchedSample(root: ClusterRoot, file: string): Promise<boolean> {
  const manifest = await readManifest(root);
  if (manifest?.recipient !== SAMPLE_RECIPIENT) return false;
  return !(await staleInputs(root)).some(({ path }) => path === file);
}

async function readSource(root: ClusterRoot, from: string, programs: Programs): Promise<Map<string, string>> {
  if (/\.git$|^(?:ssh:\/\/|git@)/.test(from)) return await readRepository(from, programs);
  if (/^https?:\/\//.test(from)) return await readAddress(from);
  const folder = resolve(root.path, from);
  if ((await inspect(folder))?.kind !== 'folder') {
    const message = `--from: ${from} is neither a folder nor an address`;
    throw failure('usage', { code: 'usage/folder', message });
  }
  return await readFolder(folder);
}

const NAMES = ['cluster.yaml', 'nodes.yaml'];

async function readFolder(folder: string): Promise<Map<string, string>> {
  const texts = await Promise.all(NAMES.map((name) => readTextIfPresent(join(folder, name))));
  return found(texts);
}

async function readAddress(address: string): Promise<Map<string, string>> {
  const base = address.endsWith('/') ? address : `${address}/`;
  try {
    return found(await Promise.all(NAMES.map((name) => fetchText(`${base}${name}`, TIMEOUT_SECONDS))));
  } catch (error) {
    throw failure(
      'outside',
      { code: 'programs/failed', message: `${address} cannot be read: ${String(error)}`, remedy: 'try again later' },
      error,
    );
  }
}

async function readRepository(address: string, programs: Programs): Promise<Map<string, string>> {
  const folder = await makeTemporaryFolder();
  try {
    const arguments_ = ['clone', '--quiet', '--depth', '1', '--', address, folder];
    await programs.run({ program: 'git', arguments: arguments_, timeoutSeconds: 120 });
    return await readFolder(folder);
  } finally {
    await removeTree(below(folder));
  }
}

function found(texts: readonly (string | undefined)[]): Map<string, string> {
  const pairs = NAMES.map((name, index) => [name, texts[index]] as const);
  return new Map(pairs.filter((pair): pair is [string, string] => pair[1] !== undefined));
}

function nothingThere(from: string): Error {
  return failure('input', {
    code: 'config/missing-file',
    message: `neither cluster.yaml nor nodes.yaml is found at ${from}`,
    remedy: 'name the folder that holds them',
  });
}
