import { decodePlace, pyError, type TemplateError } from '../errors.ts';
import type { MarkState } from '../origins.ts';
import { type Budget, CALL, hold, ITEM, madeText, spend } from '../python/budget.ts';
import type { CallContext, EnvironmentLike, EvalContext, PyCallable } from '../python/callable.ts';
import { Markup } from '../python/markup.ts';
import { NOT_FOUND, PyObject } from '../python/object.ts';
import { truth } from '../python/operators.ts';
import { repr } from '../python/text.ts';
import { Undefined, type UndefinedPolicy } from '../undefined.ts';

/** A compiled block or root: renders with a context. */
type RenderFunction = (context: Context) => string;

/** What the generated code of a template makes. */
export interface Program {
  readonly root: RenderFunction;
  readonly blocks: ReadonlyMap<string, RenderFunction>;
}

/** A template as the runtime sees it. */
export interface LoadedTemplate {
  readonly name: string | undefined;
  readonly program: Program;
  /** Whether its output is escaped unless it says otherwise. */
  readonly autoescape: boolean;
}

/** A template as several others import it, without their variables. */
export interface SharedModule {
  /** Whether it keeps anything that one importer could change, so that another would find it changed. */
  readonly hasState: boolean;
}

/** What changes while templates are rendered. */
export interface RenderState extends MarkState {
  /** How deeply macros, blocks, includes and recursive loops are nested. */
  depth: number;
  /** Told of each undefined value. */
  onUndefined: ((value: Undefined, place: UndefinedPlace) => void) | undefined;
  /** A mistake that Python would find only when it joins the whole output. */
  lateError: TemplateError | undefined;
  /** Where the code is that makes an undefined value, as far as it is known. */
  place: UndefinedPlace;
}

/** Where an undefined value was made. */
export interface UndefinedPlace {
  readonly template: string | undefined;
  readonly line: number | undefined;
  readonly column: number | undefined;
}

/** Bounds of a render: its budget, and what else is bounded. */
export interface Limits extends Budget {
  /** How deeply macros, blocks, includes and recursive loops may be nested. */
  readonly recursion: number;
  /** How many characters the output may have; no bound where it is undefined. */
  readonly output: number | undefined;
}

/** What the runtime needs of the environment. */
export interface RuntimeEnvironment extends EnvironmentLike {
  readonly undefinedPolicy: UndefinedPolicy;
  readonly globalVariables: ReadonlyMap<string, unknown>;
  readonly finalize: PyCallable | undefined;
  readonly limits: Limits;
  readonly state: RenderState;
  /** The template of this name; raises TemplateNotFound where there is none. */
  load(name: string): LoadedTemplate;
  /** The module that all imports of a template without context share: `find` makes it for the first of them. */
  sharedModule<Module extends SharedModule>(template: LoadedTemplate, find: () => Module): Module;
  /** The template that a value is, if it is one. */
  asTemplate(value: unknown): LoadedTemplate | undefined;
  /** Names of all filters and tests. */
  filterNames(): string[];
  testNames(): string[];
}

type Variables = ReadonlyMap<string, unknown>;

/** A chain of more maps than this is merged into one: templates that include each other deeply stay fast. */
const MAX_LAYERS = 6;

/** Bytes of a variable in a map of variables. */
const VARIABLE = 48;

/** Escaping as it is at this point of the render. */
export class RenderEvalContext implements EvalContext {
  readonly environment: RuntimeEnvironment;
  /** What the `autoescape` tag was given: Jinja asks for its truth when something is printed, not before. */
  setting: unknown;

  constructor(environment: RuntimeEnvironment, autoescape: boolean) {
    this.environment = environment;
    this.setting = autoescape;
  }

  /** Fails where the setting has no truth. */
  ask(): void {
    if (typeof this.setting !== 'boolean') truth(this.setting);
  }

  get autoescape(): boolean {
    return typeof this.setting === 'boolean' ? this.setting : truth(this.setting);
  }
}

/** The variables of a template while it is rendered, and what it exports. */
export class Context implements CallContext {
  readonly environment: RuntimeEnvironment;
  readonly name: string | undefined;
  readonly evalContext: RenderEvalContext;
  /** For each block its functions, the most derived template's first. Made with the first one: most templates have none. */
  private stacks: Map<string, RenderFunction[]> | undefined;
  /** Made when the first name is assigned: most templates assign none. */
  private exportedNames: Set<string> | undefined;
  private vars: Map<string, unknown> | undefined;
  private readonly layers: readonly Variables[];

