import { createHash } from 'node:crypto';
import { join } from 'node:path';
import type { ClusterRoot } from '../cluster/root.ts';
import type { RenderedFile } from '../makejinja/render.ts';
import type { ManifestFile } from '../manifests/document.ts';
import { inlinePatches } from '../manifests/tree.ts';
import { Failure, type Finding } from '../report/finding.ts';
import { unmergedFindings } from '../report/source.ts';
import { redactValue } from '../report/redaction.ts';
import { isSecretPath } from '../sops/rules.ts';
import { listTree, readTextIfPresent } from '../system/files.ts';
import type { ChartCoverage } from '../checks/rules/manifests/charts.ts';
import type { SchemaCoverage } from '../checks/rules/manifests/schemas.ts';
import { PROGRAM } from '../system/program.ts';
import { openUserCache, type UserCache } from '../system/user-folders.ts';
import type { Inventory } from '../workspace/inventory.ts';
import type { TreeMemory } from './memory.ts';
import { refuseLinksOut } from './foreign-files.ts';
import { withOrigins } from './origins.ts';
import { renderOnly } from './render-only.ts';
import { chartStore } from './chart-store.ts';
import { PROVIDED, type SchemaOptions, schemaSources } from './schema-sources.ts';
import { readInventory } from './state.ts';

/** What a validation looked at and found. */
export interface ValidateResult {
  /** Warnings and errors of the configuration and the tree. */
  readonly findings: readonly Finding[];
  /** How many files were looked at. */
  readonly files: number;
  /** How many objects were checked by the schema of their kind. */
  readonly coverage: SchemaCoverage;
  /** How many HelmReleases were checked by the schema of their chart; undefined where no charts were given. */
  readonly charts: ChartCoverage | undefined;
  /** Of a repository that is not rendered here. */
  readonly clusters?: readonly ReadCluster[];
}

/** What was read of a cluster. */
export interface ReadCluster {
  /** Folders at which Flux begins. */
  readonly folders: readonly string[];
  readonly kustomizations: number;
  readonly objects: number;
}

/**
 * Validates the configuration, renders the tree in memory and asks every rule that cannot be otherwise about it, without looking into the cache of
 * earlier runs. Writes nothing.
 *
 * @throws Failure where the configuration is wrong or a template fails
 */
export async function validate(root: ClusterRoot, options: SchemaOptions = {}): Promise<ValidateResult> {
  const inventory = await readInventory(root);
  const { files: rendered, findings } = await renderOnly(root);
  const files = await manifestFiles(root, rendered, inventory);
  const sources = await schemaSources(options, openUserCache(root.path));
  const charts = options.charts === undefined ? undefined : await chartStore(options.charts);
  const { checkTools, examine, schemaChecker, settingsOf } = await loadChecks();
  const report = await examine(files, {
    settings: settingsOf(await settingsText(root)),
    tools: {
      ...checkTools(schemaChecker(sources)),
      ...(charts === undefined ? {} : { charts }),
      ...(options.kubernetes === undefined ? {} : { kubernetes: options.kubernetes }),
    },
    removed: removedPaths(rendered, inventory),
  });
  return {
    findings: [...findings, ...(await withOrigins(root, report.findings))],
    files: files.length,
    coverage: report.coverage,
    charts: options.charts === undefined ? undefined : report.charts,
  };
}

/** The checks are loaded where there is something to check. */
export async function loadChecks() {
  const [{ checkTools, examine }, { schemaChecker }, { settingsOf }] = await Promise.all([
    import('../checks/run.ts'),
    import('../manifests/schemas.ts'),
    import('./lint.ts'),
  ]);
  return { checkTools, examine, schemaChecker, settingsOf };
}

/** Text of .cluster-template.yaml; undefined where there is none. */
async function settingsText(root: ClusterRoot): Promise<string | undefined> {
  return await readTextIfPresent(join(root.path, '.cluster-template.yaml'));
}

/**
 * Asks the rules that cannot be otherwise about a rendered tree and what the user put beside it. A tree that passed before is not looked at again.
 *
 * @param tree.kept - what earlier runs know of the files of a tree that is new as a whole
 * @returns warnings
 * @throws Failure with everything that was found where one finding is an error
 */
export async function passRules(
  root: ClusterRoot,
  rendered: readonly RenderedFile[],
  { inventory, kept }: { readonly inventory: Inventory | undefined; readonly kept: TreeMemory },
): Promise<readonly Finding[]> {
  const files = await manifestFiles(root, rendered, inventory);
  const removed = removedPaths(rendered, inventory);
  const settings = await settingsText(root);
  const key = treeKey(files, removed, settings);
  const cache = openUserCache(root.path);
  const memory = readChecks(cache, PROGRAM);
  const passed = memory.trees.find(([other]) => other === key);
  if (passed !== undefined) return passed[1];
  const { checkTools, examine, schemaChecker, settingsOf } = await loadChecks();
  const known = kept.readDocuments(
    files.flatMap(({ path, text, isSecret }) => (isSecret || !YAML_FILE.test(path) ? [] : [text])),
  );
  // As they stand in files that are not secret: what Flux would put into them makes another text.
  kept.readDocuments(inlinePatches([...known.values()].flat()));
  const report = await examine(files, {
    settings: settingsOf(settings),
    tools: checkTools(schemaChecker(PROVIDED), memory.passed),
    removed,
    known,
  });
  // What somebody wrote by hand is not ours to refuse: it stops no run, unless the run makes it wrong.
  const own = new Set(files.filter(({ isGenerated }) => !isGenerated).map(({ path }) => path));
  const findings = report.findings.map((finding): Finding => {
    const isOwn = own.has(finding.place?.file ?? '') && !report.ofRun.has(finding);
    return isOwn && finding.severity === 'error' ? { ...finding, severity: 'warning' } : finding;
  });
  if (findings.some(({ severity }) => severity === 'error')) throw new Failure('input', findings);
  rememberTree(cache, PROGRAM, memory, { key, findings, fitting: report.fitting });
  return findings;
}

