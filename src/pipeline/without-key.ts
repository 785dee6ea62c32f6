import { dirname, join, relative, resolve } from 'node:path';
import { isSecretPath, ruleFor, type Rules } from '../sops/rules.ts';
import { clusterRoot, type ClusterRoot, COMPANION_FILE } from '../cluster/root.ts';
import { CREDENTIAL_FILES } from '../cluster/credentials/read.ts';
import { TREE_CREDENTIALS } from '../cluster/credentials/tree.ts';
import type { RenderedFile } from '../makejinja/render.ts';
import { Failure, type Finding } from '../report/finding.ts';
import { readSealed } from '../sops/decrypt.ts';
import { isUnder, readPlain } from '../sops/encrypt.ts';
import { generateIdentity } from '../sops/identities.ts';
import { sameTree } from '../sops/tree.ts';
import { listTree, readBytesIfPresent, readTextSyncIfPresent } from '../system/files.ts';
import { below, createFile, removeTree, type Destination } from '../system/writing.ts';
import { askGit, askGitForPaths, isBlob } from '../system/git.ts';
import { contentHash, type DiskFile, type Inventory, INVENTORY_NAME, parseInventory } from '../workspace/inventory.ts';
import type { SettledAccess } from './access.ts';
import { readConfiguration } from './configuration.ts';
import { LAST_RUN } from './foreign-files.ts';
import { compareInputs, hashInputs, namesOfStale, templateFolders } from './inputs.ts';
import { renderTree } from './render.ts';
import { changedKeys } from './secret-changes.ts';

/** A run without the key of the tree's owner. */
type KeylessAccess = Extract<SettledAccess, { kind: 'none' }>;

/** The texts of credential files by file: stand-ins for those that are not here, the same for every rendering of a run. */
export function credentialStandIns(root: ClusterRoot, access: KeylessAccess): Map<string, string> {
  // The key at hand may be somebody else's; what is printed of it is its public half, which is the owner's.
  const ageKey = `# public key: ${access.recipient}\n${generateIdentity().reveal()}\n`;
  const others = TREE_CREDENTIALS.filter(({ file }) => readTextSyncIfPresent(join(root.keys, file)) === undefined);
  return new Map([[CREDENTIAL_FILES.ageKey, ageKey], ...others.map(({ file, make }) => [file, make()] as const)]);
}

/**
 * Paths of plain files whose text depends on secrets that are not here: with other stand-ins it would be another one.
 *
 * @param rendered - the tree as the first stand-ins make it
 */
export async function dependentFiles(
  root: ClusterRoot,
  run: { readonly access: KeylessAccess; readonly inventory: Inventory | undefined },
  rendered: readonly RenderedFile[],
): Promise<Set<string>> {
  const { configuration } = await readConfiguration(root, run.access, { standIns: 'second' });
  const given = credentialStandIns(root, run.access);
  const { files } = await renderTree(root, configuration, { ...run, given });
  const others = new Map(files.map(({ path, bytes }) => [path, bytes]));
  const plain = rendered.filter(({ path }) => !isSecretPath(path));
  return new Set(plain.filter(({ path, bytes }) => others.get(path)?.equals(bytes) !== true).map(({ path }) => path));
}

/** What a run without the key has to hold against the last one. */
interface KeylessRun {
  readonly access: KeylessAccess;
  readonly inventory: Inventory;
  /** Name and version of the program. */
  readonly generator: string;
  readonly rendered: readonly RenderedFile[];
  readonly given: ReadonlyMap<string, string>;
  /** Paths of plain files that depend on secrets. */
  readonly dependent: ReadonlySet<string>;
  readonly disk: ReadonlyMap<string, DiskFile>;
  readonly rules: Rules;
  /** Hashes of what this run is made from. */
  readonly inputs: ReadonlyMap<string, string>;
}

/**
 * Makes sure that the files which a run without the key leaves as they are may stay so: what the last run was made from is
 * taken from git and rendered with the same stand-ins, and every secret has to come out as it does now.
 *
 * @throws Failure that names each secret which would have to be encrypted anew, and why, or says why that cannot be told
 */
