import { compareTrees } from '../changes/compare.ts';
import type { ObjectChange } from '../changes/model.ts';
import type { Changes } from '../changes/report.ts';
import type { ManifestFile } from '../manifests/document.ts';
import type { FluxTree } from '../manifests/flux/tree.ts';
import { Failure } from '../report/finding.ts';
import { askGit } from '../system/git.ts';
import { nothingOfFlux } from './any-repository.ts';
import { CLUSTER_FOLDERS, clustersIn, isCluster, readRepository } from './repository.ts';

/** How the files on disk are called beside a commit. */
const ON_DISK = 'files on disk';

/**
 * What would change in the clusters of a repository between two commits, or between a commit and the files on disk. Nothing is rendered:
 * both trees are taken as they are there, with their secrets encrypted. Writes nothing.
 *
 * @param folder - absolute path of the repository's top
 * @param after - undefined for the files on disk
 * @throws Failure of kind `usage` for what is no commit; of kind `input` where a manifest is no YAML, or neither has a cluster
 */
export async function changesBetween(folder: string, before: string, after: string | undefined): Promise<Changes> {
  const isOurs = isCluster(folder);
  const [old = [], young = []] = await Promise.all(
    [before, after].map(async (commit) => {
      const files = await readRepository(folder, commit === undefined ? undefined : { kind: 'commit', commit });
      return clustersAt(isOurs ? files.filter(({ path }) => CLUSTER_FOLDERS.test(path)) : files, commit);
    }),
  );
  if (old.length === 0 && young.length === 0) throw nothingOfFlux(folder);
  return { before, after: after ?? ON_DISK, objects: compareClusters(old, young) };
}

/** Clusters belong together where Flux begins in the same folders; the only one of each commit does wherever it begins. */
function compareClusters(old: readonly FluxTree[], young: readonly FluxTree[]): ObjectChange[] {
  if (old.length <= 1 && young.length <= 1) return compareTrees(old[0]?.objects ?? [], young[0]?.objects ?? []);
  const nameOf = ({ root }: FluxTree): string => root.folders.join(', ');
  return [...new Set([...old, ...young].map(nameOf))].flatMap((name) => {
    const [before, after] = [old, young].map((trees) => trees.find((tree) => nameOf(tree) === name)?.objects ?? []);
    const changes = compareTrees(before ?? [], after ?? []);
    return changes.map((change) => ({ ...change, owner: `${change.owner ?? 'the bootstrap'} of ${name}` }));
  });
}

/** A manifest that is no YAML is told with the commit that has it. */
function clustersAt(files: readonly ManifestFile[], commit: string | undefined): readonly FluxTree[] {
  try {
    return clustersIn(files);
  } catch (error) {
    if (!(error instanceof Failure) || commit === undefined) throw error;
    const findings = error.findings.map((finding) => ({ ...finding, message: `${finding.message} (in ${commit})` }));
    throw new Failure(error.kind, findings, { cause: error });
  }
}

/** Whether git knows a commit by this name. */
export async function isCommit(folder: string, name: string): Promise<boolean> {
  const question = ['rev-parse', '--verify', '--quiet', '--end-of-options', `${name}^{commit}`];
  return (await askGit(folder, question)).exitCode === 0;
}
