import { extname, join, relative, resolve } from 'node:path';
import { makeDict } from '../jinja/index.ts';
import { failure, type Finding } from '../report/finding.ts';
import { environment } from '../system/environment.ts';
import { inspectTarget, listTree, readBytesIfPresent } from '../system/files.ts';
import { runShellLine } from '../system/programs.ts';
import type { UserCache } from '../system/user-folders.ts';
import { below, makeFolder } from '../system/writing.ts';
import { openCodeCache } from './code-cache.ts';
import { DATA_ENDINGS, readData } from './data/read-data.ts';
import { type InputFile, type Inputs, readInputs, unmatchedFinding } from './inputs.ts';
import { loadPlugin } from './load-plugin.ts';
import {
  checkClean,
  checkPlaces,
  cleanOutput,
  notWritten,
  outputTarget,
  placeOf,
  type Target,
  tidyFolders,
  withoutClashes,
  withoutExisting,
  writeResult,
} from './output.ts';
import type { Plugin } from './plugin.ts';
import { type RenderedFile, renderInputs, type RenderRequest } from './render.ts';
import type { Settings } from './settings.ts';

/** Where a project is and who is told what happens. */
export interface ProjectOptions extends ProjectPlace {
  /** Told of each file that was written; not called where the settings ask for quiet. */
  readonly log: (line: string) => void;
  /** Takes the result where the output is standard output. */
  readonly print: (bytes: Uint8Array) => void;
  /** Told what is likely a mistake and does not end the run. */
  readonly warn?: (finding: Finding) => void;
  /** Told once before the first change to the output. */
  readonly onWrite?: () => void;
}

/**
 * Renders a project as makejinja does: data and plugins are loaded, the inputs rendered, the results written. All
 * templates are rendered before the output is cleaned and the first file is written, so a mistake leaves it as it was.
 *
 * @throws Failure where a setting, data, a plugin or a template is wrong, a file cannot be written or a shell command fails
 */
export async function runProject(settings: Settings, options: ProjectOptions): Promise<void> {
  const { folder } = options;
  await runHooks('exec_pre', settings.execPre, folder);
  const project = await loadProject(settings, options);
  for (const pattern of project.inputs.unmatched) options.warn?.(unmatchedFinding(pattern));
  const target = outputTarget(settings, folder);
  checkClean(target, settings, folder);
  const results = renderKeeping({ ...project, inputs: withoutExisting(project.inputs, target, settings) }, options);
  const place = { settings, inputs: project.inputs, folder };
  const rendered = target.kind === 'folder' ? await withoutClashes(results, place) : results;
  if (!settings.clean) checkPlaces(rendered, target, folder);
  options.onWrite?.();
  await cleanOutput(target, settings);
  await writeResults(rendered, target, settings, options);
  if (target.kind === 'folder') await tidyFolders(target.path, settings, folder);
  await runHooks('exec_post', settings.execPost, folder);
}

/** Renders with what earlier runs of this project have compiled, where there is a cache for it. */
function renderKeeping(request: RenderRequest, { cache, folder }: ProjectPlace): RenderedFile[] {
  if (cache === undefined) return renderInputs(request);
  const codeCache = openCodeCache(cache, { project: folder });
  const files = renderInputs({ ...request, codeCache });
  codeCache.save();
  return files;
}

async function writeResults(
  rendered: readonly RenderedFile[],
  target: Target,
  settings: Settings,
  { folder, log, print }: ProjectOptions,
): Promise<void> {
  if (target.kind === 'folder') await prepareFolder(target.path, folder);
  for (const file of rendered) {
    const place = placeOf(target, file.path);
    if (place === undefined) {
      print(file.bytes);
      continue;
    }
    writeResult(file, place, { settings, folder });
    if (!settings.quiet) log(resultLine(file, relative(folder, place)));
  }
}

async function prepareFolder(path: string, folder: string): Promise<void> {
  try {
    await makeFolder(below(path));
  } catch (error) {
    throw notWritten(relative(folder, path), error);
  }
}

