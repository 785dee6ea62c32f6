import { isAlias, isMap, isScalar, isSeq, type ParsedNode } from 'yaml';
import type { Finding } from '../../report/finding.ts';
import { checkReading } from './ambiguous.ts';
import { remedyText, SCHEMA_EXAMPLES, pathOf, type Issue, type Proposals } from './issue.ts';
import { locate } from './locate.ts';
import { formatPath, type Path } from './path.ts';
import { isSecret, type FileName } from './schemas.ts';
import { sourceText, type SourceText } from './source-text.ts';
import { parseYaml, type Yaml } from './syntax.ts';

/** A file of the configuration, read but not yet validated. */
export interface ConfigDocument {
  readonly file: FileName;
  /** Path of the file as the user knows it. */
  readonly name: string;
  /** What the file holds; undefined where it could not be read at all. */
  readonly value: unknown;
  /** What reading it found. */
  readonly issues: readonly Issue[];
  /** A value as it should be quoted in a message: as it is written, shortened where it is long. */
  readonly quote: (path: Path) => string;
  /** The line that a field stands on; undefined where it is not written. */
  readonly lineOf: (path: Path) => number | undefined;
  /** An issue with its place and its line. */
  readonly finding: (issue: Issue, own?: Proposals) => Finding;
}

const LONGEST_QUOTE = 80;

/** Reads a file as YAML 1.2, with what a reader of YAML 1.1 would take for something else. */
export function readDocument(file: FileName, input: { readonly file: string; readonly text: string }): ConfigDocument {
  const source = sourceText(input.file, input.text);
  const { yaml, issues: syntax } = parseYaml(file, input.text);
  const issues = [...syntax];
  const value =
    yaml === undefined || issues.length > 0 ? undefined : toValue(yaml.contents, { file, path: [], issues });
  return {
    file,
    name: input.file,
    value,
    issues,
    quote: (path) => quoteScalar(yaml, path),
    lineOf: (path) => lineOf(source, yaml, path),
    finding: (issue, own = SCHEMA_EXAMPLES) => toFinding(issue, own, source, yaml),
  };
}

interface Walk {
  readonly file: FileName;
  readonly path: Path;
  readonly issues: Issue[];
}

/** The plain value of a node; what cannot be taken as it is becomes an issue at its path. */
function toValue(node: ParsedNode | null, walk: Walk): unknown {
  if (isAlias(node)) {
    walk.issues.push(aliasIssue(walk));
    return null;
  }
  if (isMap(node)) return toObject(node.items, walk);
  if (isSeq(node)) return node.items.map((item, index) => toValue(item, below(walk, index)));
  if (!isScalar(node)) return null;
  const issue = checkReading(node, { file: walk.file, at: { path: walk.path } });
  if (issue !== undefined) walk.issues.push(issue);
  return node.value;
}

function toObject(
  pairs: readonly { readonly key: unknown; readonly value: unknown }[],
  walk: Walk,
): Record<string, unknown> {
  const entries = new Map<string, unknown>();
  for (const { key, value } of pairs) {
    const name = isScalar(key) ? String(key.source ?? key.value) : '';
    const inside = below(walk, name);
    if (entries.has(name)) {
      walk.issues.push(duplicateKey(inside, key));
      continue;
    }
    const issue = isScalar(key)
      ? checkReading(key, { file: walk.file, at: { path: inside.path, part: 'key' } })
      : notAKey(inside, key);
    // A merge key (`<<: *defaults`) is reported once, as the alias that it is.
    if (issue !== undefined && !isAlias(value)) walk.issues.push(issue);
    entries.set(name, toValue(value as ParsedNode | null, inside));
  }
  return Object.fromEntries(entries);
}

function below(walk: Walk, step: string | number): Walk {
  return { ...walk, path: [...walk.path, step] };
}

function aliasIssue({ file, path }: Walk): Issue {
  const message = `\`${formatPath(path)}\` is an alias, which the configuration does not take`;
  return { code: 'config/yaml-alias', file, at: { path }, message, remedy: 'write the value itself' };
}

function duplicateKey({ file, path }: Walk, key: unknown): Issue {
  const message = isSecret(path.slice(0, -1)) ? 'a key stands here twice' : `\`${formatPath(path)}\` is set twice`;
  return { code: 'config/yaml-duplicate-key', file, at: spotOf(key, path), message, remedy: 'keep one of the two' };
}

function notAKey({ file, path }: Walk, key: unknown): Issue {
  const message = 'a key has to be a plain text';
  return {
    code: 'config/yaml-syntax',
    file,
    at: spotOf(key, path),
    message,
    remedy: 'write a name followed by a colon',
  };
}

/** By offset, because the path of a key that stands twice leads to the first one. */
function spotOf(key: unknown, path: Path): Issue['at'] {
  const range = (key as ParsedNode | null)?.range;
  return range === undefined ? { path } : { offset: range[0], end: range[1] };
}

function quoteScalar(yaml: Yaml | undefined, path: Path): string {
  const node = yaml?.getIn(path, true);
  if (isMap(node)) return 'a map';
  if (isSeq(node)) return 'a list';
  if (!isScalar(node) || node.range === undefined || node.range === null) return 'nothing';
  // Numbers as they are written: a long one has lost digits by now.
  if (typeof node.value !== 'string') return node.source ?? String(node.value);
  const shown = node.value.replace(/(:\/\/)(?!git@)[^\s/@]*@/, '$1…@');
  return JSON.stringify(shown.length > LONGEST_QUOTE ? `${shown.slice(0, LONGEST_QUOTE)}…` : shown);
}

function lineOf(source: SourceText, yaml: Yaml | undefined, path: Path): number | undefined {
  if (yaml?.hasIn(path) !== true) return undefined;
  const range = locate(yaml, path, 'key');
  return range === undefined ? undefined : source.excerpt(range.start, range.end).place?.line;
}

function toFinding(issue: Issue, own: Proposals, source: SourceText, yaml: Yaml | undefined): Finding {
  const { code, severity = 'error', message, remedy, together } = issue;
  const about = {
    ...{ code, severity, message },
    ...(remedy === undefined ? {} : { remedy: remedyText(remedy, own) }),
    ...(together === undefined ? {} : { together }),
  };
  if ('offset' in issue.at) return { ...about, ...source.excerpt(issue.at.offset, issue.at.end ?? issue.at.offset) };
  const range = yaml === undefined ? undefined : locate(yaml, pathOf(issue) ?? [], issue.at.part);
  if (range === undefined) return { ...about, place: { file: source.name, line: 1, column: 1 } };
  const excerpt = source.excerpt(range.start, range.end);
  return { ...about, ...(code === 'config/unknown-key' ? withoutValue(excerpt) : excerpt) };
}

/** Nobody knows what stands behind an unknown key: it may be a secret. */
function withoutValue({
  place,
  sourceLine,
}: Pick<Finding, 'place' | 'sourceLine'>): Pick<Finding, 'place' | 'sourceLine'> {
  if (place?.column === undefined || sourceLine === undefined) return place === undefined ? {} : { place };
  const end = place.column - 1 + (place.length ?? 1);
  return { place, sourceLine: sourceLine.length > end + 1 ? `${sourceLine.slice(0, end)}: …` : sourceLine };
}
