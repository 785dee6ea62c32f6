import {
  type CallContext,
  type Environment,
  makeDict,
  type PassedArgument,
  type Policies,
  TemplateError,
} from '../jinja/index.ts';
import { bind, parseSignature, type Signature } from '../jinja/python/callable.ts';
import { failure, Failure } from '../report/finding.ts';
import { type AnyFunction, fromPlugin, toPlugin } from './plugin-values.ts';
import type { Plugin, PluginFunction, SignedFunction, TemplateContext } from './plugin.ts';

/**
 * The same plugin as templates may use it. Its values and those that its functions give are Python's; its functions get
 * values that behave like JavaScript's, are refused arguments that they cannot take, and say which plugin and which of them
 * failed when they throw. Errors of the engine and Failures pass: they say more already.
 *
 * @param file - the plugin's module as messages show it
 * @param onCall - told of each call of a function
 */
export function withBorder(plugin: Plugin, file: string, onCall: () => void = () => undefined): Plugin {
  const { data, globals, functions, filters, tests, pathFilters, policies } = plugin;
  const place = { plugin: plugin.name, file, onCall };
  const value = (given: unknown, hook: string): unknown => bordered(given, { ...place, hook });
  const table = <T>(kind: string, members: Readonly<Record<string, T>> | undefined): Record<string, T> | undefined =>
    members && mapValues(members, (given, name) => value(given, `${kind} \`${name}\``) as T);
  return {
    ...plugin,
    ...present('data', data instanceof Map ? mapEntries(data, value) : table('value', data as Table)),
    ...present('globals', table('global', globals)),
    ...present('functions', table('function', functions)),
    ...present('filters', table('filter', filters)),
    ...present('tests', table('test', tests)),
    ...present(
      'pathFilters',
      pathFilters?.map((filter) => guarded(filter as AnyFunction, { ...place, hook: 'path filter' }) as typeof filter),
    ),
    ...present('policies', policies && borderedPolicies(policies, place)),
  };
}

type Table = Readonly<Record<string, unknown>> | undefined;

/** The functions among the policies. */
function borderedPolicies(policies: Partial<Policies>, place: Omit<Named, 'hook'>): Partial<Policies> {
  const { 'json.dumps_function': dumps, 'json.dumps_kwargs': kwargs } = policies;
  const border = <T>(run: T, name: string): T =>
    guarded(run as AnyFunction, { ...place, hook: `policy \`${name}\`` }) as T;
  const convert = kwargs?.default;
  return {
    ...policies,
    ...(dumps == null ? {} : { 'json.dumps_function': border(dumps, 'json.dumps_function') }),
    ...(convert == null ? {} : { 'json.dumps_kwargs': { ...kwargs, default: border(convert, 'json.dumps_kwargs') } }),
  };
}

interface Named {
  readonly plugin: string;
  readonly hook: string;
  readonly file: string;
  readonly onCall: () => void;
}

function bordered(given: unknown, named: Named): unknown {
  const name = /`([^`]*)`$/.exec(named.hook)?.[1] ?? '';
  if (typeof given === 'function') return plainFunction(given as AnyFunction, name, named);
  if (isSigned(given)) return signedFunction(given, named);
  return attempt(named, () => fromPlugin(given, border(named)));
}

/** Functions inside of values are told by their own name. */
function border(named: Named): (run: AnyFunction, name: string) => AnyFunction {
  return (run, name) => plainFunction(run, name, { ...named, hook: `function \`${name}\`` });
}

/** True for a function with its signature, wherever a plugin gives it. */
export function isSigned(value: unknown): value is SignedFunction {
  if (typeof value !== 'object' || value === null) return false;
  const { signature, run } = value as Partial<SignedFunction>;
  return typeof signature === 'string' && typeof run === 'function';
}

function signedFunction(given: SignedFunction, named: Named): PluginFunction {
  const { signature: text, run, pass } = given;
  if (!/^\w+\(.*\)$/s.test(text)) {
    throw failed(named, `its signature \`${text}\` is none; one is written as in Python, \`f(a, b=None)\``);
  }
  const signature = parseSignature(text);
  const call = guarded((...values) => run(...values), named);
  if (pass === undefined) return { ...given, run: (...values: unknown[]) => call(...gathered(values, signature)) };
  return {
    ...given,
    run: (context: unknown, ...values: unknown[]) => call(passedValue(pass, context), ...gathered(values, signature)),
  };
}

/** The values of a signature, with those that `*args` and `**kwargs` gather as a plugin sees values. */
function gathered(values: readonly unknown[], { positional, rest, keywords }: Signature): unknown[] {
  return values.map((value, index) => {
    if (rest && index === positional.length) return (value as readonly unknown[]).map(toPlugin);
    if (!keywords || index !== values.length - 1) return value;
    return makeDict([...(value as ReadonlyMap<string, unknown>)].map(([name, one]) => [name, toPlugin(one)]));
  });
}

/** What a function that asks for it is given first. */
function passedValue(pass: PassedArgument, context: unknown): unknown {
  return pass === 'context' ? templateContext(context as RunningContext) : context;
}

type RunningContext = CallContext & {
  readonly name: string | undefined;
  readonly environment: Environment;
  resolve(name: string): unknown;
  all(): ReadonlyMap<string, unknown>;
};

function templateContext(context: RunningContext): TemplateContext {
  const find = (name: string): unknown => context.resolve(name) ?? context.environment.globalVariables.get(name);
  return {
    name: context.name,
    environment: context.environment,
    autoescape: context.evalContext.autoescape,
    get: (name) => toPlugin(find(name)),
    has: (name) => find(name) !== undefined,
    all: () => new Map([...context.environment.globalVariables, ...context.all()]),
  };
}

