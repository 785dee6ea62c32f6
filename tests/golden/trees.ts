import { readFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { parseAllDocuments } from 'yaml';
import { listTree } from '../../src/system/files.ts';
import { goldenCases } from './cases.ts';

/** A Kubernetes object, or a part of one. */
export type Fields = Readonly<Record<string, unknown>>;

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
  readonly documents: readonly TreeDocument[];
}

const ROOTS = ['bootstrap', 'kubernetes', 'talos'];

/** The trees of all golden cases and of the sample. */
export async function allTrees(): Promise<Tree[]> {
  const cases = (await goldenCases()).map((folder) => readTree(basename(folder), join(folder, 'expected')));
  return await Promise.all([readTree('sample', process.cwd()), ...cases]);
}

/** A value inside of nested maps, undefined where there is none. */
export function at(value: unknown, ...path: readonly string[]): unknown {
  let found = value;
  for (const key of path) found = isFields(found) ? found[key] : undefined;
  return found;
}

/** A list inside of nested maps; an empty one where there is none. */
export function listAt(value: unknown, ...path: readonly string[]): readonly unknown[] {
  const found = at(value, ...path);
  return Array.isArray(found) ? found : [];
}

/** A text inside of nested maps; an empty one where there is none. */
export function textAt(value: unknown, ...path: readonly string[]): string {
  const found = at(value, ...path);
  return typeof found === 'string' ? found : '';
}

async function readTree(name: string, folder: string): Promise<Tree> {
  const lists = await Promise.all(ROOTS.map(async (root) => (await listTree(join(folder, root))).map((path) => `${root}/${path}`)));
  const paths = lists.flat();
  const files = paths.filter((path) => path.endsWith('.yaml'));
  const documents = await Promise.all(
    files.map(async (path) => parseFile(path, await readFile(join(folder, path), 'utf8'))),
  );
  return { name, folder, paths, documents: documents.flat() };
}

function parseFile(path: string, text: string): TreeDocument[] {
  const documents = parseAllDocuments(text);
  return documents.map((document) => {
    if (document.errors[0] !== undefined) throw new Error(`${path}: ${document.errors[0].message}`);
    const value: unknown = document.toJS();
    return { path, fields: isFields(value) ? value : {} };
  });
}

function isFields(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
