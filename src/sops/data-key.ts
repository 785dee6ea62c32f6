import { failure, type Failure } from '../report/finding.ts';
import { randomBytes } from '../system/environment.ts';
import { openAgeFile } from './age.ts';
import type { AgeIdentity } from './identities.ts';
import type { Metadata, WrappedKey } from './metadata.ts';

const DATA_KEY_LENGTH = 32;

/** A new key for the values of one file. */
export function newDataKey(): Uint8Array {
  return randomBytes(DATA_KEY_LENGTH);
}

/** The data key encrypted for each recipient, in their order. */
export async function wrapDataKey(key: Uint8Array, recipients: readonly string[]): Promise<WrappedKey[]> {
  const { armor, Encrypter } = await import('age-encryption');
  return Promise.all(
    recipients.map(async (recipient) => {
      const encrypter = new Encrypter();
      encrypter.addRecipient(recipient);
      return { recipient, enc: armor.encode(await encrypter.encrypt(key)) };
    }),
  );
}

/**
 * The data key of a file, by the first of its wrapped keys that one of the identities opens. Throws a Failure where none does: it
 * names the recipients that the file has and those that the identities are.
 */
export async function unwrapDataKey(
  metadata: Metadata,
  identities: readonly AgeIdentity[],
  file: string,
): Promise<Uint8Array> {
  for (const { identity, wrapped } of await candidates(metadata, identities)) {
    const key = await openWrapped(wrapped, identity, file);
    if (key?.length === DATA_KEY_LENGTH) return key;
  }
  throw await wrongKey(metadata, identities, file);
}

interface Candidate {
  readonly identity: AgeIdentity;
  readonly wrapped: WrappedKey;
}

/** All pairs, those first whose recipients are equal: the label is not authenticated, so that a wrong one only costs time. */
async function candidates(metadata: Metadata, identities: readonly AgeIdentity[]): Promise<Candidate[]> {
  const owned = await Promise.all(
    identities.map(async (identity) => ({ identity, recipient: await identity.recipient() })),
  );
  const pairs = owned.flatMap(({ identity, recipient }) =>
    metadata.age.map((wrapped) => ({ identity, wrapped, isOwn: wrapped.recipient === recipient })),
  );
  return [...pairs.filter(({ isOwn }) => isOwn), ...pairs.filter(({ isOwn }) => !isOwn)];
}

async function openWrapped({ enc }: WrappedKey, identity: AgeIdentity, file: string): Promise<Uint8Array | undefined> {
  try {
    if (identity.kind !== 'post-quantum') return openAgeFile(enc, (stanzas) => identity.unwrap(stanzas));
    return await openWithLibrary(enc, identity);
  } catch (error) {
    if (error instanceof Error && error.message === "no identity matched any of the file's recipients")
      return undefined;
    throw damaged(file, error);
  }
}

async function openWithLibrary(enc: string, identity: AgeIdentity): Promise<Uint8Array> {
  const { armor, Decrypter } = await import('age-encryption');
  const decrypter = new Decrypter();
  decrypter.addIdentity(identity.reveal());
  return decrypter.decrypt(armor.decode(enc));
}

function damaged(file: string, cause: unknown): Failure {
  const message = `The data key of ${file} cannot be read: a text below \`sops.age\` is damaged`;
  return failure(
    'input',
    { code: 'sops/damaged', message, place: { file }, remedy: 'restore the file from Git' },
    cause,
  );
}

async function wrongKey({ age, others }: Metadata, identities: readonly AgeIdentity[], file: string): Promise<Failure> {
  const own = await Promise.all(identities.map((identity) => identity.recipient()));
  const stores = others.map(({ key }) => key).filter((key) => key !== 'shamir_threshold');
  const wanted = [...age.map(({ recipient }) => recipient), ...stores];
  const has =
    own.length === 0 ? 'there is no age key at hand' : `the age key at hand is ${own.map(shorten).join(', ')}`;
  return failure('input', {
    code: 'sops/wrong-key',
    message: `${file} cannot be decrypted: it is encrypted to ${wanted.map(shorten).join(', ') || 'nobody'}, and ${has}`,
    place: { file },
    remedy: 'put the age key that it is encrypted to into age.key, or let SOPS_AGE_KEY_FILE name its file',
  });
}

/** Post-quantum recipients have 2,000 letters: enough of one is shown to tell it from others. */
function shorten(recipient: string): string {
  return recipient.length > 80 ? `${recipient.slice(0, 40)}…${recipient.slice(-8)}` : recipient;
}
