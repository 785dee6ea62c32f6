import type { Finding } from '../report/finding.ts';
import { unifiedDiff } from '../workspace/diff.ts';
import type { PendingOverride } from './apply.ts';
import { mergeTrees, type MergeResult } from './merge.ts';
import type { GitStore, TreeEntry, TreeFiles } from './store.ts';

/** The folders of the user's layer of templates, and of the layer below it. */
const OVERRIDES = 'templates/overrides/';
const ORIGINALS = 'templates/config/';

/** A file of the user whose original changed between two versions of the template. */
export interface ChangedOriginal {
  /** The user's file: an override, or a generated file that was adopted. */
  readonly path: string;
  readonly kind: 'override' | 'adopted';
  /** The template that it was taken from. */
  readonly original: string;
  /** The name that the template has now, where it is another one. */
  readonly renamedTo?: string;
  readonly change: 'changed' | 'renamed' | 'removed';
  /** The change as a diff of the template. */
  readonly diff: string;
  readonly before: TreeEntry;
  /** Undefined where the template was removed. */
  readonly after: TreeEntry | undefined;
}

/** Both versions of the template, with all their files. */
export interface Versions {
  readonly base: { readonly commit: string; readonly files: TreeFiles };
  readonly theirs: { readonly commit: string; readonly files: TreeFiles };
}

/**
 * The overrides and adopted files whose original is not what it was.
 *
 * @param own - the files of the repository
 * @param adopted - generated files that the user has taken over
 */
export async function changedOriginals(
  store: GitStore,
  { base, theirs }: Versions,
  { own, adopted }: { readonly own: TreeFiles; readonly adopted: readonly string[] },
): Promise<ChangedOriginal[]> {
  const overrides = [...own.keys()].filter((path) => path.startsWith(OVERRIDES));
  const originals = [
    ...overrides.map((path) => ({ path, kind: 'override' as const, names: [path.slice(OVERRIDES.length)] })),
    ...adopted.map((path) => ({ path, kind: 'adopted' as const, names: [`${path}.j2`, path] })),
  ].flatMap(({ path, kind, names }) => {
    const before = names.map((name) => base.files.get(ORIGINALS + name)).find((entry) => entry !== undefined);
    return before === undefined ? [] : [{ path, kind, before }];
  });
  const renames =
    originals.length === 0 ? new Map<string, string>() : await renamesBetween(store, base.commit, theirs.commit);
  const changed = originals.flatMap(({ path, kind, before }) => {
    const renamedTo = theirs.files.has(before.path) ? undefined : renames.get(before.path);
    const after = theirs.files.get(renamedTo ?? before.path);
    if (after?.object === before.object && renamedTo === undefined) return [];
    const change =
      after === undefined
        ? ('removed' as const)
        : renamedTo === undefined
          ? ('changed' as const)
          : ('renamed' as const);
    const named = renamedTo === undefined ? {} : { renamedTo };
    return [{ path, kind, original: before.path, ...named, change, before, after }];
  });
  const contents = await store.blobs(
    changed.flatMap(({ before, after }) => [before.object, ...(after === undefined ? [] : [after.object])]),
  );
  return changed.map((one) => ({ ...one, diff: diffOf(one.before, one.after, contents) }));
}

async function renamesBetween(store: GitStore, base: string, theirs: string): Promise<Map<string, string>> {
  const options = ['-r', '-z', '-M', '--diff-filter=R', '--name-status'];
  const output = await store.text(['diff-tree', ...options, base, theirs, '--', ORIGINALS]);
  const fields = output.split('\0');
  const renames = new Map<string, string>();
  for (let at = 0; at + 2 < fields.length; at += 3) renames.set(fields[at + 1] ?? '', fields[at + 2] ?? '');
  return renames;
}

function diffOf(before: TreeEntry, after: TreeEntry | undefined, contents: ReadonlyMap<string, Buffer>): string {
  const [old, current] = [before, after].map((entry) =>
    entry === undefined ? '' : textOf(contents.get(entry.object)),
  );
  if (old === undefined || current === undefined) return 'Binary files differ\n';
  const to = after === undefined ? '/dev/null' : `b/${after.path}`;
  return `--- a/${before.path}\n+++ ${to}\n${unifiedDiff(old, current)}`;
}

/** Undefined for bytes that are no text. */
function textOf(bytes: Buffer | undefined): string | undefined {
  return bytes === undefined || bytes.includes(0) ? undefined : bytes.toString('utf8');
}

/**
 * Merges the change of their originals into overrides, by the same means as the files of the tool. Where the original has another name the
 * override gets it too.
 *
 * @param own - the files of the repository
 */
export async function mergeOverrides(
  store: GitStore,
  overrides: readonly PendingOverride[],
  own: TreeFiles,
): Promise<Omit<MergeResult, 'left'>> {
  const at = (entry: TreeEntry, path: string): [string, TreeEntry] => [path, { ...entry, path }];
  return await mergeTrees(store, {
    base: new Map(overrides.map(({ path, before }) => at(before, path))),
    own: new Map(
      overrides.flatMap(({ path }) => {
        const entry = own.get(path);
        return entry === undefined ? [] : [at(entry, path)];
      }),
    ),
    theirs: new Map(overrides.map(({ to, after }) => at(after, to))),
  });
}

/** Whether the change of its original can be merged into a file: into an override, unless the original is gone. */
export function isMergeable({ kind, change }: ChangedOriginal): boolean {
  return kind === 'override' && change !== 'removed';
}

/** The name of an override whose original has another one now. */
export function overrideName({ path, renamedTo }: ChangedOriginal): string {
  return renamedTo === undefined ? path : OVERRIDES + renamedTo.slice(ORIGINALS.length);
}

/** What is told of the files whose original changed. */
export function originalFindings(
  changed: readonly ChangedOriginal[],
  options: { readonly merged: boolean },
): Finding[] {
  return changed.map((one): Finding => {
    const isMerged = options.merged && isMergeable(one);
    const what = {
      changed: `its original ${one.original} changed in the new version`,
      renamed: `its original ${one.original} is called ${one.renamedTo ?? ''} in the new version`,
      removed: `its original ${one.original} is not there any more in the new version`,
    }[one.change];
    return {
      code: 'upgrade/original',
      severity: isMerged ? 'note' : 'warning',
      message: `${what}${isMerged ? '; the change is merged into it' : ''}`,
      place: { file: one.path },
      ...(isMerged ? {} : { remedy: remedyFor(one) }),
    };
  });
}

function remedyFor({ kind, change, path }: ChangedOriginal): string {
  if (change === 'removed') {
    return kind === 'override'
      ? 'remove the override, unless it is to go on making its file'
      : `see whether ${path} is still needed`;
  }
  if (kind === 'override') return '`cluster-template upgrade --overrides` merges the change into it';
  return `take over by hand what it needs, or give it back with \`cluster-template adopt --release ${path}\``;
}
