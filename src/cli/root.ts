import { basename, resolve } from 'node:path';
import { clusterRoot, type ClusterRoot } from '../cluster/root.ts';
import { workspaceOf } from '../pipeline/state.ts';
import { rememberTrust } from '../pipeline/trust.ts';
import { failure, type Failure } from '../report/finding.ts';
import { inspectTarget } from '../system/files.ts';
import { refuseStrangeFolder } from '../workspace/disk.ts';
import { findRoot, learnInvocation } from './invocation.ts';
import { printFindings } from './output.ts';
import { VERSION } from './version.ts';

/** Options that every command on a cluster takes. */
export interface RootOptions {
  readonly root?: string;
  readonly keys?: string;
  readonly json?: boolean;
  /** Whether everything that is left of the sample is shown. */
  readonly verbose?: boolean;
  /** Whether the repository's own plugins are to be run from now on; only of commands that render. */
  readonly trust?: boolean;
}

/** Name and version as the inventory records them. */
export const GENERATOR = `cluster-template ${VERSION}`;

/**
 * The cluster that the options name; without `--root` the one around the current folder.
 *
 * @throws Failure of kind `usage` where a folder that is named does not exist, or the current folder is in no repository of a cluster;
 *   of kind `input` where a link or a file lies in the place of the state folder: whoever looked would read what others put
 *   there, and whoever writes would write elsewhere
 */
export async function rootOf({ root, keys, trust }: RootOptions): Promise<ClusterRoot> {
  for (const [option, folder] of [
    ['--root', root],
    ['--keys', keys],
  ] as const) {
    if (folder === undefined || (await inspectTarget(resolve(folder)))?.kind === 'folder') continue;
    throw failure('usage', { code: 'usage/folder', message: `${option}: ${folder} is not a folder` });
  }
  const around = await findRoot(process.cwd());
  const path = root === undefined ? around : resolve(root);
  await learnInvocation({ root: path, isNamed: path !== around, keys });
  if (path === undefined) throw noRoot(process.cwd());
  const found = keys === undefined ? clusterRoot(path) : clusterRoot(path, resolve(keys));
  await refuseStrangeFolder(workspaceOf(found), basename(found.state));
  return trust === true ? trusted(found) : found;
}

/** Holds for this run in any case. */
function trusted(root: ClusterRoot): ClusterRoot {
  const problem = rememberTrust(root);
  if (problem !== undefined) {
    const message = `that this repository is trusted cannot be remembered: ${problem}`;
    const remedy = 'say --trust each time, or name the folder in CLUSTER_TEMPLATE_TRUST';
    printFindings([{ code: 'trust/user-folder', severity: 'warning', message, remedy }]);
  }
  return { ...root, isTrusted: true };
}

function noRoot(folder: string): Failure {
  return failure('usage', {
    code: 'usage/folder',
    message: `${folder} is not inside the repository of a cluster: no cluster.yaml with makejinja.toml here or above`,
    remedy: 'go into the repository, or name it with --root',
  });
}
