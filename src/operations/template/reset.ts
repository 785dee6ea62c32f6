import { isSecretPath } from '../../sops/rules.ts';
import type { ClusterRoot } from '../../cluster/root.ts';
import { findAccess } from '../../pipeline/access.ts';
import { settleConflicts, withoutOwnWork, type ConflictChoice } from '../../pipeline/conflicts.ts';
import { MANIFEST_FILE, readManifest, workspaceOf } from '../../pipeline/state.ts';
import { failure } from '../../report/finding.ts';
import { applyPlan, recover } from '../../workspace/apply.ts';
import { readDisk, repositoriesAmong } from '../../workspace/disk.ts';
import { exclusively } from '../../workspace/lock.ts';
import type { Manifest } from '../../workspace/manifest.ts';
import { planChanges, type Plan, type PlanEntry } from '../../workspace/plan.ts';

/** How a reset is to be done. */
interface TemplateResetOptions {
  /** What to do with generated files that somebody changed by hand. */
  readonly conflicts: ConflictChoice;
  /** Whether anything is written at all. */
  readonly write: boolean;
  /** Asked before anything is removed. */
  readonly confirm: (removals: readonly PlanEntry[]) => Promise<boolean>;
  readonly signal: AbortSignal;
}

/** What a reset did. */
interface TemplateReset {
  readonly plan: Plan;
  readonly removed: readonly string[];
  readonly written: boolean;
  /** Folder of the copies of files that were changed by hand. */
  readonly backup: string | undefined;
}

/**
 * Removes every file that the manifest names, all or nothing, and nothing else: talos/talsecret.sops.yaml and whatever else was not
 * generated stays, and so does what the user adopted. The manifest keeps the owner's name, so that the tree stays theirs.
 *
 * @throws Failure where the tree belongs to somebody else, a file was changed by hand (unless told what to do) or the disk refuses
 */
export async function resetTemplates(root: ClusterRoot, options: TemplateResetOptions): Promise<TemplateReset> {
  const workspace = workspaceOf(root);
  return await exclusively(workspace, options.signal, async (exclusive) => {
    await recover(workspace);
    const manifest = await requireManifest(root);
    await findAccess(root, manifest, true);
    const { plan, keepCopies } = await settleConflicts(root, await planRemoval(root, manifest), options.conflicts);
    const removals = plan.entries.filter(({ status }) => status === 'removed');
    const removed = removals.map(({ path }) => path);
    const isWanted = removals.length === 0 || (await options.confirm(removals));
    if (!options.write || !isWanted) {
      return { plan, removed: [], written: false, backup: undefined };
    }
    const backup = await exclusive.uninterrupted(async () => {
      const copies = await keepCopies();
      const { generator, recipient, adopted } = manifest;
      await applyPlan(workspace, plan, { generator, recipient, adopted, inputs: new Map() });
      return copies;
    });
    return { plan, removed, written: true, backup };
  });
}

async function requireManifest(root: ClusterRoot): Promise<Manifest> {
  const manifest = await readManifest(root);
  if (manifest !== undefined && !manifest.conflicted) return manifest;
  throw failure('input', {
    code: 'workspace/manifest',
    message:
      manifest === undefined
        ? 'there is no manifest, so nothing is known to be generated'
        : 'a merge conflict in the manifest waits to be mended',
    place: { file: MANIFEST_FILE },
    remedy:
      manifest === undefined
        ? 'restore it from git, or run `cluster-template configure`'
        : 'run `cluster-template configure` first',
  });
}

/** A plan in which nothing is wanted. */
async function planRemoval(root: ClusterRoot, manifest: Manifest): Promise<Plan> {
  const workspace = workspaceOf(root);
  const generated = [...manifest.files.keys()].filter((path) => !manifest.adopted.includes(path));
  const [disk, repositories] = await Promise.all([readDisk(workspace, generated), repositoriesAmong(workspace)]);
  return await withoutOwnWork(root, planChanges([], { disk, repositories, isSecret: isSecretPath }, manifest));
}
