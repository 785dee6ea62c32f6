import { join } from 'node:path';
import { readMigrations, type MigrationStep } from '../cluster/config/migrations.ts';
import type { ClusterRoot } from '../cluster/root.ts';
import { uncommittedBelow } from '../pipeline/git.ts';
import { readManifest, workspaceOf } from '../pipeline/state.ts';
import { failure, type Failure, type Finding } from '../report/finding.ts';
import {
  below,
  inspect,
  makeTemporaryFolder,
  readBytesIfPresent,
  readTextIfPresent,
  removeTree,
} from '../system/files.ts';
import { askGitForPaths, isBlob } from '../system/git.ts';
import type { DesiredFile } from '../workspace/entry.ts';
import { exclusively } from '../workspace/exclusive.ts';
import {
  abortUpgrade,
  isPending,
  nothingToAbort,
  putIntoPlace,
  readUpgradeRecord,
  recoverUpgrade,
  type Aborted,
  type PendingOverride,
  type UpgradeRecord,
} from './apply.ts';
import { mergeFindings, mergeTemplate, type Conflict, type IndexEntry, type MergeResult } from './merge.ts';
import { planMigration, type MigrationPlan } from './migration.ts';
import {
  changedOriginals,
  isMergeable,
  mergeOverrides,
  originalFindings,
  overrideName,
  type ChangedOriginal,
  type Versions,
} from './originals.ts';
import {
  fetchTemplate,
  findBase,
  findTarget,
  newestVersion,
  offeredVersions,
  type TemplateBase,
  type TemplateCommit,
} from './source.ts';
import { GitStore, openUserRepository, type TreeEntry, type TreeFiles, type UserRepository } from './store.ts';
import {
  compareVersions,
  formatTemplateRecord,
  parseTemplateRecord,
  parseVersion,
  readTemplateRecord,
  TEMPLATE_FILE,
  type TemplateRecord,
} from './template.ts';
import { dependencyOf, newestOfRegistry, thinVersions, type Dependency } from './thin.ts';

/** What is asked of an upgrade. */
export interface UpgradeRequest {
  /** A version, tag, branch or commit of the template; its newest version where it is not given. */
  readonly wanted: string | undefined;
  /** URL or folder of the template's repository; the recorded one where it is not given. */
  readonly from: string | undefined;
  /** Whether the changes of their originals are merged into overrides. */
  readonly overrides: boolean;
  /** Whether anything is written at all. */
  readonly write: boolean;
  /** Asked before anything is written. */
  readonly confirm: (plan: UpgradePlan) => Promise<boolean>;
  readonly signal: AbortSignal;
}

/** What an upgrade does to a file. */
export interface UpgradedFile {
  readonly path: string;
  readonly change: 'added' | 'changed' | 'removed' | 'conflict';
}

/** What an upgrade would do. */
export interface UpgradePlan {
  readonly source: string;
  readonly from: TemplateBase;
  readonly to: TemplateCommit;
  readonly files: readonly UpgradedFile[];
  readonly originals: readonly ChangedOriginal[];
  readonly migration: MigrationPlan;
  readonly findings: readonly Finding[];
}

/**
 * What an upgrade came to. `current` is a repository that has the version already; `finished` one whose upgrade was interrupted before
 * and is complete now; `overrides` one into whose overrides the changes of a waiting upgrade were merged.
 */
export type UpgradeResult =
  | { readonly status: 'current'; readonly version: string; readonly source: string }
  | { readonly status: 'finished'; readonly record: UpgradeRecord; readonly conflicts: readonly string[] }
  | {
      readonly status: 'overrides';
      readonly record: UpgradeRecord;
      readonly files: readonly UpgradedFile[];
      readonly findings: readonly Finding[];
      readonly isWritten: boolean;
    }
  | { readonly status: 'planned' | 'refused' | 'merged'; readonly plan: UpgradePlan };

/** Which versions there are. */
export interface VersionCheck {
  readonly source: string;
  readonly current: string;
  readonly newest: string;
  readonly isNewer: boolean;
}

/**
 * Looks whether the template has a newer version; nothing is fetched but the names of its tags.
 *
 * @throws Failure where nothing says what the repository was made from, or the source cannot be asked
 */
