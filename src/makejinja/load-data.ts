import { extname, join, resolve } from 'node:path';
import { makeDict } from '../jinja/index.ts';
import { failure } from '../report/finding.ts';
import { inspectTarget, listTree, readBytesIfPresent } from '../system/files.ts';
import { DATA_ENDINGS, readData } from './data/read-data.ts';
import type { Settings } from './settings.ts';

/** Endings of files that hold data; others are passed over, as makejinja does. */
const ENDINGS: ReadonlySet<string> = new Set(DATA_ENDINGS);

/**
 * The data of a project: all files in their order, later ones over earlier ones, then the single values of `data_vars`.
 *
 * @throws Failure where a file does not exist or cannot be read
 */
export async function loadData(settings: Settings, folder: string): Promise<Map<string, unknown>> {
  const data = new Map<string, unknown>();
  for (const path of await dataFiles(settings.data, folder)) {
    addNames(data, readData(path, await bytesOf(path, folder)));
  }
  for (const [name, value] of Object.entries(settings.dataVars)) setNested(data, name.split('.'), value);
  return data;
}

/** The data of single templates, by the template's name; files that do not exist are passed over, as makejinja does. */
export async function loadFileData(
  settings: Settings,
  folder: string,
): Promise<Map<string, ReadonlyMap<string, unknown>>> {
  const found = new Map<string, ReadonlyMap<string, unknown>>();
  for (const [template, paths] of Object.entries(settings.fileData)) {
    const data = new Map<string, unknown>();
    for (const path of paths.filter((name) => ENDINGS.has(extname(name)))) {
      const bytes = await readBytesIfPresent(resolve(folder, path));
      if (bytes !== undefined) addNames(data, readData(path, bytes));
    }
    found.set(template, data);
  }
  return found;
}

/** Keys that are no texts name nothing that a template could ask for. */
function addNames(data: Map<string, unknown>, read: ReadonlyMap<unknown, unknown>): void {
  for (const [name, value] of read) if (typeof name === 'string') data.set(name, value);
}

/** Files as they are named, and those in folders, hidden ones left out, by their paths. */
async function dataFiles(paths: readonly string[], folder: string): Promise<string[]> {
  const lists = await Promise.all(
    paths.map(async (path) => {
      if ((await inspectTarget(resolve(folder, path)))?.kind !== 'folder') return [path];
      const names = await listTree(resolve(folder, path));
      return names.filter((name) => !/(^|\/)\.[^/]*$/.test(name)).map((name) => join(path, name));
    }),
  );
  return lists.flat().filter((path) => ENDINGS.has(extname(path)));
}

async function bytesOf(path: string, folder: string): Promise<Buffer> {
  const bytes = await readBytesIfPresent(resolve(folder, path));
  if (bytes !== undefined) return bytes;
  throw failure('input', {
    code: 'render/data',
    message: `the data file ${path} does not exist`,
    remedy: 'create it or take it out of `data` in makejinja.toml',
  });
}

/** `a.b` = value, as `data['a']['b'] = value` with the maps on the way made where they are missing. */
function setNested(data: Map<unknown, unknown>, path: readonly string[], value: string): void {
  const [first = '', ...rest] = path;
  if (rest.length === 0) {
    data.set(first, value);
    return;
  }
  const inner = data.get(first) ?? makeDict();
  if (!(inner instanceof Map)) {
    const message = `\`data_vars\` sets a name inside of \`${first}\`, which is not a map`;
    throw failure('input', {
      code: 'render/data',
      message,
      remedy: `take it out of the data, or set \`${first}\` itself`,
    });
  }
  data.set(first, inner);
  setNested(inner, rest, value);
}
