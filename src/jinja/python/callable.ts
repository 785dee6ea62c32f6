import { pyError } from '../errors.ts';
import { ADDRESS, type Kwargs, NO_KWARGS, PyObject } from './object.ts';
import type { Policies } from './policies.ts';
import { quoted } from './text.ts';
import { typeName } from './types.ts';

export type { Kwargs };

/** What a function is given before its arguments. */
export type PassedArgument = 'context' | 'evalContext' | 'environment';

const SIGNATURE = Symbol('signature');
const PASS = Symbol('pass');

/** A JavaScript function that a template may call; with a signature it takes keyword arguments too. */
export interface PyFunction {
  (...args: never[]): unknown;
  [SIGNATURE]?: Signature;
  [PASS]?: PassedArgument | undefined;
}

/** Anything that `call` can call. */
export type PyCallable = PyFunction | PyObject;

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

type AnyFunction = (...args: readonly unknown[]) => unknown;

/**
 * Gives a function a signature in Python's notation, so that templates can call it with keyword arguments and get
 * Python's errors for wrong ones. The function is called with the arguments in the order of the signature, `undefined`
 * for those left out; with `*args` it gets an array and with `**kwargs` a map at the end.
 *
 * @param signature For instance `replace(s, old, new, count=None)`; `/` and `*` mean what they mean in Python.
 * @param implementation What is called. It is returned, marked.
 * @param options `pass`: give the function the engine's context, evaluation context or environment as its first argument.
 */
export function pythonFunction<F extends (...args: never[]) => unknown>(
  signature: string,
  implementation: F,
  options: { readonly pass?: PassedArgument } = {},
): F & PyFunction {
  return Object.assign(implementation, { [SIGNATURE]: parseSignature(signature), [PASS]: options.pass });
}

/** The name in the signature of a function, or its own. */
function functionName(fn: PyFunction): string {
  return fn[SIGNATURE]?.name ?? fn.name;
}

/** What a function asks to be given before its arguments; absent for most. */
export function passedArgument(fn: unknown): PassedArgument | undefined {
  return typeof fn === 'function' ? (fn as PyFunction)[PASS] : undefined;
}

/** True for what a template may call. */
export function isCallable(value: unknown): value is PyCallable {
  return typeof value === 'function' || (value instanceof PyObject && value.callable);
}

/**
 * `fn(*args, **kwargs)`.
 *
 * @param context The engine's context; only functions that ask for it need it.
 * @throws TypeError for arguments that do not fit or a value that cannot be called, and whatever the function throws.
 */
export function call(
  fn: unknown,
  args: readonly unknown[],
  kwargs: Kwargs = NO_KWARGS,
  context?: CallContext,
): unknown {
  if (typeof fn === 'function') return callFunction(fn as PyFunction, args, kwargs, context);
  if (fn instanceof PyObject) return fn.call(args, kwargs, context);
  throw pyError('TypeError', `'${typeName(fn)}' object is not callable`);
}

function callFunction(fn: PyFunction, args: readonly unknown[], kwargs: Kwargs, context?: CallContext): unknown {
  const signature = fn[SIGNATURE];
  const plain = fn as AnyFunction;
  if (signature === undefined) return callPlain(plain, args, kwargs);
  const fits = args.length >= signature.required && args.length <= signature.positional.length;
  const bound = signature.simple && fits && kwargs.size === 0 ? args : bind(signature, args, kwargs, passed(fn));
  return fn[PASS] === undefined ? plain(...bound) : plain(passedValue(fn[PASS], context), ...bound);
}

/** A function of the program without a signature: what it does not return is None. */
function callPlain(fn: AnyFunction, args: readonly unknown[], kwargs: Kwargs): unknown {
  const [keyword] = kwargs.keys();
  if (keyword !== undefined) throw pyError('TypeError', `${displayName(fn.name)}() takes no keyword arguments`);
  return fn(...args) ?? null;
}

function displayName(name: string): string {
  return name === '' ? '<lambda>' : name;
}

function passed(fn: PyFunction): number {
  return fn[PASS] === undefined ? 0 : 1;
}

