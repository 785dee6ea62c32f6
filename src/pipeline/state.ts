import { OUTPUT_ROOTS, type ClusterRoot } from '../cluster/root.ts';
import { readOwnTextIfPresent } from '../system/writing.ts';
import { pendingManifest } from '../workspace/apply.ts';
import { isInsideOutputRoots, stateFile, type Workspace } from '../workspace/disk.ts';
import { MANIFEST_NAME, parseManifest, unionOf, withOwnPaths, type Manifest } from '../workspace/manifest.ts';

/** Path of the manifest relative to the cluster's root. */
export const MANIFEST_FILE = `.cluster-template/${MANIFEST_NAME}`;

/** The part of a cluster's root that runs write to. */
export function workspaceOf(root: ClusterRoot): Workspace {
  return { root: root.path, state: root.state, outputRoots: OUTPUT_ROOTS };
}

/** Text of the manifest of the last run, or undefined in a tree that was never configured. */
export async function readManifestText(root: ClusterRoot): Promise<string | undefined> {
  return await readOwnTextIfPresent(stateFile(workspaceOf(root), MANIFEST_NAME));
}

/**
 * The manifest of the last run, or undefined in a tree that was never configured. Where a run was interrupted, what it was
 * about to record counts as recorded too.
 *
 * @throws Failure where it cannot be read, or names files that no run can have made
 */
export async function readManifest(root: ClusterRoot): Promise<Manifest | undefined> {
  const [text, pending] = await Promise.all([readManifestText(root), pendingManifest(workspaceOf(root))]);
  const isOurs = (path: string): boolean => isInsideOutputRoots(path, OUTPUT_ROOTS);
  const manifests = [text, pending].flatMap((one) =>
    one === undefined ? [] : [withOwnPaths(parseManifest(one, MANIFEST_FILE), isOurs, MANIFEST_FILE)],
  );
  const [first, second] = manifests;
  return first !== undefined && second !== undefined ? unionOf(first, second) : first;
}
