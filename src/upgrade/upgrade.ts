import type { ClusterRoot } from '../cluster/root.ts';
import { uncommittedBelow } from '../pipeline/git.ts';
import { workspaceOf } from '../pipeline/state.ts';
import { failure, type Failure, type Finding } from '../report/finding.ts';
import { askGitForPaths } from '../system/git.ts';
import { exclusively } from '../workspace/lock.ts';
import {
  abortUpgrade,
  isPending,
  nothingToAbort,
  putIntoPlace,
  readUpgradeRecord,
  recoverUpgrade,
  type Aborted,
  type UpgradeRecord,
} from './apply.ts';
import { mergeFindings } from './merge.ts';
import { mergeOverrides } from './originals.ts';
import { planUpgrade, treeChange, upgradedFiles, type UpgradedFile, type UpgradePlan } from './plan.ts';
import { GitStore, openUserRepository, type UserRepository } from './store.ts';
import { findVersions, type VersionRequest } from './versions.ts';

/** What is asked of an upgrade. */
export interface UpgradeRequest extends VersionRequest {
  /** Whether the changes of their originals are merged into overrides. */
  readonly overrides: boolean;
  /** Whether anything is written at all. */
  readonly write: boolean;
  /** Asked before anything is written. */
  readonly confirm: (plan: UpgradePlan) => Promise<boolean>;
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
    const store = await GitStore.open(user, request.signal);
    try {
      const versions = await findVersions(root, { store, user }, request);
      const { from, to, source } = versions;
      if (from.commit === to.commit) return { status: 'current', version: to.version, source };
      const asked = { versions, overrides: request.overrides };
      const { plan, waiting: overrides, change } = await planUpgrade(root, { store, user }, asked);
      const isWanted = request.write && (await request.confirm(plan));
      if (!isWanted) return { status: request.write ? 'refused' : 'planned', plan };
      await exclusive.uninterrupted(async () => {
        const record = { from: from.version, to: to.version, head: user.head, overrides };
        await putIntoPlace(root, await change(), { prefix: user.prefix, record });
      });
      return { status: 'merged', plan };
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
    const change = await treeChange(store, { writes, removals, index });
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
