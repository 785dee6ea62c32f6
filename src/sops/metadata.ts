import { failure, type Failure } from '../report/finding.ts';
import { DEFAULT_SELECTION, SELECTORS, type Selection, selects } from './selection.ts';
import type { Branch, Comment, Entry, Tree, Value } from './tree.ts';

/** The version of sops whose format is written. */
export const SOPS_VERSION = '3.13.3';

/** The key below which SOPS keeps what it needs to decrypt a file. */
export const METADATA_KEY = 'sops';

/** The data key, encrypted for one recipient as an armoured age file. */
export interface WrappedKey {
  readonly recipient: string;
  readonly enc: string;
}

/** What stands below `sops:` in an encrypted file. */
export interface Metadata {
  readonly age: readonly WrappedKey[];
  /** Text of the time of the last change; the MAC is bound to it. */
  readonly lastModified: string;
  /** The encrypted MAC. */
  readonly mac: string;
  readonly selection: Selection;
  readonly macOnlyEncrypted: boolean;
  /** Version of sops whose format the file follows. */
  readonly version: string;
  /** Everything else, as it was: keys for other key stores (kms, pgp, …), which must survive. */
  readonly others: readonly Entry[];
}

/** The trees of an encrypted file without their metadata, and the metadata. */
export interface Sealed {
  readonly tree: Tree;
  readonly metadata: Metadata;
}

/** Whether an item of a document is the metadata of SOPS. */
export function isMetadata(item: Comment | Entry): item is Entry {
  return item.kind === 'entry' && item.key === METADATA_KEY && item.value.kind === 'map';
}

/** Whether a document of the tree carries metadata of SOPS. */
export function hasMetadata(tree: Tree): boolean {
  return tree.some((branch) => metadataEntry(branch) !== undefined);
}

/** Parts an encrypted tree from its metadata, which each of its documents carries. Throws a Failure where it is missing or broken. */
export function splitMetadata(tree: Tree, file: string): Sealed {
  const entry = tree[0] === undefined ? undefined : metadataEntry(tree[0]);
  if (entry === undefined) {
    const message = `${file} is not encrypted: it has no key \`${METADATA_KEY}\` with metadata`;
    const remedy = `encrypt it with \`cluster-template secrets encrypt ${file}\`, or restore it from git`;
    throw failure('input', { code: 'sops/not-encrypted', message, place: { file }, remedy });
  }
  const isOther = (item: Branch['items'][number]): boolean => item.kind === 'comment' || item.key !== METADATA_KEY;
  const bare = tree.map((branch): Branch => ({ kind: 'map', items: branch.items.filter(isOther) }));
  return { tree: bare, metadata: readMetadata(entry.value, file) };
}

/**
 * The tree with its metadata at the end of each document, as the sops program writes it.
 *
 * @param withSelection - false for a file that is a single value, where there is nothing to select
 */
export function joinMetadata({ tree, metadata }: Sealed, withSelection = true): Tree {
  const items = metadataEntries(metadata).filter(({ key }) => withSelection || key !== metadata.selection.by);
  const entry: Entry = { kind: 'entry', key: METADATA_KEY, value: { kind: 'map', items } };
  return tree.map((branch) => ({ kind: 'map', items: [...branch.items, entry] }));
}

function metadataEntry(branch: Branch): Entry | undefined {
  return branch.items.find((item): item is Entry => item.kind === 'entry' && item.key === METADATA_KEY);
}

const OWN_KEYS: ReadonlySet<string> = new Set([
  'age',
  'lastmodified',
  'mac',
  'mac_only_encrypted',
  'version',
  ...SELECTORS,
]);

function readMetadata(value: Value, file: string): Metadata {
  if (value.kind !== 'map') throw broken(file, 'it is no mapping');
  const entries = value.items.filter((item): item is Entry => item.kind === 'entry');
  const text = (key: string): string => textOf(entries.find((entry) => entry.key === key)?.value);
  const lastModified = text('lastmodified');
  if (!/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:Z|[-+]\d\d:\d\d)$/.test(lastModified))
    throw broken(file, 'its `lastmodified` is no time');
  const macOnly = entries.find((entry) => entry.key === 'mac_only_encrypted')?.value;
  return {
    age: readAge(entries.find((entry) => entry.key === 'age')?.value, file),
    lastModified,
    mac: text('mac'),
    selection: readSelection(text, file),
    macOnlyEncrypted: isTrue(macOnly),
    version: text('version'),
    others: entries.filter((entry) => !OWN_KEYS.has(entry.key)),
  };
}

/** Files of lines have texts alone, and the sops program reads those as Go's strconv.ParseBool does. */
function isTrue(value: Value | undefined): boolean {
  if (value?.kind === 'str') return /^(?:1|t|T|true|TRUE|True)$/.test(value.value);
  return value?.kind === 'bool' && value.value;
}

function textOf(value: Value | undefined): string {
  return value?.kind === 'str' || value?.kind === 'time' ? value.value : '';
}

function readAge(value: Value | undefined, file: string): WrappedKey[] {
  if (value === undefined || value.kind === 'null') return [];
  if (value.kind !== 'list' && value.kind !== 'map') throw broken(file, 'its `age` is no list');
  const items = value.kind === 'map' ? [value] : value.items;
  return items.flatMap((item): WrappedKey[] => {
    if (item.kind === 'comment') return [];
    const fields = item.kind === 'map' ? item.items.filter((part): part is Entry => part.kind === 'entry') : [];
    const [recipient, enc] = ['recipient', 'enc'].map((key) =>
      textOf(fields.find((field) => field.key === key)?.value),
    );
    if (!recipient || !enc) throw broken(file, 'an entry of its `age` lacks `recipient` or `enc`');
    return [{ recipient, enc }];
  });
}

function readSelection(text: (key: string) => string, file: string): Selection {
  const set = SELECTORS.filter((key) => text(key) !== '');
  if (set.length > 1) throw broken(file, `it has ${set.join(' and ')}, of which one alone is allowed`);
  const [by] = set;
  if (by === undefined) return DEFAULT_SELECTION;
  const selection = { by, pattern: text(by) };
  try {
    selects(selection);
  } catch {
    throw broken(file, `its \`${by}\` is no regular expression`);
  }
  return selection;
}

function broken(file: string, why: string): Failure {
  const message = `The metadata below \`${METADATA_KEY}\` in ${file} cannot be used: ${why}`;
  const remedy = 'restore the file from Git, or encrypt its plain text anew';
  return failure('input', { code: 'sops/metadata', message, place: { file }, remedy });
}

/** All keys by their names, as the sops program has written them since 3.13. */
function metadataEntries(metadata: Metadata): Entry[] {
  const { age, others, selection } = metadata;
  const wrapped = age.map(({ enc, recipient }): Branch => ({
    kind: 'map',
    items: [str('enc', enc), str('recipient', recipient)],
  }));
  const entries = [
    ...others,
    ...(wrapped.length === 0 ? [] : [entry('age', { kind: 'list', items: wrapped })]),
    str('lastmodified', metadata.lastModified),
    str('mac', metadata.mac),
    str(selection.by, selection.pattern),
    ...(metadata.macOnlyEncrypted ? [entry('mac_only_encrypted', { kind: 'bool', value: true })] : []),
    str('version', metadata.version),
  ];
  return entries.sort((one, other) => (one.key < other.key ? -1 : 1));
}

function str(key: string, value: string): Entry {
  return entry(key, { kind: 'str', value });
}

function entry(key: string, value: Value): Entry {
  return { kind: 'entry', key, value };
}
