import { TemplateError } from '../errors.ts';
import type { ExpressionNode, NameNode, StatementNode, TemplateNode } from '../nodes/nodes.ts';
import { BaseCompiler } from '../nunjucks.ts';
import { findUndeclared, type Frame, type Load, type ScopeCounter } from './symbols.ts';
import type { CompileOptions } from './options.ts';
import { LOOKED_UP } from './weights.ts';

const NOT_ASCII = /[\u0080-\uffff]/;
const NONE: ReadonlySet<string> = new Set();

/** Longest chain of assignments. */
const LONGEST_CHAIN = 100;

/**
 * Most variables of a function that V8 keeps on its stack, which holds about a hundred thousand. Those that an inner
 * function uses are kept elsewhere.
 */
const MOST_REGISTERS = 1000;

/** What one function of the generated code needs at its start. */
class FunctionScope {
  readonly variables = new Set<string>();
  readonly lookups = new Map<string, string>();
  readonly loops = new Set<string>();
  loopDepth = 0;
  readonly collects: boolean;

  constructor(collects: boolean) {
    this.collects = collects;
  }
}

/** Where in the code and in the template a function stands. */
interface FunctionText {
  /** What comes before the body: `function name(parameters)`. */
  readonly head: string;
  /** The node that the first line belongs to. */
  readonly node: TemplateNode;
  /** A macro or a recursive loop: a function whose whole output is collected in a variable. */
  readonly collects?: boolean;
}

type NodeMethod = (this: ScopeCompiler, node: TemplateNode, frame: Frame) => void;

const methods = new Map<string, string>();

/** The method that compiles nodes of a type, as nunjucks names it. */
function methodOf(typename: string): string {
  let name = methods.get(typename);
  if (name === undefined) {
    name = `compile${typename}`;
    methods.set(typename, name);
  }
  return name;
}

/** A place in a template as one number: line times PLACE_COLUMNS plus column. */
const PLACE_COLUMNS = 4096;

/** nunjucks' compiler with Jinja's scopes: names become variables of JavaScript. */
export class ScopeCompiler extends BaseCompiler {
  protected readonly options: CompileOptions;
  protected readonly counter: ScopeCounter = { next: 0 };
  protected closures = false;
  private readonly shared = new Map<string, string>();
  private readonly aliases = new Map<string, string>();
  private readonly undeclaredParameters: Set<string>[] = [];
  private quiet = false;
  private emitted = '';
  /** Steps of work of the code of the current function or round of a loop. */
  protected weight = 0;
  private functionScope = new FunctionScope(false);
  readonly #source: string;
  readonly #isAscii: boolean;

  /** @param source - the text of the template */
  constructor(options: CompileOptions, source: string) {
    super();
    this.options = options;
    this.#source = source;
    this.#isAscii = !NOT_ASCII.test(source);
  }

  /**
   * Whether one of some words may stand in the template: of most templates the text says at once that a walk through its tree would find
   * nothing. Names of other letters may be written in more than one way.
   */
  protected mayMention(...words: readonly string[]): boolean {
    return !this.#isAscii || words.some((word) => this.#source.includes(word));
  }

  /** Those of some names that are read before anything there gives them a value. */
  protected undeclaredAmong(nodes: Iterable<TemplateNode>, ...names: readonly string[]): ReadonlySet<string> {
    return this.mayMention(...names) ? findUndeclared(nodes, names) : NONE;
  }

  /** Jinja's error class and lines. */
  override fail(message: string, lineno?: number, colno?: number): never {
    throw new TemplateError('TemplateAssertionError', message, { line: lineno, column: colno });
  }

  protected failAt(node: TemplateNode, message: string): never {
    this.fail(message, node.lineno, node.colno);
  }

  /** Python refuses the code that Jinja would generate. */
  protected failSyntax(node: TemplateNode, message: string): never {
    throw new TemplateError('TemplateSyntaxError', message, { line: node.lineno, column: node.colno });
  }

  /** nunjucks knows only its own expressions. */
  override _compileExpression(node: ExpressionNode, frame: Frame): void {
    this.compile(node, frame);
  }

  /** The code of an expression. */
  protected code(node: ExpressionNode, frame: Frame): string {
    return this.capture(() => {
      this.compile(node, frame);
    });
  }

  /** The code that `write` emits. */
  protected capture(write: () => void): string {
    const outer = this.emitted;
    this.emitted = '';
    write();
    const code = this.emitted;
    this.emitted = outer;
    return code;
  }

