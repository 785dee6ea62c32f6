import { join, resolve } from 'node:path';
import { CREDENTIAL_FILES, identityFirst, parseAgeKey } from '../../cluster/credentials/read.ts';
import { type ClusterRoot, SAMPLE_RECIPIENT } from '../../cluster/root.ts';
import { TREE_CREDENTIALS } from '../../cluster/credentials/tree.ts';
import { Failure, failure, type Finding } from '../../report/finding.ts';
import { decrypt } from '../../sops/decrypt.ts';
import { inspect, readTextIfPresent } from '../../system/files.ts';
import { below, publishFile } from '../../system/writing.ts';
import type { Inventory } from '../../workspace/inventory.ts';
import { SECRET_BUNDLE } from '../talos/configuration.ts';
import type { InitFile } from './source.ts';

/** The names that files have elsewhere, the one that is usual now first. */
const NAMES: Readonly<Record<string, readonly string[]>> = {
  [CREDENTIAL_FILES.ageKey]: ['age.key'],
  [CREDENTIAL_FILES.deployKey]: ['deploy.key', 'github-deploy.key'],
  [CREDENTIAL_FILES.pushToken]: ['flux-webhook-token.txt', 'github-push-token.txt'],
  [CREDENTIAL_FILES.tunnel]: ['cloudflare-tunnel.json'],
};

const BUNDLES = ['talos/talsecret.sops.yaml', 'talos/secrets.sops.yaml'];

/**
 * Takes existing keys from a folder, the repository of an earlier cluster say: private to their owner, and never over a file that is
 * here. The bundle of secrets of Talos is taken where the age key opens it.
 *
 * @throws Failure where the folder holds none of the files, one of them holds something else, or the tree belongs to another age key;
 *   nothing is written then
 */
export async function takeKeys(
  root: ClusterRoot,
  from: string,
  inventory: Inventory | undefined,
): Promise<{ readonly files: readonly InitFile[]; readonly findings: readonly Finding[] }> {
  const folder = resolve(root.path, from);
  const found = await readKeys(folder);
  if (found.size === 0) throw nothingThere(from);
  await refuseStranger(found.get(CREDENTIAL_FILES.ageKey), inventory);
  for (const { file, printed } of TREE_CREDENTIALS) {
    const text = found.get(file);
    if (text !== undefined) printed(text, file);
  }
  const bundle = await readBundle(folder, found.get(CREDENTIAL_FILES.ageKey));
  const files: InitFile[] = [];
  for (const [file, text] of found) files.push(await takeFile(root.keys, file, text, 0o600));
  if (typeof bundle === 'string') files.push(await takeFile(root.path, SECRET_BUNDLE, bundle, 0o644));
  return { files, findings: typeof bundle === 'object' ? [bundle] : [] };
}

async function readKeys(folder: string): Promise<Map<string, string>> {
  const texts = new Map<string, string>();
  for (const [file, names] of Object.entries(NAMES)) {
    for (const name of names) {
      const text = await readTextIfPresent(join(folder, name));
      if (text !== undefined && !texts.has(file)) texts.set(file, text);
    }
  }
  return texts;
}

async function refuseStranger(ageKey: string | undefined, inventory: Inventory | undefined): Promise<void> {
  if (ageKey === undefined) return;
  const key = await parseAgeKey(ageKey);
  const owner = inventory?.recipient;
  if (owner === undefined || owner === SAMPLE_RECIPIENT || (await identityFirst(key, owner)) !== undefined) return;
  throw failure('input', {
    code: 'workspace/owner',
    message: `the tree is encrypted to ${owner}, and the age.key of that folder is the one of ${key.recipient}`,
    remedy: 'take it into a repository that is not configured yet',
  });
}

/** The bundle as it is encrypted, or why it is not taken; undefined where there is none. */
async function readBundle(folder: string, ageKey: string | undefined): Promise<string | Finding | undefined> {
  for (const path of BUNDLES) {
    const text = await readTextIfPresent(join(folder, path));
    if (text === undefined) continue;
    if (ageKey === undefined) return notOpened(path, 'there is no age.key beside it');
    try {
      await decrypt({ path: SECRET_BUNDLE, text, identities: (await parseAgeKey(ageKey)).identities });
      return text;
    } catch (error) {
      if (!(error instanceof Failure)) throw error;
      return notOpened(path, 'the age key does not open it');
    }
  }
  return undefined;
}

function notOpened(path: string, why: string): Finding {
  return {
    code: 'config/not-taken',
    severity: 'warning',
    message: `${path} was not taken: ${why}`,
    place: { file: path },
    remedy: 'without it the machines have to be set up anew, with new certificates',
  };
}

async function takeFile(folder: string, file: string, text: string, mode: number): Promise<InitFile> {
  const place = below(folder, file);
  const present = (await inspect(place.path)) === undefined ? undefined : await readTextIfPresent(place.path);
  if (present === undefined && (await publishFile(place, text, mode))) return { file, outcome: 'taken' };
  return { file, outcome: present?.trim() === text.trim() ? 'present' : 'kept' };
}

function nothingThere(from: string): Error {
  return failure('input', {
    code: 'credentials/missing',
    message: `--keys-from: none of the files of keys is found in ${from}`,
    remedy: `name the folder that holds ${Object.values(NAMES).flat().join(', ')}`,
  });
}
