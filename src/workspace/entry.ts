import { createHash } from 'node:crypto';

/** A file as the run wants it on disk; a secret's bytes are its ciphertext. */
export interface DesiredFile {
  /** Relative to the cluster's root, with forward slashes. */
  readonly path: string;
  readonly bytes: Uint8Array;
  readonly executable: boolean;
  readonly secret: boolean;
}

/** A file as it lies on disk. */
export interface DiskFile {
  readonly bytes: Uint8Array;
  readonly executable: boolean;
}

/** How a secret differs from the one that it replaces, as it may be shown: no value is in it. */
export interface SecretChange {
  /** Redacted plain texts; undefined where there is no file, or where `unknown` says why it could not be read. */
  readonly before: string | undefined;
  readonly after: string | undefined;
  /** Paths of the keys whose values differ. */
  readonly keys: readonly string[];
  /** Why the two could not be compared. */
  readonly unknown?: string;
}

/** SHA-256 of a file's bytes as the manifest writes it: `sha256:` and 64 hexadecimal digits. */
export function contentHash(bytes: Uint8Array): string {
  return `sha256:${createHash('sha256').update(bytes).digest('hex')}`;
}

/** Compares two texts by UTF-16 units, for an order that no locale changes. */
export function byCodeUnit(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
