import { type ErrorKind, TemplateError } from '../errors.ts';

/** How much a render may do. */
export interface Budget {
  /** Steps of work, each about ten nanoseconds of a processor. */
  readonly work: number;
  /** Bytes of all texts, lists and dicts that are made, whether or not they are still held. */
  readonly memory: number;
}

/**
 * What a render may do unless it is told otherwise: about a second of a processor and half of what Node takes on a
 * small machine. Trees of configuration files use less than a hundredth of it.
 */
export const DEFAULT_BUDGET: Budget = { work: 50_000_000, memory: 2 ** 29 };

/** Largest budget that can be given: V8 ends the process for arrays and texts that memory beyond this allows. */
export const LARGEST_BUDGET: Budget = { work: 2 ** 31 - 1, memory: 2 ** 30 };

/**
 * What the render that runs may still do. Renders are synchronous, so there is one at a time, and operators need no
 * context to pay. Generated code subtracts from `work` by itself and calls `spent` below zero.
 */
export const meter = { work: DEFAULT_BUDGET.work, memory: DEFAULT_BUDGET.memory };

/** The budget that the meter started with, and whether a render runs: outside of one each operation has its own. */
let limit: Budget = DEFAULT_BUDGET;
let renders = false;

/** Steps that an item costs that is passed on, compared or put somewhere. */
export const ITEM = 4;

/** Steps that a call of a function, filter, test or macro costs besides what it does. */
export const CALL = 20;

/** Bytes of an array, object or iterator without what it holds. */
const OBJECT = 64;

/** Pays for work before it is done. @throws TemplateError of the kind RuntimeError where too little is left. */
export function spend(steps: number): void {
  // Not `steps > meter.work`: NaN must not get through.
  if (!(steps <= meter.work)) overspend(steps);
  else meter.work -= steps;
}

/** As `spend`, for work that a place in a template is the reason for. */
export function spendAt(steps: number, place: { readonly lineno: number; readonly colno: number }): void {
  try {
    spend(steps);
  } catch (error) {
    if (error instanceof Exhausted) Object.assign(error, { line: place.lineno, column: place.colno });
    throw error;
  }
}

/** Pays for memory before it is taken. @throws TemplateError of the kind MemoryError where too little is left. */
export function hold(bytes: number): void {
  if (!(bytes <= meter.memory)) overhold(bytes);
  else meter.memory -= bytes;
}

function overspend(steps: number): void {
  if (!renders && steps <= limit.work) meter.work = limit.work - steps;
  else spent();
}

function overhold(bytes: number): void {
  if (!renders && bytes <= limit.memory) {
    meter.memory = limit.memory - bytes;
    return;
  }
  // Whoever catches the error gets no further.
  meter.memory = 0;
  throw new Exhausted('MemoryError', `more than ${amount(limit.memory)} bytes of texts, lists and dicts`, 'memory');
}

/** Ends a render that has no work left. */
export function spent(): void {
  if (!renders && meter.work < 0) {
    meter.work = limit.work;
    return;
  }
  meter.work = 0;
  throw new Exhausted('RuntimeError', `more than ${amount(limit.work)} steps of work`, 'work');
}

function amount(value: number): string {
  return value.toLocaleString('en-GB');
}

/** What a render has done that comes to an end because of its budget. */
export class Exhausted extends TemplateError {
  /** The part of the budget that is used up. */
  readonly bound: keyof Budget;

  constructor(kind: ErrorKind, message: string, bound: keyof Budget) {
    super(kind, `${message}; limits.${bound} raises the bound`);
    this.bound = bound;
  }
}

/** Steps of an error that is made and caught again: JavaScript notes where it was thrown. */
const CAUGHT = 2000;

/** Pays for an error that was caught and leads to another result. */
export function payCaught(): void {
  spend(CAUGHT);
}

/** Pays for a text that machine code passes over: search, comparison, patterns. */
export function scanText(length: number): void {
  if (length > 32) spend(length >>> 3);
}

/** Pays for a text of so many characters that is about to be made. */
export function makeText(length: number): void {
  hold(length * 2);
  spend(1 + (length >>> 3));
}

/** The text itself, which was made of parts in no time, paid for. */
export function madeText(text: string): string {
  makeText(text.length);
  return text;
}

/** Pays for a list of so many items that is about to be made. */
export function makeItems(count: number): void {
  hold(OBJECT + count * 8);
  spend(1 + count);
}

/** `text` repeated. */
export function repeatText(text: string, count: number | bigint): string {
  if (count <= 0 || text === '') return '';
  const times = Number(count);
  makeText(text.length * times);
  return text.repeat(times);
}

/** The most that a render of this process has used so far, and the most work of compiling a template: for measurements. */
export const peak = { work: 0, memory: 0, compilation: 0 };

/** Notes what a render has used. */
export function notePeak({ work, memory }: Budget): void {
  peak.work = Math.max(peak.work, work);
  peak.memory = Math.max(peak.memory, memory);
}

/** Notes how much work it was to compile a template. */
export function noteCompilation(work: number): void {
  peak.compilation = Math.max(peak.compilation, work);
}

/** The render around another one, which waits meanwhile. */
interface Outer {
  readonly limit: Budget;
  readonly work: number;
  readonly memory: number;
  /** What the inner one may use. */
  readonly given: Budget;
}

/**
 * Begins a render with a budget. One within another gets no more than the outer one has left, and the outer one pays.
 *
 * @returns what `endRender` must be given
 */
export function beginRender(budget: Budget): Outer | undefined {
  const outer = renders ? { limit, work: meter.work, memory: meter.memory, given: within(budget) } : undefined;
  const given = outer?.given ?? budget;
  limit = budget;
  renders = true;
  meter.work = given.work;
  meter.memory = given.memory;
  return outer;
}

function within(budget: Budget): Budget {
  return { work: Math.min(budget.work, meter.work), memory: Math.min(budget.memory, meter.memory) };
}

/** Ends a render; the one around it goes on. */
export function endRender(outer: Outer | undefined): void {
  if (outer === undefined) {
    renders = false;
    limit = DEFAULT_BUDGET;
    return;
  }
  meter.work = outer.work - outer.given.work + meter.work;
  meter.memory = outer.memory - outer.given.memory + meter.memory;
  limit = outer.limit;
}

/** Runs something that the render does not pay for, with a budget of its own. */
export function apart<T>(budget: Budget, run: () => T): T {
  const outer = { work: meter.work, memory: meter.memory, limit, renders };
  limit = budget;
  renders = true;
  meter.work = budget.work;
  meter.memory = budget.memory;
  try {
    return run();
  } finally {
    meter.work = outer.work;
    meter.memory = outer.memory;
    limit = outer.limit;
    renders = outer.renders;
  }
}
