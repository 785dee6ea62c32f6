import { DataError, type Mark } from '../data-error.ts';
import { CORE_TAGS, type MappingNode, type Node } from './nodes.ts';

/** More entries than any map needs: aliases of maps that merge aliases multiply. */
const MAX_MERGED = 1_000_000;

/**
 * Puts the entries of merged maps (`<<: *base`, `<<: [*first, *second]`) before a map's own, so that its own win; of
 * several the first wins. A `=` becomes a key like any other.
 *
 * @see https://yaml.org/type/merge.html
 * @throws DataError where something else than maps is merged
 */
export function resolveMerges(node: MappingNode): void {
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
