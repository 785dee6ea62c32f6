import {
  createDecipheriv,
  createPrivateKey,
  createPublicKey,
  diffieHellman,
  hkdfSync,
  type KeyObject,
} from 'node:crypto';

// DER around the 32 bytes of a key, RFC 8410.
const PRIVATE_PREFIX = Buffer.from('302e020100300506032b656e04220420', 'hex');
const PUBLIC_PREFIX = Buffer.from('302a300506032b656e032100', 'hex');

const KEY_LENGTH = 32;
const TAG_LENGTH = 16;
const FILE_KEY_LENGTH = 16;
const STANZA_TYPE = 'X25519';
const HKDF_LABEL = 'age-encryption.org/v1/X25519';

/** A stanza of an age header, as the package age-encryption hands it to an identity. */
export interface HeaderStanza {
  readonly args: readonly string[];
  readonly body: Uint8Array;
}

/** The public half of an X25519 secret. */
export function x25519PublicKey(secret: Uint8Array): Uint8Array {
  const der = createPublicKey(privateKey(secret)).export({ format: 'der', type: 'spki' });
  return new Uint8Array(der.subarray(PUBLIC_PREFIX.length));
}

/**
 * The file key out of the X25519 stanza that was made for this secret; null where none was (https://age-encryption.org/v1, "The X25519
 * recipient type"). Throws where a stanza is malformed. node:crypto does in 0.1 ms what the package age-encryption does in 5.
 */
export function unwrapFileKey(secret: Uint8Array, stanzas: readonly HeaderStanza[]): Uint8Array | null {
  const own = privateKey(secret);
  const ownPublic = x25519PublicKey(secret);
  for (const stanza of stanzas) {
    if (stanza.args[0] !== STANZA_TYPE) continue;
    const fileKey = openBody(stanza.body, wrapKey(own, ownPublic, ephemeralShare(stanza)));
    if (fileKey !== undefined) return fileKey;
  }
  return null;
}

function privateKey(secret: Uint8Array): KeyObject {
  return createPrivateKey({ key: Buffer.concat([PRIVATE_PREFIX, secret]), format: 'der', type: 'pkcs8' });
}

function ephemeralShare({ args, body }: HeaderStanza): Buffer {
  const text = args[1] ?? '';
  const share = Buffer.from(text, 'base64');
  const isCanonical = share.toString('base64').replace(/(?<!=)=+$/, '') === text;
  if (
    args.length !== 2 ||
    !isCanonical ||
    share.length !== KEY_LENGTH ||
    body.length !== FILE_KEY_LENGTH + TAG_LENGTH
  ) {
    throw new Error('invalid X25519 stanza');
  }
  return share;
}

function wrapKey(own: KeyObject, ownPublic: Uint8Array, share: Buffer): Uint8Array {
  const publicKey = createPublicKey({ key: Buffer.concat([PUBLIC_PREFIX, share]), format: 'der', type: 'spki' });
  // OpenSSL refuses the all-zero secret that a share of low order gives, as the specification asks.
  const shared = diffieHellman({ privateKey: own, publicKey });
  return new Uint8Array(hkdfSync('sha256', shared, Buffer.concat([share, ownPublic]), HKDF_LABEL, KEY_LENGTH));
}

function openBody(body: Uint8Array, key: Uint8Array): Uint8Array | undefined {
  try {
    const decipher = createDecipheriv('chacha20-poly1305', key, Buffer.alloc(12), { authTagLength: TAG_LENGTH });
    decipher.setAuthTag(body.subarray(FILE_KEY_LENGTH));
    return new Uint8Array(Buffer.concat([decipher.update(body.subarray(0, FILE_KEY_LENGTH)), decipher.final()]));
  } catch {
    // The stanza was made for somebody else: nothing else tells them apart.
    return undefined;
  }
}
