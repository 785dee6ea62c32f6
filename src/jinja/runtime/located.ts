import { TemplateError } from '../errors.ts';

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
