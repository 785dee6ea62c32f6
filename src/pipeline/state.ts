import { OUTPUT_ROOTS, type ClusterRoot } from '../cluster/root.ts';
import { readOwnTextIfPresent } from '../system/writing.ts';
import { pendingInventory } from '../workspace/apply.ts';
import { isInsideOutputRoots, stateFile, type Workspace } from '../workspace/disk.ts';
import { INVENTORY_NAME, parseInventory, unionOf, withOwnPaths, type Inventory } from '../workspace/inventory.ts';

/** Path of the inventory relative to the cluster's root. */
export const INVENTORY_FILE = `.cluster-template/${INVENTORY_NAME}`;

/** The part of a cluster's root that runs write to. */
export function workspaceOf(root: ClusterRoot): Workspace {
  return { root: root.path, state: root.state, outputRoots: OUTPUT_ROOTS };
}

/** Text of the inventory of the last run, or undefined in a tree that was never configured. */
export async function readInventoryText(root: ClusterRoot): Promise<string | undefined> {
  return await readOwnTextIfPresent(stateFile(workspaceOf(root), INVENTORY_NAME));
}

/**
 * The inventory of the last run, or undefined in a tree that was never configured. Where a run was interrupted, what it was
 * about to record counts as recorded too.
 *
 * @throws Failure where it cannot be read, or names files that no run can have made
 */
export async function readInventory(root: ClusterRoot): Promise<Inventory | undefined> {
  const [text, pending] = await Promise.all([readInventoryText(root), pendingInventory(workspaceOf(root))]);
  const isOurs = (path: string): boolean => isInsideOutputRoots(path, OUTPUT_ROOTS);
  const inventories = [text, pending].flatMap((one) =>
    one === undefined ? [] : [withOwnPaths(parseInventory(one, INVENTORY_FILE), isOurs, INVENTORY_FILE)],
  );
  const [first, second] = inventories;
  return first !== undefined && second !== undefined ? unionOf(first, second) : first;
}
