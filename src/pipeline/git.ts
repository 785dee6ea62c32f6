import { basename, join } from 'node:path';
import type { ClusterRoot } from '../cluster/root.ts';
import { Failure } from '../report/finding.ts';
import { readUnmerged } from '../report/source.ts';
import { inspect, readAllBytesIfPresent } from '../system/files.ts';
import { askGit, askGitForPaths, isBlob } from '../system/git.ts';
import { INVENTORY_NAME, parseInventory, type Inventory } from '../workspace/inventory.ts';
import { INVENTORY_FILE } from './state.ts';

/** What git knows of the inventories of earlier runs. */
export interface RecordedInventories {
  /** Of the last commit, of what the branch was before a rebase, and of the sides of a merge. */
  readonly known: readonly Inventory[];
  /** The two commits of a merge that goes on, or that the last commit made. */
  readonly sides: readonly RecordedSide[];
  /** Whether the merge was committed. */
  readonly isCommitted: boolean;
}

/** A commit that takes part in a merge. */
export interface RecordedSide {
  readonly commit: string;
  readonly inventory: Inventory;
}

/** What a merge, a rebase, a cherry-pick or a revert that goes on takes in. */
const INCOMING = ['MERGE_HEAD', 'REBASE_HEAD', 'CHERRY_PICK_HEAD', 'REVERT_HEAD'];

/** Reads the inventories of earlier runs that git has; none where there is no git. */
export async function recordedInventories(root: ClusterRoot): Promise<RecordedInventories> {
  const [head, before, first, second, ...incoming] = await Promise.all(
    ['HEAD', 'ORIG_HEAD', 'HEAD^1', 'HEAD^2', ...INCOMING].map((commit) => recordedSide(root, commit)),
  );
  const other = incoming.find((side) => side !== undefined);
  const isCommitted = other === undefined;
  const sides = (isCommitted ? (second === undefined ? [] : [first, second]) : [head, other]).filter(isThere);
  return { known: [head, before, ...sides].filter(isThere).map(({ inventory }) => inventory), sides, isCommitted };
}

function isThere<T>(value: T | undefined): value is T {
  return value !== undefined;
}

async function recordedSide(root: ClusterRoot, commit: string): Promise<RecordedSide | undefined> {
  const text = await committedText(root, commit, `${basename(root.state)}/${INVENTORY_NAME}`);
  if (text === undefined) return undefined;
  try {
    return { commit, inventory: parseInventory(text, INVENTORY_FILE) };
  } catch (error) {
    // An older commit may hold anything; it is only asked for what speaks for the user.
    if (error instanceof Failure) return undefined;
    throw error;
  }
}

/** A file as a commit has it; undefined where it has none. */
export async function committedText(root: ClusterRoot, commit: string, path: string): Promise<string | undefined> {
  const answer = await askGit(root.path, ['cat-file', 'blob', `${commit}:./${path}`], { isWhole: true });
  return answer.exitCode === 0 ? answer.stdout : undefined;
}

/**
 * Both sides of files that git could not merge, as they were before the merge; only those of files that are not marked as resolved.
 *
 * @returns by path: one text for each side that has the file
 */
export async function unmergedTexts(root: ClusterRoot, paths: readonly string[]): Promise<Map<string, string[]>> {
  const texts = new Map<string, string[]>();
  if (paths.length === 0) return texts;
  const lines = (await askGitForPaths(root.path, ['ls-files', '--unmerged', '-z', '--', ...paths])) ?? [];
  for (const line of lines) {
    // `100644 <object> <stage>\t<path>`; the first stage is the common ancestor.
    const [, object = '', path = ''] = /^\d+ ([0-9a-f]+) [23]\t(.*)$/s.exec(line) ?? [];
    if (object === '') continue;
    const { exitCode, stdout } = await askGit(root.path, ['cat-file', 'blob', object], { isWhole: true });
    if (exitCode === 0) texts.set(path, [...(texts.get(path) ?? []), stdout]);
  }
  return texts;
}

/**
 * The text of an encrypted file, or both sides of one that git could not merge: as the index has them, which are whole, else as the
 * markers part them, which git may have mixed.
 */
export async function versionsOf(root: ClusterRoot, path: string, text: string): Promise<readonly string[]> {
  const unmerged = readUnmerged(text);
  if (unmerged === undefined) return [text];
  return [...((await unmergedTexts(root, [path])).get(path) ?? []), ...unmerged.sides];
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
  const bytes = kind === 'file' ? await readAllBytesIfPresent(place) : undefined;
  return bytes !== undefined && isBlob(object, bytes);
}
