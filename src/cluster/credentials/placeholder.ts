import { join } from 'node:path';
import { failure, type Finding } from '../../report/finding.ts';
import { publishFile, readTextIfPresent } from '../../system/files.ts';
import { CREDENTIAL_FILES, ORIGINS } from './files.ts';
import type { MadeCredential } from './make.ts';
import { parseTunnel } from './tunnel.ts';

/** The ID of no tunnel: what the placeholder is known by. */
const PLACEHOLDER_ID = '00000000-0000-4000-8000-000000000000';

const PLACEHOLDER = {
  AccountTag: '00000000000000000000000000sample',
  TunnelSecret: Buffer.from('sample-value-that-protects-nothing-!!', 'utf8').toString('base64'),
  TunnelID: PLACEHOLDER_ID,
};

const FILE = CREDENTIAL_FILES.tunnel;

/**
 * Writes a placeholder for cloudflare-tunnel.json, which only Cloudflare can make, so that the sample can be rendered
 * before anybody has an account there. A file that is there stays.
 */
export async function makePlaceholderTunnel(folder: string): Promise<MadeCredential> {
  const text = `${JSON.stringify(PLACEHOLDER)}\n`;
  return { file: FILE, outcome: (await publishFile(join(folder, FILE), text, 0o600)) ? 'created' : 'present' };
}

/** One line for every run that uses the placeholder; nothing where the file is somebody's own, or absent. */
export async function placeholderNotes(folder: string): Promise<Finding[]> {
  if (!(await isPlaceholderTunnel(folder))) return [];
  const message = `${FILE} is a placeholder that opens no tunnel; before the cluster is bootstrapped: ${howToReplace()}`;
  return [{ code: 'credentials/placeholder', severity: 'note', message }];
}

/**
 * For commands that touch a cluster.
 *
 * @throws Failure where cloudflare-tunnel.json is the placeholder: the cluster would get a tunnel that does not exist
 */
export async function refusePlaceholderTunnel(folder: string): Promise<void> {
  if (!(await isPlaceholderTunnel(folder))) return;
  throw failure('input', {
    code: 'credentials/placeholder',
    message: `${FILE} is the placeholder of the sample, which opens no tunnel`,
    place: { file: FILE },
    remedy: `${howToReplace()}; then run \`cluster-template configure\``,
  });
}

/** Whether cloudflare-tunnel.json is the placeholder. Throws a Failure where the file holds no tunnel at all. */
export async function isPlaceholderTunnel(folder: string): Promise<boolean> {
  const text = await readTextIfPresent(join(folder, FILE));
  return text !== undefined && parseTunnel(text).tunnelId === PLACEHOLDER_ID;
}

function howToReplace(): string {
  return `remove it, ${ORIGINS[FILE]}`;
}
