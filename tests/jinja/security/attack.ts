// Attacks as data: what a hostile template tries, and the harmless end that it comes to.
import { Environment } from '../../../src/jinja/environment.ts';
import { type ErrorKind, TemplateError } from '../../../src/jinja/errors.ts';
import { DictLoader } from '../../../src/jinja/loaders.ts';
import type { EnvironmentOptions } from '../../../src/jinja/settings.ts';
import type { TemplateVariables } from '../../../src/jinja/template.ts';

/** A hostile template and how it ends: with a text, or with an error of a kind. */
export interface Attack {
  readonly name: string;
  readonly template: string;
  readonly templates?: Readonly<Record<string, string>> | ReadonlyMap<string, string>;
  /** Made anew for each render. */
  readonly data?: () => TemplateVariables;
  readonly options?: EnvironmentOptions;
  readonly ends: { readonly text: string } | { readonly error: ErrorKind };
  /** Longest time that it may take, in milliseconds, where that is more than a second. */
  readonly within?: number;
}

/** How an attack ended. */
export interface Ending {
  readonly ended: { readonly text: string } | { readonly error: ErrorKind };
  readonly milliseconds: number;
}

/** Runs an attack. Whatever is thrown besides the engine's own errors comes through. */
export function run(attack: Attack): Ending {
  const start = performance.now();
  const ended = endOf(attack);
  return { ended, milliseconds: performance.now() - start };
}

function endOf(attack: Attack): Ending['ended'] {
  try {
    const environment = new Environment({ loader: new DictLoader(attack.templates ?? {}), ...attack.options });
    return { text: environment.fromString(attack.template).render(attack.data?.() ?? {}) };
  } catch (error) {
    if (error instanceof TemplateError) return { error: error.kind };
    throw error;
  }
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
