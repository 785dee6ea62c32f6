import { createHash } from 'node:crypto';
import { scalarBytes } from './scalars.ts';
import type { Leaf } from './tree.ts';

// The SHA-256 of `sops`: makes the MAC over encrypted values alone differ from the one over all (sops.go, MACOnlyEncryptedInitialization).
const ONLY_ENCRYPTED_START = '8a3fd2ad54ce66527b1034f3d147be0b0b975b3bf44f72c6fdadec8176f27d69';

/**
 * The message authentication code of a file: SHA-512 in upper-case hexadecimal over the texts of its plain values in document order,
 * comments and nulls left out. With `onlyEncrypted` it covers none but the values that are encrypted.
 */
export class Mac {
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
