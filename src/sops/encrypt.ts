import { failure, Failure, type Finding } from '../report/finding.ts';
import { asWritten, type Writing } from './as-written.ts';
import { newDataKey, wrapDataKey } from './data-key.ts';
import { open, type Opened, readSealed } from './decrypt.ts';
import { formatFor } from './formats/format.ts';
import { type AgeIdentity, recipientKind } from './identities.ts';
import {
  hasMetadata,
  joinMetadata,
  type Metadata,
  METADATA_KEY,
  SOPS_VERSION,
  splitMetadata,
  type WrappedKey,
} from './metadata.ts';
import { type Rule, scopeFor } from './rules.ts';
import { seal, Vectors } from './seal.ts';
import { sameTree, type Tree } from './tree.ts';
import { readBack } from './witness.ts';

/** A plain text and how to encrypt it. */
export interface EncryptOptions extends Writing {
  /** Text of UTF-8, or the bytes of a file. */
  readonly plain: string | Uint8Array;
  /** Keys of the user, to read the result back with. None is needed to encrypt. */
  readonly identities: readonly AgeIdentity[];
  readonly now: Date;
}

/**
 * Encrypts a plain text by a rule, as the sops program does, and reads the result back before it returns it. Throws a Failure:
 * `sops/yaml`, `sops/syntax`, `sops/already-encrypted`, `sops/recipient`, `sops/read-back`. No message holds a value.
 */
export async function encrypt(options: EncryptOptions): Promise<string> {
  return encryptTree(readPlain(options.path, options.plain), options);
}

