/**
 * A value without parts. Integers are exact, times are kept as the text that Go's RFC3339Nano gives, so nothing is
 * rounded or shifted on its way through encryption.
 */
export type Scalar =
  | { readonly kind: 'null' }
  | { readonly kind: 'str'; readonly value: string }
  | { readonly kind: 'int'; readonly value: bigint }
  | { readonly kind: 'float'; readonly value: number }
  | { readonly kind: 'bool'; readonly value: boolean }
  | { readonly kind: 'time'; readonly value: string }
  /** Bytes that are no text of UTF-8, in base64; to SOPS they are a text like any other. */
  | { readonly kind: 'bytes'; readonly value: string };

/** One line of comment, without its `#`. It stands before the entry that it belongs to, also where it was written behind it. */
export interface Comment {
  readonly kind: 'comment';
  readonly text: string;
  /** True where it is written at the end of the following entry's line. */
  readonly inline: boolean;
}

/** A key with its value. */
export interface Entry {
  readonly kind: 'entry';
  readonly key: string;
  readonly value: Value;
}

/** A mapping in the order of its document. */
export interface Branch {
  readonly kind: 'map';
  readonly items: readonly (Comment | Entry)[];
}

/** A sequence. */
export interface List {
  readonly kind: 'list';
  readonly items: readonly (Comment | Value)[];
}

/** What a key or an element of a list holds. */
export type Value = Scalar | Branch | List;

/** The documents of a file: what SOPS encrypts, whatever the file's format. */
export type Tree = readonly Branch[];

/** What a walk visits: values without parts and comments. */
export type Leaf = Scalar | Comment;

/**
 * Whether two trees say the same: the same keys and values, and the same comments in the same order between them. To which of the blocks
 * that begin or end at its place a comment counts is of no matter, as writing a tree may change that.
 */
export function sameTree(one: Tree, other: Tree): boolean {
  if (!sameItems(one.map(withoutComments), other.map(withoutComments))) return false;
  const [ones, others] = [one.flatMap(sequenceOf), other.flatMap(sequenceOf)];
  return ones.length === others.length && ones.every((text, index) => text === others[index]);
}

/** Whether two trees are the same, with every comment in the same block; on which line a comment is written does not count. */
export function identicalTree(one: Tree, other: Tree): boolean {
  return sameItems(one, other);
}

type Node = Value | Comment | Entry;

function withoutComments<T extends Node>(node: T): T {
  if (node.kind === 'entry') return { ...node, value: withoutComments(node.value) };
  if (node.kind !== 'map' && node.kind !== 'list') return node;
  const items = (node.items as readonly Node[]).filter((item) => item.kind !== 'comment');
  return { ...node, items: items.map((item) => withoutComments(item)) };
}

/** The texts of comments, with an undefined one for each key or value that stands between them. */
function sequenceOf(node: Node): (string | undefined)[] {
  switch (node.kind) {
    case 'comment':
      return [node.text];
    case 'entry':
      return [undefined, ...sequenceOf(node.value)];
    case 'map':
    case 'list':
      return (node.items as readonly Node[]).flatMap(sequenceOf);
    default:
      return [undefined];
  }
}

function sameNode(one: Node, other: Node | undefined): boolean {
  if (one.kind !== other?.kind) return false;
  switch (one.kind) {
    case 'map':
    case 'list':
      return sameItems(one.items, (other as Branch | List).items);
    case 'entry':
      return one.key === (other as Entry).key && sameNode(one.value, (other as Entry).value);
    case 'comment':
      return one.text === (other as Comment).text;
    case 'null':
      return true;
    default:
      return Object.is(one.value, (other as typeof one).value);
  }
}

function sameItems(ones: readonly Node[], others: readonly Node[]): boolean {
  return ones.length === others.length && ones.every((item, index) => sameNode(item, others[index]));
}

/** Where a leaf stands: the keys on its path (list indexes do not count) and the comments in force at each level. */
export interface Position {
  readonly path: readonly string[];
  /** One list a level, outermost first: the comments directly before the entry on the path, and before the leaf itself. */
  readonly comments: readonly (readonly string[])[];
}

/**
 * What a visitor makes of a leaf. A comment remains a comment; a value may become one within a list, where the sops program writes
 * encrypted comments as elements.
 */
type Visitor = (leaf: Leaf, position: Position) => Leaf;

/** The tree with every leaf replaced by what `visit` makes of it, in document order, as the sops program walks (sops.go, walkBranch). */
export function mapLeaves(tree: Tree, visit: Visitor): Tree {
  return tree.map((branch) => mapBranch(branch, { path: [], comments: [] }, visit));
}

/** Calls `visit` for every leaf, in document order. */
export function visitLeaves(tree: Tree, visit: (leaf: Leaf, position: Position) => void): void {
  mapLeaves(tree, (leaf, position) => {
    visit(leaf, position);
    return leaf;
  });
}

function mapBranch(branch: Branch, position: Position, visit: Visitor): Branch {
  let active: string[] = [];
  const items = branch.items.map((item): Comment | Entry => {
    if (item.kind === 'comment') {
      active = [...active, item.text];
      return mapComment(item, inside(position, active), visit);
    }
    const { path, comments } = inside(position, active);
    const value = mapValue(item.value, { path: [...path, item.key], comments }, visit);
    active = [];
    return { ...item, value: value.kind === 'comment' ? { kind: 'str', value: value.text } : value };
  });
  return { kind: 'map', items };
}

function mapList(list: List, position: Position, visit: Visitor): List {
  let active: string[] = [];
  const items = list.items.map((item): Comment | Value => {
    if (item.kind === 'comment') {
      active = [...active, item.text];
      return mapComment(item, inside(position, active), visit);
    }
    const value = mapValue(item, inside(position, active), visit);
    active = [];
    return value;
  });
  return { kind: 'list', items };
}

function mapValue(value: Value, position: Position, visit: Visitor): Value | Comment {
  if (value.kind === 'map') return mapBranch(value, position, visit);
  if (value.kind === 'list') return mapList(value, position, visit);
  return visit(value, position);
}

function mapComment(comment: Comment, position: Position, visit: Visitor): Comment {
  return visit(comment, position) as Comment;
}

function inside(position: Position, active: readonly string[]): Position {
  return { path: position.path, comments: [...position.comments, active] };
}