function passedValue(pass: PassedArgument, context: CallContext | undefined): unknown {
  if (context === undefined)
    throw pyError('TemplateRuntimeError', 'attempted to call a context function without context');
  if (pass === 'context') return context;
  return pass === 'environment' ? context.environment : context.evalContext;
}

/**
 * The arguments in the order of a signature.
 *
 * @param hidden Number of positional arguments that the caller does not see but Python counts.
 * @throws TypeError with Python's wording for arguments that do not fit.
 */
export function bind(signature: Signature, args: readonly unknown[], kwargs: Kwargs, hidden = 0): unknown[] {
  const { positional } = signature;
  if (isNative(signature) && kwargs.size === 0) checkNativeCount(signature, args.length);
  if (args.length > positional.length && !signature.rest) throw tooMany(signature, args.length, hidden);
  const bound: unknown[] = args.slice(0, positional.length);
  const extra = new Map<string, unknown>();
  const named = new Map<string, unknown>();
  for (const [name, value] of kwargs) sortKeyword(signature, name, value, { bound: bound.length, named, extra });
  requireAll(
    signature,
    positional.slice(bound.length).filter((parameter) => isMissing(parameter, named)),
    'positional',
  );
  requireAll(
    signature,
    signature.keywordOnly.filter((parameter) => isMissing(parameter, named)),
    'keyword-only',
  );
  for (const parameter of positional.slice(bound.length)) bound.push(named.get(parameter.name));
  if (signature.rest) bound.push(args.slice(positional.length));
  for (const parameter of signature.keywordOnly) bound.push(named.get(parameter.name));
  if (signature.keywords) bound.push(extra);
  return bound;
}

/** True for functions that Python has in C: they take arguments by position only and word their errors differently. */
function isNative(signature: Signature): boolean {
  const { positional, simple, name } = signature;
  if (!simple || positional.length === 0 || name.startsWith('Markup.')) return false;
  return positional.every((parameter) => !parameter.byName);
}

function checkNativeCount(signature: Signature, count: number): void {
  // A method does not count the value that it is a method of.
  const own = signature.positional[0]?.name === 'self' ? 1 : 0;
  const most = signature.positional.length - own;
  const least = signature.required - own;
  const given = count - own;
  if (given >= least && given <= most) return;
  if (most === 0) throw pyError('TypeError', `${signature.name}() takes no arguments (${String(given)} given)`);
  if (least === 1 && most === 1) {
    throw pyError('TypeError', `${signature.name}() takes exactly one argument (${String(given)} given)`);
  }
  const limit = given < least ? least : most;
  const bound = least === most ? '' : given < least ? 'at least ' : 'at most ';
  const name = signature.name.slice(signature.name.indexOf('.') + 1);
  const noun = limit === 1 ? 'argument' : 'arguments';
  throw pyError('TypeError', `${name} expected ${bound}${String(limit)} ${noun}, got ${String(given)}`);
}

interface Keywords {
  readonly bound: number;
  readonly named: Map<string, unknown>;
  readonly extra: Map<string, unknown>;
}

function sortKeyword(signature: Signature, name: string, value: unknown, into: Keywords): void {
  const position = signature.positional.findIndex((parameter) => parameter.name === name && parameter.byName);
  if (position >= 0 && position < into.bound) {
    throw pyError('TypeError', `${signature.name}() got multiple values for argument ${quoted(name)}`);
  }
  const known = position >= 0 || signature.keywordOnly.some((parameter) => parameter.name === name);
  if (known) into.named.set(name, value);
  else if (signature.keywords) into.extra.set(name, value);
  else throw unexpected(signature, name);
}

function unexpected(signature: Signature, name: string): Error {
  const what = isNative(signature)
    ? 'takes no keyword arguments'
    : `got an unexpected keyword argument ${quoted(name)}`;
  return pyError('TypeError', `${signature.name}() ${what}`);
}

function isMissing(parameter: Parameter, named: ReadonlyMap<string, unknown>): boolean {
  return !parameter.optional && !named.has(parameter.name);
}

