import { failure, type Failure } from '../report/finding.ts';
import { additionalData, decryptLeaf, parseEncrypted } from './cipher.ts';
import { Mac } from './mac.ts';
import type { Metadata, Sealed } from './metadata.ts';
import { parseTimestamp } from './scalars.ts';
import { Vectors } from './seal.ts';
import { selects } from './selection.ts';
import type { Comment, Leaf, Scalar, Tree } from './tree.ts';
import { mapLeaves, type Position, visitLeaves } from './walk.ts';

/** A decrypted tree with what it takes to encrypt it again under the same key. */
export interface Unsealed {
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
