import { join } from 'node:path';
import type { ClusterRoot } from '../../cluster/root.ts';
import { workspaceOf } from '../../pipeline/state.ts';
import { Failure, failure } from '../../report/finding.ts';
import { now } from '../../system/clock.ts';
import { below, inspect, moveFile, readTextIfPresent, removeEmptyFolders, replaceFile } from '../../system/files.ts';
import { exclusively } from '../../workspace/exclusive.ts';

/** What tidying comes to; paths are relative to the cluster's root. */
export interface TemplateTidy {
  /** Folder that the files move to; git ignores it. */
  readonly archive: string;
  readonly moves: readonly string[];
  /** Files of which only a part goes. */
  readonly edits: readonly string[];
}

/** What serves the rendering alone. */
const RENDERING = [
  'templates',
  'makejinja.toml',
  'cluster.yaml',
  'cluster.sops.yaml',
  'nodes.yaml',
  '.taskfiles/template',
  '.github/tests',
  '.github/workflows/e2e.yaml',
  '.github/workflows/mise.yaml',
  '.github/workflows/release.yaml',
];

/** Files that lose what they say of the rendering, and how. */
const EDITS: Readonly<Record<string, (text: string) => string>> = {
  'Taskfile.yaml': (text) => text.replace(/^[ \t]+template:[ \t]*\.?\/?\.taskfiles\/template[^\n]*\n/m, ''),
  '.mise.toml': (text) => text.replace(/^[^\n]*# required:template[ \t]*\n/gm, ''),
  // A pattern for names with or without .j2: JSON5 doubles its backslashes.
  '.renovaterc.json5': (text) =>
    text.replace(/^[^\n]*\/\/ required:template[ \t]*\n/gm, '').replace(/\((?:\?:)?\\\\\.j2\)\?/g, ''),
};

/** What tidying would do; nothing is touched. */
export async function planTidy(root: ClusterRoot): Promise<TemplateTidy> {
  const moves: string[] = [];
  for (const path of RENDERING) if ((await inspect(join(root.path, path))) !== undefined) moves.push(path);
  const edits: string[] = [];
  for (const [path, edit] of Object.entries(EDITS)) {
    const text = await readTextIfPresent(join(root.path, path));
    if (text !== undefined && edit(text) !== text) edits.push(path);
  }
  return { archive: `.private/${now().toISOString().slice(0, 19).replaceAll(':', '')}Z`, moves, edits };
}

/**
 * Makes the repository plain GitOps: what serves the rendering moves into an archive that git ignores, so nothing is lost. Where a
 * step fails, the steps before it are taken back; a run that was killed is finished by the next one.
 *
 * @throws Failure of kind `outside` where the disk refuses; the tree is then as it was
 */
export async function tidyTemplates(root: ClusterRoot, plan: TemplateTidy, signal: AbortSignal): Promise<void> {
  await exclusively(workspaceOf(root), signal, (exclusive) => exclusive.uninterrupted(() => carryOut(root, plan)));
}

async function carryOut(root: ClusterRoot, { archive, moves, edits }: TemplateTidy): Promise<void> {
  const undo: (() => Promise<void>)[] = [];
  try {
    for (const path of edits) await editFile(root, path, undo);
    for (const path of moves) {
      const [from, to] = [below(root.path, path), below(root.path, archive, path)];
      await moveFile(from, to);
      undo.push(() => moveFile(to, from));
      await removeEmptyFolders(from);
    }
  } catch (error) {
    for (const step of undo.reverse()) await step();
    if (error instanceof Failure) throw error;
    const reason = error instanceof Error ? error.message : String(error);
    throw failure('outside', { code: 'workspace/write', message: `nothing was changed: ${reason}` }, error);
  }
}

async function editFile(root: ClusterRoot, path: string, undo: (() => Promise<void>)[]): Promise<void> {
  const file = below(root.path, path);
  const mode = (await inspect(file.path))?.mode ?? 0o644;
  const text = (await readTextIfPresent(file.path)) ?? '';
  await replaceFile(file, EDITS[path]?.(text) ?? text, mode);
  undo.push(() => replaceFile(file, text, mode));
}
