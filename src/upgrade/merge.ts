import type { Finding } from '../report/finding.ts';
import { isToolFile } from './owners.ts';
import type { GitStore, TreeEntry, TreeFiles } from './store.ts';
import { TEMPLATE_FILE } from './template.ts';

/** The three sides of a merge, as the files of the tool among others. */
interface Sides {
  /** The version that the repository was made from. */
  readonly base: TreeFiles;
  /** The repository as it is committed. */
  readonly own: TreeFiles;
  /** The new version. */
  readonly theirs: TreeFiles;
}

/** A file as git's index is to have it: without conflict at stage 0, with one at stages 1 (base), 2 (own) and 3 (new). */
export interface IndexEntry extends TreeEntry {
  readonly stage: number;
}

/** What a merge comes to. */
export interface MergeResult {
  /** Contents for the work tree. */
  readonly writes: readonly TreeEntry[];
  /** Paths that go. */
  readonly removals: readonly string[];
  /** Entries for the index; a path of which there is any has no others. */
  readonly index: readonly IndexEntry[];
  /** Paths that are in conflict, sorted. */
  readonly conflicts: readonly Conflict[];
  /** Files of the new version that were not taken, as the user had removed them. */
  readonly left: readonly LeftFile[];
}

/** A file of the new version that was not taken. */
interface LeftFile {
  readonly path: string;
  /** The name under which the user had removed it, where the new version has another one. */
  readonly formerly?: string;
}

/** A file on which both sides differ. */
export interface Conflict {
  readonly path: string;
  /** What each side did, as it stands after the path. */
  readonly what: string;
  /** Whether the file holds git's conflict markers. */
  readonly isMarked: boolean;
}

/**
 * Merges a new version of the template into the tool's files of a repository. Git does it, on commits that are made for the purpose, so
 * that renames, modes and conflicts are its own. Files that only the user has take no part; a file that the user removed stays removed.
 *
 * @param isTaken - whether something that git does not track lies at a path
 */
export async function mergeTemplate(
  store: GitStore,
  sides: Sides,
  isTaken: (entry: TreeEntry) => Promise<'free' | 'same' | 'other'>,
): Promise<MergeResult> {
  const { base, own, theirs } = withoutStrangers(sides);
  const left = removedByUser(base, own, theirs);
  const untouched = await untouchable({ base, own, theirs }, isTaken);
  const removed = new Set(left.flatMap(({ path, formerly }) => [path, ...(formerly === undefined ? [] : [formerly])]));
  const isMerged = ({ path }: TreeEntry): boolean => !removed.has(path) && !untouched.has(path);
  const merged = await mergeTrees(store, {
    base: filtered(base, isMerged),
    own: filtered(own, isMerged),
    theirs: filtered(theirs, isMerged),
  });
  const conflicts = [...merged.conflicts, ...[...untouched.values()].map(({ conflict }) => conflict)];
  return {
    writes: merged.writes,
    removals: merged.removals,
    index: [...merged.index, ...[...untouched.values()].flatMap(({ index }) => index)],
    conflicts: conflicts.sort((one, other) => (one.path < other.path ? -1 : 1)),
    left: left.filter(({ path }) => !isSame(base.get(path), theirs.get(path))),
  };
}

/** The sides without what is not the tool's: files of the user and generated ones, and files that the template never had. */
function withoutStrangers({ base, own, theirs }: Sides): Sides {
  const isTool = ({ path }: TreeEntry): boolean => path !== TEMPLATE_FILE && isToolFile(path);
  const isKnown = (entry: TreeEntry): boolean => isTool(entry) && (base.has(entry.path) || theirs.has(entry.path));
  return { base: filtered(base, isTool), own: filtered(own, isKnown), theirs: filtered(theirs, isTool) };
}

/** What the user removed of the new version: also under another name, where that is all that changed. */
function removedByUser(base: TreeFiles, own: TreeFiles, theirs: TreeFiles): LeftFile[] {
  const added = [...theirs.values()].filter(({ path }) => !base.has(path) && !own.has(path));
  const names = new Map(added.map(({ object, path }) => [object, path]));
  const gone = [...base.values()].filter(({ path }) => !own.has(path));
  return gone.flatMap(({ path, object }): LeftFile[] => {
    if (theirs.has(path)) return [{ path }];
    const name = names.get(object);
    return name === undefined ? [] : [{ path: name, formerly: path }];
  });
}

interface Untouched {
  readonly conflict: Conflict;
  readonly index: readonly IndexEntry[];
}

/** Files of the new version whose place is taken by what must not be touched: files that the user made, links and submodules. */
async function untouchable(
  { base, own, theirs }: Sides,
  isTaken: (entry: TreeEntry) => Promise<'free' | 'same' | 'other'>,
): Promise<Map<string, Untouched>> {
  const found = new Map<string, Untouched>();
  for (const entry of theirs.values()) {
    const [before, mine] = [base.get(entry.path), own.get(entry.path)];
    const what = await whyUntouchable({ before, mine, entry }, isTaken);
    if (what === undefined) continue;
    const stages = [before, mine, entry].flatMap((one, index) =>
      one === undefined ? [] : [{ ...one, stage: index + 1 }],
    );
    found.set(entry.path, { conflict: { path: entry.path, what, isMarked: false }, index: stages });
  }
  return found;
}

