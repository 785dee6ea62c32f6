import { createHash } from 'node:crypto';
import { builtinModules, createRequire } from 'node:module';
import { dirname, isAbsolute, resolve } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import type { OxcError, transformSync } from 'oxc-transform';
import { decodeUtf8 } from '../report/source.ts';
import { machineKind } from '../system/environment.ts';
import { readBytesIfPresent } from '../system/files.ts';
import type { UserCache } from '../system/user-folders.ts';
import { resolveModule } from './module-files.ts';

/** What transpiles: part of a cached file's name, so that another version does not run what this one made. */
export const TRANSPILER = 'oxc-transform 0.151.0';

/** Where oxc takes from what it cannot say in plain JavaScript: decorators and `using`. */
const HELPERS = '@oxc-project/runtime/';

/** The oldest Node.js that runs the result knows all of it. */
const TARGET = 'es2023';

type Exports = Record<string, unknown>;

type Import = (specifier: string) => Promise<Exports>;

/** How a module is loaded. */
interface ModuleOptions {
  /** Keeps transpiled text; what it gives back is run. */
  readonly cache: UserCache;
  /** Whether JavaScript that is imported is read anew too: Node keeps it for as long as the process lives. */
  readonly isFresh?: boolean;
}

/**
 * Loads a TypeScript module without a build step, on Node 20 too, which cannot do it itself, with the modules that it imports by
 * their path. The transpiled text is kept by the hash of its source. Packages are loaded by Node as the module itself would.
 *
 * @param path - absolute path of the module
 * @throws what the module throws, or SyntaxError where it is not TypeScript
 */
export async function importModule(path: string, { cache, isFresh = false }: ModuleOptions): Promise<Exports> {
  const loaded = new Map<string, LoadedModule>();
  const importFile = async (file: string): Promise<Exports> => {
    const known = loaded.get(file);
    if (known !== undefined) return known.exports;
    const made: LoadedModule = { exports: {} };
    loaded.set(file, made);
    const { exports } = made;
    await load(file, made, { cache, importOther: (specifier) => importFrom(specifier, file) });
    if (made.exports !== exports) made.exports = withDefault(made.exports);
    return made.exports;
  };
  const importFrom: (specifier: string, from: string) => Promise<Exports> = async (specifier, from) => {
    const file = fileOf(specifier, from);
    if (file === undefined) return await importForeign(specifier, from);
    if (file.endsWith('.json')) return withDefault(JSON.parse(await textOf(file)));
    const isOurs = (isFresh ? /\.m?[jt]s$/ : /\.m?ts$/).test(file);
    return isOurs ? await importFile(file) : await importForeign(pathToFileURL(file).href, from);
  };
  return await importFile(path);
}

/** A module under way: as in Node, it may put something else into the place of its `exports`. */
interface LoadedModule {
  exports: Exports;
}

interface Loading {
  readonly cache: UserCache;
  readonly importOther: Import;
}

async function load(path: string, into: LoadedModule, { cache, importOther }: Loading): Promise<void> {
  const source = await textOf(path);
  const url = pathToFileURL(path).href;
  const hash = createHash('sha256').update(`${TRANSPILER}\0${url}\0${source}`).digest('hex');
  const name = `plugin-${hash}`;
  let code = cache.read(name)?.toString('utf8');
  if (code === undefined) {
    code = transpile(source, path);
    cache.write(name, Buffer.from(code));
  }
  await evaluate(code, into, { path, importOther });
}

async function textOf(path: string): Promise<string> {
  const bytes = await readBytesIfPresent(path);
  if (bytes === undefined) throw new Error(`Cannot find module ${path}`);
  const decoded = decodeUtf8(bytes);
  if ('text' in decoded) return decoded.text;
  throw new SyntaxError(`this is not UTF-8 text (line ${String(decoded.line)}, column ${String(decoded.column)})`);
}

/**
 * What is used of oxc-transform. The second function is made for the module runner of Vite, whose form of a module is what is run here:
 * the version is exact, and tests run each kind of import and export.
 */
interface Transpiler {
  readonly transformSync: typeof transformSync;
  readonly moduleRunnerTransformSync: (path: string, source: string) => { code: string; errors: OxcError[] };
}

