import { suggestNearest } from '../text/suggest.ts';
import type { CompileOptions, ConstantCall } from './compiler/options.ts';
import { generateCode } from './compiler/template.ts';
import { asTemplateError, pyError, TemplateError } from './errors.ts';
import type { Extension } from './extensions/extension.ts';
import { builtinFilters } from './filters/table.ts';
import { builtinGlobals } from './globals.ts';
import { compileRules, type LexerRules } from './lexer/syntax.ts';
import { BaseEnvironment } from './nunjucks.ts';
import { ENGINE_VERSION, loadCompiled } from './program.ts';
import { apart, type Budget, CALL, meter, noteCompilation, notePeak, spend } from './python/budget.ts';
import { call, type CallContext, type Kwargs, passedArgument, type PyCallable } from './python/callable.ts';
import type { Policies } from './python/policies.ts';
import { hashOf } from './python/dict.ts';
import { NOT_FOUND, type PyObject } from './python/object.ts';
import { repr } from './python/text.ts';
import { findAttribute, findSubscript } from './python/attributes.ts';
import type {
  Limits,
  LoadedTemplate,
  Program,
  RenderState,
  RuntimeEnvironment,
  SharedModule,
} from './runtime/context.ts';
import { bundledExtension, entriesOf, type EnvironmentOptions, resolveSettings, type Settings } from './settings.ts';
import { type RenderOptions, Template, type TemplateVariables } from './template.ts';
import { builtinTests } from './tests/table.ts';
import { makeUndefined, Undefined, type UndefinedPolicy } from './undefined.ts';

/** The settings of a family of templates, and the templates loaded so far. */
export class Environment extends BaseEnvironment implements RuntimeEnvironment {
  declare filters: Record<string, PyCallable>;
  declare tests: Record<string, PyCallable>;
  state: RenderState = {
    depth: 0,
    onUndefined: undefined,
    marks: undefined,
    lateError: undefined,
    place: { template: undefined, line: undefined, column: undefined },
  };
  globalVariables = new Map<string, unknown>();
  private readonly loaded = new Map<string, Template>();
  private readonly highest = { work: 0, memory: 0 };
  private readonly settings: Settings;
  private readonly tagExtensions: readonly Extension[];
  private readonly rules: LexerRules;

  /** @param options See EnvironmentOptions; every default is Jinja's. */
  constructor(options: EnvironmentOptions = {}) {
    super([], { autoescape: false });
    this.settings = resolveSettings(options);
    this.tagExtensions = (options.extensions ?? []).map((extension) =>
      typeof extension === 'string' ? bundledExtension(extension) : extension,
    );
    this.rules = compileRules(this.settings.syntax);
    this.filters = table(builtinFilters, options.filters);
    this.tests = table(builtinTests, options.tests);
    const { random } = this.settings;
    for (const [name, value] of builtinGlobals({ random })) this.globalVariables.set(name, value);
    for (const extension of this.tagExtensions) {
      for (const [name, value] of entriesOf(extension.globals)) this.globalVariables.set(name, value);
    }
    for (const [name, value] of entriesOf(options.globals)) this.globalVariables.set(name, value);
  }

  /** Forgets the templates loaded so far. */
  override invalidateCache(): void {
    this.loaded.clear();
  }

  /**
   * The template of this name, compiled. nunjucks would make one of its own class.
   *
   * @throws TemplateError: TemplateNotFound, or TemplateSyntaxError with its place.
   */
  override getTemplate(name: string): Template {
    let template = this.loaded.get(name);
    if (template === undefined) {
      template = this.makeTemplate(this.loadSource(name), name);
      this.loaded.set(name, template);
    }
    return template;
  }

  /** Renders the template of this name: `getTemplate` and `render` of the template, in one. */
  override render(name: string, variables?: TemplateVariables, options?: RenderOptions): string {
    return this.getTemplate(name).render(variables, options);
  }

  /** Renders a template from a string: `fromString` and `render` of the template, in one. */
  override renderString(source: string, variables?: TemplateVariables, options?: RenderOptions): string {
    return this.fromString(source).render(variables, options);
  }

  /**
   * Compiles a template from a string.
   *
   * @param source Text of the template.
   * @param name What errors call it.
   * @throws TemplateError of the kind TemplateSyntaxError, with its place.
   */
  fromString(source: string, name?: string): Template {
    return this.makeTemplate(source, name);
  }

  /** The most work and the most memory that a render has used so far. */
  get highestUsage(): Budget {
    return this.highest;
  }

