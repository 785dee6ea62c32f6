import { pyError } from '../errors.ts';
import { hold, ITEM, madeText, payCaught, spend } from '../python/budget.ts';
import { BoundMethod, pythonFunction } from '../python/callable.ts';
import { iterate, length } from '../python/iteration.ts';
import { isText, plain } from '../python/markup.ts';
import { type Kwargs, NOT_FOUND, PyObject } from '../python/object.ts';
import { eq } from '../python/operators.ts';
import { pair, tuple, type Tuple } from '../python/tuple.ts';
import { isKind } from '../errors.ts';
import type { Context } from './context.ts';

/** Renders the body of a recursive loop with the items of a level. */
export type LoopFunction = (items: unknown, recurse: LoopFunction, depth: number) => unknown;

/** Stands for an item that is not there. */
const NOTHING = Symbol('nothing');

/** The `loop` object. It looks one item ahead only when it is asked whether there is one. */
export class LoopContext extends PyObject {
  index0 = -1;
  current: unknown = NOTHING;
  private readonly context: Context;
  private readonly items: unknown;
  private readonly recurse: LoopFunction | undefined;
  private readonly depth0: number;
  private iterator: Iterator<unknown>;
  private after: unknown = NOTHING;
  private before: unknown = NOTHING;
  private knownLength: number | undefined;
  private lastValue: Tuple | undefined;

  constructor(context: Context, items: unknown, recurse?: LoopFunction, depth0 = 0) {
    super();
    this.context = context;
    this.items = items;
    this.recurse = recurse;
    this.depth0 = depth0;
    this.iterator = iterate(items)[Symbol.iterator]();
  }

  get typeName(): string {
    return 'LoopContext';
  }

  override get moduleName(): string {
    return 'jinja2.runtime';
  }

  /** Goes on to the next item, telling whether there is one. */
  advance(): boolean {
    let next = this.after;
    if (next === NOTHING) next = this.take();
    else this.after = NOTHING;
    if (next === NOTHING) return false;
    this.index0 += 1;
    this.before = this.current;
    this.current = next;
    return true;
  }

  private take(): unknown {
    const result = this.iterator.next();
    return result.done === true ? NOTHING : result.value;
  }

  private peek(): unknown {
    if (this.after === NOTHING) this.after = this.take();
    return this.after;
  }

  get last(): boolean {
    return this.peek() === NOTHING;
  }

  /** Number of items. Jinja reads the rest of what has no length of its own. */
  get size(): number {
    this.knownLength ??= this.count();
    return this.knownLength;
  }

  private count(): number {
    try {
      return length(this.items);
    } catch (error) {
      if (!isKind(error, 'TypeError')) throw error;
      payCaught();
    }
    const rest: unknown[] = [];
    for (let next = this.take(); next !== NOTHING; next = this.take()) {
      spend(ITEM);
      hold(8);
      rest.push(next);
    }
    this.iterator = rest[Symbol.iterator]();
    return rest.length + this.index0 + 1 + (this.after === NOTHING ? 0 : 1);
  }

  override getAttribute(name: string): unknown {
    const read = ATTRIBUTES.get(name);
    return read === undefined ? NOT_FOUND : read(this);
  }

  previousItem(): unknown {
    return this.index0 === 0 ? this.undefined('there is no previous item') : this.before;
  }

  nextItem(): unknown {
    const next = this.peek();
    return next === NOTHING ? this.undefined('there is no next item') : next;
  }

  private undefined(hint: string): unknown {
    return this.context.environment.undefined({ hint });
  }

  get depth(): number {
    return this.depth0 + 1;
  }

  cycle(values: readonly unknown[]): unknown {
    if (values.length === 0) throw pyError('TypeError', 'no items for cycling given');
    return values[this.index0 % values.length];
  }

  changed(values: readonly unknown[]): boolean {
    const value = tuple(values);
    if (this.lastValue !== undefined && eq(this.lastValue, value)) return false;
    this.lastValue = value;
    return true;
  }

  override get callable(): boolean {
    return true;
  }

  /** Renders the loop's body with the items of the next level. */
  override call(args: readonly unknown[], kwargs: Kwargs): unknown {
    const { recurse } = this;
    const items = args.length === 1 && kwargs.size === 0 ? args[0] : kwargs.get('iterable');
    if (args.length + kwargs.size !== 1 || items === undefined) {
      throw pyError('TypeError', 'LoopContext.__call__() takes exactly one argument: iterable');
    }
    if (recurse === undefined) {
      throw pyError('TypeError', "The loop must have the 'recursive' marker to be called recursively.");
    }
    const text = this.context.deeper(() => recurse(items, recurse, this.depth));
    madeText(isText(text) ? plain(text) : '');
    return text;
  }

  override get iterable(): boolean {
    return true;
  }

  override *iterate(): Generator {
    while (this.advance()) yield pair(this.current, this);
  }

  override get sized(): boolean {
    return true;
  }

  override length(): number {
    return this.size;
  }

  override repr(): string {
    return `<LoopContext ${String(this.index0 + 1)}/${String(this.size)}>`;
  }
}

const CYCLE = pythonFunction('cycle(self, /, *args)', (loop: LoopContext, values: readonly unknown[]) =>
  loop.cycle(values),
);
const CHANGED = pythonFunction('changed(self, /, *value)', (loop: LoopContext, values: readonly unknown[]) =>
  loop.changed(values),
);

const ATTRIBUTES: ReadonlyMap<string, (loop: LoopContext) => unknown> = new Map<string, (loop: LoopContext) => unknown>(
  [
    ['index', (loop) => loop.index0 + 1],
    ['index0', (loop) => loop.index0],
    ['revindex', (loop) => loop.size - loop.index0],
    ['revindex0', (loop) => loop.size - loop.index0 - 1],
    ['first', (loop) => loop.index0 === 0],
    ['last', (loop) => loop.last],
    ['length', (loop) => loop.size],
    ['depth', (loop) => loop.depth],
    ['depth0', (loop) => loop.depth - 1],
    ['previtem', (loop) => loop.previousItem()],
    ['nextitem', (loop) => loop.nextItem()],
    ['cycle', (loop) => new BoundMethod(loop, CYCLE)],
    ['changed', (loop) => new BoundMethod(loop, CHANGED)],
  ],
);
