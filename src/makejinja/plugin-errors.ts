import { TemplateError } from '../jinja/index.ts';
import { failure, Failure } from '../report/finding.ts';
import type { Plugin, PluginFunction } from './plugin.ts';

/**
 * The same plugin, whose functions say which plugin and which of them failed when they throw. Errors of the engine and
 * Failures pass: they say more already.
 *
 * @param file - the plugin's module as messages show it
 */
export function withNamedErrors(plugin: Plugin, file: string): Plugin {
  const guard = (hook: string, run: AnyFunction): AnyFunction => guarded(run, { plugin: plugin.name, hook, file });
  const table = (kind: string, functions: Plugin['functions']): Plugin['functions'] =>
    functions === undefined ? undefined : mapValues(functions, (value, name) => guardOne(`${kind} \`${name}\``, value));
  const guardOne = (hook: string, value: PluginFunction): PluginFunction =>
    typeof value === 'function'
      ? guard(hook, value as AnyFunction)
      : { ...value, run: guard(hook, value.run as AnyFunction) };
  const { functions, filters, tests, globals, pathFilters } = plugin;
  return {
    ...plugin,
    ...present('functions', table('function', functions)),
    ...present('filters', table('filter', filters)),
    ...present('tests', table('test', tests)),
    ...present('globals', globals && mapValues(globals, (value, name) => guardGlobal(guard, value, name))),
    ...present(
      'pathFilters',
      pathFilters?.map((filter) => guard('path filter', filter as AnyFunction) as typeof filter),
    ),
  };
}

type AnyFunction = (...values: unknown[]) => unknown;

function guardGlobal(guard: (hook: string, run: AnyFunction) => AnyFunction, value: unknown, name: string): unknown {
  return typeof value === 'function' ? guard(`global \`${name}\``, value as AnyFunction) : value;
}

interface Named {
  readonly plugin: string;
  readonly hook: string;
  readonly file: string;
}

function guarded(run: AnyFunction, { plugin, hook, file }: Named): AnyFunction {
  const named = (...values: unknown[]): unknown => {
    try {
      return run(...values);
    } catch (error) {
      if (error instanceof TemplateError || error instanceof Failure) throw error;
      const message = `the plugin \`${plugin}\` failed at its ${hook}: ${causeOf(error)}`;
      throw failure('input', { code: 'render/plugin', message, place: { file } }, error);
    }
  };
  // What the engine knows of a function (its signature) hangs on it.
  return Object.assign(Object.defineProperty(named, 'name', { value: run.name }), run);
}

/** The first line of what was thrown: stacks are for the authors of programs. */
export function causeOf(error: unknown): string {
  return error instanceof Error ? (error.message.split('\n')[0] ?? error.name) : String(error);
}

function mapValues<T>(
  table: Readonly<Record<string, T>>,
  change: (value: T, name: string) => T,
): Readonly<Record<string, T>> {
  return Object.fromEntries(Object.entries(table).map(([name, value]) => [name, change(value, name)]));
}

function present<K extends string, T>(name: K, value: T | undefined): Partial<Record<K, T>> {
  return value === undefined ? {} : ({ [name]: value } as Record<K, T>);
}
