import { dirname, join, relative, resolve, sep } from 'node:path';
import { CREDENTIAL_FILES } from '../cluster/credentials/read.ts';
import type { ClusterRoot } from '../cluster/root.ts';
import { Failure, type Finding } from '../report/finding.ts';
import { isGitName, readTextIfPresent } from '../system/files.ts';
import { askGit } from '../system/git.ts';
import { kindAt, realPathSync } from '../system/tree.ts';

/**
 * Looks where the files lead that a tree is made from: what stands in them ends up in committed files and in messages. `makejinja`
 * itself follows links wherever they lead.
 *
 * @param files - absolute or relative to the cluster's root; what does not exist is passed over
 * @param remedy - what to do instead
 * @throws Failure with a finding for every file that is, by a link or by its path, one outside of the repository, one of git's own
 *   folder, a key, or one that git ignores
 */
export async function refuseForeignFiles(
  root: ClusterRoot,
  files: Iterable<string>,
  remedy = 'put the file itself there: what it holds becomes part of committed files',
): Promise<void> {
  const leadsOut = (file: string, where: string): Finding => ({
    code: 'render/foreign-file',
    severity: 'error',
    message: `${file} leads ${where}`,
    place: { file },
    remedy,
  });
  const bases = new Bases(root);
  const findings: Finding[] = [];
  const linked = new Map<string, string>();
  for (const file of new Set(files)) {
    const path = resolve(root.path, file);
    const real = realPathSync(path);
    const shown = relative(root.path, path);
    const way = relative(await bases.around(path, real), real);
    if (isOutside(way)) findings.push(leadsOut(shown, 'out of the repository'));
    else if (isPrivate(way, real !== join(bases.root, shown)) || isInKeys(root, real))
      findings.push(leadsOut(shown, `to ${way}, which is private`));
    else if (real !== path && real !== join(bases.root, shown)) linked.set(real, shown);
  }
  for (const real of await ignoredAmong(root, [...linked.keys()])) {
    findings.push(leadsOut(linked.get(real) ?? real, 'to a file that git ignores'));
  }
  if (findings.length > 0) throw new Failure('input', findings);
}

/** A file of an input. */
interface ListedFile {
  /** Below its input, with forward slashes. */
  readonly name: string;
  /** The input as the settings have it, and the name; relative to the cluster's root, or absolute. */
  readonly source: string;
  /** Whether the listing of its folder found it to be no link. */
  readonly isListed?: boolean;
  readonly isBehindLink?: boolean;
}

/**
 * Which of the files of inputs have to be looked at. There may be a thousand, and nearly all are where they seem to be: one that is no
 * link, in an input on whose way no link lies.
 *
 * @returns what `source` says of each
 */
export function suspectInputs(root: ClusterRoot, files: Iterable<ListedFile>): string[] {
  const top = realPathSync(root.path);
  const keys = root.keys === root.path ? undefined : `${realPathSync(root.keys)}${sep}`;
  const ways = new Map<string, string | undefined>();
  // Each by its own input: another one may lie above it, and be spelt as its beginning.
  const wayOf = ({ name, source }: ListedFile): string | undefined => {
    const input = source.slice(0, source.length - name.length);
    if (!ways.has(input)) {
      const way = relative(root.path, resolve(root.path, input));
      const isPlain = way !== '' && !isOutside(way) && realPathSync(join(top, way)) === join(top, way);
      ways.set(input, isPlain ? way : undefined);
    }
    return ways.get(input);
  };
  const isPlain = (file: ListedFile): boolean => {
    const way = file.isListed === true && file.isBehindLink !== true ? wayOf(file) : undefined;
    if (way === undefined) return false;
    const path = join(way, file.name);
    return !isPrivate(path, false) && (keys === undefined || !join(top, path).startsWith(keys));
  };
  return Array.from(files).flatMap((file) => (isPlain(file) ? [] : [file.source]));
}

/**
 * The same for files that somebody put beside generated ones: only what is a link, or lies behind one, is looked at.
 *
 * @param paths - relative to the cluster's root
 */
export async function refuseLinksOut(root: ClusterRoot, paths: readonly string[]): Promise<void> {
  const linked = paths.filter((path) => isBehindLink(root, path));
  if (linked.length > 0) await refuseForeignFiles(root, linked, 'put the file itself there: Flux follows no link out');
}

