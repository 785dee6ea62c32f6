import { type Dict, makeDict } from '../../jinja/python/dict.ts';
import { type Mark, markAt } from './data-error.ts';
import { TomlCursor } from './toml/cursor.ts';
import { parseSingleLine, parseString } from './toml/strings.ts';
import { type Conflict, Tables } from './toml/tables.ts';
import { parseSimpleValue } from './toml/values.ts';

/**
 * The data of a TOML text, as Python's `tomllib` reads TOML 1.0.0: ints exact at any size, `1.0` a float, dates and times
 * as Python's, keys in the order of the file.
 *
 * @see https://toml.io/en/v1.0.0
 * @throws DataError for what tomllib refuses
 */
export function readToml(text: string): Dict {
  return new TomlParser(text).parseDocument();
}

/**
 * Where the keys of a TOML text stand: the place of each key that a line or a header names, in order, by its path as JSON
 * (`["tool","x"]`). Of a key that is named several times the first place.
 *
 * @throws DataError for what tomllib refuses
 */
export function tomlPlaces(text: string): ReadonlyMap<string, Mark> {
  const starts = new Map<string, number>();
  const parser = new TomlParser(text, starts);
  parser.parseDocument();
  return new Map([...starts].map(([path, index]) => [path, parser.markAt(index)]));
}

/** Python stops near this depth at its limit of recursion. */
const MAX_DEPTH = 480;

const BARE_KEY = /[A-Za-z0-9_-]+/y;

const CONFLICTS: Readonly<Record<Conflict, string>> = {
  'declared twice': 'is declared twice',
  'set twice': 'is set twice',
  'a value': 'goes through a value that is no table',
  complete: 'adds to an inline table or an array of values, which is complete',
};

class TomlParser {
  readonly #cursor: TomlCursor;
  readonly #tables = new Tables();
  /** Where keys start, by their paths as JSON; undefined where nobody asks. */
  readonly #starts: Map<string, number> | undefined;
  /** The path of the section that the lines belong to. */
  #section: readonly string[] = [];
  #depth = 0;

  constructor(text: string, starts?: Map<string, number>) {
    this.#cursor = new TomlCursor(text);
    this.#starts = starts;
  }

  markAt(index: number): Mark {
    return markAt(this.#cursor.text, index);
  }

  parseDocument(): Dict {
    const cursor = this.#cursor;
    for (;;) {
      cursor.skipBlank();
      if (cursor.isAtEnd()) return this.#tables.root;
      if (cursor.peek() === '[') this.#parseHeader();
      else this.#parseAssignment();
      cursor.skipWhiteSpace();
      cursor.skipComment();
      if (!cursor.isAtEnd() && cursor.peek() !== '\n') {
        throw cursor.unexpected('the end of the line', 'put every key and every header on a line of its own');
      }
    }
  }

  #parseHeader(): void {
    const cursor = this.#cursor;
    const start = cursor.index;
    const isArray = cursor.take('[[');
    if (!isArray) cursor.take('[');
    cursor.skipWhiteSpace();
    const path = this.#parseKey([]);
    this.#section = path;
    const end = isArray ? ']]' : ']';
    if (!cursor.take(end)) throw cursor.unexpected(`\`${end}\``, 'close the brackets of the header');
    const conflict = isArray ? this.#tables.openArrayItem(path) : this.#tables.openTable(path);
    this.#report(conflict, path, start);
  }

  #parseAssignment(): void {
    const start = this.#cursor.index;
    const path = this.#parseKey(this.#section);
    const value = this.#parseAssigned();
    this.#report(this.#tables.set(path, value), path, start);
  }

  #parseAssigned(): unknown {
    if (!this.#cursor.take('=')) throw this.#cursor.unexpected('`=`', 'write `key = value`');
    this.#cursor.skipWhiteSpace();
    return this.#parseValue();
  }

  /** A dotted key, with the white space behind it. Below a section it is remembered where its parts stand. */
  #parseKey(section?: readonly string[]): string[] {
    const cursor = this.#cursor;
    const path: string[] = [];
    do {
      cursor.skipWhiteSpace();
      const start = cursor.index;
      path.push(this.#parseKeyPart());
      if (section !== undefined && this.#starts !== undefined) this.#remember([...section, ...path], start);
      cursor.skipWhiteSpace();
    } while (cursor.take('.'));
    return path;
  }

  #remember(path: readonly string[], index: number): void {
    const name = JSON.stringify(path);
    if (this.#starts?.has(name) === false) this.#starts.set(name, index);
  }

  #parseKeyPart(): string {
    const cursor = this.#cursor;
    const char = cursor.peek();
    if (char === '"' || char === "'") return parseSingleLine(cursor, char);
    const key = cursor.match(BARE_KEY)?.[0];
    if (key !== undefined) return key;
    throw cursor.unexpected('a key', 'use letters without accents, digits, `-` and `_`, or put quotes around the key');
  }

  #parseValue(): unknown {
    const cursor = this.#cursor;
    switch (cursor.peek()) {
      case '"':
      case "'":
        return parseString(cursor);
      case '[':
        return this.#nested(() => this.#parseArray());
      case '{':
        return this.#nested(() => this.#parseInlineTable());
      default:
        return parseSimpleValue(cursor);
    }
  }

  #nested(parse: () => object): object {
    this.#depth += 1;
    if (this.#depth > MAX_DEPTH) {
      const message = `the values are nested deeper than ${String(MAX_DEPTH)} levels`;
      throw this.#cursor.error(message, 'nest them less deeply');
    }
    this.#cursor.index += 1;
    const value = parse();
    this.#depth -= 1;
    return this.#tables.close(value);
  }

  #parseArray(): unknown[] {
    const cursor = this.#cursor;
    const list: unknown[] = [];
    cursor.skipBlank();
    while (!cursor.take(']')) {
      list.push(this.#parseValue());
      cursor.skipBlank();
      if (!cursor.take(',') && cursor.peek() !== ']') {
        throw cursor.unexpected('`,` or `]`', 'separate the items by commas and close the bracket');
      }
      cursor.skipBlank();
    }
    return list;
  }

  #parseInlineTable(): Dict {
    const cursor = this.#cursor;
    const table = makeDict();
    cursor.skipWhiteSpace();
    if (cursor.take('}')) return table;
    do {
      cursor.skipWhiteSpace();
      const start = cursor.index;
      const path = this.#parseKey();
      const value = this.#parseAssigned();
      this.#report(this.#tables.setInline(table, path, value), path, start);
      cursor.skipWhiteSpace();
    } while (cursor.take(','));
    if (!cursor.take('}')) {
      throw cursor.unexpected('`,` or `}`', 'close the inline table on the same line, without a comma at its end');
    }
    return table;
  }

  #report(conflict: Conflict | undefined, path: readonly string[], start: number): void {
    if (conflict === undefined) return;
    const message = `\`${path.join('.')}\` ${CONFLICTS[conflict]}`;
    throw this.#cursor.error(message, 'rename one of the two, or put their values together', start);
  }
}