  /** Text that grows is faster than nunjucks' list of pieces, which is joined for every expression. */
  override _emit(code: string): void {
    this.emitted += code;
  }

  override _emitLine(code: string): void {
    this.emitted += `${code}\n`;
  }

  override getCode(): string {
    return this.emitted;
  }

  /** nunjucks makes the name of the method anew for every node. */
  override compile(node: TemplateNode, frame: Frame): void {
    const name = methodOf(node.typename);
    const compile = (this as unknown as Readonly<Record<string, NodeMethod | undefined>>)[name];
    if (compile === undefined) this.failAt(node, `a node without code: ${node.typename}`);
    compile.call(this, node, frame);
  }

  protected compileAll(nodes: readonly StatementNode[], frame: Frame): void {
    for (const node of nodes) this.compile(node, frame);
  }

  /** Emits a function: its variables, the names it looks up in the context and the place of its errors. */
  protected emitFunction(text: FunctionText, body: () => void): void {
    const outer = this.functionScope;
    this.functionScope = new FunctionScope(text.collects === true);
    let code = '';
    const weight = this.weighed(() => {
      code = this.capture(body);
    });
    const { variables, lookups } = this.functionScope;
    this.functionScope = outer;
    const isLarge = variables.size + lookups.size > MOST_REGISTERS;
    const declared = [`at=${placeCode(text.node)}`, ...variables, ...(isLarge ? lookups.values() : [])].join(',');
    this._emitLine(`${text.head}{let ${declared};${isLarge ? 'return(()=>{' : ''}try{`);
    this._emitLine(spendCode(weight + lookups.size * LOOKED_UP + (variables.size >> 2)));
    for (const [name, variable] of lookups) {
      this._emitLine(`${isLarge ? '' : 'const '}${variable}=context.resolve(${JSON.stringify(name)});`);
    }
    this._emit(code);
    this._emitLine(`}catch(e){throw rt.located(e,name,at);}${isLarge ? '})();' : ''}}`);
  }

  /** Steps of work of the code that `write` emits, which the code around it does not pay for. */
  protected weighed(write: () => void): number {
    const outer = this.weight;
    this.weight = 0;
    write();
    const { weight } = this;
    this.weight = outer;
    return weight;
  }

  /** Declares a variable of the function; gives its name. */
  protected declare(variable: string): string {
    this.functionScope.variables.add(variable);
    return variable;
  }

  /** A variable of the function that nothing else uses. */
  protected temporary(): string {
    return this.declare(this._tmpid());
  }

  protected withinLoop(body: () => void): void {
    this.functionScope.loopDepth += 1;
    body();
    this.functionScope.loopDepth -= 1;
  }

  protected get inLoop(): boolean {
    return this.functionScope.loopDepth > 0;
  }

  /** Notes that a variable is the `loop` object of a loop in this function. */
  protected noteLoop(variable: string): void {
    this.functionScope.loops.add(variable);
  }

  protected isNotedLoop(variable: string | undefined): boolean {
    return variable !== undefined && this.functionScope.loops.has(variable);
  }

  /** Whether the function is one that collects its output: a macro or a recursive loop. */
  protected get inMacro(): boolean {
    return this.functionScope.collects;
  }

  /** Code that makes an unchangeable value, moved to where it runs only once. */
  protected share = (code: string): string => {
    let name = this.shared.get(code);
    if (name === undefined) {
      name = `k${String(this.shared.size)}`;
      this.shared.set(code, name);
    }
    return name;
  };

  protected emitShared(): void {
    for (const [code, name] of this.shared) this._emitLine(`const ${name}=${code};`);
  }

  /** Code of the place that an undefined value is told of; 0 where it is not told of. */
  protected here(node: TemplateNode): string {
    return this.quiet ? '0' : placeCode(node);
  }

  /** Makes code whose undefined values are not told of. */
  protected quietly(make: () => string): string {
    const before = this.quiet;
    this.quiet = true;
    const code = make();
    this.quiet = before;
    return code;
  }

  /** Emits the place of a node. */
  protected emitPlace(node: TemplateNode): void {
    this._emit(`at=${placeCode(node)};`);
  }

  /** The variable that stands for a name. */
  protected variable(name: string, frame: Frame): string {
    const variable = frame.symbols.variable(name);
    return this.aliases.get(variable) ?? variable;
  }

