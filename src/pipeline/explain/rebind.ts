import type { Hit } from './marks.ts';
import { isBelow, type DataPath, type Reads } from './reads.ts';
import type { Spot } from './walk.ts';

/** What a path that is only known by its form turned out to be. */
interface Replacement {
  readonly general: DataPath;
  readonly actual: DataPath;
}

/** The reads of a place with the items of loops and the arguments of macros that they had in one line of the output. */
export function rebind(reads: Reads, spot: Spot, hit: Pick<Hit, 'bound' | 'index'> | undefined): Reads {
  const replacements = hit === undefined ? [] : replacementsOf(spot, hit);
  const paths = reads.paths.map((path) => replaced(path, replacements));
  return { ...reads, paths: paths.filter((path) => !paths.some((other) => isBelow(other, path))) };
}

/** Whether a path starts at a parameter of a macro of which nobody knows what it was given. */
export function isParameter(path: DataPath): boolean {
  return path[0]?.startsWith('<') === true;
}

function replacementsOf({ scope, loop }: Spot, { bound, index }: Pick<Hit, 'bound' | 'index'>): Replacement[] {
  const found: Replacement[] = [];
  for (const [name, actual] of bound) {
    const binding = scope.get(name);
    if (binding?.kind === 'data') found.push({ general: binding.path, actual });
  }
  const innermost = loop === undefined ? undefined : scope.get(loop);
  if (innermost?.kind === 'data' && index !== undefined && innermost.path.at(-1) === '*') {
    const general = innermost.path;
    const list = replaced(general.slice(0, -1), found);
    if (!found.some((one) => one.general === general)) found.push({ general, actual: [...list, String(index)] });
  }
  // The longest first: the item of an inner loop before that of the outer one.
  return found.sort((one, other) => other.general.length - one.general.length);
}

function replaced(path: DataPath, replacements: readonly Replacement[]): DataPath {
  const match = replacements.find(({ general }) => general.every((step, index) => path[index] === step));
  return match === undefined ? path : [...match.actual, ...path.slice(match.general.length)];
}
