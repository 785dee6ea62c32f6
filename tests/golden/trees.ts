import { readFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { parseAllDocuments } from 'yaml';
import { listTree } from '../../src/system/files.ts';
import { at, isFields, listAt, type Fields } from '../../src/manifests/document.ts';
import { configuredSample } from '../support/sample.ts';
import { goldenCases } from './cases.ts';

export { at, listAt, type Fields };

/** One document of a YAML file of a tree. */
export interface TreeDocument {
  readonly path: string;
  readonly fields: Fields;
}

/** A rendered tree. */
export interface Tree {
  readonly name: string;
  readonly folder: string;
  readonly paths: readonly string[];
  readonly files: readonly { readonly path: string; readonly text: string }[];
  readonly documents: readonly TreeDocument[];
}

const ROOTS = ['bootstrap', 'kubernetes', 'talos'];

/** The trees of all golden cases and of the sample. */
export async function allTrees(): Promise<Tree[]> {
  const cases = (await goldenCases()).map((folder) => readTree(basename(folder), join(folder, 'expected')));
  return await Promise.all([readTree('sample', configuredSample()), ...cases]);
}

/** A text inside of nested maps; an empty one where there is none. */
export function textAt(value: unknown, ...path: readonly string[]): string {
  const found = at(value, ...path);
  return typeof found === 'string' ? found : '';
}

/** Reads the files of a tree. */
export async function readTree(name: string, folder: string): Promise<Tree> {
  const lists = await Promise.all(ROOTS.map(async (root) => (await listTree(join(folder, root))).map((path) => `${root}/${path}`)));
  const paths = lists.flat();
  const files = await Promise.all(
    paths.map(async (path) => ({ path, text: await readFile(join(folder, path), 'utf8') })),
  );
  const documents = files.filter(({ path }) => path.endsWith('.yaml')).flatMap(({ path, text }) => parseFile(path, text));
  return { name, folder, paths, files, documents };
}

function parseFile(path: string, text: string): TreeDocument[] {
  const documents = parseAllDocuments(text);
  return documents.map((document) => {
    if (document.errors[0] !== undefined) throw new Error(`${path}: ${document.errors[0].message}`);
    const value: unknown = document.toJS();
    return { path, fields: isFields(value) ? value : {} };
  });
}
