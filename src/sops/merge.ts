import { type Branch, type Comment, type Entry, identicalTree, type Tree, type Value } from './tree.ts';

/** What came of a merge. */
interface MergedTree {
  readonly tree: Tree;
  /** The keys at which both sides differ from the base and from each other: ours stands there. */
  readonly conflicts: readonly string[];
}

/**
 * Merges two plain trees that were changed from one base, key by key: a key that one side changed is that side's, one that both changed
 * otherwise is a conflict, in which ours stays. Lists are taken whole. Comments go with the key that they stand above.
 */
export function mergeTrees(base: Tree, ours: Tree, theirs: Tree): MergedTree {
  if (identicalTree(ours, theirs) || identicalTree(base, theirs)) return { tree: ours, conflicts: [] };
  if (identicalTree(base, ours)) return { tree: theirs, conflicts: [] };
  if (ours.length !== theirs.length || ours.length !== base.length) {
    return { tree: ours, conflicts: ['the number of documents'] };
  }
  const conflicts: string[] = [];
  const tree = ours.map((branch, index) =>
    mergeBranches({ base: base[index] ?? NOTHING, ours: branch, theirs: theirs[index] ?? NOTHING }, [], conflicts),
  );
  return { tree, conflicts };
}

const NOTHING: Branch = { kind: 'map', items: [] };

/** One thing as it was, and as each side has it. */
interface Sides<T> {
  readonly base: T;
  readonly ours: T;
  readonly theirs: T;
}

/** A key with what stands above it; without a key what stands at the end. */
interface Part {
  readonly comments: readonly Comment[];
  readonly entry: Entry | undefined;
}

function mergeBranches(sides: Sides<Branch>, path: readonly string[], conflicts: string[]): Branch {
  const [base, ours, theirs] = [partsOf(sides.base), partsOf(sides.ours), partsOf(sides.theirs)];
  const items: (Comment | Entry)[] = [];
  for (const key of orderOf(ours, theirs)) {
    const parts = { base: base.get(key), ours: ours.get(key), theirs: theirs.get(key) };
    const entry = mergeEntries(
      key,
      { base: parts.base?.entry, ours: parts.ours?.entry, theirs: parts.theirs?.entry },
      path,
      conflicts,
    );
    if (key !== END && entry === undefined) continue;
    items.push(...mergeComments(parts), ...(entry === undefined ? [] : [entry]));
  }
  return { kind: 'map', items };
}

/** What stands at the end of a mapping has no key. */
const END = '';

function partsOf({ items }: Branch): Map<string, Part> {
  const parts = new Map<string, Part>();
  let comments: Comment[] = [];
  for (const item of items) {
    if (item.kind === 'comment') comments.push(item);
    else {
      parts.set(`.${item.key}`, { comments, entry: item });
      comments = [];
    }
  }
  return parts.set(END, { comments, entry: undefined });
}

/** Our order; what they alone have comes behind what it follows there. */
function orderOf(ours: ReadonlyMap<string, Part>, theirs: ReadonlyMap<string, Part>): string[] {
  const order = [...ours.keys()].filter((key) => key !== END);
  let before = -1;
  for (const key of theirs.keys()) {
    if (key === END) continue;
    const at = order.indexOf(key);
    if (at !== -1) before = at;
    else {
      before += 1;
      order.splice(before, 0, key);
    }
  }
  return [...order, END];
}

function mergeEntries(
  name: string,
  { base, ours, theirs }: Sides<Entry | undefined>,
  path: readonly string[],
  conflicts: string[],
): Entry | undefined {
  const key = name.slice(1);
  if (sameEntry(ours, theirs) || sameEntry(base, theirs)) return ours;
  if (sameEntry(base, ours)) return theirs;
  const way = [...path, key];
  if (ours?.value.kind === 'map' && theirs?.value.kind === 'map') {
    const before = base?.value.kind === 'map' ? base.value : NOTHING;
    return { ...ours, value: mergeBranches({ base: before, ours: ours.value, theirs: theirs.value }, way, conflicts) };
  }
  conflicts.push(way.join('.'));
  return ours ?? theirs;
}

function mergeComments({ base, ours, theirs }: Sides<Part | undefined>): readonly Comment[] {
  const texts = (part: Part | undefined): string => JSON.stringify(part?.comments.map(({ text }) => text) ?? []);
  if (ours === undefined) return theirs?.comments ?? [];
  return theirs !== undefined && texts(ours) === texts(base) ? theirs.comments : ours.comments;
}

function sameEntry(one: Entry | undefined, other: Entry | undefined): boolean {
  if (one === undefined || other === undefined) return one === other;
  return identicalTree([wrapped(one.value)], [wrapped(other.value)]);
}

function wrapped(value: Value): Branch {
  return { kind: 'map', items: [{ kind: 'entry', key: 'value', value }] };
}
