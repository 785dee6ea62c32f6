import { createHash } from 'node:crypto';
import { builtinModules, createRequire } from 'node:module';
import { dirname, join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import type * as Jiti from 'jiti';
import { below, readTextIfPresent, replaceFile } from '../system/files.ts';
import { resolveModule } from './module-files.ts';

/** What transpiles: part of a cached file's name, so that another version does not run what this one made. */
export const TRANSPILER = 'jiti 2.7.0';

type Import = (specifier: string) => Promise<unknown>;

type Exports = Record<string, unknown>;

/**
 * Loads a TypeScript module without a build step, on Node 20 too, which cannot do it itself. The transpiled text is kept
 * by the hash of its source: jiti is loaded only for a source that is new, or that imports other files.
 *
 * @param path - absolute path of the module
 * @param cacheFolder - what lies there is run: nobody else may write to it
 * @throws what the module throws, or SyntaxError where it is not TypeScript
 */
export async function importTypeScript(path: string, cacheFolder: string): Promise<Exports> {
  return await load(path, cacheFolder, (specifier) => importFrom(specifier, path, cacheFolder));
}

/**
 * As `importTypeScript`, for JavaScript too, and with the modules that it imports by a relative path read anew: Node and
 * jiti keep some of those for as long as the process lives.
 */
export async function importFresh(path: string, cacheFolder: string): Promise<Exports> {
  const loaded = new Map<string, Exports>();
  const importModule = async (file: string): Promise<Exports> => {
    const known = loaded.get(file);
    if (known !== undefined) return known;
    const exports: Exports = {};
    loaded.set(file, exports);
    const importOther = async (specifier: string): Promise<unknown> =>
      specifier.startsWith('.')
        ? await importModule(resolveModule(resolve(dirname(file), specifier)))
        : await importFrom(specifier, file, cacheFolder);
    return await load(file, cacheFolder, importOther, exports);
  };
  return await importModule(path);
}

async function load(path: string, cacheFolder: string, importOther: Import, exports: Exports = {}): Promise<Exports> {
  const source = await readTextIfPresent(path);
  if (source === undefined) throw new Error(`Cannot find module ${path}`);
  const url = pathToFileURL(path).href;
  const hash = createHash('sha256').update(`${TRANSPILER}\0${url}\0${source}`).digest('hex');
  const cached = join(cacheFolder, `${hash}.js`);
  let code = await readTextIfPresent(cached);
  if (code === undefined) {
    code = loadJiti(path, cacheFolder).transform({ source, filename: path, ts: true, async: true });
    await refuseMistake(code);
    await replaceFile(below(cacheFolder, `${hash}.js`), code, 0o600);
  }
  await evaluate(code, exports, importOther);
  return exports;
}

/** For a source with a mistake jiti gives code that exports the mistake. */
async function refuseMistake(code: string): Promise<void> {
  if (!code.startsWith('exports.__JITI_ERROR__')) return;
  const exports: { __JITI_ERROR__?: { message: string; line: number; column: number } } = {};
  await evaluate(code, exports, () => Promise.reject(new Error('a mistake imports nothing')));
  const { message, line, column } = exports.__JITI_ERROR__ ?? { message: 'no TypeScript', line: 1, column: 0 };
  throw new SyntaxError(`${message.trim()} (line ${String(line)}, column ${String(column + 1)})`);
}

/** jiti's output is the body of an asynchronous function over these two names. */
async function evaluate(code: string, exports: Record<string, unknown>, jitiImport: Import): Promise<void> {
  const AsyncFunction = evaluate.constructor as new (
    ...parts: string[]
  ) => (exports: Record<string, unknown>, jitiImport: Import) => Promise<void>;
  await new AsyncFunction('exports', 'jitiImport', code)(exports, jitiImport);
}

async function importFrom(specifier: string, path: string, cacheFolder: string): Promise<unknown> {
  if (builtinModules.includes(specifier.replace(/^node:/, ''))) return await import(specifier);
  return await loadJiti(path, cacheFolder).import(specifier);
}

function loadJiti(path: string, cacheFolder: string): ReturnType<(typeof Jiti)['createJiti']> {
  // By `require`: for an import Node would first search the whole of jiti for the names that it exports.
  const { createJiti } = createRequire(import.meta.url)('jiti') as typeof Jiti;
  return createJiti(pathToFileURL(path).href, { fsCache: cacheFolder, moduleCache: false });
}
