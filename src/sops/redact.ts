import { formatFor } from './formats/format.ts';
import { selects, type Selection } from './selection.ts';
import { type Branch, type Comment, type Entry, type Leaf, mapLeaves, type Tree, type Value } from './tree.ts';

const HIDDEN = '[secret]';
/** A value as SOPS encrypts it, sound or damaged. */
const ENCRYPTED = /^ENC\[AES256_GCM,data:[\w+/=]*,iv:[\w+/=]*,tag:[\w+/=]*,type:[a-z]+\]$/;

/**
 * The plain text of a file as it may be shown: every value and comment that the rule encrypts is replaced by `[secret]`, and so is
 * whatever an object of kind Secret keeps, as a rule may be wrong. Throws a Failure where the text cannot be read.
 */
export function redact(path: string, plain: string, rule: { readonly selection: Selection }): string {
  const format = formatFor(path);
  const shown = hideSelected(format.read(plain, path), rule.selection);
  return format.write(
    shown.map((branch) => hideKept(branch)),
    format.name === 'yaml' ? 2 : format.defaultIndent,
  );
}

/** The tree with `[secret]` in the place of all that a selection encrypts: what would lie open is what is left. */
export function hideSelected(tree: Tree, selection: Selection): Tree {
  const isSelected = selects(selection);
  return mapLeaves(tree, (leaf, position) =>
    isSelected(leaf, position) && !isKind(leaf, position.path) ? hidden(leaf) : leaf,
  );
}

/** What an object is stays to be seen, although a rule may take that too. */
function isKind(leaf: Leaf, path: readonly string[]): boolean {
  return path.at(-1) === 'kind' && leaf.kind === 'str' && leaf.value === 'Secret';
}

/** Whether a leaf gives nothing away: it is encrypted, hidden, or there is nothing in it. */
export function isHidden(leaf: Leaf): boolean {
  if (leaf.kind === 'null') return true;
  const text = (leaf.kind === 'comment' ? leaf.text : leaf.kind === 'str' ? leaf.value : undefined)?.trim();
  return text !== undefined && (text === '' || text === HIDDEN || ENCRYPTED.test(text));
}

/** A leaf that an object of kind Secret keeps. */
export interface KeptLeaf {
  /** The keys that lead to it from the top of the object. */
  readonly path: readonly string[];
  readonly leaf: Leaf;
}

/** Keys that say what an object of kind Secret is; below all others it keeps something. */
const DESCRIBING: ReadonlySet<string> = new Set(['apiVersion', 'kind', 'metadata', 'type', 'immutable', 'sops']);

/** The leaves that the objects of kind Secret in a tree keep, those in lists of objects among them; undefined where there is none. */
export function keptLeaves(tree: Tree): KeptLeaf[] | undefined {
  const objects = tree.flatMap(secretObjects);
  if (objects.length === 0) return undefined;
  return objects.flatMap(({ items }) =>
    items.flatMap((item) => (item.kind === 'entry' && !DESCRIBING.has(item.key) ? leavesOf(item) : [])),
  );
}

/** Every leaf of a tree. */
export function allLeaves(tree: Tree): KeptLeaf[] {
  return tree.flatMap(({ items }) => items.flatMap((item) => (item.kind === 'entry' ? leavesOf(item) : [])));
}

function leavesOf({ key, value }: Entry): KeptLeaf[] {
  return leavesIn(value).map(({ path, leaf }) => ({ path: [key, ...path], leaf }));
}

function leavesIn(value: Value | Comment): KeptLeaf[] {
  if (value.kind !== 'map' && value.kind !== 'list') return [{ path: [], leaf: value }];
  return (value.items as readonly (Comment | Entry | Value)[]).flatMap((item) =>
    item.kind === 'entry' ? leavesOf(item) : leavesIn(item),
  );
}

function secretObjects(value: Value | Comment): Branch[] {
  if (value.kind !== 'map' && value.kind !== 'list') return [];
  if (value.kind === 'list') return value.items.flatMap(secretObjects);
  if (isSecretObject(value)) return [value];
  return value.items.flatMap((item) => (item.kind === 'entry' ? secretObjects(item.value) : []));
}

/** What only names a Secret, as a reference of a HelmRelease does, has no version, metadata or data. */
function isSecretObject({ items }: Branch): boolean {
  const entries = items.filter((item) => item.kind === 'entry');
  return (
    entries.some(({ key, value }) => key === 'kind' && value.kind === 'str' && value.value === 'Secret') &&
    entries.some(({ key }) => /^(?:apiVersion|metadata|\w*data)$/i.test(key))
  );
}

function hideKept(branch: Branch): Branch {
  const isSecret = isSecretObject(branch);
  const items = branch.items.map((item): Comment | Entry => {
    if (item.kind === 'comment') return item;
    const isKept = isSecret && !DESCRIBING.has(item.key);
    return { ...item, value: isKept ? hideAll(item.value) : hideBelow(item.value) };
  });
  return { kind: 'map', items };
}

function hideBelow(value: Value): Value {
  if (value.kind === 'map') return hideKept(value);
  if (value.kind !== 'list') return value;
  return { kind: 'list', items: value.items.map((item) => (item.kind === 'comment' ? item : hideBelow(item))) };
}

function hideAll(value: Value): Value {
  if (value.kind === 'list') {
    const items = value.items.map((item) => (item.kind === 'comment' ? hiddenComment(item) : hideAll(item)));
    return { kind: 'list', items };
  }
  if (value.kind !== 'map') return hidden(value) as Value;
  const items = value.items.map((item) =>
    item.kind === 'comment' ? hiddenComment(item) : { ...item, value: hideAll(item.value) },
  );
  return { kind: 'map', items };
}

function hiddenComment(comment: Comment): Comment {
  return { ...comment, text: ` ${HIDDEN}` };
}

/** Null stays: there is nothing in it to hide. */
function hidden(leaf: Leaf): Leaf {
  if (leaf.kind === 'null') return leaf;
  return leaf.kind === 'comment' ? hiddenComment(leaf) : { kind: 'str', value: HIDDEN };
}
