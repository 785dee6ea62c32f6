import type { ConfigDocument } from './document.ts';
import { pathOf, type Issue } from './issue.ts';
import { earlierNames, MIGRATIONS, pathsOf, type MigrationStep } from './migrations.ts';
import { formatPath, isWithin, valueAt, type Path } from './path.ts';

/** Names that fields of cluster.yaml had in earlier versions of the template and in its forks, with those that they have now. */
export const OLD_NAMES: ReadonlyMap<string, string> = new Map(
  earlierNames('cluster.yaml').flatMap(({ at, to }) => (at.length === 1 ? [[at[0] ?? '', to] as const] : [])),
);

/**
 * The document with its fields under the names that they have now. Each old name becomes a note; one that stands beside its
 * new name is left for validation to refuse. Places in the text are found under the name that is written there.
 */
export function withNewNames(document: ConfigDocument, steps: readonly MigrationStep[] = MIGRATIONS): ConfigDocument {
  const file = document.file === 'cluster' ? 'cluster.yaml' : 'nodes.yaml';
  // One after the other, as a field may have been renamed more than once.
  return earlierNames(file, steps).reduce((current, { at, to }) => {
    const paths = pathsOf(at, current.value).filter(
      (path) => valueAt(current.value, [...path.slice(0, -1), to]) === undefined,
    );
    return paths.reduce((one, path) => withNewName(one, path, to), current);
  }, document);
}

/** The document with one field under another name; `path` is where it is written. */
function withNewName(document: ConfigDocument, path: Path, name: string): ConfigDocument {
  const current = [...path.slice(0, -1), name];
  const inText = (at: Path): Path => (isWithin(at, current) ? [...path, ...at.slice(path.length)] : at);
  const inValue = (at: Path): Path => (isWithin(at, path) ? [...current, ...at.slice(path.length)] : at);
  return {
    ...document,
    value: renamedIn(document.value, path, name),
    issues: [...document.issues.map((issue) => moved(issue, inValue)), noteOn(document, path, current)],
    quote: (at) => document.quote(inText(at)),
    lineOf: (at) => document.lineOf(inText(at)),
    finding: (issue, own) => document.finding(moved(issue, inText), own),
  };
}

/** A value with a key renamed; the order of the keys stays. */
function renamedIn(value: unknown, [step, ...rest]: Path, name: string): unknown {
  if (step === undefined || typeof value !== 'object' || value === null) return value;
  if (Array.isArray(value)) {
    return (value as readonly unknown[]).map((entry, index) => (index === step ? renamedIn(entry, rest, name) : entry));
  }
  const entries = Object.entries(value).map(([key, inner]: [string, unknown]) => {
    if (key !== step) return [key, inner] as const;
    return rest.length === 0 ? ([name, inner] as const) : ([key, renamedIn(inner, rest, name)] as const);
  });
  return Object.fromEntries(entries);
}

function moved(issue: Issue, to: (path: Path) => Path): Issue {
  const path = pathOf(issue);
  return path === undefined ? issue : { ...issue, at: { ...issue.at, path: to(path) } };
}

function noteOn({ file }: ConfigDocument, path: Path, current: Path): Issue {
  const name = formatPath(current);
  return {
    code: 'config/old-name',
    severity: 'note',
    file,
    at: { path: current, part: 'key' },
    message: `\`${formatPath(path)}\` is called \`${name}\` now`,
    remedy: `write \`${name}\`; the old name is still read`,
  };
}
