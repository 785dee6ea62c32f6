import { join } from 'node:path';
import { failure, type Failure, type Finding, type Severity } from '../../report/finding.ts';
import { generateIdentity, type KeyKind } from '../../sops/identities.ts';
import { inspect, readTextIfPresent } from '../../system/files.ts';
import { randomBytes } from '../../system/environment.ts';
import {
  below,
  createFile,
  type Destination,
  moveFile,
  publishFile,
  removeFile,
  temporaryName,
} from '../../system/writing.ts';
import { CREDENTIAL_FILES, type CredentialFile, ORIGINS, parseTunnel, type Tunnel } from './read.ts';
import { generateSshKeyPair, sshPublicKey } from './openssh.ts';

const PRIVATE_MODE = 0o600;
const PUBLIC_MODE = 0o644;
/** What stands behind a public deploy key. */
export const DEPLOY_KEY_COMMENT = 'deploy-key';
const PUSH_TOKEN_BYTES = 16;

/** What became of a file. */
export interface MadeCredential {
  readonly file: CredentialFile;
  /** `restored` is one that the tree held already. */
  readonly outcome: 'created' | 'present' | 'restored';
}

interface MakeOptions {
  readonly now: Date;
  /** Kind of a new age key; `x25519` where absent. */
  readonly ageKind?: KeyKind;
  /** Whether an age key is at hand elsewhere, so that none is to be made. */
  readonly hasAgeKey?: boolean;
}

/**
 * Makes the age key, the deploy key and the push token where they are missing, and says of each whether it was there. Nothing is
 * ever overwritten, a partial state is completed, and a crash leaves each file whole or absent. Throws a Failure where a public deploy
 * key lies there without its private half, or a private one cannot be read.
 */
export async function makeCredentials(folder: string, options: MakeOptions): Promise<MadeCredential[]> {
  const ageKey = await makeFile(folder, CREDENTIAL_FILES.ageKey, () => newAgeKey(options), options.hasAgeKey);
  const deployKeys = await makeDeployKey(folder);
  const pushToken = await makeFile(folder, CREDENTIAL_FILES.pushToken, newPushToken);
  return [ageKey, ...deployKeys, pushToken];
}

/**
 * Puts credentials that the tree holds back to where they are missing, private to their owner and never over a file that is there;
 * the public half of a deploy key comes with it.
 *
 * @param texts - by file
 * @returns what was restored
 * @throws Failure where a public deploy key lies there that belongs to another private one
 */
export async function restoreCredentials(
  folder: string,
  texts: ReadonlyMap<CredentialFile, string>,
): Promise<MadeCredential[]> {
  const { deployKey, deployKeyPublic } = CREDENTIAL_FILES;
  const key = texts.get(deployKey);
  const publicHalf = key === undefined ? undefined : sshPublicKey(key, DEPLOY_KEY_COMMENT);
  const present = publicHalf === undefined ? undefined : await readTextIfPresent(join(folder, deployKeyPublic));
  if (present !== undefined && keyOf(present) !== keyOf(publicHalf ?? '')) throw strangeHalf();
  const all = [...texts, ...(publicHalf === undefined ? [] : [[deployKeyPublic, publicHalf] as const])];
  const made: MadeCredential[] = [];
  for (const [file, text] of all) made.push(await makeFile(folder, file, () => text));
  return made.filter(({ outcome }) => outcome === 'created').map(({ file }) => ({ file, outcome: 'restored' }));
}

/** Credentials that lie beside those in use, ready to take their place. */
interface StagedCredentials {
  /** Puts them into place, which takes no room on the disk. */
  readonly use: () => Promise<void>;
  /** Removes them again: those in use stay. */
  readonly discard: () => Promise<void>;
}

/**
 * Writes credentials beside those that they replace: a tree that holds them is written first, and where that fails nothing was
 * replaced.
 *
 * @param texts - by file
 */
