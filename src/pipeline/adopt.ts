import type { ClusterRoot } from '../cluster/root.ts';
import { failure } from '../report/finding.ts';
import { adoptFiles, type Adoption, recover } from '../workspace/apply.ts';
import { exclusively } from '../workspace/lock.ts';
import { findAccess } from './access.ts';
import { MANIFEST_FILE, readManifest, workspaceOf } from './state.ts';

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
    const manifest = await readManifest(root);
    if (manifest === undefined || manifest.conflicted) {
      throw failure('input', {
        code: 'workspace/manifest',
        message:
          manifest === undefined ? 'nothing was generated yet' : 'a merge conflict in the manifest waits to be mended',
        place: { file: MANIFEST_FILE },
        remedy: 'run `cluster-template configure` first',
      });
    }
    await findAccess(root, manifest, true);
    return await exclusive.uninterrupted(() => adoptFiles(workspace, manifest, request));
  });
}
