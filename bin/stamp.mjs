// What the bundle was built from: newest change and number of files of everything that goes into it.
import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';

/** Where the stamp of the last build lies, relative to the repository. */
export const STAMP_FILE = 'dist/built-from.txt';

const SOURCES = ['src', 'schemas', 'scripts', 'package-lock.json'];

/** A text that differs whenever a source file was changed, added or removed; undefined where there is no src/. */
export async function sourceStamp(root) {
  let newest = 0;
  let count = 0;
  const visit = async (path) => {
    const found = await stat(path).catch(() => undefined);
    if (found === undefined) return;
    newest = Math.max(newest, found.mtimeMs);
    count += 1;
    if (!found.isDirectory()) return;
    await Promise.all((await readdir(path)).map((name) => visit(join(path, name))));
  };
  if ((await stat(join(root, 'src')).catch(() => undefined)) === undefined) return undefined;
  await Promise.all(SOURCES.map((name) => visit(join(root, name))));
  return `${String(newest)} ${String(count)}`;
}