export async function checkVersions(
  root: ClusterRoot,
  { from, signal }: Pick<UpgradeRequest, 'from' | 'signal'>,
): Promise<VersionCheck> {
  const user = await openUserRepository(root.path);
  const dependency = await dependencyOf(root);
  if (dependency !== undefined) return await checkPackage(root, { user, dependency, from, signal });
  const { record, source } = await templateOf(root, from);
  const store = await GitStore.open(user, signal);
  try {
    const newest = newestVersion(await offeredVersions(store, source), record.version)?.version ?? record.version;
    return { source, current: record.version, newest, isNewer: compareTexts(newest, record.version) > 0 };
  } finally {
    await store.close();
  }
}

/** The same for a thin repository, whose versions are those of a package. */
async function checkPackage(
  root: ClusterRoot,
  {
    user,
    dependency,
    from,
    signal,
  }: { readonly user: UserRepository; readonly dependency: Dependency } & Pick<UpgradeRequest, 'from' | 'signal'>,
): Promise<VersionCheck> {
  const wanted = from === undefined ? await newestOfRegistry(root, dependency) : undefined;
  const store = await GitStore.open(user, signal);
  try {
    const request = { from, wanted, overrides: false };
    const found = await versionsOfPackage(root, { store, user, request, dependency });
    const { from: current, to, source } = found;
    return {
      source,
      current: current.version,
      newest: to.version,
      isNewer: compareTexts(to.version, current.version) > 0,
    };
  } finally {
    await store.close();
  }
}

/**
 * Takes a newer version of the template into a repository that was made from it: the tool's files are merged, overrides on request, the
 * configuration is migrated. Nothing is committed; all of it is put into work tree and index at the end, all or nothing.
 *
 * @throws Failure where the tree is not clean, the version cannot be found, or something cannot be merged; nothing is changed then
 */
export async function upgrade(root: ClusterRoot, request: UpgradeRequest): Promise<UpgradeResult> {
  const user = await openUserRepository(root.path);
  return await exclusively(workspaceOf(root), request.signal, async (exclusive) => {
    const isFinished = await exclusive.uninterrupted(() => recoverUpgrade(root));
    const waiting = await waitingUpgrade(root, user);
    if (waiting !== undefined && isFinished) {
      return { status: 'finished', record: waiting, conflicts: await unmergedPaths(root) };
    }
    if (waiting !== undefined && request.overrides && waiting.overrides.length > 0) {
      return await mergeWaiting(root, {
        user,
        waiting,
        request,
        uninterrupted: (work) => exclusive.uninterrupted(work),
      });
    }
    await requireClean(root, waiting);
    const dependency = await dependencyOf(root);
    const template = dependency ?? (await templateOf(root, request.from));
    const store = await GitStore.open(user, request.signal);
    try {
      const versions =
        'record' in template
          ? await versionsOfTemplate({ store, user, request, ...template })
          : await versionsOfPackage(root, { store, user, request, dependency: template });
      const { from, to, source } = versions;
      if (from.commit === to.commit) return { status: 'current', version: to.version, source };
      const prepared = await prepare(root, { store, user, versions, overrides: request.overrides });
      const isWanted = request.write && (await request.confirm(prepared.plan));
      if (!isWanted) return { status: request.write ? 'refused' : 'planned', plan: prepared.plan };
      await exclusive.uninterrupted(prepared.write);
      return { status: 'merged', plan: prepared.plan };
    } finally {
      await store.close();
    }
  });
}

/**
 * Takes back an upgrade that is not committed yet.
 *
 * @throws Failure of kind `input` where there is none
 */
export async function takeBackUpgrade(root: ClusterRoot, signal: AbortSignal): Promise<Aborted> {
  const user = await openUserRepository(root.path);
  return await exclusively(workspaceOf(root), signal, async (exclusive) => {
    await exclusive.uninterrupted(() => recoverUpgrade(root));
    const record = await waitingUpgrade(root, user);
    if (record === undefined) throw nothingToAbort();
    const store = await GitStore.open(user, signal);
    try {
      const all = await store.files(record.head, user.prefix);
      const touched = new Set([...Object.keys(record.files), ...record.indexed]);
      const files = new Map([...all].filter(([path]) => touched.has(path)));
      const blobs = await store.blobs([...files.values()].map(({ object }) => object));
      const contents = new Map([...files.values()].map(({ object }) => [object, blobs.get(object) ?? Buffer.alloc(0)]));
      return await exclusive.uninterrupted(() => abortUpgrade(root, user, { files, blobs: contents }));
    } finally {
      await store.close();
    }
  });
}

