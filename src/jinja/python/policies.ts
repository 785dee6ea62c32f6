/** Settings that filters look up by name, with the names that Jinja2 gives them. */
export interface Policies {
  readonly 'urlize.rel': string | null;
  readonly 'urlize.target': string | null;
  readonly 'urlize.extra_schemes': readonly string[] | null;
  readonly 'truncate.leeway': number;
  /** Writes JSON for `tojson` in place of the engine: gets the value and, where there are any, the arguments as a dict. */
  readonly 'json.dumps_function': ((value: unknown, kwargs: ReadonlyMap<string, unknown>) => string) | null;
  /** What `tojson` writes JSON with. */
  readonly 'json.dumps_kwargs': JsonArguments;
}

/**
 * Arguments of Python's `json.dumps`; each is optional.
 *
 * @see https://docs.python.org/3.11/library/json.html#json.dumps
 */
export interface JsonArguments {
  readonly sort_keys?: boolean;
  readonly ensure_ascii?: boolean;
  /** Spaces of a level, or the text that it is indented by. */
  readonly indent?: number | string | null;
  /** What stands between entries, and between a key and its value. */
  readonly separators?: readonly [item: string, key: string] | null;
  /** Gives something that JSON can write for a value that it cannot. */
  readonly default?: ((value: unknown) => unknown) | null;
  readonly allow_nan?: boolean;
  readonly skipkeys?: boolean;
}

const JSON_ARGUMENTS: readonly string[] = [
  'sort_keys',
  'ensure_ascii',
  'indent',
  'separators',
  'default',
  'allow_nan',
  'skipkeys',
] satisfies (keyof JsonArguments)[];

/** What is wrong with these policies, as a sentence: a name or an argument that there is not. */
export function policyMistake(policies: Partial<Policies>): string | undefined {
  const strange = Object.keys(policies).find((name) => !(name in DEFAULT_POLICIES));
  if (strange !== undefined) {
    return `there is no policy \`${strange}\`; there are ${Object.keys(DEFAULT_POLICIES).join(', ')}`;
  }
  // A function of the program's own may take what it likes.
  if (typeof policies['json.dumps_function'] === 'function') return undefined;
  const argument = Object.keys(policies['json.dumps_kwargs'] ?? {}).find((name) => !JSON_ARGUMENTS.includes(name));
  if (argument === undefined) return undefined;
  return `\`json.dumps_kwargs\` takes no \`${argument}\`, only ${JSON_ARGUMENTS.join(', ')}`;
}

/** Jinja's own settings. */
export const DEFAULT_POLICIES: Policies = {
  'urlize.rel': 'noopener',
  'urlize.target': null,
  'urlize.extra_schemes': null,
  'truncate.leeway': 5,
  'json.dumps_function': null,
  'json.dumps_kwargs': { sort_keys: true },
};
