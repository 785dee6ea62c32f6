import { createHash } from 'node:crypto';
import { dirname, isAbsolute, join, relative, sep } from 'node:path';
import { type ClusterRoot, COMPANION_FILE, triedText } from '../cluster/root.ts';
import { companionStandIns, readCompanion } from '../cluster/config/companion.ts';
import { type LoadedConfiguration, loadConfiguration } from '../cluster/config/load.ts';
import type { Refusal, SecretSources } from '../cluster/config/secrets.ts';
import type { ValueSource } from '../cluster/config/sources.ts';
import type { Configuration } from '../cluster/config/generated/types.ts';
import { ingressOf } from '../cluster/computed/services.ts';
import { decodeUtf8, readUnmerged } from '../report/source.ts';
import { Failure, failure, type Finding } from '../report/finding.ts';
import { environment } from '../system/environment.ts';
import {
  inspect,
  inspectTarget,
  isGitName,
  listFolder,
  readBytesIfPresent,
  readTextIfPresent,
} from '../system/files.ts';
import { askGit } from '../system/git.ts';
import { realPathSync } from '../system/tree.ts';
import { isOwned, type Access } from './access.ts';
import { refuseForeignFiles } from './foreign-files.ts';
import { refuseUnmergedInputs } from './inputs.ts';
import { isTrusted } from './trust.ts';

/** A valid configuration and what is worth knowing about it. */
export interface ValidConfiguration {
  readonly configuration: Configuration;
  readonly findings: readonly Finding[];
  /** Where each field comes from, by its path. */
  readonly sources: ReadonlyMap<string, ValueSource>;
}

/**
 * Reads and validates cluster.yaml, with the secrets of cluster.sops.yaml over it, and nodes.yaml.
 *
 * @param access - without the owner's key, secrets that are not at hand are stood in for, as nothing that holds them is compared;
 *   in a tree that is somebody's own no value of the sample should be left
 * @throws Failure with all findings where one of them is an error, or where cluster.sops.yaml cannot be read
 */
export async function readConfiguration(
  root: ClusterRoot,
  access: Access,
  reading: Reading = {},
): Promise<ValidConfiguration> {
  const { findings, configuration, sources } = await examineConfiguration(root, access, reading);
  if (configuration === undefined) throw new Failure('input', findings);
  return { configuration, findings, sources };
}

/**
 * As `readConfiguration`, for those who go on with what is right of a configuration that is wrong.
 *
 * @throws Failure where a file is missing or cannot be read, or a merge is not finished
 */
export async function examineConfiguration(
  root: ClusterRoot,
  access: Access,
  { standIns = 'first', isLooking = false }: Reading = {},
): Promise<LoadedConfiguration> {
  const standIn = (name: string): string => secretStandIn(standIns, name);
  const [cluster, nodes, sealed] = await Promise.all([
    readConfigFile(root, root.clusterFile),
    readConfigFile(root, root.nodesFile),
    readConfigurationFile(root, join(dirname(root.clusterFile), COMPANION_FILE)),
  ]);
  const texts = [cluster.text, nodes.text, sealed ?? ''];
  // Whatever else could be said of such a text would lead astray.
  if (texts.some((text) => readUnmerged(text) !== undefined)) await refuseUnmergedInputs(root);
  const secrets = { ...secretSources(root), ...(await companionSecrets(sealed, access, standIn)) };
  return await loadConfiguration(
    { cluster, nodes, isOwned: isOwned(access) },
    access.kind === 'none' || isLooking ? { ...secrets, standIn } : secrets,
  );
}

/** Whether the templates and their configuration were archived: what was generated from them is then all there is. */
export async function isTidied(root: ClusterRoot): Promise<boolean> {
  return (await inspect(root.clusterFile)) === undefined && (await inspect(join(root.path, 'templates'))) === undefined;
}

/** Whether the cluster is reached through a tunnel, whose file then has to be there. */
export function needsTunnel({ cluster }: Configuration): boolean {
  return ingressOf(cluster) === 'tunnel';
}

async function readConfigFile(root: ClusterRoot, path: string): Promise<{ file: string; text: string }> {
  const file = relative(root.path, path);
  const text = await readConfigurationFile(root, path);
  if (text !== undefined) return { file, text };
  if (await isTidied(root)) throw await archived(root);
  throw failure('input', {
    code: 'config/missing-file',
    message: `${file} does not exist`,
    place: { file },
    remedy: 'restore it from git, or write it as docs/configuration.md shows',
  });
}

/** Git ignores the archive: it is where the repository was tidied, and nowhere else. */
async function archived(root: ClusterRoot): Promise<Failure> {
  const folders = (await listFolder(join(root.path, '.private'))).map(({ name }) => `.private/${name}`).reverse();
  for (const folder of folders) {
    if ((await inspect(join(root.path, folder, 'cluster.yaml'))) === undefined) continue;
    return failure('input', {
      code: 'config/archived',
      message: `what renders this repository was archived by \`cluster-template template tidy\`: it lies in ${folder}`,
      remedy: `it comes back by \`cp -R ${folder}/. .\``,
    });
  }
  return failure('input', {
    code: 'config/archived',
    message: 'what renders this repository was archived by `cluster-template template tidy`, elsewhere',
    remedy: 'restore cluster.yaml, nodes.yaml, makejinja.toml and templates from git, as they were before',
  });
}