/** The upgrade that waits to be committed; undefined where none does. */
async function waitingUpgrade(root: ClusterRoot, user: UserRepository): Promise<UpgradeRecord | undefined> {
  const record = await readUpgradeRecord(root);
  return record !== undefined && (await isPending(user, record)) ? record : undefined;
}

/** Paths of which git's index holds the sides of a conflict. */
async function unmergedPaths(root: ClusterRoot): Promise<string[]> {
  const lines = (await askGitForPaths(root.path, ['ls-files', '--unmerged', '-z'])) ?? [];
  return [...new Set(lines.map((line) => line.slice(line.indexOf('\t') + 1)))];
}

/** Merges into overrides what changed in their originals by an upgrade that waits to be committed, and becomes part of it. */
async function mergeWaiting(
  root: ClusterRoot,
  {
    user,
    waiting,
    request,
    uninterrupted,
  }: {
    readonly user: UserRepository;
    readonly waiting: UpgradeRecord;
    readonly request: UpgradeRequest;
    readonly uninterrupted: (work: () => Promise<void>) => Promise<void>;
  },
): Promise<UpgradeResult> {
  const edited = await uncommittedBelow(
    root,
    waiting.overrides.map(({ path }) => path),
    { ignored: false },
  );
  if (edited !== undefined && edited.length > 0) throw uncommitted(edited);
  const store = await GitStore.open(user, request.signal);
  try {
    const own = await store.files(user.head, user.prefix);
    const { writes, removals, index, conflicts } = await mergeOverrides(store, waiting.overrides, own);
    const contents = await store.blobs(writes.map(({ object }) => object));
    const change = {
      files: writes.map((entry) => desiredFile(entry, contents)),
      removals,
      index,
      unindexed: removals.filter((path) => !index.some((entry) => entry.path === path)),
      pack: await store.pack(index.map(({ object }) => object)),
    };
    if (request.write) {
      const { from, to, head } = waiting;
      const record = { from, to, head, overrides: [], previous: waiting };
      await uninterrupted(() => putIntoPlace(root, change, { prefix: user.prefix, record }));
    }
    const files = upgradedFiles(own, [{ writes, removals }], conflicts);
    const findings = mergeFindings({ conflicts, left: [] });
    return { status: 'overrides', record: waiting, files, findings, isWritten: request.write };
  } finally {
    await store.close();
  }
}

const MOST_NAMED = 10;

/** What was changed and not committed could be neither told from the upgrade afterwards, nor brought back. */
async function requireClean(root: ClusterRoot, waiting: UpgradeRecord | undefined): Promise<void> {
  if (waiting !== undefined) {
    throw failure('input', {
      code: 'upgrade/unfinished',
      message: `the upgrade from ${waiting.from} to ${waiting.to} is not committed yet`,
      remedy: 'commit it, or take it back with `cluster-template upgrade --abort`',
    });
  }
  const [changed, others] = await Promise.all([
    uncommittedBelow(root, ['.'], { ignored: false }),
    askGitForPaths(root.path, ['ls-files', '--others', '-z']),
  ]);
  const untracked = new Set(others);
  const paths = (changed ?? []).filter((path) => !untracked.has(path));
  if (paths.length > 0) throw uncommitted(paths);
}

function uncommitted(paths: readonly string[]): Failure {
  const more = paths.length > MOST_NAMED ? ` and ${String(paths.length - MOST_NAMED)} more` : '';
  return failure('input', {
    code: 'upgrade/repository',
    message: `there are changes that are not committed: ${paths.slice(0, MOST_NAMED).join(', ')}${more}`,
    remedy: 'commit them, or put them aside with `git stash`',
  });
}

