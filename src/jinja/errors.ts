/** The class names that an error of the engine can carry: Jinja's own, then Python's. */
export type ErrorKind =
  | 'TemplateSyntaxError'
  | 'TemplateAssertionError'
  | 'TemplateNotFound'
  | 'TemplatesNotFound'
  | 'TemplateRuntimeError'
  | 'UndefinedError'
  | 'FilterArgumentError'
  | 'SecurityError'
  | 'TypeError'
  | 'ValueError'
  | 'UnicodeEncodeError'
  | 'UnicodeDecodeError'
  | 'LookupError'
  | 'KeyError'
  | 'IndexError'
  | 'AttributeError'
  | 'ZeroDivisionError'
  | 'OverflowError'
  | 'AssertionError'
  | 'RuntimeError'
  | 'RecursionError'
  | 'NotImplementedError'
  | 'MemoryError'
  | 'StopIteration';

/** The base classes that errors can be asked for but that are never raised themselves. */
type ErrorBase = 'Exception' | 'ArithmeticError' | 'OSError' | 'TemplateError' | 'UnicodeError';

const PARENTS: Readonly<Record<ErrorKind | ErrorBase, readonly (ErrorKind | ErrorBase)[]>> = {
  Exception: [],
  ArithmeticError: ['Exception'],
  OSError: ['Exception'],
  TemplateError: ['Exception'],
  UnicodeError: ['ValueError'],
  TemplateSyntaxError: ['TemplateError'],
  TemplateAssertionError: ['TemplateSyntaxError'],
  TemplateNotFound: ['OSError', 'LookupError', 'TemplateError'],
  TemplatesNotFound: ['TemplateNotFound'],
  TemplateRuntimeError: ['TemplateError'],
  UndefinedError: ['TemplateRuntimeError'],
  FilterArgumentError: ['TemplateRuntimeError'],
  SecurityError: ['TemplateRuntimeError'],
  TypeError: ['Exception'],
  ValueError: ['Exception'],
  UnicodeEncodeError: ['UnicodeError'],
  UnicodeDecodeError: ['UnicodeError'],
  LookupError: ['Exception'],
  KeyError: ['LookupError'],
  IndexError: ['LookupError'],
  AttributeError: ['Exception'],
  ZeroDivisionError: ['ArithmeticError'],
  OverflowError: ['ArithmeticError'],
  AssertionError: ['Exception'],
  RuntimeError: ['Exception'],
  RecursionError: ['RuntimeError'],
  NotImplementedError: ['RuntimeError'],
  MemoryError: ['Exception'],
  StopIteration: ['Exception'],
};

/** A place in a template: its name (none for a template made from a string), line and column, both from 1. */
export interface Place {
  readonly template?: string | undefined;
  readonly line?: number | undefined;
  readonly column?: number | undefined;
}

/**
 * The one error class of the engine. `kind` is the name of the class that Jinja2 or Python would raise, `message` its
 * wording. Place and excerpt are filled in by the engine when it knows them.
 */
export class TemplateError extends Error {
  readonly kind: ErrorKind;
  /** Name of the template with the mistake; absent for a template made from a string. */
  template: string | undefined;
  /** Line in that template, from 1. */
  line: number | undefined;
  /** Column in that line, from 1. */
  column: number | undefined;
  /** The line of source with a caret below it. */
  excerpt: string | undefined;
  /** A correction that is likely what was meant. */
  suggestion: string | undefined;
  /** The places that led here (includes, imports, calls), innermost first. */
  trail: Place[];

  constructor(kind: ErrorKind, message: string, options: Place & { readonly cause?: unknown } = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.name = kind;
    this.kind = kind;
    this.template = options.template;
    this.line = options.line;
    this.column = options.column;
    this.excerpt = undefined;
    this.suggestion = undefined;
    this.trail = [];
  }
}

/**
 * Makes an error without a place.
 *
 * @param kind Name of the class that Python or Jinja2 would raise.
 * @param message Its wording.
 */
export function pyError(kind: ErrorKind, message: string): TemplateError {
  return new TemplateError(kind, message);
}

/**
 * Tells whether a thrown value is an error of this kind or of one of its subclasses, as `except kind` does in Python.
 *
 * @param error Anything that was thrown.
 * @param kind A class name, such as `LookupError` for both `KeyError` and `IndexError`.
 */
export function isKind(error: unknown, kind: ErrorKind | ErrorBase): error is TemplateError {
  return error instanceof TemplateError && descends(error.kind, kind);
}

function descends(kind: ErrorKind | ErrorBase, ancestor: ErrorKind | ErrorBase): boolean {
  return kind === ancestor || PARENTS[kind].some((parent) => descends(parent, ancestor));
}

/** A place in generated code: line times this plus column. The compiler writes the same. */
const PLACE_COLUMNS = 4096;

/** Longest list of places that an error carries: a recursion of a thousand levels says nothing more. */
const MAX_TRAIL = 40;

/** Line and column of a place. */
export function decodePlace(at: number): { line: number; column: number } {
  return { line: Math.floor(at / PLACE_COLUMNS), column: at % PLACE_COLUMNS };
}

/** Places that are known more exactly than the function knows them that an error comes through. */
const EXACT = Symbol('exact place');

/** Notes the exact place of an error that has none yet. */
export function atPlace(error: unknown, at: number): unknown {
  if (error instanceof TemplateError && error.line === undefined && at !== 0 && !(EXACT in error)) {
    Object.defineProperty(error, EXACT, { value: at });
  }
  return error;
}

/** The error with this place: its own if it has none yet, otherwise one that led there. */
export function located(error: unknown, template: string | undefined, at: number): TemplateError {
  const known = asTemplateError(error);
  const exact = known.line === undefined ? (known as { readonly [EXACT]?: number })[EXACT] : undefined;
  const place = { template, ...decodePlace(exact ?? at) };
  if (known.line === undefined) Object.assign(known, place);
  else if (known.trail.length < MAX_TRAIL) known.trail.push(place);
  return known;
}

/** Any thrown value as an error of the engine. */
export function asTemplateError(error: unknown): TemplateError {
  if (error instanceof TemplateError) return error;
  if (error instanceof RangeError && error.message.includes('call stack')) {
    return new TemplateError('RecursionError', 'maximum recursion depth exceeded', { cause: error });
  }
  if (error instanceof RangeError && /^Invalid (?:string|array) length/.test(error.message)) {
    return new TemplateError('MemoryError', 'text or list too long', { cause: error });
  }
  const message = error instanceof Error ? error.message : String(error);
  return new TemplateError('RuntimeError', message, { cause: error });
}
