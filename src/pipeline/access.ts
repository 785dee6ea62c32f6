import { join } from 'node:path';
import { type AgeKey, ageKeyOf, CREDENTIAL_FILES, identityFirst } from '../cluster/credentials/read.ts';
import { type MadeCredential, makeCredentials, makePlaceholderTunnel } from '../cluster/credentials/make.ts';
import { type ClusterRoot, SAMPLE_RECIPIENT } from '../cluster/root.ts';
import { variablesWithoutSecrets } from '../cluster/config/secrets.ts';
import { failure, type Failure } from '../report/finding.ts';
import { findAgeKeys, type FoundKeys, keysByCommand } from '../sops/key-sources.ts';
import { environment, now } from '../system/environment.ts';
import type { Inventory } from '../workspace/inventory.ts';

/**
 * What a run may do with the tree's secrets. `owner` holds the key that the tree is, or will be, encrypted to; `none`
 * has no such key and compares everything but the secrets; `new` will make the keys, as nobody owns the tree yet.
 */
export type Access =
  | { readonly kind: 'owner'; readonly key: AgeKey; readonly takesOver: boolean }
  | { readonly kind: 'none'; readonly recipient: string }
  | { readonly kind: 'new'; readonly takesOver: boolean };

/** Access with the key that the tree is, or will be, encrypted to. */
export type OwnerAccess = Extract<Access, { kind: 'owner' }>;

/** Access as it is once keys that had to be made are there. */
export type SettledAccess = Exclude<Access, { kind: 'new' }>;

/**
 * Finds out whose tree this is and which key is at hand. Makes nothing.
 *
 * @param writes - whether the run will write; without that, a tree can be looked at without its key. `plain` is a run that can write
 *   everything but secrets where there is no key, and `without-key` one that looks for none
 * @throws Failure where a run that writes has not the key of the tree's owner: nobody's cluster is silently re-keyed
 */
export async function findAccess(
  root: ClusterRoot,
  inventory: Inventory | undefined,
  writes: boolean | 'plain' | 'without-key',
): Promise<Access> {
  const owner = inventory?.recipient;
  if (writes === 'without-key') {
    if (owner === undefined) throw noOwner();
    return { kind: 'none', recipient: owner };
  }
  const key = await keyAtHand(root, owner);
  if (key !== undefined && (owner === undefined || key.recipient === owner)) {
    return { kind: 'owner', key, takesOver: false };
  }
  // The published sample key protects nothing: its tree is anybody's to take over.
  const takesOver = owner === SAMPLE_RECIPIENT;
  if (takesOver && key !== undefined) return { kind: 'owner', key, takesOver };
  if (writes !== false) {
    if (owner === undefined || takesOver) return { kind: 'new', takesOver };
    // Another key than the owner's is a mistake to be told; none at all is a machine that has no business with secrets.
    if (writes === true || key !== undefined) throw notTheOwner(owner, key);
  }
  if (owner === undefined) throw noOwner();
  return { kind: 'none', recipient: owner };
}

/**
 * Makes the keys that a new owner needs; those that are there already stay. For the sample that includes a placeholder of
 * the tunnel's file, where the configuration needs one.
 */
export async function settleAccess(
  root: ClusterRoot,
  access: Access,
  needs: { readonly tunnel: boolean } = { tunnel: false },
): Promise<{ access: SettledAccess; made: readonly MadeCredential[] }> {
  if (access.kind === 'none') return { access, made: [] };
  if (access.kind === 'owner' && !access.takesOver) return { access, made: [] };
  const made = await makeCredentials(root.keys, { now: now() });
  // Whoever tries the sample has no tunnel yet. In a tree with an owner a missing one is an error.
  if (access.takesOver && needs.tunnel) made.push(await makePlaceholderTunnel(root.keys));
  const key = access.kind === 'owner' ? access.key : await keyAtHand(root, undefined);
  if (key === undefined) throw noOwner();
  return {
    access: { kind: 'owner', key, takesOver: access.takesOver },
    made: made.filter(({ outcome }) => outcome === 'created'),
  };
}

/**
 * Access for a command that looks at the tree and writes nothing: one that is anybody's to take over is looked at with the key
 * that is there, and none is made.
 *
 * @throws Failure where the tree has no owner and there is no key
 */
export async function accessToLook(root: ClusterRoot, inventory: Inventory | undefined): Promise<SettledAccess> {
  const found = await findAccess(root, inventory, false);
  const { access } = await settleAccess(root, found.kind === 'owner' ? { ...found, takesOver: false } : found);
  return access;
}

/** Whether the tree is, or is about to be, somebody's own rather than the published sample. */
export function isOwned(access: Access): boolean {
  if (access.kind === 'new') return true;
  return (access.kind === 'owner' ? access.key.recipient : access.recipient) !== SAMPLE_RECIPIENT;
}

/** The recipient that the tree's secrets are encrypted to. */
export function recipientOf(access: SettledAccess): string {
  return access.kind === 'owner' ? access.key.recipient : access.recipient;
}

/**
 * The age key that is at hand, found where the sops program finds it and then in age.key: the owner's, wherever it is, else the first that
 * somebody gave. Keys that lie in the user's folder for anything, count where they are the owner's; SOPS_AGE_KEY_CMD is asked where no
 * other fits. Where the run was given a folder of keys only age.key in it counts.
 *
 * @param owner - recipient of the key that is looked for; undefined where any will do
 * @throws Failure where one of them cannot be read, SOPS_AGE_KEY_FILE leads nowhere or SOPS_AGE_KEY_CMD fails
 */
export async function keyAtHand(root: ClusterRoot, owner: string | undefined): Promise<AgeKey | undefined> {
  const { path, keys } = root;
  const env = keys === path ? environment() : {};
  const found = await findAgeKeys({ env, own: join(keys, CREDENTIAL_FILES.ageKey) });
  const named = found.filter(({ isUsual }) => !isUsual);
  const fitting = async (sources: readonly FoundKeys[]): Promise<AgeKey | undefined> => {
    const wanted = await Promise.all(sources.map(({ identities }) => ageKeyOf(identities)));
    if (owner === undefined) return wanted[0];
    return (await Promise.all(wanted.map((key) => identityFirst(key, owner)))).find((key) => key !== undefined);
  };
  const own = await fitting(owner === undefined ? named : found);
  if (own !== undefined) return own;
  const asked = await keysByCommand(env, variablesWithoutSecrets(), path);
  const [other] = [...named, ...asked];
  return (await fitting(asked)) ?? (other === undefined ? undefined : await ageKeyOf(other.identities));
}

function notTheOwner(owner: string, key: AgeKey | undefined): Failure {
  const present = key === undefined ? 'there is no age.key' : `the age key at hand is the one of ${key.recipient}`;
  return failure('input', {
    code: 'workspace/owner',
    message: `the tree is encrypted to ${owner}, but ${present}`,
    remedy:
      'copy the age.key that the tree was set up with to here, or give it where sops finds it (SOPS_AGE_KEY_FILE, SOPS_AGE_KEY, SOPS_AGE_KEY_CMD, the keys.txt of your folder); a new key would lock its cluster out',
  });
}

function noOwner(): Failure {
  return failure('input', {
    code: 'workspace/owner',
    message: 'the tree has no owner yet: there is neither an inventory nor an age.key',
    remedy: 'run `cluster-template configure`, which makes the keys',
  });
}