/** What the repository was made from, and where newer versions are. */
async function templateOf(
  root: ClusterRoot,
  from: string | undefined,
): Promise<{ readonly record: TemplateRecord; readonly source: string }> {
  const record = (await readTemplateRecord(root)) ?? (await recordOfPackage(root));
  if (record === undefined) {
    throw failure('input', {
      code: 'upgrade/template',
      message: `nothing says which version of the template this repository was made from: there is no ${TEMPLATE_FILE}`,
      remedy: `restore it from git, or write {"version": "0.1.0"} into ${TEMPLATE_FILE}`,
    });
  }
  const source = from ?? record.source;
  if (source !== undefined) return { record, source };
  throw failure('input', {
    code: 'upgrade/template',
    message: `${TEMPLATE_FILE} does not say where newer versions of the template are`,
    place: { file: TEMPLATE_FILE },
    remedy: 'name the URL or the folder of its git repository with --from',
  });
}

/** Version 0.1.0 had no record yet. */
async function recordOfPackage(root: ClusterRoot): Promise<TemplateRecord | undefined> {
  const text = await readTextIfPresent(join(root.path, 'package.json'));
  if (text === undefined || !/^[ \t]*"name":\s*"cluster-template"/m.test(text)) return undefined;
  const version = /^[ \t]*"version":\s*"([^"]+)"/m.exec(text)?.[1];
  return version !== undefined && parseVersion(version) !== undefined ? { version } : undefined;
}

async function refuseOlder(store: GitStore, from: TemplateCommit, to: TemplateCommit): Promise<void> {
  const isAncestor = await store.try(['merge-base', '--is-ancestor', to.commit, from.commit]);
  const isOlder = compareTexts(to.version, from.version) < 0;
  if (isAncestor.exitCode !== 0 && !isOlder) return;
  throw older(from.version, to.version);
}

function older(from: string, to: string): Failure {
  return failure('usage', {
    code: 'usage/argument',
    message: `${to} is older than ${from}, which this repository has`,
    remedy: 'an upgrade that was committed is taken back with `git revert`',
  });
}

function compareTexts(one: string, other: string): number {
  const [first, second] = [parseVersion(one), parseVersion(other)];
  return first === undefined || second === undefined ? 0 : compareVersions(first, second);
}

/** Two versions of the template, and what the newer one asks for. */
interface TemplateVersions {
  readonly source: string;
  readonly from: TemplateBase;
  readonly to: TemplateCommit;
  /** The files that are merged. */
  readonly base: TreeFiles;
  readonly theirs: TreeFiles;
  /** The files that overrides and adopted files are held against. */
  readonly templates: Versions;
  readonly steps: readonly MigrationStep[];
  /** Names of steps of a kind that is not known here. */
  readonly unknown: readonly string[];
  /** What is recorded of the template afterwards. */
  readonly record: TemplateRecord;
  /** Files that change besides. */
  readonly raised: Pick<MergeResult, 'writes' | 'removals'>;
}

/** What an upgrade is worked out from. */
interface Preparation {
  readonly store: GitStore;
  readonly user: UserRepository;
  readonly versions: TemplateVersions;
  readonly overrides: boolean;
}

type Asked = Pick<UpgradeRequest, 'from' | 'wanted' | 'overrides'>;

/** The versions of a repository that holds the tool itself: those of the template's git repository. */
async function versionsOfTemplate({
  store,
  user,
  request,
  record,
  source,
}: Pick<Preparation, 'store' | 'user'> & {
  readonly request: Asked;
  readonly record: TemplateRecord;
  readonly source: string;
}): Promise<TemplateVersions> {
  await fetchTemplate(store, source);
  const to = await findTarget(store, { source, wanted: request.wanted, current: record.version });
  const from = await findBase(store, { source, record, user, target: to });
  if (from.commit !== to.commit) await refuseOlder(store, from, to);
  const [base, theirs] = [await store.files(from.commit), await store.files(to.commit)];
  return {
    source,
    from,
    to,
    base,
    theirs,
    templates: { base: { commit: from.commit, files: base }, theirs: { commit: to.commit, files: theirs } },
    ...(await stepsOf(store, to)),
    record: await nextRecord(store, { record, source, to }),
    raised: { writes: [], removals: [] },
  };
}

