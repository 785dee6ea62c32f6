import { extname, join, relative, resolve } from 'node:path';
import { failure } from '../report/finding.ts';
import { environment } from '../system/environment.ts';
import {
  copyMetadata,
  inspectTarget,
  listFolders,
  makeFolder,
  removeEmptyFolder,
  removeTree,
  writeDisposableFile,
} from '../system/files.ts';
import { runShellLine } from '../system/programs.ts';
import { loadData, loadFileData } from './load-data.ts';
import { loadPlugin } from './load-plugin.ts';
import { readInputs, type Inputs } from './inputs.ts';
import type { Plugin } from './plugin.ts';
import { renderInputs, type RenderedFile } from './render.ts';
import type { Settings } from './settings.ts';

/** Where a project is and who is told what happens. */
export interface ProjectOptions {
  /** Absolute folder that the settings' paths are relative to. */
  readonly folder: string;
  /** Absolute folder for transpiled plugins; what lies there is run. */
  readonly cacheFolder: string;
  /** Told of each file; not called where the settings ask for quiet. */
  readonly log: (line: string) => void;
  /** Takes the result where the output is standard output. */
  readonly print: (bytes: Uint8Array) => void;
}

/** The path that stands for standard output, as with makejinja. */
const STANDARD_OUTPUT = '/dev/stdout';

/**
 * Renders a project as makejinja does: data and plugins are loaded, the inputs rendered, the results written. All
 * templates are rendered before the first file is written, so a mistake leaves the output as it was.
 *
 * @throws Failure where a setting, data, a plugin or a template is wrong, or a shell command fails
 */
export async function runProject(settings: Settings, options: ProjectOptions): Promise<void> {
  for (const line of settings.execPre) await runHook('exec_pre', line, options.folder);
  const data = await loadData(settings, options.folder);
  const plugins = await loadPlugins(settings, data, options);
  const pathFilters = plugins.flatMap((plugin) => plugin.pathFilters ?? []);
  const inputs = await readInputs(settings, options.folder, pathFilters);
  const target = await outputTarget(settings, inputs, options);
  if (settings.clean && target.kind === 'folder') await removeTree(target.path);
  const wanted = await withoutExisting(inputs, target, settings);
  const fileData = await loadFileData(settings, options.folder);
  const rendered = renderInputs({ settings, inputs: wanted, plugins, fileData });
  await writeResults(rendered, target, settings, options);
  if (target.kind === 'folder') await tidyFolders(target.path, settings, options.folder);
  for (const line of settings.execPost) await runHook('exec_post', line, options.folder);
}

type Target =
  | { readonly kind: 'folder'; readonly path: string }
  | { readonly kind: 'file'; readonly path: string }
  | { readonly kind: 'standard output' };

/** A single file of input may be rendered to a file or to standard output; everything else goes into a folder. */
async function outputTarget(settings: Settings, inputs: Inputs, { folder }: ProjectOptions): Promise<Target> {
  const path = resolve(folder, settings.output);
  const present = (await inspectTarget(path))?.kind;
  const isSingle = settings.inputs.length <= 1 && inputs.outputs.size <= 1 && !(await isFolderInput(settings, folder));
  if (isSingle && settings.output === STANDARD_OUTPUT) return { kind: 'standard output' };
  const namesFile = extname(path) !== '' || present === 'file';
  if (isSingle && namesFile && present !== 'folder') return { kind: 'file', path };
  if (present === undefined || present === 'folder') return { kind: 'folder', path };
  throw failure('input', {
    code: 'render/output',
    message: `the output ${settings.output} is not a folder`,
    remedy: 'name a folder, or a single file as the only input',
  });
}

async function isFolderInput({ inputs }: Settings, folder: string): Promise<boolean> {
  const [input] = inputs;
  return input !== undefined && (await inspectTarget(resolve(folder, input)))?.kind === 'folder';
}

async function loadPlugins(
  settings: Settings,
  data: ReadonlyMap<string, unknown>,
  options: ProjectOptions,
): Promise<Plugin[]> {
  const { importPaths, plugins: names } = settings;
  const search = { folder: options.folder, importPaths, cacheFolder: options.cacheFolder };
  const env = environment();
  const plugins: Plugin[] = [
    { name: 'data', data },
    { name: 'environment', data: { env } },
  ];
  // One after the other: a later plugin wins, and its file may be missing because of what an earlier one does.
  for (const name of names) {
    plugins.push(await loadPlugin(name, search, { data: Object.fromEntries(data), env, config: settings }));
  }
  return plugins;
}

/** Files that exist are only overwritten by force; their templates are not even rendered. */
async function withoutExisting(inputs: Inputs, target: Target, settings: Settings): Promise<Inputs> {
  if (settings.force || target.kind === 'standard output') return inputs;
  const entries = await Promise.all(
    [...inputs.outputs].map(async (entry) => {
      const path = target.kind === 'file' ? target.path : join(target.path, entry[0]);
      return (await inspectTarget(path)) === undefined ? [entry] : [];
    }),
  );
  return { ...inputs, outputs: new Map(entries.flat()) };
}

async function writeResults(
  rendered: readonly RenderedFile[],
  target: Target,
  settings: Settings,
  { folder, log, print }: ProjectOptions,
): Promise<void> {
  if (target.kind === 'folder') await makeFolder(target.path);
  for (const { path, source, bytes, isRendered } of rendered) {
    if (target.kind === 'standard output') {
      print(bytes);
      continue;
    }
    const file = target.kind === 'file' ? target.path : join(target.path, path);
    if (!settings.quiet) log(`${isRendered ? 'Render' : 'Copy'} file '${source}' -> '${relative(folder, file)}'`);
    await writeDisposableFile(file, bytes);
    if (settings.copyMetadata || !isRendered) await copyMetadata(resolve(folder, source), file);
  }
}

/** Folders of the inputs are made where empty ones are kept, and removed where they stayed empty; the deepest first. */
async function tidyFolders(output: string, settings: Settings, folder: string): Promise<void> {
  for (const input of settings.inputs) {
    const root = resolve(folder, input);
    for (const path of (await listFolders(root)).reverse()) {
      const made = join(output, path);
      if (settings.keepEmpty) await makeFolder(made);
      else if (await removeEmptyFolder(made)) continue;
      if (settings.copyMetadata && (await inspectTarget(made)) !== undefined)
        await copyMetadata(join(root, path), made);
    }
  }
}

async function runHook(key: string, line: string, folder: string): Promise<void> {
  const code = await runShellLine(line, { cwd: folder });
  if (code === 0) return;
  throw failure('outside', {
    code: 'render/hook',
    message: `a command of \`${key}\` ended with ${code === undefined ? 'a signal' : `exit code ${String(code)}`}: ${line}`,
  });
}
