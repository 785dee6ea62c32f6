import { createPrivateKey, createPublicKey } from 'node:crypto';
import { randomBytes } from '../../system/environment.ts';

const KEY_TYPE = 'ssh-ed25519';
const MAGIC = 'openssh-key-v1\0';
const LABEL = 'OPENSSH PRIVATE KEY';
const HEADER = `-----BEGIN ${LABEL}-----`;
const FOOTER = `-----END ${LABEL}-----`;
const LINE_LENGTH = 70;
const BLOCK_LENGTH = 8;
const SEED_LENGTH = 32;

// DER around the 32 bytes of a key, RFC 8410.
const PRIVATE_PREFIX = Buffer.from('302e020100300506032b657004220420', 'hex');
const PUBLIC_PREFIX_LENGTH = 12;

/** Both halves of an SSH key as OpenSSH writes them, each with a final line break. */
interface SshKeyPair {
  readonly privateKey: string;
  readonly publicKey: string;
}

/** A new Ed25519 key without a passphrase, in the format of OpenSSH's PROTOCOL.key. */
export function generateSshKeyPair(comment: string): SshKeyPair {
  const seed = randomBytes(SEED_LENGTH);
  const publicBytes = publicHalf(seed);
  return {
    privateKey: armour(encodePrivate(seed, publicBytes, comment)),
    publicKey: publicLine(publicBlob(publicBytes), comment),
  };
}

/** The public line of a private key in OpenSSH's format, or undefined where the text is no such key. */
export function sshPublicKey(privateKey: string, comment: string): string | undefined {
  const lines = privateKey.trim().split(/\r?\n/);
  if (lines[0] !== HEADER || lines.at(-1) !== FOOTER) return undefined;
  const bytes = Buffer.from(lines.slice(1, -1).join(''), 'base64');
  if (bytes.subarray(0, MAGIC.length).toString('latin1') !== MAGIC) return undefined;
  // Cipher, key derivation and its options, the number of keys, then the public half, which is never encrypted.
  const reader = new Reader(bytes, MAGIC.length);
  for (let field = 0; field < 3; field += 1) reader.string();
  reader.skip(4);
  const blob = reader.string();
  return blob === undefined ? undefined : publicLine(blob, comment);
}

function publicHalf(seed: Uint8Array): Uint8Array {
  const key = createPrivateKey({ key: Buffer.concat([PRIVATE_PREFIX, seed]), format: 'der', type: 'pkcs8' });
  return new Uint8Array(createPublicKey(key).export({ format: 'der', type: 'spki' }).subarray(PUBLIC_PREFIX_LENGTH));
}

function encodePrivate(seed: Uint8Array, publicBytes: Uint8Array, comment: string): Buffer {
  const check = randomBytes(4);
  const secret = Buffer.concat([
    check,
    check,
    string(KEY_TYPE),
    string(publicBytes),
    string(Buffer.concat([seed, publicBytes])),
    string(comment),
  ]);
  const padding = Uint8Array.from({ length: -secret.length & (BLOCK_LENGTH - 1) }, (_, index) => index + 1);
  const body = [string('none'), string('none'), string(''), uint32(1), string(publicBlob(publicBytes))];
  return Buffer.concat([Buffer.from(MAGIC, 'latin1'), ...body, string(Buffer.concat([secret, padding]))]);
}

function publicBlob(publicBytes: Uint8Array): Buffer {
  return Buffer.concat([string(KEY_TYPE), string(publicBytes)]);
}

function publicLine(blob: Buffer, comment: string): string {
  const type = new Reader(blob, 0).string()?.toString('latin1') ?? KEY_TYPE;
  return `${type} ${blob.toString('base64')} ${comment}\n`;
}

function string(value: string | Uint8Array): Buffer {
  const bytes = Buffer.from(value);
  return Buffer.concat([uint32(bytes.length), bytes]);
}

function uint32(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32BE(value);
  return bytes;
}

function armour(bytes: Buffer): string {
  const lines = bytes.toString('base64').match(new RegExp(`.{1,${String(LINE_LENGTH)}}`, 'g')) ?? [];
  return [HEADER, ...lines, FOOTER, ''].join('\n');
}

/** Reads the length-prefixed strings of SSH's wire format (RFC 4251). */
class Reader {
  readonly #bytes: Buffer;
  #offset: number;

  constructor(bytes: Buffer, offset: number) {
    this.#bytes = bytes;
    this.#offset = offset;
  }

  skip(length: number): void {
    this.#offset += length;
  }

  /** The next string, or undefined where the bytes end before it does. */
  string(): Buffer | undefined {
    if (this.#offset + 4 > this.#bytes.length) return undefined;
    const start = this.#offset + 4;
    const end = start + this.#bytes.readUInt32BE(this.#offset);
    this.#offset = end;
    return end > this.#bytes.length ? undefined : this.#bytes.subarray(start, end);
  }
}
