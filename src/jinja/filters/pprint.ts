import { isKind } from '../errors.ts';
import { ITEM, madeText, makeItems, makeText, payCaught, spend } from '../python/budget.ts';
import { codeLength } from '../python/characters.ts';
import { splitAround } from '../python/classes.ts';
import { paidOrder } from '../python/comparison.ts';
import { dictEntries } from '../python/dict.ts';
import { repr } from '../python/text.ts';
import { NamedTuple, Tuple } from '../python/tuple.ts';
import { isDict, typeName } from '../python/types.ts';

const WIDTH = 80;

/** Where a value is written: how far it is indented, what must still fit behind it, and how deep it lies. */
interface Position {
  readonly indent: number;
  readonly allowance: number;
  readonly level: number;
}

/** A value as Python's `pprint` writes it: one line where it fits into 80 columns, sorted dicts. */
export function pprint(value: unknown): string {
  return write(value, { indent: 0, allowance: 0, level: 0 }, []);
}

function write(value: unknown, position: Position, open: readonly unknown[]): string {
  payNested(open);
  if (open.includes(value) && typeof value === 'object' && value !== null) return recursion(value);
  const text = flat(value, open);
  if (codeLength(text) <= WIDTH - position.indent - position.allowance) return text;
  const inside = [...open, value];
  const next = { ...position, level: position.level + 1 };
  if (isDict(value)) return `{${writeEntries(value, next, inside)}}`;
  if (Array.isArray(value) && !(value instanceof NamedTuple)) return writeSequence(value, next, inside);
  return typeof value === 'string' ? writeText(value, next) : text;
}

/** What lies in many containers is looked for in all of them. */
function payNested(open: readonly unknown[]): void {
  spend(ITEM * 4 + open.length);
}

function recursion(value: unknown): string {
  return `<Recursion on ${typeName(value)}>`;
}

function writeSequence(items: readonly unknown[], position: Position, open: readonly unknown[]): string {
  const [start, end] = items instanceof Tuple ? ['(', items.length === 1 ? ',)' : ')'] : ['[', ']'];
  const indent = position.indent + 1;
  const parts = items.map((item, index) => {
    const allowance = index === items.length - 1 ? position.allowance + end.length : 1;
    return write(item, { indent, allowance, level: position.level }, open);
  });
  return start + joinLines(parts, ',', indent) + end;
}

function writeEntries(dict: Parameters<typeof dictEntries>[0], position: Position, open: readonly unknown[]): string {
  const entries = sortedEntries(dict);
  const indent = position.indent + 1;
  const parts = entries.map(([key, item], index) => {
    const name = flat(key, open);
    const allowance = index === entries.length - 1 ? position.allowance + 1 : 1;
    const inner = { indent: indent + codeLength(name) + 2, allowance, level: position.level };
    return `${name}: ${write(item, inner, open)}`;
  });
  return joinLines(parts, ',', indent);
}

function joinLines(parts: readonly string[], separator: string, indent: number): string {
  let length = parts.length * (indent + 2);
  for (const part of parts) length += part.length;
  makeText(length);
  return parts.join(`${separator}\n${' '.repeat(indent)}`);
}

/** A long text is broken into several literals, in brackets where it stands alone. */
function writeText(text: string, position: Position): string {
  const bracketed = position.level === 1;
  const indent = position.indent + (bracketed ? 1 : 0);
  const allowance = position.allowance + (bracketed ? 1 : 0);
  const lines = pieces(text, /[^\n]*\n|[^\n]+$/g);
  const chunks = lines.flatMap((line, index) => {
    const isLast = index === lines.length - 1;
    const room = WIDTH - indent - (isLast ? allowance : 0);
    const whole = repr(line);
    return codeLength(whole) <= room ? [whole] : breakLine(line, WIDTH - indent, isLast ? allowance : 0);
  });
  if (chunks.length === 1) return chunks[0] ?? '';
  const joined = joinLines(chunks, '', indent);
  return bracketed ? `(${joined})` : joined;
}

function breakLine(line: string, width: number, allowance: number): string[] {
  const parts = pieces(line, /\S+\s*|\s+/g);
  const chunks: string[] = [];
  let current = '';
  for (const [index, part] of parts.entries()) {
    const room = index === parts.length - 1 ? width - allowance : width;
    spend(ITEM);
    if (current !== '' && codeLength(repr(current + part)) > room) {
      chunks.push(repr(current));
      current = part;
    } else {
      current += part;
    }
  }
  return current === '' ? chunks : [...chunks, repr(current)];
}

/** The matches of a pattern, which cover the text. */
function pieces(text: string, pattern: RegExp): string[] {
  return splitAround(text, pattern).filter((part) => part !== '');
}

/** Everything on one line. */
function flat(value: unknown, open: readonly unknown[]): string {
  const list = Array.isArray(value) && !(value instanceof NamedTuple);
  if (!list && !isDict(value)) return repr(value);
  payNested(open);
  if (open.includes(value)) return recursion(value);
  const inside = [...open, value];
  if (!Array.isArray(value)) {
    const entries = sortedEntries(value);
    return madeText(`{${entries.map(([key, item]) => `${flat(key, inside)}: ${flat(item, inside)}`).join(', ')}}`);
  }
  makeItems(value.length);
  const items = madeText(value.map((item) => flat(item, inside)).join(', '));
  if (!(value instanceof Tuple)) return `[${items}]`;
  return value.length === 1 ? `(${items},)` : `(${items})`;
}

/** Keys without an order among them are sorted by the names of their types. */
function sortedEntries(dict: Parameters<typeof dictEntries>[0]): [unknown, unknown][] {
  return dictEntries(dict).sort(([a], [b]) => {
    try {
      return paidOrder(a, b);
    } catch (error) {
      if (!isKind(error, 'TypeError')) throw error;
      payCaught();
      return paidOrder(typeName(a), typeName(b));
    }
  });
}
