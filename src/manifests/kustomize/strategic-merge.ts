import type { Origin } from '../document.ts';
import { type Fields, isFields } from '../../text/values.ts';
import { type MergeSchema, mergeSchemaOf } from './kinds.ts';
import { type Provenance, Refusal, textOf } from './resource.ts';

/** A value with the place that it came from. */
interface Located {
  readonly value: unknown;
  readonly origin: Origin;
}

/**
 * A value changed by a strategic merge patch as kustomize does it: maps are merged, lists too where the kind says by which keys, with
 * what is new before what was there; null takes a field away, `$patch` replaces or deletes. Lists of unknown kinds are replaced.
 *
 * @returns undefined where the patch takes the whole value away
 * @throws Refusal where a patch puts a scalar, a list or a map in the place of another one
 */
export function mergePatch(base: Located, patch: Located, provenance: Provenance): Located | undefined {
  return new Merger(provenance).merge(base, patch, undefined);
}

type Directive = 'delete' | 'merge' | 'replace';

class Merger {
  readonly #provenance: Provenance;

  constructor(provenance: Provenance) {
    this.#provenance = provenance;
  }

  /** @param schema - of the value; that of the kind is taken where the value is an object of its own */
  merge(base: Located | undefined, patch: Located | undefined, schema: MergeSchema | undefined): Located | undefined {
    const known = schema ?? schemaOf(base) ?? schemaOf(patch);
    const [sort, other] = [sortOf(base), sortOf(patch)];
    if (sort !== undefined && other !== undefined && sort !== other) {
      throw new Refusal(`the patch has a ${other} where the object has a ${sort}`, `write a ${sort}`, patch?.origin);
    }
    if ((sort ?? other) === 'scalar') return patch === undefined ? base : patch.value === null ? undefined : patch;
    if ((sort ?? other) === 'list') {
      if (known?.keys !== undefined) return this.#mergeList(base, patch, known, known.keys);
      return patch === undefined ? base : patch.value === null ? undefined : patch;
    }
    return this.#mergeMap(base, patch, known);
  }

