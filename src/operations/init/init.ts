import { CREDENTIAL_FILES, looseCredentials } from '../../cluster/credentials/read.ts';
import { makeCredentials, restoreCredentials } from '../../cluster/credentials/make.ts';
import { readTreeCredentials, TREE_CREDENTIALS } from '../../cluster/credentials/tree.ts';
import type { ClusterRoot } from '../../cluster/root.ts';
import { findAccess, keyAtHand, type OwnerAccess } from '../../pipeline/access.ts';
import { literalSecrets, makeCompanion } from '../../pipeline/companion.ts';
import { isTidied } from '../../pipeline/configuration.ts';
import { notCompared, otherCredentials, undecided, type HeldCredentials } from '../../pipeline/credentials.ts';
import { credentialsOfTree, textsOf } from '../../pipeline/render.ts';
import { readInventory, workspaceOf } from '../../pipeline/state.ts';
import { isTrusted, rememberOwner, requireTrust } from '../../pipeline/trust.ts';
import { Failure, failure, type Finding } from '../../report/finding.ts';
import type { KeyKind } from '../../sops/identities.ts';
import { now } from '../../system/environment.ts';
import { exclusively } from '../../workspace/lock.ts';
import type { Inventory } from '../../workspace/inventory.ts';
import type { Programs } from '../programs/catalogue.ts';
import { armHook, type ArmedHook } from '../repository/hook.ts';
import { takeKeys } from './keys-from.ts';
import { type InitFile, takeConfiguration, type TakenConfiguration, takeTexts } from './source.ts';

/** What init found and made. */
export interface InitResult {
  readonly files: readonly InitFile[];
  /** The public half of age.key. */
  readonly recipient: string;
  readonly hook: ArmedHook;
  readonly findings: readonly Finding[];
}

/** How init is to be done. */
interface InitOptions {
  /** Kind of the age key, should it have to be made. */
  readonly ageKind: KeyKind;
  /** Folder or address of another configuration to start from. */
  readonly from?: string;
  /** Texts of cluster.yaml and nodes.yaml, by name, to take the place of the sample's. */
  readonly texts?: ReadonlyMap<string, string>;
  /** Folder of existing keys to take over. */
  readonly keysFrom?: string;
  /** Path of the program that a git hook is to start. */
  readonly launcher: string;
  readonly programs: Programs;
  /** Aborted where somebody interrupts the program. */
  readonly signal: AbortSignal;
}

/**
 * Makes what a cluster's repository lacks: keys and tokens, the encrypted cluster.sops.yaml and the git hook. What the encrypted files
 * of the tree hold is restored from there, and made only where they hold none. Whatever is there already stays as it is, so that a
 * partial state is completed and a second run changes nothing.
 *
 * @throws Failure where the repository has code of its own and is not trusted, the tree belongs to another key, a file that is there does not hold what it should, the other
 *   configuration cannot be had, it cannot be told what the tree holds, or another run does not end
 */
export async function init(root: ClusterRoot, options: InitOptions): Promise<InitResult> {
  await requireTrust(root);
  // Not what this run is about to make: keys in it do not make a repository his own whose hooks he has not looked at.
  const wasTrusted = isTrusted(root);
  return await exclusively(workspaceOf(root), options.signal, async () => {
    // A key for a tree that is somebody's already would be of no use, and hide that the right one is missing.
    const inventory = await readInventory(root);
    const keys =
      options.keysFrom === undefined ? { files: [], findings: [] } : await takeKeys(root, options.keysFrom, inventory);
    const access = await findAccess(root, inventory, true);
    const taken =
      options.from === undefined
        ? { ...NOTHING_TAKEN, files: await takeTexts(root, options.texts ?? new Map<string, string>()) }
        : await takeConfiguration(root, options.from, options.programs);
    const found = access.kind === 'owner' ? await restoreFromTree(root, inventory, access) : NOTHING_HELD;
    const hasAgeKey = access.kind === 'owner';
    const made = await makeCredentials(root.keys, { now: now(), ageKind: options.ageKind, hasAgeKey });
    if (made.some(({ file, outcome }) => file === CREDENTIAL_FILES.ageKey && outcome === 'created')) {
      await rememberOwner(root);
    }
    const key = access.kind === 'owner' ? access.key : await keyAtHand(root, undefined);
    if (key === undefined) throw keyVanished();
    const companion = await makeCompanion(root, key, { ...(await literalSecrets(root)), ...taken.secrets });
    const isTokenLeft = Object.keys(taken.secrets).length > 0 && companion.outcome !== 'created';
    const hook = await armHook(root, { ...options, isTrusted: wasTrusted });
    return {
      files: [...taken.files, ...withTaken(made, [...keys.files, ...found.restored]), companion],
      recipient: key.recipient,
      hook,
      findings: [
        ...taken.findings,
        ...keys.findings,
        ...(isTokenLeft ? [tokenLeft()] : []),
        ...found.findings,
        ...(await looseCredentials(root.keys)),
        ...(hook.untrusted === undefined ? [] : [hooksLeft(hook.untrusted)]),
      ],
    };
  });
}

