import { isCollection, isMap, isNode, isPair, isScalar, isSeq, LineCounter, type Node, parseAllDocuments } from 'yaml';
import type { FindingCode } from '../report/codes.ts';
import type { Finding, Place, Severity } from '../report/finding.ts';

/** A file of the tree that Flux, talhelper and the bootstrap will read. */
export interface ManifestFile {
  /** Relative to the cluster's root, with forward slashes. */
  readonly path: string;
  /** The template that it was rendered from, or its own path where somebody wrote it by hand. */
  readonly source: string;
  readonly text: string;
  /** Whether this run renders it; the others are on disk already and belong to the user. */
  readonly isGenerated: boolean;
  /** Whether it was generated once and given to the user: the tree that is generated counts on it. */
  readonly isAdopted?: boolean;
  /** Whether its lines may show a secret. */
  readonly isSecret: boolean;
}

/** One document of a YAML file. */
export interface ManifestDocument {
  readonly file: ManifestFile;
  /** Position among the documents of its file. */
  readonly index: number;
  /** What stands in it; an empty map where it is no map. */
  readonly fields: Fields;
}

/** A map of a YAML document: a Kubernetes object or a part of one. */
export type Fields = Readonly<Record<string, unknown>>;

/** The way to a value inside of a document: keys of maps and positions in lists. */
export type FieldPath = readonly (string | number)[];

/** Whether a value is a map. */
export function isFields(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** A value inside of nested maps and lists, undefined where there is none. */
export function at(value: unknown, ...path: FieldPath): unknown {
  let found = value;
  for (const step of path) {
    if (Array.isArray(found)) found = typeof step === 'number' ? (found[step] as unknown) : undefined;
    else found = isFields(found) && Object.hasOwn(found, step) ? found[step] : undefined;
  }
  return found;
}

/** A list inside of nested maps; an empty one where there is none. */
export function listAt(value: unknown, ...path: FieldPath): readonly unknown[] {
  const found = at(value, ...path);
  return Array.isArray(found) ? found : [];
}

/** A text inside of nested maps, undefined where there is none or it is empty. */
export function textAt(value: unknown, ...path: FieldPath): string | undefined {
  const found = at(value, ...path);
  return typeof found === 'string' && found !== '' ? found : undefined;
}

/** Calls a function for every value inside of a value, itself first, with the way to it. */
export function walk(value: unknown, visit: (value: unknown, path: FieldPath) => void, path: FieldPath = []): void {
  visit(value, path);
  if (Array.isArray(value)) {
    for (const [index, inner] of value.entries()) walk(inner, visit, [...path, index]);
  } else if (isFields(value)) {
    for (const [key, inner] of Object.entries(value)) walk(inner, visit, [...path, key]);
  }
}

/** All texts inside of a value with the ways to them, keys of maps among them. */
export function textsIn(root: unknown): { readonly text: string; readonly path: FieldPath }[] {
  const texts: { text: string; path: FieldPath }[] = [];
  walk(root, (value, path) => {
    if (typeof value === 'string') texts.push({ text: value, path });
    else if (isFields(value)) for (const key of Object.keys(value)) texts.push({ text: key, path: [...path, key] });
  });
  return texts;
}

/** Where a value stands, with the text of its line. */
interface ManifestPlace {
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

/** What a gate has to say about a value of a manifest. */
export interface Complaint {
  readonly code: FindingCode;
  /** An error where it is not given. */
  readonly severity?: Severity;
  readonly message: string;
  readonly remedy: string;
  /** Whether it is this run that makes it wrong, so that it is refused in a file of the user's as well. */
  readonly isMadeHere?: boolean;
}

/**
 * A finding at a value of a manifest. What somebody wrote by hand is not ours to refuse: there an error becomes a warning.
 */
export function manifestFinding(document: ManifestDocument, path: FieldPath, complaint: Complaint): Finding {
  const { file } = document;
  const wanted = complaint.severity ?? 'error';
  return {
    code: complaint.code,
    severity: wanted === 'error' && !file.isGenerated && complaint.isMadeHere !== true ? 'warning' : wanted,
    message: complaint.message,
    ...placeOf(document, path),
    remedy: file.source === file.path ? complaint.remedy : `${complaint.remedy} (${file.source})`,
  };
}

const DATA = ['data', 'stringData', 'binaryData'];

/** The entries of a Secret or ConfigMap as plain texts. */
export function dataOf(fields: Fields): [key: string, text: string][] {
  return DATA.flatMap((part) => {
    const found = at(fields, part);
    const isEncoded = part === 'binaryData' || (part === 'data' && fields.kind === 'Secret');
    return entriesIn(found).map(([key, value]): [string, string] => {
      const text = String(value);
      return [key, isEncoded ? Buffer.from(text, 'base64').toString('utf8') : text];
    });
  });
}

/** The names of the entries of a Secret or ConfigMap. */
export function dataKeysOf(fields: Fields): string[] {
  return DATA.flatMap((part) => entriesIn(at(fields, part)).map(([key]) => key));
}

function entriesIn(found: unknown): [string, unknown][] {
  return isFields(found) ? Object.entries(found) : [];
}
