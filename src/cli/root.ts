import { basename, isAbsolute, join, relative, resolve } from 'node:path';
import { clusterRoot, type ClusterRoot, ROOT_MARKERS } from '../cluster/root.ts';
import { workspaceOf } from '../pipeline/state.ts';
import { rememberTrust } from '../pipeline/trust.ts';
import { failure, type Failure } from '../report/finding.ts';
import { inspect, inspectTarget } from '../system/files.ts';
import { askGit } from '../system/git.ts';
import { refuseStrangeFolder } from '../workspace/disk.ts';
import { findRoot, learnInvocation } from './invocation.ts';
import { printFindings } from './output.ts';
import { VERSION } from '../system/program.ts';

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

/** What a command looks at that takes any repository. */
interface AnyRoot {
  /** Whether it is one that this template renders. */
  readonly kind: 'cluster' | 'other';
  /** Absolute. */
  readonly path: string;
}

/**
 * The repository that a folder names, or that lies around the current one. One whose configuration was archived is rendered no more, and
 * counts as any other.
 *
 * @throws Failure of kind `usage` where the folder does not exist, or two are named
 */
export async function anyRootOf(folder: string | undefined, { root }: RootOptions): Promise<AnyRoot> {
  if (folder !== undefined && root !== undefined && resolve(folder) !== resolve(root)) {
    throw failure('usage', { code: 'usage/argument', message: `two folders are named: ${folder} and --root ${root}` });
  }
  const named = folder ?? root;
  if (named !== undefined && (await inspectTarget(resolve(named)))?.kind !== 'folder') {
    throw failure('usage', { code: 'usage/folder', message: `${named} is not a folder` });
  }
  const start = resolve(named ?? '.');
  const around = named === undefined ? await findRoot(start) : start;
  if (around !== undefined && (await isRendered(around))) return { kind: 'cluster', path: around };
  const { exitCode, stdout } = await askGit(start, ['rev-parse', '--show-toplevel']);
  const top = exitCode === 0 ? stdout.trim() : start;
  if (await isRendered(top)) return { kind: 'cluster', path: top };
  return { kind: 'other', path: named === undefined ? top : start };
}

async function isRendered(path: string): Promise<boolean> {
  const [markers] = ROOT_MARKERS;
  const found = await Promise.all(markers.map((name) => inspectTarget(join(path, name))));
  // What is no file is told where it is read.
  return found.every((one) => one !== undefined && one.kind !== 'folder');
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

/**
 * Paths as a user gives them, relative to the cluster's root with forward slashes. They are taken from the current folder where that
 * lies inside of the cluster; one that is found only from the root is one of a message, which names all files from there.
 *
 * @throws Failure of kind `usage` where a path lies outside of the cluster
 */
export async function pathsInside(root: string, paths: readonly string[]): Promise<string[]> {
  const isInside = !isOutside(relative(root, process.cwd()));
  return await Promise.all(
    paths.map(async (path) => {
      const [here, there] = [resolve(process.cwd(), path), resolve(root, path)];
      const isMeant = isInside && ((await inspect(here)) !== undefined || (await inspect(there)) === undefined);
      const found = relative(root, isMeant ? here : there).replaceAll('\\', '/');
      if (!isOutside(found)) return found;
      throw failure('usage', { code: 'usage/argument', message: `${path} lies outside of ${root}` });
    }),
  );
}

function isOutside(path: string): boolean {
  return path === '..' || /^\.\.[/\\]/.test(path) || isAbsolute(path);
}
