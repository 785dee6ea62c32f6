import { join } from 'node:path';
import type { ClusterRoot } from '../../cluster/root.ts';
import { INVENTORY_FILE, workspaceOf } from '../../pipeline/state.ts';
import { Failure, failure } from '../../report/finding.ts';
import { now } from '../../system/environment.ts';
import { inspect, listFolder, readTextIfPresent } from '../../system/files.ts';
import {
  below,
  createFile,
  makePrivateFolder,
  moveFile,
  removeEmptyFolders,
  removeFile,
  replaceFile,
  type Destination,
} from '../../system/writing.ts';
import { OWNERSHIP } from '../../upgrade/owners.ts';
import { exclusively } from '../../workspace/lock.ts';
import { armedHook } from '../repository/hook.ts';

/** What tidying comes to; paths are relative to the cluster's root. */
export interface TemplateTidy {
  /** Folder that the files move to; git ignores it. */
  readonly archive: string;
  readonly moves: readonly string[];
  /** Files of which only a part goes; the archive gets them as they were. */
  readonly edits: readonly string[];
  /** git's hook where it would start what is archived; it is removed, and `init` makes it again. */
  readonly hook: Destination | undefined;
  /** The tool as it is started from the archive; undefined where the repository does not bring it. */
  readonly launcher: string | undefined;
}

const LAUNCHER = 'bin/cluster-template.mjs';
const DEPENDENCY = 'node_modules/cluster-template';

/** What the tool is run from goes last: a run that was killed can be started again. */
const LAST = ['node_modules', 'dist', 'bin'];

