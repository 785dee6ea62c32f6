import { join } from 'node:path';
import { parse } from 'yaml';
import type { AgeKey } from '../../cluster/credentials/read.ts';
import type { ClusterRoot } from '../../cluster/root.ts';
import { findAccess } from '../../pipeline/access.ts';
import { namesOfStale, staleInputs } from '../../pipeline/inputs.ts';
import { readInventory } from '../../pipeline/state.ts';
import { failure, type Failure } from '../../report/finding.ts';
import { isEncrypted } from '../../sops/decrypt.ts';
import { encrypt } from '../../sops/encrypt.ts';
import { indentFor, parseRules, requireRule } from '../../sops/rules.ts';
import { now } from '../../system/environment.ts';
import { inspect, permissions, readBytesIfPresent, readTextIfPresent } from '../../system/files.ts';
import { below, publishFile, replaceFile } from '../../system/writing.ts';
import { type OperationOptions, type OperationRun, runOperation } from '../operation.ts';
import { type ProgramCall, type Programs, requirePrograms } from '../programs/catalogue.ts';
import { machineConfigPath, readTalosCluster, type TalosCluster } from './cluster.ts';

/**
 * Generates the configuration of the nodes for work by hand; the bundle of secrets is made where the cluster has none yet.
 *
 * @returns the files of the nodes
 * @throws Failure where the tree is not the user's own, talhelper is missing or it fails
 */
export async function regenerate(options: Omit<OperationOptions, 'operation'>): Promise<string[]> {
  return await runOperation({ ...options, operation: 'talos generate-config' }, async (run) => {
    await requirePrograms(run.programs, ['talhelper']);
    const cluster = await readTalosCluster(run.root);
    const access = await findAccess(run.root, await readInventory(run.root), true);
    if (access.kind !== 'owner' || access.takesOver) throw notOwned();
    await run.step('Make the secrets of the cluster', async ({ say, note }) => {
      const stale = await staleInputs(run.root);
      if (stale.length > 0)
        note(`talos/ is older than ${namesOfStale(stale)}: \`cluster-template configure\` renders it anew`);
      const isMade = await ensureSecretBundle(run.root, access.key, run.programs);
      say(isMade ? `made ${SECRET_BUNDLE}: commit it` : 'are there already');
    });
    return await run.step('Generate the configuration of the nodes', () =>
      generateConfig(run.root, cluster, run.programs),
    );
  });
}

function notOwned(): Error {
  return failure('input', {
    code: 'workspace/owner',
    message: 'the tree has no owner of its own yet',
    remedy: 'run `cluster-template configure`, which makes the keys and the tree yours',
  });
}

/** Where the client's configuration of Talos lies, relative to the cluster's root. */
const TALOSCONFIG_FILE = 'talos/clusterconfig/talosconfig';

/**
 * Generates the configuration of every node and that of the client. talhelper decrypts the bundle of secrets itself, with the key
 * that SOPS_AGE_KEY_FILE names, so that no plain copy of it is made; without the file's name it would invent throw-away secrets.
 */
export const GENERATE_CONFIG: ProgramCall = {
  program: 'talhelper',
  arguments: ['genconfig', '--secret-file', 'talsecret.sops.yaml'],
  folder: 'talos',
  timeoutSeconds: 120,
};

/**
 * Generates talos/clusterconfig/ anew and makes sure that all of it is there and private: git ignores the folder, and every file of
 * it gives access to the cluster.
 *
 * @returns the files of the nodes, relative to the cluster's root
 * @throws Failure where talhelper fails or leaves a file out
 */
export async function generateConfig(root: ClusterRoot, cluster: TalosCluster, programs: Programs): Promise<string[]> {
  await programs.run(GENERATE_CONFIG);
  const files = cluster.nodes.map(machineConfigPath);
  for (const file of [...files, TALOSCONFIG_FILE]) await requirePrivate(root, file);
  return files;
}

async function requirePrivate(root: ClusterRoot, file: string): Promise<void> {
  const path = join(root.path, file);
  if ((await inspect(path))?.kind !== 'file') {
    throw failure('outside', {
      code: 'programs/failed',
      message: `talhelper genconfig ended well and did not write ${file}`,
      remedy: 'run `cluster-template configure`, then look at talos/talconfig.yaml',
    });
  }
  if (((await permissions(path)) ?? 0) & 0o077) {
    await replaceFile(below(root.path, file), (await readBytesIfPresent(path)) ?? Buffer.alloc(0), 0o600);
  }
}

