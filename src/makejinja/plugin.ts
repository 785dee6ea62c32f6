/** A function of a template with Python's way of passing arguments: positional, by name, with defaults. */
export interface SignedFunction {
  /** Name and parameters as Python writes them, e.g. `age_key(kind, file='age.key')`. */
  readonly signature: string;
  /** Gets one value per parameter, in the order of the signature. */
  readonly run: (...values: unknown[]) => unknown;
}

/** A plain function takes positional arguments only; a filter's first argument is the piped value. */
export type PluginFunction = SignedFunction | ((...values: unknown[]) => unknown);

/** What a plugin gives to the renderer; each member is optional. A later plugin wins over an earlier one. */
export interface Plugin {
  /** Name for error messages. */
  readonly name: string;
  /** Variables that every template sees. */
  readonly data?: Readonly<Record<string, unknown>>;
  /** Functions that templates call: `#< age_key('public') >#`. */
  readonly functions?: Readonly<Record<string, PluginFunction>>;
  /** Filters that templates pipe through: `#< node_cidr | nthhost(1) >#`. */
  readonly filters?: Readonly<Record<string, PluginFunction>>;
  /** Tests that templates ask with `is`. */
  readonly tests?: Readonly<Record<string, PluginFunction>>;
}

/** What the module named under `plugins` gets when it is made. */
export interface PluginContext {
  /** The data that templates see before this plugin adds to them. Not to be changed. */
  readonly data: Readonly<Record<string, unknown>>;
  /** The process's environment variables. */
  readonly env: Readonly<Record<string, string | undefined>>;
}

/** The members of a plugin module: each a table, or a method that gives one. */
export type PluginMembers = {
  readonly [Member in 'data' | 'functions' | 'filters' | 'tests']?: Plugin[Member] | (() => Plugin[Member]);
};

/** What a plugin module exports: a class or a function that makes the members. */
export type PluginFactory =
  | (new (context: PluginContext) => PluginMembers)
  | ((context: PluginContext) => PluginMembers | Promise<PluginMembers>);