const NOTHING_HELD = { restored: [], findings: [] };

const NOTHING_TAKEN: TakenConfiguration = { files: [], secrets: {}, findings: [] };

function tokenLeft(): Finding {
  return {
    code: 'config/not-taken',
    severity: 'warning',
    message: 'dns.token of cluster.toml was not taken: there is a cluster.sops.yaml already',
    remedy: 'enter it as `cloudflare_token` in cluster.sops.yaml',
  };
}

function hooksLeft(file: string): Finding {
  return {
    code: 'trust/hooks',
    severity: 'note',
    message: `the hooks of ${file} are not installed: each commit would run what it names`,
    place: { file },
    remedy: 'read it; where you trust it run `cluster-template init --trust`',
  };
}

/** Each file that was taken or restored takes the place of the one that was found to be present, the others follow. */
function withTaken(made: readonly InitFile[], taken: readonly InitFile[]): InitFile[] {
  const others = taken.filter(({ file }) => !made.some((one) => one.file === file));
  return [...made.map((one) => taken.find(({ file }) => file === one.file) ?? one), ...others];
}

/**
 * Restores what is missing here and compares the rest with the tree.
 *
 * @throws Failure where it cannot be told whether the tree holds what is missing: a new one would take its place later
 */
async function restoreFromTree(
  root: ClusterRoot,
  inventory: Inventory | undefined,
  access: OwnerAccess,
): Promise<{ readonly restored: readonly InitFile[]; readonly findings: readonly Finding[] }> {
  if (inventory === undefined || access.takesOver || (await isTidied(root))) return NOTHING_HELD;
  const local = await readTreeCredentials(root.keys);
  const missing = TREE_CREDENTIALS.filter(({ name }) => !local.has(name));
  const { held, unreadable } = await tryHeldCredentials(root, inventory, access);
  const back = held.filter(({ credential }) => missing.includes(credential));
  const differing = back.filter(({ others }) => others.length > 0).map(undecided);
  if (differing.length > 0) throw new Failure('input', differing);
  const isUnsure = missing.some((one) => one.isMadeHere && !back.some(({ credential }) => credential === one));
  if (isUnsure && unreadable.length > 0) throw new Failure('input', unreadable);
  const restored = await restoreCredentials(root.keys, textsOf(back));
  const from = new Map(back.map(({ credential, path }) => [credential.name, path]));
  return {
    restored: restored.map(({ file }) => ({ file, outcome: 'restored', ...fromOf(file, from) })),
    findings: unreadable.length > 0 ? [notCompared()] : otherCredentials(held, local),
  };
}

function fromOf(file: string, from: ReadonlyMap<string, string>): { readonly from?: string } {
  const name = TREE_CREDENTIALS.find((one) => one.file === file.replace(/\.pub$/, ''))?.name ?? '';
  const path = from.get(name);
  return path === undefined ? {} : { from: path };
}

/** As `credentialsOfTree`; what is wrong with the configuration or a template counts as what could not be read. */
async function tryHeldCredentials(
  root: ClusterRoot,
  inventory: Inventory,
  access: OwnerAccess,
): Promise<HeldCredentials> {
  try {
    return await credentialsOfTree(root, inventory, access);
  } catch (error) {
    if (!(error instanceof Failure) || error.kind !== 'input') throw error;
    return { held: [], unreadable: error.findings };
  }
}

function keyVanished(): Error {
  const message = 'age.key was removed while this run was at work';
  return failure('outside', { code: 'workspace/concurrent', message, remedy: 'run `cluster-template init` again' });
}
