import { join } from 'node:path';
import { failure, type Failure, type Finding } from '../../report/finding.ts';
import { type AgeIdentity, parseIdentityFile } from '../../sops/identities.ts';
import { permissions, readNamedTextIfPresent, readTextIfPresent } from '../../system/files.ts';
import { CREDENTIAL_FILES, type CredentialFile, ORIGINS } from './files.ts';
import { sshPublicKey } from './openssh.ts';
import { parseTunnel, type Tunnel } from './tunnel.ts';

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

/** Reads an age key file of any name, as SOPS_AGE_KEY_FILE names it. Throws a Failure as `readAgeKey` does. */
export async function readAgeKeyFile(path: string): Promise<AgeKey> {
  const text = await readNamedTextIfPresent(path);
  if (text !== undefined) return parseAgeKey(text, path);
  const message = `${path} does not exist, and SOPS_AGE_KEY_FILE names it as the age key`;
  const remedy = 'correct the variable, or unset it for age.key to be used';
  throw failure('input', { code: 'credentials/missing', message, place: { file: path }, remedy });
}

/** The contents of an age key file. Throws a Failure as `readAgeKey` does. */
export async function parseAgeKey(text: string, file: string = CREDENTIAL_FILES.ageKey): Promise<AgeKey> {
  const identities = parseIdentityFile(text, file);
  const recipients = await Promise.all(identities.map((identity) => identity.recipient()));
  const [recipient = ''] = recipients;
  const stated = /^# public key: (\S+)\s*$/m.exec(text)?.[1];
  if (stated === undefined || recipients.includes(stated)) return { identities, recipient };
  const remedy = `the line has to say: # public key: ${recipient}`;
  throw invalid(file, `${file} says another public key than the one that belongs to its private key`, remedy);
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
