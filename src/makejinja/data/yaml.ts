import { PyBytes } from '../../jinja/python/bytes.ts';
import { type Dict, dictSet, hashOf, makeDict } from '../../jinja/python/dict.ts';
import { makeFloat } from '../../jinja/python/numbers.ts';
import { normalizeInteger } from '../../jinja/python/numeric.ts';
import { pair } from '../../jinja/python/tuple.ts';
import { readBool, readFloat, readInt } from '../../text/yaml11.ts';
import { DataError, type Mark } from './data-error.ts';
import { PyDate } from './objects/date.ts';
import { PyDateTime } from './objects/datetime.ts';
import { PySet } from './objects/set.ts';
import { PyTimezone, UTC } from './objects/timezone.ts';
import { CORE_TAGS, type MappingNode, type Node, parseDocuments, type ScalarNode } from './yaml/parser.ts';

/**
 * The documents of a YAML text, as PyYAML's `yaml.safe_load_all` reads them: YAML 1.1 with PyYAML's own ideas of it.
 *
 * @returns values of the engine, one for each document, null for an empty one
 * @throws DataError for what PyYAML refuses
 */
export function readYaml(text: string): unknown[] {
  return parseDocuments(text).map(construct);
}

/**
 * The value of a document, as PyYAML's SafeConstructor makes it. A node that several aliases name is one object.
 *
 * @throws DataError for an unknown tag, a text that is not of its tag's type, a key that cannot be one
 */
function construct(document: Node): unknown {
  return new Constructor().construct(document);
}

type Build = (constructor: Constructor, node: Node) => unknown;

class Constructor {
  readonly #values = new Map<Node, unknown>();

  construct(node: Node): unknown {
    if (this.#values.has(node)) return this.#values.get(node);
    const name = node.tag.startsWith(CORE_TAGS) ? node.tag.slice(CORE_TAGS.length) : '';
    const build = COLLECTIONS.get(name);
    const value = build === undefined ? this.#constructScalar(node, name) : build(this, node);
    this.#values.set(node, value);
    return value;
  }

  #constructScalar(node: Node, name: string): unknown {
    const read = Object.hasOwn(SCALAR_TYPES, name) ? SCALAR_TYPES[name] : undefined;
    if (read === undefined) throw unknownTag(node);
    // PyYAML looks for the key `=` everywhere but here.
    const value = read((name === 'timestamp' ? onlyScalar(node) : scalarOf(node)).text);
    if (value !== NOT_OF_TYPE) return value;
    const remedy = 'put quotes around it if it is meant as text';
    throw new DataError(`the value is no valid ${TYPE_WORDS[name] ?? name}`, node.mark, remedy);
  }

  constructSequence(node: Node): unknown[] {
    const list: unknown[] = [];
    this.#values.set(node, list);
    if (node.kind !== 'sequence') throw wrongKind(node, 'a list');
    for (const item of node.items) list.push(this.construct(item));
    return list;
  }

  constructMapping(node: Node): Dict {
    const dict = makeDict();
    this.#values.set(node, dict);
    this.#fill(node, (key, value) => {
      dictSet(dict, key, value);
    });
    return dict;
  }

  constructSet(node: Node): PySet {
    const set = new PySet();
    this.#values.set(node, set);
    this.#fill(node, (key) => {
      set.add(key);
    });
    return set;
  }

  /** `!!omap` and `!!pairs`: a list of tuples of key and value, keys of any kind. */
  constructPairs(node: Node): unknown[] {
    const pairs: unknown[] = [];
    this.#values.set(node, pairs);
    if (node.kind !== 'sequence') throw wrongKind(node, 'a list of maps with one key each');
    for (const item of node.items) {
      const entry = item.kind === 'mapping' && item.entries.length === 1 ? item.entries[0] : undefined;
      if (entry === undefined) throw wrongKind(item, 'a map with one key');
      pairs.push(pair(this.construct(entry[0]), this.construct(entry[1])));
    }
    return pairs;
  }

  #fill(node: Node, add: (key: unknown, value: unknown) => void): void {
    if (node.kind !== 'mapping') throw wrongKind(node, 'a map');
    resolveMerges(node);
    for (const [keyNode, valueNode] of node.entries) {
      const key = this.construct(keyNode);
      if (!isHashable(key)) {
        const remedy =
          'use a text, a number, a date, true, false or null as a key; put quotes around a key that starts with `{` or `[`';
        throw new DataError('a list, a map or a set cannot be a key', keyNode.mark, remedy);
      }
      add(key, this.construct(valueNode));
    }
  }
}

