import { atPlace, located, pyError } from '../errors.ts';
import { Namespace } from '../globals.ts';
import { Marks } from '../origins.ts';
import { callMethod as callBuiltin, findAttribute, findSubscript, quickField } from '../python/attributes.ts';
import { CALL, ITEM, madeText, makeItems, meter, spend, spent } from '../python/budget.ts';
import { call, isCallable, type Kwargs, type PyCallable } from '../python/callable.ts';
import { dictEntries, makeDict } from '../python/dict.ts';
import { escapedString, htmlOf, softText } from '../python/escape.ts';
import { PyFloat } from '../python/numbers.ts';
import { iterate, slice, toList, unpack } from '../python/iteration.ts';
import { PyIterator } from '../python/iterator.ts';
import { isText, Markup, plain } from '../python/markup.ts';
import { NO_KWARGS, NOT_FOUND, PyObject } from '../python/object.ts';
import {
  add,
  concat,
  contains,
  div,
  eq,
  floordiv,
  ge,
  gt,
  le,
  lt,
  mod,
  mul,
  neg,
  pos,
  pow,
  sub,
  truth,
} from '../python/operators.ts';
import { repr, str } from '../python/text.ts';
import { tuple } from '../python/tuple.ts';
import { isDict, typeName } from '../python/types.ts';
import { Undefined } from '../undefined.ts';
import { type Context, type RuntimeEnvironment, TemplateReference } from './context.ts';
import { LoopContext, type LoopFunction } from './loop.ts';
import { Macro, type MacroFunction } from './macro.ts';
import {
  exported,
  extend,
  importModule,
  importWithContext,
  include,
  includeModule,
  type TemplateModule,
} from './templates.ts';

/** A filter or test with its name resolved. */
type Applied = (context: Context, args: readonly unknown[], kwargs?: Kwargs) => unknown;

/** `value.name` in a template; `at` is its place. */
function attr(context: Context, value: unknown, name: string, at = 0): unknown {
  return looked(context, value, name, { find: findAttribute, at });
}

/** `value.name` where the name is no method of dicts. */
function field(context: Context, value: unknown, name: string, at = 0): unknown {
  const found = quickField(value, name);
  return found === undefined ? looked(context, value, name, { find: findAttribute, at }) : found;
}

/** `value[key]` in a template. */
function item(context: Context, value: unknown, key: unknown, at = 0): unknown {
  return looked(context, value, key, { find: findSubscript, at });
}

/** How something is looked up, and where in the template. */
interface Lookup<Key> {
  readonly find: (value: unknown, key: Key) => unknown;
  readonly at: number;
}

function looked<Key>(context: Context, value: unknown, key: Key, { find, at }: Lookup<Key>): unknown {
  let found: unknown;
  try {
    found = find(value, key);
  } catch (error) {
    throw atPlace(error, at);
  }
  return found === NOT_FOUND ? context.missingAttribute(value, key, at) : found;
}

function callValue(context: Context, fn: unknown, args: readonly unknown[], kwargs: Kwargs = NO_KWARGS): unknown {
  return call(fn, args, kwargs, context);
}

/** `value.name(...)`: the methods of built-in types are called without being made objects first. */
function callMethod(context: Context, value: unknown, method: MethodCall, kwargs?: Kwargs): unknown {
  const { name, args } = method;
  if (!(value instanceof PyObject)) {
    const result = callBuiltin(value, name, args, kwargs);
    if (result !== NOT_FOUND) return result;
  }
  return callValue(context, attr(context, value, name), args, kwargs);
}

/** Jinja looks a method up before it evaluates the arguments, which tells for an undefined value only. */
function receiver(context: Context, value: unknown, name: string): unknown {
  if (value instanceof Undefined) attr(context, value, name);
  return value;
}

/** `~` where output is escaped: safe if one part is, and then every other part is escaped. */
function markupJoin(values: readonly unknown[]): string | Markup {
  const texts = values.map(softText);
  if (!texts.some((text) => text instanceof Markup)) return madeText(texts.map((text) => plain(text)).join(''));
  return new Markup(madeText(texts.map(escapedString).join('')));
}

/** A method's name and what it is called with. */
interface MethodCall {
  readonly name: string;
  readonly args: readonly unknown[];
}

function filter(environment: RuntimeEnvironment, name: string): Applied {
  return applied(environment.findFilter(name), () => environment.findFilter(name), `No filter named '${name}' found.`);
}

function test(environment: RuntimeEnvironment, name: string): Applied {
  return applied(environment.findTest(name), () => environment.findTest(name), `No test named '${name}' found.`);
}

/** In a condition an unknown filter is a mistake only when it is used. */
function applied(found: PyCallable | undefined, again: () => PyCallable | undefined, message: string): Applied {
  if (found !== undefined) return (context, args, kwargs = NO_KWARGS) => call(found, args, kwargs, context);
  return (context, args, kwargs = NO_KWARGS) => {
    const late = again();
    if (late === undefined) {
      // What Jinja puts in its place takes arguments by position only.
      if (kwargs.size > 0) throw pyError('TypeError', 'got an unexpected keyword argument');
      throw pyError('TemplateRuntimeError', message);
    }
    return call(late, args, kwargs, context);
  };
}

/** Keyword arguments with those of a mapping behind `**`. */
function keywords(given: readonly (readonly [string, unknown])[], more: unknown): Kwargs {
  const all = new Map(given);
  if (more instanceof Undefined) throw more.error();
  if (!isDict(more)) throw pyError('TypeError', `argument after ** must be a mapping, not ${typeName(more)}`);
  for (const [key, value] of dictEntries(more)) {
    if (!isText(key)) throw pyError('TypeError', 'keywords must be strings');
    const name = plain(key);
    if (all.has(name)) throw pyError('TypeError', `got multiple values for keyword argument '${name}'`);
    all.set(name, value);
  }
  return all;
}

