import { environment } from '../system/environment.ts';
import type { UserCache } from '../system/user-folders.ts';
import { readInputs, type InputFile, type Inputs } from './inputs.ts';
import { loadData, loadFileData } from './load-data.ts';
import { loadPlugin } from './load-plugin.ts';
import type { Plugin } from './plugin.ts';
import type { Settings } from './settings.ts';

/** Where a project is. */
export interface ProjectPlace {
  /** Absolute folder that the settings' paths are relative to. */
  readonly folder: string;
  /** Keeps transpiled plugins; without it they are transpiled at every start. */
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
export interface InputSearch {
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
