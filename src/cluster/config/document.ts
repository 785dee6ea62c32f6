import { isAlias, isMap, isScalar, isSeq, type ParsedNode, type Scalar } from 'yaml';
import type { Finding } from '../../report/finding.ts';
import { SourceText } from '../../report/source.ts';
import { locate } from '../../text/places.ts';
import { suggestNearest } from '../../text/suggest.ts';
import { formatPath, type Path } from '../../text/values.ts';
import { readBool, readFloat, readInt, typeOfPlain, type Yaml11Type } from '../../text/yaml11.ts';
import { type Issue, pathOf, type Proposals, remedyText, SCHEMA_EXAMPLES } from './issue.ts';
import { CLUSTER_FIELDS, type FileName, isSecret, NODE_FIELDS, SECRET_FIELDS } from './schemas.ts';
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
  /** A scalar as it is written, without its quotes; undefined where none stands there. */
  readonly source: (path: Path) => string | undefined;
  /** The line that a field stands on; undefined where it is not written. */
  readonly lineOf: (path: Path) => number | undefined;
  /** An issue with its place and its line. */
  readonly finding: (issue: Issue, own?: Proposals) => Finding;
}

const LONGEST_QUOTE = 80;

/** Reads a file as YAML 1.2, with what a reader of YAML 1.1 would take for something else. */
export function readDocument(file: FileName, input: { readonly file: string; readonly text: string }): ConfigDocument {
  const source = sourceText(input);
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
    source: (path) => {
      const node = yaml?.getIn(path, true);
      return isScalar(node) ? (node.source ?? String(node.value)) : undefined;
    },
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
  return range === undefined ? undefined : source.placeAt(range.start).line;
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

interface Where {
  readonly file: FileName;
  readonly at: { readonly path: readonly (string | number)[]; readonly part?: 'key' };
}

/** An issue where a reader of YAML 1.1, such as Python's, takes a plain scalar for something else than YAML 1.2 does. */
function checkReading(scalar: Scalar, where: Where): Issue | undefined {
  if (scalar.type !== 'PLAIN' || scalar.tag !== undefined) return undefined;
  const source = scalar.source ?? '';
  const now = readingOf(scalar.value);
  const then = readAsYaml11(source);
  const isKey = where.at.part === 'key';
  if (sameReading(now, then) && !(isKey && now.kind !== 'text')) return undefined;
  const isValue = where.at.part !== 'key' && !isSecret(where.at.path);
  const fix = isValue ? { fix: { op: 'set', path: where.at.path, value: source } as const } : {};
  return { code: 'config/yaml-ambiguous', ...where, ...words({ source, now, then }, where), ...fix };
}

interface Readings {
  readonly source: string;
  readonly now: Reading;
  readonly then: Reading;
}

function words({ source, now, then }: Readings, { at }: Where): Pick<Issue, 'message' | 'remedy'> {
  const subject = subjectOf(at);
  if (isSecret(at.path)) {
    return { message: `${subject} is not read alike by YAML 1.1 and 1.2`, remedy: 'quote the value' };
  }
  const quoted = JSON.stringify(source);
  const message = sameReading(now, then)
    ? `${subject} is ${formatReading(now)}, and keys have to be text`
    : `${subject} is ${source} without quotes: ${formatReading(then)} in YAML 1.1, ${formatReading(now)} in YAML 1.2`;
  const meant = at.part === 'key' ? undefined : (now.value ?? (then.kind === 'boolean' ? then.value : undefined));
  if (meant === undefined) return { message, remedy: `quote it: ${quoted}` };
  return { message, remedy: `write ${String(meant)}, or quote it where a text is meant: ${quoted}` };
}

/** Whoever writes a token as a key (`{token}`) must not see it again in a message. */
function subjectOf({ path, part }: Where['at']): string {
  if (part !== 'key') return `\`${formatPath(path)}\``;
  return isSecret(path.slice(0, -1)) ? 'a key' : `the key \`${formatPath(path)}\``;
}

/** The text of a file of the configuration; a line that may hold a secret is never quoted. */
export function sourceText({ file, text }: ConfigFile): SourceText {
  const secret = secretLines(text);
  return new SourceText(file, text, (line) => secret.has(line));
}

const KNOWN_NAMES = [...Object.keys(CLUSTER_FIELDS), ...Object.keys(NODE_FIELDS)];
const TELLTALE = /token|secret|passw|(?:api|private)[-_]?key|credential/i;
/** A name and a password in a URL, as in https://name:password@host. */
const URL_WITH_PASSWORD = /:\/\/[^\s/@]*:[^\s/@]*@/;
const KEY_LINE = /^(?<indent>\s*(?:-\s+)*)(?<quote>["']?)(?<key>[^\s"'#:{}[\],][^\s"':{}[\],]*)\k<quote>\s*:(?:\s|$)/;

/**
 * The numbers of the lines that may hold part of a secret, from 1. It looks at the text alone, so that it also
 * answers for a file that is no YAML, and rather names a line too many: an excerpt can be left out, a secret that was shown cannot be taken back.
 */
export function secretLines(text: string): ReadonlySet<number> {
  const lines = new Set<number>();
  let indentOfSecret: number | undefined;
  for (const [index, line] of text.split('\n').entries()) {
    const match = KEY_LINE.exec(line);
    if (startsNewEntry(line, match, indentOfSecret)) indentOfSecret = undefined;
    if (isSecretName(match?.groups?.key ?? '') || (TELLTALE.test(line) && !/^\s*#/.test(line))) {
      indentOfSecret ??= match?.groups?.indent?.length ?? 0;
    }
    if (indentOfSecret !== undefined || TELLTALE.test(line) || URL_WITH_PASSWORD.test(line)) lines.add(index + 1);
  }
  return lines;
}

/** Whether a key is that of a secret, or looks like one that was misspelt. */
export function isSecretName(name: string): boolean {
  if (TELLTALE.test(name)) return true;
  // Comparing letters takes long, and most names are right.
  if (name === '' || KNOWN_NAMES.includes(name)) return SECRET_FIELDS.includes(name);
  const nearest = suggestNearest(name, KNOWN_NAMES);
  return nearest !== undefined && SECRET_FIELDS.includes(nearest);
}

/** A key that stands no deeper than the secret's ends it; anything else may be the rest of a text of several lines. */
function startsNewEntry(line: string, match: RegExpExecArray | null, indentOfSecret: number | undefined): boolean {
  if (indentOfSecret === undefined) return false;
  if (/^(?:---|\.\.\.)\s*$/.test(line)) return true;
  return match?.groups !== undefined && (match.groups.indent?.length ?? 0) <= indentOfSecret;
}

/** A file's text with its path as the user knows it, relative to the cluster's root. */
export interface ConfigFile {
  readonly file: string;
  readonly text: string;
}

/** What YAML 1.1, as Python's `yaml.safe_load` resolves it, makes of a plain scalar: its kind and, for numbers, its value. */
interface Reading {
  readonly kind: 'text' | 'null' | 'boolean' | 'integer' | 'float' | 'timestamp' | 'merge key' | 'value key';
  readonly value?: number | boolean | undefined;
}

const KINDS: Readonly<Record<Yaml11Type, Reading['kind']>> = {
  bool: 'boolean',
  float: 'float',
  int: 'integer',
  merge: 'merge key',
  null: 'null',
  str: 'text',
  timestamp: 'timestamp',
  value: 'value key',
};

/** How YAML 1.1 reads a plain scalar. */
export function readAsYaml11(text: string): Reading {
  const type = typeOfPlain(text);
  const value = type === 'bool' ? readBool(text) : type === 'float' ? readFloat(text) : undefined;
  const number = type === 'int' ? readInt(text) : undefined;
  return { kind: KINDS[type], value: number === undefined ? value : Number(number) };
}

/** How YAML 1.2 read a plain scalar, given the value that came out. */
export function readingOf(value: unknown): Reading {
  if (value === null) return { kind: 'null' };
  if (typeof value === 'boolean') return { kind: 'boolean', value };
  if (typeof value === 'number') return { kind: Number.isInteger(value) ? 'integer' : 'float', value };
  return { kind: 'text' };
}

/** Whether two readings come to the same; 1 and 1.0 do, and 0 and -0. */
export function sameReading(one: Reading, other: Reading): boolean {
  const isNumber = ({ kind }: Reading): boolean => kind === 'integer' || kind === 'float';
  const isAlike = one.value === other.value || (Number.isNaN(one.value) && Number.isNaN(other.value));
  return (one.kind === other.kind || (isNumber(one) && isNumber(other))) && isAlike;
}

/** A reading as it stands in a sentence: `the integer 83`. */
function formatReading({ kind, value }: Reading): string {
  if (kind === 'boolean') return String(value);
  if (kind === 'null') return 'null';
  if (value !== undefined) return `the number ${String(value)}`;
  return `a ${kind}`;
}
