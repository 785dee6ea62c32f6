import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { transformSync } from 'oxc-transform';
import { exists } from '../../src/system/programs.ts';
import { copyOf, FOLDER, fromTop, isLoaded } from './loaded-sources.ts';

/** Where a module names another of its own, or data. */
const SPECIFIER =
  /(?<before>\b(?:from|import\()\s*)["'](?<name>\.{1,2}\/[^"'\n]+)\.(?<extension>ts|json)["'](?:\s*with\s*\{[^}]*\})?/g;

/**
 * Makes JavaScript of src/ for `loadedSources`; generated sources have to be there.
 *
 * @returns takes it away again
 */
export function laySources(): () => void {
  removeAbandoned(dirname(FOLDER));
  write(join(FOLDER, 'package.json'), '{"type":"module"}\n');
  for (const entry of readdirSync(resolve('src'), { recursive: true, withFileTypes: true })) {
    const file = join(entry.parentPath, entry.name);
    if (entry.isFile() && isLoaded(fromTop(file))) layModule(file);
  }
  return () => {
    rmSync(FOLDER, { recursive: true, force: true });
  };
}

function layModule(file: string): void {
  const path = fromTop(file);
  const text = readFileSync(file, 'utf8');
  if (path.endsWith('.js')) {
    write(copyOf(path), text);
    return;
  }
  const { code, map, errors } = transformSync(file, text, { target: 'es2023', sourcemap: true });
  if (map === undefined || errors.length > 0)
    throw new Error(`${path}: ${errors.map((one) => one.message).join('\n')}`);
  const named = code.replace(SPECIFIER, (...parts) => {
    const { before, name, extension } = parts.at(-1) as Readonly<Record<'before' | 'name' | 'extension', string>>;
    const target = extension === 'ts' ? `${name}.js` : layData(resolve(dirname(file), `${name}.json`));
    return `${before}${JSON.stringify(target)}`;
  });
  const { sourcesContent: _, ...places } = map;
  const json = JSON.stringify({ ...places, sources: [file] });
  const address = `data:application/json;base64,${Buffer.from(json).toString('base64')}`;
  write(copyOf(path), `${named}\n//# sourceMappingURL=${address}\n`);
}

/**
 * As a module of code: Node 20 calls those of JSON an experiment whenever it meets one. Not below schemas/, by which the sources know the
 * folder of the package.
 */
function layData(file: string): string {
  const to = join(FOLDER, 'data', `${fromTop(file)}.js`);
  const data = JSON.stringify(JSON.parse(readFileSync(file, 'utf8')));
  write(to, `export default JSON.parse(${JSON.stringify(data)});\n`);
  return to;
}

function write(file: string, text: string): void {
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, text);
}

/** Folders of runs that were killed. */
function removeAbandoned(folders: string): void {
  mkdirSync(folders, { recursive: true });
  for (const name of readdirSync(folders))
    if (!exists(Number(name))) rmSync(join(folders, name), { recursive: true, force: true });
}