/** Lines that say `# required:template` serve the rendering. */
const EDITS: Readonly<Record<string, (text: string) => string>> = {
  '.mise.toml': (text) => text.replace(/^[^\n]*# required:template[ \t]*\n/gm, ''),
  // A pattern for names with or without .j2: JSON5 doubles its backslashes.
  '.renovaterc.json5': (text) =>
    text.replace(/^[^\n]*\/\/ required:template[ \t]*\n/gm, '').replace(/\((?:\?:)?\\\\\.j2\)\?/g, ''),
};

/** What tidying would do; nothing is touched. */
export async function planTidy(root: ClusterRoot): Promise<TemplateTidy> {
  const isThere = async (path: string): Promise<boolean> => (await inspect(join(root.path, path))) !== undefined;
  const isFork = await isThere(LAUNCHER);
  const tasks = await planTasks(root);
  const candidates = [
    ...archivedPaths(isFork),
    ...(isFork ? PACKAGE_FILES : await dependencyFiles(root)),
    ...tasks.moves,
    ...(await callersOf(root, '.github/workflows')),
    ...((await isReadmeOfTool(root)) ? ['README.md'] : []),
    ...((await callsTool(root, 'lefthook.yaml')) ? ['lefthook.yaml'] : []),
    ...((await readText(root, '.vscode/settings.json')).includes('cluster.schema.json') ? ['.vscode'] : []),
  ];
  const present: string[] = [];
  for (const path of new Set(candidates)) if (await isThere(path)) present.push(path);
  const moves = present.filter((path) => !present.some((other) => path.startsWith(`${other}/`))).sort(lastOnes);
  const edits: string[] = [];
  for (const path of ['Taskfile.yaml', ...Object.keys(EDITS)]) {
    if (!moves.includes(path) && (await edited(root, path)) !== undefined) edits.push(path);
  }
  const archive = `.private/${now().toISOString().slice(0, 19).replaceAll(':', '')}Z`;
  const inner = isFork ? LAUNCHER : (await isThere(DEPENDENCY)) ? `${DEPENDENCY}/${LAUNCHER}` : undefined;
  return {
    archive,
    moves,
    edits,
    hook: moves.length > 0 ? await armedHook(root) : undefined,
    launcher: inner === undefined ? undefined : `${archive}/${inner}`,
  };
}

/**
 * Makes the repository plain GitOps: what serves the rendering, and the tool itself, moves into an archive that git ignores, so nothing
 * is lost. The inventory stays, as it says whose tree this is. Where a step fails, the steps before it are taken back; a run that was
 * killed is finished by the next one.
 *
 * @throws Failure of kind `outside` where the disk refuses; the tree is then as it was
 */
export async function tidyTemplates(root: ClusterRoot, plan: TemplateTidy, signal: AbortSignal): Promise<void> {
  await exclusively(workspaceOf(root), signal, (exclusive) => exclusive.uninterrupted(() => carryOut(root, plan)));
}

/** What serves the rendering and the development of the tool, without what other things of a user's may bear the name of. */
function archivedPaths(isFork: boolean): string[] {
  const entries = OWNERSHIP.filter(({ owner, purpose }) => purpose !== 'cluster' && (isFork || owner !== 'tool'));
  const paths = entries.flatMap((entry) => entry.paths).map((path) => path.replace(/\/$/, ''));
  const rendering = ['makejinja.toml', 'templates', '.cluster-template/template.json', '.github/tests', 'AGENTS.md'];
  return [...paths, ...rendering].filter((path) => path !== INVENTORY_FILE);
}

async function readText(root: ClusterRoot, path: string): Promise<string> {
  const kind = (await inspect(join(root.path, path)))?.kind;
  return kind === 'file' ? ((await readTextIfPresent(join(root.path, path))) ?? '') : '';
}

/** Whether a file starts the tool. */
async function callsTool(root: ClusterRoot, path: string): Promise<boolean> {
  return isCall(await readText(root, path));
}

function isCall(text: string): boolean {
  return /\bcluster-template\.mjs\b|\bnpx cluster-template\b|\bnpm (?:run )?test\b/.test(text);
}

/** Files of a folder that start the tool or test it. */
async function callersOf(root: ClusterRoot, folder: string): Promise<string[]> {
  const found: string[] = [];
  for (const { name } of await listFolder(join(root.path, folder))) {
    if (await callsTool(root, `${folder}/${name}`)) found.push(`${folder}/${name}`);
  }
  return found;
}

const PACKAGE_FILES = ['package.json', 'package-lock.json', 'node_modules'];

/** What brings the tool to a thin repository, its tarball among it; nothing where others are depended on too. */
async function dependencyFiles(root: ClusterRoot): Promise<readonly string[]> {
  let specs: Readonly<Record<string, unknown>>;
  try {
    const { dependencies = {}, devDependencies = {} } = JSON.parse(await readText(root, 'package.json')) as {
      readonly dependencies?: object;
      readonly devDependencies?: object;
    };
    specs = { ...dependencies, ...devDependencies };
  } catch {
    // No package.json, or one that is somebody else's to understand: it stays.
    return [];
  }
  if (Object.keys(specs).join() !== 'cluster-template') return [];
  // `create` and `upgrade` put a tarball at the top; what lies elsewhere may be anybody's.
  const tarball = /^file:(?:\.\/)?(cluster-template-[^/\\]+\.tgz)$/.exec(String(specs['cluster-template']))?.[1];
  return [...PACKAGE_FILES, ...(tarball === undefined ? [] : [tarball])];
}

async function isReadmeOfTool(root: ClusterRoot): Promise<boolean> {
  return /^# cluster-template\n|`cluster-template`, a dependency of this repository/.test(
    await readText(root, 'README.md'),
  );
}

/** Taskfiles whose every task starts the tool. */
async function planTasks(root: ClusterRoot): Promise<{ readonly moves: readonly string[] }> {
  const moves: string[] = [];
  for (const { name } of await listFolder(join(root.path, '.taskfiles'))) {
    const path = `.taskfiles/${name}`;
    if (isEmptied(await readText(root, `${path}/Taskfile.yaml`))) moves.push(path);
  }
  const left = withoutTasks(await readText(root, 'Taskfile.yaml'), moves);
  if (left !== '' && isEmptied(left) && !/^includes:/m.test(left)) moves.push('Taskfile.yaml');
  return { moves };
}

