import { pyError } from '../errors.ts';
import { escapedString, htmlOf } from './escape.ts';
import { formatValue } from './format-spec.ts';
import { getItem } from './iteration.ts';
import { CALL, makeText, scanText, spend } from './budget.ts';
import { Markup } from './markup.ts';
import { NOT_FOUND } from './object.ts';
import { asciiRepr, quoted, repr, str, typeName } from './text.ts';

/** Where the replacement fields of a template find their values. */
interface FormatValues {
  /** The positional arguments; `format_map` takes none. */
  readonly args: readonly unknown[] | undefined;
  /** The keyword arguments, or the mapping of `format_map`. */
  readonly mapping: unknown;
  /** `getattr(value, name)`, NOT_FOUND where there is none. */
  readonly getAttribute: (value: unknown, name: string) => unknown;
  /** True for a safe template: what is put in gets escaped. */
  readonly safe: boolean;
}

/**
 * `str.format`: a template with `{}` fields, filled in.
 *
 * @throws ValueError, IndexError, KeyError, AttributeError or TypeError as Python does.
 */
export function formatFields(template: string, values: FormatValues): string {
  return new FieldFormatter(values).format(template, 2);
}

class FieldFormatter {
  readonly #values: FormatValues;
  /** Index of the next `{}`, or `manual` once a field has had a number. */
  #numbering: number | 'manual' = 0;

  constructor(values: FormatValues) {
    this.#values = values;
  }

  format(template: string, depth: number): string {
    if (depth === 0) throw pyError('ValueError', 'Max string recursion exceeded');
    let output = '';
    let from = 0;
    scanText(template.length);
    const nextBrace = braceFinder(template);
    for (let at = nextBrace(0); at >= 0; at = nextBrace(from)) {
      spend(CALL);
      output += template.slice(from, at);
      if (template[at + 1] === template[at]) {
        output += template.charAt(at);
        from = at + 2;
        continue;
      }
      if (template[at] === '}') throw pyError('ValueError', "Single '}' encountered in format string");
      const end = fieldEnd(template, at + 1);
      const before = output.length;
      // A field is read several times over, and once more for each format in it.
      spend((end - at) * 4);
      output += this.#field(template.slice(at + 1, end), depth);
      makeText(output.length - before);
      from = end + 1;
    }
    return output + template.slice(from);
  }

  #field(field: string, depth: number): string {
    const { name, conversion, spec } = splitField(field);
    const value = convert(this.#lookup(name), conversion);
    return this.#formatted(value, spec.includes('{') || spec.includes('}') ? this.format(spec, depth - 1) : spec);
  }

  #formatted(value: unknown, spec: string): string {
    if (!this.#values.safe) return formatValue(value, spec);
    const html = htmlOf(value);
    if (html === undefined) return escapedString(formatValue(value, spec));
    if (spec === '') return html;
    throw pyError(
      'ValueError',
      value instanceof Markup
        ? 'Unsupported format specification for Markup.'
        : `Format specifier ${spec} given, but ${typeName(value)} does not define __html_format__.`,
    );
  }

  #lookup(path: string): unknown {
    const first = /^[^.[]*/.exec(path)?.[0] ?? '';
    let value = this.#first(first);
    let rest = path.slice(first.length);
    while (rest !== '') {
      const match = /^(?:\.([^.[]*)|\[([^\]]*)\])/.exec(rest);
      if (match === null) throw pyError('ValueError', badPath(rest));
      value = match[1] === undefined ? element(value, match[2] ?? '') : this.#attribute(value, match[1]);
      rest = rest.slice(match[0].length);
    }
    return value;
  }

  #first(name: string): unknown {
    if (name !== '' && !/^\d+$/.test(name)) return getItem(this.#values.mapping, name);
    const index = this.#index(name);
    const { args } = this.#values;
    if (args === undefined) throw pyError('ValueError', 'Format string contains positional fields');
    if (index < args.length) return args[index];
    throw pyError('IndexError', `Replacement index ${String(index)} out of range for positional args tuple`);
  }

  #index(name: string): number {
    if (name === '') {
      if (this.#numbering === 'manual') throw switched('manual field specification to automatic field numbering');
      this.#numbering += 1;
      return this.#numbering - 1;
    }
    if (typeof this.#numbering === 'number' && this.#numbering > 0) {
      throw switched('automatic field numbering to manual field specification');
    }
    this.#numbering = 'manual';
    return Number(name);
  }

  #attribute(value: unknown, name: string): unknown {
    if (name === '') throw pyError('ValueError', 'Empty attribute in format string');
    const attribute = this.#values.getAttribute(value, name);
    if (attribute !== NOT_FOUND) return attribute;
    throw pyError('AttributeError', `'${typeName(value)}' object has no attribute ${quoted(name)}`);
  }
}

function switched(from: string): Error {
  return pyError('ValueError', `cannot switch from ${from}`);
}

function badPath(rest: string): string {
  return rest.startsWith('[')
    ? "Missing ']' in format string"
    : "Only '.' or '[' may follow ']' in format field specifier";
}

function element(value: unknown, key: string): unknown {
  if (key === '') throw pyError('ValueError', 'Empty attribute in format string');
  return getItem(value, /^\d+$/.test(key) ? Number(key) : key);
}

/** Finds the next brace of a text from a place on that never goes back; each kind is looked for once. */
function braceFinder(text: string): (from: number) => number {
  const next = (brace: string): ((from: number) => number) => {
    let at = -1;
    return (from) => {
      if (at < from) at = text.indexOf(brace, from);
      if (at < 0) at = Infinity;
      return at;
    };
  };
  const open = next('{');
  const close = next('}');
  return (from) => {
    const at = Math.min(open(from), close(from));
    return at === Infinity ? -1 : at;
  };
}

/** Position of the brace that closes a field; braces within `[...]` do not count. */
function fieldEnd(template: string, start: number): number {
  let depth = 1;
  let inKey = false;
  for (let at = start; at < template.length; at += 1) {
    const char = template[at];
    if (char === '[' && depth === 1) inKey = true;
    else if (char === ']') inKey = false;
    else if (inKey) continue;
    else if (char === '{') depth += 1;
    else if (char === '}') depth -= 1;
    if (depth === 0) return at;
  }
  throw pyError(
    'ValueError',
    start === template.length ? "Single '{' encountered in format string" : "expected '}' before end of string",
  );
}

interface FieldParts {
  readonly name: string;
  readonly conversion: string | undefined;
  readonly spec: string;
}

function splitField(field: string): FieldParts {
  const name = /^(?:[^!:[]|\[[^\]]*\]?)*/.exec(field)?.[0] ?? '';
  const rest = field.slice(name.length);
  if (!rest.startsWith('!')) return { name, conversion: undefined, spec: rest.slice(1) };
  if (rest.length > 2 && rest[2] !== ':') throw pyError('ValueError', "expected ':' after conversion specifier");
  if (rest.length === 1) throw pyError('ValueError', "unmatched '{' in format spec");
  return { name, conversion: rest.charAt(1), spec: rest.slice(3) };
}

function convert(value: unknown, conversion: string | undefined): unknown {
  switch (conversion) {
    case undefined:
      return value;
    case 's':
      return str(value);
    case 'r':
      return repr(value);
    case 'a':
      return asciiRepr(value);
    default:
      throw pyError('ValueError', `Unknown conversion specifier ${conversion}`);
  }
}
