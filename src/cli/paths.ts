import { isAbsolute, relative, resolve } from 'node:path';
import { failure } from '../report/finding.ts';

/**
 * Paths as a user gives them, relative to the cluster's root with forward slashes: taken from the current folder where that
 * lies inside of the cluster, else from its root. Throws a Failure of kind `usage` where one lies outside.
 */
export function pathsInside(root: string, paths: readonly string[]): string[] {
  const current = relative(root, process.cwd());
  const base = isOutside(current) ? root : process.cwd();
  return paths.map((path) => {
    const found = relative(root, resolve(base, path)).replaceAll('\\', '/');
    if (!isOutside(found)) return found;
    throw failure('usage', { code: 'usage/argument', message: `${path} lies outside of ${root}` });
  });
}

function isOutside(path: string): boolean {
  return path === '..' || /^\.\.[/\\]/.test(path) || isAbsolute(path);
}