async function whyUntouchable(
  side: { readonly before: TreeEntry | undefined; readonly mine: TreeEntry | undefined; readonly entry: TreeEntry },
  isTaken: (entry: TreeEntry) => Promise<'free' | 'same' | 'other'>,
): Promise<string | undefined> {
  const { before, mine, entry } = side;
  if (isSame(before, entry) || isSame(mine, entry)) return undefined;
  if (!isRegular(entry)) return 'is a link in the new version, which is not made here';
  if (mine !== undefined && !isRegular(mine)) return 'is a link here and was changed in the new version';
  if (before !== undefined) return undefined;
  if (mine !== undefined) return 'is a file of yours, and the new version brings one of that name';
  return (await isTaken(entry)) === 'other'
    ? 'is a file of yours that git does not track, and the new version brings one of that name'
    : undefined;
}

/** Has git merge three trees. */
export async function mergeTrees(store: GitStore, { base, own, theirs }: Sides): Promise<Omit<MergeResult, 'left'>> {
  const [baseTree, ownTree, newTree] = [
    await store.tree(base.values()),
    await store.tree(own.values()),
    await store.tree(theirs.values()),
  ];
  const root = await store.commit(baseTree, []);
  // Their names stand in the conflict markers.
  await store.text(['update-ref', 'refs/heads/yours', await store.commit(ownTree, [root])]);
  await store.text(['update-ref', 'refs/heads/template', await store.commit(newTree, [root])]);
  const { exitCode, stdout, stderr } = await store.try(['merge-tree', '--write-tree', '-z', 'yours', 'template']);
  if (exitCode !== 0 && exitCode !== 1) throw new Error(`git merge-tree ended with ${String(exitCode)}: ${stderr}`);
  const { tree, stages } = parseMergeTree(stdout.toString('utf8'));
  const result = await store.files(tree);
  const unmerged = new Set(stages.map(({ path }) => path));
  const changed = [...result.values()].filter((entry) => !isSame(own.get(entry.path), entry));
  const removals = [...own.keys()].filter((path) => !result.has(path));
  return {
    writes: changed,
    removals,
    index: [...stages, ...changed.filter(({ path }) => !unmerged.has(path)).map((entry) => ({ ...entry, stage: 0 }))],
    conflicts: [...unmerged].map((path) => conflictAt(path, stages, changed)),
  };
}

/** The tree, then the entries in conflict, then an empty field and what git says about them. */
function parseMergeTree(output: string): { readonly tree: string; readonly stages: readonly IndexEntry[] } {
  const [tree = '', ...fields] = output.split('\0');
  const end = fields.indexOf('');
  const stages = fields.slice(0, end === -1 ? fields.length : end).flatMap((field) => {
    const [, mode, object, stage, path] = /^(\d+) ([0-9a-f]+) ([123])\t(.*)$/s.exec(field) ?? [];
    return mode === undefined || object === undefined || path === undefined
      ? []
      : [{ mode, object, path, stage: Number(stage) }];
  });
  return { tree: tree.trim(), stages };
}

function conflictAt(path: string, stages: readonly IndexEntry[], changed: readonly TreeEntry[]): Conflict {
  const at = stages
    .filter((entry) => entry.path === path)
    .map(({ stage }) => stage)
    .join('');
  const isMarked = (at === '123' || at === '23') && changed.some((entry) => entry.path === path);
  return { path, what: WORDS[at] ?? 'was moved or removed differently here and in the new version', isMarked };
}

/** By the stages that git has of a file in conflict. */
const WORDS: Readonly<Record<string, string>> = {
  '123': 'was changed here and in the new version',
  '12': 'was changed here and removed in the new version',
  '13': 'was removed here and changed in the new version',
  '23': 'was added here and in the new version',
  '3': 'was removed here, and is changed and has another name in the new version',
};

/** What is told of a merge. */
export function mergeFindings({ conflicts, left }: Pick<MergeResult, 'conflicts' | 'left'>): Finding[] {
  return [
    ...conflicts.map((conflict): Finding => ({
      code: 'upgrade/conflict',
      severity: 'error',
      message: `${conflict.path} ${conflict.what}`,
      place: { file: conflict.path },
      remedy: remedyFor(conflict),
    })),
    ...left.map(({ path, formerly }): Finding => ({
      code: 'upgrade/kept',
      severity: 'note',
      message:
        formerly === undefined
          ? `${path} was removed here and changed in the new version: it stays removed`
          : `${formerly} was removed here and is called ${path} in the new version: it stays removed`,
      place: { file: path },
    })),
  ];
}

function remedyFor({ path, isMarked }: Conflict): string {
  if (path === 'package-lock.json') {
    return 'take the new one with `git checkout --theirs package-lock.json`, then run `npm install` and `git add package-lock.json`';
  }
  const after = `then \`git add ${path}\``;
  return isMarked
    ? `resolve it at the conflict markers, ${after}`
    : `\`git checkout --theirs ${path}\` takes the new one, \`git rm ${path}\` removes it; otherwise leave it as it is; ${after}`;
}

function isSame(one: TreeEntry | undefined, other: TreeEntry | undefined): boolean {
  return one?.object === other?.object && one?.mode === other?.mode;
}

function isRegular({ mode }: TreeEntry): boolean {
  return mode === '100644' || mode === '100755';
}

function filtered(files: TreeFiles, isWanted: (entry: TreeEntry) => boolean): Map<string, TreeEntry> {
  return new Map([...files].filter(([, entry]) => isWanted(entry)));
}