/** Files that earlier runs generated and this one does not, sorted. */
function removedPaths(rendered: readonly RenderedFile[], inventory: Inventory | undefined): ReadonlySet<string> {
  const wanted = new Set(rendered.map(({ path }) => path));
  return new Set([...(inventory?.files.keys() ?? [])].filter((path) => !wanted.has(path)).sort());
}

/** Folders in which hand-written files may stand beside generated ones. */
const SHARED_FOLDERS = ['bootstrap', 'kubernetes', 'talos/patches'];

/**
 * The rendered files and those on disk that no run made: a rendered kustomization may list them.
 *
 * @throws Failure where one of the latter is a link out of the repository or to what is private, or holds a merge that is not finished
 */
export async function manifestFiles(
  root: ClusterRoot,
  rendered: readonly RenderedFile[],
  inventory: Inventory | undefined,
): Promise<ManifestFile[]> {
  const adopted = new Set(inventory?.adopted);
  const ours = rendered
    .filter(({ path }) => !adopted.has(path))
    .map(({ path, source, bytes }) => ({
      path,
      source,
      text: bytes.toString('utf8'),
      isGenerated: true,
      isSecret: isSecretPath(path),
    }));
  const known = new Set([...ours.map(({ path }) => path), ...(inventory?.files.keys() ?? [])]);
  const present = (await Promise.all(SHARED_FOLDERS.map((folder) => filesIn(root, folder)))).flat();
  const own = present.filter((path) => adopted.has(path) || !known.has(path)).sort();
  await refuseLinksOut(
    root,
    own.filter((path) => YAML_FILE.test(path)),
  );
  const others = await Promise.all(
    own.map(async (path) => ({ ...(await readOwn(root, path)), isAdopted: adopted.has(path) })),
  );
  const unmerged = others.flatMap(({ path, text }) => unmergedFindings(path, text));
  if (unmerged.length > 0) throw new Failure('input', unmerged);
  return [...ours, ...others];
}

/** What programs keep in hidden folders, git among them, is no part of the tree. */
async function filesIn(root: ClusterRoot, folder: string): Promise<string[]> {
  const paths = await listTree(join(root.path, folder));
  return paths.map((path) => `${folder}/${path}`).filter((path) => !path.includes('/.'));
}

const YAML_FILE = /\.ya?ml$/;

async function readOwn(root: ClusterRoot, path: string): Promise<ManifestFile> {
  const isYaml = YAML_FILE.test(path);
  const text = isYaml ? ((await readTextIfPresent(join(root.path, path))) ?? '') : '';
  return { path, source: path, text, isGenerated: false, isSecret: isSecretPath(path) };
}

/** What is remembered of trees that passed, of whatever repository; found by content alone. */
interface CheckMemory {
  /** Warnings and notes of each tree by its `treeKey`, the last one first. */
  readonly trees: readonly (readonly [key: string, findings: readonly Finding[]])[];
  /** Hashes of objects that fit their schemas, those of the last tree first. */
  readonly passed: readonly string[];
}

/** More than the trees and objects of a few clusters and of changes under way. */
const REMEMBERED = { trees: 64, objects: 8192 };

/**
 * One hash over everything that the rules look at. Secrets are in it, the private age key among them: so no single secret can
 * be guessed from the hash.
 */
function treeKey(files: readonly ManifestFile[], removed: ReadonlySet<string>, settings = ''): string {
  const hash = createHash('sha256');
  for (const { path, source, text, isGenerated, isAdopted } of files) {
    const owner = isGenerated ? 'generated' : isAdopted === true ? 'adopted' : 'own';
    hash.update(`\0${path}\0${source}\0${owner}\0`).update(text);
  }
  for (const path of removed) hash.update(`\0${path}`);
  hash.update(`\0\0${settings}`);
  return hash.digest('base64');
}

/**
 * What is remembered.
 *
 * @param program - changes with the code of the rules: what others found is worth nothing
 */
function readChecks(cache: UserCache, program: string): CheckMemory {
  const bytes = cache.read(entryName(program));
  return bytes === undefined ? { trees: [], passed: [] } : (JSON.parse(bytes.toString('utf8')) as CheckMemory);
}

/** Remembers a tree that passed, before what is remembered already; no secret that a finding quotes is written. */
function rememberTree(
  cache: UserCache,
  program: string,
  memory: CheckMemory,
  tree: { readonly key: string; readonly findings: readonly Finding[]; readonly fitting: readonly string[] },
): void {
  const next: CheckMemory = {
    trees: [[tree.key, tree.findings] as const, ...memory.trees].slice(0, REMEMBERED.trees),
    passed: [...new Set([...tree.fitting, ...memory.passed])].slice(0, REMEMBERED.objects),
  };
  cache.write(entryName(program), Buffer.from(JSON.stringify(redactValue(next))));
}

function entryName(program: string): string {
  return `checks-${createHash('sha256').update(program).digest('hex')}`;
}