/** Ends a command that asks the machines where there is no talosconfig: talosctl looks for another one then. */
export async function requireTalosconfig(root: ClusterRoot): Promise<void> {
  if ((await inspect(join(root.path, TALOSCONFIG_FILE))) !== undefined) return;
  throw failure('input', {
    code: 'operations/not-generated',
    message: `there is no ${TALOSCONFIG_FILE}: talosctl would take the one of another cluster`,
    place: { file: TALOSCONFIG_FILE },
    remedy: 'run `cluster-template talos generate-config`',
  });
}

/**
 * Has talhelper generate the configuration of the machines. Always done anew: it is quick, and only so it is certain that what is
 * sent to a machine is what the repository says.
 *
 * @throws Failure where the secrets of Talos are missing: talhelper would make some up, and the machines would be lost
 */
export async function generateMachineConfigs(run: OperationRun, cluster: TalosCluster): Promise<void> {
  await run.step('Generate the configuration of the nodes', async () => {
    await requireTalosSecrets(run.root);
    await generateConfig(run.root, cluster, run.programs);
  });
}

/** Ends a command where there is no talos/talsecret.sops.yaml. */
async function requireTalosSecrets(root: ClusterRoot): Promise<void> {
  const file = SECRET_BUNDLE;
  if ((await inspect(join(root.path, file))) !== undefined) return;
  throw failure('input', {
    code: 'operations/not-generated',
    message: `${file} does not exist: without it the nodes would get the configuration of another cluster`,
    place: { file },
    remedy: 'restore it from git; for a new cluster run `cluster-template bootstrap talos`, which makes it',
  });
}

/** Path of the secrets of Talos and Kubernetes: certificate authorities, tokens and the like. Committed, and only ever encrypted. */
export const SECRET_BUNDLE = 'talos/talsecret.sops.yaml';

/** Prints a new bundle of secrets. */
export const GENERATE_SECRETS: ProgramCall = {
  program: 'talhelper',
  arguments: ['gensecret'],
  folder: 'talos',
  quiet: true,
};

/**
 * Makes the bundle of secrets where there is none. What talhelper prints is encrypted in memory and only then written, under its
 * own name only when it is whole; one that is there is never replaced.
 *
 * @returns whether it was made
 * @throws Failure where the file that is there is empty or in plain text, no rule of .sops.yaml takes it, or talhelper fails
 */
export async function ensureSecretBundle(root: ClusterRoot, key: AgeKey, programs: Programs): Promise<boolean> {
  const place = below(root.path, SECRET_BUNDLE);
  const present = await readTextIfPresent(place.path);
  if (present !== undefined) {
    refuseBroken(present);
    return false;
  }
  const rules = parseRules((await readTextIfPresent(join(root.path, '.sops.yaml'))) ?? '', '.sops.yaml');
  const rule = requireRule(rules, SECRET_BUNDLE);
  const { stdout } = await programs.run(GENERATE_SECRETS);
  refuseForeign(stdout);
  const text = await encrypt({
    path: SECRET_BUNDLE,
    plain: `${stdout.trim()}\n`,
    rule,
    indent: indentFor(rules, SECRET_BUNDLE),
    identities: key.identities,
    now: now(),
  });
  return await publishFile(place, text, 0o644);
}

/** What an interrupted run of other programs leaves: an empty file, or one that was never encrypted. */
function refuseBroken(text: string): void {
  const isEmpty = text.trim() === '';
  if (!isEmpty && isEncrypted(SECRET_BUNDLE, text)) return;
  throw failure('input', {
    code: isEmpty ? 'cluster/state' : 'sops/not-encrypted',
    message: `${SECRET_BUNDLE} is ${isEmpty ? 'empty' : 'in plain text'}`,
    place: { file: SECRET_BUNDLE },
    remedy: isEmpty
      ? 'restore it from git, or remove it where the cluster never came up'
      : `encrypt it with \`cluster-template secrets encrypt ${SECRET_BUNDLE}\`; it is the key to the whole cluster`,
  });
}

function refuseForeign(text: string): void {
  const value = tryParse(text);
  const isBundle =
    typeof value === 'object' && value !== null && ['cluster', 'secrets', 'certs'].every((key) => key in value);
  if (!isBundle) throw notABundle();
}

function tryParse(text: string): unknown {
  try {
    return parse(text) as unknown;
  } catch {
    // The message of a YAML parser quotes lines, and these are secrets.
    return undefined;
  }
}

function notABundle(): Failure {
  return failure('outside', {
    code: 'programs/failed',
    message: 'talhelper gensecret printed something else than a bundle of secrets; nothing was written',
    remedy: 'run `talhelper gensecret` by hand, and look at what it says',
  });
}