  /** Notes what the render that ends has used. */
  noteUsage(): void {
    const { highest, limits } = this;
    highest.work = Math.max(highest.work, limits.work - meter.work);
    highest.memory = Math.max(highest.memory, limits.memory - meter.memory);
    notePeak(highest);
  }

  /** Adds a variable of all templates. */
  addGlobal(name: string, value: unknown): this {
    this.globalVariables.set(name, value);
    return this;
  }

  /**
   * The code of a template as text, which `loadCompiled` loads. It depends on the source, the settings and the
   * engine's version only.
   */
  compileSource(source: string, name?: string): string {
    try {
      // A template costs the render the same whether or not its code is known already.
      return apart(this.limits, () => {
        try {
          return generateCode(source, this.compileOptions(name, source.length), this.rules);
        } finally {
          noteCompilation(this.limits.work - meter.work);
        }
      });
    } catch (error) {
      if (error instanceof TemplateError) this.explain(error, source, name);
      throw error;
    }
  }

  /** Everything besides its source that the code of a template depends on, as text. */
  settingsKey(name?: string): string {
    const { syntax, finalize, limits, origins, policies } = this.settings;
    const own = (table: Record<string, PyCallable>, builtin: ReadonlyMap<string, PyCallable>): string[] =>
      Object.keys(table)
        .filter((key) => table[key] !== builtin.get(key))
        .sort();
    return JSON.stringify([
      ENGINE_VERSION,
      syntax,
      policies,
      this.settings.undefined,
      this.settings.autoescape(name),
      this.tagExtensions.map((extension) => extension.name),
      own(this.filters, builtinFilters),
      own(this.tests, builtinTests),
      [finalize !== undefined, limits.output !== undefined, origins],
    ]);
  }

  private makeTemplate(source: string, name: string | undefined): Template {
    const { codeCache } = this.settings;
    const settings = codeCache === undefined ? '' : this.settingsKey(name);
    let code = codeCache?.read(source, settings);
    if (code === undefined) {
      code = this.compileSource(source, name);
      codeCache?.write(source, settings, code);
    }
    const program = this.loadProgram(code, name);
    return new Template(this, { name, source, program, autoescape: this.settings.autoescape(name) });
  }

  /** JavaScript's own compiler has a limit of its own for nested code. */
  private loadProgram(code: string, name: string | undefined): Program {
    try {
      return loadCompiled(code)(this, name);
    } catch (error) {
      throw error instanceof RangeError ? asTemplateError(error) : error;
    }
  }

  private loadSource(name: string): string {
    const { loader } = this.settings;
    if (loader === undefined) throw pyError('TypeError', 'no loader for this environment specified');
    const source = loader.load(name);
    if (source === undefined) throw pyError('TemplateNotFound', name);
    return source;
  }

  private compileOptions(name: string | undefined, length: number): CompileOptions {
    const { syntax, finalize, limits, origins } = this.settings;
    const { filters, tests } = this;
    return {
      syntax,
      tagParsers: this.tagExtensions,
      autoescape: this.settings.autoescape(name),
      filters: { has: (key) => key in filters },
      tests: { has: (key) => key in tests },
      finalize: finalize !== undefined,
      limitOutput: limits.output !== undefined,
      origins,
      foldable: { work: FOLDABLE + length * FOLDABLE_PER_CHARACTER },
      foldCall: (constant) => this.foldCall(constant),
      foldMissing: (object, name) => makeUndefined(this.settings.undefined, { object, name }),
    };
  }

  /** Only what comes with the engine is sure to give the same result every time. */
  private foldCall({ kind, name, args, kwargs, autoescape }: ConstantCall): unknown {
    const fn = kind === 'filter' ? this.filters[name] : this.tests[name];
    const builtin = (kind === 'filter' ? builtinFilters : builtinTests).get(name);
    if (fn === undefined || fn !== builtin || typeof fn !== 'function' || passedArgument(fn) === 'context') {
      throw new Error('not a constant');
    }
    // So is what a policy of the program makes of a value.
    if (fn === builtinFilters.get('tojson') && hasFunctions(this.policies)) throw new Error('not a constant');
    return call(fn, args, kwargs, { environment: this, evalContext: { environment: this, autoescape } });
  }

  /** Adds to an error what helps to mend it. */
  explain(error: TemplateError, source: string | undefined, name: string | undefined, known?: Iterable<string>): void {
    if (error.template === undefined && error.line !== undefined) error.template = name;
    if (error.template === name) addExcerpt(error, source);
    error.suggestion ??= this.suggestion(error.message, known);
  }