const COLLECTIONS: ReadonlyMap<string, Build> = new Map<string, Build>([
  ['seq', (constructor, node) => constructor.constructSequence(node)],
  ['map', (constructor, node) => constructor.constructMapping(node)],
  ['set', (constructor, node) => constructor.constructSet(node)],
  ['omap', (constructor, node) => constructor.constructPairs(node)],
  ['pairs', (constructor, node) => constructor.constructPairs(node)],
]);

const TYPE_WORDS: Readonly<Record<string, string>> = {
  bool: 'boolean: true, false, yes, no, on or off',
  int: 'integer',
  float: 'number',
  binary: 'base64',
  timestamp: 'date',
};

/** A map stands for the value of its key `=` where a scalar is wanted (https://yaml.org/type/value.html). */
function scalarOf(node: Node): ScalarNode {
  const seen = new Set<MappingNode>();
  let current = node;
  while (current.kind === 'mapping' && !seen.has(current)) {
    seen.add(current);
    const value = current.entries.find(([key]) => key.tag === `${CORE_TAGS}value`)?.[1];
    if (value === undefined) break;
    current = value;
  }
  return onlyScalar(current);
}

function onlyScalar(node: Node): ScalarNode {
  if (node.kind === 'scalar') return node;
  throw wrongKind(node, 'a single value');
}

function unknownTag(node: Node): DataError {
  if (node.tag === `${CORE_TAGS}value` || node.tag === `${CORE_TAGS}merge`) {
    const text = node.tag === `${CORE_TAGS}value` ? '=' : '<<';
    return new DataError(`\`${text}\` has a meaning of its own in YAML`, node.mark, 'put quotes around it');
  }
  const tag = node.tag.startsWith(CORE_TAGS) ? `!!${node.tag.slice(CORE_TAGS.length)}` : node.tag;
  const known = [...Object.keys(SCALAR_TYPES), ...COLLECTIONS.keys()].map((name) => `!!${name}`);
  const remedy = `take the tag off; known ones are ${known.join(', ')}`;
  return new DataError(`the tag \`${tag}\` is not known`, node.mark, remedy);
}

function wrongKind(node: Node, wanted: string): DataError {
  const found = { scalar: 'a single value', sequence: 'a list', mapping: 'a map' }[node.kind];
  return new DataError(`${wanted} should stand here, but there is ${found}`, node.mark, 'change the tag or the value');
}

function isHashable(key: unknown): boolean {
  try {
    hashOf(key);
    return true;
  } catch {
    return false;
  }
}

/** More entries than any map needs: aliases of maps that merge aliases multiply. */
const MAX_MERGED = 1_000_000;

/**
 * Puts the entries of merged maps (`<<: *base`, `<<: [*first, *second]`) before a map's own, so that its own win; of
 * several the first wins. A `=` becomes a key like any other.
 *
 * @see https://yaml.org/type/merge.html
 * @throws DataError where something else than maps is merged
 */
function resolveMerges(node: MappingNode): void {
  const merged: (readonly [Node, Node])[] = [];
  let index = 0;
  for (let entry = node.entries[index]; entry !== undefined; entry = node.entries[index]) {
    const [key, value] = entry;
    if (key.tag === `${CORE_TAGS}merge`) {
      // Before the value is looked at: a map may merge itself.
      node.entries.splice(index, 1);
      addEntries(merged, value);
      continue;
    }
    if (key.kind === 'scalar' && key.tag === `${CORE_TAGS}value`) key.tag = `${CORE_TAGS}str`;
    index += 1;
  }
  if (merged.length > 0) node.entries = merged.concat(node.entries);
}

