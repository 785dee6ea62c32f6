import { FINDING_CODES, REMEDIES } from './codes.ts';
import type { Finding, Place, Severity } from './finding.ts';

// Findings for other programs: SARIF for code scanning, workflow commands for GitHub Actions.

/** What is told of a rule beside its findings. */
export interface RuleText {
  readonly description: string;
  readonly rationale?: string;
  /** Page that explains it. */
  readonly link?: string;
}

/** Who found something. */
interface Tool {
  readonly name: string;
  readonly version: string;
  /** Texts of the rules that are no code of src/report/codes.ts. */
  readonly rules: ReadonlyMap<string, RuleText>;
}

/**
 * Findings as a log of SARIF 2.1.0; paths are relative to the repository (`%SRCROOT%`). What prints it takes the secrets of the run out.
 *
 * @see https://docs.oasis-open.org/sarif/sarif/v2.1.0/sarif-v2.1.0.html
 */
export function sarif(findings: readonly Finding[], { name, version, rules }: Tool): object {
  const ids = [...new Set(findings.map(({ code }) => code))].sort();
  return {
    $schema: 'https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json',
    version: '2.1.0',
    runs: [
      {
        tool: { driver: { name, semanticVersion: version, rules: ids.map((id) => descriptor(id, rules.get(id))) } },
        columnKind: 'utf16CodeUnits',
        originalUriBaseIds: { '%SRCROOT%': { description: { text: 'the repository of the cluster' } } },
        results: findings.map((finding) => result(finding, ids)),
      },
    ],
  };
}

function descriptor(id: string, text: RuleText | undefined): object {
  const listed: Readonly<Record<string, string>> = FINDING_CODES;
  const remedies: Readonly<Record<string, string>> = REMEDIES;
  const description = text?.description ?? listed[id] ?? id;
  const help = text?.rationale ?? remedies[id];
  return {
    id,
    shortDescription: { text: description },
    ...(help === undefined ? {} : { help: { text: help } }),
    ...(text?.link === undefined ? {} : { helpUri: text.link }),
  };
}

const SARIF_LEVELS: Readonly<Record<Severity, string>> = { error: 'error', warning: 'warning', note: 'note' };

function result({ code, severity, message, place, remedy, origin }: Finding, ids: readonly string[]): object {
  return {
    ruleId: code,
    ruleIndex: ids.indexOf(code),
    level: SARIF_LEVELS[severity],
    message: { text: remedy === undefined ? message : `${message}; ${remedy}` },
    ...(place === undefined ? {} : { locations: [locationOf(place)] }),
    ...(origin === undefined
      ? {}
      : {
          relatedLocations: [{ ...locationOf(origin), message: { text: 'the template that prints the line' } }],
          properties: { keys: origin.keys },
        }),
  };
}

function locationOf(place: Place): object {
  const region = place.line === undefined ? {} : { region: regionOf(place) };
  return { physicalLocation: { artifactLocation: { uri: uriOf(place.file), uriBaseId: '%SRCROOT%' }, ...region } };
}

function regionOf({ line, column, length }: Place): object {
  if (column === undefined) return { startLine: line };
  return { startLine: line, startColumn: column, endColumn: column + (length ?? 1) };
}

function uriOf(path: string): string {
  return path.split('/').map(encodeURIComponent).join('/');
}

const ANNOTATIONS: Readonly<Record<Severity, string>> = { error: 'error', warning: 'warning', note: 'notice' };

/**
 * Findings as workflow commands, by which GitHub Actions shows them beside the lines of a pull request; each ends with a line break.
 *
 * @see https://docs.github.com/en/actions/reference/workflows-and-actions/workflow-commands#setting-an-error-message
 */
export function githubAnnotations(findings: readonly Finding[]): string {
  return findings.map((finding) => `${annotation(finding)}\n`).join('');
}

function annotation({ code, severity, message, place, remedy }: Finding): string {
  const { file, line, column, length } = place ?? {};
  const properties = Object.entries({
    file,
    line,
    col: column,
    endColumn: column === undefined || length === undefined ? undefined : column + length,
    title: code,
  }).flatMap(([key, value]) => (value === undefined ? [] : [`${key}=${escapeProperty(String(value))}`]));
  const text = remedy === undefined ? message : `${message}\n${remedy}`;
  return `::${ANNOTATIONS[severity]} ${properties.join(',')}::${escapeData(text)}`;
}

function escapeData(text: string): string {
  return text.replaceAll('%', '%25').replaceAll('\r', '%0D').replaceAll('\n', '%0A');
}

function escapeProperty(text: string): string {
  return escapeData(text).replaceAll(':', '%3A').replaceAll(',', '%2C');
}
