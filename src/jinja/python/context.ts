import type { PyCallable } from './callable.ts';
import type { Kwargs } from './object.ts';
import type { PyObject } from './object.ts';

/** Settings that filters look up by name, with the names that Jinja2 gives them. */
export interface Policies {
  readonly 'urlize.rel': string | null;
  readonly 'urlize.target': string | null;
  readonly 'urlize.extra_schemes': readonly string[] | null;
  readonly 'truncate.leeway': number;
  /** Arguments of Python's `json.dumps` for `tojson`; `sort_keys`, false where absent, is the one that counts. */
  readonly 'json.dumps_kwargs': { readonly sort_keys?: boolean };
}

/** Jinja's own settings. */
export const DEFAULT_POLICIES: Policies = {
  'urlize.rel': 'noopener',
  'urlize.target': null,
  'urlize.extra_schemes': null,
  'truncate.leeway': 5,
  'json.dumps_kwargs': { sort_keys: true },
};

/** What filters and tests need of the environment. */
export interface EnvironmentLike {
  readonly policies: Policies;
  /** What `wordwrap` puts between lines. */
  readonly newlineSequence: string;
  /** `value.name`: attribute first, then item; an undefined value where there is neither. */
  getAttribute(value: unknown, name: string): unknown;
  /** `value[key]`: item first, then attribute; an undefined value where there is neither. */
  getItem(value: unknown, key: unknown): unknown;
  /** The undefined value of the environment's policy. */
  undefined(options: { readonly hint?: string; readonly object?: unknown; readonly name?: unknown }): PyObject;
  /** Calls a filter by name, as `map('name')` needs; TemplateRuntimeError for an unknown one. */
  callFilter(name: unknown, args: readonly unknown[], kwargs: Kwargs, context: CallContext): unknown;
  /** Calls a test by name, as `select('name')` needs; TemplateRuntimeError for an unknown one. */
  callTest(name: unknown, args: readonly unknown[], kwargs: Kwargs, context: CallContext): unknown;
  /** The filter of this name. */
  findFilter(name: string): PyCallable | undefined;
  /** The test of this name. */
  findTest(name: string): PyCallable | undefined;
  /** A random number from 0 up to but not including 1. */
  random(): number;
}

/** What may change in the course of a render. */
export interface EvalContext {
  readonly autoescape: boolean;
  readonly environment: EnvironmentLike;
}

/** What the engine hands to functions that ask for it. */
export interface CallContext {
  readonly environment: EnvironmentLike;
  readonly evalContext: EvalContext;
}
