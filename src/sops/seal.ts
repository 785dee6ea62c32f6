import { createCipheriv, createDecipheriv, createHash } from 'node:crypto';
import { failure, type Failure } from '../report/finding.ts';
import { randomBytes } from '../system/environment.ts';
import type { Metadata, Sealed } from './metadata.ts';
import { parseTimestamp, scalarBytes, scalarFromBytes, type Valued } from './scalars.ts';
import { selects } from './selection.ts';
import { type Comment, type Leaf, mapLeaves, type Position, type Scalar, type Tree, visitLeaves } from './tree.ts';

/**
 * The initialisation vectors of an earlier encryption under the same data key, by value and path. Handing them in keeps the ciphertext
 * of what did not change, as the sops program does (aes/cipher.go, stash). A vector is only ever used again for the very same
 * plain text, so nothing is learnt but that it is the same.
 */
export class Vectors {
  readonly #known = new Map<string, Uint8Array[]>();

  remember(leaf: Valued | Comment, bound: string, vector: Uint8Array): void {
    const key = vectorKey(leaf, bound);
    this.#known.set(key, [...(this.#known.get(key) ?? []), vector]);
  }

  /** Takes over those that another encryption under the same data key used. */
  takeOver(other: Vectors): void {
    for (const [key, vectors] of other.#known) {
      const own = this.#known.get(key) ?? [];
      const more = vectors.filter((vector) => !own.some((one) => Buffer.from(one).equals(Buffer.from(vector))));
      this.#known.set(key, [...own, ...more]);
    }
  }

  /** The next remembered vector of this value, or a new one. Each is given out once, so that equal values do not look equal. */
  take(leaf: Valued | Comment, bound: string): Uint8Array {
    const known = this.#known.get(vectorKey(leaf, bound))?.shift();
    return known?.length === IV_LENGTH ? known : randomBytes(IV_LENGTH);
  }
}

function vectorKey(leaf: Valued | Comment, bound: string): string {
  return JSON.stringify([leaf.kind, leafBytes(leaf).toString('base64'), bound]);
}

/** What sealing needs besides the tree: metadata without the two fields that it makes itself, and the data key. */
interface SealOptions {
  readonly metadata: Omit<Metadata, 'lastModified' | 'mac'>;
  readonly dataKey: Uint8Array;
  readonly vectors: Vectors;
  readonly now: Date;
}

/** The tree with its selected values encrypted, and its metadata with the MAC over the plain values. */
export function seal(tree: Tree, { metadata, dataKey, vectors, now }: SealOptions): Sealed {
  const isSelected = selects(metadata.selection);
  const mac = new Mac(metadata.macOnlyEncrypted);
  const sealed = mapLeaves(tree, (leaf, position) => {
    const isEncrypted = isSelected(leaf, position);
    mac.add(leaf, isEncrypted);
    return isEncrypted ? sealLeaf(leaf, additionalData(position), dataKey, vectors) : leaf;
  });
  const lastModified = `${now.toISOString().slice(0, 19)}Z`;
  const code: Valued = { kind: 'str', value: mac.digest() };
  const encryptedMac = encryptLeaf(code, dataKey, randomBytes(IV_LENGTH), lastModified);
  return { tree: sealed, metadata: { ...metadata, lastModified, mac: encryptedMac } };
}

/** Null and empty texts stay as they are: there is nothing in them to hide. */
function sealLeaf(leaf: Leaf, bound: string, dataKey: Uint8Array, vectors: Vectors): Leaf {
  if (leaf.kind === 'null' || leafBytes(leaf).length === 0) return leaf;
  const text = encryptLeaf(leaf, dataKey, vectors.take(leaf, bound), bound);
  return leaf.kind === 'comment' ? { ...leaf, text } : { kind: 'str', value: text };
}

/** A decrypted tree with what it takes to encrypt it again under the same key. */
interface Unsealed {
  readonly tree: Tree;
  readonly vectors: Vectors;
}

