import type { Environment, Extension, PassedArgument, Policies } from '../jinja/index.ts';
import type { Settings } from './settings.ts';

/** A function of a template with Python's way of passing arguments: positional, by name, with defaults. */
export interface SignedFunction<Values extends readonly unknown[] = unknown[]> {
  /** Name and parameters as Python writes them, e.g. `age_key(kind, file='age.key')`. */
  readonly signature: string;
  /** Gets one value per parameter, in the order of the signature; before them what `pass` asks for. */
  readonly run: (...values: Values) => unknown;
  /**
   * What else the function gets, first: a TemplateContext for `context` (Jinja's `pass_context`), the engine's Environment
   * for `environment` and its EvalContext for `evalContext`.
   */
  readonly pass?: PassedArgument;
}

/** The template that calls a function, for functions that ask for it. */
export interface TemplateContext {
  /** Name of the template. */
  readonly name: string | undefined;
  readonly environment: Environment;
  /** Whether values are escaped for HTML here. */
  readonly autoescape: boolean;
  /** The value of a variable; undefined where there is none. */
  readonly get: (name: string) => unknown;
  readonly has: (name: string) => boolean;
  /** All variables as they are now. */
  readonly all: () => ReadonlyMap<string, unknown>;
}

/** A plain function takes positional arguments only; a filter's first argument is the piped value. */
export type PluginFunction = SignedFunction<never[]> | ((...values: never[]) => unknown);

/** What a plugin gives to the renderer; each member is optional. A later plugin wins over an earlier one. */
export interface Plugin {
  /** Name for error messages. */
  readonly name: string;
  /** Variables that every template sees. */
  readonly data?: Readonly<Record<string, unknown>> | ReadonlyMap<string, unknown>;
  /** The same under makejinja's other name, functions among them. */
  readonly globals?: Readonly<Record<string, unknown>>;
  /** Functions that templates call: `#< age_key('public') >#`. */
  readonly functions?: Readonly<Record<string, PluginFunction>>;
  /** Filters that templates pipe through: `#< node_cidr | nthhost(1) >#`. */
  readonly filters?: Readonly<Record<string, PluginFunction>>;
  /** Tests that templates ask with `is`. */
  readonly tests?: Readonly<Record<string, PluginFunction>>;
  /** Settings of Jinja's filters, such as `json.dumps_kwargs`. */
  readonly policies?: Partial<Policies>;
  /** Tags and more that templates are parsed with. */
  readonly extensions?: readonly Extension[];
  /** Whether all that it gives follows from its text and from what it was given; not known where it is not said. */
  readonly isPure?: boolean;
  /** Asked for every file of the inputs by its path; a file is left out where one says no. */
  readonly pathFilters?: readonly ((path: string) => boolean)[];
}

/** What the module named under `plugins` gets when it is made. */
export interface PluginContext {
  /**
   * The data that templates see before plugins add to them. What a plugin changes in it, the plugins behind it see; templates
   * see what it changes inside of a value.
   */
  readonly data: Record<string, unknown>;
  /** The process's environment variables. */
  readonly env: Readonly<Record<string, string | undefined>>;
  /** The settings of the run. */
  readonly config: Settings;
}

/** The members of a plugin module: each a table, or a method that gives one. */
export type PluginMembers = {
  readonly [Member in (typeof PLUGIN_MEMBERS)[number]]?: Plugin[Member] | (() => Plugin[Member]);
};

/** The names of the members. */
export const PLUGIN_MEMBERS = [
  'data',
  'globals',
  'functions',
  'filters',
  'tests',
  'policies',
  'extensions',
  'pathFilters',
] as const satisfies readonly (keyof Plugin)[];

/** What a plugin module exports: a class or a function that makes the members. */
export type PluginFactory =
  | (new (context: PluginContext) => PluginMembers)
  | ((context: PluginContext) => PluginMembers | Promise<PluginMembers>);
