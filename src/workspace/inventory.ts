import { createHash } from 'node:crypto';
import { Failure, failure, type Finding } from '../report/finding.ts';
import { readUnmerged, type UnmergedText } from '../report/source.ts';
import { isFields, parseJson } from '../text/values.ts';

/** What a run records of itself: which files it generated, with which content, from what, for whom. */
export interface InventoryRecord {
  /** Program and version that wrote it. */
  readonly generator: string;
  /** Recipient of the age key that owns the tree. */
  readonly recipient: string;
  /** Files that the user has taken over: neither written nor removed nor compared. */
  readonly adopted: readonly string[];
  /** Content hash of each generated file; of its ciphertext where it is a secret. */
  readonly files: ReadonlyMap<string, string>;
  /** Content hash of each file that the run was made from, so that a later one can tell which of them changed. */
  readonly inputs: ReadonlyMap<string, string>;
}

/** What is recorded of the last run. */
export interface Inventory extends Omit<InventoryRecord, 'files'> {
  /** Content hashes by path; more than one only while a merge conflict in the inventory waits to be mended. */
  readonly files: ReadonlyMap<string, readonly string[]>;
  /** Whether the text held the markers of a merge conflict. */
  readonly conflicted: boolean;
}

/** Name of the inventory in the state folder: older than the word, and kept for the repositories that have one. */
export const INVENTORY_NAME = 'manifest.json';

/**
 * Reads an inventory. One that holds the markers of an unfinished merge is read as far as both sides go: each of the two
 * hashes of a file then counts as ours, so that the next run can mend it.
 *
 * @param file - the name for findings
 * @throws Failure of kind `input` where the text is no inventory
 */
export function parseInventory(text: string, file: string): Inventory {
  const unmerged = readUnmerged(text);
  if (unmerged !== undefined) return mergeSides(readConflicted(unmerged, file), file);
  const value = parseJson(text);
  if (!isInventoryObject(value)) throw notAnInventory(file);
  return {
    generator: value.generator,
    recipient: value.recipient,
    adopted: value.adopted ?? [],
    files: new Map(Object.entries(value.files).map(([path, hash]) => [path, [hash]])),
    inputs: new Map(Object.entries(value.inputs ?? {})),
    conflicted: false,
  };
}

/**
 * Passes an inventory on whose files a run can have made. One that names others is somebody's who wants them read, shown or removed:
 * `age.key`, say.
 *
 * @param isOurs - whether a path lies where runs write
 * @throws Failure of kind `input` that names every other path
 */
export function withOwnPaths(inventory: Inventory, isOurs: (path: string) => boolean, file: string): Inventory {
  const foreign = [...inventory.files.keys(), ...inventory.adopted].filter((path) => !isOurs(path));
  if (foreign.length === 0) return inventory;
  throw new Failure(
    'input',
    foreign.map((path): Finding => ({
      code: 'workspace/inventory',
      severity: 'error',
      message: `the inventory names ${path}, which no run can have made`,
      place: { file },
      remedy: 'restore the inventory from git, and ask who changed it',
    })),
  );
}

/** An inventory as text: one file on each line in a fixed order, so that merges and diffs stay small. */
export function formatInventory(record: InventoryRecord): string {
  const value = {
    format: 1,
    generator: record.generator,
    recipient: record.recipient,
    adopted: [...record.adopted].sort(byCodeUnit),
    files: sorted(record.files),
    inputs: sorted(record.inputs),
  };
  return `${JSON.stringify(value, undefined, 2)}\n`;
}

/** The two inventories as one: each hash that either of them records for a file counts as ours. */
export function unionOf(one: Inventory, other: Inventory): Inventory {
  const files = new Map<string, readonly string[]>(one.files);
  for (const [path, hashes] of other.files) files.set(path, [...new Set([...(files.get(path) ?? []), ...hashes])]);
  return { ...one, files, adopted: [...new Set([...one.adopted, ...other.adopted])] };
}

function sorted(hashes: ReadonlyMap<string, string>): Record<string, string> {
  return Object.fromEntries([...hashes].sort(([a], [b]) => byCodeUnit(a, b)));
}

interface InventoryObject {
  readonly generator: string;
  readonly recipient: string;
  readonly files: Readonly<Record<string, string>>;
  readonly adopted?: readonly string[];
  readonly inputs?: Readonly<Record<string, string>>;
}

