import type { ClusterRoot } from '../cluster/root.ts';
import { failure } from '../report/finding.ts';
import { adoptFiles, type Adoption, recover } from '../workspace/apply.ts';
import { exclusively } from '../workspace/lock.ts';
import { findAccess } from './access.ts';
import { INVENTORY_FILE, readInventory, workspaceOf } from './state.ts';

/**
 * Gives generated files to the user for good, or takes them back.
 *
 * @param request.paths - relative to the cluster's root, with forward slashes
 * @throws Failure where a path is none of a generated file, the tree belongs to somebody else or another run does not end
 */
export async function adopt(
  root: ClusterRoot,
  request: { readonly paths: readonly string[]; readonly release: boolean },
  signal: AbortSignal,
): Promise<Adoption[]> {
  const workspace = workspaceOf(root);
  return await exclusively(workspace, signal, async (exclusive) => {
    await recover(workspace);
    const inventory = await readInventory(root);
    if (inventory === undefined || inventory.conflicted) {
      throw failure('input', {
        code: 'workspace/inventory',
        message:
          inventory === undefined
            ? 'nothing was generated yet'
            : 'a merge conflict in the inventory waits to be mended',
        place: { file: INVENTORY_FILE },
        remedy: 'run `cluster-template configure` first',
      });
    }
    await findAccess(root, inventory, true);
    return await exclusive.uninterrupted(() => adoptFiles(workspace, inventory, request));
  });
}
