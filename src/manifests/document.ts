import { type Document, isAlias, isScalar, parseAllDocuments } from 'yaml';
import type { FindingCode } from '../report/codes.ts';
import type { Finding, Severity } from '../report/finding.ts';
import { type Fields, type Path, walk, isFields, at } from '../text/values.ts';
import { SourceText } from '../report/source.ts';
import { locate } from '../text/places.ts';

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
  readonly value: unknown;
  /** What stands in it; an empty map where it is no map. */
  readonly fields: Fields;
}

/** A place in a document of the tree. */
export interface Origin {
  readonly document: ManifestDocument;
  readonly path: Path;
}

/** The same text for the same place. */
export function originKey({ document, path }: Origin): string {
  return JSON.stringify([document.file.path, document.index, ...path]);
}

/** All texts inside of a value with the ways to them, keys of maps among them. */
export function textsIn(root: unknown): { readonly text: string; readonly path: Path }[] {
  const texts: { text: string; path: Path }[] = [];
  walk(root, (value, path) => {
    if (typeof value === 'string') texts.push({ text: value, path });
    else if (isFields(value)) for (const key of Object.keys(value)) texts.push({ text: key, path: [...path, key] });
  });
  return texts;
}

/**
 * Where a value of a document stands, with its line unless that may show a secret. The file is read anew, as places are needed for
 * findings alone.
 */
export function placeOf({ file, index }: ManifestDocument, path: Path): Pick<Finding, 'place' | 'sourceLine'> {
  const document = [...parseAllDocuments(file.text, PARSING)][index];
  const [start, end] = document?.contents?.range ?? [];
  const whole = start === undefined || end === undefined ? undefined : { start, end };
  const range = (document && (locateInside(document, path, file.text) ?? locate(document, path))) ?? whole;
  if (range === undefined) return { place: { file: file.path } };
  return new SourceText(file.path, file.text, () => file.isSecret).excerpt(range.start, range.end);
}

/** Whether the value at a path of a document is written without quotes; the file is read anew. */
export function isPlain({ file, index }: ManifestDocument, path: Path): boolean {
  const node = [...parseAllDocuments(file.text, PARSING)][index]?.getIn(path, true);
  return isScalar(node) && node.type === 'PLAIN';
}

const PARSING = { merge: true, logLevel: 'silent' } as const;

/**
 * Where a value stands whose path leads on inside of a block of text, as that of a patch does: behind the way to the text stand the
 * position of the document in it and the way on.
 */
function locateInside(document: Document.Parsed, path: Path, text: string): ReturnType<typeof locate> {
  for (const [length, position] of path.entries()) {
    const node = document.getIn(path.slice(0, length), true);
    if (isAlias(node)) return undefined;
    if (!isScalar(node)) continue;
    if (node.type !== 'BLOCK_LITERAL' || typeof node.value !== 'string' || typeof position !== 'number')
      return undefined;
    const inner = [...parseAllDocuments(node.value, PARSING)][position];
    const found = inner === undefined ? undefined : locate(inner, path.slice(length + 1));
    return found === undefined ? undefined : outside(found, node.value, text, node.range?.[0] ?? 0);
  }
  return undefined;
}

/** The same stretch of a block of text in the text that holds it, where each line is indented. */
function outside(
  { start, end }: { readonly start: number; readonly end: number },
  block: string,
  text: string,
  header: number,
): { start: number; end: number } {
  const content = text.indexOf('\n', header) + 1;
  const lines = text.slice(content).split('\n');
  const first = lines.findIndex((line) => line.trim() !== '');
  const [shown = '', written = ''] = [lines[first], block.split('\n')[first]];
  const indent = shown.replace(/\r$/, '').length - written.length;
  const move = (offset: number): number => content + offset + indent * block.slice(0, offset).split('\n').length;
  return { start: move(start), end: move(end) };
}

/** What a gate has to say about a value of a manifest. */
export interface Complaint {
  readonly code: FindingCode;
  /** An error where it is not given. */
  readonly severity?: Severity;
  readonly message: string;
  readonly remedy: string;
}

/** A finding at a value of a manifest. */
export function manifestFinding(document: ManifestDocument, path: Path, complaint: Complaint): Finding {
  const { file } = document;
  return {
    code: complaint.code,
    severity: complaint.severity ?? 'error',
    message: complaint.message,
    ...placeOf(document, path),
    remedy: file.source === file.path ? complaint.remedy : `${complaint.remedy} (${file.source})`,
  };
}

/** A finding at a value of an object, told where that was written. */
export function objectFinding(
  object: { readonly originOf: (path: Path) => Origin },
  path: Path,
  complaint: Complaint,
): Finding {
  const origin = object.originOf(path);
  return manifestFinding(origin.document, origin.path, complaint);
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