function addEntries(merged: (readonly [Node, Node])[], value: Node): void {
  const maps = value.kind === 'sequence' ? value.items : [value];
  const lists = maps.map((map) => {
    if (map.kind !== 'mapping') throw notMergeable(map);
    resolveMerges(map);
    return map.entries;
  });
  for (const entries of lists.reverse()) {
    if (merged.length + entries.length > MAX_MERGED) throw tooMany(value.mark);
    for (const entry of entries) merged.push(entry);
  }
}

function notMergeable(node: Node): DataError {
  const remedy =
    'write an alias of a map after `<<:`, or a list of them; put quotes around a key that is meant as text';
  return new DataError('only a map can be merged by `<<`', node.mark, remedy);
}

function tooMany(mark: Mark): DataError {
  return new DataError('merging gives more than a million entries', mark, 'merge fewer maps');
}

/** What a reading of a scalar gives where the text is not of the type that its tag names; PyYAML fails there. */
const NOT_OF_TYPE: unique symbol = Symbol('not of the type');

/** How the text of a scalar is read, by the short names of the tags. */
const SCALAR_TYPES: Readonly<Record<string, (text: string) => unknown>> = {
  null: () => null,
  bool: (text) => readBool(text) ?? NOT_OF_TYPE,
  int: (text) => mapValue(readInt(text), normalizeInteger),
  float: (text) => mapValue(readFloat(text), makeFloat),
  binary: readBinary,
  timestamp: readTimestamp,
  str: (text) => text,
};

function mapValue<T>(value: T | undefined, make: (value: T) => unknown): unknown {
  return value === undefined ? NOT_OF_TYPE : make(value);
}

const ALPHABET = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/';

/** Base64 as Python's `base64.decodebytes`: characters of no meaning are passed over, padding is not optional. */
function readBinary(text: string): unknown {
  if (/[\x80-\uffff]/.test(text)) return NOT_OF_TYPE;
  let data = '';
  let padding = 0;
  for (const char of text) {
    const position = data.length % 4;
    if (char === '=') {
      padding += position >= 2 ? 1 : 0;
      if (position >= 2 && position + padding >= 4) return new PyBytes(Buffer.from(data, 'base64'));
    } else if (ALPHABET.includes(char)) {
      data += char;
      padding = 0;
    }
  }
  return data.length % 4 === 0 ? new PyBytes(Buffer.from(data, 'base64')) : NOT_OF_TYPE;
}

const TIMESTAMP =
  /^(?<year>[0-9]{4})-(?<month>[0-9]{1,2})-(?<day>[0-9]{1,2})(?:(?:[Tt]|[ \t]+)(?<hour>[0-9]{1,2}):(?<minute>[0-9]{2}):(?<second>[0-9]{2})(?:\.(?<fraction>[0-9]*))?(?:[ \t]*(?<zone>Z|(?<sign>[-+])(?<zoneHour>[0-9]{1,2})(?::(?<zoneMinute>[0-9]{2}))?))?)?$/;

function readTimestamp(text: string): unknown {
  const parts = TIMESTAMP.exec(text)?.groups;
  if (parts === undefined) return NOT_OF_TYPE;
  const date = PyDate.make(Number(parts.year), Number(parts.month), Number(parts.day));
  if (date === undefined) return NOT_OF_TYPE;
  if (parts.hour === undefined) return date;
  const zone = zoneOf(parts);
  if (zone === undefined) return NOT_OF_TYPE;
  const time = {
    hour: Number(parts.hour),
    minute: Number(parts.minute),
    second: Number(parts.second),
    microsecond: Number((parts.fraction ?? '').slice(0, 6).padEnd(6, '0')),
  };
  return PyDateTime.make(date, time, zone) ?? NOT_OF_TYPE;
}

/** The zone, null where there is none; undefined where it is a day or more. */
function zoneOf({ zone, sign, zoneHour, zoneMinute }: Partial<Record<string, string>>): PyTimezone | null | undefined {
  if (zone === undefined) return null;
  if (sign === undefined) return UTC;
  const seconds = Number(zoneHour) * 3600 + Number(zoneMinute ?? 0) * 60;
  return PyTimezone.make(sign === '-' ? -seconds : seconds);
}
