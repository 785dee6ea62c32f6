import { execFileSync } from 'node:child_process';
import { cp, readdir, readFile, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { temporaryFolder, writeFiles } from '../support/folders.ts';

/** Files by path; one that ends with `*` is executable, and `undefined` removes a file. */
export type FileChanges = Readonly<Record<string, string | Buffer | undefined>>;

/** Runs git in a folder, without the settings of whoever runs the tests. */
export function git(folder: string, ...arguments_: readonly string[]): string {
  const settings = [
    'user.name=Test',
    'user.email=test@example.com',
    'commit.gpgSign=false',
    'core.autocrlf=false',
    'init.defaultBranch=main',
  ];
  return execFileSync('git', [...settings.flatMap((one) => ['-c', one]), ...arguments_], {
    cwd: folder,
    encoding: 'utf8',
    env: { ...process.env, GIT_CONFIG_GLOBAL: '/dev/null', GIT_CONFIG_NOSYSTEM: '1' },
    stdio: ['ignore', 'pipe', 'pipe'],
  }).trimEnd();
}

/** Writes and removes files. */
export async function change(folder: string, files: FileChanges): Promise<void> {
  const written: Record<string, string | Buffer> = {};
  for (const [path, content] of Object.entries(files)) {
    if (content === undefined) await rm(join(folder, path), { recursive: true });
    else written[path] = content;
  }
  await writeFiles(folder, written);
}

/** Writes files and commits all; gives back the name of the commit. */
export async function commit(folder: string, files: FileChanges, message = 'change'): Promise<string> {
  await change(folder, files);
  git(folder, 'add', '--all');
  git(folder, 'commit', '--quiet', '--allow-empty', '--message', message);
  return git(folder, 'rev-parse', 'HEAD');
}

/** A new repository with one commit. */
export async function repository(files: FileChanges): Promise<string> {
  const folder = await temporaryFolder();
  git(folder, 'init', '--quiet');
  await commit(folder, files, 'begin');
  return folder;
}

/** Gives the last commit of a template a version, as a release does. */
export async function release(folder: string, version: string, files: FileChanges = {}): Promise<string> {
  const named = {
    'package.json': `${JSON.stringify({ name: 'cluster-template', version }, undefined, 2)}\n`,
    '.cluster-template/template.json': `${JSON.stringify({ version, source: folder }, undefined, 2)}\n`,
  };
  const name = await commit(folder, { ...files, ...named }, `release ${version}`);
  git(folder, 'tag', `v${version}`);
  return name;
}

/** A repository with the files of another one and none of its history, as a copy or a template of GitHub makes it. */
export async function copyWithoutHistory(template: string, at = 'HEAD'): Promise<string> {
  const folder = await temporaryFolder();
  const clone = await temporaryFolder();
  git(clone, 'clone', '--quiet', template, 'clone');
  git(join(clone, 'clone'), 'checkout', '--quiet', at);
  for (const name of await readdir(join(clone, 'clone'))) {
    if (name !== '.git') await cp(join(clone, 'clone', name), join(folder, name), { recursive: true });
  }
  git(folder, 'init', '--quiet');
  await commit(folder, {}, 'begin');
  return folder;
}

/** A repository with the history of another one. */
export async function clone(template: string, at = 'HEAD'): Promise<string> {
  const folder = await temporaryFolder();
  git(folder, 'clone', '--quiet', template, 'clone');
  git(join(folder, 'clone'), 'checkout', '--quiet', '-B', 'main', at);
  git(join(folder, 'clone'), 'remote', 'remove', 'origin');
  return join(folder, 'clone');
}

/** The state of a repository: what git says of it, and every file. */
export async function stateOf(folder: string): Promise<string> {
  const paths = git(folder, 'ls-files', '--cached', '--others', '-z').split('\0').filter(Boolean);
  const files = await Promise.all(
    [...new Set(paths)].sort().map(async (path) => {
      if (path.startsWith('.cluster-template/upgrade/')) return '';
      if (!(await exists(folder, path))) return path;
      const { mode } = await stat(join(folder, path));
      return `${path} ${(mode & 0o777).toString(8)} ${(await readFile(join(folder, path))).toString('base64')}`;
    }),
  );
  return [git(folder, 'status', '--porcelain'), git(folder, 'ls-files', '--stage'), ...files]
    .filter(Boolean)
    .join('\n');
}

/** Whether something lies at a path of a folder. */
export async function exists(folder: string, path: string): Promise<boolean> {
  return await stat(join(folder, path)).then(
    () => true,
    () => false,
  );
}
