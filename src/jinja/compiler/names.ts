import type { ExpressionNode, TemplateNode } from '../nodes/nodes.ts';
import { eachChild } from '../nodes/walk.ts';

/** The names that an expression reads, each with the attributes and constant keys that follow it. */
export function namesRead(node: TemplateNode): string[] {
  const found = new Set<string>();
  collect(node, found);
  return [...found];
}

function collect(node: TemplateNode, found: Set<string>): void {
  const chain = chainOf(node);
  if (chain !== undefined) {
    found.add(chain.text);
    return;
  }
  eachChild(node, (child) => {
    collect(child, found);
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
