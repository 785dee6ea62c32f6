import { join, posix } from 'node:path';
import { SETTINGS_FILE } from '../checks/settings.ts';
import { clusterRoot, ROOT_MARKERS } from '../cluster/root.ts';
import type { ManifestFile } from '../manifests/document.ts';
import { type FluxTree, fluxTrees } from '../manifests/flux/tree.ts';
import { type ManifestTree, readTree, syntaxFinding } from '../manifests/tree.ts';
import { Failure, failure, type Finding } from '../report/finding.ts';
import { isSecretPath } from '../sops/rules.ts';
import { inspect, inspectTarget, listTree, readBytesIfPresent } from '../system/files.ts';
import { kindAt } from '../system/tree.ts';
import { refuseLinksOut } from './foreign-files.ts';
import { askGit, askGitForPaths, type GitOptions, readObjects } from '../system/git.ts';

// Any repository as its checks see it: what git has, or would take with the next commit.

/** Which state of a repository is read. */
export type RepositoryState =
  | { readonly kind: 'disk' }
  /** What the next commit would hold. */
  | { readonly kind: 'index'; readonly index: string | undefined }
  | { readonly kind: 'commit'; readonly commit: string };

/** In the repository of a cluster manifests lie in these folders alone: others hold templates, tests and tools. */
export const CLUSTER_FOLDERS = /^(?:bootstrap|kubernetes|talos)\//;

/** Whether a folder is the top of a repository that is rendered here. */
export function isCluster(folder: string): boolean {
  return ROOT_MARKERS.some((names) => names.every((name) => kindAt(join(folder, name)) === 'file'));
}

/** What is larger is no manifest, script or page. */
const LARGEST_TEXT = 4 * 2 ** 20;

/** Folders that hold nothing of the user's own. */
const FOREIGN = /(?:^|\/)(?:node_modules|\.git)(?:\/|$)/;

/**
 * The files of a repository by paths relative to a folder of it, sorted. On disk these are the files that git tracks and those that it does
 * not ignore; without git everything that is not hidden. A link stands for the file that it leads to. What is no text has an empty one: a
 * generator may take it.
 *
 * @param folder - absolute
 * @throws Failure where a YAML file is a link that leads out of the repository; of kind `usage` where git knows no such commit
 */
export async function readRepository(
  folder: string,
  state: RepositoryState = { kind: 'disk' },
): Promise<ManifestFile[]> {
  const texts = state.kind === 'disk' ? await textsOnDisk(folder) : await textsInGit(folder, state);
  return texts
    .toSorted(([one], [other]) => (one < other ? -1 : 1))
    .map(([path, text]) => ({
      path,
      source: path,
      text: text.length > LARGEST_TEXT || text.includes('\0') ? '' : text,
      isGenerated: false,
      isSecret: isSecretPath(path),
    }));
}

async function textsOnDisk(folder: string): Promise<(readonly [path: string, text: string])[]> {
  const listed = await askGitForPaths(folder, ['ls-files', '-z', '--cached', '--others', '--exclude-standard']);
  const visible = listed ?? (await listTree(folder)).filter(isVisible);
  const paths = [...new Set(visible)].filter((path) => !FOREIGN.test(path));
  const kinds = await Promise.all(paths.map(async (path) => (await inspect(join(folder, path)))?.kind));
  const links = paths.filter((path, index) => kinds[index] === 'link' && /\.ya?ml$/.test(path));
  await refuseLinksOut(clusterRoot(folder), links);
  const read = paths.map(async (path) => {
    const place = join(folder, path);
    const found = await inspectTarget(place);
    if (found?.kind !== 'file') return [];
    if (found.size > LARGEST_TEXT) return [[path, ''] as const];
    const bytes = await readBytesIfPresent(place);
    return bytes === undefined ? [] : [[path, bytes.toString('utf8')] as const];
  });
  return (await Promise.all(read)).flat();
}

/** Hidden folders hold what programs keep for themselves. */
function isVisible(path: string): boolean {
  return path === SETTINGS_FILE || !/(?:^|\/)\./.test(path);
}

