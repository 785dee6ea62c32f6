import { constants } from 'node:fs';
import { access } from 'node:fs/promises';
import { delimiter, join, resolve } from 'node:path';

/** Path of a real program: from where scripts/install-tools.sh installs it, else from PATH; undefined where it is not installed. */
export async function findTool(name: string): Promise<string | undefined> {
  const { TOOLS_DIR = resolve(import.meta.dirname, '../../.tools') } = process.env;
  const folders = [join(TOOLS_DIR, 'bin'), ...(process.env.PATH ?? '').split(delimiter)];
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
