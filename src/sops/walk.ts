import type { Branch, Comment, Entry, Leaf, List, Tree, Value } from './tree.ts';

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
export type Visitor = (leaf: Leaf, position: Position) => Leaf;

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
