import type {
  BodyNode,
  ExpressionNode,
  ForNode,
  IfNode,
  MacroNode,
  RootNode,
  StatementNode,
} from '../../jinja/nodes/nodes.ts';
import { templatePath } from '../../jinja/loaders.ts';
import {
  type Binding,
  bindingOf,
  expressionReads,
  type ExpressionWorld,
  joinReads,
  type MacroCall,
  NOTHING,
  type Reads,
  type Scope,
} from './reads.ts';

/** A statement around a place: it decides whether, how often or from where something is printed. */
export interface Step {
  readonly kind: 'if' | 'for' | 'include' | 'extends' | 'macro';
  readonly template: string;
  readonly line: number;
  readonly reads: Reads;
}

/** What is known at a place of a template. */
export interface Spot {
  readonly template: string;
  readonly scope: Scope;
  /** From the outermost to the innermost. */
  readonly steps: readonly Step[];
  /** Names of loops, macros and `with` around the place, whose values can be asked for there. */
  readonly locals: readonly string[];
  /** The single name of the innermost loop around the place. */
  readonly loop: string | undefined;
}

/** Told of everything that is printed. */
type Visit = (node: ExpressionNode, spot: Spot) => void;

/** What a walk needs to know of the templates and their data. */
export interface TemplateWorld {
  /** The syntax tree of a template; undefined where there is none of the name. */
  readonly parse: (name: string) => RootNode | undefined;
  readonly kindOf: ExpressionWorld['kindOf'];
}

/** Templates that include or call each other without end are left at this depth. */
const MAX_DEPTH = 24;

/**
 * Walks through templates as they are written, not as they are run, and tells what each thing that they print would
 * read. A template that is named by an expression is not entered.
 */
export class TemplateWalker {
  private readonly templates: TemplateWorld;
  private readonly visit: Visit;
  private readonly expressions: ExpressionWorld;
  private depth = 0;

  constructor(templates: TemplateWorld, visit: Visit) {
    this.templates = templates;
    this.visit = visit;
    this.expressions = { kindOf: templates.kindOf, bodyOf: (call) => this.macroReads(call) };
  }

  /** Walks through a template and those that it includes, extends or imports. */
  walkTemplate(name: string, from: Partial<Spot> = {}): void {
    const template = templatePath(name) ?? name;
    const root = this.templates.parse(template);
    if (root === undefined || this.depth > MAX_DEPTH) return;
    this.depth += 1;
    this.walkAll(root.children, { scope: new Map(), steps: [], locals: [], loop: undefined, ...from, template });
    this.depth -= 1;
  }

  /** What an expression reads at a place, with the bodies of macros that it calls. */
  readsAt(node: ExpressionNode, spot: Spot): Reads {
    return expressionReads(node, spot.scope, this.expressions);
  }

  /** What an expression reads itself: of a call of a macro its arguments. */
  argumentsAt(node: ExpressionNode, spot: Spot): Reads {
    return expressionReads(node, spot.scope, { ...this.expressions, bodyOf: () => NOTHING });
  }

  private walkAll(nodes: readonly StatementNode[], spot: Spot): void {
    for (const node of nodes) this.walk(node, spot);
  }

  private walk(node: StatementNode, spot: Spot): void {
    switch (node.typename) {
      case 'Output':
        for (const child of node.children) this.visit(child, spot);
        return;
      case 'ForLoop':
        this.walkLoop(node, spot);
        return;
      case 'IfChain':
        this.walkCondition(node, spot);
        return;
      case 'MacroDef':
        this.walkMacro(node, spot);
        return;
      case 'Assign':
        this.assign(node.target, bindingOf(node.value, spot.scope, this.expressions), spot);
        return;
      case 'AssignBlock':
        this.walkInner(node.body, spot);
        this.assign(node.target, { kind: 'made', reads: this.bodyReads(node.body, spot) }, spot);
        return;
      case 'With':
        this.walkWith(node, spot);
        return;
      case 'CallBlock':
        this.visit(node.call, spot);
        this.walkInner(node.body, withLocals(spot, namesOf(node.params)));
        return;
      case 'FilterBlock':
      case 'Autoescape':
        this.walkInner(node.body, spot);
        return;
      case 'BlockDef':
        this.walkInner(node.body, { ...spot, locals: [], loop: undefined });
        return;
      default:
        this.walkTemplates(node, spot);
    }
  }

  private walkInner(body: BodyNode | null, spot: Spot): void {
    if (body !== null) this.walkAll(body.children, { ...spot, scope: new Map(spot.scope) });
  }

  private walkLoop(node: ForNode, spot: Spot): void {
    const source = bindingOf(node.arr, spot.scope, this.expressions);
    const targets = namesOf([node.target]);
    const scope = new Map(spot.scope);
    const isItem = node.target.typename === 'Name' && source.kind === 'data';
    for (const name of targets) {
      scope.set(name, isItem ? { kind: 'data', path: [...source.path, '*'] } : made(source));
    }
    scope.set('loop', { kind: 'made', reads: NOTHING });
    const inner = withLocals({ ...spot, scope }, targets);
    const tested = node.test === null ? NOTHING : this.readsAt(node.test, inner);
    const reads = joinReads([this.readsAt(node.arr, spot), tested]);
    const step: Step = { kind: 'for', template: spot.template, line: node.lineno, reads };
    const loop = targets.length === 1 ? targets[0] : undefined;
    this.walkAll(node.body.children, { ...inner, loop, steps: [...spot.steps, step] });
    this.walkInner(node.else_, { ...spot, steps: [...spot.steps, step] });
  }

