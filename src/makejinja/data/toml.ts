import { type Dict, dictGet, dictSet, makeDict } from '../../jinja/python/dict.ts';
import { NOT_FOUND } from '../../jinja/python/object.ts';
import { type Mark, markAt } from './data-error.ts';
import { parseSimpleValue, parseSingleLine, parseString, TomlCursor } from './toml-values.ts';

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

/** What is in the way of a table or key; the parser knows where it stands. */
type Conflict = 'declared twice' | 'a value' | 'complete' | 'set twice';

type Result<T> = T | Conflict;

/** The tables of a document and what may still be added to them: rules of chapters "Table" and "Array of Tables" of TOML 1.0. */
class Tables {
  readonly root: Dict = makeDict();
  #current: Dict = this.root;
  /** Tables that a header or dotted keys have declared: no header and no dotted key of another section may do so again. */
  readonly #declared = new Set<unknown>();
  /** Tables that dotted keys of this section have declared. */
  readonly #dotted = new Set<unknown>();
  /** Inline tables and arrays of values. */
  readonly #complete = new Set<unknown>();

  /** `[path]`: the section that follows belongs to it. */
  openTable(path: readonly string[]): Conflict | undefined {
    this.#closeSection();
    const table = this.#descend(this.root, path.slice(0, -1));
    if (!(table instanceof Map)) return table;
    const name = path.at(-1) ?? '';
    const found = dictGet(table, name);
    if (this.#complete.has(found)) return 'complete';
    if (this.#declared.has(found) || Array.isArray(found)) return 'declared twice';
    const target = found === NOT_FOUND ? addTable(table, name) : found;
    if (!isTable(target)) return 'a value';
    this.#enter(target);
    return undefined;
  }

  /** `[[path]]`: one more table of an array. */
  openArrayItem(path: readonly string[]): Conflict | undefined {
    this.#closeSection();
    const table = this.#descend(this.root, path.slice(0, -1));
    if (!(table instanceof Map)) return table;
    const name = path.at(-1) ?? '';
    const found = dictGet(table, name);
    if (this.#complete.has(found)) return 'complete';
    if (found !== NOT_FOUND && !Array.isArray(found)) return isTable(found) ? 'declared twice' : 'a value';
    const item = makeDict();
    if (Array.isArray(found)) found.push(item);
    else dictSet(table, name, [item]);
    this.#enter(item);
    return undefined;
  }

  /** `path = value` in the section. */
  set(path: readonly string[], value: unknown): Conflict | undefined {
    let table = this.#current;
    for (const name of path.slice(0, -1)) {
      const next = this.#step(table, name);
      if (!isTable(next)) return next;
      if (this.#declared.has(next)) return 'declared twice';
      this.#dotted.add(next);
      table = next;
    }
    return setNew(table, path.at(-1) ?? '', value);
  }

  /** The same in an inline table. */
  setInline(table: Dict, path: readonly string[], value: unknown): Conflict | undefined {
    const target = this.#descend(table, path.slice(0, -1), false);
    return isTable(target) ? setNew(target, path.at(-1) ?? '', value) : target;
  }

  /** Nothing can be added to an array of values or an inline table. */
  close<T extends object>(value: T): T {
    this.#complete.add(value);
    return value;
  }

  #enter(table: Dict): void {
    this.#declared.add(table);
    this.#current = table;
  }

  #closeSection(): void {
    for (const table of this.#dotted) this.#declared.add(table);
    this.#dotted.clear();
  }

  #descend(start: Dict, path: readonly string[], intoArrays = true): Result<Dict> {
    let table = start;
    for (const name of path) {
      const next = this.#step(table, name, intoArrays);
      if (!isTable(next)) return next;
      table = next;
    }
    return table;
  }

  /** The table of that name; of an array of tables its last one. */
  #step(table: Dict, name: string, intoArrays = false): Result<Dict> {
    const found = dictGet(table, name);
    if (found === NOT_FOUND) return addTable(table, name);
    if (this.#complete.has(found)) return 'complete';
    const target: unknown = Array.isArray(found) && intoArrays ? found.at(-1) : found;
    if (isTable(target)) return target;
    return Array.isArray(found) ? 'declared twice' : 'a value';
  }
}

function isTable(value: unknown): value is Dict {
  return value instanceof Map;
}

function addTable(table: Dict, name: string): Dict {
  const added = makeDict();
  dictSet(table, name, added);
  return added;
}

function setNew(table: Dict, name: string, value: unknown): Conflict | undefined {
  if (dictGet(table, name) !== NOT_FOUND) return 'set twice';
  dictSet(table, name, value);
  return undefined;
}
