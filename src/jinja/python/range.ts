import { pyError } from '../errors.ts';
import { isFloat, isInteger, normalizeInteger, type PyInt, toBigInt, toDouble, toIndex } from './numeric.ts';
import { PyObject } from './object.ts';
import { sliceBounds } from './slices.ts';

/** Bounds below this are worked with as numbers: every item, and every quotient of bounds, is exact. */
const SMALL = 2 ** 50;

/** Longest length that Python's `len` gives. */
const MAX_LENGTH = 2n ** 63n - 1n;

/** A lazy `range` of ints of any size. */
export class Range extends PyObject {
  readonly start: PyInt;
  readonly stop: PyInt;
  readonly step: PyInt;
  /** Number of items. */
  readonly count: PyInt;

  /** @param step Not zero. */
  constructor(start: PyInt, stop: PyInt, step: PyInt) {
    super();
    this.start = start;
    this.stop = stop;
    this.step = step;
    this.count = countOf(start, stop, step);
  }

  get typeName(): string {
    return 'range';
  }

  override get iterable(): boolean {
    return true;
  }

  [Symbol.iterator](): Iterator<unknown> {
    return this.iterate()[Symbol.iterator]();
  }

  override iterate(): Iterable<unknown> {
    return items(this.start, this.step, this.count);
  }

  override reversed(): Iterable<unknown> {
    return items(this.at(sum(this.count, -1)), negative(this.step), this.count);
  }

  override get sized(): boolean {
    return true;
  }

  /** Beyond 2 ** 53 the nearest number; `count` is exact. */
  override length(): number {
    if (this.count > MAX_LENGTH) throw pyError('OverflowError', 'Python int too large to convert to C ssize_t');
    return Number(this.count);
  }

  override truth(): boolean {
    return this.count > 0;
  }

  /** The item at an index from 0 on, not checked. */
  private at(index: PyInt): PyInt {
    return sum(this.start, product(index, this.step));
  }

  override get subscriptable(): boolean {
    return true;
  }

  override getItem(key: unknown): unknown {
    if (!isInteger(key)) throw pyError('TypeError', 'range indices must be integers or slices');
    const index = toIndex(key);
    const position = index < 0 ? sum(index, this.count) : index;
    if (position < 0 || position >= this.count) throw pyError('IndexError', 'range object index out of range');
    return this.at(position);
  }

  override getSlice(start: unknown, stop: unknown, step: unknown): unknown {
    const bounds = this.bounds(start, stop, step);
    return new Range(this.at(bounds.start), this.at(bounds.stop), product(this.step, bounds.step));
  }

  private bounds(start: unknown, stop: unknown, step: unknown): Record<'start' | 'stop' | 'step', PyInt> {
    const bounds = [start, stop, step];
    if (typeof this.count === 'number' && bounds.every((bound) => typeof bound !== 'bigint')) {
      return sliceBounds(this.count, start, stop, step);
    }
    const stride = optional(step) ?? 1n;
    if (stride === 0n) throw pyError('ValueError', 'slice step cannot be zero');
    const size = toBigInt(this.count);
    const [low, high] = stride > 0n ? [0n, size] : [-1n, size - 1n];
    const clamp = (index: bigint): bigint => {
      const position = index < 0n ? index + size : index;
      return position < low ? low : position > high ? high : position;
    };
    const [first, last] = [optional(start), optional(stop)];
    return {
      start: normalizeInteger(first === undefined ? (stride > 0n ? low : high) : clamp(first)),
      stop: normalizeInteger(last === undefined ? (stride > 0n ? high : low) : clamp(last)),
      step: normalizeInteger(stride),
    };
  }

  override repr(): string {
    const step = this.step === 1 ? '' : `, ${String(this.step)}`;
    return `range(${String(this.start)}, ${String(this.stop)}${step})`;
  }

  override equals(other: unknown): boolean {
    if (!(other instanceof Range) || other.count !== this.count) return false;
    if (this.count === 0) return true;
    return this.start === other.start && (this.count === 1 || this.step === other.step);
  }

  override hashKey(): unknown {
    return `range ${String(this.count)} ${String(this.start)} ${String(this.step)}`;
  }

  override contains(item: unknown): boolean {
    return this.indexOf(item) >= 0;
  }

  /** Position of the item that equals the value, -1 if there is none. */
  indexOf(item: unknown): PyInt {
    if (isFloat(item) && !Number.isInteger(toDouble(item))) return -1;
    if (!isInteger(item) && !isFloat(item)) return -1;
    const distance = toBigInt(isFloat(item) ? toDouble(item) : item) - toBigInt(this.start);
    const step = toBigInt(this.step);
    if (distance % step !== 0n) return -1;
    const index = distance / step;
    return index >= 0n && index < this.count ? normalizeInteger(index) : -1;
  }
}

function optional(bound: unknown): bigint | undefined {
  if (bound === null || bound === undefined) return undefined;
  if (isInteger(bound)) return toBigInt(bound);
  throw pyError('TypeError', 'slice indices must be integers or None or have an __index__ method');
}

function isSmall(value: PyInt): value is number {
  return typeof value === 'number' && Math.abs(value) < SMALL;
}

function countOf(start: PyInt, stop: PyInt, step: PyInt): PyInt {
  if (isSmall(start) && isSmall(stop) && isSmall(step)) return Math.max(0, Math.ceil((stop - start) / step));
  const distance = toBigInt(stop) - toBigInt(start);
  const stride = toBigInt(step);
  if (distance === 0n || distance < 0n !== stride < 0n) return 0;
  const size = distance < 0n ? -distance : distance;
  const unit = stride < 0n ? -stride : stride;
  return normalizeInteger((size + unit - 1n) / unit);
}

function sum(a: PyInt, b: PyInt): PyInt {
  return isSmall(a) && isSmall(b) ? a + b : normalizeInteger(toBigInt(a) + toBigInt(b));
}

function product(a: PyInt, b: PyInt): PyInt {
  if (isSmall(a) && isSmall(b) && Number.isSafeInteger(a * b)) return a * b + 0;
  return normalizeInteger(toBigInt(a) * toBigInt(b));
}

function negative(value: PyInt): PyInt {
  return typeof value === 'number' ? 0 - value : -value;
}

function* items(start: PyInt, step: PyInt, count: PyInt): Generator<PyInt> {
  if (isSmall(start) && isSmall(step) && isSmall(count) && Math.abs(count * step) < SMALL) {
    for (let index = 0; index < count; index += 1) yield start + index * step;
    return;
  }
  let item = toBigInt(start);
  const stride = toBigInt(step);
  for (let left = toBigInt(count); left > 0n; left -= 1n) {
    yield normalizeInteger(item);
    item += stride;
  }
}
