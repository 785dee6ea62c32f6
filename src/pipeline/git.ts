import { basename, join } from 'node:path';
import type { ClusterRoot } from '../cluster/root.ts';
import { Failure } from '../report/finding.ts';
import { inspect, readBytesIfPresent } from '../system/files.ts';
import { askGit, askGitForPaths, isBlob } from '../system/git.ts';
import { MANIFEST_NAME, parseManifest, type Manifest } from '../workspace/manifest.ts';
import { MANIFEST_FILE } from './state.ts';

/** The manifest as it was last committed; undefined where git has none, or there is no git. */
export async function committedManifest(root: ClusterRoot): Promise<Manifest | undefined> {
  const object = `HEAD:./${basename(root.state)}/${MANIFEST_NAME}`;
  const { exitCode, stdout } = await askGit(root.path, ['cat-file', 'blob', object]);
  if (exitCode !== 0) return undefined;
  try {
    return parseManifest(stdout, MANIFEST_FILE);
  } catch (error) {
    // An older commit may hold anything; it is only asked for what speaks for the user.
    if (error instanceof Failure) return undefined;
    throw error;
  }
}

/** Those of the paths whose content git could not bring back; none where there is no git repository. */
export async function uncommittedAmong(root: ClusterRoot, paths: readonly string[]): Promise<Set<string>> {
  const uncommitted = new Set(await uncommittedBelow(root, paths, { ignored: true }));
  return new Set(paths.filter((path) => uncommitted.has(path)));
}

/**
 * Files at or below some paths whose content is not in git's last commit: new, changed or removed, staged or not. `git status` is not
 * asked, as it runs the clean filters that a repository may define: files are compared with the objects of the index here.
 *
 * @param paths - relative to the cluster's root
 * @param options.ignored - whether files that .gitignore names are among them
 * @returns paths relative to the cluster's root, sorted; undefined where there is no git, or no repository
 */
export async function uncommittedBelow(
  root: ClusterRoot,
  paths: readonly string[],
  options: { readonly ignored: boolean },
): Promise<string[] | undefined> {
  const others = options.ignored ? ['--others'] : ['--others', '--exclude-standard'];
  const [staged, untracked, index] = await Promise.all([
    askGitForPaths(root.path, ['diff', '--cached', '--name-only', '--no-renames', '--relative', '-z', '--', ...paths]),
    askGitForPaths(root.path, ['ls-files', ...others, '-z', '--', ...paths]),
    askGitForPaths(root.path, ['ls-files', '--stage', '-z', '--', ...paths]),
  ]);
  if (index === undefined) return undefined;
  const changed = await Promise.all(
    index.map(async (line) => {
      const entry = parseIndexEntry(line);
      return (await isOnDisk(root, entry)) ? [] : [entry.path];
    }),
  );
  return [...new Set([...(staged ?? []), ...(untracked ?? []), ...changed.flat()])].sort();
}

interface IndexEntry {
  /** Kind of file in git's octal notation. */
  readonly mode: string;
  readonly object: string;
  readonly path: string;
}

/** `100644 <object> <stage>\t<path>`. */
function parseIndexEntry(line: string): IndexEntry {
  const [, mode = '', object = '', path = ''] = /^(\d+) ([0-9a-f]+) \d\t(.*)$/s.exec(line) ?? [];
  return { mode, object, path };
}

/** Whether what lies on disk is what the index holds. A submodule is a repository of its own and not looked into. */
async function isOnDisk(root: ClusterRoot, { mode, object, path }: IndexEntry): Promise<boolean> {
  const place = join(root.path, path);
  const kind = (await inspect(place))?.kind;
  if (mode === '160000') return true;
  if (mode === '120000') return kind === 'link';
  const bytes = kind === 'file' ? await readBytesIfPresent(place) : undefined;
  return bytes !== undefined && isBlob(object, bytes);
}
