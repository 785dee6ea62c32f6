import { basename, dirname, join, relative, resolve } from 'node:path';
import { type ClusterRoot, COMPANION_FILE, triedText } from '../cluster/root.ts';
import { SECRET_FIELDS } from '../cluster/config/schemas.ts';
import { parseSettings } from '../makejinja/settings.ts';
import { compareSnapshots, type Snapshot, snapshotOf } from '../makejinja/watch/snapshot.ts';
import { watchLoop } from '../makejinja/watch/watch.ts';
import { Failure } from '../report/finding.ts';
import { unmergedFindings } from '../report/source.ts';
import { errorCode, type FileContent, listTree, readContentIfPresent, readTextIfPresent } from '../system/files.ts';
import { contentHash } from '../workspace/inventory.ts';
import { readInventory } from './state.ts';

/** A file that a run is made from, as it differs from the last run's. */
export interface StaleInput {
  readonly path: string;
  readonly change: 'added' | 'changed' | 'removed';
}

/**
 * The inputs that changed since the last `configure`: cluster.yaml, cluster.sops.yaml, nodes.yaml, makejinja.toml, the files below
 * templates/ and whatever else makejinja.toml names as an input.
 * Empty where the generated files are up to date; where nothing was recorded, every input counts as added.
 *
 * @throws Failure where the inventory cannot be read
 */
