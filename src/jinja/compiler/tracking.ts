import type { BodyNode, ForNode, IfNode, RootNode, TemplateNode } from '../nodes/nodes.ts';
import { eachChild } from '../nodes/walk.ts';
import type { Symbols } from './symbols.ts';

/** The part of a loop whose scope is looked at. */
export type LoopPart = 'body' | 'else' | 'test';

/** Notes every name in these nodes, as far as they belong to the scope. */
export function trackNodes(symbols: Symbols, nodes: Iterable<TemplateNode>): void {
  const tracker = new NameTracker(symbols);
  for (const node of nodes) tracker.visit(node);
}

/** Notes the names in the scope that a body opens. */
export function trackBody(symbols: Symbols, body: BodyNode | RootNode): void {
  trackNodes(symbols, body.children);
}

/** Notes the names in the scope of one part of a loop. */
export function trackLoop(symbols: Symbols, node: ForNode, part: LoopPart): void {
  const tracker = new NameTracker(symbols);
  if (part !== 'else') tracker.visitAsParameter(node.target);
  if (part === 'test' && node.test !== null) tracker.visit(node.test);
  const body = part === 'body' ? node.body : part === 'else' ? node.else_ : null;
  for (const child of body?.children ?? []) tracker.visit(child);
}

/** Walks through what belongs to one scope and stops at every statement that opens another. */
class NameTracker {
  private symbols: Symbols;

  constructor(symbols: Symbols) {
    this.symbols = symbols;
  }

  private readonly visitChild = (node: TemplateNode): void => {
    this.visit(node);
  };

  private readonly visitParameter = (node: TemplateNode): void => {
    this.visitAsParameter(node);
  };

  visitAsParameter(node: TemplateNode): void {
    if (node.typename === 'Name') this.symbols.declareParameter(node.value);
    else eachChild(node, this.visitParameter);
  }

  visit(node: TemplateNode): void {
    switch (node.typename) {
      case 'Name':
        if (node.use === 'param') this.symbols.declareParameter(node.value);
        else if (node.use === 'store') this.symbols.store(node.value);
        else this.symbols.load(node.value);
        return;
      case 'NamespaceRef':
        this.symbols.load(node.value);
        return;
      case 'IfChain':
        this.visitCondition(node);
        return;
      case 'MacroDef':
        this.symbols.store(node.name);
        return;
      case 'ImportModule':
        this.visit(node.template);
        this.symbols.store(node.target);
        return;
      case 'FromImportNames':
        this.visit(node.template);
        for (const { alias } of node.names) this.symbols.store(alias);
        return;
      case 'Assign':
        this.visit(node.value);
        this.visit(node.target);
        return;
      case 'ForLoop':
        this.visit(node.arr);
        return;
      case 'CallBlock':
        this.visit(node.call);
        return;
      case 'FilterBlock':
        this.visit(node.filter);
        return;
      case 'With':
        for (const value of node.values) this.visit(value);
        return;
      case 'AssignBlock':
        this.visit(node.target);
        return;
      case 'Autoescape':
      case 'BlockDef':
        return;
      default:
        eachChild(node, this.visitChild);
    }
  }

  private visitCondition(node: IfNode): void {
    this.visit(node.cond);
    const outer = this.symbols;
    const branch = (nodes: Iterable<TemplateNode>): Symbols => {
      const inner = outer.branch();
      this.symbols = inner;
      for (const child of nodes) this.visit(child);
      this.symbols = outer;
      return inner;
    };
    outer.updateFromBranches([branch(node.body.children), branch(node.elifs), branch(node.else_?.children ?? [])]);
  }
}
