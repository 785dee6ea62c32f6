import { join } from 'node:path';
import { type AgeKey, CREDENTIAL_FILES, looseCredentials, ORIGINS } from '../../cluster/credentials/read.ts';
import { placeholderFindings } from '../../cluster/credentials/make.ts';
import { type ClusterRoot, SAMPLE_RECIPIENT } from '../../cluster/root.ts';
import { TREE_CREDENTIALS, type TreeCredential } from '../../cluster/credentials/tree.ts';
import type { Configuration } from '../../cluster/config/generated/types.ts';
import { keyAtHand } from '../../pipeline/access.ts';
import { needsTunnel } from '../../pipeline/configuration.ts';
import { notCompared, otherCredentials, type HeldCredential } from '../../pipeline/credentials.ts';
import { lookUpCredentials } from '../../pipeline/render.ts';
import { Failure, type Finding } from '../../report/finding.ts';
import { readTextIfPresent } from '../../system/files.ts';
import type { Inventory } from '../../workspace/inventory.ts';
import type { Check } from './configuration.ts';

/** The local files of keys and tokens: there, whole, private, the owner's and those that the tree holds. */
export async function checkKeys(
  root: ClusterRoot,
  inventory: Inventory | undefined,
  configuration: Configuration | undefined,
): Promise<Check[]> {
  const age = await tryKeyAtHand(root, inventory);
  const owner = 'key' in age ? ownerFindings(age.key, inventory) : age.findings;
  const { held, findings } = await tryLookUp(root, inventory, 'key' in age ? age.key : undefined, configuration);
  // Of a configuration that is wrong nothing is known: most clusters are reached through a tunnel.
  const isTunnelNeeded = configuration === undefined || needsTunnel(configuration);
  const isLocked = isOwned(inventory) && !('key' in age && age.key.recipient === inventory?.recipient);
  const wanted = TREE_CREDENTIALS.filter(({ name }) => name !== 'tunnel' || isTunnelNeeded);
  return [
    { area: 'keys', subject: 'the age key', findings: owner },
    ...(await Promise.all(wanted.map((credential) => checkFile(root, credential, { held, isLocked })))),
    ...(findings.length === 0 ? [] : [{ area: 'keys', subject: 'what the tree holds', findings } as const]),
    { area: 'keys', subject: 'who may read the keys', findings: await looseCredentials(root.keys) },
  ];
}

/** What is wrong with the configuration or a template is told elsewhere; here it says that nothing was compared. */
async function tryLookUp(
  root: ClusterRoot,
  inventory: Inventory | undefined,
  key: AgeKey | undefined,
  configuration: Configuration | undefined,
): Promise<{ readonly held: readonly HeldCredential[]; readonly findings: readonly Finding[] }> {
  if (key === undefined || !isOwned(inventory) || key.recipient !== inventory?.recipient)
    return { held: [], findings: [] };
  if (configuration === undefined) return { held: [], findings: [notCompared()] };
  try {
    const access = { kind: 'owner', key, takesOver: false } as const;
    const { held, unreadable } = await lookUpCredentials(root, configuration, { access, inventory });
    return { held, findings: unreadable.length === 0 ? [] : [notCompared()] };
  } catch (error) {
    if (!(error instanceof Failure) || error.kind !== 'input') throw error;
    return { held: [], findings: [notCompared()] };
  }
}

/** The age key that `configure` would take, or why there is none. */
export async function tryKeyAtHand(
  root: ClusterRoot,
  inventory: Inventory | undefined,
): Promise<{ readonly key: AgeKey } | { readonly findings: readonly Finding[] }> {
  try {
    const key = await keyAtHand(root, inventory?.recipient);
    return key === undefined ? { findings: [noKey(isOwned(inventory))] } : { key };
  } catch (error) {
    if (!(error instanceof Failure)) throw error;
    return { findings: error.findings };
  }
}

/** Whether the tree is encrypted to somebody's own key: another one opens nothing of it, and `init` makes none. */
function isOwned(inventory: Inventory | undefined): boolean {
  return inventory !== undefined && inventory.recipient !== SAMPLE_RECIPIENT;
}

const BRING_KEY = 'copy the age.key of this cluster to here, or give it where sops finds it, as in SOPS_AGE_KEY_FILE';

function noKey(isOwnedTree: boolean): Finding {
  return {
    code: 'credentials/missing',
    severity: 'error',
    message: 'there is no age key: age.key does not exist, and none of the variables of sops gives one',
    place: { file: CREDENTIAL_FILES.ageKey },
    remedy: isOwnedTree ? BRING_KEY : ORIGINS[CREDENTIAL_FILES.ageKey],
  };
}

function ownerFindings({ recipient }: AgeKey, inventory: Inventory | undefined): Finding[] {
  if (recipient === SAMPLE_RECIPIENT) {
    const message = 'the age key is the published one of the sample: everybody can read what is encrypted to it';
    const remedy = 'remove it and run `cluster-template init`, then `cluster-template configure`';
    return [{ code: 'secrets/sample-key', severity: 'error', message, remedy }];
  }
  const owner = inventory?.recipient;
  if (owner === undefined || owner === recipient || owner === SAMPLE_RECIPIENT) return [];
  const message = `the tree is encrypted to ${owner}, but the age key at hand is the one of ${recipient}`;
  return [{ code: 'workspace/owner', severity: 'error', message, remedy: 'copy the age.key of this cluster to here' }];
}

async function checkFile(
  root: ClusterRoot,
  credential: TreeCredential,
  { held, isLocked }: { readonly held: readonly HeldCredential[]; readonly isLocked: boolean },
): Promise<Check> {
  const { file, name, printed } = credential;
  const check = { area: 'keys', subject: file } as const;
  const text = await readTextIfPresent(join(root.keys, file));
  const inTree = held.filter((one) => one.credential === credential);
  if (text === undefined) return { ...check, findings: [missing(credential, inTree[0], isLocked)] };
  try {
    const other = otherCredentials(inTree, new Map([[name, printed(text)]]));
    const placeholder = name === 'tunnel' ? await placeholderFindings(root.keys, 'warning') : [];
    return { ...check, findings: [...other, ...placeholder] };
  } catch (error) {
    if (!(error instanceof Failure)) throw error;
    return { ...check, findings: error.findings };
  }
}

function missing({ file, name }: TreeCredential, held: HeldCredential | undefined, isLocked: boolean): Finding {
  const about = { code: 'credentials/missing', message: `${file} does not exist`, place: { file } } as const;
  if (held !== undefined) {
    return { ...about, severity: 'warning', remedy: `run \`cluster-template init\`: it comes back from ${held.path}` };
  }
  // A new one would be another than the tree's, which cannot be read.
  const remedy = isLocked
    ? `${BRING_KEY}: with it \`cluster-template init\` restores what the tree holds`
    : ORIGINS[file];
  return { ...about, severity: name === 'tunnel' ? 'warning' : 'error', remedy };
}
