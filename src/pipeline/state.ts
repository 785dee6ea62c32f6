import { join } from 'node:path';
import { OUTPUT_ROOTS, type ClusterRoot } from '../cluster/root.ts';
import { readTextIfPresent } from '../system/files.ts';
import type { Workspace } from '../workspace/disk.ts';
import { MANIFEST_NAME, parseManifest, type Manifest } from '../workspace/manifest.ts';

/** The part of a cluster's root that runs write to. */
export function workspaceOf(root: ClusterRoot): Workspace {
  return { root: root.path, state: root.state, outputRoots: OUTPUT_ROOTS };
}

/** The manifest of the last run, or undefined in a tree that was never configured. */
export async function readManifest(root: ClusterRoot): Promise<Manifest | undefined> {
  const text = await readTextIfPresent(join(root.state, MANIFEST_NAME));
  return text === undefined ? undefined : parseManifest(text, `.cluster-template/${MANIFEST_NAME}`);
}
