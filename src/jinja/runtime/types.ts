import type { TemplateError } from '../errors.ts';
import type { Budget } from '../python/budget.ts';
import type { EnvironmentLike } from '../python/context.ts';
import type { PyCallable } from '../python/callable.ts';
import type { Undefined, UndefinedPolicy } from '../undefined.ts';
import type { Context } from './context.ts';
import type { Mark } from '../origins.ts';
import type { TemplateModule } from './templates.ts';

/** A compiled block or root: renders with a context. */
export type RenderFunction = (context: Context) => string;

/** What the generated code of a template makes. */
export interface Program {
  readonly root: RenderFunction;
  readonly blocks: ReadonlyMap<string, RenderFunction>;
}

/** A template as the runtime sees it. */
export interface LoadedTemplate {
  readonly name: string | undefined;
  readonly program: Program;
  /** Whether its output is escaped unless it says otherwise. */
  readonly autoescape: boolean;
  /** The module of an import without context, made once. */
  module: TemplateModule | undefined;
}

/** What changes while templates are rendered. */
export interface RenderState {
  /** How deeply macros, blocks, includes and recursive loops are nested. */
  depth: number;
  /** Told of each undefined value. */
  onUndefined: ((value: Undefined, place: UndefinedPlace) => void) | undefined;
  /** The origins of what has been rendered last, if its template notes them. */
  marks: readonly Mark[] | undefined;
  /** A mistake that Python would find only when it joins the whole output. */
  lateError: TemplateError | undefined;
  /** Where the code is that makes an undefined value, as far as it is known. */
  place: UndefinedPlace;
}

/** Where an undefined value was made. */
export interface UndefinedPlace {
  readonly template: string | undefined;
  readonly line: number | undefined;
  readonly column: number | undefined;
}

/** Bounds of a render: its budget, and what else is bounded. */
export interface Limits extends Budget {
  /** How deeply macros, blocks, includes and recursive loops may be nested. */
  readonly recursion: number;
  /** How many characters the output may have; no bound where it is undefined. */
  readonly output: number | undefined;
}

/** What the runtime needs of the environment. */
export interface RuntimeEnvironment extends EnvironmentLike {
  readonly undefinedPolicy: UndefinedPolicy;
  readonly globalVariables: ReadonlyMap<string, unknown>;
  readonly finalize: PyCallable | undefined;
  readonly limits: Limits;
  readonly state: RenderState;
  /** The template of this name; raises TemplateNotFound where there is none. */
  load(name: string): LoadedTemplate;
  /** The template that a value is, if it is one. */
  asTemplate(value: unknown): LoadedTemplate | undefined;
  /** Names of all filters and tests. */
  filterNames(): string[];
  testNames(): string[];
}
