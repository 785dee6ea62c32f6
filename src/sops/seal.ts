import { randomBytes } from '../system/environment.ts';
import { additionalData, encryptLeaf, IV_LENGTH, leafBytes } from './cipher.ts';
import { Mac } from './mac.ts';
import type { Metadata, Sealed } from './metadata.ts';
import type { Valued } from './scalars.ts';
import { selects } from './selection.ts';
import type { Comment, Leaf, Tree } from './tree.ts';
import { mapLeaves } from './walk.ts';

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
export interface SealOptions {
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
