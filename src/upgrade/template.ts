import { join } from 'node:path';
import { isMap, isScalar, parseDocument, type Node } from 'yaml';
import type { ClusterRoot } from '../cluster/root.ts';
import { Failure, type Finding } from '../report/finding.ts';
import { suggestNearest } from '../text/suggest.ts';
import { readTextIfPresent } from '../system/files.ts';
import { jsonMistake, parseJson } from '../text/values.ts';
import { SourceText } from '../report/source.ts';

/** What a repository says of the template that it was made from. */
export interface TemplateRecord {
  /** Version by Semantic Versioning. */
  readonly version: string;
  /** Name of the template's commit, where it is known: a tree that was copied does not know its own. */
  readonly commit?: string;
  /** Git repository where newer versions are: a URL, or the path of a folder. */
  readonly source?: string;
}

/** Path of the record, relative to the root of the repository. */
export const TEMPLATE_FILE = '.cluster-template/template.json';

/** What `git archive` and downloads of GitHub replace by the commit, as .gitattributes asks them to. */
const UNKNOWN_COMMIT = '$Format:%H$';

/** Hosts that can belong to nobody (RFC 2606): a source that names one has not been set yet. */
const RESERVED_HOST = /(?:^|[/@.])(?:example\.(?:com|net|org)|[\w-]+\.(?:example|invalid|test))(?:[:/]|$)/;

/**
 * What the repository was made from.
 *
 * @returns undefined where there is no record
 * @throws Failure of kind `input` that lists everything that is wrong with the record
 */
export async function readTemplateRecord(root: ClusterRoot): Promise<TemplateRecord | undefined> {
  const text = await readTextIfPresent(join(root.path, TEMPLATE_FILE));
  return text === undefined ? undefined : parseTemplateRecord(text);
}

/** As `readTemplateRecord`, of a text. */
export function parseTemplateRecord(text: string): TemplateRecord {
  const file = new SourceText(TEMPLATE_FILE, text);
  if (parseJson(text) === undefined) {
    throw new Failure('input', [wrong('it is no JSON', file.placeAt(jsonMistake(text)), EXAMPLE)]);
  }
  const document = parseDocument(text);
  if (!isMap(document.contents)) throw new Failure('input', [wrong('it is no object', file.placeAt(0), EXAMPLE)]);
  const findings: Finding[] = [];
  const values: Partial<Record<string, string>> = {};
  for (const { key, value } of document.contents.items) {
    const name = isScalar(key) ? String(key.value) : '';
    const place = file.placeAt(((isScalar(value) ? value : key) as Node).range?.[0] ?? 0);
    const problem = isScalar(value) ? problemOf(name, value.value) : `\`${name}\` is no text`;
    if (problem !== undefined) findings.push(wrong(problem, place, remedyOf(name)));
    else values[name] = String((value as { readonly value: unknown }).value);
  }
  if (!document.has('version')) findings.push(wrong('`version` is missing', file.placeAt(0), EXAMPLE));
  if (findings.length > 0) throw new Failure('input', findings);
  const { version = '', commit, source } = values;
  return {
    version,
    ...(commit === undefined || commit === UNKNOWN_COMMIT ? {} : { commit }),
    ...(source === undefined || RESERVED_HOST.test(source) ? {} : { source }),
  };
}

/** The record as text. */
export function formatTemplateRecord({ version, commit, source }: TemplateRecord): string {
  return `${JSON.stringify({ version, commit, source }, undefined, 2)}\n`;
}

const EXAMPLE = 'restore it from git, or write {"version": "1.2.3", "source": "https://…"}';

/** What each field takes. */
const FIELDS: Readonly<Record<string, { readonly pattern: RegExp; readonly takes: string }>> = {
  version: { pattern: /^\d+\.\d+\.\d+(?:-[\w.-]+)?(?:\+[\w.-]+)?$/, takes: 'a version such as 1.2.3' },
  commit: {
    pattern: /^(?:[0-9a-f]{40}|[0-9a-f]{64}|\$Format:%H\$)$/,
    takes: 'the whole name of a commit in hexadecimal digits',
  },
  // What starts with a hyphen would be an option to git.
  source: { pattern: /^[^\s-]\S*$/, takes: 'the URL or the folder of a git repository' },
};

function problemOf(name: string, value: unknown): string | undefined {
  const field = FIELDS[name];
  if (field === undefined) return `\`${name}\` is not known`;
  if (typeof value === 'string' && field.pattern.test(value)) return undefined;
  return `\`${name}\` is ${JSON.stringify(value)}`;
}

function remedyOf(name: string): string {
  const field = FIELDS[name];
  if (field !== undefined) return `write ${field.takes}`;
  const nearest = suggestNearest(name, Object.keys(FIELDS));
  return nearest === undefined ? 'it takes `version`, `commit` and `source`' : `did you mean \`${nearest}\`?`;
}

function wrong(message: string, place: Finding['place'], remedy: string): Finding {
  return {
    code: 'upgrade/template',
    severity: 'error',
    message: `${TEMPLATE_FILE} cannot be used: ${message}`,
    ...(place === undefined ? {} : { place }),
    remedy,
  };
}

/** A version by Semantic Versioning 2.0.0, without its build metadata. */
export interface Version {
  readonly numbers: readonly [number, number, number];
  /** Identifiers of a pre-release; empty for a release. */
  readonly preRelease: readonly string[];
}

/** Reads a version, with or without a `v` before it; undefined for a text that is none. */
export function parseVersion(text: string): Version | undefined {
  const match = /^v?(0|[1-9]\d*)\.(0|[1-9]\d*)\.(0|[1-9]\d*)(?:-([0-9A-Za-z.-]+))?(?:\+[0-9A-Za-z.-]+)?$/.exec(text);
  if (match === null) return undefined;
  const [major, minor, patch] = match.slice(1, 4).map(Number) as [number, number, number];
  return { numbers: [major, minor, patch], preRelease: match[4]?.split('.') ?? [] };
}

/** Below zero where the first version is the older one (section 11 of Semantic Versioning 2.0.0). */
export function compareVersions(one: Version, other: Version): number {
  for (const [index, number] of one.numbers.entries()) {
    const difference = number - (other.numbers[index] ?? 0);
    if (difference !== 0) return difference;
  }
  if (one.preRelease.length === 0 || other.preRelease.length === 0) {
    return Number(one.preRelease.length === 0) - Number(other.preRelease.length === 0);
  }
  for (const [index, identifier] of one.preRelease.entries()) {
    const difference = compareIdentifiers(identifier, other.preRelease[index]);
    if (difference !== 0) return difference;
  }
  return one.preRelease.length - other.preRelease.length;
}

/** As `compareVersions`, of texts; 0 where one of them is no version. */
export function compareVersionTexts(one: string, other: string): number {
  const [first, second] = [parseVersion(one), parseVersion(other)];
  return first === undefined || second === undefined ? 0 : compareVersions(first, second);
}

function compareIdentifiers(one: string, other: string | undefined): number {
  if (other === undefined) return 1;
  const isNumber = [one, other].map((identifier) => /^\d+$/.test(identifier));
  if (isNumber[0] === true && isNumber[1] === true) return Number(one) - Number(other);
  if (isNumber[0] !== isNumber[1]) return isNumber[0] === true ? -1 : 1;
  return one < other ? -1 : one > other ? 1 : 0;
}
