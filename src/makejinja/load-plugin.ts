import { posix, resolve } from 'node:path';

import { pathToFileURL } from 'node:url';
import * as engine from '../jinja/index.ts';
import { failure, type Failure } from '../report/finding.ts';
import { inspect, readTextIfPresent, readTextSyncIfPresent } from '../system/files.ts';
import { noteObstacle } from '../system/observation.ts';
import { PLUGIN_MEMBERS, type Plugin, type PluginContext, type PluginMembers } from './plugin.ts';
import { causeOf, withBorder } from './plugin-functions.ts';
import { NO_CACHE, type UserCache } from '../system/user-folders.ts';
import { moduleFiles } from './module-files.ts';
import { importModule } from './typescript.ts';

/** Where plugins are looked for and what they get. */
export interface PluginSearch {
  /** Absolute folder that the import paths are relative to. */
  readonly folder: string;
  readonly importPaths: readonly string[];
  /** Keeps transpiled TypeScript; without it a plugin is transpiled at every start. */
  readonly cache?: UserCache;
  /** Told of each call of one of its functions. */
  readonly onCall?: () => void;
  /** Whether the module is read anew although this process has loaded it before. */
  readonly isFresh?: boolean;
}

const EXTENSIONS = ['.ts', '.mts', '.mjs', '.js'] as const;

/**
 * Loads the plugin that a name such as `plugin:Plugin` or `plugin.Plugin` stands for: a module under one of the import
 * paths, in TypeScript or JavaScript, that exports a class or a function of that name.
 *
 * @throws Failure where the module or the export is missing, cannot be loaded, or throws
 */
export async function loadPlugin(name: string, search: PluginSearch, context: PluginContext): Promise<Plugin> {
  const { module, exported } = splitName(name);
  const file = await findModule(name, module, search);
  const isPure = followsFromText(resolve(search.folder, file));
  if (!isPure) noteObstacle();
  const loaded = await attempt(name, file, 'loading the module', () =>
    importPlugin(resolve(search.folder, file), search),
  );
  const factory = loaded[exported];
  if (typeof factory !== 'function') {
    throw pluginFailure(
      file,
      `the plugin module exports no class or function ${exported}`,
      `export it, or name another in \`plugins\``,
    );
  }
  const members = await attempt(name, file, 'making the plugin', () => make(factory, context));
  const plugin = await readMembers(name, file, members);
  const mistake = engine.policyMistake(plugin.policies ?? {});
  if (mistake !== undefined) throw pluginFailure(file, `the plugin \`${name}\` failed at its policies: ${mistake}`);
  return { ...withBorder(plugin, file, search.onCall), isPure };
}

/**
 * Absolute paths of all files that the plugin of this name may be found in, in the order in which they are looked for.
 *
 * @throws Failure where the name is none of a module below an import path
 */
export function pluginCandidates(name: string, search: PluginSearch): string[] {
  return candidateFiles(splitName(name).module, search).map((file) => resolve(search.folder, file));
}

/** The same as messages name them. Whoever asks what would be loaded and whoever loads it have to agree on every name. */
function candidateFiles(module: string, { importPaths }: PluginSearch): string[] {
  return importPaths.flatMap((path) => EXTENSIONS.map((extension) => posix.join(path, `${module}${extension}`)));
}

/** `a.b:Name` and `a.b.Name`, as in Python. */
function splitName(name: string): { module: string; exported: string } {
  const at = name.includes(':') ? name.lastIndexOf(':') : name.lastIndexOf('.');
  const module = name.slice(0, Math.max(at, 0)).replaceAll('.', '/');
  // A name that begins with a dot or a slash would lead somewhere else than below the import path.
  if (/^[\w-]+(?:\/[\w-]+)*$/.test(module)) return { module, exported: name.slice(at + 1) };
  throw pluginFailure(
    'makejinja.toml',
    `\`${name}\` is no name of a plugin`,
    'write `module:Name` or `folder.module:Name`',
  );
}

