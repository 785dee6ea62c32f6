import { pyError } from '../errors.ts';
import type { BodyNode, ForNode, IfNode, RootNode, TemplateNode } from '../nodes/nodes.ts';
import { eachChild, VISITED } from '../nodes/walk.ts';
import { spend } from '../python/budget.ts';
import { repr } from '../python/text.ts';

/** What is known about escaping while a template is compiled. */
export interface EvalState {
  autoescape: boolean;
  /** True where only the render knows whether output is escaped. */
  volatile: boolean;
}

/** What the compiler knows about the place that it is at. */
export class Frame {
  readonly state: EvalState;
  readonly symbols: Symbols;
  /** The variable that collects output here; none where it goes to the output of the function. */
  buffer: string | undefined;
  /** Whether output is written only while no parent template is known. */
  requireOutputCheck = false;
  /** The top of a template, conditions there included. */
  toplevel = false;
  /** The very top of a template, outside of all conditions. */
  rootlevel = false;
  /** Whether assignments belong to the variables of a loop. */
  loopFrame = false;
  /** Whether assignments belong to the variables of a block. */
  blockFrame = false;
  /** Whether a function that is called here may ask for the variables of the loop or block. */
  tracksVariables = false;
  /** In a condition, where an unknown filter is a mistake only when it is used. */
  softFrame = false;

  private constructor(state: EvalState, symbols: Symbols) {
    this.state = state;
    this.symbols = symbols;
  }

  /** The outermost frame of a function. */
  static root(state: EvalState, counter: ScopeCounter): Frame {
    return new Frame(state, new Symbols(counter));
  }

  /** The frame of a scope within this one. */
  inner(): Frame {
    const frame = new Frame(this.state, this.symbols.inner());
    frame.buffer = this.buffer;
    frame.requireOutputCheck = this.requireOutputCheck;
    return frame;
  }

  /** The frame of a condition: the same scope, but no longer the root. */
  soft(): Frame {
    const frame = new Frame(this.state, this.symbols);
    Object.assign(frame, {
      buffer: this.buffer,
      requireOutputCheck: this.requireOutputCheck,
      toplevel: this.toplevel,
      loopFrame: this.loopFrame,
      blockFrame: this.blockFrame,
      tracksVariables: this.tracksVariables,
      softFrame: true,
    });
    return frame;
  }
}

/** Where the variable of a name gets its value when its frame is entered. */
export type Load =
  | { readonly from: 'parameter' }
  | { readonly from: 'context'; readonly name: string }
  | { readonly from: 'variable'; readonly variable: string }
  | { readonly from: 'nothing' };

const PARAMETER: Load = { from: 'parameter' };
const NOTHING: Load = { from: 'nothing' };

/** Steps of work of a name that one scope takes from another. */
const NOTED = 50;

/** Counts the scopes of one template, so that each has variables of its own. */
export interface ScopeCounter {
  next: number;
}

/**
 * The names of one scope: which variable of the generated code stands for each, and where it gets its value. This is
 * Jinja's way to resolve scopes at compile time (its `idtracking`), with all that follows from it: a name that is set
 * anywhere in a scope is a variable of that scope from the scope's start.
 */
class Symbols {
  readonly parent: Symbols | undefined;
  /** The scope that this is a branch of: what is not found here is looked for there. */
  private readonly trunk: Symbols | undefined;
  private readonly id: number;
  private readonly counter: ScopeCounter;
  private readonly variables = new Map<string, string>();
  private readonly parameters = new Set<string>();
  readonly loads = new Map<string, Load>();
  readonly stores = new Set<string>();

  constructor(counter: ScopeCounter, around: { readonly parent?: Symbols | undefined; readonly trunk?: Symbols } = {}) {
    this.counter = counter;
    this.parent = around.parent;
    this.trunk = around.trunk;
    this.id = around.trunk?.id ?? counter.next++;
  }

  /** A scope within this one. */
  inner(): Symbols {
    return new Symbols(this.counter, { parent: this });
  }

