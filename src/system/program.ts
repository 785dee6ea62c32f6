import { existsSync, readFileSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import packageJson from '../../package.json' with { type: 'json' };

/** The version of this package. */
export const VERSION: string = packageJson.version;

/** Given by the build; where the sources run unbundled there is none. */
declare const __PROGRAM__: string | undefined;

/** What tells this build of the program from any other, for what is kept between runs. */
export const PROGRAM: string = typeof __PROGRAM__ === 'string' ? __PROGRAM__ : import.meta.url;

/**
 * Text of a file that comes with the program, by its path in the package. It is no question to the world: what it holds belongs to the
 * program, whose index has a digest of it.
 */
export async function readProgramFile(path: string): Promise<string> {
  return await readFile(join(programFolder(), path), 'utf8');
}

let found: string | undefined;

/** The folder of the package: the nearest one around this file, which lies in dist/ or, unbundled, deeper. */
function programFolder(): string {
  if (found !== undefined) return found;
  let folder = dirname(fileURLToPath(import.meta.url));
  while (!existsSync(join(folder, 'schemas/kubernetes')) && dirname(folder) !== folder) folder = dirname(folder);
  found = folder;
  return folder;
}

/** Text of a file that the build has put beside this program; undefined where it has not, or the sources run unbundled. */
export function builtText(name: string): string | undefined {
  if (typeof __PROGRAM__ !== 'string') return undefined;
  try {
    return readFileSync(fileURLToPath(new URL(name, import.meta.url)), 'utf8');
  } catch {
    return undefined;
  }
}
