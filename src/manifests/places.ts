import { isCollection, isMap, isNode, isPair, isScalar, isSeq, LineCounter, parseAllDocuments, type Node } from 'yaml';
import type { Place } from '../report/finding.ts';
import type { ManifestDocument } from './document.ts';
import type { FieldPath } from './fields.ts';

/** Where a value stands, with the text of its line. */
export interface ManifestPlace {
  readonly place: Place;
  /** Absent where the line may show a secret. */
  readonly sourceLine?: string;
}

/**
 * Where a value of a document stands: the value itself where it fits a line, else its key. Where the way ends early, the
 * last part of it that is there. The file is read anew, as places are needed for findings alone.
 */
export function placeOf({ file, index }: ManifestDocument, path: FieldPath): ManifestPlace {
  const lines = new LineCounter();
  const document = [...parseAllDocuments(file.text, { merge: true, lineCounter: lines, logLevel: 'silent' })][index];
  const node = document !== undefined && isNode(document.contents) ? nearest(document.contents, path) : undefined;
  const range = node?.range;
  if (range === undefined || range === null) return { place: { file: file.path } };
  const { line, col } = lines.linePos(range[0]);
  const sourceLine = file.text.split('\n')[line - 1] ?? '';
  const end = Math.min(range[1], range[0] + sourceLine.length - (col - 1));
  return {
    place: { file: file.path, line, column: col, length: Math.max(1, end - range[0]) },
    ...(file.isSecret ? {} : { sourceLine }),
  };
}

function nearest(root: Node, path: FieldPath): Node {
  let node: Node = root;
  let named: Node = root;
  for (const step of path) {
    const found = child(node, step);
    if (found === undefined) break;
    named = found.key ?? found.value ?? named;
    if (found.value === undefined) break;
    node = found.value;
  }
  return isCollection(node) || (isScalar(node) && node.value === null) ? named : node;
}

function child(node: Node, step: string | number): { key?: Node; value?: Node } | undefined {
  if (isSeq(node)) {
    const item = typeof step === 'number' ? node.items[step] : undefined;
    return isNode(item) ? { value: item } : undefined;
  }
  if (!isMap(node)) return undefined;
  const pair = node.items.find((one) => isPair(one) && isScalar(one.key) && String(one.key.value) === String(step));
  if (pair === undefined) return undefined;
  return {
    ...(isNode(pair.key) ? { key: pair.key } : {}),
    ...(isNode(pair.value) ? { value: pair.value } : {}),
  };
}