export async function refuseSecretChanges(root: ClusterRoot, run: KeylessRun): Promise<void> {
  const withheld = run.rendered.filter(({ path }) => isSecretPath(path) || run.dependent.has(path));
  const committed = await lastCommitted(root);
  const onDisk = withheld.flatMap((file) => {
    const why = differsOnDisk(file.path, { ...run, inventory: committed?.inventory ?? run.inventory });
    return why === undefined ? [] : [needsKey(file.path, why)];
  });
  if (onDisk.length > 0) throw new Failure('input', onDisk);
  const last = committed === undefined ? withoutGit(run) : await renderLastRun(root, run, committed);
  if (last === 'same') return;
  if (typeof last === 'string') throw new Failure('input', [cannotBeTold(last)]);
  const changed = withheld.flatMap((file) => {
    const why = differs(file, last.get(file.path));
    return why === undefined ? [] : [needsKey(file.path, why)];
  });
  if (changed.length > 0) throw new Failure('input', changed);
}

/** Why the file on disk is not what the last run wrote, or not what the rules ask for; undefined where it is both. */
function differsOnDisk(path: string, { disk, inventory, rules }: KeylessRun): string | undefined {
  const present = disk.get(path);
  if (present === undefined) return 'it does not exist yet';
  if (inventory.files.get(path)?.includes(contentHash(present.bytes)) !== true) {
    return 'it is not the file that the last configure in git wrote';
  }
  if (!isSecretPath(path)) return undefined;
  const rule = ruleFor(rules, path);
  const { metadata } = readSealed(path, Buffer.from(present.bytes).toString('utf8'));
  return rule !== undefined && isUnder(metadata, rule) ? undefined : 'its creation rule in .sops.yaml changed';
}

/** Why a file does not come out as it did from the inputs of the last run; undefined where it does. No value is in it. */
function differs({ path, bytes }: RenderedFile, before: Buffer | undefined): string | undefined {
  if (before === undefined) return 'it was not generated by the last configure';
  if (before.equals(bytes)) return undefined;
  if (!isSecretPath(path)) return 'what stands in it depends on a secret, and changed';
  const [old, fresh] = [readPlain(path, before), readPlain(path, bytes)];
  if (sameTree(old, fresh)) return undefined;
  const keys = changedKeys(old, fresh);
  return keys.length === 0 ? 'its comments or the order of its keys changed' : `${keys.join(', ')} changed`;
}

function needsKey(path: string, why: string): Finding {
  return {
    code: 'secrets/needs-key',
    severity: 'error',
    message: `${path} cannot be made without the age key of the tree: ${why}`,
    place: { file: path },
    remedy: 'run `cluster-template configure` where age.key is, and commit what it writes',
  };
}

function cannotBeTold(why: string): Finding {
  return {
    code: 'secrets/needs-key',
    severity: 'error',
    message: `whether secrets change cannot be told without the age key of the tree: ${why}`,
    remedy: 'run `cluster-template configure` where age.key is, and commit what it writes',
  };
}

/**
 * What the last run would render with the stand-ins of this one.
 *
 * @returns files by path, or why they cannot be had
 */
async function renderLastRun(
  root: ClusterRoot,
  run: KeylessRun,
  { commit, inventory }: CommittedRun,
): Promise<ReadonlyMap<string, Buffer> | string> {
  if (inventory.generator !== run.generator) return otherProgram(inventory.generator, run.generator);
  const folder = lastRun(root);
  await removeTree(folder);
  try {
    const problem = await layOutLastRun(root, { commit, inventory });
    if (problem !== undefined) return problem;
    const { clusterFile, nodesFile, rendererConfig } = clusterRoot(folder.path);
    const old: ClusterRoot = { ...root, clusterFile, nodesFile, rendererConfig };
    const { configuration } = await readConfiguration(old, run.access);
    const { files } = await renderTree(old, configuration, {
      access: run.access,
      inventory,
      given: run.given,
      sources: { templates: folder.path, plugins: hasOtherPlugins(run.inputs, inventory) ? folder.path : root.path },
    });
    return new Map(files.map(({ path, bytes }) => [path, bytes]));
  } catch (error) {
    if (!(error instanceof Failure)) throw error;
    return `what the last configure was made from cannot be rendered any more (${error.findings[0]?.message ?? ''})`;
  } finally {
    await removeTree(folder);
  }
}

/** It comes and goes with the run, so nobody is told of it. */
function lastRun({ state }: ClusterRoot, ...names: readonly string[]): Destination {
  return { ...below(state, LAST_RUN, ...names), isOfWork: true };
}