/** Whether a path below the cluster's root is a link, or lies behind one. */
export function isBehindLink({ path: root }: ClusterRoot, path: string): boolean {
  const top = realPathSync(root);
  return realPathSync(join(top, path)) !== join(top, path);
}

/** Folder of the state in which the inputs of the last run are laid out for a comparison. */
export const LAST_RUN = 'last-run';

/** Folder of the state in which templates are laid out that are to be rendered before they are written. */
export const PREVIEW = 'preview';

/** The folders that files may lie in: the cluster's, the repository around it, and that of an installed package. */
class Bases {
  /** Without links in it. */
  readonly root: string;
  readonly #path: string;
  #top: Promise<string> | undefined;

  constructor({ path }: ClusterRoot) {
    this.#path = path;
    this.root = realPathSync(path);
  }

  async around(path: string, real: string): Promise<string> {
    if (!isOutside(relative(this.root, real))) return this.root;
    const packageFolder = await this.#packageAround(path);
    if (packageFolder !== undefined) return packageFolder;
    this.#top ??= this.#findTop();
    return await this.#top;
  }

  /** A cluster may be one folder of a repository and share templates with others; asked only where a link leads out. */
  async #findTop(): Promise<string> {
    const { exitCode, stdout } = await askGit(this.#path, ['rev-parse', '--show-toplevel']);
    const top = exitCode === 0 ? realPathSync(stdout.trim()) : this.root;
    // `core.worktree` of a repository that was copied whole may name any folder: its own is the one with its `.git`.
    return top === nearestRepository(this.root) ? top : this.root;
  }

  /** npm puts a package that is being developed there as a link; it is one where it bears the name that it is linked by. */
  async #packageAround(path: string): Promise<string | undefined> {
    const name = /^node_modules\/((?:@[^/]+\/)?[^/]+)\//.exec(slashed(relative(this.#path, path)) + '/')?.[1];
    if (name === undefined) return undefined;
    const folder = realPathSync(join(this.#path, 'node_modules', name));
    return (await nameOfPackage(folder)) === name ? folder : undefined;
  }
}

/** The nearest folder upwards that holds a `.git`; the root of the file system where none does. */
function nearestRepository(folder: string): string {
  const above = dirname(folder);
  return above === folder || kindAt(join(folder, '.git')) !== undefined ? folder : nearestRepository(above);
}

async function nameOfPackage(folder: string): Promise<unknown> {
  const text = await readTextIfPresent(join(folder, 'package.json'));
  try {
    const value: unknown = JSON.parse(text ?? 'null');
    return typeof value === 'object' && value !== null && 'name' in value ? value.name : undefined;
  } catch {
    // No package then.
    return undefined;
  }
}

const PRIVATE_NAMES: readonly string[] = [...Object.values(CREDENTIAL_FILES), 'kubeconfig', 'talosconfig'];

/** Keys and what gives access, whatever .gitignore says: it may have come with the link. */
function isPrivate(way: string, isLinked: boolean): boolean {
  const parts = way.split(sep);
  const name = parts.at(-1) ?? '';
  // What a run without the age key lays out there are inputs of the last run, as git has them; the others are those of a change to come.
  const isLaidOut = !isLinked && parts[0] === '.cluster-template' && [LAST_RUN, PREVIEW].includes(parts[1] ?? '');
  const isOurs = parts[0] === '.private' || (parts[0] === '.cluster-template' && !isLaidOut);
  const isAccess = parts[0] === 'talos' && parts[1] === 'clusterconfig';
  // A template in a folder of that name is told by what it would write.
  const isOfGit = isGitName(parts[0] ?? '') || (isLinked && parts.some(isGitName));
  return isOurs || isAccess || isOfGit || PRIVATE_NAMES.includes(name) || /\.(?:age)?key$/.test(name);
}

function isInKeys({ keys, path }: ClusterRoot, real: string): boolean {
  return keys !== path && !isOutside(relative(realPathSync(keys), real));
}

async function ignoredAmong(root: ClusterRoot, paths: readonly string[]): Promise<string[]> {
  const wanted = paths.filter((path) => !path.split(sep).includes('node_modules'));
  const ignored: string[] = [];
  for (const path of wanted) {
    if ((await askGit(root.path, ['check-ignore', '--quiet', '--', path])).exitCode === 0) ignored.push(path);
  }
  return ignored;
}

function isOutside(way: string): boolean {
  return way === '..' || way.startsWith(`..${sep}`) || resolve(way) === way;
}

function slashed(path: string): string {
  return path.replaceAll(sep, '/');
}
