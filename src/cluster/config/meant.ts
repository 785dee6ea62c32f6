import type { ConfigDocument } from './document.ts';
import { pathOf, type Issue } from './issue.ts';
import { formatPath, valueAt } from './path.ts';
import type { FileName } from './schemas.ts';
import { nearestField } from './validate.ts';

/**
 * The fields that are there though not under their names, as formatted paths: those that a misspelt key stands for, and
 * `<<` in a map whose fields a merge key would bring in.
 */
export function impliedPaths(
  documents: Readonly<Record<FileName, ConfigDocument>>,
  issues: readonly Issue[],
): ReadonlySet<string> {
  const paths = issues.flatMap((issue) => {
    const path = pathOf(issue);
    const name = path?.at(-1);
    if (path === undefined || typeof name !== 'string') return [];
    const parent = path.slice(0, -1);
    if (valueAt(documents[issue.file].value, [...parent, '<<']) !== undefined) return [[...parent, '<<']];
    if (issue.code !== 'config/unknown-key') return [];
    const nearest = nearestField(issue.file, parent, name);
    return nearest === undefined ? [] : [[...parent, nearest]];
  });
  return new Set(paths.map(formatPath));
}