  /** The names that a branch of a condition adds to this scope, which must not change meanwhile. */
  branch(): Symbols {
    return new Symbols(this.counter, { parent: this.parent, trunk: this });
  }

  /** The variable of a name here or in a scope around, if it has one. */
  findVariable(name: string): string | undefined {
    return this.ownVariable(name) ?? this.parent?.findVariable(name);
  }

  private ownVariable(name: string): string | undefined {
    return this.variables.get(name) ?? this.trunk?.ownVariable(name);
  }

  /** The variable of a name. As in Jinja, the filter of a set block knows only the names that its surroundings name too. */
  variable(name: string): string {
    const found = this.findVariable(name);
    if (found === undefined) {
      throw pyError(
        'AssertionError',
        `Tried to resolve a name to a reference that was unknown to the frame (${repr(name)})`,
      );
    }
    return found;
  }

  findLoad(variable: string): Load | undefined {
    return this.loads.get(variable) ?? this.parent?.findLoad(variable);
  }

  /** Notes that a name is written here. */
  store(name: string): void {
    this.stores.add(name);
    if (this.ownVariable(name) !== undefined) return;
    const outer = this.parent?.findVariable(name);
    this.define(name, outer === undefined ? NOTHING : { from: 'variable', variable: outer });
  }

  /** Notes that a name is a parameter here; gives its variable. */
  declareParameter(name: string): string {
    this.stores.add(name);
    const variable = this.define(name, PARAMETER);
    this.parameters.add(variable);
    return variable;
  }

  /** Notes that a name is read here. */
  load(name: string): void {
    if (this.findVariable(name) === undefined) this.define(name, { from: 'context', name });
  }

  /** Takes over what the branches of a condition found; a name that only some of them write is looked up before. */
  updateFromBranches(branches: readonly Symbols[]): void {
    const stored = new Set<string>();
    for (const branch of branches) {
      for (const name of branch.stores) if (!this.isStored(name)) stored.add(name);
    }
    for (const branch of branches) this.takeOver(branch);
    for (const name of stored) {
      const outer = this.parent?.findVariable(name);
      this.loads.set(
        this.variable(name),
        outer === undefined ? { from: 'context', name } : { from: 'variable', variable: outer },
      );
    }
  }

  private isStored(name: string): boolean {
    return this.stores.has(name) || this.trunk?.isStored(name) === true;
  }

  /** Every name written here or in a scope around, with its variable. */
  storedVariables(): Map<string, string> {
    spend(this.stores.size * NOTED);
    const found = new Map<string, string>();
    for (const name of [...this.stores].sort()) found.set(name, this.variable(name));
    for (const name of this.parent?.storedVariables().keys() ?? []) {
      if (!found.has(name)) found.set(name, this.variable(name));
    }
    return found;
  }

  /** The variables that are parameters here or in a scope around. */
  parameterVariables(): Set<string> {
    const found = this.parent?.parameterVariables() ?? new Set<string>();
    for (const variable of this.parameters) found.add(variable);
    return found;
  }

  private takeOver(branch: Symbols): void {
    spend((branch.variables.size + branch.stores.size) * NOTED);
    for (const [name, variable] of branch.variables) this.variables.set(name, variable);
    for (const [variable, load] of branch.loads) this.loads.set(variable, load);
    for (const name of branch.stores) this.stores.add(name);
    for (const variable of branch.parameters) this.parameters.add(variable);
  }

  private define(name: string, load: Load): string {
    const variable = `l${String(this.id)}_${encodeName(name)}`;
    this.variables.set(name, variable);
    this.loads.set(variable, load);
    return variable;
  }
}

/** A name as part of an identifier of JavaScript: what is not a letter, digit or `_` of ASCII is written as its code. */
export function encodeName(name: string): string {
  return name.replace(/[^A-Za-z0-9_]/gu, (character) => `$${(character.codePointAt(0) ?? 0).toString(16)}$`);
}

/** The part of a loop whose scope is looked at. */
type LoopPart = 'body' | 'else' | 'test';

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
