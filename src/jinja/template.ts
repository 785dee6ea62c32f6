import { asTemplateError, type TemplateError } from './errors.ts';
import { type BaseEnvironment, BaseTemplate } from './nunjucks.ts';
import { lineOrigins, type Mark, type RenderedWithOrigins } from './origins.ts';
import { beginRender, endRender } from './python/budget.ts';
import type { LoadedTemplate, Program, RenderState, RuntimeEnvironment, UndefinedPlace } from './runtime/context.ts';
import { contextFor } from './runtime/templates.ts';
import type { Undefined } from './undefined.ts';

/** The variables of a render. */
export type TemplateVariables = Readonly<Record<string, unknown>> | ReadonlyMap<string, unknown>;

/** What a render can be asked for. */
export interface RenderOptions {
  /**
   * Told of every undefined value that the templates come across, with its place as far as it is known. Values that are
   * only asked for their being defined (`is defined`, `default`) are left out.
   */
  readonly onUndefined?: (value: Undefined, place: UndefinedPlace) => void;
}

/** A compiled template as the environment makes it. */
interface CompiledTemplate {
  readonly name: string | undefined;
  readonly source: string;
  readonly program: Program;
  readonly autoescape: boolean;
}

/** What a template asks of the environment that made it. */
interface TemplateEnvironment extends RuntimeEnvironment, InstanceType<typeof BaseEnvironment> {
  /** That of the render in progress. */
  state: RenderState;
  /** The source of a template that is loaded already. */
  loadedSource(name: string): string | undefined;
  /** Adds to an error what helps to mend it. */
  explain(error: TemplateError, source: string | undefined, name: string | undefined, known: Iterable<string>): void;
  /** Notes what the render that ends has used. */
  noteUsage(): void;
}

/** A template that can be rendered. */
export class Template extends BaseTemplate implements LoadedTemplate {
  declare readonly env: TemplateEnvironment;
  readonly name: string | undefined;
  readonly source: string;
  readonly program: Program;
  readonly autoescape: boolean;

  constructor(environment: TemplateEnvironment, compiled: CompiledTemplate) {
    super({ type: 'code', obj: compiled.program }, environment, compiled.name, true);
    this.name = compiled.name;
    this.source = compiled.source;
    this.program = compiled.program;
    this.autoescape = compiled.autoescape;
  }

  /**
   * Renders the template. nunjucks would make a context, a frame and a callback of its own first, none of which the program
   * asks for.
   *
   * @param variables What the template can name, besides the environment's globals.
   * @throws TemplateError with kind, template, line, column and excerpt.
   */
  override render(variables: TemplateVariables = {}, options: RenderOptions = {}): string {
    return this.renderNoting(variables, options, undefined);
  }

  private renderNoting(
    variables: TemplateVariables,
    options: RenderOptions,
    note: ((marks: readonly Mark[]) => void) | undefined,
  ): string {
    const environment = this.env;
    const before = environment.state;
    const state: RenderState = {
      depth: 0,
      onUndefined: options.onUndefined,
      marks: undefined,
      lateError: undefined,
      place: before.place,
    };
    environment.state = state;
    const values = variableMap(variables);
    const outer = beginRender(environment.limits);
    try {
      const text = this.program.root(contextFor(environment, this, [values, environment.globalVariables]));
      if (state.lateError !== undefined) throw state.lateError;
      note?.(state.marks ?? []);
      return text;
    } catch (error) {
      const known = asTemplateError(error);
      environment.explain(known, this.sourceOf(known.template), known.template ?? this.name, values.keys());
      throw known;
    } finally {
      environment.noteUsage();
      endRender(outer);
      environment.state = before;
    }
  }

  /**
   * Renders the template and tells for each line of the output where it comes from. The environment must have been made
   * with `origins: true`. What a macro, a filter block or a set block makes counts as coming from where it is printed.
   *
   * @param variables What the template can name, besides the environment's globals.
   * @throws TemplateError as `render` does.
   */
  renderWithOrigins(variables: TemplateVariables = {}, options: RenderOptions = {}): RenderedWithOrigins {
    let marks: readonly Mark[] = [];
    const text = this.renderNoting(variables, options, (found) => {
      marks = found;
    });
    return { text, lines: lineOrigins(text, marks) };
  }

  private sourceOf(name: string | undefined): string | undefined {
    if (name === undefined || name === this.name) return this.source;
    return this.env.loadedSource(name);
  }
}

/** The variables as a map of their own. */
function variableMap(variables: TemplateVariables): Map<string, unknown> {
  if (variables instanceof Map) return new Map(variables as ReadonlyMap<string, unknown>);
  const record = variables as Readonly<Record<string, unknown>>;
  const values = new Map<string, unknown>();
  for (const name of Object.keys(record)) values.set(name, record[name]);
  return values;
}
