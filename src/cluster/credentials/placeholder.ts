import { join } from 'node:path';
import type { Finding, Severity } from '../../report/finding.ts';
import { readTextIfPresent } from '../../system/files.ts';
import { below, publishFile } from '../../system/writing.ts';
import { CREDENTIAL_FILES, ORIGINS } from './files.ts';
import type { MadeCredential } from './make.ts';
import { parseTunnel, type Tunnel } from './tunnel.ts';

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
  return { file: FILE, outcome: (await publishFile(below(folder, FILE), text, 0o600)) ? 'created' : 'present' };
}

/**
 * One finding where the file is the placeholder; nothing where it is somebody's own, or absent.
 *
 * @param severity - a note for rendering, which the placeholder is good enough for; an error before a cluster is touched
 * @throws Failure where the file holds no tunnel at all
 */
export async function placeholderFindings(folder: string, severity: Severity): Promise<Finding[]> {
  const text = await readTextIfPresent(join(folder, FILE));
  if (text === undefined || !isPlaceholder(parseTunnel(text))) return [];
  const message = `${FILE} is the placeholder of the sample, which opens no tunnel`;
  const remedy = `before the cluster is bootstrapped remove it, ${ORIGINS[FILE]}; then run \`cluster-template configure\``;
  const together = { subject: FILE, noun: 'files', predicate: 'are placeholders of the sample' };
  return [{ code: 'credentials/placeholder', severity, message, place: { file: FILE }, remedy, together }];
}

/** Whether a tunnel is the one of the placeholder. */
export function isPlaceholder(tunnel: Tunnel | undefined): boolean {
  return tunnel?.tunnelId === PLACEHOLDER_ID;
}
