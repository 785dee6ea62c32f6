import { Failure, failure } from '../report/finding.ts';
import { newDataKey, wrapDataKey } from './data-key.ts';
import type { Opened } from './decrypt.ts';
import { formatFor } from './formats/format.ts';
import { type AgeIdentity, recipientKind } from './identities.ts';
import { hasMetadata, joinMetadata, type Metadata, METADATA_KEY, splitMetadata } from './metadata.ts';
import { type Rule, scopeFor } from './rules.ts';
import { seal, Vectors } from './seal.ts';
import { type Selection, selects } from './selection.ts';
import {
  type Branch,
  type Comment,
  type Entry,
  identicalTree,
  type List,
  sameTree,
  type Tree,
  type Value,
} from './tree.ts';
import { unseal } from './unseal.ts';
import { mapLeaves, visitLeaves } from './walk.ts';
import { readBack } from './witness.ts';

/** The version of sops whose format is written. */
const SOPS_VERSION = '3.13.3';

/** A plain text and how to encrypt it. */
export interface EncryptOptions {
  /** Path of the file: its ending tells the format, and messages name it. */
  readonly path: string;
  /** Text of UTF-8, or the bytes of a file. */
  readonly plain: string | Uint8Array;
  readonly rule: Rule;
  /** Spaces a level in YAML and JSON; 4 and a tab where absent, as the sops program has it. */
  readonly indent?: number | undefined;
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
export async function encryptTree(plain: Tree, options: EncryptOptions, previous?: Opened): Promise<string> {
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
  const joined = joinMetadata(sealed, format.name !== 'binary');
  const text = format.write(joined, options.indent ?? format.defaultIndent);
  if (format.name === 'ini') requireHeld(sealed.tree, splitMetadata(format.read(text, path), path).tree, path);
  await readBack({ path, text, plain: tree, dataKey, identities });
  return text;
}

/**
 * A plain tree as it reads once it is encrypted and written, which is what counts for the sops program: JSON does not tell 1.0 from 1, and
 * some comments in YAML count to another block by what the lines around them became. Throws a Failure where a comment that chooses values
 * cannot stay with them.
 */
export function asWritten(plain: Tree, { path, rule, indent }: Pick<EncryptOptions, 'path' | 'rule' | 'indent'>): Tree {
  const { name } = formatFor(path);
  if (name === 'json') return withIntegers(plain, rule.selection);
  if (name !== 'yaml' || !hasComments(plain)) return plain;
  for (const start of [plain, plain.map(raiseTrailing), plain.map(carryTrailing)]) {
    const settled = settle(start, { path, rule, indent });
    if (settled !== undefined && keepsComments(settled, plain, rule.selection)) return settled;
  }
  const { by } = rule.selection;
  const message = `${path} has comments between blocks that count to other lines once they are encrypted, and \`${by}\` chooses by them`;
  const remedy = 'move the comment right above the key or entry that it belongs to';
  throw failure('input', { code: 'sops/yaml', message, place: { file: path }, remedy });
}

type Writing = Pick<EncryptOptions, 'path' | 'rule' | 'indent'>;

/** The tree that reads as it is once it is written, which is found after a few rounds; undefined where there is none. */
function settle(start: Tree, writing: Writing): Tree | undefined {
  let tree = start;
  for (let round = 0; round < SETTLING_ROUNDS; round++) {
    const again = readAgain(tree, writing);
    if (again === undefined || identicalTree(again, tree)) return again;
    tree = again;
  }
  return undefined;
}

/** Whether no comment was lost on the way, and the same values and comments are encrypted. */
function keepsComments(settled: Tree, plain: Tree, selection: Selection): boolean {
  const [before, after] = [plain, settled].map((tree) => {
    const isSelected = selects(selection);
    const values: boolean[] = [];
    const comments: string[] = [];
    visitLeaves(tree, (leaf, position) => {
      if (leaf.kind === 'comment') comments.push(`${String(isSelected(leaf, position))} ${leaf.text}`);
      else values.push(isSelected(leaf, position));
    });
    return JSON.stringify([values, comments.sort()]);
  });
  return before === after;
}

/** The branch with the comments behind the last item of each mapping and list above that item: in the same block, where none can be lost. */
function raiseTrailing<T extends Branch | Value>(node: T): T {
  if (node.kind !== 'map' && node.kind !== 'list') return node;
  const items = (node.items as readonly Item[]).map((item) => {
    if (item.kind === 'entry') return { ...item, value: raiseTrailing(item.value) };
    return item.kind === 'comment' ? item : raiseTrailing(item);
  });
  const last = items.findLastIndex((item) => item.kind !== 'comment');
  if (last === -1) return { ...node, items };
  const raised = items.slice(last + 1).map((item) => ({ ...item, inline: false }));
  return { ...node, items: [...items.slice(0, last), ...raised, ...items.slice(last, last + 1)] };
}

/** The branch with the comments behind the last item of each mapping and list above what follows it. */
function carryTrailing(branch: Branch): Branch {
  const { items, carried } = carryComments(branch.items);
  return { kind: 'map', items: [...(items as Branch['items']), ...carried] };
}

function carryComments(items: readonly Item[]): { items: Item[]; carried: Comment[] } {
  const kept: Item[] = [];
  let carried: Comment[] = [];
  for (const item of items) {
    if (item.kind === 'comment') {
      carried.push({ ...item, inline: false });
      continue;
    }
    for (const comment of carried) kept.push(comment);
    const value = item.kind === 'entry' ? item.value : item;
    if ((value.kind !== 'map' && value.kind !== 'list') || value.items.every(({ kind }) => kind === 'comment')) {
      kept.push(item);
      carried = [];
      continue;
    }
    const inner = carryComments(value.items);
    const changed = { kind: value.kind, items: inner.items } as Branch | List;
    kept.push(item.kind === 'entry' ? { ...item, value: changed } : changed);
    carried = inner.carried;
  }
  return { items: kept, carried };
}

type Item = Comment | Entry | Value;

const SETTLING_ROUNDS = 8;
/** Nothing that it encrypts is ever shown or kept. */
const TRIAL_KEY = new Uint8Array(32);

/** The tree after encryption and back; undefined where other values would be encrypted then. */
function readAgain(tree: Tree, { path, rule, indent }: Writing): Tree | undefined {
  const format = formatFor(path);
  const metadata = { age: [], ...scopeFor(rule, path), version: SOPS_VERSION, others: [] };
  const sealed = seal(tree, { metadata, dataKey: TRIAL_KEY, vectors: new Vectors(), now: new Date(0) });
  const text = format.write(joinMetadata(sealed), indent ?? format.defaultIndent);
  try {
    return unseal(splitMetadata(format.read(text, path), path), TRIAL_KEY, path).tree;
  } catch (error) {
    if (error instanceof Failure) return undefined;
    throw error;
  }
}

function hasComments(tree: Tree): boolean {
  let found = false;
  visitLeaves(tree, (leaf) => {
    if (leaf.kind === 'comment') found = true;
  });
  return found;
}

/** Whole numbers that stay readable are integers once JSON has written them. */
function withIntegers(tree: Tree, selection: Selection): Tree {
  const isSelected = selects(selection);
  return mapLeaves(tree, (leaf, position) => {
    const isWhole = leaf.kind === 'float' && Number.isInteger(leaf.value) && Math.abs(leaf.value) < 2 ** 63;
    return isWhole && !isSelected(leaf, position) ? { kind: 'int', value: BigInt(leaf.value) } : leaf;
  });
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