/**
 * The plain tree of an encrypted one. Throws a Failure where a value cannot be decrypted at its path, and where the MAC does not fit
 * the values: nothing is returned before that was compared.
 */
export function unseal({ tree, metadata }: Sealed, dataKey: Uint8Array, file: string): Unsealed {
  const opening = new Opening(tree, dataKey, file);
  const isSelected = selects(metadata.selection);
  const mac = new Mac(metadata.macOnlyEncrypted);
  const plain = mapLeaves(tree, (leaf, position) => {
    const isEncrypted = isSelected(leaf, position);
    const opened = isEncrypted ? opening.open(leaf, position) : leaf;
    mac.add(opened, isEncrypted);
    return opened;
  });
  if (mac.digest() !== storedMac(metadata, dataKey)) throw macMismatch(file);
  return { tree: plain, vectors: opening.vectors };
}

function storedMac({ mac, lastModified }: Metadata, dataKey: Uint8Array): string | undefined {
  const encrypted = parseEncrypted(mac);
  const bound = parseTimestamp(lastModified) ?? lastModified;
  const leaf = encrypted === undefined ? undefined : decryptLeaf(encrypted, dataKey, bound);
  return leaf?.kind === 'str' ? leaf.value : undefined;
}

function macMismatch(file: string): Failure {
  const message = `The values of ${file} are not those that it was encrypted with: its MAC does not match`;
  const remedy = 'somebody added, removed or changed a line: restore the file from Git';
  return failure('input', { code: 'sops/mac', message, place: { file }, remedy });
}

const LOOKS_ENCRYPTED = /AES256_GCM|,iv:.+,tag:/;

/** Opens the leaves of one file. */
class Opening {
  readonly vectors = new Vectors();
  readonly #tree: Tree;
  readonly #dataKey: Uint8Array;
  readonly #file: string;
  #bounds: ReadonlySet<string> | undefined;

  constructor(tree: Tree, dataKey: Uint8Array, file: string) {
    this.#tree = tree;
    this.#dataKey = dataKey;
    this.#file = file;
  }

  open(leaf: Leaf, position: Position): Leaf {
    if (leaf.kind === 'null' || (leaf.kind === 'str' && leaf.value === '')) return leaf;
    return leaf.kind === 'comment' ? this.#openComment(leaf, position) : this.#openValue(leaf, position);
  }

  #openValue(leaf: Scalar, position: Position): Leaf {
    const encrypted = leaf.kind === 'str' ? parseEncrypted(leaf.value) : undefined;
    if (encrypted === undefined) throw this.#damaged(position, 'is not encrypted, or not in full');
    const bound = additionalData(position);
    const opened = decryptLeaf(encrypted, this.#dataKey, bound);
    if (opened === undefined || opened.kind === 'null') throw this.#damaged(position, 'cannot be decrypted');
    this.vectors.remember(opened, bound, encrypted.iv);
    return opened;
  }

  /**
   * A comment is bound to the path of the mapping or list that it stands in. go-yaml counts some comments to another one than we do,
   * so all paths of the file are tried; one that is no encrypted text was left plain by an old version of sops.
   */
  #openComment(comment: Comment, position: Position): Comment {
    const encrypted = parseEncrypted(comment.text);
    if (encrypted === undefined && LOOKS_ENCRYPTED.test(comment.text))
      throw this.#damaged(position, 'has a damaged comment');
    if (encrypted === undefined) return comment;
    for (const bound of this.#boundsFrom(position)) {
      const opened = decryptLeaf(encrypted, this.#dataKey, bound);
      if (opened?.kind !== 'comment') continue;
      this.vectors.remember(opened, bound, encrypted.iv);
      return { ...opened, inline: comment.inline };
    }
    throw this.#damaged(position, 'has a comment that cannot be decrypted');
  }

  /** The likely bound first: all others are made once for a file, and only if it was not that. */
  *#boundsFrom(position: Position): Iterable<string> {
    yield additionalData(position);
    yield* (this.#bounds ??= boundsOf(this.#tree));
  }

