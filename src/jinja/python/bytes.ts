import { pyError } from '../errors.ts';
import { isInteger, toSize } from './numeric.ts';
import { PyObject } from './object.ts';
import { sliceBounds, sliceItems } from './slices.ts';

/** Python's `bytes`, what `str.encode` gives. */
export class PyBytes extends PyObject {
  readonly bytes: readonly number[];

  constructor(bytes: Iterable<number>) {
    super();
    this.bytes = [...bytes];
  }

  get typeName(): string {
    return 'bytes';
  }

  override get iterable(): boolean {
    return true;
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

  override equals(other: unknown): boolean {
    return other instanceof PyBytes && other.repr() === this.repr();
  }

  override hashKey(): unknown {
    return `\u0000bytes${this.repr()}`;
  }

  override repr(): string {
    const quote = this.bytes.includes(0x27) && !this.bytes.includes(0x22) ? '"' : "'";
    return `b${quote}${this.bytes.map((byte) => byteText(byte, quote)).join('')}${quote}`;
  }
}

const SHORT_ESCAPES: Readonly<Record<number, string>> = { 9: '\\t', 10: '\\n', 13: '\\r', 92: '\\\\' };

function byteText(byte: number, quote: string): string {
  const short = SHORT_ESCAPES[byte];
  if (short !== undefined) return short;
  if (byte < 0x20 || byte > 0x7e) return `\\x${byte.toString(16).padStart(2, '0')}`;
  const char = String.fromCharCode(byte);
  return char === quote ? `\\${char}` : char;
}