  /** @param layers What the template is given, the nearest first. */
  constructor(
    environment: RuntimeEnvironment,
    name: string | undefined,
    layers: readonly Variables[],
    evalContext: RenderEvalContext,
  ) {
    this.environment = environment;
    this.name = name;
    this.layers = layers;
    this.evalContext = evalContext;
  }

  /** The functions of a block, the most derived template's first. */
  blockStack(name: string): readonly RenderFunction[] | undefined {
    return this.stacks?.get(name);
  }

  /** The value of a name; undefined where it has none. */
  resolve(name: string): unknown {
    const own = this.vars?.get(name);
    if (own !== undefined) return own;
    for (const layer of this.layers) {
      const found = layer.get(name);
      if (found !== undefined) return found;
    }
    return undefined;
  }

  /** Notes assignments at the top of the template: names and values in turn. Public names are exported. */
  assign(assignments: readonly unknown[]): void {
    const exportedNames = (this.exportedNames ??= new Set());
    this.setAll(assignments, (name) => {
      if (!name.startsWith('_')) exportedNames.add(name);
    });
  }

  /** Notes imported names, which are not exported. */
  assignImported(assignments: readonly unknown[]): void {
    this.setAll(assignments, (name) => {
      if (!name.startsWith('_')) this.exportedNames?.delete(name);
    });
  }

  private setAll(assignments: readonly unknown[], note: (name: string) => void): void {
    const vars = (this.vars ??= new Map());
    for (let index = 0; index < assignments.length; index += 2) {
      const name = String(assignments[index]);
      vars.set(name, assignments[index + 1]);
      note(name);
    }
  }

  /** What the template exports. */
  exported(): Map<string, unknown> {
    const names = this.exportedNames ?? new Set<string>();
    payVariables(names.size);
    return new Map([...names].map((name) => [name, this.vars?.get(name)]));
  }

  /** The values of all names that were assigned at the top of the template, imported ones among them. */
  assigned(): () => Iterable<unknown> {
    return () => this.vars?.values() ?? [];
  }

  /** All variables as they are now, for a template that is given this context. */
  snapshot(locals?: Variables): Variables[] {
    const layers = this.vars === undefined ? [...this.layers] : [copy(this.vars), ...this.layers];
    if (locals !== undefined && locals.size > 0) layers.unshift(locals);
    return layers.length > MAX_LAYERS ? [merge(layers)] : layers;
  }

  /** All variables as one map. */
  all(): Map<string, unknown> {
    return merge(this.snapshot());
  }

  /** An independent context of the same template that sees these variables too. */
  derived(locals: Variables | undefined): Context {
    const context = new Context(this.environment, this.name, this.snapshot(locals), this.evalContext);
    if (this.stacks !== undefined) {
      payVariables(this.stacks.size);
      context.stacks = new Map([...this.stacks].map(([name, functions]) => [name, [...functions]]));
    }
    return context;
  }

  /** Adds the blocks of a parent template behind those that are known. */
  addBlocks(blocks: ReadonlyMap<string, RenderFunction>): void {
    if (blocks.size === 0) return;
    payVariables(blocks.size);
    const stacks = (this.stacks ??= new Map<string, RenderFunction[]>());
    for (const [name, block] of blocks) {
      const known = stacks.get(name);
      if (known === undefined) stacks.set(name, [block]);
      else known.push(block);
    }
  }

  /** Renders the most derived block of this name with a context. */
  renderBlock(name: string, context: Context): string {
    const block = this.stacks?.get(name)?.[0];
    if (block === undefined) throw pyError('KeyError', `'${name}'`);
    return this.deeper(() => block(context));
  }

  /** Fails unless a derived template defines the block. */
  requireBlock(name: string): void {
    if ((this.stacks?.get(name)?.length ?? 0) <= 1) {
      throw pyError('TemplateRuntimeError', `Required block '${name}' not found`);
    }
  }

  /** What `super` is in this block. */
  superOf(name: string, current: RenderFunction): unknown {
    const stack = this.stacks?.get(name) ?? [];
    const index = stack.indexOf(current) + 1;
    if (index === 0 || index >= stack.length) return noParentBlock(this.environment, name);
    return new BlockReference(name, this, stack, index);
  }

  /** The context, after whether output is escaped has been asked: that may fail, and does so first. */
  asked(): this {
    this.evalContext.ask();
    return this;
  }

