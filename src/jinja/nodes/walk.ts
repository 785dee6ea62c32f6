import type { NunjucksNode } from '../nunjucks.ts';
import { spend } from '../python/budget.ts';
import type { ExpressionNode, TemplateNode } from './nodes.ts';

/** Steps of work of a node that is looked at. */
export const VISITED = 20;

/** Visits the nodes directly below this one, in the order of its fields. */
export function eachChild(node: TemplateNode, visit: (child: TemplateNode) => void): void {
  const fields = node as unknown as Readonly<Record<string, unknown>>;
  for (const field of node.fields) {
    const value = fields[field];
    if (isNode(value)) visit(value);
    else if (Array.isArray(value)) for (const item of value as unknown[]) if (isNode(item)) visit(item);
  }
}

/** The nodes directly below this one, in the order of its fields. */
export function childNodes(node: TemplateNode): TemplateNode[] {
  const found: TemplateNode[] = [];
  eachChild(node, (child) => found.push(child));
  return found;
}

/** The nodes of some types below this one. */
export function findNodes<Name extends TemplateNode['typename']>(
  node: TemplateNode,
  ...typenames: readonly Name[]
): Extract<TemplateNode, { typename: Name }>[] {
  const found: Extract<TemplateNode, { typename: Name }>[] = [];
  collect(node, typenames, found);
  return found;
}

function collect(node: TemplateNode, typenames: readonly string[], found: TemplateNode[]): void {
  spend(VISITED);
  eachChild(node, (child) => {
    if (typenames.includes(child.typename)) found.push(child);
    collect(child, typenames, found);
  });
}

function isNode(value: unknown): value is TemplateNode {
  return typeof value === 'object' && value !== null && typeof (value as Partial<NunjucksNode>).typename === 'string';
}

/** The names that an expression reads, each with the attributes and constant keys that follow it. */
export function namesRead(node: TemplateNode): string[] {
  const found = new Set<string>();
  collectNames(node, found);
  return [...found];
}

function collectNames(node: TemplateNode, found: Set<string>): void {
  const chain = chainOf(node);
  if (chain !== undefined) {
    found.add(chain.text);
    return;
  }
  eachChild(node, (child) => {
    collectNames(child, found);
  });
}

/** A name with the attributes and constant keys that follow it: `node.address`, `items.0`. */
interface Chain {
  readonly root: string;
  readonly text: string;
}

/** The chain that a lookup ends, if it starts at a name and has constant keys only. */
export function chainOf(node: TemplateNode): Chain | undefined {
  if (node.typename === 'Name') return { root: node.value, text: node.value };
  if (node.typename !== 'Attribute' && node.typename !== 'Item') return undefined;
  const start = chainOf(node.target);
  const key = node.typename === 'Attribute' ? node.name : constantKey(node.val);
  return start === undefined || key === undefined ? undefined : { root: start.root, text: `${start.text}.${key}` };
}

function constantKey(node: ExpressionNode): string | undefined {
  if (node.typename !== 'Literal') return undefined;
  return typeof node.value === 'string' || typeof node.value === 'number' ? String(node.value) : undefined;
}