async function textsInGit(
  folder: string,
  state: Exclude<RepositoryState, { kind: 'disk' }>,
): Promise<(readonly [path: string, text: string])[]> {
  const options: GitOptions = state.kind === 'index' && state.index !== undefined ? { index: state.index } : {};
  const command =
    state.kind === 'index'
      ? ['ls-files', '-z', '--stage']
      : ['ls-tree', '-r', '-z', '--end-of-options', await commitNamed(folder, state.commit)];
  const entries = ((await askGitForPaths(folder, command, options)) ?? []).flatMap((line) => {
    // `100644 <object> <stage>\t<path>` of the index, `100644 blob <object>\t<path>` of a commit; 120000 is a link, submodules have others.
    const [, mode, object, path] = /^(100|120)\d+ (?:blob )?([0-9a-f]+)(?: \d)?\t(.*)$/s.exec(line) ?? [];
    return object === undefined || path === undefined || FOREIGN.test(path)
      ? []
      : [{ object, path, isLink: mode === '120' }];
  });
  const texts = await readObjects(
    folder,
    entries.map(({ object }) => object),
    options,
  );
  const byPath = new Map(entries.map(({ path, isLink }, index) => [path, { isLink, text: texts[index] }]));
  return entries.flatMap(({ path }) => {
    const text = textBehind(byPath, path);
    return text === undefined ? [] : [[path, text] as const];
  });
}

/** The text of a file, through links inside of the repository; undefined where they lead elsewhere, or to each other. */
function textBehind(
  files: ReadonlyMap<string, { readonly isLink: boolean; readonly text: string | undefined }>,
  path: string,
  steps = 8,
): string | undefined {
  const file = files.get(path);
  if (file?.isLink !== true) return file?.text;
  return steps === 0 ? undefined : textBehind(files, posix.join(posix.dirname(path), file.text ?? ''), steps - 1);
}

async function commitNamed(folder: string, name: string): Promise<string> {
  const { exitCode, stdout } = await askGit(folder, [
    'rev-parse',
    '--verify',
    '--quiet',
    '--end-of-options',
    `${name}^{commit}`,
  ]);
  if (exitCode === 0) return stdout.trim();
  throw failure('usage', {
    code: 'usage/argument',
    message: `git knows no commit ${name} in ${folder}`,
    remedy: 'name a branch, a tag or a commit; in a workflow fetch it first (`fetch-depth: 0`)',
  });
}

/** Files that the next commit would add or change, relative to the folder; none where there is no git. */
export async function stagedPaths(folder: string, index: string | undefined): Promise<ReadonlySet<string>> {
  const command = ['diff', '--cached', '--name-only', '--no-renames', '--relative', '--diff-filter=ACMT', '-z'];
  return new Set((await askGitForPaths(folder, command, index === undefined ? {} : { index })) ?? []);
}

/** A folder that an option names, relative to the top, `.` for that. Throws a Failure of kind `usage` where there is none. */
export async function folderIn(top: string, path: string, option = '--path'): Promise<string> {
  const clean = path.replace(/^\.\//, '').replace(/(?<!\/)\/+$/, '') || '.';
  if (!clean.startsWith('/') && !clean.split('/').includes('..')) {
    if ((await inspectTarget(join(top, clean)))?.kind === 'folder') return clean;
  }
  const remedy = 'name a folder of the repository by its path from the top, such as clusters/production';
  throw failure('usage', { code: 'usage/folder', message: `${option}: ${path} is no folder of ${top}`, remedy });
}

/**
 * The clusters of a repository. What Flux does not read may be a template of another program, and no YAML.
 *
 * @param paths - folders at which Flux begins, instead of those that the repository tells
 * @throws Failure of kind `input` where a manifest that Flux reads is no YAML
 */
export function clustersIn(files: readonly ManifestFile[], paths: readonly string[] = []): readonly FluxTree[] {
  const { clusters, broken } = readWholeClusters(files, paths);
  if (broken.length > 0) throw new Failure('input', broken);
  return clusters;
}

/** As `clustersIn`, with the tree that they were read from; a manifest that is no YAML is left out, and told. */
export function readWholeClusters(
  files: readonly ManifestFile[],
  paths: readonly string[],
): { readonly tree: ManifestTree; readonly clusters: readonly FluxTree[]; readonly broken: readonly Finding[] } {
  const { tree, mistakes } = readTree(files);
  const clusters = fluxTrees(tree, paths);
  const broken = mistakes.filter(({ file }) => clusters.some(({ used }) => used.has(file.path)));
  return { tree, clusters, broken: broken.map(syntaxFinding) };
}
