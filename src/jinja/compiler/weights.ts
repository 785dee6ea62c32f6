import type { TemplateNode } from '../nodes/nodes.ts';

/** Steps of what is not in the table below. */
const USUAL = 1;

/**
 * Steps of work that the code of a node takes whatever its values are, without its parts. Rounds of loops and calls of
 * functions pay for all nodes in them at once; what depends on values is paid for where it is done.
 */
const WEIGHTS: Readonly<Partial<Record<TemplateNode['typename'], number>>> = {
  Root: 0,
  NodeList: 0,
  Name: 2,
  Literal: 0,
  TemplateData: 0,
  NamespaceRef: 3,
  Tuple: 12,
  Array: 16,
  Dict: 30,
  Pair: 0,
  Keyword: 0,
  Add: 2,
  Sub: 2,
  Mul: 3,
  Div: 4,
  FloorDiv: 4,
  Mod: 4,
  Pow: 8,
  ConcatAll: 6,
  Compare: 3,
  Attribute: 4,
  Item: 6,
  Slice: 0,
  Call: 25,
  FilterCall: 15,
  TestCall: 12,
  MarkSafe: 4,
  RuntimeCall: 100,
  ForLoop: 25,
  With: 3,
  Assign: 3,
  AssignBlock: 15,
  Autoescape: 6,
  MacroDef: 30,
  CallBlock: 40,
  FilterBlock: 15,
  BlockDef: 25,
  Extends: 40,
  IncludeAll: 40,
  ImportModule: 60,
  FromImportNames: 60,
};

/** Steps of a value that is printed, of a name that a function looks up, of a part of a list, dict or call. */
export const PRINTED = 16;
export const LOOKED_UP = 6;
export const PART = 2;

/** Steps of a round of a loop besides what is in it. */
export const ROUND = 3;

/** Steps of a constant are a part of the length of its code: lists and dicts are made anew each time. */
export const CODE_OF_STEP = 8;

/** Steps of work of compiling a node. */
export const COMPILED = 600;

/** Steps of work that the code of a node takes without its parts. */
export function weightOf(node: TemplateNode): number {
  return WEIGHTS[node.typename] ?? USUAL;
}
