import { pyError } from './errors.ts';
import { DEBUG, DO, type Extension, LOOP_CONTROLS } from './extensions/extension.ts';
import { i18n } from './extensions/i18n.ts';
import { DEFAULT_SYNTAX, type SyntaxSettings } from './lexer/syntax.ts';
import type { TemplateLoader } from './loaders.ts';
import { type Budget, DEFAULT_BUDGET, LARGEST_BUDGET } from './python/budget.ts';
import type { PyCallable } from './python/callable.ts';
import { DEFAULT_POLICIES, type Policies, policyMistake } from './python/policies.ts';
import type { Limits } from './runtime/context.ts';
import type { UndefinedPolicy } from './undefined.ts';

/** The extensions that come with the engine, by name. */
export type ExtensionName = 'do' | 'loopcontrols' | 'i18n' | 'debug';

/** Keeps generated code between runs of a program. What it returns is run, so nobody else may write to its store. */
export interface CodeCache {
  /**
   * The code kept for a template.
   *
   * @param source Source of the template.
   * @param settings Everything else that the code depends on, the engine's version included.
   */
  read(source: string, settings: string): string | undefined;
  /** Keeps the code of a template. */
  write(source: string, settings: string, code: string): void;
}

/** Values of a template or functions, by name. */
export type Named<T> = Readonly<Record<string, T>> | ReadonlyMap<string, T>;

/** The options of an environment. Their defaults are Jinja's. */
export interface EnvironmentOptions extends Partial<SyntaxSettings> {
  /** Where templates are found; without one only templates from strings can be rendered. */
  readonly loader?: TemplateLoader;
  /** Whether output is escaped for HTML, for all templates or by name (none for a template from a string). */
  readonly autoescape?: boolean | ((name: string | undefined) => boolean);
  /** What a name without a value is. Default: `default`. */
  readonly undefined?: UndefinedPolicy;
  /** Extensions, those of the engine by name. */
  readonly extensions?: readonly (ExtensionName | Extension)[];
  /** What every printed value goes through. */
  readonly finalize?: PyCallable;
  /** Settings of filters. */
  readonly policies?: Partial<Policies>;
  readonly filters?: Named<PyCallable>;
  readonly tests?: Named<PyCallable>;
  /** Variables of all templates. */
  readonly globals?: Named<unknown>;
  /**
   * Bounds of a render. Default: 1,000 nested macros, includes, blocks and recursive loops, 50,000,000 steps of work and
   * 512 MiB for what the templates make, no bound for the output besides.
   */
  readonly limits?: Partial<Limits>;
  readonly codeCache?: CodeCache;
  /** Random numbers from 0 up to but not including 1, for `random`. Default: Math.random. */
  readonly random?: () => number;
  /** Whether rendered templates can tell where their output comes from. */
  readonly origins?: boolean;
}

/** The options with their defaults. */
export interface Settings {
  readonly syntax: SyntaxSettings;
  readonly loader: TemplateLoader | undefined;
  readonly autoescape: (name: string | undefined) => boolean;
  readonly undefined: UndefinedPolicy;
  readonly finalize: PyCallable | undefined;
  readonly policies: Policies;
  readonly limits: Limits;
  readonly codeCache: CodeCache | undefined;
  readonly random: () => number;
  readonly origins: boolean;
}

/** As deep as Python's default stack lets templates include each other, and deeper than it lets macros call each other. */
const DEFAULT_RECURSION = 1000;

/** The settings that options mean. */
export function resolveSettings(options: EnvironmentOptions): Settings {
  const { autoescape = false } = options;
  const mistake = policyMistake(options.policies ?? {});
  if (mistake !== undefined) throw pyError('TypeError', mistake);
  return {
    syntax: resolveSyntax(options),
    loader: options.loader,
    autoescape: typeof autoescape === 'function' ? autoescape : () => autoescape,
    undefined: options.undefined ?? 'default',
    finalize: options.finalize,
    policies: { ...DEFAULT_POLICIES, ...options.policies },
    limits: {
      recursion: options.limits?.recursion ?? DEFAULT_RECURSION,
      output: options.limits?.output,
      work: bounded(options.limits?.work, 'work'),
      memory: bounded(options.limits?.memory, 'memory'),
    },
    codeCache: options.codeCache,
    random: options.random ?? Math.random,
    origins: options.origins ?? false,
  };
}

/** A part of the budget: the default, or a whole number from 1 to the largest that there can be. */
function bounded(given: number | undefined, part: keyof Budget): number {
  if (given === undefined) return DEFAULT_BUDGET[part];
  const largest = LARGEST_BUDGET[part];
  if (Number.isInteger(given) && given >= 1 && given <= largest) return given;
  throw new RangeError(`limits.${part} must be a whole number from 1 to ${String(largest)}, not ${String(given)}`);
}

/** The way of writing templates that options mean. */
export function resolveSyntax(options: Partial<SyntaxSettings>): SyntaxSettings {
  const syntax: Record<string, unknown> = { ...DEFAULT_SYNTAX };
  for (const name of Object.keys(DEFAULT_SYNTAX) as (keyof SyntaxSettings)[]) {
    if (options[name] !== undefined) syntax[name] = options[name];
  }
  return syntax as unknown as SyntaxSettings;
}

/** Entries of either way to give them. */
export function entriesOf<T>(named: Named<T> | undefined): [string, T][] {
  if (named === undefined) return [];
  return named instanceof Map ? [...(named as ReadonlyMap<string, T>)] : Object.entries(named as Record<string, T>);
}

/** The extension of this name that comes with the engine; `i18n` leaves messages as they are. */
export function bundledExtension(name: ExtensionName): Extension {
  switch (name) {
    case 'do':
      return DO;
    case 'loopcontrols':
      return LOOP_CONTROLS;
    case 'debug':
      return DEBUG;
    case 'i18n':
      return i18n();
  }
}
