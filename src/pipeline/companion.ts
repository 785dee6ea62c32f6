import { dirname } from 'node:path';
import { encryptCompanion } from '../cluster/config/companion.ts';
import { COMPANION_FILE } from '../cluster/config/companion-name.ts';
import { readDocument } from '../cluster/config/document.ts';
import { SECRET_FIELDS } from '../cluster/config/schemas.ts';
import { SAMPLE_CLOUDFLARE_TOKEN } from '../cluster/config/sample-token.ts';
import type { AgeKey } from '../cluster/credentials/read.ts';
import type { ClusterRoot } from '../cluster/root.ts';
import { refuseForeignFiles } from './foreign-files.ts';
import { now } from '../system/clock.ts';
import { below, inspect, publishFile, readTextIfPresent } from '../system/files.ts';

/**
 * Makes the encrypted companion of cluster.yaml where there is none. It begins with the secrets that stand in cluster.yaml in plain
 * text, so that they can be removed there, or with a placeholder that says which one is wanted.
 */
export async function makeCompanion(
  root: ClusterRoot,
  key: AgeKey,
  given: Readonly<Record<string, string>> = {},
): Promise<{ readonly file: string; readonly outcome: 'created' | 'present' }> {
  const place = below(dirname(root.clusterFile), COMPANION_FILE);
  if ((await inspect(place.path)) !== undefined) return { file: COMPANION_FILE, outcome: 'present' };
  const written = { ...(await literalSecrets(root)), ...given };
  const secrets = Object.keys(written).length === 0 ? { cloudflare_token: SAMPLE_CLOUDFLARE_TOKEN } : written;
  const text = await encryptCompanion({
    secrets,
    recipient: key.recipient,
    identities: key.identities,
    now: now(),
  });
  return { file: COMPANION_FILE, outcome: (await publishFile(place, text, 0o644)) ? 'created' : 'present' };
}

/** Secrets that stand in cluster.yaml themselves; none where it cannot be read, which `configure` tells. */
async function literalSecrets(root: ClusterRoot): Promise<Record<string, string>> {
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
