import { createHash } from 'node:crypto';
import { builtinModules, createRequire } from 'node:module';
import { dirname, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import type * as Jiti from 'jiti';
import { decodeUtf8 } from '../report/encoding.ts';
import { readBytesIfPresent } from '../system/files.ts';
import type { UserCache } from '../system/user-folders.ts';
import { resolveModule } from './module-files.ts';

/** What transpiles: part of a cached file's name, so that another version does not run what this one made. */
export const TRANSPILER = 'jiti 2.7.0';

type Import = (specifier: string) => Promise<unknown>;

type Exports = Record<string, unknown>;

/** How a module is loaded. */
export interface ModuleOptions {
  /** Keeps transpiled text; what it gives back is run. */
  readonly cache: UserCache;
  /** Whether JavaScript that is imported is read anew too: Node keeps it for as long as the process lives. */
  readonly isFresh?: boolean;
}

/**
 * Loads a TypeScript module without a build step, on Node 20 too, which cannot do it itself, with the modules that it imports by a
 * relative path. The transpiled text is kept by the hash of its source: jiti is loaded only for a source that is new, or that
 * imports a package.
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
    await load(file, made, { cache, importOther: (specifier) => importFrom(specifier, file) });
    return made.exports;
  };
  const importFrom = async (specifier: string, from: string): Promise<unknown> => {
    const file = specifier.startsWith('.') ? resolveModule(resolve(dirname(from), specifier)) : undefined;
    const isOurs = file !== undefined && (isFresh ? /\.m?[jt]s$/ : /\.m?ts$/).test(file);
    return isOurs ? await importFile(file) : await importForeign(specifier, from);
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
  const bytes = await readBytesIfPresent(path);
  if (bytes === undefined) throw new Error(`Cannot find module ${path}`);
  const source = sourceOf(bytes);
  const url = pathToFileURL(path).href;
  const hash = createHash('sha256').update(`${TRANSPILER}\0${url}\0${source}`).digest('hex');
  const name = `plugin-${hash}`;
  let code = cache.read(name)?.toString('utf8');
  if (code === undefined) {
    code = loadJiti(path).transform({ source, filename: path, ts: true, async: true });
    await refuseMistake(code, path);
    cache.write(name, Buffer.from(code));
  }
  await evaluate(code, into, { path, importOther });
}

function sourceOf(bytes: Uint8Array): string {
  const decoded = decodeUtf8(bytes);
  if ('text' in decoded) return decoded.text;
  throw new SyntaxError(`this is not UTF-8 text (line ${String(decoded.line)}, column ${String(decoded.column)})`);
}

/** For a source with a mistake jiti gives code that exports the mistake. */
async function refuseMistake(code: string, path: string): Promise<void> {
  if (!code.startsWith('exports.__JITI_ERROR__')) return;
  const mistake: { exports: { __JITI_ERROR__?: { message: string; line: number; column: number } } } = { exports: {} };
  const importOther = (): Promise<never> => Promise.reject(new Error('a mistake imports nothing'));
  await evaluate(code, mistake, { path, importOther });
  const { message, line, column } = mistake.exports.__JITI_ERROR__ ?? { message: 'no TypeScript', line: 1, column: 0 };
  throw new SyntaxError(`${message.trim()} (line ${String(line)}, column ${String(column + 1)})`);
}

/** jiti's output is the body of an asynchronous function over the names that a CommonJS module sees, and its own way to import. */
async function evaluate(
  code: string,
  module: LoadedModule,
  { path, importOther }: { readonly path: string; readonly importOther: Import },
): Promise<void> {
  const AsyncFunction = evaluate.constructor as new (...parts: string[]) => (...values: unknown[]) => Promise<void>;
  const names = {
    exports: module.exports,
    module,
    jitiImport: importOther,
    require: createRequire(path),
    __filename: path,
    __dirname: dirname(path),
  };
  await new AsyncFunction(...Object.keys(names), code)(...Object.values(names));
}

/** What Node knows itself, a package, or a file of another kind than those that are transpiled here. */
async function importForeign(specifier: string, path: string): Promise<unknown> {
  if (builtinModules.includes(specifier.replace(/^node:/, ''))) return await import(specifier);
  return await loadJiti(path).import(specifier);
}

function loadJiti(path: string): ReturnType<(typeof Jiti)['createJiti']> {
  // By `require`: for an import Node would first search the whole of jiti for the names that it exports.
  const { createJiti } = createRequire(import.meta.url)('jiti') as typeof Jiti;
  return createJiti(pathToFileURL(path).href, { fsCache: false, moduleCache: false });
}
