import { readFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { parseAllDocuments } from 'yaml';
import { listTree } from '../../src/system/files.ts';
import { at, isFields, listAt, type Fields } from '../../src/text/values.ts';
import { configuredSample } from '../support/sample.ts';
import { expectedTree, goldenCases } from './cases.ts';

export { at, listAt, type Fields };

/** One document of a YAML file of a tree. */
export interface TreeDocument {
  readonly path: string;
  readonly fields: Fields;
}

/** A rendered tree. */
export interface Tree {
  readonly name: string;
  /** The text of .sops.yaml. */
  readonly rules: string;
  readonly paths: readonly string[];
  readonly files: readonly { readonly path: string; readonly text: string }[];
  readonly documents: readonly TreeDocument[];
}

const ROOTS = ['bootstrap', 'kubernetes', 'talos'];
const RULES = '.sops.yaml';

/** The trees of all golden cases and of the sample. */
export async function allTrees(): Promise<readonly Tree[]> {
  return await (all ??= readAll());
}

let all: Promise<readonly Tree[]> | undefined;

async function readAll(): Promise<Tree[]> {
  const cases = (await goldenCases()).map(async (folder) => {
    const files = [...(await expectedTree(folder))];
    const texts = files.map(([path, { bytes }]) => [path, Buffer.from(bytes).toString('utf8')] as const);
    return treeOf(basename(folder), new Map(texts));
  });
  return await Promise.all([readTree('sample', configuredSample()), ...cases]);
}

/** A text inside of nested maps; an empty one where there is none. */
export function textAt(value: unknown, ...path: readonly string[]): string {
  const found = at(value, ...path);
  return typeof found === 'string' ? found : '';
}

/** Reads the files of a tree from a folder. */
export async function readTree(name: string, folder: string): Promise<Tree> {
  const lists = await Promise.all(ROOTS.map(async (root) => (await listTree(join(folder, root))).map((path) => `${root}/${path}`)));
  const paths = [RULES, ...lists.flat()];
  const texts = await Promise.all(paths.map(async (path) => [path, await readFile(join(folder, path), 'utf8')] as const));
  return treeOf(name, new Map(texts));
}

function treeOf(name: string, texts: ReadonlyMap<string, string>): Tree {
  const files = [...texts]
    .filter(([path]) => ROOTS.some((root) => path.startsWith(`${root}/`)))
    .map(([path, text]) => ({ path, text }));
  const documents = files.filter(({ path }) => path.endsWith('.yaml')).flatMap(({ path, text }) => parseFile(path, text));
  return { name, rules: texts.get(RULES) ?? '', paths: files.map(({ path }) => path), files, documents };
}

function parseFile(path: string, text: string): TreeDocument[] {
  const documents = parseAllDocuments(text);
  return documents.map((document) => {
    if (document.errors[0] !== undefined) throw new Error(`${path}: ${document.errors[0].message}`);
    const value: unknown = document.toJS();
    return { path, fields: isFields(value) ? value : {} };
  });
}
