import { join, resolve } from 'node:path';
import {
  type AgeKey,
  CREDENTIAL_FILES,
  identityFirst,
  parseAgeKey,
  readAgeKeyFile,
  readAgeKeyIfPresent,
} from '../cluster/credentials/read.ts';
import { type MadeCredential, makeCredentials, makePlaceholderTunnel } from '../cluster/credentials/make.ts';
import { type ClusterRoot, SAMPLE_RECIPIENT } from '../cluster/root.ts';
import { failure, type Failure } from '../report/finding.ts';
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
 * The age key that is at hand: of those in the file that SOPS_AGE_KEY_FILE names, in SOPS_AGE_KEY and in age.key, as for sops
 * itself, the owner's, else the first. Where the run was given a folder of keys only age.key in it counts.
 *
 * @param owner - recipient of the key that is looked for; undefined where any will do
 * @throws Failure where one of them cannot be read, or SOPS_AGE_KEY_FILE leads nowhere
 */
export async function keyAtHand(root: ClusterRoot, owner: string | undefined): Promise<AgeKey | undefined> {
  const keys = (await keysAtHand(root)).filter((key) => key !== undefined);
  if (owner === undefined) return keys[0];
  const own = await Promise.all(keys.map((key) => identityFirst(key, owner)));
  return own.find((key) => key !== undefined) ?? keys[0];
}

async function keysAtHand(root: ClusterRoot): Promise<(AgeKey | undefined)[]> {
  const inFolder = await readAgeKeyIfPresent(root.keys);
  if (root.keys !== root.path) return [inFolder];
  const { SOPS_AGE_KEY_FILE: path = '', SOPS_AGE_KEY: text = '' } = environment();
  const isOther = path !== '' && resolve(path) !== join(root.path, CREDENTIAL_FILES.ageKey);
  return [
    isOther ? await readAgeKeyFile(path) : undefined,
    text.trim() === '' ? undefined : await parseAgeKey(text, 'SOPS_AGE_KEY'),
    inFolder,
  ];
}

function notTheOwner(owner: string, key: AgeKey | undefined): Failure {
  const present = key === undefined ? 'there is no age.key' : `the age key at hand is the one of ${key.recipient}`;
  return failure('input', {
    code: 'workspace/owner',
    message: `the tree is encrypted to ${owner}, but ${present}`,
    remedy:
      'copy the age.key that the tree was set up with to here, or give it in SOPS_AGE_KEY_FILE or SOPS_AGE_KEY; a new key would lock its cluster out',
  });
}

function noOwner(): Failure {
  return failure('input', {
    code: 'workspace/owner',
    message: 'the tree has no owner yet: there is neither an inventory nor an age.key',
    remedy: 'run `cluster-template configure`, which makes the keys',
  });
}
