import { type Document, isCollection, isMap, isScalar, isSeq, type Node, type Pair } from 'yaml';
import type { Path } from './values.ts';

/** A stretch of a text, by offsets. */
interface Range {
  readonly start: number;
  readonly end: number;
}

interface Found {
  readonly key: Node | undefined;
  readonly value: Node | undefined;
}

/**
 * Where the value at a path of a YAML document stands, or its key. A map, a list or nothing stands where its key does; what is not there
 * at all stands where the nearest value around it does. Undefined for the document itself.
 */
export function locate(yaml: Document.Parsed, path: Path, part: 'key' | 'value' = 'value'): Range | undefined {
  let node: Node | undefined = yaml.contents ?? undefined;
  let range: Range | undefined;
  for (const [index, step] of path.entries()) {
    const found = enter(node, step);
    if (found === undefined) return range;
    node = found.value;
    range = rangeOf(found, index === path.length - 1 ? part : 'value');
  }
  return range;
}

function enter(node: Node | undefined, step: string | number): Found | undefined {
  if (isSeq(node) && typeof step === 'number' && step < node.items.length) {
    return { key: undefined, value: node.items[step] as Node };
  }
  if (!isMap(node)) return undefined;
  const pair = (node.items as Pair<Node | null, Node | null>[]).find(
    ({ key }) => isScalar(key) && nameOf(key) === String(step),
  );
  return pair === undefined ? undefined : { key: pair.key ?? undefined, value: pair.value ?? undefined };
}

function nameOf(key: { readonly source?: string; readonly value: unknown }): string {
  return String(key.source ?? key.value);
}

function rangeOf({ key, value }: Found, part: 'key' | 'value'): Range | undefined {
  const isEmpty = value?.range === undefined || value.range === null || value.range[0] === value.range[1];
  if (key !== undefined && (part === 'key' || isEmpty || isCollection(value))) return toRange(key);
  if (value === undefined) return undefined;
  // A map in a list is marked at its first key: the whole of it would run over several lines.
  if (isMap(value) && value.items[0] !== undefined) return toRange(value.items[0].key as Node);
  return toRange(value);
}

function toRange(node: Node): Range | undefined {
  const range = node.range;
  return range === undefined || range === null ? undefined : { start: range[0], end: range[1] };
}
