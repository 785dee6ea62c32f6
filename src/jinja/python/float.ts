import { floatText } from './numbers.ts';

/** A float whose value is whole or -0.0; every other float is a plain JavaScript number. */
export class PyFloat extends Number {
  readonly value: number;

  constructor(value: number) {
    super(value);
    this.value = value;
  }

  /** Python's text, `1.0`, unless another base is asked for. */
  override toString(radix?: number): string {
    return radix === undefined ? floatText(this.value) : super.toString(radix);
  }
}

/** Any float as a value of a template. */
export function makeFloat(value: number): number | PyFloat {
  return Number.isInteger(value) ? new PyFloat(value) : value;
}
