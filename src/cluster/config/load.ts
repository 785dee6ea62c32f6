import type { Finding } from '../../report/finding.ts';
import { keepOpen } from '../../report/redaction.ts';
import { keepWrittenSecrets, readSecrets, type SecretSources, withCompanion } from './secrets.ts';
import { type ConfigDocument, type ConfigFile, readDocument } from './document.ts';
import { soundConfiguration, type SoundConfiguration } from './effective.ts';
import { type Fix, fixOf, pathOf, type Issue, type Proposals } from './issue.ts';
import { COMPANION_FILE, SAMPLE_CLOUDFLARE_TOKEN } from '../root.ts';
import { impliedPaths, validateDocument } from './validate.ts';
import { withNewNames } from './migrations.ts';
import { formatPath, type Path } from '../../text/values.ts';
import type { FileName } from './schemas.ts';
import { proposalsFor } from './proposals.ts';
import { OWNED_RULES, RULES } from './rules/list.ts';
import { sourcesOf, type ValueSource } from './sources.ts';
import type { Cluster, ClusterNode, Configuration, SecretText } from './generated/types.ts';

/** What loading came to: all findings in the order of the files, and the configuration where none of them is an error. */
export interface LoadedConfiguration {
  readonly findings: readonly Finding[];
  readonly configuration?: Configuration;
  /** Where each field comes from, by its path; complete where there is a configuration. */
  readonly sources: ReadonlyMap<string, ValueSource>;
  /** What of it can be relied on, however much is wrong. */
  readonly sound: SoundConfiguration;
  /** What the files say; undefined where they cannot be read. A secret may stand in it. */
  readonly written: Readonly<Record<FileName, unknown>>;
  /** What each finding is about. */
  readonly about: ReadonlyMap<Finding, FindingSubject>;
}

/** The field that a finding is about, and what would put it right. */
export interface FindingSubject {
  readonly file: FileName;
  /** Undefined where a stretch of text is meant. */
  readonly path: Path | undefined;
  readonly fix: Fix | undefined;
}

/**
 * Reads, validates and completes cluster.yaml and nodes.yaml; a tree with an owner must have left the sample's values behind. All findings come at once; nothing is thrown for what the
 * files hold. What `sources` throws (a file that cannot be read, a git that fails) goes through.
 */
export async function loadConfiguration(
  input: { readonly cluster: ConfigFile; readonly nodes: ConfigFile; readonly isOwned?: boolean },
  sources: SecretSources,
): Promise<LoadedConfiguration> {
  const written = withNewNames(readDocument('cluster', input.cluster));
  keepWrittenSecrets(written);
  // It is no secret wherever it stands, in encrypted files too: messages that share words with it stay as they are.
  keepOpen([SAMPLE_CLOUDFLARE_TOKEN]);
  const { document: cluster, warnings, beside } = withCompanion(written, sources);
  const documents = { cluster, nodes: withNewNames(readDocument('nodes', input.nodes)) };
  const broken = Object.values(documents).flatMap((document) => [...document.issues, ...validateDocument(document)]);
  const sound = soundConfiguration(documents, broken);
  const secrets = await readSecrets(documents.cluster, sound.secrets, { ...sources, beside });
  const rules = input.isOwned === true ? [...RULES, ...OWNED_RULES] : RULES;
  const implied = impliedPaths(documents, broken);
  const found = rules.flatMap((rule) => rule(sound)).filter((issue) => !repeats(issue, implied));
  const issues = [...broken, ...warnings, ...secrets.issues, ...found];
  const inCompanion = new Set(
    Object.keys(sources.companion ?? {}).filter((name) => cluster.lineOf([name]) === undefined),
  );
  const own = proposalsFor(sound);
  const about = new Map([
    ...findingsOf(documents.cluster, issues, own, inCompanion),
    ...findingsOf(documents.nodes, issues, own),
  ]);
  const findings = [...about.keys()];
  const values = { cluster: written.value, nodes: documents.nodes.value };
  const read = { findings, about, sound, written: values, sources: sourcesOf(documents, sound) };
  if (findings.some(({ severity }) => severity === 'error')) return read;
  return { ...read, configuration: complete(sound, secrets.values) };
}

/** A misspelt field has been reported: that the right one is missing would only repeat it. */
function repeats(issue: Issue, implied: ReadonlySet<string>): boolean {
  if (issue.code !== 'config/missing-key' || !('path' in issue.at)) return false;
  return implied.has(formatPath(issue.at.path)) || implied.has(formatPath([...issue.at.path.slice(0, -1), '<<']));
}

/** @param inCompanion - fields that stand in cluster.sops.yaml alone: what is wrong with one is wrong there */
function findingsOf(
  document: ConfigDocument,
  issues: readonly Issue[],
  own: Proposals,
  inCompanion: ReadonlySet<string> = new Set(),
): (readonly [Finding, FindingSubject])[] {
  return issues
    .filter(({ file }) => file === document.file)
    .map((issue): readonly [Finding, FindingSubject] => {
      const finding = document.finding(issue, own);
      const subject = { file: issue.file, path: pathOf(issue), fix: fixOf(issue, own) };
      if (!inCompanion.has(String(pathOf(issue)?.[0]))) return [finding, subject];
      const { sourceLine: _line, ...rest } = finding;
      return [
        { ...rest, place: { file: COMPANION_FILE } },
        { ...subject, fix: undefined },
      ];
    })
    .sort(([one], [other]) => lineOf(one) - lineOf(other) || columnOf(one) - columnOf(other));
}

function lineOf({ place }: Finding): number {
  return place?.line ?? 0;
}

function columnOf({ place }: Finding): number {
  return place?.column ?? 0;
}

/** Without errors every sound value is there. */
function complete(sound: SoundConfiguration, secrets: Readonly<Record<string, SecretText>>): Configuration {
  return {
    cluster: { ...sound.cluster, ...secrets } as Cluster,
    nodes: (sound.nodes ?? []) as readonly ClusterNode[],
  };
}