/** `markupsafe.Markup(value)` where the condition holds. */
function markIf(condition: boolean, value: unknown): unknown {
  if (!condition || value instanceof Markup) return value;
  return new Markup(htmlOf(value) ?? str(value));
}

/** Python joins only texts: what a filter made of a block must be one. */
function joined(value: unknown): string {
  if (isText(value)) return plain(value);
  throw pyError('TypeError', `sequence item 0: expected str instance, ${typeName(value)} found`);
}

/** `joined` where the output of a whole render goes to: Jinja joins that at the very end. */
function joinedLate(context: Context, value: unknown, at: number, template: string | undefined): string {
  try {
    return joined(value);
  } catch (error) {
    context.environment.state.lateError ??= located(error, template, at);
    return '';
  }
}

function printed(context: Context, value: unknown): string {
  return context.evalContext.autoescape ? escapedString(value) : str(value);
}

/** Text of a template where the render decides about escaping: the decision may fail. */
function asked(context: Context, text: string): string {
  context.evalContext.ask();
  return text;
}

function finalize(context: Context, value: unknown): unknown {
  const { finalize: fn } = context.environment;
  return fn === undefined ? value : call(fn, [value], NO_KWARGS, context);
}

/** The items that pass a condition, one by one as they are asked for. */
function filtered(items: unknown, test: (item: unknown) => boolean): PyIterator {
  return new PyIterator(passing(items, test), 'filtered');
}

function* passing(items: unknown, test: (item: unknown) => boolean): Generator {
  for (const candidate of iterate(items)) {
    spend(CALL);
    if (test(candidate)) yield candidate;
  }
}

function checkNamespace(value: unknown): void {
  if (!(value instanceof Namespace)) {
    throw pyError('TemplateRuntimeError', 'cannot assign attribute on non-namespace object');
  }
}

function setNamespace(namespace: Namespace, name: string, value: unknown): void {
  namespace.set(name, value);
}

/** Names and values in turn as a map, without those that have no value yet. */
function locals(parts: readonly unknown[]): Map<string, unknown> {
  return noted(undefined, parts);
}

/** Adds assignments, names and values in turn, to the variables of a loop or block. */
function noted(known: Map<string, unknown> | undefined, parts: readonly unknown[]): Map<string, unknown> {
  const map = known ?? new Map<string, unknown>();
  makeItems(parts.length * ITEM);
  for (let index = 0; index < parts.length; index += 2) {
    if (parts[index + 1] !== undefined) map.set(String(parts[index]), parts[index + 1]);
  }
  return map;
}

/** The context that a function sees that asks for it inside of a loop or block with variables. */
function withVariables(context: Context, variables: ReadonlyMap<string, unknown> | undefined): Context {
  return variables === undefined ? context : context.derived(variables);
}

function makeMacro(
  context: Context,
  run: MacroFunction,
  declaration: { name: string | null; params: readonly string[] },
  [kwargs, varargs, caller]: readonly [boolean, boolean, boolean],
): Macro {
  return new Macro(context, run, declaration, { kwargs, varargs, caller });
}

/** Jinja's mark for no value, where a template gets to see it. */
class Missing extends PyObject {
  get typeName(): string {
    return 'MissingType';
  }

  override repr(): string {
    return 'missing';
  }
}

/** What the generated code of templates calls. Nothing of it can be reached from a template by a name. */
export const RUNTIME = {
  str,
  escape: escapedString,
  truth,
  iterate,
  attr,
  field,
  eq,
  lt,
  le,
  gt,
  ge,
  add,
  sub,
  mul,
  div,
  floordiv,
  mod,
  pow,
  neg,
  pos,
  contains,
  item,
  slice,
  call: callValue,
  callMethod,
  receiver,
  filter,
  test,
  keywords,
  spread: toList,
  unpack,
  float: (value: number): PyFloat => new PyFloat(value),
  markup: (text: string): Markup => new Markup(text),
  markIf,
  join: concat,
  markupJoin,
  tuple,
  dict: makeDict,
  joined,
  joinedLate,
  made: madeText,
  meter,
  spent,
  printed,
  asked,
  finalize,
  filtered,
  checkNamespace,
  setNamespace,
  locals,
  missing: new Missing(),
  noted,
  withVariables,
  located,
  marks: (template: string | undefined): Marks => new Marks(template),
  self: (context: Context): TemplateReference => new TemplateReference(context),
  loop: (context: Context, items: unknown, recurse?: LoopFunction, depth?: number): LoopContext =>
    new LoopContext(context, items, recurse, depth),
  macro: makeMacro,
  include,
  includeModule,
  module: importModule,
  moduleWithContext: importWithContext,
  exported: (context: Context, module: TemplateModule, name: string, position: string): unknown =>
    exported(context, module, name, position),
  extend,
  extendedTwice: (): never => {
    throw pyError('TemplateRuntimeError', 'extended multiple times');
  },
  position: (line: number, template: string | undefined): string =>
    template === undefined ? `line ${String(line)}` : `line ${String(line)} in '${template}'`,
  calls: { debug: debugText },
  isCallable,
};

/** What the `debug` tag prints: the variables, and the names of the filters and tests. */
function debugText(context: Context): string {
  const { environment } = context;
  const variables = [...context.all()].sort(([left], [right]) => (left < right ? -1 : 1));
  return repr(
    makeDict([
      ['context', makeDict(variables)],
      ['filters', environment.filterNames()],
      ['tests', environment.testNames()],
    ]),
  );
}
