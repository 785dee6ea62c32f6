import { failure, type Failure } from '../report/finding.ts';
import { newDataKey, wrapDataKey } from './data-key.ts';
import type { Opened } from './decrypt.ts';
import { formatFor } from './formats/format.ts';
import { type AgeIdentity, recipientKind } from './identities.ts';
import { hasMetadata, joinMetadata, type Metadata, METADATA_KEY } from './metadata.ts';
import type { Rule } from './rules.ts';
import { seal, Vectors } from './seal.ts';
import type { Tree } from './tree.ts';
import { readBack } from './witness.ts';

/** The version of sops whose format is written. */
const SOPS_VERSION = '3.13.3';

/** A plain text and how to encrypt it. */
export interface EncryptOptions {
  /** Path of the file: its ending tells the format, and messages name it. */
  readonly path: string;
  readonly plain: string;
  readonly rule: Rule;
  /** Spaces a level; 4 where absent, as the sops program has it. */
  readonly indent?: number | undefined;
  /** Keys of the user, to read the result back with. None is needed to encrypt. */
  readonly identities: readonly AgeIdentity[];
  readonly now: Date;
}

/**
 * Encrypts a plain text by a rule, as the sops program does, and reads the result back before it returns it. Throws a Failure:
 * `sops/yaml`, `sops/format`, `sops/already-encrypted`, `sops/recipient`, `sops/read-back`. No message holds a value.
 */
export async function encrypt(options: EncryptOptions): Promise<string> {
  return encryptTree(readPlain(options.path, options.plain), options);
}

/** The tree of a plain text that is to be encrypted. Throws a Failure where there is none, or where it is encrypted already. */
export function readPlain(path: string, plain: string): Tree {
  const tree = formatFor(path).read(plain, path);
  const place = { file: path };
  if (tree.length === 0) {
    throw failure('input', { code: 'sops/yaml', message: `${path} is empty: there is nothing to encrypt`, place });
  }
  if (hasMetadata(tree)) {
    const message = `${path} has a key \`${METADATA_KEY}\` at its top, so it is encrypted already or cannot be`;
    throw failure('input', {
      code: 'sops/already-encrypted',
      message,
      place,
      remedy: 'decrypt it first, or rename the key',
    });
  }
  return tree;
}

/**
 * Encrypts a tree. With `previous`, the data key, the keys of other key stores and the ciphertext of all that did not change are
 * taken from there; the caller answers for it that the recipients are the same.
 */
export async function encryptTree(tree: Tree, options: EncryptOptions, previous?: Opened): Promise<string> {
  const { path, rule, identities, now } = options;
  if (previous === undefined) requireRecipients(rule, path);
  const dataKey = previous?.dataKey ?? newDataKey();
  const metadata: Omit<Metadata, 'lastModified' | 'mac'> = {
    age: previous?.metadata.age ?? (await wrapDataKey(dataKey, rule.recipients)),
    selection: rule.selection,
    macOnlyEncrypted: rule.macOnlyEncrypted,
    version: newerVersion(previous?.metadata.version),
    others: previous?.metadata.others ?? [],
  };
  const sealed = seal(tree, { metadata, dataKey, vectors: previous?.vectors ?? new Vectors(), now });
  const format = formatFor(path);
  const text = format.write(joinMetadata(sealed), options.indent ?? format.defaultIndent);
  await readBack({ path, text, plain: tree, dataKey, identities });
  return text;
}

function newerVersion(previous: string | undefined): string {
  const isNewer = previous !== undefined && previous.localeCompare(SOPS_VERSION, 'en', { numeric: true }) > 0;
  return isNewer ? previous : SOPS_VERSION;
}

function requireRecipients({ recipients, otherStores }: Rule, path: string): void {
  if (otherStores.length > 0) {
    throw badRecipients(
      path,
      `its rule asks for ${otherStores.join(' and ')}, and only age is supported`,
      'encrypt it with the sops program',
    );
  }
  if (recipients.length === 0)
    throw badRecipients(path, 'its rule names no age recipient', 'add `age:` to the rule in .sops.yaml');
  const kinds = new Set(recipients.map(recipientKind));
  if (kinds.has(undefined))
    throw badRecipients(path, 'its rule names a recipient that is none', 'a recipient is a whole age1… or age1pq1…');
  if (kinds.size > 1)
    throw badRecipients(path, 'its rule mixes classic and post-quantum recipients', 'use one kind for all');
}

function badRecipients(path: string, why: string, remedy: string): Failure {
  return failure('input', {
    code: 'sops/recipient',
    message: `${path} cannot be encrypted: ${why}`,
    place: { file: path },
    remedy,
  });
}
