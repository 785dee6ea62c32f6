import { type Dict, dictSet, hashOf, makeDict } from '../../../jinja/python/dict.ts';
import { pair } from '../../../jinja/python/tuple.ts';
import { DataError } from '../data-error.ts';
import { PySet } from '../objects/set.ts';
import { resolveMerges } from './merge.ts';
import { CORE_TAGS, type MappingNode, type Node, type ScalarNode } from './nodes.ts';
import { NOT_OF_TYPE, SCALAR_TYPES } from './scalars.ts';

/**
 * The value of a document, as PyYAML's SafeConstructor makes it. A node that several aliases name is one object.
 *
 * @throws DataError for an unknown tag, a text that is not of its tag's type, a key that cannot be one
 */
export function construct(document: Node): unknown {
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
  const remedy = `take the tag off; known ones are ${KNOWN_TAGS.join(', ')}`;
  return new DataError(`the tag \`${tag}\` is not known`, node.mark, remedy);
}

const KNOWN_TAGS = [...Object.keys(SCALAR_TYPES), ...COLLECTIONS.keys()].map((name) => `!!${name}`);

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
