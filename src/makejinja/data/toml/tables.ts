import { type Dict, dictGet, dictSet, makeDict } from '../../../jinja/python/dict.ts';
import { NOT_FOUND } from '../../../jinja/python/object.ts';

/** What is in the way of a table or key; the parser knows where it stands. */
export type Conflict = 'declared twice' | 'a value' | 'complete' | 'set twice';

type Result<T> = T | Conflict;

/** The tables of a document and what may still be added to them: rules of chapters "Table" and "Array of Tables" of TOML 1.0. */
export class Tables {
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
