import { dirname, join, relative } from 'node:path';
import { COMPANION_FILE } from '../cluster/config/companion-name.ts';
import { SECRET_FIELDS } from '../cluster/config/schemas.ts';
import type { ClusterRoot } from '../cluster/root.ts';
import { errorCode, listTree, readBytesIfPresent } from '../system/files.ts';
import { contentHash } from '../workspace/entry.ts';
import { readManifest } from './state.ts';

/** A file that a run is made from, as it differs from the last run's. */
export interface StaleInput {
  readonly path: string;
  readonly change: 'added' | 'changed' | 'removed';
}

/**
 * The inputs that changed since the last `configure`: cluster.yaml, cluster.sops.yaml, nodes.yaml, makejinja.toml and the files below templates/.
 * Empty where the generated files are up to date; where nothing was recorded, every input counts as added.
 *
 * @throws Failure where the manifest cannot be read
 */
export async function staleInputs(root: ClusterRoot): Promise<StaleInput[]> {
  const [manifest, current] = await Promise.all([readManifest(root), hashInputs(root)]);
  return compareInputs(manifest?.inputs ?? new Map(), current);
}

const MOST_NAMED = 10;

/** The inputs in a message: their paths, and how they changed where that is not by an edit. */
export function namesOfStale(stale: readonly StaleInput[]): string {
  const shown = stale
    .slice(0, MOST_NAMED)
    .map(({ path, change }) => (change === 'changed' ? path : `${path} (${change})`));
  const more = stale.length > MOST_NAMED ? ` and ${String(stale.length - MOST_NAMED)} more` : '';
  return `${shown.join(', ')}${more}`;
}

/** What differs between the inputs of two runs, in the order of their paths. */
export function compareInputs(
  recorded: ReadonlyMap<string, string>,
  current: ReadonlyMap<string, string>,
): StaleInput[] {
  const paths = [...new Set([...recorded.keys(), ...current.keys()])].sort();
  return paths.flatMap((path): StaleInput[] => {
    if (recorded.get(path) === current.get(path)) return [];
    return [{ path, change: !recorded.has(path) ? 'added' : current.has(path) ? 'changed' : 'removed' }];
  });
}

/**
 * Content hashes of all inputs by path. A secret that stands in cluster.yaml itself is left out of its hash, as a hash of
 * a plain secret could be guessed from.
 */
export async function hashInputs(root: ClusterRoot): Promise<Map<string, string>> {
  const single = [
    root.clusterFile,
    join(dirname(root.clusterFile), COMPANION_FILE),
    root.nodesFile,
    root.rendererConfig,
  ];
  const templates = (await listTree(join(root.path, 'templates'))).map((path) => join(root.path, 'templates', path));
  const hashes = await Promise.all(
    [...single, ...templates].map(async (path) => {
      const bytes = await readInput(path);
      if (bytes === undefined) return [];
      const hashed = path === root.clusterFile ? withoutSecrets(bytes) : bytes;
      return [[relative(root.path, path).replaceAll('\\', '/'), contentHash(hashed)] as const];
    }),
  );
  return new Map(hashes.flat());
}

/** What cannot be read is told by whoever needs it; a link to a folder, say, is no input. */
async function readInput(path: string): Promise<Buffer | undefined> {
  try {
    return await readBytesIfPresent(path);
  } catch (error) {
    if (errorCode(error) === undefined) throw error;
    return undefined;
  }
}

/** A field that only says where its secret is found stays. */
function withoutSecrets(bytes: Buffer): Buffer {
  const key = `["']?(?:${SECRET_FIELDS.join('|')})["']?[ \\t]*:`;
  const source = String.raw`[ \t]*\{|[ \t]*\n[ \t]+(?:env|file):`;
  const literal = new RegExp(String.raw`^(${key})(?!${source}).*(?:\n[ \t]+.*)*`, 'gm');
  return Buffer.from(bytes.toString('utf8').replace(literal, '$1'), 'utf8');
}