export async function staleInputs(root: ClusterRoot): Promise<StaleInput[]> {
  const [inventory, current] = await Promise.all([readInventory(root), hashInputs(root)]);
  return compareInputs(inventory?.inputs ?? new Map(), current);
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
 * Calls back at once and whenever what `configure` reads may have changed: the configuration, the settings, templates and plugins.
 *
 * @param onChange - told the paths that differ, relative to the cluster's root; none at first
 * @param signal - ends it
 */
export async function watchInputs(
  root: ClusterRoot,
  onChange: (changes: readonly WatchedChange[]) => Promise<void>,
  signal: AbortSignal,
): Promise<void> {
  let snapshot: Snapshot | undefined;
  const update = async (): Promise<void> => {
    const before = snapshot;
    const companion = join(dirname(root.clusterFile), COMPANION_FILE);
    const { folders, packages } = await templateFolders(root);
    const single = [root.clusterFile, root.nodesFile, companion, root.rendererConfig];
    snapshot = snapshotOf([...single, ...folders, ...packages]);
    const changes = before === undefined ? [] : compareSnapshots(before, snapshot);
    if (before !== undefined && changes.length === 0) return;
    await onChange(changes.map(({ path, change }) => ({ path: nameOf(root, path), change })));
  };
  await watchLoop({ update, folders: () => snapshot?.folders ?? [] }, signal);
}

/** A file that changed while somebody watched. */
export interface WatchedChange {
  /** Relative to the cluster's root, with forward slashes. */
  readonly path: string;
  readonly change: 'added' | 'changed' | 'removed';
}

/**
 * The merges that git could not finish in files which a run is made from, file by file: only a person can settle them.
 *
 * @throws Failure with all of them where there is one
 */
export async function refuseUnmergedInputs(root: ClusterRoot): Promise<void> {
  const findings = await Promise.all(
    (await inputPaths(root)).map(async (path) => {
      const tried = triedText(root, path);
      const text = tried === undefined ? (await readInput(path))?.toString('utf8') : tried.text;
      const name = nameOf(root, path);
      return basename(path) === COMPANION_FILE
        ? unmergedFindings(name, text ?? '', RESOLVE_COMPANION)
        : unmergedFindings(name, text ?? '');
    }),
  );
  if (findings.flat().length > 0) throw new Failure('input', findings.flat());
}

const RESOLVE_COMPANION = `an encrypted file cannot be merged line by line: take one side whole (\`git checkout --ours ${COMPANION_FILE}\`, or \`--theirs\`), then enter what the other side changed with \`cluster-template secrets edit ${COMPANION_FILE}\``;

/**
 * Content hashes of all inputs by path. A secret that stands in cluster.yaml itself is left out of its hash, as a hash of
 * a plain secret could be guessed from.
 *
 * @param keep - told of each file that is read, by its absolute path: what is rendered should be what was hashed
 */
export async function hashInputs(root: ClusterRoot, keep?: KeepFile): Promise<Map<string, string>> {
  const { packages } = await templateFolders(root);
  const hashes = await Promise.all([
    ...(await inputPaths(root)).map(async (path) => {
      const tried = triedText(root, path);
      const file = tried === undefined ? await readInputFile(path) : undefined;
      if (file !== undefined) keep?.(path, file);
      const bytes = file?.bytes ?? bytesOf(tried?.text);
      if (bytes === undefined) return [];
      const hashed = path === root.clusterFile ? withoutSecrets(bytes) : bytes;
      return [[nameOf(root, path), contentHash(hashed)] as const];
    }),
    ...packages.map(async (folder) => await hashPackage(root, folder, keep)),
  ]);
  return new Map(hashes.flat());
}

type KeepFile = (path: string, file: FileContent) => void;

function bytesOf(text: string | undefined): Buffer | undefined {
  return text === undefined ? undefined : Buffer.from(text, 'utf8');
}

/** Where templates and plugins come from. */
interface TemplateFolders {
  /** Absolute paths of the repository's own: templates/, and inputs elsewhere. */
  readonly folders: readonly string[];
  /** Absolute paths of those that an installed package brings. */
  readonly packages: readonly string[];
}

/** Where templates come from by makejinja.toml; templates/ alone where that cannot be read, which a run tells. */
export async function templateFolders(root: ClusterRoot): Promise<TemplateFolders> {
  const own = join(root.path, 'templates');
  const others = (await inputsOf(root))
    .map((path) => resolve(root.path, path))
    .filter((path) => path !== own && !path.startsWith(join(own, '/')));
  const isInPackage = (path: string): boolean => nameOf(root, path).split('/').includes('node_modules');
  return { folders: [own, ...others.filter((path) => !isInPackage(path))], packages: others.filter(isInPackage) };
}

async function inputsOf(root: ClusterRoot): Promise<readonly string[]> {
  const text = await readTextIfPresent(root.rendererConfig);
  if (text === undefined) return [];
  try {
    return parseSettings(text, nameOf(root, root.rendererConfig)).inputs;
  } catch (error) {
    if (!(error instanceof Failure)) throw error;
    return [];
  }
}

/** One hash over all that a package brings: it changes as a whole, with its version. */
async function hashPackage(root: ClusterRoot, folder: string, keep?: KeepFile): Promise<(readonly [string, string])[]> {
  const lines = await Promise.all(
    (await filesBelow(folder)).map(async (path) => {
      const file = await readInputFile(path);
      if (file === undefined) return '';
      keep?.(path, file);
      return `${nameOf(root, path)} ${contentHash(file.bytes)}\n`;
    }),
  );
  const account = lines.join('');
  return account === '' ? [] : [[nameOf(root, folder), contentHash(Buffer.from(account))]];
}

/** An input may be a single file as well. */
async function filesBelow(input: string): Promise<string[]> {
  const below = await listTree(input);
  return below.length === 0 ? [input] : below.map((path) => join(input, path));
}

/** Relative to the cluster's root, with forward slashes. */
function nameOf(root: ClusterRoot, path: string): string {
  return relative(root.path, path).replaceAll('\\', '/');
}

/** Absolute paths of everything of the repository that a run may be made from, whether it is there or not. */
async function inputPaths(root: ClusterRoot): Promise<string[]> {
  const companion = join(dirname(root.clusterFile), COMPANION_FILE);
  const { folders } = await templateFolders(root);
  const templates = await Promise.all(folders.map(filesBelow));
  return [root.clusterFile, companion, root.nodesFile, root.rendererConfig, ...templates.flat()];
}

async function readInput(path: string): Promise<Buffer | undefined> {
  return (await readInputFile(path))?.bytes;
}

/** What cannot be read is told by whoever needs it; a link to a folder, say, is no input. */
async function readInputFile(path: string): Promise<FileContent | undefined> {
  try {
    return await readContentIfPresent(path);
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