/** The versions of a thin repository: those of the package that it depends on. */
async function versionsOfPackage(
  root: ClusterRoot,
  {
    store,
    user,
    request,
    dependency,
  }: Pick<Preparation, 'store' | 'user'> & { readonly request: Asked; readonly dependency: Dependency },
): Promise<TemplateVersions> {
  const isNewest = request.from === undefined && request.wanted === undefined;
  const wanted = isNewest ? await newestOfRegistry(root, dependency) : request.wanted;
  const own = await store.files(user.head, user.prefix);
  const scratch = await makeTemporaryFolder();
  try {
    const asked = { ...dependency, from: request.from, wanted, own, scratch };
    const { from, to, templates, ...found } = await thinVersions(root, store, asked);
    if (compareTexts(to, from) < 0) throw older(from, to);
    return {
      ...found,
      from: { version: from, commit: templates.base.commit, origin: 'installed package' },
      to: {
        version: to,
        commit:
          from === to && isUnchanged(found) && found.raised.writes.length === 0
            ? templates.base.commit
            : templates.theirs.commit,
      },
      templates,
    };
  } finally {
    await removeTree(below(scratch));
  }
}

function isUnchanged({ base, theirs }: Pick<TemplateVersions, 'base' | 'theirs'>): boolean {
  return [...theirs.values()].every(({ path, object }) => base.get(path)?.object === object);
}

async function prepare(
  root: ClusterRoot,
  { store, user, versions, overrides }: Preparation,
): Promise<{ readonly plan: UpgradePlan; readonly write: () => Promise<void> }> {
  const { source, from, to, base, theirs, steps, unknown, raised } = versions;
  const own = await store.files(user.head, user.prefix);
  const merge = await mergeTemplate(store, { base, own, theirs }, (entry) => placeOf(root, entry));
  const adopted = (await readManifest(root))?.adopted ?? [];
  const originals = await changedOriginals(store, versions.templates, { own, adopted });
  const pending = originals.flatMap(pendingOverride);
  const merged = overrides ? await mergeOverrides(store, pending, own) : NOTHING;
  const migration = await planMigration(root, steps);
  const conflicts = [...merge.conflicts, ...merged.conflicts];
  const plan: UpgradePlan = {
    source,
    from,
    to,
    files: upgradedFiles(own, [merge, merged, raised], conflicts),
    originals,
    migration,
    findings: [
      ...baseFindings(from, source),
      ...mergeFindings({ conflicts, left: merge.left }),
      ...originalFindings(originals, { merged: overrides }),
      ...migration.findings,
      ...unknown.map(unknownStep),
    ],
  };
  const write = async (): Promise<void> => {
    const text = formatTemplateRecord(versions.record);
    const recorded = { path: TEMPLATE_FILE, mode: '100644', object: await store.write(text) };
    const migrated = await migratedFiles(store, migration, own);
    const writes = [...merge.writes, ...merged.writes, ...raised.writes, recorded, ...migrated];
    const contents = await store.blobs(writes.map(({ object }) => object));
    const tracked = [recorded, ...raised.writes, ...migrated.filter(({ path }) => own.has(path))].map((entry) => ({
      ...entry,
      stage: 0,
    }));
    const index: readonly IndexEntry[] = [...merge.index, ...merged.index, ...tracked];
    const removals = [...merge.removals, ...merged.removals, ...raised.removals];
    const waiting = overrides ? [] : pending;
    const objects = [...index, ...waiting.flatMap(({ before, after }) => [before, after])].map(({ object }) => object);
    const change = {
      files: writes.map((entry) => desiredFile(entry, contents)),
      removals,
      index,
      unindexed: removals.filter((path) => !index.some((entry) => entry.path === path)),
      pack: await store.pack(objects),
    };
    const about = { from: from.version, to: to.version, head: user.head, overrides: waiting };
    await putIntoPlace(root, change, { prefix: user.prefix, record: about });
  };
  return { plan, write };
}

const NOTHING: Omit<MergeResult, 'left'> = { writes: [], removals: [], index: [], conflicts: [] };

