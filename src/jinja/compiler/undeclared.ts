import type { TemplateNode } from '../nodes/nodes.ts';
import { eachChild, VISITED } from '../nodes/walk.ts';
import { spend } from '../python/budget.ts';

/**
 * Which of these names are read in the nodes without having been written before, in the order of the source. Blocks are
 * left out: they are functions of their own.
 */
export function findUndeclared(nodes: Iterable<TemplateNode>, names: readonly string[]): Set<string> {
  const wanted = new Set(names);
  const found = new Set<string>();
  for (const node of nodes) visit(node, wanted, found);
  return found;
}

function visit(node: TemplateNode, wanted: Set<string>, found: Set<string>): void {
  spend(VISITED);
  if (node.typename === 'BlockDef') return;
  if (node.typename === 'Name') {
    if (node.use === 'load' && wanted.has(node.value)) found.add(node.value);
    else wanted.delete(node.value);
    return;
  }
  eachChild(node, (child) => {
    visit(child, wanted, found);
  });
}
