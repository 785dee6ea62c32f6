import { posix } from 'node:path';
import type { Finding } from '../report/finding.ts';
import type { ManifestDocument, ManifestFile } from './document.ts';
import { isFields, listAt, textAt } from '../text/values.ts';
import { readYaml, type YamlMistake } from './yaml.ts';

/** All files of a tree with what stands in those that are YAML. */
export interface ManifestTree {
  readonly files: ReadonlyMap<string, ManifestFile>;
  /** Every folder that holds a file, at any depth. */
  readonly folders: ReadonlySet<string>;
  readonly documents: readonly ManifestDocument[];
  /** The documents of one file in their order; none where it does not exist or is no YAML. */
  readonly documentsOf: (path: string) => readonly ManifestDocument[];
  /** The values of the documents of a text within a document, a patch say: nobody else has them. */
  readonly valuesOf: (text: string) => readonly unknown[] | YamlMistake;
}

/** A file that is not valid YAML. */
export interface FileMistake extends YamlMistake {
  readonly file: ManifestFile;
}

/** The files that are read without being asked for. */
const YAML_FILE = /(?:\.ya?ml|(?:^|\/)Kustomization)$/;

/** Texts that were read already, with the values of their documents. */
export type ParsedTexts = Map<string, readonly unknown[]>;

/**
 * Reads the manifests of a tree.
 *
 * @param known - texts that need not be read again; those that are read now are added
 * @returns the tree and what of it is not valid YAML
 */
export function readTree(
  files: readonly ManifestFile[],
  known: ParsedTexts = new Map(),
): { tree: ManifestTree; mistakes: readonly FileMistake[] } {
  const mistakes: FileMistake[] = [];
  const byFile = new Map<string, readonly ManifestDocument[]>();
  for (const file of files.filter(({ path }) => YAML_FILE.test(path))) {
    const { documents, mistake } = parseFile(file, known);
    byFile.set(file.path, documents);
    if (mistake !== undefined) mistakes.push(mistake);
  }
  const byPath = new Map(files.map((file) => [file.path, file]));
  const tree = {
    files: byPath,
    folders: foldersOf(files),
    documents: [...byFile.values()].flat(),
    documentsOf: (path: string): readonly ManifestDocument[] => {
      const file = byPath.get(path);
      if (file === undefined) return [];
      // A file by any name is read once a kustomization lists it.
      const documents = byFile.get(path) ?? parseFile(file, known).documents;
      byFile.set(path, documents);
      return documents;
    },
    valuesOf: (text: string): readonly unknown[] | YamlMistake => {
      const values = known.get(text) ?? readYaml(text);
      if ('message' in values) return values;
      known.set(text, values);
      return structuredClone(values);
    },
  };
  return { tree, mistakes };
}

function parseFile(
  file: ManifestFile,
  known: ParsedTexts,
): { documents: readonly ManifestDocument[]; mistake: FileMistake | undefined } {
  const values = known.get(file.text) ?? readYaml(file.text);
  if ('message' in values) return { documents: [], mistake: { file, ...values } };
  known.set(file.text, values);
  const documents = values.flatMap((value, index) =>
    // A document of comments alone is none.
    value === null ? [] : [{ file, index, value, fields: isFields(value) ? value : {} }],
  );
  return { documents, mistake: undefined };
}

/** The finding that a file is not valid YAML. */
export function syntaxFinding({ file, message, line, column }: FileMistake): Finding {
  return {
    code: 'manifests/yaml-syntax',
    severity: 'error',
    message: `not valid YAML: ${message}`,
    place: { file: file.path, ...(line === undefined || column === undefined ? {} : { line, column }) },
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

/** Texts of patches within documents, as kustomize and Flux have them. */
export function inlinePatches(documents: Iterable<unknown>): string[] {
  return [...documents].flatMap((document) =>
    textAt(document, 'kind') === 'Kustomization'
      ? [...listAt(document, 'patches'), ...listAt(document, 'spec', 'patches')].flatMap(
          (entry) => textAt(entry, 'patch') ?? [],
        )
      : [],
  );
}
