// Attacks as data: what a hostile template tries, and the harmless end that it comes to.
import { Environment } from '../../../src/jinja/environment.ts';
import { type ErrorKind, TemplateError } from '../../../src/jinja/errors.ts';
import { DictLoader } from '../../../src/jinja/loaders.ts';
import { type Budget, DEFAULT_BUDGET, Exhausted } from '../../../src/jinja/python/budget.ts';
import type { EnvironmentOptions } from '../../../src/jinja/settings.ts';
import type { TemplateVariables } from '../../../src/jinja/template.ts';

/** How an attack comes to an end: with a text, with an error of a kind, or stopped by a part of the budget at a line. */
export type End =
  { readonly text: string } | { readonly error: ErrorKind } | { readonly stopped: keyof Budget; readonly line: number };

/** A hostile template and how it ends. */
export interface Attack {
  readonly name: string;
  readonly template: string;
  readonly templates?: Readonly<Record<string, string>> | ReadonlyMap<string, string>;
  /** Made anew for each render. */
  readonly data?: () => TemplateVariables;
  readonly options?: EnvironmentOptions;
  readonly ends: End;
}

/** How an attack ended, and what it used. */
export interface Ending {
  readonly ended: End;
  readonly message: string;
  readonly usage: Budget;
}

/**
 * Runs an attack. Whatever is thrown besides the engine's own errors comes through.
 *
 * @param budget What it may use, where it does not say so itself.
 */
export function run(attack: Attack, budget: Budget = DEFAULT_BUDGET): Ending {
  const limits = { ...budget, ...attack.options?.limits };
  const environment = new Environment({ loader: new DictLoader(attack.templates ?? {}), ...attack.options, limits });
  try {
    const text = environment.fromString(attack.template).render(attack.data?.() ?? {});
    return { ended: { text }, message: '', usage: environment.highestUsage };
  } catch (error) {
    if (!(error instanceof TemplateError)) throw error;
    return { ended: endOf(error), message: error.message, usage: environment.highestUsage };
  }
}

function endOf(error: TemplateError): End {
  return error instanceof Exhausted ? { stopped: error.bound, line: error.line ?? 0 } : { error: error.kind };
}

const GUARDED: readonly object[] = [
  Object,
  Object.prototype,
  Array.prototype,
  Function.prototype,
  String.prototype,
  Number.prototype,
  Boolean.prototype,
  Symbol.prototype,
  Map.prototype,
  Set.prototype,
  RegExp.prototype,
  Promise.prototype,
  Date.prototype,
  Error.prototype,
  Environment,
  Environment.prototype,
  TemplateError.prototype,
];

/** Everything that a template could spoil for the whole program, as it is now. */
export function globals(): Map<string, unknown> {
  // Node puts the values of its globals there when they are first asked for.
  const found = new Map<string, unknown>(Object.getOwnPropertyNames(globalThis).map((name) => [name, true]));
  for (const [index, object] of GUARDED.entries()) {
    for (const key of Reflect.ownKeys(object)) {
      const descriptor: Readonly<Record<string, unknown>> = { ...Object.getOwnPropertyDescriptor(object, key) };
      found.set(`${String(index)} ${String(key)}`, descriptor.value ?? descriptor.get ?? descriptor.set);
    }
  }
  return found;
}

/** What has been added, changed or removed between two looks at the globals. */
export function changes(before: ReadonlyMap<string, unknown>, after: ReadonlyMap<string, unknown>): string[] {
  const names = new Set([...before.keys(), ...after.keys()]);
  return [...names].filter((name) => !Object.is(before.get(name), after.get(name)));
}
