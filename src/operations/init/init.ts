import { makeCredentials } from '../../cluster/credentials/make.ts';
import { looseCredentials, readAgeKeyIfPresent } from '../../cluster/credentials/read.ts';
import type { ClusterRoot } from '../../cluster/root.ts';
import { findAccess } from '../../pipeline/access.ts';
import { readManifest, workspaceOf } from '../../pipeline/state.ts';
import { failure, type Finding } from '../../report/finding.ts';
import type { KeyKind } from '../../sops/identities.ts';
import { now } from '../../system/clock.ts';
import { exclusively } from '../../workspace/exclusive.ts';
import type { Programs } from '../programs/call.ts';
import { makeCompanion } from './companion.ts';
import { armHook, type ArmedHook } from './hook.ts';
import { takeConfiguration } from './source.ts';

/** What became of one file. */
export interface InitFile {
  readonly file: string;
  /** `kept` is a file that would have been replaced, had it not been the user's own already. */
  readonly outcome: 'created' | 'present' | 'taken' | 'kept';
}

/** What init found and made. */
export interface InitResult {
  readonly files: readonly InitFile[];
  /** The public half of age.key. */
  readonly recipient: string;
  readonly hook: ArmedHook;
  readonly findings: readonly Finding[];
}

/** How init is to be done. */
export interface InitOptions {
  /** Kind of the age key, should it have to be made. */
  readonly ageKind: KeyKind;
  /** Folder or address of another configuration to start from. */
  readonly from?: string;
  /** Path of the program that a git hook is to start. */
  readonly launcher: string;
  readonly programs: Programs;
  /** Aborted where somebody interrupts the program. */
  readonly signal: AbortSignal;
}

/**
 * Makes what a new cluster's repository lacks: keys and tokens, the encrypted cluster.sops.yaml and the git hook. Whatever is there
 * already stays as it is, so that a partial state is completed and a second run changes nothing.
 *
 * @throws Failure where the tree belongs to another key, a file that is there does not hold what it should, the other
 *   configuration cannot be had, or another run does not end
 */
export async function init(root: ClusterRoot, options: InitOptions): Promise<InitResult> {
  return await exclusively(workspaceOf(root), options.signal, async () => {
    // A key for a tree that is somebody's already would be of no use, and hide that the right one is missing.
    await findAccess(root, await readManifest(root), true);
    const taken = options.from === undefined ? [] : await takeConfiguration(root, options.from, options.programs);
    const credentials = await makeCredentials(root.keys, { now: now(), ageKind: options.ageKind });
    const key = await readAgeKeyIfPresent(root.keys);
    if (key === undefined) throw keyVanished();
    const companion = await makeCompanion(root, key);
    return {
      files: [...taken, ...credentials, companion],
      recipient: key.recipient,
      hook: await armHook(root, options),
      findings: await looseCredentials(root.keys),
    };
  });
}

function keyVanished(): Error {
  const message = 'age.key was removed while this run was at work';
  return failure('outside', { code: 'workspace/concurrent', message, remedy: 'run `cluster-template init` again' });
}