/** Whether a Taskfile does nothing but start the tool and list tasks. */
function isEmptied(text: string): boolean {
  const commands = text.split('\n').filter((line) => /^\s+(?:- )?cmds?:|^\s+- /.test(line));
  return text !== '' && commands.every((line) => isCall(line) || /cmd: task --list\b/.test(line));
}

const TASK_OF_TOOL = /^ {2}[\w:-]+:\n(?: {4}.*\n)*? {4}cmd: .*\bcluster-template\.mjs\b.*\n(?: {4}.*\n)*\n?/gm;

/** A Taskfile without the tasks that start the tool and without the Taskfiles that are archived. */
function withoutTasks(text: string, archived: readonly string[]): string {
  const isArchived = (line: string): boolean => archived.some((folder) => line.includes(`${folder}/`));
  const lines = text.replace(TASK_OF_TOOL, '').split('\n');
  const kept = lines.filter((line) => !/^[ \t]+[\w-]+:[ \t]*\.?\/?\.taskfiles\//.test(line) || !isArchived(line));
  return kept.join('\n').replace(/^includes:\n(?! )\n?/m, '');
}

/** The text of a file with its part gone; undefined where nothing of it goes. */
async function edited(root: ClusterRoot, path: string): Promise<string | undefined> {
  const before = await readText(root, path);
  const after = path === 'Taskfile.yaml' ? withoutTasks(before, (await planTasks(root)).moves) : EDITS[path]?.(before);
  return after === before ? undefined : after;
}

function lastOnes(one: string, other: string): number {
  return LAST.indexOf(one) - LAST.indexOf(other);
}

async function carryOut(root: ClusterRoot, { archive, moves, edits, hook }: TemplateTidy): Promise<void> {
  const undo: (() => Promise<void>)[] = [];
  try {
    await makePrivateFolder(below(root.path, archive));
    undo.push(() => removeEmptyFolders(below(root.path, archive, 'any')));
    // All texts first: what they become depends on files that move.
    const texts = await Promise.all(edits.map(async (path) => [path, (await edited(root, path)) ?? ''] as const));
    for (const [path, text] of texts) {
      await editFile({ file: below(root.path, path), copy: below(root.path, archive, path) }, text, undo);
    }
    if (hook !== undefined) await removeHook(hook, undo);
    for (const path of moves) {
      const [from, to] = [below(root.path, path), below(root.path, archive, path)];
      await moveFile(from, to);
      undo.push(async () => {
        await moveFile(to, from);
        await removeEmptyFolders(to);
      });
      await removeEmptyFolders(from);
    }
  } catch (error) {
    for (const step of undo.reverse()) await step();
    if (error instanceof Failure) throw error;
    const reason = error instanceof Error ? error.message : String(error);
    throw failure('outside', { code: 'workspace/write', message: `nothing was changed: ${reason}` }, error);
  }
}

async function editFile(
  { file, copy }: { readonly file: Destination; readonly copy: Destination },
  text: string,
  undo: (() => Promise<void>)[],
): Promise<void> {
  const mode = (await inspect(file.path))?.mode ?? 0o644;
  const before = (await readTextIfPresent(file.path)) ?? '';
  await createFile(copy, before, mode);
  undo.push(async () => {
    await removeFile(copy);
    await removeEmptyFolders(copy);
  });
  await replaceFile(file, text, mode);
  undo.push(() => replaceFile(file, before, mode));
}

async function removeHook(hook: Destination, undo: (() => Promise<void>)[]): Promise<void> {
  const text = (await readTextIfPresent(hook.path)) ?? '';
  await removeFile(hook);
  undo.push(() => replaceFile(hook, text, 0o755));
}
