import { basename, dirname, join, relative, resolve } from 'node:path';
import { clusterRoot, SAMPLE_RECIPIENT } from '../../cluster/root.ts';
import { hashInputs } from '../../pipeline/inputs.ts';
import { INVENTORY_FILE } from '../../pipeline/state.ts';
import { rememberOwner } from '../../pipeline/trust.ts';
import { failure, type Failure } from '../../report/finding.ts';
import { inspect, inspectTarget, listFolder, readTextIfPresent } from '../../system/files.ts';
import {
  below,
  createFile,
  makeFolder,
  moveFile,
  removeEmptyFolder,
  removeTree,
  temporaryName,
} from '../../system/writing.ts';
import { askGit } from '../../system/git.ts';
import { runProgram } from '../../system/programs.ts';
import { packTool } from '../../upgrade/thin.ts';
import { formatInventory } from '../../workspace/inventory.ts';

/** How a thin repository is to be made. */
interface CreateOptions {
  /** Name and version of the program, for the inventory. */
  readonly generator: string;
  /** Folder of the package that is running. */
  readonly packageFolder: string;
  /**
   * What npm is to take the tool from: a version, a URL, or the path of a tarball. Where it is not given, the version that is
   * running; a package that is not published is packed into the repository.
   */
  readonly dependency?: string;
  /** Whether a git repository is to be made; where it is not given, only if the folder is in none. */
  readonly git?: boolean;
  /** What a path in `dependency` is relative to. */
  readonly cwd: string;
}

/** What was made. */
interface CreatedRepository {
  readonly folder: string;
  /** Paths relative to the folder. */
  readonly files: readonly string[];
  readonly dependency: string;
  /** Whether a git repository was made. */
  readonly git: boolean;
}

/**
 * Makes a thin repository: what a cluster's repository holds of its own, with the tool as its one dependency. All files come into place
 * at once; nothing is ever overwritten.
 *
 * @param folder - absolute; it may not be there yet, or be empty but for git's own folder
 * @throws Failure where something lies there already, or npm or the disk refuses
 */
export async function createRepository(folder: string, options: CreateOptions): Promise<CreatedRepository> {
  await requireEmpty(folder);
  const tool = await readPackage(options.packageFolder);
  await makeFolder(below(dirname(folder)));
  const staging = temporaryName(folder);
  try {
    const dependency = await chooseDependency(folder, staging, tool, options);
    const files = { ...(await readFiles(options.packageFolder, basename(folder))), 'package.json': '' };
    files['package.json'] = packageText(basename(folder), dependency, tool);
    for (const [path, text] of Object.entries(files)) await createFile(below(staging, path), text);
    await createFile(below(staging, INVENTORY_FILE), await sampleInventory(staging, options.generator));
    const made = (await listFolder(staging)).map(({ name }) => name);
    await putInPlace(staging, folder, made);
    const git = await makeGitRepository(folder, options.git);
    await rememberOwner(clusterRoot(folder));
    const packed = made.filter((name) => name.endsWith('.tgz'));
    return { folder, files: [...Object.keys(files), INVENTORY_FILE, ...packed].sort(), dependency, git };
  } finally {
    await removeTree({ ...below(staging), isOfWork: true });
  }
}

/** Says that the tree is the sample, which anybody may take over, and what of its configuration nobody has touched. */
async function sampleInventory(folder: string, generator: string): Promise<string> {
  const inputs = await hashInputs(clusterRoot(folder));
  return formatInventory({ generator, recipient: SAMPLE_RECIPIENT, adopted: [], files: new Map(), inputs });
}

async function requireEmpty(folder: string): Promise<void> {
  const kind = (await inspect(folder))?.kind;
  if (kind === undefined) return;
  if (kind !== 'folder') throw refused(`${folder} is there already, and is no folder`);
  const [first] = (await listFolder(folder)).filter(({ name }) => name !== '.git');
  if (first !== undefined) throw refused(`${folder} is not empty: ${first.name} is in it`);
}

