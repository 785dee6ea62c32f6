import { pyError } from '../errors.ts';
import { makeItems, spend } from './budget.ts';
import { isInteger, toSize } from './numeric.ts';
import { NOT_FOUND, type Operator, PyObject } from './object.ts';
import { sliceBounds, sliceItems } from './slices.ts';

/** Python's `bytes`, what `str.encode` gives. */
export class PyBytes extends PyObject {
  readonly bytes: readonly number[];

  constructor(bytes: ArrayLike<number>) {
    super();
    makeItems(bytes.length);
    this.bytes = Array.from(bytes);
  }

  get typeName(): string {
    return 'bytes';
  }

  override get iterable(): boolean {
    return true;
  }

  [Symbol.iterator](): Iterator<unknown> {
    return this.iterate()[Symbol.iterator]();
  }

  override iterate(): Iterable<unknown> {
    return this.bytes;
  }

  override get sized(): boolean {
    return true;
  }

  override length(): number {
    return this.bytes.length;
  }

  override get subscriptable(): boolean {
    return true;
  }

  override getItem(key: unknown): unknown {
    if (!isInteger(key)) throw pyError('TypeError', 'byte indices must be integers or slices');
    const item = this.bytes.at(toSize(key));
    if (item === undefined) throw pyError('IndexError', 'index out of range');
    return item;
  }

  override getSlice(start: unknown, stop: unknown, step: unknown): unknown {
    return new PyBytes(sliceItems(this.bytes, sliceBounds(this.bytes.length, start, stop, step)));
  }

  override binary(operator: Operator, other: unknown, reflected: boolean): unknown {
    if (operator === '*' && isInteger(other)) return this.repeated(toSize(other));
    if (!(other instanceof PyBytes) || reflected) return NOT_FOUND;
    const order = (): number => compareBytes(this.bytes, other.bytes);
    switch (operator) {
      case '+':
        return new PyBytes(this.bytes.concat(other.bytes));
      case '<':
        return order() < 0;
      case '<=':
        return order() <= 0;
      case '>':
        return order() > 0;
      case '>=':
        return order() >= 0;
      default:
        return NOT_FOUND;
    }
  }

  private repeated(count: number): PyBytes {
    if (count <= 0) return new PyBytes([]);
    makeItems(this.bytes.length * count);
    return new PyBytes(Array.from({ length: count }, () => this.bytes).flat());
  }

  override equals(other: unknown): boolean {
    return other instanceof PyBytes && compareBytes(this.bytes, other.bytes) === 0;
  }

  override hashKey(): unknown {
    return `\u0000bytes${this.repr()}`;
  }

  override repr(): string {
    makeItems(this.bytes.length * 4);
    const quote = this.bytes.includes(0x27) && !this.bytes.includes(0x22) ? '"' : "'";
    return `b${quote}${this.bytes.map((byte) => byteText(byte, quote)).join('')}${quote}`;
  }
}

/** Negative, zero or positive as `a` comes before, with or after `b`. */
function compareBytes(a: readonly number[], b: readonly number[]): number {
  spend(a.length);
  const at = a.findIndex((byte, index) => byte !== b[index]);
  return at < 0 ? a.length - b.length : (a[at] ?? 0) - (b[at] ?? -1);
}

const SHORT_ESCAPES: Readonly<Record<number, string>> = { 9: '\\t', 10: '\\n', 13: '\\r', 92: '\\\\' };

function byteText(byte: number, quote: string): string {
  const short = SHORT_ESCAPES[byte];
  if (short !== undefined) return short;
  if (byte < 0x20 || byte > 0x7e) return `\\x${byte.toString(16).padStart(2, '0')}`;
  const char = String.fromCharCode(byte);
  return char === quote ? `\\${char}` : char;
}
