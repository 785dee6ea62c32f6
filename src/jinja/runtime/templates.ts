import { isKind, pyError } from '../errors.ts';
import { madeText, payCaught } from '../python/budget.ts';
import { hashOf } from '../python/dict.ts';
import { each } from '../python/iteration.ts';
import { isText, plain } from '../python/markup.ts';
import { NOT_FOUND, PyObject } from '../python/object.ts';
import { truth } from '../python/operators.ts';
import { repr, str } from '../python/text.ts';
import { Undefined } from '../undefined.ts';
import { Context, type LoadedTemplate, RenderEvalContext, type RuntimeEnvironment } from './context.ts';
import { Macro } from './macro.ts';

type Variables = ReadonlyMap<string, unknown>;

/** How an include finds its template: by one name, by the first of several, or by whichever the value is. */
type Choice = 'one' | 'first' | 'either';

/** What an include is written with. */
interface IncludeOptions {
  readonly choice: Choice;
  readonly ignoreMissing: boolean;
  readonly locals?: Variables | undefined;
}

/** Renders a template with all variables of this one. */
export function include(context: Context, value: unknown, options: IncludeOptions): string {
  const template = choose(context, value, options);
  if (template === undefined) return '';
  const inner = contextFor(context.environment, template, context.snapshot(options.locals));
  return context.deeper(() => template.program.root(inner));
}

/** The text of a template that sees nothing of this one. */
export function includeModule(context: Context, value: unknown, options: IncludeOptions): string {
  const template = choose(context, value, options);
  return template === undefined ? '' : defaultModule(context, template).body;
}

/** Imports a template that sees nothing of this one. */
export function importModule(context: Context, value: unknown): TemplateModule {
  return defaultModule(context, getTemplate(context.environment, value));
}

/** Imports a template that sees all variables of this one as they are now. */
export function importWithContext(context: Context, value: unknown, locals: Variables | undefined): TemplateModule {
  const template = getTemplate(context.environment, value);
  return makeModule(context, template, context.snapshot(locals));
}

/** What a module exports under a name; an undefined value that says where it was asked for. */
export function exported(context: Context, module: TemplateModule, name: string, position: string): unknown {
  const found = module.getAttribute(name);
  if (found !== NOT_FOUND) return found;
  const hint = `the template ${repr(module.name ?? null)} (imported on ${position}) does not export the requested name ${repr(name)}`;
  return context.environment.undefined({ hint, name });
}

/** The parent template, whose blocks are added to the context. */
export function extend(context: Context, value: unknown): LoadedTemplate['program'] {
  const { program } = getTemplate(context.environment, value);
  context.addBlocks(program.blocks);
  return program;
}

/** A context for a template. */
export function contextFor(
  environment: RuntimeEnvironment,
  template: LoadedTemplate,
  layers: readonly Variables[],
): Context {
  const evalContext = new RenderEvalContext(environment, template.autoescape);
  const context = new Context(environment, template.name, layers, evalContext);
  context.addBlocks(template.program.blocks);
  return context;
}

/** The module of an import without context, made once for each template. */
const defaultModules = new WeakMap<LoadedTemplate, TemplateModule>();

function defaultModule(context: Context, template: LoadedTemplate): TemplateModule {
  const { environment } = context;
  return environment.sharedModule(template, () => {
    const known = defaultModules.get(template);
    if (known !== undefined) return known;
    const made = makeModule(context, template, [environment.globalVariables]);
    defaultModules.set(template, made);
    return made;
  });
}

function makeModule(context: Context, template: LoadedTemplate, layers: readonly Variables[]): TemplateModule {
  const inner = contextFor(context.environment, template, layers);
  const body = madeText(context.deeper(() => template.program.root(inner)));
  return new TemplateModule(template.name, { exports: inner.exported(), values: inner.assigned() }, body);
}

function choose(context: Context, value: unknown, options: IncludeOptions): LoadedTemplate | undefined {
  try {
    return find(context.environment, value, options.choice);
  } catch (error) {
    // Only the template itself may be missing: one that it needs in turn is found while it renders.
    if (!options.ignoreMissing || !isKind(error, 'TemplateNotFound')) throw error;
    payCaught();
    return undefined;
  }
}

function find(environment: RuntimeEnvironment, value: unknown, choice: Choice): LoadedTemplate {
  const single = choice === 'one' || (choice === 'either' && (isText(value) || value instanceof Undefined));
  if (single) return getTemplate(environment, value);
  const template = choice === 'either' ? environment.asTemplate(value) : undefined;
  return template ?? selectTemplate(environment, value);
}

/** Jinja's `get_template`. */
function getTemplate(environment: RuntimeEnvironment, value: unknown): LoadedTemplate {
  const template = environment.asTemplate(value);
  if (template !== undefined) return template;
  if (value instanceof Undefined) throw value.error();
  if (isText(value)) return environment.load(plain(value));
  hashOf(value);
  throw pyError('TemplateNotFound', str(value));
}

/** Jinja's `select_template`. */
function selectTemplate(environment: RuntimeEnvironment, names: unknown): LoadedTemplate {
  if (names instanceof Undefined) throw names.error();
  if (!truth(names)) throw pyError('TemplatesNotFound', 'Tried to select from an empty list of templates.');
  const tried: string[] = [];
  for (const name of each(names)) {
    try {
      return getTemplate(environment, name);
    } catch (error) {
      if (!isKind(error, 'TemplateNotFound') && !isKind(error, 'UndefinedError')) throw error;
      payCaught();
    }
    tried.push(name instanceof Undefined ? name.message : str(name));
  }
  throw pyError('TemplatesNotFound', `none of the templates given were found: ${tried.join(', ')}`);
}

/** An imported template: what it exports, and its text. */
export class TemplateModule extends PyObject {
  readonly name: string | undefined;
  private readonly exports: ReadonlyMap<string, unknown>;
  private readonly values: () => Iterable<unknown>;
  readonly body: string;

  /** @param variables - What it exports, and the values of all that it has assigned, private names among them. */
  constructor(
    name: string | undefined,
    variables: { readonly exports: ReadonlyMap<string, unknown>; readonly values: () => Iterable<unknown> },
    body: string,
  ) {
    super();
    this.name = name;
    this.exports = variables.exports;
    this.values = variables.values;
    this.body = body;
  }

  /** Whether it keeps anything that one of its macros could change, so that another importer would find it changed. */
  get hasState(): boolean {
    return [...this.values()].some(
      (value) =>
        typeof value === 'object' && value !== null && !(value instanceof Macro || value instanceof TemplateModule),
    );
  }

  get typeName(): string {
    return 'TemplateModule';
  }

  override get moduleName(): string {
    return 'jinja2.environment';
  }

  override getAttribute(name: string): unknown {
    const found = this.exports.get(name);
    if (found !== undefined) return found;
    return name === '__name__' ? (this.name ?? null) : NOT_FOUND;
  }

  override str(): string {
    return this.body;
  }

  override html(): string {
    return this.body;
  }

  override repr(): string {
    return `<TemplateModule ${this.name === undefined ? 'memory' : repr(this.name)}>`;
  }
}
