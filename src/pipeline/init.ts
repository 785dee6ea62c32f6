import { makeCredentials, type MadeCredential } from '../cluster/credentials/make.ts';
import { looseCredentials, readAgeKey } from '../cluster/credentials/read.ts';
import type { ClusterRoot } from '../cluster/root.ts';
import type { Finding } from '../report/finding.ts';
import type { KeyKind } from '../sops/identities.ts';
import { now } from '../system/clock.ts';
import { exclusively } from '../workspace/exclusive.ts';
import { workspaceOf } from './state.ts';

/** What init found and made. */
export interface InitResult {
  readonly credentials: readonly MadeCredential[];
  /** The public half of age.key. */
  readonly recipient: string;
  readonly findings: readonly Finding[];
}

/**
 * Makes the local keys and tokens that are missing and leaves the others as they are.
 *
 * @param ageKind - kind of the age key, should it have to be made
 * @param signal - aborted where somebody interrupts the program
 * @throws Failure where a file that is there does not hold what it should, or another run does not end
 */
export async function init(root: ClusterRoot, ageKind: KeyKind, signal: AbortSignal): Promise<InitResult> {
  return await exclusively(workspaceOf(root), signal, async () => {
    const credentials = await makeCredentials(root.keys, { now: now(), ageKind });
    const { recipient } = await readAgeKey(root.keys);
    return { credentials, recipient, findings: await looseCredentials(root.keys) };
  });
}