  /** What one branch assigns is seen behind the condition, so branches share the scope. */
  private walkCondition(node: IfNode, spot: Spot): void {
    let steps = spot.steps;
    for (const branch of [node, ...node.elifs]) {
      const { template } = spot;
      steps = [...steps, { kind: 'if', template, line: branch.lineno, reads: this.readsAt(branch.cond, spot) }];
      this.walkAll(branch.body.children, { ...spot, steps });
    }
    if (node.else_ !== null) this.walkAll(node.else_.children, { ...spot, steps });
  }

  private walkMacro(node: MacroNode, spot: Spot): void {
    spot.scope.set(node.name, { kind: 'macro', node, template: spot.template, scope: spot.scope });
    const scope = new Map(spot.scope);
    for (const { value } of node.params) scope.set(value, { kind: 'data', path: [parameterPath(value)] });
    const step: Step = { kind: 'macro', template: spot.template, line: node.lineno, reads: NOTHING };
    const locals = namesOf(node.params);
    this.walkAll(node.body.children, { ...spot, scope, steps: [step], locals, loop: undefined });
  }

  private walkWith(node: Extract<StatementNode, { typename: 'With' }>, spot: Spot): void {
    const inner = withLocals({ ...spot, scope: new Map(spot.scope) }, namesOf(node.targets));
    for (const [index, target] of node.targets.entries()) {
      const value = node.values[index];
      if (value !== undefined) this.assign(target, bindingOf(value, spot.scope, this.expressions), inner);
    }
    this.walkAll(node.body.children, inner);
  }

  private walkTemplates(node: StatementNode, spot: Spot): void {
    if (!('template' in node)) return;
    const { template, lineno: line } = node;
    const named = namesOfTemplates(template);
    if (node.typename === 'IncludeAll' || node.typename === 'Extends') {
      const kind = node.typename === 'Extends' ? 'extends' : 'include';
      const steps: Step[] = [...spot.steps, { kind, template: spot.template, line, reads: NOTHING }];
      const { locals } = spot;
      for (const name of named) this.walkTemplate(name, { scope: new Map(spot.scope), steps, locals });
      return;
    }
    const members = this.membersOf(named);
    if (node.typename === 'ImportModule') spot.scope.set(node.target, { kind: 'module', members });
    else {
      for (const { name, alias } of node.names) {
        const member = members.get(name);
        if (member !== undefined) spot.scope.set(alias, member);
      }
    }
  }

  /** What templates define at their top. They are walked through on the way, so that what their macros print is told too. */
  private membersOf(templates: readonly string[]): Scope {
    const members: Scope = new Map();
    for (const template of templates) this.walkTemplate(template, { scope: members });
    return members;
  }

  private assign(target: ExpressionNode, binding: Binding, { scope }: Spot): void {
    if (target.typename === 'Name') {
      const before = scope.get(target.value);
      // An assignment may lie in a branch: what the name stood for before is not forgotten.
      if (before?.kind !== 'made' && before?.kind !== 'data') scope.set(target.value, binding);
      else scope.set(target.value, { kind: 'made', reads: joinReads([readsOf(before), readsOf(binding)]) });
      return;
    }
    if (target.typename === 'NamespaceRef') {
      const before = scope.get(target.value);
      const reads = joinReads([before === undefined ? NOTHING : readsOf(before), readsOf(binding)]);
      scope.set(target.value, { kind: 'made', reads });
      return;
    }
    for (const name of namesOf([target])) scope.set(name, made(binding));
  }

  private macroReads({ macro, parameters }: MacroCall): Reads {
    if (this.depth > MAX_DEPTH) return NOTHING;
    this.depth += 1;
    const scope: Scope = new Map([...macro.scope, ...parameters]);
    const reads = this.bodyReads(macro.node.body, {
      template: macro.template,
      scope,
      steps: [],
      locals: [],
      loop: undefined,
    });
    this.depth -= 1;
    return reads;
  }

  /** Everything that a body reads, its conditions and loops among it. */
  private bodyReads(body: BodyNode, spot: Spot): Reads {
    const found: Reads[] = [];
    const walker = new TemplateWalker(this.templates, (node, at) => {
      found.push(walker.readsAt(node, at), ...at.steps.map(({ reads }) => reads));
    });
    walker.depth = this.depth;
    walker.walkAll(body.children, { ...spot, scope: new Map(spot.scope), steps: [] });
    return joinReads(found);
  }
}

/** Stands for what a parameter is given, where a macro is walked through and not called. */
function parameterPath(name: string): string {
  return `<${name}>`;
}

function made(binding: Binding): Binding {
  return { kind: 'made', reads: readsOf(binding) };
}

function readsOf(binding: Binding): Reads {
  if (binding.kind === 'data') return { ...NOTHING, paths: [binding.path] };
  return binding.kind === 'made' ? binding.reads : NOTHING;
}

function withLocals(spot: Spot, names: readonly string[]): Spot {
  return { ...spot, locals: [...spot.locals, ...names] };
}

function namesOf(targets: readonly ExpressionNode[]): string[] {
  return targets.flatMap((target) => {
    if (target.typename === 'Name') return [target.value];
    return target.typename === 'Tuple' ? namesOf(target.children) : [];
  });
}

function namesOfTemplates(node: ExpressionNode): string[] {
  if (node.typename === 'Literal') return typeof node.value === 'string' ? [node.value] : [];
  return node.typename === 'Tuple' || node.typename === 'Array' ? node.children.flatMap(namesOfTemplates) : [];
}