export async function stageCredentials(
  folder: string,
  texts: ReadonlyMap<CredentialFile, string>,
): Promise<StagedCredentials> {
  const staged: { readonly from: Destination; readonly to: Destination }[] = [];
  const discard = async (): Promise<void> => {
    for (const { from } of staged) await removeFile(from);
  };
  const stage = async (file: string, text: string, mode: number): Promise<void> => {
    const to = below(folder, file);
    const from: Destination = { folder, path: temporaryName(to.path), isOfWork: true };
    await createFile(from, text, mode);
    staged.push({ from, to });
  };
  try {
    for (const [file, text] of texts) {
      await stage(file, text, PRIVATE_MODE);
      const publicHalf = file === CREDENTIAL_FILES.deployKey ? sshPublicKey(text, DEPLOY_KEY_COMMENT) : undefined;
      if (publicHalf !== undefined) await stage(CREDENTIAL_FILES.deployKeyPublic, publicHalf, PUBLIC_MODE);
    }
  } catch (error) {
    await discard();
    throw error;
  }
  const use = async (): Promise<void> => {
    for (const { from, to } of staged) await moveFile(from, to);
  };
  return { use, discard };
}

/** A public key without the comment behind it. */
function keyOf(line: string): string {
  return line.trim().split(/\s+/).slice(0, 2).join(' ');
}

async function makeFile(
  folder: string,
  file: CredentialFile,
  text: () => string | Promise<string>,
  isElsewhere = false,
): Promise<MadeCredential> {
  const place = below(folder, file);
  if (isElsewhere || (await inspect(place.path)) !== undefined) return { file, outcome: 'present' };
  const mode = file === CREDENTIAL_FILES.deployKeyPublic ? PUBLIC_MODE : PRIVATE_MODE;
  return { file, outcome: (await publishFile(place, await text(), mode)) ? 'created' : 'present' };
}

/** The text of a new age key, as age-keygen writes it. */
async function newAgeKey({ now, ageKind = 'x25519' }: MakeOptions): Promise<string> {
  const identity = generateIdentity(ageKind);
  const created = `${now.toISOString().slice(0, 19)}Z`;
  return `# created: ${created}\n# public key: ${await identity.recipient()}\n${identity.reveal()}\n`;
}

/** The text of a new push token. */
export function newPushToken(): string {
  return `${Buffer.from(randomBytes(PUSH_TOKEN_BYTES)).toString('hex')}\n`;
}

/** The private half first: the public one can be made from it again, so that a crash between both is mended by the next run. */
async function makeDeployKey(folder: string): Promise<MadeCredential[]> {
  await refuseOrphan(folder);
  const privateKey = await makeFile(
    folder,
    CREDENTIAL_FILES.deployKey,
    () => generateSshKeyPair(DEPLOY_KEY_COMMENT).privateKey,
  );
  const publicKey = await makeFile(folder, CREDENTIAL_FILES.deployKeyPublic, () => publicHalfOf(folder));
  return [privateKey, publicKey];
}

async function refuseOrphan(folder: string): Promise<void> {
  const { deployKey, deployKeyPublic } = CREDENTIAL_FILES;
  const [own, orphan] = await Promise.all([inspect(join(folder, deployKey)), inspect(join(folder, deployKeyPublic))]);
  if (own !== undefined || orphan === undefined) return;
  throw failure('input', {
    code: 'credentials/invalid',
    message: `${deployKeyPublic} lies there without its private half ${deployKey}`,
    place: { file: deployKeyPublic },
    remedy: `copy ${deployKey} to here, or remove ${deployKeyPublic} for a new pair to be made`,
  });
}

function strangeHalf(): Failure {
  const { deployKey, deployKeyPublic } = CREDENTIAL_FILES;
  return failure('input', {
    code: 'credentials/invalid',
    message: `${deployKeyPublic} belongs to another key than the one that the tree holds, and ${deployKey} is not there`,
    place: { file: deployKeyPublic },
    remedy: `move ${deployKeyPublic} away: both halves are restored from the tree then`,
  });
}

async function publicHalfOf(folder: string): Promise<string> {
  const { deployKey } = CREDENTIAL_FILES;
  const text = (await readTextIfPresent(join(folder, deployKey))) ?? '';
  const publicKey = sshPublicKey(text, DEPLOY_KEY_COMMENT);
  if (publicKey !== undefined) return publicKey;
  const message = `${deployKey} is no private key in the format of OpenSSH`;
  const remedy = 'restore it, or remove it for a new pair to be made';
  throw failure('input', { code: 'credentials/invalid', message, place: { file: deployKey }, remedy });
}

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
