import { parseTemplate } from './compiler/template.ts';
import { chainOf, childNodes } from './nodes/walk.ts';
import { bundledExtension, type EnvironmentOptions, resolveSyntax } from './settings.ts';
import type { ArrayNode, ExpressionNode, MacroNode, TemplateNode, TupleNode } from './nodes/nodes.ts';

/** Something that a template mentions, and where: line and column count from 1. */
export interface Reference {
  readonly name: string;
  readonly line: number;
  readonly column: number;
}

/** What a template mentions. */
export interface Analysis {
  /** Names that are read, globals included, but not those that the template itself gives a value before. */
  readonly variables: readonly Reference[];
  /** Chains of attributes and constant keys that start at such a name: `node.address`, `items.0`. */
  readonly attributes: readonly Reference[];
  readonly filters: readonly Reference[];
  readonly tests: readonly Reference[];
  /** Templates that are extended, included or imported by a constant name. */
  readonly templates: readonly Reference[];
  /** Places where a template is named by an expression, so that its name is known to the render only. */
  readonly dynamicTemplates: readonly Reference[];
  readonly blocks: readonly Reference[];
  readonly macros: readonly Reference[];
}

/**
 * Finds out what a template mentions, without rendering it.
 *
 * @param source Text of the template.
 * @param options The environment's options: the way of writing templates and the extensions count.
 * @throws TemplateError of the kind TemplateSyntaxError, with line and column.
 */
export function analyze(source: string, options: EnvironmentOptions = {}): Analysis {
  const extensions = (options.extensions ?? []).map((extension) =>
    typeof extension === 'string' ? bundledExtension(extension) : extension,
  );
  const analyzer = new Analyzer();
  analyzer.visit(parseTemplate(source, { syntax: resolveSyntax(options), tagParsers: extensions }), new Set());
  return analyzer.found;
}

type Names = Set<string>;

/** Walks through a template with the names that have been given a value so far. */
class Analyzer {
  readonly found = {
    variables: [] as Reference[],
    attributes: [] as Reference[],
    filters: [] as Reference[],
    tests: [] as Reference[],
    templates: [] as Reference[],
    dynamicTemplates: [] as Reference[],
    blocks: [] as Reference[],
    macros: [] as Reference[],
  };

  visit(node: TemplateNode, known: Names): void {
    switch (node.typename) {
      case 'Name':
        if (node.use !== 'load') known.add(node.value);
        else if (!known.has(node.value)) this.found.variables.push(reference(node, node.value));
        return;
      case 'Attribute':
      case 'Item':
        this.visitChain(node, known);
        return;
      case 'Assign':
        this.visit(node.value, known);
        this.visit(node.target, known);
        return;
      case 'ForLoop':
        this.visitLoop(node, known);
        return;
      case 'MacroDef':
      case 'CallBlock':
        this.visitMacro(node, known);
        return;
      case 'With': {
        for (const value of node.values) this.visit(value, known);
        this.visitAll([...node.targets, node.body], new Set(known));
        return;
      }
      case 'FilterBlock':
      case 'Autoescape':
      case 'BlockDef':
        if (node.typename === 'BlockDef') this.found.blocks.push(reference(node, node.name));
        this.visitAll(childNodes(node), new Set(known));
        return;
      case 'AssignBlock':
        this.visit(node.body, new Set(known));
        if (node.filter !== null) this.visit(node.filter, known);
        this.visit(node.target, known);
        return;
      default:
        this.visitOther(node, known);
    }
  }

  private visitAll(nodes: Iterable<TemplateNode>, known: Names): void {
    for (const node of nodes) this.visit(node, known);
  }

  private visitOther(node: TemplateNode, known: Names): void {
    if (node.typename === 'FilterCall') this.found.filters.push(reference(node, node.name));
    if (node.typename === 'TestCall') this.found.tests.push(reference(node, node.name));
    this.visitAll(childNodes(node), known);
    if ('template' in node) this.noteTemplate(node.template);
    if (node.typename === 'ImportModule') known.add(node.target);
    if (node.typename === 'FromImportNames') for (const { alias } of node.names) known.add(alias);
  }

  private visitLoop(node: Extract<TemplateNode, { typename: 'ForLoop' }>, known: Names): void {
    this.visit(node.arr, known);
    const inner = new Set(known).add('loop');
    this.visit(node.target, inner);
    if (node.test !== null) this.visit(node.test, inner);
    this.visit(node.body, inner);
    if (node.else_ !== null) this.visit(node.else_, new Set(known));
  }

  private visitMacro(node: Extract<TemplateNode, { typename: 'MacroDef' | 'CallBlock' }>, known: Names): void {
    if (node.typename === 'CallBlock') this.visit(node.call, known);
    else this.noteMacro(node, known);
    const inner = new Set(known);
    for (const name of ['caller', 'varargs', 'kwargs']) inner.add(name);
    this.visitAll([...node.params, ...node.defaults, node.body], inner);
  }

  private noteMacro(node: MacroNode, known: Names): void {
    this.found.macros.push(reference(node, node.name));
    known.add(node.name);
  }

  private visitChain(node: Extract<TemplateNode, { typename: 'Attribute' | 'Item' }>, known: Names): void {
    const path = chainOf(node);
    if (path !== undefined && !known.has(path.root)) this.found.attributes.push(reference(node, path.text));
    if (node.typename === 'Item') this.visit(node.val, known);
    this.visit(node.target, known);
  }

  private noteTemplate(template: ExpressionNode): void {
    for (const node of isList(template) ? template.children : [template]) {
      if (node.typename === 'Literal' && typeof node.value === 'string') {
        this.found.templates.push(reference(node, node.value));
      } else this.found.dynamicTemplates.push(reference(node, ''));
    }
  }
}

function reference(node: TemplateNode, name: string): Reference {
  return { name, line: node.lineno, column: node.colno };
}

function isList(node: ExpressionNode): node is TupleNode | ArrayNode {
  return node.typename === 'Tuple' || node.typename === 'Array';
}
