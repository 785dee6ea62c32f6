import { basename, dirname, join, relative, resolve } from 'node:path';
import { type ClusterRoot, SAMPLE_RECIPIENT } from '../../cluster/root.ts';
import { staleInputs } from '../../pipeline/inputs.ts';
import { readInventory } from '../../pipeline/state.ts';
import { failure, type Failure, type Finding } from '../../report/finding.ts';
import { inspect, permissions, readTextIfPresent } from '../../system/files.ts';
import { fetchText } from '../../system/network.ts';
import { below, makeTemporaryFolder, removeTree, replaceFile } from '../../system/writing.ts';
import { realPathSync } from '../../system/tree.ts';
import type { Programs } from '../programs/catalogue.ts';
import { portUpstream, UPSTREAM_FILE } from './upstream.ts';

const TIMEOUT_SECONDS = 30;

/** What was taken from another place. */
export interface TakenConfiguration {
  readonly files: readonly InitFile[];
  /** Secrets by field that have to go into cluster.sops.yaml. */
  readonly secrets: Readonly<Record<string, string>>;
  readonly findings: readonly Finding[];
}

/**
 * Takes cluster.yaml and nodes.yaml from another place: a folder, the address of a folder on the web, or a git repository (an address
 * that ends in `.git` or names ssh). Where there is a cluster.toml in their place, as upstream has it, both are written from it. A
 * file here is replaced only while it still is the untouched sample of the template.
 *
 * @throws Failure where none of the files is found there, or the place cannot be read
 */
export async function takeConfiguration(
  root: ClusterRoot,
  from: string,
  programs: Programs,
): Promise<TakenConfiguration> {
  const found = await readSource(root, from, programs);
  const upstream = found.has('cluster.yaml') || found.has('nodes.yaml') ? undefined : found.get(UPSTREAM_FILE);
  const ported = upstream === undefined ? undefined : portUpstream(upstream);
  const texts =
    ported === undefined
      ? found
      : new Map([
          ['cluster.yaml', ported.cluster],
          ['nodes.yaml', ported.nodes],
        ]);
  if (texts.size === 0) throw nothingThere(from);
  const files = await takeTexts(root, texts);
  const isTaken = files.some(({ file, outcome }) => file === 'cluster.yaml' && outcome === 'taken');
  return {
    files,
    secrets: isTaken && ported !== undefined ? ported.secrets : {},
    findings: isTaken && ported !== undefined && ported.left.length > 0 ? [notTaken(ported.left)] : [],
  };
}

/** Writes the texts of both files, by name, each where it still is the untouched sample. */
export async function takeTexts(root: ClusterRoot, texts: ReadonlyMap<string, string>): Promise<InitFile[]> {
  // Both are looked at before one is written: what the other was made from counts as an input too.
  const isSample = new Map<string, boolean>();
  for (const file of texts.keys()) isSample.set(file, await isUntouchedSample(root, file));
  const files: InitFile[] = [];
  for (const path of [root.clusterFile, root.nodesFile]) {
    const text = texts.get(basename(path));
    if (text !== undefined) files.push(await takeFile(path, text, isSample.get(basename(path)) === true));
  }
  return files;
}

function notTaken(left: readonly string[]): Finding {
  return {
    code: 'config/not-taken',
    severity: 'note',
    message: `${String(left.length)} ${left.length === 1 ? 'value' : 'values'} of ${UPSTREAM_FILE} could not be taken: ${left.join(', ')}`,
    remedy: 'comments in cluster.yaml and nodes.yaml say why, at their place',
  };
}

async function takeFile(path: string, text: string, isSample: boolean): Promise<InitFile> {
  const file = basename(path);
  const present = await readTextIfPresent(path);
  if (present === text) return { file, outcome: 'present' };
  if (present !== undefined && !isSample) return { file, outcome: 'kept' };
  await replaceFile(below(dirname(path), file), text, await permissions(path));
  return { file, outcome: 'taken' };
}

/** Whether a file of the configuration is as the template was published. */
export async function isUntouchedSample(root: ClusterRoot, file: string): Promise<boolean> {
  const inventory = await readInventory(root);
  if (inventory?.recipient !== SAMPLE_RECIPIENT) return false;
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
  return await readFolder(folder, from);
}

const NAMES = ['cluster.yaml', 'nodes.yaml', UPSTREAM_FILE];

/** Whoever made the folder must not have others' files taken over, as the text of a committed one. */
async function readFolder(folder: string, from: string): Promise<Map<string, string>> {
  const texts = await Promise.all(
    NAMES.map(async (name) => {
      const path = join(folder, name);
      if (relative(realPathSync(folder), realPathSync(path)).startsWith('..')) throw leadsOut(from, name);
      return await readTextIfPresent(path);
    }),
  );
  return found(texts);
}

function leadsOut(from: string, name: string): Failure {
  return failure('input', {
    code: 'render/foreign-file',
    message: `${name} of ${from} is a link out of it`,
    remedy: 'copy the file that it leads to, where you want that one',
  });
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
    return await readFolder(folder, address);
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
    message: `neither cluster.yaml nor nodes.yaml nor cluster.toml is found at ${from}`,
    remedy: 'name the folder that holds them',
  });
}

/** What became of one file. */
export interface InitFile {
  readonly file: string;
  /** `kept` is a file that would have been replaced, had it not been the user's own already. */
  readonly outcome: 'created' | 'present' | 'restored' | 'taken' | 'kept';
  /** The encrypted file that a restored one comes from. */
  readonly from?: string;
}
