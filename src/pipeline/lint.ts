import { join, resolve } from 'node:path';
import { type Edit, type Profile, PROFILES, type Rule } from '../checks/rule.ts';
import { RULES } from '../checks/rules/list.ts';
import { applyEdits, checkTools, examine } from '../checks/run.ts';
import { readSettings, type ReadSettings, SETTINGS_FILE } from '../checks/settings.ts';
import { clusterRoot } from '../cluster/root.ts';
import type { ManifestFile } from '../manifests/document.ts';
import { schemaChecker } from '../manifests/schemas.ts';
import { failure, type Finding } from '../report/finding.ts';
import type { RuleText } from '../report/formats.ts';
import { environment } from '../system/environment.ts';
import { permissions } from '../system/files.ts';
import { below, replaceFile } from '../system/writing.ts';
import type { Inventory } from '../workspace/inventory.ts';
import { suggestNearest } from '../text/suggest.ts';
import { PROVIDED } from './schema-sources.ts';
import { withOrigins } from './origins.ts';
import {
  CLUSTER_FOLDERS,
  folderIn,
  isCluster,
  readRepository,
  type RepositoryState,
  stagedPaths,
} from './repository.ts';
import { readInventory } from './state.ts';

/** What is asked of the rules. */
interface LintOptions {
  /** Instead of that of .cluster-template.yaml. */
  readonly profile?: string;
  /** Whether what can be mended for certain is mended on disk. */
  readonly fix?: boolean;
  /** Whether what the next commit would hold is looked at, and findings in files that it changes alone are told. */
  readonly staged?: boolean;
  /** A commit: what would have been found there already is left out. */
  readonly changedSince?: string;
  /** The rules of one area alone: `secret`. */
  readonly area?: string;
  /** Asks how apps differ from most others, and nothing else: of the apps in a folder, or of all where it is true. */
  readonly like?: string | true;
}

/** What the rules found. */
interface LintResult {
  readonly findings: readonly Finding[];
  /** How many files were looked at. */
  readonly files: number;
  readonly profile: Profile;
  /** Files that were mended. */
  readonly fixed: readonly string[];
  /** Generated files that could be mended, if they were not made from templates. */
  readonly left: readonly string[];
}

/**
 * Asks the rules, and the checks of `validate` with them, about the manifests of any repository.
 *
 * @param folder - absolute path of the repository, or of a folder in it
 * @throws Failure of kind `usage` for a profile or commit that there is not
 */