/**
 * A file of the configuration as text, or the text that is tried in its place; undefined where there is none. Whoever writes it anew reads
 * it by this way too: what is no UTF-8 would not come back as it was.
 *
 * @param path - absolute
 * @throws Failure of kind `input` where it is no UTF-8, or a link of the repository that leads out of it
 */
export async function readConfigurationFile(root: ClusterRoot, path: string): Promise<string | undefined> {
  const tried = triedText(root, path);
  if (tried !== undefined) return tried.text;
  // A configuration that the caller keeps elsewhere is no content of the repository: it leads nowhere by a link of it.
  if (!relative(root.path, path).startsWith('..')) await refuseForeignFiles(root, [path]);
  const bytes = await readBytesIfPresent(path);
  if (bytes === undefined) return undefined;
  const decoded = decodeUtf8(bytes);
  if ('text' in decoded) return decoded.text;
  throw failure('input', {
    code: 'config/encoding',
    message: 'this is not UTF-8 text',
    place: { file: relative(root.path, path), ...decoded },
    remedy: 'save the file as UTF-8',
  });
}

/** How a configuration is read. */
export interface Reading {
  /** Which set of stand-ins is taken: two sets differ in all of them, and one is the same whenever it is asked for. */
  readonly standIns?: StandInSet;
  /** Whether what is rendered is only looked at and no secret is shown: one that is not at hand is stood in for, and a note says so. */
  readonly isLooking?: boolean;
}

/** The name of a set of stand-ins. */
type StandInSet = 'first' | 'second';

/** One word that is in no message, as secrets are taken out of those; it tells nothing of what it is made from, a ciphertext say. */
function secretStandIn(set: StandInSet, name: string): string {
  const hash = createHash('sha256').update(`${set} ${name}`).digest('hex');
  return `stand-in-${hash.slice(0, 32)}`;
}

async function companionSecrets(
  text: string | undefined,
  access: Access,
  standIn: (name: string) => string,
): Promise<Pick<SecretSources, 'companion' | 'doubtful'>> {
  if (text === undefined) return {};
  if (access.kind === 'none') return companionStandIns(text, standIn);
  return { companion: await readCompanion(text, access.kind === 'owner' ? access.key.identities : []) };
}

function secretSources(root: ClusterRoot): SecretSources {
  const at = (path: string): string => (isAbsolute(path) ? path : join(root.path, path));
  return {
    env: environment(),
    readFile: (path) => readTextIfPresent(at(path)),
    refusal: async (field, source) => {
      const path = 'file' in source ? at(source.file) : undefined;
      const isOwn = path === undefined ? 'env' in source && source.env === field.toUpperCase() : isBelow(root, path);
      if (!isOwn && !isTrusted(root)) return UNTRUSTED;
      return path === undefined ? undefined : await noSecretFile(path);
    },
    isTracked: (path) => isTracked(root, path),
  };
}

/** In a repository of somebody else cluster.yaml may name a file or a variable of the user, for what it holds to come out in a result. */
const UNTRUSTED = {
  code: 'trust/source',
  why: 'which is none of this repository; you have not said that you trust it',
  remedy: 'look at cluster.yaml; where you trust it run `cluster-template plan --trust` once',
} as const;

/** Whether a file lies in the repository or in the folder of the keys, links followed, and is none that git or the user keeps there. */
function isBelow({ path: root, keys }: ClusterRoot, path: string): boolean {
  return [root, keys].some((folder) => {
    const way = relative(realPathSync(folder), realPathSync(path));
    const [first = ''] = way.split(sep);
    return !isAbsolute(way) && !['..', '.private', '.cluster-template'].includes(first) && !isGitName(first);
  });
}

/** Bytes of the largest file that is read as a secret. */
const LARGEST_SECRET = 1024 * 1024;

async function noSecretFile(path: string): Promise<Refusal | undefined> {
  const found = await inspectTarget(path);
  const remedy = 'write the secret alone to a file, or write {env: NAME}';
  if (found === undefined || (found.kind === 'file' && found.size <= LARGEST_SECRET)) return undefined;
  const kind = found.kind === 'folder' ? 'a folder' : 'a pipe or a device';
  return {
    code: 'config/secret-missing',
    why: found.kind === 'file' ? 'which is too large for a secret' : `which is ${kind}`,
    remedy,
  };
}

/** Whether git tracks a file; a folder that is no git repository tracks nothing. */
async function isTracked(root: ClusterRoot, path: string): Promise<boolean> {
  const { exitCode } = await askGit(root.path, ['ls-files', '--error-unmatch', '--', path]);
  return exitCode === 0;
}
