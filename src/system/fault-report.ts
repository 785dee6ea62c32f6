import { SourceMap } from 'node:module';
import { join } from 'node:path';
import { inspect } from 'node:util';
import { redact } from '../report/redaction.ts';
import { readTextSyncIfPresent } from './files.ts';
import { openUserFolder, writePrivateFile } from './user-folders.ts';

/** Name of the file in the user's state folder; the last fault takes the place of the one before. */
const FILE = 'last-fault.txt';

/**
 * Writes down what a mistake of ours threw: its message and its stack, led back to the sources, without any secret of this run.
 *
 * @param version - of the program
 * @returns the file's absolute path and the text; no path where it cannot be kept
 */
export function reportFault(error: unknown, version: string): { readonly path?: string; readonly text: string } {
  const machine = `${version}, Node.js ${process.versions.node}, ${process.platform} ${process.arch}`;
  const text = redact(`${machine}\n${inSources(inspect(error))}\n`);
  const folder = openUserFolder('state');
  if ('refusal' in folder) return { text };
  const path = join(folder.path, FILE);
  try {
    writePrivateFile(path, text);
    return { path, text };
  } catch {
    // A disk that is full or read-only: then it is shown.
    return { text };
  }
}

/** A stack with the places of a bundle led back to those in the sources, as far as its maps are there. */
function inSources(stack: string): string {
  const maps = new Map<string, SourceMap | undefined>();
  return stack.replace(
    /(?<=[( ])((?:file:\/\/)?\/[^\s():]+\.c?js):(\d+):(\d+)/g,
    (place, file: string, line: string, column: string) => {
      const path = file.replace(/^file:\/\//, '');
      if (!maps.has(path)) maps.set(path, readMap(path));
      const found = maps.get(path)?.findEntry(Number(line) - 1, Number(column) - 1);
      if (found === undefined || !('originalSource' in found)) return place;
      const source = found.originalSource.replace(/^(?:file:\/\/)?(?:\.\.\/)*/, '');
      return `${source}:${String(found.originalLine + 1)}:${String(found.originalColumn + 1)}`;
    },
  );
}

function readMap(path: string): SourceMap | undefined {
  try {
    const text = readTextSyncIfPresent(`${path}.map`);
    return text === undefined
      ? undefined
      : new SourceMap(JSON.parse(text) as ConstructorParameters<typeof SourceMap>[0]);
  } catch {
    // The places stay those of the bundle.
    return undefined;
  }
}