function requireAll(signature: Signature, missing: readonly Parameter[], sort: string): void {
  if (missing.length === 0) return;
  const names = missing.map((parameter) => quoted(parameter.name));
  const last = names.pop() ?? '';
  const separator = names.length > 1 ? ', and ' : ' and ';
  const list = names.length === 0 ? last : `${names.join(', ')}${separator}${last}`;
  const noun = missing.length === 1 ? 'argument' : 'arguments';
  throw pyError('TypeError', `${signature.name}() missing ${String(missing.length)} required ${sort} ${noun}: ${list}`);
}

function tooMany(signature: Signature, given: number, hidden: number): Error {
  const most = signature.positional.length + hidden;
  const least = signature.required + hidden;
  const count = least === most ? String(most) : `from ${String(least)} to ${String(most)}`;
  const noun = most === 1 ? 'argument' : 'arguments';
  const verb = given + hidden === 1 ? 'was' : 'were';
  const text = `takes ${count} positional ${noun} but ${String(given + hidden)} ${verb} given`;
  return pyError('TypeError', `${signature.name}() ${text}`);
}

/** A method together with the value that it is a method of. */
export class BoundMethod extends PyObject {
  readonly self: unknown;
  readonly method: PyFunction;

  constructor(self: unknown, method: PyFunction) {
    super();
    this.self = self;
    this.method = method;
  }

  get typeName(): string {
    return 'builtin_function_or_method';
  }

  override get callable(): boolean {
    return true;
  }

  override call(args: readonly unknown[], kwargs: Kwargs, context?: CallContext): unknown {
    return callFunction(this.method, [this.self, ...args], kwargs, context);
  }

  override repr(): string {
    // In errors Python names the type too, here it does not.
    const name = functionName(this.method).replace(/^.*\./, '');
    return `<built-in method ${name} of ${typeName(this.self)} object at ${ADDRESS}>`;
  }

  override equals(other: unknown): boolean {
    return other instanceof BoundMethod && other.method === this.method && other.self === this.self;
  }
}

/** One parameter of a callable. */
interface Parameter {
  readonly name: string;
  readonly optional: boolean;
  /** False for those before a `/`. */
  readonly byName: boolean;
}

/** The parameters of a callable. */
export interface Signature {
  /** Name of the callable, as error messages show it. */
  readonly name: string;
  /** Parameters that take positional arguments, in order. */
  readonly positional: readonly Parameter[];
  /** Number of positional parameters that must be given. */
  readonly required: number;
  /** Parameters after `*`, in order. */
  readonly keywordOnly: readonly Parameter[];
  /** True for `*args`: the function is given an array after the positional parameters. */
  readonly rest: boolean;
  /** True for `**kwargs`: the function is given a map as its last argument. */
  readonly keywords: boolean;
  /** True where there are only positional parameters, so that arguments can be handed over as they come. */
  readonly simple: boolean;
}

/**
 * Reads a signature in Python's notation, such as `batch(value, linecount, fill_with=None)`. Default values only say
 * that a parameter may be left out: the function's own default counts.
 */
export function parseSignature(text: string): Signature {
  const open = text.indexOf('(');
  const parts = splitParameters(text.slice(open + 1, text.lastIndexOf(')')));
  const slash = parts.indexOf('/');
  const positional: Parameter[] = [];
  const keywordOnly: Parameter[] = [];
  let starred = false;
  for (const [index, part] of parts.entries()) {
    if (part === '/') continue;
    if (part.startsWith('*')) starred = true;
    else (starred ? keywordOnly : positional).push(parseParameter(part, index > slash));
  }
  const rest = parts.some((part) => /^\*\w/.test(part));
  const keywords = parts.some((part) => part.startsWith('**'));
  const required = positional.filter((parameter) => !parameter.optional).length;
  const simple = !rest && !keywords && keywordOnly.length === 0;
  return { name: text.slice(0, open), positional, required, keywordOnly, rest, keywords, simple };
}

function splitParameters(text: string): string[] {
  const trimmed = text.trim();
  // A comma inside of a quoted default does not separate.
  return trimmed === ''
    ? []
    : trimmed.split(/,\s*(?=[\w*/])(?=(?:[^'"]*['"][^'"]*['"])*[^'"]*$)/).map((part) => part.trim());
}

function parseParameter(text: string, byName: boolean): Parameter {
  const [name = ''] = text.split('=', 1);
  return { name: name.trim(), optional: text.includes('='), byName };
}
