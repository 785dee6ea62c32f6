import { pyError } from '../errors.ts';
import { ITEM, madeText, makeItems, makeText, spend } from '../python/budget.ts';
import { replaceCharacters } from '../python/characters.ts';
import { paidOrder } from '../python/comparison.ts';
import type { EvalContext } from '../python/context.ts';
import { dictEntries } from '../python/dict.ts';
import { isText, Markup, plain } from '../python/markup.ts';
import { floatText, integerText } from '../python/numbers.ts';
import { isFloat, isInteger, plainInteger, toDouble } from '../python/numeric.ts';
import { mul } from '../python/operators.ts';
import { typeName } from '../python/types.ts';
import { isDict } from '../python/types.ts';

/** A value as JSON that is safe in HTML: what `json.dumps` gives, with `<`, `>`, `&` and `'` escaped. */
export function tojson(context: EvalContext, value: unknown, indent: unknown = null): Markup {
  const sorted = context.environment.policies['json.dumps_kwargs'].sort_keys === true;
  // A text is written before anybody looks at the indentation.
  const step = indent === null || isText(value) ? undefined : isText(indent) ? indent : mul(' ', indent);
  const text = new JsonWriter(sorted, step === undefined ? undefined : plain(step as string)).write(value, '\n');
  return new Markup(replaceCharacters(text, /[<>&']/g, escapeUnit));
}

class JsonWriter {
  readonly #sorted: boolean;
  /** What each level is indented by; absent for all on one line. */
  readonly #indent: string | undefined;
  readonly #open: unknown[] = [];

  constructor(sorted: boolean, indent: string | undefined) {
    this.#sorted = sorted;
    this.#indent = indent;
  }

  write(value: unknown, newline: string): string {
    spend(ITEM * 2);
    const scalar = scalarText(value);
    if (scalar !== undefined) return scalar;
    if (!Array.isArray(value) && !isDict(value)) {
      throw pyError('TypeError', `Object of type ${typeName(value)} is not JSON serializable`);
    }
    // What lies in many containers is looked for in all of them.
    spend(ITEM * 4 + (this.#open.length >> 3));
    if (this.#open.includes(value)) throw pyError('ValueError', 'Circular reference detected');
    this.#open.push(value);
    const inner = this.#indent === undefined ? '' : madeText(newline + this.#indent);
    if (Array.isArray(value)) makeItems(value.length);
    const text = Array.isArray(value)
      ? this.#group(
          '[]',
          value.map((item) => this.write(item, inner)),
          newline,
        )
      : this.#group('{}', this.#entries(dictEntries(value), inner), newline);
    this.#open.pop();
    return text;
  }

  #entries(entries: [unknown, unknown][], newline: string): string[] {
    const ordered = this.#sorted ? entries.sort(([a], [b]) => paidOrder(a, b)) : entries;
    return ordered.map(([key, item]) => `${keyText(key)}: ${this.write(item, newline)}`);
  }

  #group(brackets: '[]' | '{}', parts: readonly string[], newline: string): string {
    if (parts.length === 0) return brackets;
    let length = parts.length * (newline.length + (this.#indent?.length ?? 0) + 2);
    for (const part of parts) length += part.length;
    makeText(length);
    const [open, close] = brackets.split('');
    if (this.#indent === undefined) return `${open ?? ''}${parts.join(', ')}${close ?? ''}`;
    const inner = newline + this.#indent;
    return `${open ?? ''}${inner}${parts.join(`,${inner}`)}${newline}${close ?? ''}`;
  }
}

function scalarText(value: unknown): string | undefined {
  if (isText(value)) return stringText(plain(value));
  if (value === null || value === undefined) return 'null';
  if (typeof value === 'boolean') return value ? 'true' : 'false';
  if (isInteger(value)) return integerText(plainInteger(value));
  return isFloat(value) ? doubleText(toDouble(value)) : undefined;
}

function doubleText(value: number): string {
  if (Number.isNaN(value)) return 'NaN';
  if (Number.isFinite(value)) return floatText(value);
  return value > 0 ? 'Infinity' : '-Infinity';
}

function keyText(key: unknown): string {
  if (isText(key)) return stringText(plain(key));
  const text = scalarText(key);
  if (text === undefined)
    throw pyError('TypeError', `keys must be str, int, float, bool or None, not ${typeName(key)}`);
  return `"${text}"`;
}

const SHORT_ESCAPES: Readonly<Record<string, string>> = {
  '"': '\\"',
  '\\': '\\\\',
  '\n': '\\n',
  '\r': '\\r',
  '\t': '\\t',
  '\f': '\\f',
  '\b': '\\b',
};

function stringText(text: string): string {
  spend(ITEM * 4);
  // Unit by unit, not code point by code point: JSON writes characters beyond the basic plane as two escapes.
  return `"${replaceCharacters(text, /["\\]|[^\x20-\x7e]/g, (unit) => SHORT_ESCAPES[unit] ?? escapeUnit(unit))}"`;
}

function escapeUnit(unit: string): string {
  return `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`;
}
