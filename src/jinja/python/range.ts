import { pyError } from '../errors.ts';
import { plainInteger, isInteger, isFloat, toDouble } from './numeric.ts';
import { PyObject } from './object.ts';
import { sliceBounds } from './slices.ts';

/** A lazy `range`. */
export class Range extends PyObject {
  readonly start: number;
  readonly stop: number;
  readonly step: number;
  readonly #length: number;

  constructor(start: number, stop: number, step: number) {
    super();
    this.start = start;
    this.stop = stop;
    this.step = step;
    this.#length = Math.max(0, Math.ceil((stop - start) / step));
  }

  get typeName(): string {
    return 'range';
  }

  override get iterable(): boolean {
    return true;
  }

  override iterate(): Iterable<unknown> {
    return numbers(this.start, this.step, this.#length);
  }

  override reversed(): Iterable<unknown> {
    return numbers(this.start + (this.#length - 1) * this.step, -this.step, this.#length);
  }

  override get sized(): boolean {
    return true;
  }

  override length(): number {
    return this.#length;
  }

  /** The item at an index from 0 on, not checked. */
  at(index: number): number {
    return this.start + index * this.step;
  }

  override get subscriptable(): boolean {
    return true;
  }

  override getItem(key: unknown): unknown {
    if (!isInteger(key)) throw pyError('TypeError', 'range indices must be integers or slices');
    const index = Number(plainInteger(key));
    const position = index < 0 ? index + this.#length : index;
    if (position < 0 || position >= this.#length) throw pyError('IndexError', 'range object index out of range');
    return this.at(position);
  }

  override getSlice(start: unknown, stop: unknown, step: unknown): unknown {
    const bounds = sliceBounds(this.#length, start, stop, step);
    return new Range(this.at(bounds.start), this.at(bounds.stop), this.step * bounds.step);
  }

  override repr(): string {
    const step = this.step === 1 ? '' : `, ${String(this.step)}`;
    return `range(${String(this.start)}, ${String(this.stop)}${step})`;
  }

  override equals(other: unknown): boolean {
    if (!(other instanceof Range) || other.#length !== this.#length) return false;
    if (this.#length === 0) return true;
    return this.start === other.start && (this.#length === 1 || this.step === other.step);
  }

  override hashKey(): unknown {
    return `range ${String(this.#length)} ${String(this.start)} ${String(this.step)}`;
  }

  override contains(item: unknown): boolean {
    return this.indexOf(item) >= 0;
  }

  /** Position of the item that equals the value, -1 if there is none. */
  indexOf(item: unknown): number {
    if (!isInteger(item) && !isFloat(item)) return -1;
    const index = (toDouble(item) - this.start) / this.step;
    return Number.isInteger(index) && index >= 0 && index < this.#length ? index : -1;
  }
}

function* numbers(start: number, step: number, count: number): Generator<number> {
  for (let index = 0; index < count; index += 1) yield start + index * step;
}
