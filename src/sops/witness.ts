import { failure, type Failure } from '../report/finding.ts';
import { unwrapDataKey, wrapDataKey } from './data-key.ts';
import { readSealed } from './decrypt.ts';
import { formatFor } from './formats/format.ts';
import { type AgeIdentity, generateIdentity, isSameRecipient } from './identities.ts';
import type { Metadata, WrappedKey } from './metadata.ts';
import { selects } from './selection.ts';
import { type Branch, type Entry, sameTree, type Scalar, type Tree, type Value, visitLeaves } from './tree.ts';
import { unseal } from './seal.ts';

/** A newly encrypted text with all that is known of it. */
interface Evidence {
  readonly path: string;
  readonly text: string;
  /** The same text with the data key wrapped for others. */
  readonly textFor: (age: readonly WrappedKey[]) => string;
  /** The plain tree that went in. */
  readonly plain: Tree;
  readonly dataKey: Uint8Array;
  /** Keys of the user, one of which has to open the data key; none where nobody will read it here. */
  readonly identities: readonly AgeIdentity[];
}

/**
 * Reads a newly encrypted text back, first with our own decryption and then, where it can read such a file at all, with the
 * independent package sops-age, so that a mistake of ours in the format cannot lock anybody out. Throws a Failure where what comes
 * out is not what went in, or where none of the user's keys opens it.
 */
export async function readBack(evidence: Evidence): Promise<void> {
  const { path, text, plain, dataKey } = evidence;
  const sealed = readSealed(path, text);
  if (!sameTree(unseal(sealed, dataKey, path).tree, plain)) throw mismatch(path, 'our own decryption');
  await requireOwner(sealed.metadata, evidence);
  if (!isForWitness(path, plain, sealed.metadata)) return;
  const values = await decryptWithWitness(evidence);
  if (!sameValue(plain[0] ?? { kind: 'null' }, values)) throw mismatch(path, 'the package sops-age');
}

/** What is written can be opened by a key of the user. */
async function requireOwner(metadata: Metadata, { path, dataKey, identities }: Evidence): Promise<void> {
  if (identities.length === 0) return;
  const owner = await ownerOf(metadata, identities);
  if (owner === undefined) throw nobodysOwn(path, metadata);
  const unwrapped = await unwrapDataKey(metadata, [owner], path);
  if (!Buffer.from(unwrapped).equals(Buffer.from(dataKey))) throw mismatch(path, 'the data key');
}

async function ownerOf({ age }: Metadata, identities: readonly AgeIdentity[]): Promise<AgeIdentity | undefined> {
  for (const identity of identities) {
    const own = await identity.recipient();
    if (age.some(({ recipient }) => isSameRecipient(recipient, own))) return identity;
  }
  return undefined;
}

/** What nobody here could open must not take the place of what they could. */
function nobodysOwn(path: string, { age }: Metadata): Failure {
  const message = `${path} was not encrypted: none of your keys is among its recipients, ${age.map(({ recipient }) => recipient).join(', ')}`;
  const remedy = 'add your own recipient to its rule in .sops.yaml';
  return failure('input', { code: 'sops/recipient', message, place: { file: path }, remedy });
}

function mismatch(path: string, reader: string): Failure {
  const message = `The newly encrypted ${path} was not written: read back by ${reader}, it differs from its plain text`;
  const remedy = 'this is a mistake in the program: report it with the shape of the file, without its values';
  return failure('outside', { code: 'sops/read-back', message, place: { file: path }, remedy });
}

/** Whether sops-age can read such a file: YAML or JSON, one document, no keys of digits, numbers and times that it knows. */
function isForWitness(path: string, plain: Tree, metadata: Metadata): boolean {
  if (witnessFormat(path) === undefined) return false;
  const isSelected = selects(metadata.selection);
  let isReadable = plain.length === 1 && !hasForeignKey(plain[0] ?? { kind: 'null' });
  visitLeaves(plain, (leaf, position) => {
    if (leaf.kind !== 'comment' && !isReadableLeaf(leaf, isSelected(leaf, position))) isReadable = false;
  });
  return isReadable;
}

function witnessFormat(path: string): 'yaml' | 'json' | undefined {
  const { name } = formatFor(path);
  return name === 'yaml' || name === 'json' ? name : undefined;
}

function hasForeignKey(value: Value): boolean {
  if (value.kind === 'list') return value.items.some((item) => item.kind !== 'comment' && hasForeignKey(item));
  if (value.kind !== 'map') return false;
  const entries = value.items.filter((item): item is Entry => item.kind === 'entry');
  return entries.some((entry) => /^(?:\d+|__proto__)$/.test(entry.key) || hasForeignKey(entry.value));
}

function isReadableLeaf(leaf: Scalar, isEncrypted: boolean): boolean {
  switch (leaf.kind) {
    case 'int':
      return Number.isSafeInteger(Number(leaf.value));
    case 'float':
      return Number.isFinite(leaf.value);
    case 'time':
      return !isEncrypted;
    case 'str':
      return isEncrypted || !leaf.value.startsWith('ENC[');
    case 'bytes':
      return false;
    default:
      return true;
  }
}

/**
 * The values of the file by sops-age, which is never given a key of the user but one of the moment: it reads the same document with
 * the data key wrapped for that key alone. Neither outlives the call.
 */
async function decryptWithWitness({ path, textFor, dataKey }: Evidence): Promise<unknown> {
  const { decryptSops } = await import('sops-age');
  const identity = generateIdentity();
  const text = textFor(await wrapDataKey(dataKey, [await identity.recipient()]));
  try {
    // Without a key the package would look for those of the user, in files, the environment and by SOPS_AGE_KEY_CMD.
    return await decryptSops(text, { secretKey: identity.reveal(), fileType: witnessFormat(path) ?? 'yaml' });
  } catch {
    // The package's own message may quote what it read: it is not passed on.
    throw mismatch(path, 'the package sops-age');
  }
}

function sameValue(expected: Value, found: unknown): boolean {
  switch (expected.kind) {
    case 'map':
      return sameBranch(expected, found);
    case 'list': {
      const items = expected.items.filter((item) => item.kind !== 'comment');
      if (!Array.isArray(found) || found.length !== items.length) return false;
      return items.every((item, index) => sameValue(item, found[index]));
    }
    case 'null':
      return found === null;
    case 'int':
      return found === Number(expected.value);
    default:
      return found === expected.value;
  }
}

function sameBranch(expected: Branch, found: unknown): boolean {
  if (typeof found !== 'object' || found === null || Array.isArray(found)) return false;
  const entries = expected.items.filter((item): item is Entry => item.kind === 'entry');
  const others = new Map<string, unknown>(Object.entries(found));
  return (
    others.size === entries.length &&
    entries.every(({ key, value }) => others.has(key) && sameValue(value, others.get(key)))
  );
}