  #mergeMap(
    base: Located | undefined,
    patch: Located | undefined,
    schema: MergeSchema | undefined,
  ): Located | undefined {
    // What no patch reaches is gone through all the same: fields without a value go, and lists that name an item twice are cleared up.
    if (patch === undefined) {
      return base === undefined || base.value === null ? undefined : this.#mergeFields(base, {}, patch, schema);
    }
    if (patch.value === null) return undefined;
    const given = patch.value as Fields;
    const isAbsent = base === undefined || base.value === null;
    const directive = directiveOf(given.$patch, isAbsent ? undefined : patch.origin);
    if (directive === 'delete') return undefined;
    const { $patch: _directive, ...rest } = given;
    const kept = directive === undefined ? given : rest;
    if (!isAbsent && directive !== 'replace') return this.#mergeFields(base, kept, patch, schema);
    // What is put in whole is merged with itself, which carries out what is asked for inside of it.
    return this.#mergeFields({ value: kept, origin: patch.origin }, kept, patch, schema);
  }

  #mergeFields(base: Located, given: Fields, patch: Located | undefined, schema: MergeSchema | undefined): Located {
    const old = base.value as Fields;
    const keys = [...new Set([...Object.keys(old), ...Object.keys(given)])];
    let made = base.value;
    for (const key of keys) {
      const before = this.#entry(base, old, key);
      const change = patch === undefined ? undefined : this.#entry(patch, given, key);
      if (before === undefined && change === undefined) continue;
      const after = this.merge(before, change, schema?.fields?.[key]);
      if (after === undefined) made = this.#provenance.drop(made, base.origin, [key]);
      else if (after.value !== before?.value) made = this.#provenance.put(made, [key], after.value, after.origin);
      // An equal scalar is the patch's own all the same.
      else if (after !== before) made = this.#provenance.put(made, [key], after.value, after.origin);
    }
    return made === base.value ? base : { value: made, origin: base.origin };
  }

  #entry({ origin, value }: Located, fields: Fields, key: string): Located | undefined {
    if (!Object.hasOwn(fields, key)) return undefined;
    return { value: fields[key], origin: this.#provenance.of(value, origin, [key]) };
  }

  #mergeList(
    base: Located | undefined,
    patch: Located | undefined,
    schema: MergeSchema,
    keys: readonly string[],
  ): Located | undefined {
    if (patch?.value === null) return undefined;
    let changes = patch === undefined ? undefined : this.#cells(patch);
    let cells = base === undefined || base.value === null ? undefined : this.#cells(base);
    const home = cells === undefined ? patch : base;
    if (cells !== undefined && changes !== undefined) {
      const marker = changes.find(({ value }) => isFields(value) && Object.hasOwn(value, '$patch'));
      const isMarker = marker !== undefined && isFields(marker.value) && Object.keys(marker.value).length === 1;
      const directive = isMarker ? directiveOf((marker.value as Fields).$patch, marker.origin) : undefined;
      if (directive === 'delete') return undefined;
      if (isMarker) changes = changes.filter((cell) => cell !== marker && !isEmpty(cell.value));
      if (directive === 'replace') cells = changes.map((cell) => ({ ...cell }));
    }
    cells ??= changes?.map((cell) => ({ ...cell })) ?? [];
    const merged = this.#mergeItems(cells, changes, schema, keys);
    if (merged === undefined || home === undefined) return undefined;
    return { value: this.#provenance.list(merged), origin: home.origin };
  }

  #cells({ value, origin }: Located): Cell[] {
    return this.#provenance.items(value as readonly unknown[], origin).map((item) => ({ ...item }));
  }

  #mergeItems(
    base: Cell[],
    changes: readonly Cell[] | undefined,
    schema: MergeSchema,
    mergeKeys: readonly string[],
  ): Cell[] | undefined {
    const isPrimitive = mergeKeys.length === 0;
    const keys = isPrimitive ? [''] : mergeKeys;
    const names = mergeNames(distinct([...(changes ?? []), ...base].map(({ value }) => nameOf(value, keys))), keys);
    let [items, cells, lastKeys]: [Cell[], Cell[], readonly string[]] = [[], base, keys];
    for (const name of names) {
      const valid = validKeys(names, name, keys);
      lastKeys = valid.keys;
      const wanted = validKeys([valid.values], valid.values, valid.keys);
      const [before, change] = [findItem(cells, wanted), changes === undefined ? undefined : findItem(changes, wanted)];
      const after = this.merge(before, change, schema.items ?? {});
      if (after === undefined || isEmpty(after.value)) {
        cells = setItem(cells, valid, undefined);
        continue;
      }
      // An item that is merged changes in its place; one that replaces it does not.
      let cell: Cell = { ...after };
      if (before !== undefined && !replaces(change)) {
        [before.value, before.origin] = [after.value, after.origin];
        cell = before;
      }
      for (const [index, key] of valid.keys.entries()) {
        const value = valid.values[index] ?? '';
        if (key === '' || value === '' || !isFields(cell.value) || Object.hasOwn(cell.value, key)) continue;
        cell.value = this.#provenance.put(cell.value, [key], value, cell.origin);
      }
      items = setItem(items, valid, cell);
    }
    return names.length === 0 ? cells : appendItems(items, cells, lastKeys);
  }
}

/** An item of a list, as it changes. */
interface Cell {
  value: unknown;
  origin: Origin;
}

interface Wanted {
  readonly keys: readonly string[];
  readonly values: readonly string[];
}

function schemaOf(located: Located | undefined): MergeSchema | undefined {
  return isFields(located?.value) ? mergeSchemaOf(located.value) : undefined;
}

function sortOf(located: Located | undefined): 'list' | 'map' | 'scalar' | undefined {
  if (located?.value === null || located?.value === undefined) return undefined;
  if (Array.isArray(located.value)) return 'list';
  return isFields(located.value) ? 'map' : 'scalar';
}

/** @param origin - the place to tell one that is not known; undefined to leave it alone */
function directiveOf(value: unknown, origin: Origin | undefined): Directive | undefined {
  if (value === undefined || value === null) return undefined;
  if (value === 'delete' || value === 'replace' || value === 'merge') return value;
  if (origin === undefined) return undefined;
  const where = { document: origin.document, path: [...origin.path, '$patch'] };
  throw new Refusal(`kustomize knows no $patch ${textOf(value)}`, 'write delete, replace or merge', where);
}

function replaces(change: Located | undefined): boolean {
  return isFields(change?.value) && change.value.$patch === 'replace';
}

