import type { ManifestDocument, ManifestFile } from '../manifests/document.ts';
import { fluxTree, fluxTrees, type FluxTree } from '../manifests/flux/tree.ts';
import type { SchemaChecker } from '../manifests/schemas.ts';
import { type ManifestTree, type ParsedTexts, readTree } from '../manifests/tree.ts';
import { placeOf } from '../manifests/written.ts';
import { type Finding, inOrder } from '../report/finding.ts';
import { SourceText } from '../report/source.ts';
import { textAt } from '../text/values.ts';
import type { CheckTools, Edit, Rule, RuleComplaint, RuleContext, RuleObject, Spot } from './rule.ts';
import { type ChartCoverage, chartCheck } from './rules/manifests/charts.ts';
import { type SchemaCoverage, schemaCheck } from './rules/manifests/schemas.ts';
import { RULES } from './rules/list.ts';
import { readSettings, type ReadSettings, type Settings } from './settings.ts';
import { suppress } from './suppressions.ts';

// The one way from the files of a repository to findings: read them, ask rules, and take away what the settings and the comments of the
// repository switch off. `configure`, `validate`, `lint` and `doctor` differ in the rules that they ask and in the files that they give.

/** What cannot be otherwise, and is asked by everybody who looks at a tree. */
export const CORRECTNESS: readonly Rule[] = RULES.filter(({ sort }) => sort === 'correctness');

/** What is to be looked at, and how. */
interface Examination {
  /** Those of sort `correctness` where none are given. */
  readonly rules?: readonly Rule[];
  /** Those of a repository without a file of them where none are given. */
  readonly settings?: ReadSettings;
  readonly tools: CheckTools;
  /** Files that earlier runs generated and this one does not. */
  readonly removed?: ReadonlySet<string>;
  /** Texts that need not be read; those that are read are added. */
  readonly known?: ParsedTexts;
  /**
   * Where the files are those of another repository than one of this template: folders at which Flux begins; those that the repository
   * tells where it is empty.
   */
  readonly paths?: readonly string[];
  /** All texts that are looked at, where that is more than the manifests. */
  readonly texts?: readonly ManifestFile[];
  /** Findings of whoever read the files: the settings and the comments hold for them as well. */
  readonly others?: (clusters: readonly FluxTree[]) => readonly Finding[];
}

/** What was found, and of how much. */
interface Report {
  readonly findings: readonly Finding[];
  /** What would mend some of them for certain. */
  readonly edits: readonly Edit[];
  /** Those in the user's own files that this run is to blame for. */
  readonly ofRun: ReadonlySet<Finding>;
  /** How many objects were checked by a schema. */
  readonly coverage: SchemaCoverage;
  /** How many HelmReleases were checked by the schema of their chart. */
  readonly charts: ChartCoverage;
  /** Hashes of the objects that fit their schemas, to be known the next time. */
  readonly fitting: readonly string[];
  readonly clusters: readonly FluxTree[];
}

/** Tools with the schemas, and the objects that are known to fit them. */
export function checkTools(schemas: SchemaChecker, passed: Iterable<string> = []): CheckTools {
  return { schemas, passed: new Set(passed) };
}