function refused(message: string): Failure {
  return failure('usage', { code: 'usage/folder', message, remedy: 'name a folder that is empty or not there yet' });
}

/** The part of a package.json that is asked for here. */
interface ToolPackage {
  readonly version: string;
  readonly private?: boolean;
  readonly engines: Readonly<Record<string, string>>;
}

async function readPackage(folder: string): Promise<ToolPackage> {
  return JSON.parse((await readTextIfPresent(join(folder, 'package.json'))) ?? '{}') as ToolPackage;
}

async function readFiles(packageFolder: string, name: string): Promise<Record<string, string>> {
  const path = join(packageFolder, 'dist', 'repository.json');
  const text = await readTextIfPresent(path);
  if (text === undefined) {
    throw failure('outside', {
      code: 'workspace/read',
      message: `${path} is missing`,
      remedy: 'install the tool anew',
    });
  }
  const files = JSON.parse(text) as Record<string, string>;
  return { ...files, 'README.md': (files['README.md'] ?? '').replace('NAME', name) };
}

async function chooseDependency(
  folder: string,
  staging: string,
  tool: ToolPackage,
  { dependency, packageFolder, cwd }: CreateOptions,
): Promise<string> {
  if (dependency !== undefined) {
    const path = resolve(cwd, dependency);
    const isPath = (await inspectTarget(path)) !== undefined;
    return isPath ? `file:${relative(folder, path).replaceAll('\\', '/')}` : dependency;
  }
  if (tool.private !== true) return tool.version;
  await makeFolder(below(staging));
  const { exitCode, stderr, missing } = await packTool(packageFolder, staging);
  const tarball = (await listFolder(staging)).find(({ name }) => name.endsWith('.tgz'));
  if (exitCode === 0 && tarball !== undefined) return `file:${tarball.name}`;
  throw failure('outside', {
    code: missing ? 'programs/missing' : 'programs/failed',
    message: missing
      ? 'npm is needed to pack the tool and was not found'
      : `npm cannot pack the tool: ${stderr.trim()}`,
    remedy: 'give --dependency, a version or a tarball',
  });
}

/** Names of packages are lower case, and start with a letter or digit. */
function packageText(name: string, dependency: string, { engines }: ToolPackage): string {
  const safe = name
    .toLowerCase()
    .replace(/[^a-z\d._-]+/g, '-')
    .replace(/^[._-]+/, '');
  const content = {
    name: safe === '' || safe === 'cluster-template' ? 'cluster' : safe,
    private: true,
    type: 'module',
    engines,
    scripts: { configure: 'cluster-template configure' },
    dependencies: { 'cluster-template': dependency },
  };
  return `${JSON.stringify(content, undefined, 2)}\n`;
}

/** In one step where nothing is there; a folder with a git repository in it takes the files one by one, and none of them for another. */
async function putInPlace(staging: string, folder: string, names: readonly string[]): Promise<void> {
  if ((await inspect(folder)) === undefined || (await removeEmptyFolder(folder))) {
    await moveFile(below(staging), below(folder));
    return;
  }
  const moved: string[] = [];
  try {
    for (const name of names) {
      await moveFile(below(staging, name), below(folder, name));
      moved.push(name);
    }
  } catch (error) {
    for (const name of moved) await removeTree(below(folder, name));
    throw error;
  }
}

async function makeGitRepository(folder: string, wanted: boolean | undefined): Promise<boolean> {
  if (wanted === false) return false;
  const inside = await askGit(folder, ['rev-parse', '--is-inside-work-tree']);
  if (inside.missing || (inside.exitCode === 0 && wanted !== true)) return false;
  if ((await inspect(join(folder, '.git'))) !== undefined) return false;
  const { exitCode } = await runProgram('git', ['init', '--quiet', '--initial-branch', 'main'], { cwd: folder });
  return exitCode === 0;
}
