import { createCipheriv, createDecipheriv } from 'node:crypto';
import { scalarBytes, scalarFromBytes, type Valued } from './scalars.ts';
import type { Comment, Leaf } from './tree.ts';
import type { Position } from './walk.ts';

const ALGORITHM = 'aes-256-gcm';
const TAG_LENGTH = 16;

/** Length of the initialisation vectors that SOPS uses: 32 bytes, not the usual 12 of GCM. */
export const IV_LENGTH = 32;

/** The parts of an encrypted value, `ENC[AES256_GCM,data:…,iv:…,tag:…,type:…]`. */
export interface Encrypted {
  readonly data: Buffer;
  readonly iv: Buffer;
  readonly tag: Buffer;
  readonly type: string;
}

/** What an encrypted value is bound to: the keys on its path, each followed by a colon (aes/cipher.go). */
export function additionalData({ path }: Pick<Position, 'path'>): string {
  return `${path.join(':')}:`;
}

/** A leaf with a text as `ENC[…]`. */
export function encryptLeaf(leaf: Valued | Comment, key: Uint8Array, iv: Uint8Array, bound: string): string {
  const cipher = createCipheriv(ALGORITHM, key, iv, { authTagLength: TAG_LENGTH });
  cipher.setAAD(Buffer.from(bound, 'utf8'));
  const data = Buffer.concat([cipher.update(leafBytes(leaf)), cipher.final()]);
  const parts = [`data:${data.toString('base64')}`, `iv:${Buffer.from(iv).toString('base64')}`];
  const type = leaf.kind === 'bytes' ? 'str' : leaf.kind;
  return `ENC[AES256_GCM,${parts.join(',')},tag:${cipher.getAuthTag().toString('base64')},type:${type}]`;
}

/** What is encrypted (and, but for comments, hashed) of a leaf. */
export function leafBytes(leaf: Valued | Comment): Buffer {
  return leaf.kind === 'comment' ? Buffer.from(leaf.text, 'utf8') : scalarBytes(leaf);
}

/** The parts of an encrypted value, or undefined where the text is none. Base64 has to be canonical: each value has one spelling. */
export function parseEncrypted(text: string): Encrypted | undefined {
  const match = /^ENC\[AES256_GCM,data:([^,]+),iv:([^,]+),tag:([^,]+),type:([a-z]+)\]$/.exec(text);
  if (match === null) return undefined;
  const [data, iv, tag] = match.slice(1, 4).map(canonicalBase64);
  if (data === undefined || iv === undefined || tag?.length !== TAG_LENGTH) return undefined;
  return { data, iv, tag, type: match[4] ?? '' };
}

function canonicalBase64(text: string): Buffer | undefined {
  const bytes = Buffer.from(text, 'base64');
  return bytes.toString('base64') === text ? bytes : undefined;
}

/** The leaf that was encrypted, or undefined where key, path or bytes are not those that it was encrypted with. */
export function decryptLeaf(encrypted: Encrypted, key: Uint8Array, bound: string): Leaf | undefined {
  const bytes = open(encrypted, key, bound);
  if (bytes === undefined) return undefined;
  return encrypted.type === 'comment'
    ? { kind: 'comment', text: bytes.toString('utf8'), inline: false }
    : scalarFromBytes(encrypted.type, bytes);
}

function open({ data, iv, tag }: Encrypted, key: Uint8Array, bound: string): Buffer | undefined {
  try {
    const decipher = createDecipheriv(ALGORITHM, key, iv, { authTagLength: TAG_LENGTH });
    decipher.setAAD(Buffer.from(bound, 'utf8'));
    decipher.setAuthTag(tag);
    return Buffer.concat([decipher.update(data), decipher.final()]);
  } catch {
    // node:crypto has one error for every way in which a value can be forged or damaged; the caller says where it stands.
    return undefined;
  }
}