/** The tree of a plain text that is to be encrypted. Throws a Failure where there is none, or where it is encrypted already. */
export function readPlain(path: string, plain: string | Uint8Array): Tree {
  const { read, bytes } = formatFor(path);
  const tree =
    bytes !== undefined && typeof plain !== 'string' ? bytes.read(plain, path) : read(textOf(plain, path), path);
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

function textOf(plain: string | Uint8Array, path: string): string {
  if (typeof plain === 'string') return plain;
  const bytes = Buffer.from(plain);
  const text = bytes.toString('utf8');
  if (Buffer.from(text, 'utf8').equals(bytes)) return text;
  const message = `${path} is no text of UTF-8, as a file of its format has to be`;
  const remedy = 'save it as UTF-8, or give it another ending: it is encrypted byte by byte then';
  throw failure('input', { code: 'sops/syntax', message, place: { file: path }, remedy });
}

/**
 * Encrypts a tree. With `previous`, the data key, the keys of other key stores and the ciphertext of all that did not change are
 * taken from there; the caller answers for it that the recipients are the same.
 */
export async function encryptTree(
  plain: Tree,
  options: Omit<EncryptOptions, 'plain'>,
  previous?: Opened,
): Promise<string> {
  const { path, rule, identities, now } = options;
  const tree = asWritten(plain, options);
  if (previous === undefined) requireRecipients(rule, path);
  const dataKey = previous?.dataKey ?? newDataKey();
  const metadata: Omit<Metadata, 'lastModified' | 'mac'> = {
    age: previous?.metadata.age ?? (await wrapDataKey(dataKey, rule.recipients)),
    ...scopeFor(rule, path),
    version: newerVersion(previous?.metadata.version),
    others: previous?.metadata.others ?? [],
  };
  const sealed = seal(tree, { metadata, dataKey, vectors: previous?.vectors ?? new Vectors(), now });
  const format = formatFor(path);
  const textFor = (age: readonly WrappedKey[]): string => {
    const joined = joinMetadata({ ...sealed, metadata: { ...sealed.metadata, age } }, format.name !== 'binary');
    return format.write(joined, options.indent ?? format.defaultIndent);
  };
  const text = textFor(metadata.age);
  if (format.name === 'ini') requireHeld(sealed.tree, splitMetadata(format.read(text, path), path).tree, path);
  await readBack({ path, text, textFor, plain: tree, dataKey, identities });
  return text;
}

/**
 * The text with its data key wrapped for other recipients; every ciphertext, the MAC and the time of the last change stay, as with
 * `sops updatekeys`. For recipients that come to those that there are: who is taken out knows the data key.
 *
 * @param opened - what the text was opened to
 */
export async function rewrap(
  { path, text, indent }: { readonly path: string; readonly text: string; readonly indent: number | undefined },
  { dataKey }: Opened,
  recipients: readonly string[],
): Promise<string> {
  const { tree, metadata } = readSealed(path, text);
  const known = new Map(metadata.age.map((wrapped) => [wrapped.recipient, wrapped]));
  const fresh = await wrapDataKey(
    dataKey,
    recipients.filter((recipient) => !known.has(recipient)),
  );
  for (const wrapped of fresh) known.set(wrapped.recipient, wrapped);
  const age = recipients.flatMap((recipient) => known.get(recipient) ?? []);
  const format = formatFor(path);
  const joined = joinMetadata({ tree, metadata: { ...metadata, age } }, format.name !== 'binary');
  return format.write(joined, indent ?? format.defaultIndent);
}

/** INI has no way to write some texts; the sops program writes a file then that it cannot read itself. */
function requireHeld(tree: Tree, written: Tree, path: string): void {
  if (sameTree(tree, written)) return;
  const message = `${path} has a plain value, key or comment that INI cannot hold: it would read differently once it is written`;
  const remedy = 'encrypt that value too, or leave the quotes, backticks and line breaks in it away';
  throw failure('input', { code: 'sops/syntax', message, place: { file: path }, remedy });
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

/** A plain text, how to encrypt it, and the encrypted file that it replaces. */
export interface KeepOptions extends EncryptOptions {
  /** Text of the encrypted file as it is; absent where there is none yet. */
  readonly previous?: string | undefined;
}

/** What became of a file. */
export interface Kept {
  readonly outcome: 'kept' | 'encrypted';
  /** The encrypted text; byte for byte the previous one where it was kept. */
  readonly text: string;
  /** Why a previous text could not be compared, and so was encrypted anew. */
  readonly warning?: Finding;
}

/**
 * The encrypted text of a plain one that changes as little as can be. Where the previous file says the same (values, comments and their
 * order, rule and recipients), it is kept byte for byte. Where only values differ, the data key and the ciphertext of the others stay, as with
 * `sops edit`; where rule or recipients differ, everything is encrypted anew under a new key.
 *
 * Throws what `encrypt` throws, and `sops/wrong-key` where the previous file is encrypted to the very recipients of the rule and none
 * of the identities opens it: encrypting it anew would overwrite what could not be compared.
 */
export async function keepOrEncrypt(options: KeepOptions): Promise<Kept> {
  const plain = asWritten(readPlain(options.path, options.plain), options);
  const { previous } = options;
  if (previous === undefined) return { outcome: 'encrypted', text: await encryptTree(plain, options) };
  const found = await openPrevious(previous, options);
  if (found instanceof Failure) {
    return { outcome: 'encrypted', text: await encryptTree(plain, options), warning: unreadable(found, options.path) };
  }
  const isReusable = found !== undefined && isUnder(found.metadata, options.rule);
  if (isReusable && sameTree(found.tree, plain)) return { outcome: 'kept', text: previous };
  return { outcome: 'encrypted', text: await encryptTree(plain, options, isReusable ? found : undefined) };
}

/** The previous file opened; undefined where it is under other recipients and need not be; a Failure where it is broken. */
async function openPrevious(
  text: string,
  { path, rule, identities }: KeepOptions,
): Promise<Opened | Failure | undefined> {
  try {
    if (!isUnder(readSealed(path, text).metadata, rule)) return undefined;
    return await open({ path, text, identities });
  } catch (error) {
    if (!(error instanceof Failure) || error.findings.some(({ code }) => code === 'sops/wrong-key')) throw error;
    return error;
  }
}

/** Whether a file was encrypted by this rule: the same recipients, values and MAC. */
export function isUnder({ age, selection, macOnlyEncrypted }: Metadata, rule: Rule): boolean {
  const recipients = new Set(age.map(({ recipient }) => recipient));
  if (recipients.size !== rule.recipients.length || !rule.recipients.every((recipient) => recipients.has(recipient)))
    return false;
  const isSameSelection = selection.by === rule.selection.by && selection.pattern === rule.selection.pattern;
  return isSameSelection && macOnlyEncrypted === rule.macOnlyEncrypted;
}

function unreadable({ findings }: Failure, path: string): Finding {
  const why = findings[0]?.message ?? '';
  return {
    code: 'sops/previous',
    severity: 'warning',
    message: `${path} was encrypted anew because the file that it replaces could not be read (${why})`,
    place: { file: path },
  };
}