  /** Code that reads a name: an undefined value where it has none. */
  protected readName(node: NameNode, frame: Frame): string {
    const name = node.value;
    const own = frame.symbols.variable(name);
    const load = frame.symbols.findLoad(own);
    const variable = this.aliases.get(own) ?? own;
    if (load?.from === 'parameter' && this.undeclaredParameters.at(-1)?.has(own) !== true) return variable;
    return `(${variable}!==undefined?${variable}:context.missing(${JSON.stringify(name)},${this.here(node)}))`;
  }

  /** Runs `body` while the parameters of a frame may not have their values yet. */
  protected withParameters(frame: Frame, body: (declared: (variable: string) => void) => void): void {
    const pending = frame.symbols.parameterVariables();
    this.undeclaredParameters.push(pending);
    body((variable) => pending.delete(variable));
    this.undeclaredParameters.pop();
  }

  /** Emits the values that the variables of a frame start with. Parameters of functions are declared by their function. */
  protected enterFrame(frame: Frame, ownParameters = true): void {
    const empty: string[] = [];
    for (const [variable, load] of frame.symbols.loads)
      this.enterVariable(frame, variable, load, { empty, ownParameters });
    this.emitAll(empty, 'undefined');
  }

  private enterVariable(
    frame: Frame,
    variable: string,
    load: Load,
    target: { readonly empty: string[]; readonly ownParameters: boolean },
  ): void {
    switch (load.from) {
      case 'parameter':
        if (target.ownParameters) this.declare(variable);
        return;
      case 'variable':
        this._emitLine(`${this.declare(variable)}=${this.aliases.get(load.variable) ?? load.variable};`);
        return;
      case 'nothing':
        target.empty.push(this.declare(variable));
        return;
      case 'context': {
        const found = this.lookup(load.name);
        if (frame.symbols.stores.has(load.name)) this._emitLine(`${this.declare(variable)}=${found};`);
        else this.aliases.set(variable, found);
      }
    }
  }

  /** Gives variables a value. JavaScript's own compiler follows a chain of assignments only so far. */
  private emitAll(variables: readonly string[], value: string): void {
    for (let from = 0; from < variables.length; from += LONGEST_CHAIN) {
      this._emitLine(`${variables.slice(from, from + LONGEST_CHAIN).join('=')}=${value};`);
    }
  }

  /** Jinja forgets the variables of a scope at its end; only functions that outlive it can tell. */
  protected leaveFrame(frame: Frame): void {
    if (!this.closures) return;
    const own = [...frame.symbols.loads].filter(([variable]) => !this.aliases.has(variable));
    // A parameter is read without asking whether it has a value, so Jinja's own mark for none becomes visible.
    const parameters = own.filter(([, load]) => load.from === 'parameter').map(([variable]) => variable);
    const others = own.filter(([, load]) => load.from !== 'parameter').map(([variable]) => variable);
    this.emitAll(parameters, 'rt.missing');
    this.emitAll(others, 'undefined');
  }

  /** A name of the context keeps its value while a function runs, so it is looked up once, at the start. */
  private lookup(name: string): string {
    const { lookups } = this.functionScope;
    let variable = lookups.get(name);
    if (variable === undefined) {
      variable = this._tmpid();
      lookups.set(name, variable);
    }
    return variable;
  }

  /** Code of a map with the variables that are set at this point. */
  protected localsCode(frame: Frame): string {
    const parts = [...frame.symbols.storedVariables()].map(
      ([name, variable]) => `${JSON.stringify(name)},${this.aliases.get(variable) ?? variable}`,
    );
    return parts.length === 0 ? 'undefined' : `rt.locals([${parts.join(',')}])`;
  }
}

/** Code that pays for steps of work. */
export function spendCode(steps: number): string {
  return `if((meter.work-=${String(steps)})<0)rt.spent();`;
}

/** The node that an expression starts with. */
export function startOf(node: TemplateNode): TemplateNode {
  const first = firstPart(node);
  return first === null ? node : startOf(first);
}

function firstPart(node: TemplateNode): ExpressionNode | null {
  switch (node.typename) {
    case 'Attribute':
    case 'Item':
    case 'Call':
    case 'FilterCall':
    case 'TestCall':
      return node.target;
    case 'Compare':
      return node.expr;
    case 'InlineIf':
      return node.body;
    default:
      return 'left' in node ? node.left : null;
  }
}

/** The number that stands for a place. */
export function placeCode(node: TemplateNode): string {
  return String(node.lineno * PLACE_COLUMNS + Math.min(node.colno, PLACE_COLUMNS - 1));
}
