import { posix } from 'node:path';
import { parseAllDocuments } from 'yaml';
import type { Finding } from '../report/finding.ts';
import type { ManifestDocument, ManifestFile } from './document.ts';
import { isFields } from '../text/values.ts';

/** All files of a tree with what stands in those that are YAML. */
export interface ManifestTree {
  readonly files: ReadonlyMap<string, ManifestFile>;
  /** Every folder that holds a file, at any depth. */
  readonly folders: ReadonlySet<string>;
  readonly documents: readonly ManifestDocument[];
  /** The documents of one file in their order; none where it does not exist or is no YAML. */
  readonly documentsOf: (path: string) => readonly ManifestDocument[];
}

/** Texts that were read already, with the values of their documents. */
export type ParsedTexts = Map<string, readonly unknown[]>;

/**
 * Reads the manifests of a tree.
 *
 * @param known - texts that need not be read again; those that are read now are added
 * @returns the tree and a finding for every file below kubernetes/ that is not valid YAML; elsewhere a file may be a
 *   template of another program
 */
export function readTree(
  files: readonly ManifestFile[],
  known: ParsedTexts = new Map(),
): { tree: ManifestTree; findings: readonly Finding[] } {
  const findings: Finding[] = [];
  const byFile = new Map<string, readonly ManifestDocument[]>();
  for (const file of files.filter(({ path }) => /\.ya?ml$/.test(path))) {
    const { documents, finding } = parseFile(file, known);
    byFile.set(file.path, documents);
    if (finding !== undefined && file.path.startsWith('kubernetes/')) findings.push(finding);
  }
  const tree = {
    files: new Map(files.map((file) => [file.path, file])),
    folders: foldersOf(files),
    documents: [...byFile.values()].flat(),
    documentsOf: (path: string) => byFile.get(path) ?? [],
  };
  return { tree, findings };
}

function parseFile(
  file: ManifestFile,
  known: ParsedTexts,
): { documents: readonly ManifestDocument[]; finding: Finding | undefined } {
  const values = known.get(file.text) ?? parseText(file);
  if ('code' in values) return { documents: [], finding: values };
  known.set(file.text, values);
  const documents = values.flatMap((value, index) =>
    // A document of comments alone is none.
    value === null ? [] : [{ file, index, fields: isFields(value) ? value : {} }],
  );
  return { documents, finding: undefined };
}

function parseText(file: ManifestFile): readonly unknown[] | Finding {
  try {
    // As Kubernetes reads it: merge keys are known.
    const parsed = [...parseAllDocuments(file.text, { merge: true, prettyErrors: true, logLevel: 'silent' })];
    const error = parsed.flatMap(({ errors }) => errors)[0];
    return error === undefined ? parsed.map((document): unknown => document.toJS()) : syntaxFinding(file, error);
  } catch (error) {
    // Out of stack, or aliases that would unfold to more than anybody reads.
    if (error instanceof RangeError || error instanceof ReferenceError) return syntaxFinding(file, error);
    throw error;
  }
}

function syntaxFinding(
  file: ManifestFile,
  error: { readonly message: string; readonly linePos?: readonly { line: number; col: number }[] | undefined },
): Finding {
  const position = error.linePos?.[0];
  // The message goes on with an excerpt, which could show a secret.
  const words = error.message.startsWith('Maximum call stack') ? 'nested too deeply to be read' : error.message;
  const what = (words.split('\n')[0] ?? '').replace(/ at line \d+, column \d+:?$/, '').replace(/[.:]$/, '');
  return {
    code: 'manifests/yaml-syntax',
    severity: file.isGenerated ? 'error' : 'warning',
    message: `not valid YAML: ${what.charAt(0).toLowerCase()}${what.slice(1)}`,
    place: {
      file: file.path,
      ...(position === undefined ? {} : { line: position.line, column: position.col }),
    },
    remedy: file.isGenerated ? `correct ${file.source}, which renders it` : 'correct it',
  };
}

function foldersOf(files: readonly ManifestFile[]): ReadonlySet<string> {
  const folders = new Set<string>();
  for (const { path } of files) {
    for (let folder = posix.dirname(path); folder !== '.' && !folders.has(folder); folder = posix.dirname(folder)) {
      folders.add(folder);
    }
  }
  return folders;
}
