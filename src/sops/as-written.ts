import { Failure, failure } from '../report/finding.ts';
import { formatFor } from './formats/format.ts';
import { joinMetadata, SOPS_VERSION, splitMetadata } from './metadata.ts';
import { type Rule, scopeFor } from './rules.ts';
import { seal, unseal, Vectors } from './seal.ts';
import { type Selection, selects } from './selection.ts';
import {
  type Branch,
  type Comment,
  type Entry,
  identicalTree,
  type List,
  mapLeaves,
  type Tree,
  type Value,
  visitLeaves,
} from './tree.ts';

/** How a tree is written. */
export interface Writing {
  /** Path of the file: its ending tells the format, and messages name it. */
  readonly path: string;
  readonly rule: Rule;
  /** Spaces a level in YAML and JSON; 4 and a tab where absent, as the sops program has it. */
  readonly indent?: number | undefined;
}

/**
 * A plain tree as it reads once it is encrypted and written, which is what counts for the sops program: JSON does not tell 1.0 from 1, and
 * some comments in YAML count to another block by what the lines around them became. Throws a Failure where a comment that chooses values
 * cannot stay with them.
 */
export function asWritten(plain: Tree, { path, rule, indent }: Writing): Tree {
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