/** Asks rules about the files of a tree. */
export async function examine(files: readonly ManifestFile[], examination: Examination): Promise<Report> {
  const { rules = CORRECTNESS, settings: read = readSettings(undefined, RULES), others } = examination;
  const { settings } = read;
  const context = readContext(files, examination);
  const ruled = await runRules(rules, context, settings);
  const manifests = new Set(files.map(({ path }) => path));
  const ids = new Set<string>(RULES.map(({ id }) => id));
  const askedIds = new Set<string>(context.mistakes.length > 0 ? [] : rules.map(({ id }) => id));
  const told = suppress(
    [...withSettings(others?.(context.clusters) ?? [], settings), ...ruled.map(({ finding }) => finding)],
    files,
    {
      pages: context.texts.filter(({ path }) => !manifests.has(path)),
      rules: [...ids],
      // Whether a comment is needed is known where its rule was asked.
      asked: (code) => (askedIds.has(code) || !ids.has(code)) && settings.of(code).severity !== 'off',
    },
  );
  const left = new Set(told);
  const remaining = ruled.filter(({ finding }) => left.has(finding));
  const isCounted = rules.some(({ sort }) => sort === 'correctness');
  const schemas = isCounted ? await schemaCheck(context) : undefined;
  const charts = isCounted ? await chartCheck(context) : undefined;
  return {
    findings: inOrder([...read.findings, ...told]),
    edits: remaining.flatMap(({ edits }) => edits),
    ofRun: new Set(remaining.filter(({ isOfRun }) => isOfRun).map(({ finding }) => finding)),
    coverage: schemas?.coverage ?? { checked: 0, objects: 0, without: [] },
    charts: charts?.coverage ?? { checked: 0, releases: 0, without: [] },
    fitting: schemas?.fitting ?? [],
    clusters: context.clusters,
  };
}

/** Reads the files of a tree, and follows it the way Flux will. */
export function readContext(
  files: readonly ManifestFile[],
  { known = new Map(), removed = new Set(), paths, texts = files, tools }: Omit<Examination, 'rules' | 'settings'>,
): RuleContext {
  const { tree, mistakes } = readTree(files, known);
  const isOurs = paths === undefined;
  const clusters = isOurs ? [fluxTree(tree)] : fluxTrees(tree, paths);
  const [only] = clusters;
  const flux = isOurs && only !== undefined ? only : mergeTrees(tree, clusters);
  let objects: readonly RuleObject[] | undefined;
  return {
    tree,
    // Elsewhere a file may be a template of another program.
    mistakes: mistakes.filter(({ file: { path } }) => (isOurs ? path.startsWith('kubernetes/') : flux.used.has(path))),
    clusters,
    flux,
    get objects() {
      return (objects ??= objectsOf(tree, flux));
    },
    texts,
    isOurs,
    removed,
    tools,
  };
}

function mergeTrees(tree: ManifestTree, clusters: readonly FluxTree[]): FluxTree {
  return {
    root: clusters[0]?.root ?? fluxTree(tree).root,
    kustomizations: clusters.flatMap(({ kustomizations }) => kustomizations),
    // What a bootstrap applies by hand may be a template of another program.
    objects: clusters.flatMap(({ objects, used }) =>
      objects.filter(({ owner, document }) => owner !== undefined || used.has(document.file.path)),
    ),
    library: [],
    used: new Set(clusters.flatMap(({ used }) => [...used])),
    problems: clusters.flatMap(({ problems }) => problems),
    unread: clusters.flatMap(({ unread }) => unread),
    isMentioned: (name) => clusters.some(({ isMentioned }) => isMentioned(name)),
    refusesUnset: () => clusters.some(({ refusesUnset }) => refusesUnset()),
  };
}

/** Everything that is applied, then what is written and nothing applies. */
function objectsOf(tree: ManifestTree, flux: FluxTree): RuleObject[] {
  const applied = flux.objects.map(({ fields, apiVersion, kind, namespace, document, owner, originOf }): RuleObject => {
    // Not as it is substituted: that may be a secret, and is nowhere to be found.
    const name = textAt(fields, 'metadata', 'name') ?? '';
    return { fields, apiVersion, kind, name, namespace, document, owner, spotOf: originOf };
  });
  const built = new Set(applied.map(({ document }) => document));
  const others = tree.documents.filter((document) => !built.has(document)).flatMap(asWritten);
  return [...applied, ...others];
}