export async function lint(folder: string, options: LintOptions): Promise<LintResult> {
  const profile = profileNamed(options.profile);
  const { changedSince } = options;
  const index = indexOfHook();
  const state: RepositoryState = options.staged === true ? { kind: 'index', index } : { kind: 'disk' };
  const root = isCluster(folder) ? clusterRoot(folder) : undefined;
  const inventory = root === undefined ? undefined : await readInventory(root);
  const read = async (from: RepositoryState): Promise<readonly ManifestFile[]> =>
    withTemplates(await readRepository(folder, from), inventory);
  const check = async (texts: readonly ManifestFile[]): Promise<Check> =>
    await checkFiles(texts, { isOurs: root !== undefined, profile, rules: rulesOf(options) });
  let files = await read(state);
  const staged = options.staged === true ? await stagedPaths(folder, index) : undefined;
  let checked = await check(files);
  const fixed = new Set<string>();
  for (let round = 0; options.fix === true && round < MOST_ROUNDS; round += 1) {
    const changed = applyEdits(checked.edits.filter(({ file }) => !file.isGenerated));
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
    changedSince === undefined ? undefined : await check(await read({ kind: 'commit', commit: changedSince }));
  const told = before === undefined ? checked.findings : newFindings(checked.findings, before.findings);
  const likeFolder = typeof options.like === 'string' ? await folderIn(folder, options.like, '--like') : '.';
  const about = told.filter(({ code, place }) => code !== LIKE_OTHERS || isIn(likeFolder, place?.file ?? ''));
  const wanted =
    staged === undefined
      ? about
      : about.filter(({ place }) => place?.file === SETTINGS_FILE || staged.has(place?.file ?? ''));
  return {
    findings: root === undefined ? wanted : await withOrigins(root, wanted),
    files: checked.files,
    profile: checked.profile,
    fixed: [...fixed].sort(),
    left: [...new Set(checked.edits.filter(({ file }) => file.isGenerated).map(({ file }) => file.path))].sort(),
  };
}

function isIn(folder: string, path: string): boolean {
  return folder === '.' || path.startsWith(`${folder}/`);
}

/** For `git commit -a` and `git commit FILE` git hands its hooks an index of their own, relative to where it starts them. */
function indexOfHook(): string | undefined {
  const { GIT_INDEX_FILE: index } = environment();
  return index === undefined ? undefined : resolve(index);
}

/** Marks what runs generate, with the template of each file. */
function withTemplates(files: readonly ManifestFile[], inventory: Inventory | undefined): readonly ManifestFile[] {
  if (inventory === undefined) return files;
  const paths = new Set(files.map(({ path }) => path));
  return files.map((file) => {
    const names = ['overrides', 'config'].flatMap((layer) => [
      `templates/${layer}/${file.path}.j2`,
      `templates/${layer}/${file.path}`,
    ]);
    const source = names.find((name) => paths.has(name));
    const isGenerated =
      inventory.files.has(file.path) && !inventory.adopted.includes(file.path) && source !== undefined;
    return isGenerated ? { ...file, isGenerated, source } : file;
  });
}

/** After so many the edits of two rules take each other back, which is a fault of ours that no user has to wait for. */
const MOST_ROUNDS = 10;

/** What the text of .cluster-template.yaml says; undefined where there is none. */
export function settingsOf(text: string | undefined): ReadSettings {
  const file = { path: SETTINGS_FILE, source: SETTINGS_FILE, text: text ?? '', isGenerated: false, isSecret: false };
  return readSettings(text === undefined ? undefined : file, RULES);
}

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

interface Check {
  readonly findings: readonly Finding[];
  readonly edits: readonly Edit[];
  readonly files: number;
  readonly profile: Profile;
}

/** The rule about apps and others is asked where it is asked for, whatever the profile says. */
const LIKE_OTHERS = 'app/like-others';

function rulesOf({ area, like }: LintOptions): readonly Rule[] {
  if (like !== undefined)
    return RULES.filter(({ id }) => id === LIKE_OTHERS).map((rule) => ({ ...rule, severity: 'warning' }));
  return area === undefined ? RULES : RULES.filter(({ id }) => id.startsWith(`${area}/`));
}

/** What lies in hidden folders, an archive say, is applied by nobody. */
function isManifestPath(path: string): boolean {
  return !/(?:^|\/)\./.test(path);
}

async function checkFiles(
  files: readonly ManifestFile[],
  {
    isOurs,
    profile,
    rules,
  }: { readonly isOurs: boolean; readonly profile: Profile | undefined; readonly rules: readonly Rule[] },
): Promise<Check> {
  const read = readSettings(
    files.find(({ path }) => path === SETTINGS_FILE),
    RULES.map((rule) => rules.find(({ id }) => id === rule.id) ?? rule),
    profile,
  );
  const { settings } = read;
  const manifests = files.filter(
    ({ path }) => isManifestPath(path) && !settings.isExcluded(path) && (!isOurs || CLUSTER_FOLDERS.test(path)),
  );
  const { findings, edits } = await examine(manifests, {
    rules,
    settings: read,
    tools: checkTools(schemaChecker(PROVIDED)),
    ...(isOurs ? {} : { paths: [] }),
    texts: files,
  });
  return { findings, edits, files: manifests.length, profile: settings.profile };
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
