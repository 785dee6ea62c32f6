import { pyError } from '../errors.ts';
import { makeItems } from './budget.ts';
import { isInteger, toSize } from './numeric.ts';
import { PyObject } from './object.ts';
import { repr } from './text.ts';

/** A slice as a value of its own, which only messages show. */
export class Slice extends PyObject {
  readonly bounds: readonly unknown[];

  constructor(bounds: readonly unknown[]) {
    super();
    this.bounds = bounds;
  }

  get typeName(): string {
    return 'slice';
  }

  override repr(): string {
    return `slice(${this.bounds.map((bound) => repr(bound)).join(', ')})`;
  }
}

/** The effective bounds of a slice of a sequence of a known length; `stop` is -1 for "past the first" going down. */
interface SliceBounds {
  readonly start: number;
  readonly stop: number;
  readonly step: number;
}

/**
 * What `[start:stop:step]` means for a sequence, as `slice.indices` gives it.
 *
 * @throws TypeError for a bound that is neither an int nor None, ValueError for a step of 0.
 */
export function sliceBounds(length: number, start: unknown, stop: unknown, step: unknown): SliceBounds {
  const stride = sliceIndex(step) ?? 1;
  if (stride === 0) throw pyError('ValueError', 'slice step cannot be zero');
  const low = stride > 0 ? 0 : -1;
  const high = stride > 0 ? length : length - 1;
  const clamp = (index: number): number => Math.min(Math.max(index < 0 ? index + length : index, low), high);
  const first = sliceIndex(start);
  const last = sliceIndex(stop);
  return {
    start: first === undefined ? (stride > 0 ? low : high) : clamp(first),
    stop: last === undefined ? (stride > 0 ? high : low) : clamp(last),
    step: stride,
  };
}

function sliceIndex(value: unknown): number | undefined {
  if (value === null || value === undefined) return undefined;
  if (isInteger(value)) return toSize(value);
  throw pyError('TypeError', 'slice indices must be integers or None or have an __index__ method');
}

/** The items of a slice of an array. */
export function sliceItems<T>(items: readonly T[], bounds: SliceBounds): T[] {
  const { start, stop, step } = bounds;
  makeItems(Math.max(0, Math.ceil((stop - start) / step)));
  if (step === 1) return items.slice(start, Math.max(start, stop));
  const picked: T[] = [];
  for (let index = start; step > 0 ? index < stop : index > stop; index += step) picked.push(items[index] as T);
  return picked;
}