function asWritten(document: ManifestDocument): RuleObject[] {
  const { fields } = document;
  const [apiVersion, kind] = [textAt(fields, 'apiVersion'), textAt(fields, 'kind')];
  if (apiVersion === undefined || kind === undefined) return [];
  const name = textAt(fields, 'metadata', 'name') ?? '';
  const namespace = textAt(fields, 'metadata', 'namespace');
  const spotOf: RuleObject['spotOf'] = (path) => ({ document, path });
  return [{ fields, apiVersion, kind, name, namespace, document, owner: undefined, spotOf }];
}

/** A finding of a rule with what would mend it for certain. */
interface RuleFinding {
  readonly finding: Finding;
  readonly edits: readonly Edit[];
  readonly isOfRun: boolean;
}

/**
 * Asks the rules that the settings do not switch off; findings in the order of files and lines, each once: a component is part of every
 * app that takes it.
 */
export async function runRules(
  rules: readonly Rule[],
  context: RuleContext,
  settings: Settings,
): Promise<RuleFinding[]> {
  const found = new Map<string, RuleFinding>();
  for (const rule of rules) {
    const { severity = rule.severity, isWritten, options, isExcepted } = settings.of(rule.id);
    if (severity === 'off') continue;
    for (const complaint of await rule.check(context, options)) {
      const file = fileOf(complaint.at);
      if (settings.isExcluded(file.path) || isExcepted(file.path)) continue;
      const weight = isWritten ? severity : (complaint.severity ?? severity);
      const finding: Finding = { code: rule.id, severity: weight, ...toFinding(complaint, file) };
      const key = JSON.stringify([finding.code, finding.message, finding.place]);
      if (found.has(key)) continue;
      found.set(key, { finding, edits: complaint.edits ?? [], isOfRun: complaint.isOfRun === true });
    }
  }
  const byFinding = new Map([...found.values()].map((one) => [one.finding, one]));
  return inOrder([...byFinding.keys()]).flatMap((finding) => byFinding.get(finding) ?? []);
}

function fileOf(spot: Spot): ManifestFile {
  return 'file' in spot ? spot.file : spot.document.file;
}

function toFinding({ at, message, remedy }: RuleComplaint, file: ManifestFile): Omit<Finding, 'code' | 'severity'> {
  return { message, ...placeAt(at), remedy: file.source === file.path ? remedy : `${remedy} (${file.source})` };
}

function placeAt(spot: Spot): Pick<Finding, 'place' | 'sourceLine'> {
  if ('document' in spot) return placeOf(spot.document, spot.path, spot.part);
  const { file } = spot;
  if ('start' in spot) {
    return new SourceText(file.path, file.text, () => file.isSecret).excerpt(spot.start, spot.end);
  }
  const { line, column } = spot;
  return { place: { file: file.path, ...(line === undefined || column === undefined ? {} : { line, column }) } };
}

/** What becomes of findings of whoever read the files: the settings hold for them as well. */
function withSettings(findings: readonly Finding[], settings: Settings): Finding[] {
  return findings.flatMap((finding): Finding[] => {
    const { severity = finding.severity, isExcepted } = settings.of(finding.code);
    const path = finding.place?.file;
    if (severity === 'off') return [];
    if (path !== undefined && (settings.isExcluded(path) || isExcepted(path))) return [];
    return [severity === finding.severity ? finding : { ...finding, severity }];
  });
}

/**
 * The texts of files after all edits that do not meet another one: of two that do, the second is left for the next round.
 *
 * @returns by path, only of files that change
 */
export function applyEdits(edits: readonly Edit[]): Map<string, string> {
  const byFile = new Map<ManifestFile, Edit[]>();
  for (const edit of edits) byFile.set(edit.file, [...(byFile.get(edit.file) ?? []), edit]);
  const changed = new Map<string, string>();
  for (const [file, own] of byFile) {
    let [text, last] = ['', 0];
    for (const { start, end, text: inserted } of own.toSorted((one, other) => one.start - other.start)) {
      if (start < last) continue;
      text += file.text.slice(last, start) + inserted;
      last = end;
    }
    text += file.text.slice(last);
    if (text !== file.text) changed.set(file.path, text);
  }
  return changed;
}
