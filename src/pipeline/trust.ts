import { createHash } from 'node:crypto';
import { delimiter, isAbsolute, join, relative } from 'node:path';
import type { ClusterRoot } from '../cluster/root.ts';
import { pluginCandidates } from '../makejinja/load-plugin.ts';
import { moduleFiles } from '../makejinja/module-files.ts';
import type { Settings } from '../makejinja/settings.ts';
import { Failure, failure, type Finding } from '../report/finding.ts';
import { environment } from '../system/environment.ts';
import { inspect, readTextIfPresent, reasonOf } from '../system/files.ts';
import { ABSENT, noteAnswer } from '../system/observation.ts';
import { folderIdentity } from '../system/reads.ts';
import { kindAt, realPathSync } from '../system/tree.ts';
import { openUserFolder, readPrivateFile, writePrivateFile } from '../system/user-folders.ts';
import { refuseForeignFiles } from './foreign-files.ts';
import { loadedModules, readSettings } from './settings.ts';

// A plugin is a program: it may do whatever its user may. It is run where it is the one that everybody has, or where the user has
// said that the repository is his. That is said of a repository and not of a state of its code: whoever changes a plugin every
// hour would learn to say yes without looking, and what is pulled into a repository of one's own was let in by its owner.

/**
 * SHA-256 of templates/scripts/plugin.ts as released versions bring it, to forks and to thin repositories. It adds nothing: with it no
 * code of a repository is run.
 */
export const SHIPPED_PLUGINS: readonly string[] = [
  '4899703867b3a126e613c14d188dc09ebe62715676e518e3897fb7e29e5e4a0f',
  '2cd7720a79f2fe94ec5eb289a8d1c4f369a24ae5944e7b647c8b04a93905e72c',
];

/**
 * Looks whether the repository's own code may be run, before anything of it is loaded or any key is made.
 *
 * @throws Failure where it has a plugin of its own and is not trusted
 */
export async function requireTrust(root: ClusterRoot): Promise<void> {
  const settings = await usableSettings(root);
  if (settings !== undefined) await refuseStrangeCode(root, settings, root.path);
}

/**
 * The same for whoever has read the settings.
 *
 * @param folder - absolute folder that the plugins are about to be loaded from
 */
export async function refuseStrangeCode(root: ClusterRoot, settings: Settings, folder: string): Promise<void> {
  const code = await ownCode(settings, folder);
  if (code.length > 0 && !isTrusted(root))
    throw new Failure(
      'input',
      code.map((file) => strange(root, file)),
    );
}

/**
 * Records that the user trusts a repository, until another one takes its place.
 *
 * @returns why that cannot be kept; undefined where it is
 */
export function rememberTrust({ path }: ClusterRoot): string | undefined {
  const state = openUserFolder('state', path);
  if ('refusal' in state) return `${state.path ?? 'its folder'}: ${state.refusal}`;
  const file = join(state.path, RECORD);
  const known = [...readRecord(file)].filter(([folder]) => kindAt(folder) === 'folder');
  const real = realPathSync(path);
  const record = Object.fromEntries(new Map([...known, [real, folderIdentity(real)] as const]));
  try {
    writePrivateFile(file, `${JSON.stringify({ trusted: record }, undefined, 2)}\n`);
    return undefined;
  } catch (error) {
    return `${file}: ${reasonOf(error)}`;
  }
}

/**
 * Records that a repository is the user's own, as he has just made its age key: what he writes into its plugin later is run without a
 * question. A repository that came with a plugin of its own is not made his by a key.
 */
export async function rememberOwner(root: ClusterRoot): Promise<void> {
  const settings = await usableSettings(root);
  if (settings === undefined) return;
  // Where it cannot be kept he is asked when he has changed the plugin.
  if ((await ownCode(settings, root.path)).length === 0 || isTrusted(root)) rememberTrust(root);
}

/** Name of the file in the user's state folder: real paths of trusted repositories, each with what tells it from another one there. */
const RECORD = 'trust.json';

/** Folders whose repositories are trusted, as PATH lists folders. */
const VARIABLE = 'CLUSTER_TEMPLATE_TRUST';

/** Whether the user has said that the repository is his, or made it here. */
export function isTrusted(root: ClusterRoot): boolean {
  if (root.isTrusted === true) return true;
  const real = realPathSync(root.path);
  if (trustedFolders().some((folder) => isBelow(real, realPathSync(folder)))) return true;
  const state = openUserFolder('state', root.path);
  return !('refusal' in state) && readRecord(join(state.path, RECORD)).get(real) === folderIdentity(real);
}

function trustedFolders(): string[] {
  const folders = (environment()[VARIABLE] ?? '').split(delimiter).filter((folder) => folder !== '');
  const [wrong] = folders.filter((folder) => !isAbsolute(folder));
  if (wrong === undefined) return folders;
  throw failure('usage', {
    code: 'usage/argument',
    message: `${VARIABLE} takes absolute paths of folders, not ${JSON.stringify(wrong)}`,
  });
}

function isBelow(path: string, folder: string): boolean {
  const way = relative(folder, path);
  return way === '' || !(/^\.\.(?:[/\\]|$)/.test(way) || isAbsolute(way));
}

/** What tells each trusted folder, by its path. Nobody is trusted by a record that cannot be read, or that others could have written. */
function readRecord(file: string): Map<string, string> {
  const bytes = readPrivateFile(file);
  noteAnswer('content', file, (digestOf) => (bytes === undefined ? ABSENT : digestOf(bytes)));
  const text = bytes?.toString('utf8');
  if (text === undefined) return new Map();
  try {
    const { trusted } = JSON.parse(text) as { readonly trusted: Readonly<Record<string, string>> };
    return new Map(Object.entries(trusted));
  } catch (error) {
    if (error instanceof SyntaxError || error instanceof TypeError) return new Map();
    throw error;
  }
}

/** Undefined where nothing could be run by the settings, as they or a plugin cannot be used: whoever needs them says what is wrong. */
async function usableSettings(root: ClusterRoot): Promise<Settings | undefined> {
  try {
    const settings = await readSettings(root);
    await refuseForeignFiles(root, loadedModules(root.path, settings));
    return settings;
  } catch (error) {
    if (!(error instanceof Failure)) throw error;
    return undefined;
  }
}

/** Absolute paths of the plugins' modules that are not those that everybody has. */
async function ownCode({ plugins, importPaths }: Settings, folder: string): Promise<string[]> {
  const files: string[] = [];
  for (const name of plugins) {
    for (const file of pluginCandidates(name, { folder, importPaths })) {
      if ((await inspect(file)) === undefined) continue;
      if (!(await isShipped(file))) files.push(file);
      break;
    }
  }
  return [...new Set(files)];
}

async function isShipped(file: string): Promise<boolean> {
  if (kindAt(file) !== 'file') return false;
  // Git may have given it the line ends of Windows.
  const text = ((await readTextIfPresent(file)) ?? '').replaceAll('\r\n', '\n');
  return SHIPPED_PLUGINS.includes(createHash('sha256').update(text).digest('hex'));
}

function strange({ path }: ClusterRoot, module: string): Finding {
  const [file = '', ...imported] = moduleFiles(module).map((one) => relative(path, one).replaceAll('\\', '/'));
  const more = imported.length === 0 ? '' : ` with ${imported.join(', ')}`;
  return {
    code: 'trust/plugin',
    severity: 'error',
    message: `${file}${more} would be run, and may do whatever you may do on this machine; you have not said that you trust this repository`,
    place: { file },
    remedy:
      'read it; where you trust it run `cluster-template plan --trust`, or any other command with --trust: that is remembered for this folder',
  };
}