function isEmpty(value: unknown): boolean {
  return value === null || (isFields(value) && Object.keys(value).length === 0);
}

function nameOf(value: unknown, keys: readonly string[]): string[] {
  return keys.map((key) => (key === '' ? textOf(value) : isFields(value) ? textOf(value[key]) : ''));
}

function distinct(names: readonly string[][]): string[][] {
  const seen = new Set<string>();
  return names.filter((name) => {
    const key = JSON.stringify(name);
    return !seen.has(key) && seen.add(key);
  });
}

/** Where an item leaves out one of several keys it means the same as one that does not, as long as the others are equal. */
function mergeNames(names: string[][], keys: readonly string[]): readonly (readonly string[])[] {
  if (keys.length < 2) return names;
  for (let one = 0; one < names.length; one += 1) {
    for (let other = 0; other < names.length; other += 1) {
      const both = mergedName(names[one] ?? [], names[other] ?? []);
      if (both !== undefined) [names[one], names[other]] = [both, both];
    }
  }
  return names;
}

function mergedName(one: readonly string[], other: readonly string[]): string[] | undefined {
  const isOpen = one.every((text, index) => text === other[index] || text === '' || other[index] === '');
  if (!isOpen || !one.some((text, index) => text === other[index])) return undefined;
  return one.map((text, index) => (text === '' ? (other[index] ?? '') : text));
}

/** The keys that any of the names has, and the values of this one for them. */
function validKeys(names: readonly (readonly string[])[], values: readonly string[], keys: readonly string[]): Wanted {
  const used = new Set(keys.filter((_, index) => names.some((name) => (name[index] ?? '') !== '')));
  if (used.size === 0) return { keys, values };
  return {
    keys: keys.filter((key) => used.has(key)),
    values: values.filter((value, index) => value !== '' || used.has(keys[index] ?? '')),
  };
}

function findItem(cells: readonly Cell[], { keys, values }: Wanted): Cell | undefined {
  if (keys[0] === '') return cells.find(({ value }) => textOf(value) === values[0]);
  return cells.find(
    ({ value }) =>
      isFields(value) && keys.every((key, index) => Object.hasOwn(value, key) && textOf(value[key]) === values[index]),
  );
}

/** Puts an item in the place of those of its name, or behind all; takes those away where there is none to put. */
function setItem(cells: readonly Cell[], { keys, values }: Wanted, item: Cell | undefined): Cell[] {
  const isForMaps = keys[0] !== '' && (values[0] ?? '') !== '';
  const isFound = cells.some(
    ({ value }) => !isEmpty(value) && (isFields(value) || !isForMaps) && isNamed(value, keys, values),
  );
  const kept = cells.flatMap((cell): Cell[] => {
    if (isEmpty(cell.value)) return [];
    if (!isFields(cell.value) && isForMaps) return [cell];
    if (!isNamed(cell.value, keys, values)) return values.length > 0 ? [cell] : [];
    return item === undefined ? [] : [item];
  });
  return item === undefined || isFound ? kept : [...kept, item];
}

function isNamed(value: unknown, keys: readonly string[], values: readonly string[]): boolean {
  if (values.length === 0) return false;
  return keys.every((key, index) => {
    const wanted = values[index];
    if (wanted === undefined) return true;
    if (key === '') return textOf(value) === wanted;
    return isFields(value) && Object.hasOwn(value, key) && (wanted === '' || textOf(value[key]) === wanted);
  });
}

/** What is new stands first, then what was there in its order; an item of the same name is replaced where it stands. */
function appendItems(items: readonly Cell[], base: readonly Cell[], keys: readonly string[]): Cell[] {
  let result = [...items];
  for (const cell of base) {
    if (keys[0] === '') {
      result = setItem(result, { keys, values: [textOf(cell.value)] }, cell);
      continue;
    }
    const fields = isFields(cell.value) ? cell.value : {};
    const present = keys.filter((key) => Object.hasOwn(fields, key));
    for (const key of keys) if (!Object.hasOwn(fields, key)) result.push(cell);
    const values = present.map((key) => textOf(fields[key]));
    if (keys.length > 1) result = setItem(result, { keys, values }, undefined);
    result = setItem(result, { keys, values }, cell);
  }
  return result;
}
