import type { ClusterAccess } from '../operation.ts';
import { requirePrograms } from '../programs/versions.ts';
import { requireKubeconfig } from '../day2/resources.ts';
import { areInCluster, renderDefinitions } from './crds.ts';
import { requireOwnTree } from './guard.ts';
import { missingNamespaces } from './namespaces.ts';
import { missingReleases } from './releases.ts';
import { differingSecrets } from './secrets.ts';

/** What `bootstrap apps` would still do in a cluster; names alone, no secret among them. */
export interface AppsDifference {
  /** Namespaces that are missing. */
  readonly namespaces: readonly string[];
  /** Secrets that are missing or other ones. */
  readonly secrets: readonly string[];
  /** How many custom resource definitions would be applied: all of them where one is missing or another one. */
  readonly definitions: number;
  /** Releases that are missing or of another version. */
  readonly releases: readonly string[];
}

/**
 * Compares the tree with the cluster, and changes nothing.
 *
 * @throws Failure where the tree is not ready for a bootstrap, or a program fails
 */
export async function compareApps(access: ClusterAccess): Promise<AppsDifference> {
  const { key } = await requireOwnTree(access.root);
  await requireKubeconfig(access.root);
  await requirePrograms(access.programs, ['kubectl', 'helmfile', 'helm']);
  const definitions = await renderDefinitions(access);
  const areThere = definitions.length === 0 || (await areInCluster(access, definitions));
  return {
    namespaces: await missingNamespaces(access),
    secrets: await differingSecrets(access, key),
    definitions: areThere ? 0 : definitions.length,
    releases: await missingReleases(access),
  };
}
