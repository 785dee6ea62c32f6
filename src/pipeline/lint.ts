import { join } from 'node:path';
import { gateMemory, runGates } from '../checks/gates.ts';
import { applyEdits, ruleContext, type RuleFinding, runRules, withSettings } from '../checks/lint.ts';
import { type Profile, PROFILES, type Rule } from '../checks/rule.ts';
import { RULES } from '../checks/rules/list.ts';
import { readSettings, type Settings, SETTINGS_FILE } from '../checks/settings.ts';
import { suppress } from '../checks/suppressions.ts';
import { ROOT_MARKERS } from '../cluster/root.ts';
import type { ManifestFile } from '../manifests/document.ts';
import { schemaChecker } from '../manifests/schemas.ts';
import { failure, type Finding, inOrder } from '../report/finding.ts';
import type { RuleText } from '../report/formats.ts';
import { permissions } from '../system/files.ts';
import { kindAt } from '../system/tree.ts';
import { below, replaceFile } from '../system/writing.ts';
import { suggestNearest } from '../text/suggest.ts';
import { PROVIDED } from './schema-sources.ts';
import { readRepository, type RepositoryState } from './repository.ts';

/** What is asked of the rules. */
interface LintOptions {
  /** Instead of that of .cluster-template.yaml. */
  readonly profile?: string;
  /** Whether what can be mended for certain is mended on disk. */
  readonly fix?: boolean;
  /** Index with what the next commit would hold; only findings in files that it changes are told. */
  readonly staged?: { readonly index: string | undefined; readonly paths: ReadonlySet<string> };
  /** A commit: what would have been found there already is left out. */
  readonly changedSince?: string;
}

/** What the rules found. */
interface LintResult {
  readonly findings: readonly Finding[];
  /** How many files were looked at. */
  readonly files: number;
  readonly profile: Profile;
  /** Files that were mended. */
  readonly fixed: readonly string[];
}

/**
 * Asks the rules, and the checks of `validate` with them, about the manifests of any repository.
 *
 * @param folder - absolute path of the repository, or of a folder in it
 * @throws Failure of kind `usage` for a profile or commit that there is not
 */
export async function lint(folder: string, options: LintOptions): Promise<LintResult> {
  const profile = profileNamed(options.profile);
  const { staged, changedSince } = options;
  const state: RepositoryState = staged === undefined ? { kind: 'disk' } : { kind: 'index', index: staged.index };
  let files = await readRepository(folder, state);
  const isGenerated = kindOfFolder(folder) === 'cluster';
  const check = async (texts: readonly ManifestFile[]): Promise<Check> => await checkFiles(texts, isGenerated, profile);
  let checked = await check(files);
  const fixed = new Set<string>();
  for (let round = 0; options.fix === true && round < MOST_ROUNDS; round += 1) {
    const changed = applyEdits(checked.edits);
    if (changed.size === 0) break;
    for (const path of changed.keys()) fixed.add(path);
    files = files.map((file) => ({ ...file, text: changed.get(file.path) ?? file.text }));
    checked = await check(files);
  }
  const texts = new Map(files.map(({ path, text }) => [path, text]));
  for (const path of fixed) {
    await replaceFile(below(folder, path), texts.get(path) ?? '', await permissions(join(folder, path)));
  }
  const before =
    changedSince === undefined
      ? undefined
      : await check(await readRepository(folder, { kind: 'commit', commit: changedSince }));
  const told = before === undefined ? checked.findings : newFindings(checked.findings, before.findings);
  return {
    findings: staged === undefined ? told : told.filter(({ place }) => staged.paths.has(place?.file ?? '')),
    files: checked.files,
    profile: checked.profile,
    fixed: [...fixed].sort(),
  };
}

/** After so many the edits of two rules take each other back, which is a fault of ours that no user has to wait for. */
const MOST_ROUNDS = 10;

/** What a rule says of itself. */
export type RuleExplanation = Pick<Rule, 'description' | 'rationale' | 'source'>;

/** What the rule with an id says of itself; undefined where there is none. */
export function ruleText(id: string): RuleExplanation | undefined {
  return RULES.find((rule) => rule.id === id);
}

/** The texts of all rules by their ids. */
export function ruleTexts(): ReadonlyMap<string, RuleText> {
  return new Map(RULES.map(({ id, description, rationale, source }) => [id, { description, rationale, link: source }]));
}

function profileNamed(name: string | undefined): Profile | undefined {
  if (name === undefined || Object.hasOwn(PROFILES, name)) return name as Profile | undefined;
  const names = Object.keys(PROFILES);
  const near = suggestNearest(name, names);
  throw failure('usage', {
    code: 'usage/argument',
    message: `there is no profile ${name}`,
    remedy: near === undefined ? `there are ${names.join(', ')}` : `did you mean ${near}?`,
  });
}

function kindOfFolder(folder: string): 'cluster' | 'other' {
  const isCluster = ROOT_MARKERS.some((names) => names.every((name) => kindAt(join(folder, name)) === 'file'));
  return isCluster ? 'cluster' : 'other';
}

interface Check {
  readonly findings: readonly Finding[];
  readonly edits: RuleFinding['edits'];
  readonly files: number;
  readonly profile: Profile;
}

/** In the repository of a cluster manifests lie in these folders alone: others hold templates, tests and tools. */
const CLUSTER_FOLDERS = /^(?:bootstrap|kubernetes|talos)\//;

async function checkFiles(
  files: readonly ManifestFile[],
  isCluster: boolean,
  profile: Profile | undefined,
): Promise<Check> {
  const read = readSettings(
    files.find(({ path }) => path === SETTINGS_FILE),
    RULES,
    profile,
  );
  const { settings } = read;
  const manifests = files.filter(
    ({ path }) => path !== SETTINGS_FILE && !settings.isExcluded(path) && (!isCluster || CLUSTER_FOLDERS.test(path)),
  );
  const report = await runGates(manifests, gateMemory(schemaChecker(PROVIDED)));
  const ruled = runRules(RULES, { ...ruleContext(files, report), texts: files }, settings);
  const all = [...withSettings(report.findings, settings), ...ruled.map(({ finding }) => finding)];
  const told = suppress(all, manifests, { rules: RULES.map(({ id }) => id), asked: askedIn(settings) });
  const left = new Set(told);
  return {
    findings: inOrder([...read.findings, ...told]),
    edits: ruled.flatMap(({ finding, edits }) => (left.has(finding) ? edits : [])),
    files: manifests.length,
    profile: settings.profile,
  };
}

function askedIn(settings: Settings): (code: string) => boolean {
  const ids = new Set<string>(RULES.map(({ id }) => id));
  return (code) => !ids.has(code) || settings.of(code).severity !== 'off';
}

/** What was not found before: the line may have moved, and what stands in it may not have changed. */
function newFindings(findings: readonly Finding[], before: readonly Finding[]): Finding[] {
  const keyOf = ({ code, message, place, sourceLine }: Finding): string =>
    JSON.stringify([code, message, place?.file, sourceLine?.trim()]);
  const known = new Map<string, number>();
  for (const finding of before) known.set(keyOf(finding), (known.get(keyOf(finding)) ?? 0) + 1);
  return findings.filter((finding) => {
    const left = known.get(keyOf(finding)) ?? 0;
    known.set(keyOf(finding), left - 1);
    return left <= 0;
  });
}
