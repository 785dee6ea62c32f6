import { pyError } from '../errors.ts';
import { spend } from '../python/budget.ts';
import { repr } from '../python/text.ts';

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
export class Symbols {
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
