import {
  createDecipheriv,
  createHmac,
  createPrivateKey,
  createPublicKey,
  diffieHellman,
  hkdfSync,
  type KeyObject,
  timingSafeEqual,
} from 'node:crypto';

const VERSION_LINE = 'age-encryption.org/v1';
const BODY_LINE_LENGTH = 64;
const MAC_LENGTH = 32;
const NONCE_LENGTH = 16;
const TAG_LENGTH = 16;
const CHUNK_LENGTH = 64 * 1024 + TAG_LENGTH;
const ARMOUR =
  /^\s*-----BEGIN AGE ENCRYPTED FILE-----\r?\n([A-Za-z0-9+/=\r\n]+?)\r?\n-----END AGE ENCRYPTED FILE-----\s*$/;

/**
 * The contents of an armoured age file of a single chunk (64 KiB), as a wrapped data key is; undefined where `unwrap` knows none of its
 * stanzas. Throws where the file is malformed or damaged. After https://age-encryption.org/v1; the package age-encryption does the
 * same through streams, which takes ten times as long and 80 ms to load.
 */
export function openAgeFile(
  armoured: string,
  unwrap: (stanzas: readonly HeaderStanza[]) => Uint8Array | null,
): Uint8Array | undefined {
  const file = decodeBase64(ARMOUR.exec(armoured)?.[1]?.replace(/\r?\n/g, ''));
  const { stanzas, authenticated, mac, payload } = parseHeader(file);
  const fileKey = unwrap(stanzas);
  if (fileKey === null) return undefined;
  const own = createHmac('sha256', derive(fileKey, new Uint8Array(), 'header'))
    .update(authenticated)
    .digest();
  if (mac.length !== MAC_LENGTH || !timingSafeEqual(own, mac)) throw new Error('invalid header MAC');
  return openPayload(payload, fileKey);
}

interface Header {
  readonly stanzas: readonly HeaderStanza[];
  /** The bytes that the header's MAC covers. */
  readonly authenticated: Buffer;
  readonly mac: Buffer;
  readonly payload: Buffer;
}

function parseHeader(file: Buffer): Header {
  const footer = file.indexOf('\n--- ') + 1;
  const end = file.indexOf('\n', footer);
  const lines = file
    .subarray(0, Math.max(0, footer - 1))
    .toString('latin1')
    .split('\n');
  if (footer === 0 || end === -1 || lines[0] !== VERSION_LINE) throw new Error('invalid header');
  const mac = decodeUnpadded(file.subarray(footer + '--- '.length, end).toString('latin1'));
  return {
    stanzas: parseStanzas(lines.slice(1)),
    authenticated: file.subarray(0, footer + 3),
    mac,
    payload: file.subarray(end + 1),
  };
}

function parseStanzas(lines: readonly string[]): HeaderStanza[] {
  const stanzas: HeaderStanza[] = [];
  let index = 0;
  while (index < lines.length) {
    const [arrow, ...args] = (lines[index] ?? '').split(' ');
    if (arrow !== '->' || args.length === 0 || args.includes('')) throw new Error('invalid stanza');
    // A body ends with its first line that is not full, and has one even where it is empty.
    const last = lines.findIndex((line, at) => at > index && line.length < BODY_LINE_LENGTH);
    if (last === -1) throw new Error('invalid stanza');
    stanzas.push({ args, body: decodeUnpadded(lines.slice(index + 1, last + 1).join('')) });
    index = last + 1;
  }
  return stanzas;
}

function openPayload(payload: Buffer, fileKey: Uint8Array): Uint8Array {
  const sealed = payload.subarray(NONCE_LENGTH);
  if (sealed.length < TAG_LENGTH || sealed.length > CHUNK_LENGTH) throw new Error('invalid payload');
  const key = derive(fileKey, payload.subarray(0, NONCE_LENGTH), 'payload');
  // The counter of the first chunk is zero; the last byte says that it is the final one.
  const nonce = Buffer.concat([Buffer.alloc(11), Buffer.from([1])]);
  const decipher = createDecipheriv('chacha20-poly1305', key, nonce, { authTagLength: TAG_LENGTH });
  decipher.setAuthTag(sealed.subarray(-TAG_LENGTH));
  return new Uint8Array(Buffer.concat([decipher.update(sealed.subarray(0, -TAG_LENGTH)), decipher.final()]));
}