  /** Runs something one level deeper; RecursionError beyond the limit. */
  deeper<T>(run: () => T): T {
    const { state, limits } = this.environment;
    if (state.depth >= limits.recursion) throw pyError('RecursionError', 'maximum recursion depth exceeded');
    state.depth += 1;
    spend(CALL);
    try {
      return run();
    } finally {
      state.depth -= 1;
    }
  }

  /** The undefined value of a name without a value. */
  missing(name: string, at: number): unknown {
    return this.placed(at, () => this.environment.undefined({ name }));
  }

  /** The undefined value of an attribute or item that is not there. */
  missingAttribute(object: unknown, name: unknown, at: number): unknown {
    return this.placed(at, () => this.environment.undefined({ object, name }));
  }

  private placed<T>(at: number, make: () => T): T {
    const { state } = this.environment;
    if (state.onUndefined === undefined) return make();
    const before = { place: state.place, onUndefined: state.onUndefined };
    // At no place the template only asks whether the value is defined.
    if (at === 0) state.onUndefined = undefined;
    else state.place = { template: this.name, ...decodePlace(at) };
    try {
      return make();
    } finally {
      Object.assign(state, before);
    }
  }

  /** The undefined value of a macro's parameter that was not given. */
  missingParameter(name: string): unknown {
    return this.environment.undefined({ hint: `parameter '${name}' was not provided`, name });
  }

  /** What an inline if without else gives: Jinja's plain undefined whatever the policy. */
  withoutElse(template: string | undefined, line: number): unknown {
    const position = template === undefined ? `line ${String(line)}` : `line ${String(line)} in '${template}'`;
    return new Undefined({
      hint: `the inline if-expression on ${position} evaluated to false and no else section was defined.`,
    });
  }

  /** Fails where the output has become too long. */
  checkOutput(output: string): void {
    const { output: limit } = this.environment.limits;
    if (limit !== undefined && output.length > limit) {
      throw pyError('MemoryError', `the output is longer than ${String(limit)} characters`);
    }
  }
}

function payVariables(count: number): void {
  hold(count * VARIABLE);
  spend(count * ITEM);
}

function copy(variables: Variables): Variables {
  payVariables(variables.size);
  return new Map(variables);
}

function merge(layers: readonly Variables[]): Map<string, unknown> {
  const merged = new Map<string, unknown>();
  for (const layer of layers.toReversed()) {
    payVariables(layer.size);
    for (const [name, value] of layer) merged.set(name, value);
  }
  return merged;
}

/** One block on the way from the most derived template to the base: `super()`, `self.name()`. */
class BlockReference extends PyObject {
  private readonly name: string;
  private readonly context: Context;
  private readonly stack: readonly RenderFunction[];
  private readonly depth: number;

  constructor(name: string, context: Context, stack: readonly RenderFunction[], depth: number) {
    super();
    this.name = name;
    this.context = context;
    this.stack = stack;
    this.depth = depth;
  }

  get typeName(): string {
    return 'BlockReference';
  }

  override get moduleName(): string {
    return 'jinja2.runtime';
  }

  override getAttribute(name: string): unknown {
    if (name === 'name') return this.name;
    if (name !== 'super') return NOT_FOUND;
    if (this.depth + 1 >= this.stack.length) return noParentBlock(this.context.environment, this.name);
    return new BlockReference(this.name, this.context, this.stack, this.depth + 1);
  }

  override get callable(): boolean {
    return true;
  }

  override call(): unknown {
    const block = this.stack[this.depth];
    const text = block === undefined ? '' : madeText(this.context.deeper(() => block(this.context)));
    return this.context.evalContext.autoescape ? new Markup(text) : text;
  }
}

/** `self` in a template: its blocks by name. */
export class TemplateReference extends PyObject {
  private readonly context: Context;

  constructor(context: Context) {
    super();
    this.context = context;
  }

  get typeName(): string {
    return 'TemplateReference';
  }

  override get moduleName(): string {
    return 'jinja2.runtime';
  }

  override get subscriptable(): boolean {
    return true;
  }

  override getItem(key: unknown): unknown {
    const stack = typeof key === 'string' ? this.context.blockStack(key) : undefined;
    if (stack === undefined) throw pyError('KeyError', repr(key));
    return new BlockReference(String(key), this.context, stack, 0);
  }

  override repr(): string {
    return `<TemplateReference ${repr(this.context.name ?? null)}>`;
  }
}

/** The undefined value of a block without parent. */
function noParentBlock(environment: RuntimeEnvironment, name: string): unknown {
  return environment.undefined({ hint: `there is no parent block called '${name}'.`, name: 'super' });
}
