import { dirname, join } from 'node:path';
import { parseTunnel } from '../../cluster/credentials/tunnel.ts';
import { placeholderFindings } from '../../cluster/credentials/placeholder.ts';
import { CREDENTIAL_FILES, ORIGINS, type CredentialFile } from '../../cluster/credentials/files.ts';
import {
  deployKey,
  looseCredentials,
  pushToken,
  readAgeKeyFile,
  readAgeKeyIfPresent,
  type AgeKey,
} from '../../cluster/credentials/read.ts';
import { SAMPLE_RECIPIENT } from '../../cluster/credentials/sample.ts';
import type { ClusterRoot } from '../../cluster/root.ts';
import type { Manifest } from '../../workspace/manifest.ts';
import { Failure, type Finding } from '../../report/finding.ts';
import { readTextIfPresent } from '../../system/files.ts';
import type { Check } from './check.ts';

/** The local files of keys and tokens: there, whole, private, and the owner's. */
export async function checkKeys(
  root: ClusterRoot,
  ageKeyPath: string,
  manifest: Manifest | undefined,
  isTunnelNeeded: boolean,
): Promise<Check[]> {
  const age = await keyAtHand(root, ageKeyPath);
  const owner = 'key' in age ? ownerFindings(age.key, manifest) : age.findings;
  const { deployKey: deploy, pushToken: push, tunnel } = CREDENTIAL_FILES;
  const others = [deploy, push, ...(isTunnelNeeded ? [tunnel] : [])];
  const loose = await looseCredentials(root.keys);
  return [
    { area: 'keys', subject: 'the age key', findings: owner },
    ...(await Promise.all(others.map((file) => checkFile(root, file)))),
    { area: 'keys', subject: 'who may read the keys', findings: loose },
  ];
}

/** The age key that `configure` and sops would take, or why there is none. */
export async function keyAtHand(
  root: ClusterRoot,
  path: string,
): Promise<{ readonly key: AgeKey } | { readonly findings: readonly Finding[] }> {
  try {
    const isOwn = dirname(path) === root.keys && path === join(root.keys, CREDENTIAL_FILES.ageKey);
    const key = isOwn ? await readAgeKeyIfPresent(root.keys) : await readAgeKeyFile(path);
    return key === undefined ? { findings: [noKey()] } : { key };
  } catch (error) {
    if (!(error instanceof Failure)) throw error;
    return { findings: error.findings };
  }
}

function noKey(): Finding {
  return {
    code: 'credentials/missing',
    severity: 'error',
    message: 'there is no age key: age.key does not exist, and SOPS_AGE_KEY_FILE names no other file',
    place: { file: CREDENTIAL_FILES.ageKey },
    remedy: ORIGINS[CREDENTIAL_FILES.ageKey],
  };
}

function ownerFindings({ recipient }: AgeKey, manifest: Manifest | undefined): Finding[] {
  if (recipient === SAMPLE_RECIPIENT) {
    const message = 'the age key is the published one of the sample: everybody can read what is encrypted to it';
    const remedy = 'remove it and run `cluster-template init`, then `cluster-template configure`';
    return [{ code: 'secrets/sample-key', severity: 'error', message, remedy }];
  }
  const owner = manifest?.recipient;
  if (owner === undefined || owner === recipient || owner === SAMPLE_RECIPIENT) return [];
  const message = `the tree is encrypted to ${owner}, but the age key at hand is the one of ${recipient}`;
  return [{ code: 'workspace/owner', severity: 'error', message, remedy: 'copy the age.key of this cluster to here' }];
}

const READERS: Readonly<Partial<Record<CredentialFile, (text: string) => unknown>>> = {
  [CREDENTIAL_FILES.deployKey]: deployKey,
  [CREDENTIAL_FILES.pushToken]: pushToken,
  [CREDENTIAL_FILES.tunnel]: parseTunnel,
};

async function checkFile(root: ClusterRoot, file: CredentialFile): Promise<Check> {
  const text = await readTextIfPresent(join(root.keys, file));
  if (text === undefined) return { area: 'keys', subject: file, findings: [missing(file)] };
  try {
    READERS[file]?.(text);
    const findings = file === CREDENTIAL_FILES.tunnel ? await placeholderFindings(root.keys, 'warning') : [];
    return { area: 'keys', subject: file, findings };
  } catch (error) {
    if (!(error instanceof Failure)) throw error;
    return { area: 'keys', subject: file, findings: error.findings };
  }
}

function missing(file: CredentialFile): Finding {
  return {
    code: 'credentials/missing',
    severity: file === CREDENTIAL_FILES.tunnel ? 'warning' : 'error',
    message: `${file} does not exist`,
    place: { file },
    remedy: ORIGINS[file],
  };
}
