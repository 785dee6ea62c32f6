import type { NunjucksNode } from '../nunjucks.ts';
import { spend } from '../python/budget.ts';
import type { TemplateNode } from './nodes.ts';

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