/** What lies where the new version has a file that git does not track here. */
async function placeOf(root: ClusterRoot, { path, object }: TreeEntry): Promise<'free' | 'same' | 'other'> {
  const kind = (await inspect(join(root.path, path)))?.kind;
  if (kind === undefined) return 'free';
  const bytes = kind === 'file' ? await readBytesIfPresent(join(root.path, path)) : undefined;
  return bytes !== undefined && isBlob(object, bytes) ? 'same' : 'other';
}

const MIGRATIONS_FILE = 'schemas/migrations.json';

/** The steps that the new version asks for. */
async function stepsOf(
  store: GitStore,
  { commit }: TemplateCommit,
): Promise<{ readonly steps: readonly MigrationStep[]; readonly unknown: readonly string[] }> {
  const { exitCode, stdout } = await store.try(['cat-file', 'blob', `${commit}:${MIGRATIONS_FILE}`]);
  return exitCode === 0 ? readMigrations(JSON.parse(stdout.toString('utf8'))) : { steps: [], unknown: [] };
}

function unknownStep(name: string): Finding {
  return {
    code: 'upgrade/migration',
    severity: 'warning',
    message: `the step "${name}" of the configuration is of a kind that this version does not know`,
    remedy: 'run `cluster-template config migrate` with the new version',
  };
}

/** The migrated files as objects. */
async function migratedFiles(store: GitStore, { files }: MigrationPlan, own: TreeFiles): Promise<TreeEntry[]> {
  const entries: TreeEntry[] = [];
  for (const { path, after } of files) {
    entries.push({ path, mode: own.get(path)?.mode ?? '100644', object: await store.write(after) });
  }
  return entries;
}

/** Where newer versions are is what the new version says, then what was recorded; a folder of this machine is no place for others. */
async function nextRecord(
  store: GitStore,
  { record, source, to }: { readonly record: TemplateRecord; readonly source: string; readonly to: TemplateCommit },
): Promise<TemplateRecord> {
  const { exitCode, stdout } = await store.try(['cat-file', 'blob', `${to.commit}:${TEMPLATE_FILE}`]);
  const theirs = exitCode === 0 ? parseTemplateRecord(stdout.toString('utf8')) : undefined;
  const isAddress = /^(?:[a-z][a-z0-9+.-]*:\/\/|[\w.-]+@[\w.-]+:)/i.test(source);
  const next = theirs?.source ?? record.source ?? (isAddress ? source : undefined);
  return { version: to.version, commit: to.commit, ...(next === undefined ? {} : { source: next }) };
}

function desiredFile({ path, mode, object }: TreeEntry, contents: ReadonlyMap<string, Buffer>): DesiredFile {
  const bytes = contents.get(object);
  if (bytes === undefined) throw new Error(`no content of ${path}`);
  return { path, bytes, executable: mode === '100755', secret: false };
}

function pendingOverride(one: ChangedOriginal): PendingOverride[] {
  const { path, before, after } = one;
  return isMergeable(one) && after !== undefined ? [{ path, to: overrideName(one), before, after }] : [];
}

function upgradedFiles(
  own: TreeFiles,
  merges: readonly Pick<MergeResult, 'writes' | 'removals'>[],
  conflicts: readonly Conflict[],
): UpgradedFile[] {
  const inConflict = new Set(conflicts.map(({ path }) => path));
  const files = merges.flatMap(({ writes, removals }): UpgradedFile[] => [
    ...writes.map(({ path }) => ({ path, change: own.has(path) ? ('changed' as const) : ('added' as const) })),
    ...removals.map((path) => ({ path, change: 'removed' as const })),
  ]);
  return [
    ...files.filter(({ path }) => !inConflict.has(path)),
    ...[...inConflict].map((path) => ({ path, change: 'conflict' as const })),
  ].sort((one, other) => (one.path < other.path ? -1 : 1));
}

function baseFindings({ origin, commit, version }: TemplateBase, source: string): Finding[] {
  if (origin !== 'nearest commit') return [];
  return [
    {
      code: 'upgrade/template',
      severity: 'note',
      message: `no commit is recorded: of those of version ${version} in ${source}, ${commit.slice(0, 12)} is most like this repository and is taken for what it was made from`,
    },
  ];
}