/** Body of an asynchronous function over `NAMES`: without types, and with imports and exports as calls. */
function transpile(source: string, path: string): string {
  const transpiler = loadTranspiler();
  const options = { lang: 'ts', sourceType: 'module', target: TARGET, decorator: { legacy: true } } as const;
  const script = transpiler.transformSync(path, source, options);
  refuseMistakes(script.errors, source);
  const plain = withPlainImports(script.code);
  const module = transpiler.moduleRunnerTransformSync(`${path}.js`, plain);
  refuseMistakes(module.errors, plain);
  return module.code;
}

/** The second step loses a default import that has a namespace beside it, and leaves `#!` behind what it adds. */
function withPlainImports(code: string): string {
  const both = /^import ([^\s,{*]+), (\* as \S+) (from ".*;)$/gm;
  return code.replace(/^#!.*/, '').replaceAll(both, 'import $1 $3 import $2 $3');
}

function refuseMistakes(errors: readonly OxcError[], source: string): void {
  const [error] = errors;
  if (error === undefined) return;
  // Places are told in bytes.
  const before = Buffer.from(source).toString('utf8', 0, error.labels[0]?.start).split('\n');
  const place = `line ${String(before.length)}, column ${String((before.at(-1) ?? '').length + 1)}`;
  throw new SyntaxError(`${error.message} (${place})`);
}

/** What the code of a module sees: the names of a CommonJS module, and those that oxc gives imports and exports. */
const NAMES = [
  ...['exports', 'module', 'require', '__filename', '__dirname'],
  ...['__vite_ssr_exports__', '__vite_ssr_exportAll__', '__vite_ssr_import_meta__'],
  ...['__vite_ssr_import__', '__vite_ssr_dynamic_import__'],
];

async function evaluate(
  code: string,
  module: LoadedModule,
  { path, importOther }: { readonly path: string; readonly importOther: Import },
): Promise<void> {
  const { exports } = module;
  const folder = dirname(path);
  const meta = { url: pathToFileURL(path).href, filename: path, dirname: folder };
  const exportAll = (from: Exports): void => {
    for (const name of Object.keys(from)) {
      if (name === 'default' || Object.hasOwn(exports, name)) continue;
      Object.defineProperty(exports, name, { enumerable: true, configurable: true, get: () => from[name] });
    }
  };
  const values = [
    exports,
    module,
    createRequire(path),
    path,
    folder,
    exports,
    exportAll,
    meta,
    importOther,
    importOther,
  ];
  // In a block of its own a module may declare any of the names itself, as `__dirname` often is.
  const AsyncFunction = evaluate.constructor as new (...parts: string[]) => (...values: unknown[]) => Promise<void>;
  await new AsyncFunction(...NAMES, `'use strict'; {\n${code}\n}`)(...values);
}

/** Absolute path of a file of the same project; undefined for a package and for what Node knows itself. */
function fileOf(specifier: string, from: string): string | undefined {
  if (specifier.startsWith('file:')) return resolveModule(fileURLToPath(specifier));
  const isPath = /^\.{1,2}(?:\/|$)/.test(specifier) || isAbsolute(specifier);
  return isPath ? resolveModule(resolve(dirname(from), specifier)) : undefined;
}

/** What Node knows itself, a package, or a file of another kind than those that are transpiled here. */
async function importForeign(specifier: string, from: string): Promise<Exports> {
  if (specifier.startsWith(HELPERS)) throw new SyntaxError('decorators and `using` are not known here');
  const found = (await import(await addressOf(specifier, from))) as Exports;
  // Node finds the names of a CommonJS package by reading it, and not all of them.
  return 'default' in found ? { ...fieldsOf(found.default), ...found } : found;
}

/** Where Node finds what a file imports: it would look from here. */
async function addressOf(specifier: string, from: string): Promise<string> {
  if (builtinModules.includes(specifier.replace(/^node:/, ''))) return specifier;
  const { resolve: find } = await import('import-meta-resolve');
  return find(specifier, pathToFileURL(from).href);
}

/** A value as the module that has it as its default export, and its fields by their names. */
function withDefault(value: unknown): Exports {
  return { default: value, ...fieldsOf(value) };
}

function fieldsOf(value: unknown): Exports {
  return typeof value === 'object' || typeof value === 'function' ? { ...value } : {};
}

function loadTranspiler(): Transpiler {
  try {
    // By `require`, and here: only a source that is new needs it.
    return createRequire(import.meta.url)('oxc-transform') as Transpiler;
  } catch (error) {
    const reason = `oxc-transform has no part for ${machineKind()}, or packages were installed without optional ones`;
    throw new Error(`TypeScript cannot be read here: ${reason}`, { cause: error });
  }
}