function isInventoryObject(value: unknown): value is InventoryObject {
  if (!isFields(value)) return false;
  const { format, generator, recipient, files, adopted, inputs } = value;
  if (format !== 1 || typeof generator !== 'string' || typeof recipient !== 'string') return false;
  const isAdoptedFine = adopted === undefined || (Array.isArray(adopted) && adopted.every(isText));
  return isAdoptedFine && holdsTexts(files) && (inputs === undefined || holdsTexts(inputs));
}

function holdsTexts(value: unknown): boolean {
  return isFields(value) && Object.values(value).every(isText);
}

function isText(value: unknown): boolean {
  return typeof value === 'string';
}

/** What one side of a merge says; its text need not be whole JSON, as the merge may have broken commas. */
interface Side {
  readonly recipient: string | undefined;
  readonly adopted: readonly string[];
  readonly files: ReadonlyMap<string, string>;
  readonly inputs: ReadonlyMap<string, string>;
}

/** Both sides of an inventory that git could not merge, read line by line as `formatInventory` writes them. */
function readConflicted({ sides: [ours, theirs] }: UnmergedText, file: string): readonly [Side, Side] {
  return [readSide(ours.split(/\r?\n/), file), readSide(theirs.split(/\r?\n/), file)];
}

function parseName(text: string, file: string): string {
  try {
    return JSON.parse(text) as string;
  } catch (error) {
    throw notAnInventory(file, error);
  }
}

function readSide(lines: readonly string[], file: string): Side {
  const hashes = { files: new Map<string, string>(), inputs: new Map<string, string>() };
  const adopted: string[] = [];
  let recipient: string | undefined;
  let section = '';
  for (const line of lines) {
    section = /^ {2}"([a-z]+)": [{[]/.exec(line)?.[1] ?? section;
    recipient ??= /^ {2}"recipient": "([^"]+)"/.exec(line)?.[1];
    const [, path, hash] = /^ {4}("(?:[^"\\]|\\.)*")(?:: "(sha256:[0-9a-f]{64})")?,?$/.exec(line) ?? [];
    if (path === undefined) continue;
    const name = parseName(path, file);
    if (hash === undefined) adopted.push(name);
    else if (section === 'files' || section === 'inputs') hashes[section].set(name, hash);
  }
  return { recipient, adopted, ...hashes };
}

function mergeSides([ours, theirs]: readonly [Side, Side], file: string): Inventory {
  const recipients = new Set([ours.recipient, theirs.recipient].filter((one) => one !== undefined));
  const [recipient] = recipients;
  if (recipient === undefined || recipients.size > 1) {
    throw failure('input', {
      code: 'workspace/inventory',
      message: 'the merge conflict in the inventory names two owners of the tree',
      place: { file },
      remedy: 'resolve the line "recipient" by hand: it names the age key that the cluster uses',
    });
  }
  const inventories = [ours, theirs].map((side) => ({ ...inventoryOf(side), recipient }));
  const [one, other] = inventories;
  if (one === undefined || other === undefined) throw notAnInventory(file);
  // An input on which the sides differ counts as changed since the last run: neither side was made from the merged one.
  const inputs = new Map(
    [...one.inputs]
      .filter(([path]) => other.inputs.has(path))
      .map(([path, hash]) => [path, other.inputs.get(path) === hash ? hash : DIFFERENT] as const),
  );
  return { ...unionOf(one, other), inputs };
}

/** In the place of a hash: that of no file. */
const DIFFERENT = 'different';

function inventoryOf({ files, inputs, adopted }: Side): Omit<Inventory, 'recipient'> {
  const hashes = new Map([...files].map(([path, hash]) => [path, [hash]]));
  return { generator: 'merged', adopted, files: hashes, inputs, conflicted: true };
}

function notAnInventory(file: string, cause?: unknown): Error {
  return failure(
    'input',
    {
      code: 'workspace/inventory',
      message: 'the inventory cannot be read',
      place: { file },
      remedy: 'restore it from git: it says which files were generated and whose age key the tree is encrypted to',
    },
    cause,
  );
}

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

/** SHA-256 of a file's bytes as the inventory writes it: `sha256:` and 64 hexadecimal digits. */
export function contentHash(bytes: Uint8Array): string {
  return `sha256:${createHash('sha256').update(bytes).digest('hex')}`;
}

/** Compares two texts by UTF-16 units, for an order that no locale changes. */
export function byCodeUnit(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