function otherProgram(before: string, now: string): string {
  return `the tree was made by ${before}, and this is ${now}`;
}

/** Where git has nothing, all that can be told is whether everything is as the inventory records it. */
function withoutGit({ inventory, generator, inputs }: KeylessRun): string {
  if (inventory.generator !== generator) return otherProgram(inventory.generator, generator);
  const stale = compareInputs(inventory.inputs, inputs);
  return stale.length === 0 ? 'same' : `git has no commit of a configure, and ${namesOfStale(stale)} changed`;
}

/** The last run that is in git. */
interface CommittedRun {
  readonly commit: string;
  readonly inventory: Inventory;
}

/** The last commit with an inventory; undefined where git has none. */
async function lastCommitted(root: ClusterRoot): Promise<CommittedRun | undefined> {
  const path = nameIn(root, join(root.state, INVENTORY_NAME));
  const { exitCode, stdout } = await askGit(root.path, ['log', '-1', '--format=%H', '--', path]);
  const commit = stdout.trim();
  if (exitCode !== 0 || commit === '') return undefined;
  const text = await askGit(root.path, ['cat-file', 'blob', `${commit}:./${path}`]);
  if (text.exitCode !== 0) return undefined;
  return { commit, inventory: parseInventory(text.stdout, path) };
}

function nameIn(root: ClusterRoot, path: string): string {
  return relative(root.path, path).replaceAll('\\', '/');
}

function hasOtherPlugins(inputs: ReadonlyMap<string, string>, inventory: Inventory): boolean {
  return compareInputs(inventory.inputs, inputs).some(({ path }) => path.startsWith('templates/scripts/'));
}

/**
 * Writes the inputs of the last run, as git holds them, into a folder of the state.
 *
 * @returns why that is not possible; undefined where all of them are there, as the inventory records them
 */
async function layOutLastRun(root: ClusterRoot, { commit, inventory }: CommittedRun): Promise<string | undefined> {
  const name = (path: string): string => nameIn(root, path);
  const { folders, packages } = await templateFolders(root);
  const companion = join(dirname(root.clusterFile), COMPANION_FILE);
  const single = [root.clusterFile, companion, root.nodesFile, root.rendererConfig];
  const listed = await askGitForPaths(root.path, [
    'ls-tree',
    '-r',
    '-z',
    commit,
    '--',
    ...[...single, ...folders].map(name),
  ]);
  if (listed === undefined) return 'git cannot list the files of the last configure';
  for (const line of listed) {
    const [, mode = '', object = '', path = ''] = /^(\d+) blob ([0-9a-f]+)\t(.*)$/s.exec(line) ?? [];
    // A link is no input, and a path that leads out of the folder is one that git itself would refuse.
    if (path === '' || mode === '120000' || path.split('/').includes('..')) continue;
    const bytes = await readObject(root, object, path);
    if (bytes === undefined) return `git cannot give ${path} of the last configure`;
    await createFile(lastRun(root, path), bytes, mode === '100755' ? 0o755 : 0o644);
  }
  // What an installed package brings is in no commit: it has to be what it was.
  for (const folder of packages) {
    for (const path of await listTree(folder)) {
      const bytes = await readBytesIfPresent(join(folder, path));
      if (bytes !== undefined) await createFile(lastRun(root, name(folder), path), bytes);
    }
  }
  const stale = compareInputs(inventory.inputs, await hashInputs(clusterRoot(join(root.state, LAST_RUN))));
  return stale.length === 0
    ? undefined
    : `the commit of the last configure has other inputs than it was made from: ${namesOfStale(stale)}`;
}

/** The content of an object; where the file on disk is the same one, git need not be asked. */
async function readObject(root: ClusterRoot, object: string, path: string): Promise<Uint8Array | undefined> {
  const present = await readBytesIfPresent(resolve(root.path, path)).catch(() => undefined);
  if (present !== undefined && isBlob(object, present)) return present;
  const { exitCode, stdout } = await askGit(root.path, ['cat-file', 'blob', object]);
  if (exitCode !== 0) return undefined;
  // The line break at the end is taken off what a program prints.
  return [`${stdout}\n`, stdout].map((text) => Buffer.from(text, 'utf8')).find((bytes) => isBlob(object, bytes));
}