  private suggestion(message: string, known: Iterable<string> | undefined): string | undefined {
    const [, kind, name] = /^No (filter|test) named '([^']*)'/.exec(message) ?? [];
    if (name !== undefined) return suggestNearest(name, kind === 'filter' ? this.filterNames() : this.testNames());
    const [, variable] = /^'([^']*)' is undefined$/.exec(message) ?? [];
    if (variable === undefined || known === undefined) return undefined;
    return suggestNearest(variable, [...known, ...this.globalVariables.keys()]);
  }

  // What the runtime asks for.

  get policies(): Policies {
    return this.settings.policies;
  }

  get newlineSequence(): string {
    return this.settings.syntax.newlineSequence;
  }

  get undefinedPolicy(): UndefinedPolicy {
    return this.settings.undefined;
  }

  get limits(): Limits {
    return this.settings.limits;
  }

  get finalize(): PyCallable | undefined {
    return this.settings.finalize;
  }

  /** The source of a template that is loaded already. */
  loadedSource(name: string): string | undefined {
    return this.loaded.get(name)?.source;
  }

  load(name: string): LoadedTemplate {
    return this.getTemplate(name);
  }

  sharedModule<Module extends SharedModule>(_template: LoadedTemplate, find: () => Module): Module {
    return find();
  }

  asTemplate(value: unknown): LoadedTemplate | undefined {
    return value instanceof Template ? value : undefined;
  }

  getAttribute(value: unknown, name: string): unknown {
    const found = findAttribute(value, name);
    return found === NOT_FOUND ? this.undefined({ object: value, name }) : found;
  }

  getItem(value: unknown, key: unknown): unknown {
    const found = findSubscript(value, key);
    return found === NOT_FOUND ? this.undefined({ object: value, name: key }) : found;
  }

  undefined(options: { readonly hint?: string; readonly object?: unknown; readonly name?: unknown }): PyObject {
    const { onUndefined, place } = this.state;
    if (onUndefined === undefined) return makeUndefined(this.settings.undefined, options);
    const record = (value: Undefined): void => {
      onUndefined(value, place);
    };
    return makeUndefined(this.settings.undefined, { ...options, record });
  }

  callFilter(name: unknown, args: readonly unknown[], kwargs: Kwargs, context: CallContext): unknown {
    spend(CALL);
    return call(this.required('filter', name), args, kwargs, context);
  }

  callTest(name: unknown, args: readonly unknown[], kwargs: Kwargs, context: CallContext): unknown {
    spend(CALL);
    return call(this.required('test', name), args, kwargs, context);
  }

  private required(kind: 'filter' | 'test', name: unknown): PyCallable {
    hashOf(name);
    const found =
      typeof name !== 'string' ? undefined : kind === 'filter' ? this.findFilter(name) : this.findTest(name);
    if (found !== undefined) return found;
    const more = name instanceof Undefined ? ` (${name.message}; did you forget to quote the callable name?)` : '';
    throw pyError('TemplateRuntimeError', `No ${kind} named ${repr(name)}.${more}`);
  }

  findFilter(name: string): PyCallable | undefined {
    return this.filters[name];
  }

  findTest(name: string): PyCallable | undefined {
    return this.tests[name];
  }

  filterNames(): string[] {
    return Object.keys(this.filters).sort();
  }

  testNames(): string[] {
    return Object.keys(this.tests).sort();
  }

  random(): number {
    return this.settings.random();
  }
}

function hasFunctions({ 'json.dumps_function': dumps, 'json.dumps_kwargs': kwargs }: Policies): boolean {
  return dumps !== null || typeof kwargs.default === 'function';
}

/** Steps of work that a template may take before it is rendered, for its constant expressions. */
const FOLDABLE = 1_000_000;
const FOLDABLE_PER_CHARACTER = 10;

function table(
  builtin: ReadonlyMap<string, PyCallable>,
  own: EnvironmentOptions['filters'],
): Record<string, PyCallable> {
  const all = Object.create(null) as Record<string, PyCallable>;
  for (const [name, fn] of builtin) all[name] = fn;
  for (const [name, fn] of entriesOf(own)) all[name] = fn;
  return all;
}

/** Adds the line of source that an error is about, with a caret below the place. */
function addExcerpt(error: TemplateError, source: string | undefined): void {
  if (error.excerpt !== undefined || error.line === undefined || source === undefined) return;
  const line = source.split(/\r\n|\r|\n/)[error.line - 1];
  if (line === undefined) return;
  // Tabs stay tabs, so that the caret stands below its character.
  const indent = line.slice(0, Math.max(0, (error.column ?? 1) - 1)).replace(/[^\t]/g, ' ');
  error.excerpt = error.column === undefined ? line : `${line}\n${indent}^`;
}