function derive(fileKey: Uint8Array, salt: Uint8Array, label: string): Uint8Array {
  return new Uint8Array(hkdfSync('sha256', fileKey, salt, label, 32));
}

function decodeUnpadded(text: string): Buffer {
  return decodeBase64(text + '='.repeat(-text.length & 3));
}

/** Canonical base64 only: each file has one spelling. */
function decodeBase64(text: string | undefined): Buffer {
  const bytes = Buffer.from(text ?? '', 'base64');
  if (text === undefined || bytes.toString('base64') !== text) throw new Error('invalid base64');
  return bytes;
}

// DER around the 32 bytes of a key, RFC 8410.
const PRIVATE_PREFIX = Buffer.from('302e020100300506032b656e04220420', 'hex');
const PUBLIC_PREFIX = Buffer.from('302a300506032b656e032100', 'hex');

const KEY_LENGTH = 32;
const FILE_KEY_LENGTH = 16;
const STANZA_TYPE = 'X25519';
const HKDF_LABEL = 'age-encryption.org/v1/X25519';

/** A stanza of an age header, as the package age-encryption hands it to an identity. */
export interface HeaderStanza {
  readonly args: readonly string[];
  readonly body: Uint8Array;
}

/** An X25519 secret as node:crypto takes it, and its public half. */
export interface X25519Pair {
  readonly privateKey: KeyObject;
  readonly publicKey: Uint8Array;
}

/** The pair of an X25519 secret. It takes longer than what is done with it: whoever opens several files makes it once. */
export function x25519Pair(secret: Uint8Array): X25519Pair {
  const own = privateKey(secret);
  const der = createPublicKey(own).export({ format: 'der', type: 'spki' });
  return { privateKey: own, publicKey: new Uint8Array(der.subarray(PUBLIC_PREFIX.length)) };
}

/**
 * The file key out of the X25519 stanza that was made for this pair; null where none was (https://age-encryption.org/v1, "The X25519
 * recipient type"). Throws where a stanza is malformed. node:crypto does in 0.1 ms what the package age-encryption does in 5.
 */
export function unwrapFileKey(own: X25519Pair, stanzas: readonly HeaderStanza[]): Uint8Array | null {
  for (const stanza of stanzas) {
    if (stanza.args[0] !== STANZA_TYPE) continue;
    const fileKey = openBody(stanza.body, wrapKey(own, ephemeralShare(stanza)));
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

function wrapKey(own: X25519Pair, share: Buffer): Uint8Array {
  const theirs = createPublicKey({ key: Buffer.concat([PUBLIC_PREFIX, share]), format: 'der', type: 'spki' });
  // OpenSSL refuses the all-zero secret that a share of low order gives, as the specification asks.
  const shared = diffieHellman({ privateKey: own.privateKey, publicKey: theirs });
  return new Uint8Array(hkdfSync('sha256', shared, Buffer.concat([share, own.publicKey]), HKDF_LABEL, KEY_LENGTH));
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

const ED25519_LABEL = 'age-encryption.org/v1/ssh-ed25519';

/**
 * The file key out of a stanza that was made for a key of SSH; undefined where it was not (filippo.io/age/agessh). The scalar is the one
 * that the key signs with, and what is shared is multiplied by a tweak of the public key, so that no key of X25519 is the same one.
 *
 * @param key.blob - the public key as SSH sends it
 */
export function unwrapEd25519(
  { scalar, blob }: { readonly scalar: Uint8Array; readonly blob: Uint8Array },
  { args, body }: HeaderStanza,
): Uint8Array | undefined {
  const share = decodeUnpadded(args[2] ?? '');
  if (args.length !== 3 || share.length !== KEY_LENGTH || body.length !== FILE_KEY_LENGTH + TAG_LENGTH)
    throw new Error('invalid ssh-ed25519 stanza');
  const tweak = new Uint8Array(hkdfSync('sha256', new Uint8Array(), blob, ED25519_LABEL, KEY_LENGTH));
  const multiply = (by: Uint8Array, point: Uint8Array): Buffer =>
    diffieHellman({
      privateKey: privateKey(by),
      publicKey: createPublicKey({ key: Buffer.concat([PUBLIC_PREFIX, point]), format: 'der', type: 'spki' }),
    });
  const shared = multiply(tweak, multiply(scalar, share));
  const salt = Buffer.concat([share, x25519Pair(scalar).publicKey]);
  return openBody(body, new Uint8Array(hkdfSync('sha256', shared, salt, ED25519_LABEL, KEY_LENGTH)));
}