  #damaged({ path }: Position, what: string): Failure {
    const message = `The value at \`${path.join('.')}\` in ${this.#file} ${what}: it, its key or its path was changed after encryption`;
    return failure('input', {
      code: 'sops/damaged',
      message,
      place: { file: this.#file },
      remedy: 'restore the file from Git',
    });
  }
}

/** What a comment of a tree may be bound to: the paths of all mappings and lists, and of the values too. */
function boundsOf(tree: Tree): ReadonlySet<string> {
  const bounds = new Set<string>();
  visitLeaves(tree, (_leaf, { path }) => {
    path.forEach((_key, index) => bounds.add(additionalData({ path: path.slice(0, index + 1) })));
  });
  return bounds.add(additionalData({ path: [] }));
}

const ALGORITHM = 'aes-256-gcm';
const TAG_LENGTH = 16;

/** Length of the initialisation vectors that SOPS uses: 32 bytes, not the usual 12 of GCM. */
const IV_LENGTH = 32;

/** The parts of an encrypted value, `ENC[AES256_GCM,data:…,iv:…,tag:…,type:…]`. */
interface Encrypted {
  readonly data: Buffer;
  readonly iv: Buffer;
  readonly tag: Buffer;
  readonly type: string;
}

/** What an encrypted value is bound to: the keys on its path, each followed by a colon (aes/cipher.go). */
function additionalData({ path }: Pick<Position, 'path'>): string {
  return `${path.join(':')}:`;
}

/** A leaf with a text as `ENC[…]`. */
function encryptLeaf(leaf: Valued | Comment, key: Uint8Array, iv: Uint8Array, bound: string): string {
  const cipher = createCipheriv(ALGORITHM, key, iv, { authTagLength: TAG_LENGTH });
  cipher.setAAD(Buffer.from(bound, 'utf8'));
  const data = Buffer.concat([cipher.update(leafBytes(leaf)), cipher.final()]);
  const parts = [`data:${data.toString('base64')}`, `iv:${Buffer.from(iv).toString('base64')}`];
  const type = leaf.kind === 'bytes' ? 'str' : leaf.kind;
  return `ENC[AES256_GCM,${parts.join(',')},tag:${cipher.getAuthTag().toString('base64')},type:${type}]`;
}

/** What is encrypted (and, but for comments, hashed) of a leaf. */
function leafBytes(leaf: Valued | Comment): Buffer {
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
function decryptLeaf(encrypted: Encrypted, key: Uint8Array, bound: string): Leaf | undefined {
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

// The SHA-256 of `sops`: makes the MAC over encrypted values alone differ from the one over all (sops.go, MACOnlyEncryptedInitialization).
const ONLY_ENCRYPTED_START = '8a3fd2ad54ce66527b1034f3d147be0b0b975b3bf44f72c6fdadec8176f27d69';

/**
 * The message authentication code of a file: SHA-512 in upper-case hexadecimal over the texts of its plain values in document order,
 * comments and nulls left out. With `onlyEncrypted` it covers none but the values that are encrypted.
 */
class Mac {
  readonly #hash = createHash('sha512');
  readonly #onlyEncrypted: boolean;

  constructor(onlyEncrypted: boolean) {
    this.#onlyEncrypted = onlyEncrypted;
    if (onlyEncrypted) this.#hash.update(Buffer.from(ONLY_ENCRYPTED_START, 'hex'));
  }

  /** Takes the next plain value of the document. */
  add(leaf: Leaf, isEncrypted: boolean): void {
    if (leaf.kind === 'comment' || leaf.kind === 'null') return;
    if (isEncrypted || !this.#onlyEncrypted) this.#hash.update(scalarBytes(leaf));
  }

  /** The code of all values taken so far. To be called once. */
  digest(): string {
    return this.#hash.digest('hex').toUpperCase();
  }
}
