import { failure } from '../report/finding.ts';
import { unwrapDataKey } from './data-key.ts';
import { formatFor } from './formats/format.ts';
import type { AgeIdentity } from './identities.ts';
import { hasMetadata, type Metadata, type Sealed, splitMetadata } from './metadata.ts';
import { unseal, type Vectors } from './seal.ts';
import type { Tree } from './tree.ts';

const PLAIN_YAML_INDENT = 2;

/** An encrypted file and the keys to try on it. */
export interface DecryptOptions {
  /** Path of the file: its ending tells the format, and messages name it. */
  readonly path: string;
  readonly text: string;
  readonly identities: readonly AgeIdentity[];
}

/** A decrypted file. */
export interface Decrypted {
  /** The plain text, written anew: comments and order are kept, quotes and blank lines are not. It is a secret. */
  readonly text: string;
  /** The same as bytes: a file that is none of text is whole here alone. */
  readonly bytes: Uint8Array;
  readonly tree: Tree;
  readonly metadata: Metadata;
}

/**
 * Decrypts a file that this package or the sops program encrypted. The MAC is verified before anything is returned. Throws a Failure:
 * `sops/not-encrypted`, `sops/wrong-key` (which names the recipients of the file and of the keys at hand), `sops/damaged`, `sops/mac`,
 * `sops/metadata`, `sops/yaml` or `sops/syntax`. No message holds a value.
 */
export async function decrypt({ path, text, identities }: DecryptOptions): Promise<Decrypted> {
  const { tree, metadata } = await open({ path, text, identities });
  const { name, write, bytes, defaultIndent } = formatFor(path);
  const plain = write(tree, name === 'yaml' ? PLAIN_YAML_INDENT : defaultIndent);
  return { text: plain, bytes: bytes?.write(tree) ?? Buffer.from(plain, 'utf8'), tree, metadata };
}

/** A decrypted file with what it takes to encrypt it again. */
export interface Opened {
  readonly tree: Tree;
  readonly metadata: Metadata;
  readonly dataKey: Uint8Array;
  readonly vectors: Vectors;
}

/** As `decrypt`, for those who go on working with the tree and the data key. */
export async function open({ path, text, identities }: DecryptOptions): Promise<Opened> {
  const sealed = readSealed(path, text);
  const dataKey = await unwrapDataKey(sealed.metadata, identities, path);
  return { ...unseal(sealed, dataKey, path), metadata: sealed.metadata, dataKey };
}

/** The encrypted tree of a file and its metadata; needs no key. Throws a Failure where the text is not encrypted. */
export function readSealed(path: string, text: string): Sealed {
  const sealed = splitMetadata(formatFor(path).read(text, path), path);
  if (!sealed.metadata.others.some(({ key }) => key === 'key_groups')) return sealed;
  throw failure('input', {
    code: 'sops/metadata',
    message: `The data key of ${path} is split among several key groups, which only the sops program can put together`,
    place: { file: path },
    remedy: 'decrypt it with `sops decrypt`',
  });
}

/** Whether a text carries metadata of SOPS; needs no key. Throws a Failure where it cannot be read at all. */
export function isEncrypted(path: string, text: string): boolean {
  return hasMetadata(formatFor(path).read(text, path));
}
