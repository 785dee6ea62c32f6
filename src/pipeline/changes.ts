import { compareTrees } from '../changes/compare.ts';
import type { Changes } from '../changes/report.ts';
import type { ManifestFile } from '../manifests/document.ts';
import { fluxTree } from '../manifests/flux/tree.ts';
import { readTree } from '../manifests/tree.ts';
import { Failure } from '../report/finding.ts';
import { askGit } from '../system/git.ts';
import { CLUSTER_FOLDERS, isCluster, readRepository } from './repository.ts';

/** How the files on disk are called beside a commit. */
const ON_DISK = 'files on disk';

/**
 * What would change in the cluster between two commits, or between a commit and the files on disk. Nothing is rendered: both trees are
 * taken as they are there, with their secrets encrypted. Writes nothing.
 *
 * @param folder - absolute path of the repository's top
 * @param after - undefined for the files on disk
 * @throws Failure of kind `usage` for what is no commit; of kind `input` where a manifest is no YAML
 */
export async function changesBetween(folder: string, before: string, after: string | undefined): Promise<Changes> {
  const isOurs = isCluster(folder);
  const [old = [], young = []] = await Promise.all(
    [before, after].map(async (commit) => {
      const files = await readRepository(folder, commit === undefined ? undefined : { kind: 'commit', commit });
      return objectsOf(isOurs ? files.filter(({ path }) => CLUSTER_FOLDERS.test(path)) : files, commit);
    }),
  );
  return { before, after: after ?? ON_DISK, objects: compareTrees(old, young) };
}

function objectsOf(files: readonly ManifestFile[], commit: string | undefined): ReturnType<typeof fluxTree>['objects'] {
  const { tree, findings } = readTree(files);
  if (findings.length > 0) {
    const where = commit === undefined ? '' : ` (in ${commit})`;
    throw new Failure(
      'input',
      findings.map((finding) => ({ ...finding, message: `${finding.message}${where}` })),
    );
  }
  return fluxTree(tree).objects;
}

/** Whether git knows a commit by this name. */
export async function isCommit(folder: string, name: string): Promise<boolean> {
  const question = ['rev-parse', '--verify', '--quiet', '--end-of-options', `${name}^{commit}`];
  return (await askGit(folder, question)).exitCode === 0;
}
