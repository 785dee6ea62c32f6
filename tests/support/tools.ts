import { constants } from 'node:fs';
import { access } from 'node:fs/promises';
import { delimiter, join, resolve } from 'node:path';

/** Path of a real program: from .tools/ of the repository, else from PATH; undefined where it is not installed. */
export async function findTool(name: string): Promise<string | undefined> {
  const folders = [resolve(import.meta.dirname, '../../.tools/bin'), ...(process.env.PATH ?? '').split(delimiter)];
  for (const folder of folders) {
    const path = join(folder, name);
    const isThere = await access(path, constants.X_OK).then(
      () => true,
      () => false,
    );
    if (isThere) return path;
  }
  return undefined;
}
