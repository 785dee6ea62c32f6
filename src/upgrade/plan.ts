import { join } from 'node:path';
import type { ClusterRoot } from '../cluster/root.ts';
import { readInventory } from '../pipeline/state.ts';
import type { Finding } from '../report/finding.ts';
import { inspect, readAllBytesIfPresent } from '../system/files.ts';
import { isBlob } from '../system/git.ts';
import type { DesiredFile } from '../workspace/inventory.ts';
import type { PendingOverride, TreeChange } from './apply.ts';
import { mergeFindings, mergeTemplate, type Conflict, type MergeResult } from './merge.ts';
import { planMigration, type MigrationPlan } from './migration.ts';
import {
  changedOriginals,
  isMergeable,
  mergeOverrides,
  originalFindings,
  overrideName,
  type ChangedOriginal,
} from './originals.ts';
import type { TemplateBase, TemplateCommit, TemplateVersions } from './source.ts';
import type { GitStore, TreeEntry, TreeFiles } from './store.ts';
import { formatTemplateRecord, TEMPLATE_FILE } from './template.ts';
import type { Repositories } from './versions.ts';

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

/** An upgrade that is worked out. */
interface PreparedUpgrade {
  readonly plan: UpgradePlan;
  /** Overrides into which the change of their original is not merged. */
  readonly waiting: readonly PendingOverride[];
  /** What is to be put into place for it. */
  readonly change: () => Promise<TreeChange>;
}

/**
 * Works out what an upgrade does: the merge of the tool's files, of overrides where that is wanted, and the migration of the
 * configuration. Nothing of the user's repository is changed.
 */
export async function planUpgrade(
  root: ClusterRoot,
  { store, user }: Repositories,
  { versions, overrides }: { readonly versions: TemplateVersions; readonly overrides: boolean },
): Promise<PreparedUpgrade> {
  const { source, from, to, base, theirs, steps, unknown, raised } = versions;
  const own = await store.files(user.head, user.prefix);
  const merge = await mergeTemplate(store, { base, own, theirs }, (entry) => placeOf(root, entry));
  const adopted = (await readInventory(root))?.adopted ?? [];
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
  const waiting = overrides ? [] : pending;
  const change = async (): Promise<TreeChange> => {
    const text = formatTemplateRecord(versions.record);
    const recorded = { path: TEMPLATE_FILE, mode: '100644', object: await store.write(text) };
    const migrated = await migratedFiles(store, migration, own);
    const tracked = [recorded, ...raised.writes, ...migrated.filter(({ path }) => own.has(path))];
    const whole = {
      writes: [...merge.writes, ...merged.writes, ...raised.writes, recorded, ...migrated],
      removals: [...merge.removals, ...merged.removals, ...raised.removals],
      index: [...merge.index, ...merged.index, ...tracked.map((entry) => ({ ...entry, stage: 0 }))],
    };
    return await treeChange(store, whole, waiting);
  };
  return { plan, waiting, change };
}

/**
 * What is to be put into place for a merge.
 *
 * @param waiting - overrides that may be merged later, which needs both versions of their originals
 */
export async function treeChange(
  store: GitStore,
  { writes, removals, index }: Omit<MergeResult, 'conflicts' | 'left'>,
  waiting: readonly PendingOverride[] = [],
): Promise<TreeChange> {
  const contents = await store.blobs(writes.map(({ object }) => object));
  const objects = [...index, ...waiting.flatMap(({ before, after }) => [before, after])].map(({ object }) => object);
  return {
    files: writes.map((entry) => desiredFile(entry, contents)),
    removals,
    index,
    unindexed: removals.filter((path) => !index.some((entry) => entry.path === path)),
    pack: await store.pack(objects),
  };
}

const NOTHING: Omit<MergeResult, 'left'> = { writes: [], removals: [], index: [], conflicts: [] };

/** What lies where the new version has a file that git does not track here. */
async function placeOf(root: ClusterRoot, { path, object }: TreeEntry): Promise<'free' | 'same' | 'other'> {
  const kind = (await inspect(join(root.path, path)))?.kind;
  if (kind === undefined) return 'free';
  const bytes = kind === 'file' ? await readAllBytesIfPresent(join(root.path, path)) : undefined;
  return bytes !== undefined && isBlob(object, bytes) ? 'same' : 'other';
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

function desiredFile({ path, mode, object }: TreeEntry, contents: ReadonlyMap<string, Buffer>): DesiredFile {
  const bytes = contents.get(object);
  if (bytes === undefined) throw new Error(`no content of ${path}`);
  return { path, bytes, executable: mode === '100755', secret: false };
}

function pendingOverride(one: ChangedOriginal): PendingOverride[] {
  const { path, before, after } = one;
  return isMergeable(one) && after !== undefined ? [{ path, to: overrideName(one), before, after }] : [];
}

/** What merges do to each file, in the order of the paths. */
export function upgradedFiles(
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
