import { dirname } from 'node:path';
import { encryptCompanion } from '../cluster/config/companion.ts';
import { type ClusterRoot, COMPANION_FILE, SAMPLE_CLOUDFLARE_TOKEN } from '../cluster/root.ts';
import { readDocument } from '../cluster/config/document.ts';
import { SECRET_FIELDS } from '../cluster/config/schemas.ts';
import type { AgeKey } from '../cluster/credentials/read.ts';
import { refuseForeignFiles } from './foreign-files.ts';
import { now } from '../system/environment.ts';
import { inspect, readTextIfPresent } from '../system/files.ts';
import { below, publishFile } from '../system/writing.ts';

/**
 * Makes the encrypted companion of cluster.yaml where there is none, with a placeholder that says which secret is wanted where it is
 * given none.
 *
 * @param secrets - texts by field
 */
export async function makeCompanion(
  root: ClusterRoot,
  key: AgeKey,
  secrets: Readonly<Record<string, string>> = {},
): Promise<{ readonly file: string; readonly outcome: 'created' | 'present' }> {
  const place = below(dirname(root.clusterFile), COMPANION_FILE);
  if ((await inspect(place.path)) !== undefined) return { file: COMPANION_FILE, outcome: 'present' };
  const text = await encryptCompanion({
    secrets: Object.keys(secrets).length === 0 ? { cloudflare_token: SAMPLE_CLOUDFLARE_TOKEN } : secrets,
    recipient: key.recipient,
    identities: key.identities,
    now: now(),
  });
  return { file: COMPANION_FILE, outcome: (await publishFile(place, text, 0o644)) ? 'created' : 'present' };
}

/** Secrets that stand in cluster.yaml in plain text, to be moved into its companion; none where it cannot be read, which `configure` tells. */
export async function literalSecrets(root: ClusterRoot): Promise<Record<string, string>> {
  await refuseForeignFiles(root, [root.clusterFile]);
  const text = (await readTextIfPresent(root.clusterFile)) ?? '';
  const { value } = readDocument('cluster', { file: 'cluster.yaml', text });
  if (typeof value !== 'object' || value === null) return {};
  const fields = value as Readonly<Record<string, unknown>>;
  const found = SECRET_FIELDS.map((name) => [name, fields[name]] as const);
  return Object.fromEntries(
    found.filter((entry): entry is [string, string] => typeof entry[1] === 'string' && entry[1].trim() !== ''),
  );
}
