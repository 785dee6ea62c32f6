import { isSecretPath } from '../../sops/rules.ts';
import type { ClusterRoot } from '../../cluster/root.ts';
import { findAccess } from '../../pipeline/access.ts';
import { settleConflicts, withoutOwnWork, type ConflictChoice } from '../../pipeline/conflicts.ts';
import { INVENTORY_FILE, readInventory, workspaceOf } from '../../pipeline/state.ts';
import { failure } from '../../report/finding.ts';
import { applyPlan, recover } from '../../workspace/apply.ts';
import { readDisk, repositoriesAmong } from '../../workspace/disk.ts';
import { exclusively } from '../../workspace/lock.ts';
import type { Inventory } from '../../workspace/inventory.ts';
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
 * Removes every file that the inventory names, all or nothing, and nothing else: talos/talsecret.sops.yaml and whatever else was not
 * generated stays, and so does what the user adopted. The inventory keeps the owner's name, so that the tree stays theirs.
 *
 * @throws Failure where the tree belongs to somebody else, a file was changed by hand (unless told what to do) or the disk refuses
 */
export async function resetTemplates(root: ClusterRoot, options: TemplateResetOptions): Promise<TemplateReset> {
  const workspace = workspaceOf(root);
  return await exclusively(workspace, options.signal, async (exclusive) => {
    await recover(workspace);
    const inventory = await requireInventory(root);
    await findAccess(root, inventory, true);
    const { plan, keepCopies } = await settleConflicts(root, await planRemoval(root, inventory), options.conflicts);
    const removals = plan.entries.filter(({ status }) => status === 'removed');
    const removed = removals.map(({ path }) => path);
    const isWanted = removals.length === 0 || (await options.confirm(removals));
    if (!options.write || !isWanted) {
      return { plan, removed: [], written: false, backup: undefined };
    }
    const backup = await exclusive.uninterrupted(async () => {
      const copies = await keepCopies();
      const { generator, recipient, adopted } = inventory;
      await applyPlan(workspace, plan, { generator, recipient, adopted, inputs: new Map() });
      return copies;
    });
    return { plan, removed, written: true, backup };
  });
}

async function requireInventory(root: ClusterRoot): Promise<Inventory> {
  const inventory = await readInventory(root);
  if (inventory !== undefined && !inventory.conflicted) return inventory;
  throw failure('input', {
    code: 'workspace/inventory',
    message:
      inventory === undefined
        ? 'there is no inventory, so nothing is known to be generated'
        : 'a merge conflict in the inventory waits to be mended',
    place: { file: INVENTORY_FILE },
    remedy:
      inventory === undefined
        ? 'restore it from git, or run `cluster-template configure`'
        : 'run `cluster-template configure` first',
  });
}

/** A plan in which nothing is wanted. */
async function planRemoval(root: ClusterRoot, inventory: Inventory): Promise<Plan> {
  const workspace = workspaceOf(root);
  const generated = [...inventory.files.keys()].filter((path) => !inventory.adopted.includes(path));
  const [disk, repositories] = await Promise.all([readDisk(workspace, generated), repositoriesAmong(workspace)]);
  return await withoutOwnWork(root, planChanges([], { disk, repositories, isSecret: isSecretPath }, inventory));
}
