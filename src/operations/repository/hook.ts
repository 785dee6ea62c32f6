import { dirname, isAbsolute, join, relative, resolve } from 'node:path';
import type { ClusterRoot } from '../../cluster/root.ts';
import { inspect, readTextIfPresent } from '../../system/files.ts';
import { below, publishFile, replaceFile, type Destination } from '../../system/writing.ts';
import { askGit, type GitOptions } from '../../system/git.ts';
import { shellQuoted } from '../../system/programs.ts';
import type { Programs } from '../programs/catalogue.ts';

/** What became of the hook that keeps plain secrets out of commits. */
export interface ArmedHook {
  /** `foreign` is a hook of somebody else's, which is left alone; `none` is a folder that is no git repository. */
  readonly outcome: 'created' | 'present' | 'lefthook' | 'foreign' | 'none';
  /** Path of the hook; absent where there is none. */
  readonly path?: string;
  /** The command that it runs, or that a foreign one should run. */
  readonly command: string;
  /** The configuration of hooks that was left alone, as the repository is not trusted. */
  readonly untrusted?: string;
}

const MARK = '# Made by `cluster-template init`';
const LEFTHOOK_FILES = [
  'lefthook.yml',
  'lefthook.yaml',
  '.lefthook.yml',
  '.lefthook.yaml',
  'lefthook.toml',
  'lefthook.json',
  '.config/lefthook.yml',
  '.config/lefthook.yaml',
];

/** How the hook is armed. */
interface HookOptions {
  readonly programs: Programs;
  /** Path of the program that the hook is to start. */
  readonly launcher: string;
  /** Whether the user trusts the repository: lefthook runs what its configuration names, now and at every commit. */
  readonly isTrusted: boolean;
}

/**
 * Arms git's pre-commit hook. Where the repository is trusted, has a configuration of lefthook and that program is there, it is told to
 * install its hooks; else a hook of our own is made, which takes Node alone. A hook that is there already is never replaced.
 */
export async function armHook(root: ClusterRoot, { programs, launcher, isTrusted }: HookOptions): Promise<ArmedHook> {
  const top = await gitAnswer(root, ['rev-parse', '--show-toplevel']);
  if (top === undefined) return { outcome: 'none', command: hookCommand(root, root.path, launcher) };
  const command = hookCommand(root, top, launcher);
  const hooks = await hooksFolder(root);
  const path = join(hooks, 'pre-commit');
  const configuration = (await programs.locate('lefthook')) === undefined ? undefined : await lefthookFile(top);
  if (configuration !== undefined && isTrusted) {
    await programs.run({ program: 'lefthook', arguments: ['install'] });
    return { outcome: 'lefthook', path, command };
  }
  const about = { path, command, ...(configuration === undefined ? {} : { untrusted: configuration }) };
  const present = await readTextIfPresent(path);
  if (present?.includes(MARK) === true) return { outcome: 'present', ...about };
  const created = present === undefined && (await publishFile(below(hooks, 'pre-commit'), hookText(command), 0o755));
  return { outcome: created ? 'created' : 'foreign', ...about };
}

async function hooksFolder(root: ClusterRoot): Promise<string> {
  const places = ['rev-parse', '--git-path', 'hooks'];
  return resolve(root.path, (await gitAnswer(root, places, { hooks: true })) ?? '.git/hooks');
}

/**
 * git's pre-commit hook where it is the one that `armHook` made, or lefthook's, as a destination below the folder of the hooks;
 * undefined where it is somebody else's, or none.
 */
export async function armedHook(root: ClusterRoot): Promise<Destination | undefined> {
  const hook = below(await hooksFolder(root), 'pre-commit');
  const text = await readTextIfPresent(hook.path);
  return text !== undefined && (text.includes(MARK) || /\blefthook\b/.test(text)) ? hook : undefined;
}

/** The rules of SOPS and templates are named so as well, and are plain text. */
const ATTRIBUTES = ['*.sops.* diff=sops merge=sops', '.sops.yaml !diff !merge', '*.sops.*.j2 !diff !merge'];

/**
 * Has git compare and merge encrypted files by what they say, in this clone alone: a text conversion and a merge driver in its
 * configuration, and the attribute of `*.sops.*` in .git/info/attributes. What is there already stays.
 *
 * @returns what was written; empty where everything is there, undefined in a folder that is no git repository
 */
export async function armGitDrivers(root: ClusterRoot, launcher: string): Promise<string[] | undefined> {
  const top = await gitAnswer(root, ['rev-parse', '--show-toplevel']);
  const attributes = await gitAnswer(root, ['rev-parse', '--git-path', 'info/attributes']);
  if (top === undefined || attributes === undefined) return undefined;
  const program = hookCommand(root, top, launcher).replace(/ lint --staged.*$/, '');
  const folder = relative(top, root.path);
  const option = folder === '' ? '' : ` --root ${shellQuoted(folder)}`;
  const settings = [
    ['diff.sops.textconv', `${program} secrets diff${option} --textconv`],
    ['merge.sops.name', 'encrypted files, merged by what they say'],
    ['merge.sops.driver', `${program} secrets merge${option} %O %A %B %P`],
  ] as const;
  const written: string[] = [];
  for (const [name, value] of settings) {
    if ((await gitAnswer(root, ['config', '--local', '--get', name])) === value) continue;
    await gitAnswer(root, ['config', '--local', name, value]);
    written.push(name);
  }
  const path = resolve(root.path, attributes);
  const text = (await readTextIfPresent(path)) ?? '';
  const missing = ATTRIBUTES.filter((line) => !text.split('\n').includes(line));
  if (missing.length > 0) {
    const head = text === '' || text.endsWith('\n') ? text : `${text}\n`;
    await replaceFile(below(dirname(path), 'attributes'), `${head}${missing.join('\n')}\n`);
    written.push('.git/info/attributes');
  }
  return written;
}

async function lefthookFile(top: string): Promise<string | undefined> {
  const found = await Promise.all(LEFTHOOK_FILES.map((name) => inspect(join(top, name))));
  return LEFTHOOK_FILES.find((_, index) => found[index] !== undefined);
}

async function gitAnswer(
  root: ClusterRoot,
  arguments_: readonly string[],
  options: GitOptions = {},
): Promise<string | undefined> {
  const { exitCode, stdout } = await askGit(root.path, arguments_, options);
  return exitCode === 0 ? stdout.trim() : undefined;
}

/** Relative to the top of the repository, where git starts its hooks: a checkout that is moved keeps its hook. */
function hookCommand(root: ClusterRoot, top: string, launcher: string): string {
  const folder = relative(top, root.path);
  const argument = folder === '' ? '' : ` ${shellQuoted(folder)}`;
  const inside = relative(top, launcher);
  const isInside = !inside.startsWith('..') && !isAbsolute(inside);
  return `node ${shellQuoted(isInside ? inside : launcher)} lint --staged${argument}`;
}

function hookText(command: string): string {
  return `#!/bin/sh
${MARK}: a commit that would hold a secret in plain text, or a manifest that is wrong, is refused.
exec ${command}
`;
}
