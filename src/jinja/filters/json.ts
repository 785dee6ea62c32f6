import { pyError } from '../errors.ts';
import { ITEM, madeText, makeItems, makeText, spend } from '../python/budget.ts';
import { call, type EvalContext, type Kwargs } from '../python/callable.ts';
import { replaceCharacters } from '../python/characters.ts';
import { paidOrder } from '../python/comparison.ts';
import { dictEntries, dictSet, makeDict } from '../python/dict.ts';
import { isText, Markup, plain } from '../python/markup.ts';
import { floatText, integerText } from '../python/numbers.ts';
import { isFloat, isInteger, plainInteger, toDouble } from '../python/numeric.ts';
import { mul, truth } from '../python/operators.ts';
import { isDict, typeName } from '../python/types.ts';

/** A value as JSON that is safe in HTML: what `json.dumps` gives, with `<`, `>`, `&` and `'` escaped. */
export function tojson(context: EvalContext, value: unknown, indent: unknown = null): Markup {
  const { 'json.dumps_function': dumps, 'json.dumps_kwargs': given } = context.environment.policies;
  const kwargs = makeDict(Object.entries(given));
  if (indent !== null) dictSet(kwargs, 'indent', indent);
  const text =
    dumps === null ? dumpJson(value, kwargs as Map<string, unknown>) : dumps(value, kwargs as Map<string, unknown>);
  if (!isText(text)) throw pyError('TypeError', `json.dumps_function gave no text but ${typeName(text)}`);
  return new Markup(replaceCharacters(plain(text), /[<>&']/g, escapeUnit));
}

/** Python's `json.dumps`, with the arguments that JsonArguments names. */
function dumpJson(value: unknown, kwargs: Kwargs): string {
  const indent = kwargs.get('indent') ?? null;
  // A text is written before anybody looks at the indentation.
  const step = indent === null || isText(value) ? undefined : isText(indent) ? indent : mul(' ', indent);
  const [item, key] = (kwargs.get('separators') ?? [indent === null ? ', ' : ',', ': ']) as readonly [string, string];
  const convert = kwargs.get('default') ?? undefined;
  return new JsonWriter({
    sorted: truth(kwargs.get('sort_keys') ?? false),
    indent: step === undefined ? undefined : plain(step as string),
    item,
    key,
    special: truth(kwargs.get('ensure_ascii') ?? true) ? /["\\]|[^\x20-\x7e]/g : /["\\]|[^\x20-\uffff]/g,
    convert: convert === undefined ? undefined : (strange) => call(convert, [strange]),
    allowsNan: truth(kwargs.get('allow_nan') ?? true),
    skipsKeys: truth(kwargs.get('skipkeys') ?? false),
  }).write(value, '\n');
}

interface JsonStyle {
  readonly sorted: boolean;
  /** What each level is indented by; absent for all on one line. */
  readonly indent: string | undefined;
  /** What stands between entries, and between a key and its value. */
  readonly item: string;
  readonly key: string;
  /** What is escaped in a text. */
  readonly special: RegExp;
  readonly convert: ((value: unknown) => unknown) | undefined;
  readonly allowsNan: boolean;
  readonly skipsKeys: boolean;
}

class JsonWriter {
  readonly #style: JsonStyle;
  readonly #open: unknown[] = [];

  constructor(style: JsonStyle) {
    this.#style = style;
  }

  write(value: unknown, newline: string): string {
    spend(ITEM * 2);
    const scalar = this.#scalar(value);
    if (scalar !== undefined) return scalar;
    const { indent, convert } = this.#style;
    const isCollection = Array.isArray(value) || isDict(value);
    if (!isCollection && convert === undefined) {
      throw pyError('TypeError', `Object of type ${typeName(value)} is not JSON serializable`);
    }
    // What lies in many containers is looked for in all of them.
    spend(ITEM * 4 + (this.#open.length >> 3));
    if (this.#open.includes(value)) throw pyError('ValueError', 'Circular reference detected');
    this.#open.push(value);
    const inner = indent === undefined ? '' : madeText(newline + indent);
    const text = Array.isArray(value)
      ? this.#list(value, inner, newline)
      : isDict(value)
        ? this.#group('{}', this.#entries(dictEntries(value), inner), newline)
        : this.write(convert?.(value), newline);
    this.#open.pop();
    return text;
  }

  #list(items: readonly unknown[], inner: string, newline: string): string {
    makeItems(items.length);
    const parts: string[] = [];
    for (const item of items) parts.push(this.write(item, inner));
    return this.#group('[]', parts, newline);
  }

  #entries(entries: [unknown, unknown][], newline: string): string[] {
    const ordered = this.#style.sorted ? entries.sort(([a], [b]) => paidOrder(a, b)) : entries;
    return ordered.flatMap(([key, item]) => {
      const name = this.#key(key);
      return name === undefined ? [] : [name + this.#style.key + this.write(item, newline)];
    });
  }

  #group(brackets: '[]' | '{}', parts: readonly string[], newline: string): string {
    if (parts.length === 0) return brackets;
    const { indent, item } = this.#style;
    let length = parts.length * (newline.length + (indent?.length ?? 0) + item.length);
    for (const part of parts) length += part.length;
    makeText(length);
    const [open, close] = brackets.split('');
    if (indent === undefined) return `${open ?? ''}${parts.join(item)}${close ?? ''}`;
    const inner = newline + indent;
    return `${open ?? ''}${inner}${parts.join(item + inner)}${newline}${close ?? ''}`;
  }

  #scalar(value: unknown): string | undefined {
    if (isText(value)) return this.#text(plain(value));
    if (value === null || value === undefined) return 'null';
    if (typeof value === 'boolean') return value ? 'true' : 'false';
    if (isInteger(value)) return integerText(plainInteger(value));
    return isFloat(value) ? this.#double(toDouble(value)) : undefined;
  }

  #double(value: number): string {
    if (Number.isFinite(value)) return floatText(value);
    if (!this.#style.allowsNan) throw pyError('ValueError', 'Out of range float values are not JSON compliant');
    return Number.isNaN(value) ? 'NaN' : value > 0 ? 'Infinity' : '-Infinity';
  }

  /** Absent where the key is left out. */
  #key(key: unknown): string | undefined {
    if (isText(key)) return this.#text(plain(key));
    const text = this.#scalar(key);
    if (text !== undefined) return `"${text}"`;
    if (this.#style.skipsKeys) return undefined;
    throw pyError('TypeError', `keys must be str, int, float, bool or None, not ${typeName(key)}`);
  }

  #text(text: string): string {
    spend(ITEM * 4);
    // Unit by unit, not code point by code point: JSON writes characters beyond the basic plane as two escapes.
    return `"${replaceCharacters(text, this.#style.special, (unit) => SHORT_ESCAPES[unit] ?? escapeUnit(unit))}"`;
  }
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

function escapeUnit(unit: string): string {
  return `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`;
}