/** Path of the module relative to the folder. */
async function findModule(name: string, module: string, search: PluginSearch): Promise<string> {
  for (const file of candidateFiles(module, search)) {
    if ((await inspect(resolve(search.folder, file))) !== undefined) return file;
  }
  for (const importPath of search.importPaths) {
    const file = posix.join(importPath, `${module}.py`);
    const python = await readTextIfPresent(resolve(search.folder, file));
    if (python !== undefined) throw pythonPlugin(file, python);
  }
  const places = search.importPaths.map((importPath) => `${importPath}/${module}.ts`).join(', ');
  throw pluginFailure(
    'makejinja.toml',
    `no module for the plugin \`${name}\``,
    `looked for ${places} (or .mts, .mjs, .js)`,
  );
}

function pythonPlugin(file: string, text: string): Failure {
  const functions = [...text.matchAll(/^[ \t]*(?:async[ \t]+)?def[ \t]+([a-zA-Z]\w*)/gm)].map((match) => match[1]);
  return pluginFailure(
    file,
    `a Python plugin cannot run here; it defines ${functions.length === 0 ? 'no functions' : functions.join(', ')}`,
    'write them in TypeScript beside it, as docs/porting-plugins.md shows',
  );
}

async function importPlugin(path: string, search: PluginSearch): Promise<Record<string, unknown>> {
  const { cache = NO_CACHE, isFresh = false } = search;
  // What the library `cluster-template/jinja` gives to whoever imports it (scripts/bundle.mjs).
  Reflect.set(globalThis, Symbol.for('cluster-template/jinja'), engine);
  // Node itself keeps every module that it has loaded for as long as the process lives.
  if (isFresh || /\.m?ts$/.test(path)) return await importModule(path, { cache, isFresh });
  return (await import(pathToFileURL(path).href)) as Record<string, unknown>;
}

/**
 * What a plugin gives is taken to follow from its text and from what it is given where nothing in it, or in a module of the project that it
 * imports, can see more of the world: no module of Node's that does, no package, no clock, no chance. A comment that names one of them
 * only costs time.
 */
function followsFromText(path: string): boolean {
  return moduleFiles(path).every((file) => {
    const text = readTextSyncIfPresent(file)?.replace(/^import type .*/gm, '') ?? '';
    const modules = [...text.matchAll(/\b(?:from|import)\s*\(?\s*["']([^"'.][^"']*)["']/g)].map(
      ([, name = '']) => name,
    );
    const isBlind = (name: string): boolean => /^(?:node:)?(?:buffer|path|punycode|querystring|url|util)$/.test(name);
    return !SEEING.test(text) && modules.every(isBlind);
  });
}

const SEEING =
  /\b(?:process|globalThis|global|require|module|Date|performance|Intl|fetch|crypto|navigator|Function|eval|WebSocket|set(?:Timeout|Interval|Immediate))\b|Math\.random|\bconstructor\s*\.\s*constructor\b|\btoLocale|\bimport\s*\(\s*[^"'\s]|\bimport\.meta\b/;

async function make(factory: object, context: PluginContext): Promise<PluginMembers> {
  const isClass = /^class\b/.test(Function.prototype.toString.call(factory));
  if (isClass) return new (factory as new (context: PluginContext) => PluginMembers)(context);
  return await (factory as (context: PluginContext) => PluginMembers | Promise<PluginMembers>)(context);
}

async function readMembers(name: string, file: string, members: PluginMembers): Promise<Plugin> {
  const known = PLUGIN_MEMBERS.filter((member) => members[member] !== undefined);
  const read = await Promise.all(
    known.map(async (member) => {
      const given: unknown = members[member];
      const value = await attempt(name, file, `reading its ${member}`, () =>
        typeof given === 'function' ? (given as () => unknown).call(members) : given,
      );
      return [member, value] as const;
    }),
  );
  return { name, ...Object.fromEntries(read) };
}

async function attempt<T>(name: string, file: string, what: string, run: () => T | Promise<T>): Promise<T> {
  try {
    return await run();
  } catch (error) {
    throw pluginFailure(file, `the plugin \`${name}\` failed at ${what}: ${causeOf(error)}`, undefined, error);
  }
}

function pluginFailure(file: string, message: string, remedy?: string, cause?: unknown): Failure {
  return failure(
    'input',
    { code: 'render/plugin', message, place: { file }, ...(remedy === undefined ? {} : { remedy }) },
    cause,
  );
}
