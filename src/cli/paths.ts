import { isAbsolute, relative, resolve } from 'node:path';
import { failure } from '../report/finding.ts';
import { inspect } from '../system/files.ts';

/**
 * Paths as a user gives them, relative to the cluster's root with forward slashes. They are taken from the current folder where that
 * lies inside of the cluster; one that is found only from the root is one of a message, which names all files from there.
 *
 * @throws Failure of kind `usage` where a path lies outside of the cluster
 */
export async function pathsInside(root: string, paths: readonly string[]): Promise<string[]> {
  const isInside = !isOutside(relative(root, process.cwd()));
  return await Promise.all(
    paths.map(async (path) => {
      const [here, there] = [resolve(process.cwd(), path), resolve(root, path)];
      const isMeant = isInside && ((await inspect(here)) !== undefined || (await inspect(there)) === undefined);
      const found = relative(root, isMeant ? here : there).replaceAll('\\', '/');
      if (!isOutside(found)) return found;
      throw failure('usage', { code: 'usage/argument', message: `${path} lies outside of ${root}` });
    }),
  );
}

function isOutside(path: string): boolean {
  return path === '..' || /^\.\.[/\\]/.test(path) || isAbsolute(path);
}
