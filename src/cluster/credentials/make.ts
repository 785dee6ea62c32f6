import { join } from 'node:path';
import { failure } from '../../report/finding.ts';
import { generateIdentity, type KeyKind } from '../../sops/identities.ts';
import { inspect, publishFile, readTextIfPresent } from '../../system/files.ts';
import { randomBytes } from '../../system/random.ts';
import { CREDENTIAL_FILES, type CredentialFile } from './files.ts';
import { generateSshKeyPair, sshPublicKey } from './openssh.ts';

const PRIVATE_MODE = 0o600;
const PUBLIC_MODE = 0o644;
const DEPLOY_KEY_COMMENT = 'deploy-key';
const PUSH_TOKEN_BYTES = 16;

/** What became of a file. */
export interface MadeCredential {
  readonly file: CredentialFile;
  readonly outcome: 'created' | 'present';
}

export interface MakeOptions {
  readonly now: Date;
  /** Kind of a new age key; `x25519` where absent. */
  readonly ageKind?: KeyKind;
}

/**
 * Makes the age key, the deploy key and the push token where they are missing, and says of each whether it was there. Nothing is
 * ever overwritten, a partial state is completed, and a crash leaves each file whole or absent. Throws a Failure where a public deploy
 * key lies there without its private half, or a private one cannot be read.
 */
export async function makeCredentials(folder: string, options: MakeOptions): Promise<MadeCredential[]> {
  const ageKey = await makeFile(folder, CREDENTIAL_FILES.ageKey, () => newAgeKey(options));
  const deployKeys = await makeDeployKey(folder);
  const pushToken = await makeFile(folder, CREDENTIAL_FILES.pushToken, newPushToken);
  return [ageKey, ...deployKeys, pushToken];
}

async function makeFile(
  folder: string,
  file: CredentialFile,
  text: () => string | Promise<string>,
): Promise<MadeCredential> {
  const path = join(folder, file);
  if ((await inspect(path)) !== undefined) return { file, outcome: 'present' };
  const mode = file === CREDENTIAL_FILES.deployKeyPublic ? PUBLIC_MODE : PRIVATE_MODE;
  return { file, outcome: (await publishFile(path, await text(), mode)) ? 'created' : 'present' };
}

/** The text of a new age key, as age-keygen writes it. */
async function newAgeKey({ now, ageKind = 'x25519' }: MakeOptions): Promise<string> {
  const identity = generateIdentity(ageKind);
  const created = `${now.toISOString().slice(0, 19)}Z`;
  return `# created: ${created}\n# public key: ${await identity.recipient()}\n${identity.reveal()}\n`;
}

function newPushToken(): string {
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

async function publicHalfOf(folder: string): Promise<string> {
  const { deployKey } = CREDENTIAL_FILES;
  const text = (await readTextIfPresent(join(folder, deployKey))) ?? '';
  const publicKey = sshPublicKey(text, DEPLOY_KEY_COMMENT);
  if (publicKey !== undefined) return publicKey;
  const message = `${deployKey} is no private key in the format of OpenSSH`;
  const remedy = 'restore it, or remove it for a new pair to be made';
  throw failure('input', { code: 'credentials/invalid', message, place: { file: deployKey }, remedy });
}
