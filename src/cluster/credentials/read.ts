import { join } from 'node:path';
import { failure, type Failure, type Finding } from '../../report/finding.ts';
import type { AgeIdentity } from '../../sops/identities.ts';
import { parseKeyFile } from '../../sops/key-sources.ts';
import { permissions, readTextIfPresent } from '../../system/files.ts';
import { sshPublicKey } from './openssh.ts';
import { asFields, type Fields, isFields, jsonMistake, parseJson } from '../../text/values.ts';
import { SourceText } from '../../report/source.ts';

/** Names of the local files that hold keys and tokens, in the folder `keys` of a ClusterRoot. Git ignores all of them. */
export const CREDENTIAL_FILES = {
  ageKey: 'age.key',
  deployKey: 'github-deploy.key',
  deployKeyPublic: 'github-deploy.key.pub',
  pushToken: 'github-push-token.txt',
  tunnel: 'cloudflare-tunnel.json',
} as const;

/** The name of one of them. */
export type CredentialFile = (typeof CREDENTIAL_FILES)[keyof typeof CREDENTIAL_FILES];

/** How to get a file that is missing. */
export const ORIGINS: Readonly<Record<CredentialFile, string>> = {
  'age.key': 'run `cluster-template init`, or copy the key that this repository was set up with to here',
  'github-deploy.key': 'run `cluster-template init`, or copy the key that this repository was set up with to here',
  'github-deploy.key.pub': 'run `cluster-template init`',
  'github-push-token.txt':
    'run `cluster-template init`, or copy the token that this repository was set up with to here',
  'cloudflare-tunnel.json':
    'run `cloudflared tunnel login`, then `cloudflared tunnel create --credentials-file cloudflare-tunnel.json kubernetes`',
};

/** The contents of an age key file. */
export interface AgeKey {
  /** All identities of the file, at least one. */
  readonly identities: readonly AgeIdentity[];
  /** The public half of the first: what a tree is encrypted to. */
  readonly recipient: string;
}

/** Reads `age.key`. Throws a Failure where it is missing, holds no identity, or says another public key than its own. */
export async function readAgeKey(folder: string): Promise<AgeKey> {
  return parseAgeKey(await readCredential(folder, CREDENTIAL_FILES.ageKey));
}

/** As `readAgeKey`, or undefined where there is no file: for runs that can do without a key. */
export async function readAgeKeyIfPresent(folder: string): Promise<AgeKey | undefined> {
  const text = await readTextIfPresent(join(folder, CREDENTIAL_FILES.ageKey));
  return text === undefined ? undefined : parseAgeKey(text);
}

/** The contents of an age key file. Throws a Failure as `readAgeKey` does. */
export async function parseAgeKey(text: string, file: string = CREDENTIAL_FILES.ageKey): Promise<AgeKey> {
  return await ageKeyOf(await parseKeyFile(text, file));
}

/** Identities, at least one, as a key whose first one counts. */
export async function ageKeyOf(identities: readonly AgeIdentity[]): Promise<AgeKey> {
  return { identities, recipient: (await identities[0]?.recipient()) ?? '' };
}

/** The same key with the identity of a recipient as its first one; undefined where none is of it. */
export async function identityFirst({ identities }: AgeKey, recipient: string): Promise<AgeKey | undefined> {
  const recipients = await Promise.all(identities.map((identity) => identity.recipient()));
  const own = identities[recipients.indexOf(recipient)];
  if (own === undefined) return undefined;
  return { identities: [own, ...identities.filter((identity) => identity !== own)], recipient };
}

/** Reads `github-deploy.key`, trimmed. It is a secret. Throws a Failure where it is missing or no private key of OpenSSH. */
export async function readDeployKey(folder: string): Promise<string> {
  return deployKey(await readCredential(folder, CREDENTIAL_FILES.deployKey));
}

/** The text of a deploy key, trimmed, for `github_deploy_key()` in templates. Throws a Failure where it is no private key of OpenSSH. */
export function deployKey(text: string, file: string = CREDENTIAL_FILES.deployKey): string {
  const trimmed = text.trim();
  const isPem = /^-----BEGIN (?:[A-Z]+ )?PRIVATE KEY-----\r?\n[^]+\n-----END (?:[A-Z]+ )?PRIVATE KEY-----$/.test(
    trimmed,
  );
  const isOpenSsh = trimmed.startsWith('-----BEGIN OPENSSH');
  if (isPem && (!isOpenSsh || sshPublicKey(trimmed, '') !== undefined)) return trimmed;
  throw invalid(
    file,
    `${file} is ${trimmed === '' ? 'empty' : 'no private SSH key'}`,
    `restore it, or remove it and ${ORIGINS[CREDENTIAL_FILES.deployKey]}`,
  );
}

/** Reads `github-push-token.txt`, trimmed. It is a secret. Throws a Failure where it is missing, empty or of several lines. */
export async function readPushToken(folder: string): Promise<string> {
  return pushToken(await readCredential(folder, CREDENTIAL_FILES.pushToken));
}