/** A function without a signature takes arguments by position, as many as its own parameters. */
function plainFunction(run: AnyFunction, name: string, named: Named): AnyFunction {
  const known = BORDERED.get(run);
  if (known !== undefined) return known;
  const signature = signatureOf(run, name);
  const call = guarded(run, named);
  const checked = (...values: unknown[]): unknown => {
    if (signature !== undefined) bind(signature, values, NO_KEYWORDS);
    return call(...values);
  };
  // What the engine knows of a function hangs on it.
  const made = Object.assign(Object.defineProperty(checked, 'name', { value: name }), run);
  BORDERED.set(run, made);
  BORDERED.set(made, made);
  return made;
}

/** The functions that are at the border already, by themselves and by what they came from. */
const BORDERED = new WeakMap<AnyFunction, AnyFunction>();

const NO_KEYWORDS: ReadonlyMap<string, unknown> = new Map();

function signatureOf(run: AnyFunction, name: string): Signature | undefined {
  const parameters = parametersOf(run);
  if (parameters === undefined) return undefined;
  const positional = parameters.names.map((one, index) => ({
    name: one,
    optional: index >= run.length,
    byName: true,
  }));
  const { rest } = parameters;
  return { name, positional, required: run.length, keywordOnly: [], rest, keywords: false, simple: !rest };
}

function guarded(run: AnyFunction, named: Named): AnyFunction {
  return (...values) => {
    named.onCall();
    return attempt(named, () => fromPlugin(run(...values.map(toPlugin)), border(named)));
  };
}

function attempt<T>(named: Named, run: () => T): T {
  try {
    return run();
  } catch (error) {
    if (error instanceof Failure || error instanceof TemplateError) throw error;
    throw failed(named, causeOf(error), error);
  }
}

function failed({ plugin, hook, file }: Named, cause: string, error?: unknown): Failure {
  const message = `the plugin \`${plugin}\` failed at its ${hook}: ${cause}`;
  return failure('input', { code: 'render/plugin', message, place: { file } }, error);
}

/** The first line of what was thrown: stacks are for the authors of programs. */
export function causeOf(error: unknown): string {
  return error instanceof Error ? (error.message.split('\n')[0] ?? error.name) : String(error);
}

function mapValues<T>(table: Readonly<Record<string, T>>, change: (value: T, name: string) => T): Record<string, T> {
  return Object.fromEntries(Object.entries(table).map(([name, value]) => [name, change(value, name)]));
}

function mapEntries(
  data: ReadonlyMap<string, unknown>,
  change: (value: unknown, hook: string) => unknown,
): ReadonlyMap<string, unknown> {
  return new Map([...data].map(([name, value]) => [name, change(value, `value \`${name}\``)]));
}

function present<K extends string, T>(name: K, value: T | undefined): Partial<Record<K, T>> {
  return value === undefined ? {} : ({ [name]: value } as Record<K, T>);
}

/** The parameters of a JavaScript function. */
interface Parameters {
  /** Names in order, `_` for one that is taken apart at once. */
  readonly names: readonly string[];
  /** Whether it takes more: it has a rest parameter or asks for `arguments`. */
  readonly rest: boolean;
}

/**
 * Reads a function's parameters off its source, as JavaScript itself only tells how many come before the first default.
 *
 * @returns undefined where the source does not tell, as with functions of JavaScript itself
 */
export function parametersOf(run: (...values: never[]) => unknown): Parameters | undefined {
  const source = Function.prototype.toString.call(run);
  if (/\{\s*\[native code\]\s*\}$/.test(source)) return undefined;
  const single = /^(?:async\s+)?([\w$\u0080-\uffff]+)\s*=>/.exec(source)?.[1];
  if (single !== undefined) return { names: [single], rest: false };
  const open = /^(?:async\b\s*)?(?:function\b\s*)?(?:\*\s*)?[\w$\u0080-\uffff]*\s*\(/.exec(source);
  const parts = open === null ? undefined : splitParameters(source, open[0].length);
  if (parts === undefined) return undefined;
  const isRest = (part: string): boolean => part.startsWith('...');
  return {
    names: parts.filter((part) => !isRest(part)).map((part) => /^[\w$\u0080-\uffff]+/.exec(part)?.[0] ?? '_'),
    rest: parts.some(isRest) || /\barguments\b/.test(source),
  };
}

/** What lies between commas up to the closing bracket; undefined where a regular expression may hide one. */
function splitParameters(source: string, start: number): string[] | undefined {
  const parts: string[] = [];
  let depth = 0;
  let from = start;
  // Texts and comments are taken as one; a template text with a value inside or a slash on its own ends the reading.
  const tokens = /\/\*[^]*?\*\/|\/\/.*|'(?:\\[^]|[^'\\])*'|"(?:\\[^]|[^"\\])*"|`(?:\\[^]|[^`\\$])*`|[([{}\]),`/]/g;
  tokens.lastIndex = start;
  for (let token = tokens.exec(source); token !== null; token = tokens.exec(source)) {
    const [text] = token;
    if (text === '/' || text === '`') return undefined;
    if ('([{'.includes(text)) depth += 1;
    if (text === ',' && depth === 0) {
      parts.push(source.slice(from, token.index));
      from = tokens.lastIndex;
    }
    if (!')]}'.includes(text)) continue;
    depth -= 1;
    if (depth >= 0) continue;
    parts.push(source.slice(from, token.index));
    return parts.map(withoutComments).filter((part) => part !== '');
  }
  return undefined;
}

function withoutComments(part: string): string {
  return part.replace(/^(?:\s|\/\*[^]*?\*\/|\/\/.*)+/, '').trim();
}