/** What was done for a file, in makejinja's words. */
function resultLine({ source, isRendered }: RenderedFile, place: string): string {
  return `${isRendered ? 'Render' : 'Copy'} file '${source}' -> '${place}'`;
}

/**
 * Runs the shell commands of a setting one after the other.
 *
 * @throws Failure where one does not end with 0
 */
export async function runHooks(key: 'exec_pre' | 'exec_post', lines: readonly string[], folder: string): Promise<void> {
  for (const line of lines) {
    const code = await runShellLine(line, { cwd: folder });
    if (code === 0) continue;
    throw failure('outside', {
      code: 'render/hook',
      message: `a command of \`${key}\` ended with ${code === undefined ? 'a signal' : `exit code ${String(code)}`}: ${line}`,
    });
  }
}

/** Where a project is. */
export interface ProjectPlace {
  /** Absolute folder that the settings' paths are relative to. */
  readonly folder: string;
  /** Keeps transpiled plugins and compiled templates; without it both are made anew at every start. */
  readonly cache?: UserCache;
  /** Whether plugins are loaded anew although this process has loaded them before. */
  readonly isFresh?: boolean;
}

/** Everything that a rendering needs, read into memory. */
export interface Project {
  readonly settings: Settings;
  /** The data and the environment first, then the project's own, in the order of their weight. */
  readonly plugins: readonly Plugin[];
  readonly fileData: ReadonlyMap<string, ReadonlyMap<string, unknown>>;
  readonly inputs: Inputs;
}

/**
 * Reads a project: data, plugins and inputs.
 *
 * @throws Failure where data, a plugin or an input is missing or wrong
 */
export async function loadProject(settings: Settings, place: ProjectPlace): Promise<Project> {
  const { plugins, fileData } = await loadVariables(settings, place);
  return { settings, plugins, fileData, inputs: await loadInputs(settings, plugins, place) };
}

/** The part of a project that templates get their values from. */
export async function loadVariables(
  settings: Settings,
  place: ProjectPlace,
): Promise<Pick<Project, 'plugins' | 'fileData'>> {
  const data = await loadData(settings, place.folder);
  const plugins = await loadPlugins(settings, data, place);
  return { plugins, fileData: await loadFileData(settings, place.folder) };
}

/** How inputs are read. */
interface InputSearch {
  readonly folder: string;
  /** Whether a file may become output, besides what settings and plugins say; it gets the path as messages show it. */
  readonly wants?: (path: string) => boolean;
  /** Files by their absolute path that are known already and need not be read. */
  readonly known?: (path: string) => InputFile | undefined;
}

/** The inputs as the plugins want them. */
export async function loadInputs(
  settings: Settings,
  plugins: readonly Plugin[],
  { folder, wants, known }: InputSearch,
): Promise<Inputs> {
  const pathFilters = plugins.flatMap((plugin) => plugin.pathFilters ?? []);
  return await readInputs(settings, folder, wants === undefined ? pathFilters : [wants, ...pathFilters], known);
}

async function loadPlugins(
  settings: Settings,
  data: ReadonlyMap<string, unknown>,
  place: ProjectPlace,
): Promise<Plugin[]> {
  const search = { ...place, importPaths: settings.importPaths };
  const env = environment();
  const plugins: Plugin[] = [
    { name: 'data', data },
    { name: 'environment', data: { env } },
  ];
  // One after the other: a later plugin wins, sees what an earlier one changed and may be missing because of what that does.
  const context = { data: Object.fromEntries(data), env, config: settings };
  for (const name of settings.plugins) plugins.push(await loadPlugin(name, search, context));
  return plugins;
}

/** Endings of files that hold data; others are passed over, as makejinja does. */
const ENDINGS: ReadonlySet<string> = new Set(DATA_ENDINGS);

/**
 * The data of a project: all files in their order, later ones over earlier ones, then the single values of `data_vars`.
 *
 * @throws Failure where a file does not exist or cannot be read
 */
async function loadData(settings: Settings, folder: string): Promise<Map<string, unknown>> {
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
