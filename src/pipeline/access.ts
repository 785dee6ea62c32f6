import { join } from 'node:path';
import { makeCredentials, type MadeCredential } from '../cluster/credentials/make.ts';
import { makePlaceholderTunnel } from '../cluster/credentials/placeholder.ts';
import { readAgeKeyFile, readAgeKeyIfPresent, type AgeKey } from '../cluster/credentials/read.ts';
import { SAMPLE_RECIPIENT } from '../cluster/credentials/sample.ts';
import type { ClusterRoot } from '../cluster/root.ts';
import { failure, type Failure } from '../report/finding.ts';
import { now } from '../system/clock.ts';
import { environment } from '../system/environment.ts';
import type { Manifest } from '../workspace/manifest.ts';

/**
 * What a run may do with the tree's secrets. `owner` holds the key that the tree is, or will be, encrypted to; `none`
 * has no such key and compares everything but the secrets; `new` will make the keys, as nobody owns the tree yet.
 */
export type Access =
  | { readonly kind: 'owner'; readonly key: AgeKey; readonly takesOver: boolean }
  | { readonly kind: 'none'; readonly recipient: string }
  | { readonly kind: 'new'; readonly takesOver: boolean };

/** Access as it is once keys that had to be made are there. */
export type SettledAccess = Exclude<Access, { kind: 'new' }>;

/**
 * Finds out whose tree this is and which key is at hand. Makes nothing.
 *
 * @param writes - whether the run will write; without that, a tree can be looked at without its key
 * @throws Failure where a run that writes has not the key of the tree's owner: nobody's cluster is silently re-keyed
 */
export async function findAccess(root: ClusterRoot, manifest: Manifest | undefined, writes: boolean): Promise<Access> {
  const key = await keyAtHand(root);
  const owner = manifest?.recipient;
  if (key !== undefined && (owner === undefined || holds(key, owner))) return { kind: 'owner', key, takesOver: false };
  // The published sample key protects nothing: its tree is anybody's to take over.
  const takesOver = owner === SAMPLE_RECIPIENT;
  if (takesOver && key !== undefined) return { kind: 'owner', key, takesOver };
  if (writes) {
    if (owner === undefined || takesOver) return { kind: 'new', takesOver };
    throw notTheOwner(owner, key);
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
  const key = access.kind === 'owner' ? access.key : await keyAtHand(root);
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
export async function accessToLook(root: ClusterRoot, manifest: Manifest | undefined): Promise<SettledAccess> {
  const found = await findAccess(root, manifest, false);
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

/** SOPS_AGE_KEY_FILE as for sops itself, unless the run was given a folder of keys; then age.key in the folder. */
async function keyAtHand(root: ClusterRoot): Promise<AgeKey | undefined> {
  const named = environment().SOPS_AGE_KEY_FILE;
  const isNamed =
    named !== undefined && named !== '' && root.keys === root.path && named !== join(root.path, 'age.key');
  return isNamed ? await readAgeKeyFile(named) : await readAgeKeyIfPresent(root.keys);
}

function holds(key: AgeKey, recipient: string): boolean {
  return key.recipient === recipient;
}

function notTheOwner(owner: string, key: AgeKey | undefined): Failure {
  const present = key === undefined ? 'there is no age.key' : `age.key is the key of ${key.recipient}`;
  return failure('input', {
    code: 'workspace/owner',
    message: `the tree is encrypted to ${owner}, but ${present}`,
    remedy: 'copy the age.key that the tree was set up with to here; a new key would lock its cluster out',
  });
}

function noOwner(): Failure {
  return failure('input', {
    code: 'workspace/owner',
    message: 'the tree has no owner yet: there is neither a manifest nor an age.key',
    remedy: 'run `cluster-template configure`, which makes the keys',
  });
}