/** The text of a push token, trimmed, for `github_push_token()` in templates. Throws a Failure where it is empty or of several lines. */
export function pushToken(text: string, file: string = CREDENTIAL_FILES.pushToken): string {
  const trimmed = text.trim();
  if (/^\S+$/.test(trimmed)) return trimmed;
  const what = trimmed === '' ? 'is empty' : 'holds more than one word';
  throw invalid(file, `${file} ${what}`, `it holds one token; remove it and ${ORIGINS[CREDENTIAL_FILES.pushToken]}`);
}

/** Reads `cloudflare-tunnel.json`. Throws a Failure where it is missing, no JSON, or lacks a key. */
export async function readTunnel(folder: string): Promise<Tunnel> {
  return parseTunnel(await readCredential(folder, CREDENTIAL_FILES.tunnel));
}

/** The public or private half of an age key, for `age_key('public')` in templates. Throws a Failure on any other word. */
export function ageKey({ identities, recipient }: AgeKey, half: string): string {
  if (half === 'public') return recipient;
  if (half === 'private') return identities[0]?.reveal() ?? '';
  const message = `age_key takes 'public' or 'private', not ${JSON.stringify(half)}`;
  throw failure('input', {
    code: 'credentials/invalid',
    message,
    remedy: "write age_key('public') or age_key('private')",
  });
}

/** Warnings about credential files that others than their owner may read. */
export async function looseCredentials(folder: string): Promise<Finding[]> {
  const secret = Object.values(CREDENTIAL_FILES).filter((file) => file !== CREDENTIAL_FILES.deployKeyPublic);
  const modes = await Promise.all(secret.map(async (file) => ({ file, mode: await permissions(join(folder, file)) })));
  return modes.filter(({ mode }) => mode !== undefined && (mode & 0o077) !== 0).map(({ file }) => loose(file));
}

async function readCredential(folder: string, file: CredentialFile): Promise<string> {
  const text = await readTextIfPresent(join(folder, file));
  if (text !== undefined) return text;
  throw failure('input', {
    code: 'credentials/missing',
    message: `${file} does not exist`,
    place: { file },
    remedy: ORIGINS[file],
  });
}

function invalid(file: string, message: string, remedy: string): Failure {
  return failure('input', { code: 'credentials/invalid', message, place: { file }, remedy });
}

function loose(file: CredentialFile): Finding {
  const message = `${file} can be read by others than its owner`;
  return { code: 'credentials/mode', severity: 'warning', message, place: { file }, remedy: `chmod 600 ${file}` };
}

// A tunnel file has 200 characters; what is much longer is none, and its first mistake is not looked for beyond this.
const LONGEST_TUNNEL = 4096;

/** What cloudflared writes when a tunnel is created. */
export interface Tunnel {
  readonly accountTag: string;
  readonly tunnelId: string;
  /** A secret. */
  readonly tunnelSecret: string;
}

/**
 * The contents of a tunnel file. Throws a Failure where the text is no JSON (with its line and column), or where AccountTag, TunnelID or
 * TunnelSecret is missing or empty.
 */
export function parseTunnel(text: string, file: string = CREDENTIAL_FILES.tunnel): Tunnel {
  const object = parseObject(text, file);
  const field = (key: string): string => {
    const value = object[key];
    if (typeof value === 'string' && value.trim() !== '') return value;
    throw invalidTunnel(file, `${file} ${value === undefined ? 'has no' : 'has an empty or wrong'} \`${key}\``);
  };
  return { accountTag: field('AccountTag'), tunnelId: field('TunnelID'), tunnelSecret: field('TunnelSecret') };
}

/** The tunnel's ID, for `cloudflare_tunnel_id()` in templates. */
export function cloudflareTunnelId({ tunnelId }: Tunnel): string {
  return tunnelId;
}

/**
 * The token that cloudflared takes (TUNNEL_TOKEN), for `cloudflare_tunnel_secret()` in templates: base64 of compact JSON with the keys
 * a, t and s in this order. It is a secret.
 */
export function cloudflareTunnelSecret({ accountTag, tunnelId, tunnelSecret }: Tunnel): string {
  return Buffer.from(JSON.stringify({ a: accountTag, t: tunnelId, s: tunnelSecret }), 'utf8').toString('base64');
}

/** The tunnel of a token that cloudflared takes; undefined where the text is none. */
export function parseTunnelSecret(token: string): Tunnel | undefined {
  const text = Buffer.from(token.trim(), 'base64').toString('utf8');
  if (!/^\{.*\}$/s.test(text)) return undefined;
  const { a, t, s } = asFields(parseJson(text));
  const isWhole = [a, t, s].every((part) => typeof part === 'string' && part !== '');
  return isWhole ? { accountTag: String(a), tunnelId: String(t), tunnelSecret: String(s) } : undefined;
}

function parseObject(text: string, file: string): Fields {
  const value = parseJson(text);
  if (isFields(value)) return value;
  if (value !== undefined) throw invalidTunnel(file, `${file} holds no JSON object`);
  throw invalidTunnel(
    file,
    `${file} is not valid JSON`,
    new SourceText(file, text).placeAt(jsonMistake(text.slice(0, LONGEST_TUNNEL))),
  );
}

function invalidTunnel(file: string, message: string, place: { line?: number; column?: number } = {}): Failure {
  const remedy = `make it anew: ${ORIGINS[CREDENTIAL_FILES.tunnel]}`;
  return failure('input', { code: 'credentials/invalid', message, place: { file, ...place }, remedy });
}
