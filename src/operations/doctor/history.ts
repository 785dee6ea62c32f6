import { findPlainSecrets, isPrivateFile, isPublished, keyIn } from '../../checks/secrets.ts';
import type { ClusterRoot } from '../../cluster/root.ts';
import type { Finding } from '../../report/finding.ts';
import type { SecretSearch } from '../../report/secret-search.ts';
import { askGit, askGitForPaths, readObjects } from '../../system/git.ts';

/** How much of a history is looked at, the newest first: what is more takes longer than somebody waits. */
const MOST_COMMITS = 10_000;
const MOST_BYTES = 64 * 2 ** 20;
const LARGEST_FILE = 2 ** 20;
/** How much git is asked for at once. */
const CHUNK_BYTES = 4 * 2 ** 20;
/** Findings that are told with their commit. */
const MOST_DATED = 10;

/** What a look into the history found. */
interface HistoryCheck {
  /** What was looked at, on one line. */
  readonly subject: string;
  readonly findings: readonly Finding[];
}

/** A version of a file that some commit holds. */
interface Version {
  readonly object: string;
  /** Relative to the cluster's root where it lies below that, else to the top of the repository. */
  readonly path: string;
}

/** What of the secrets at hand is searched for. */
export interface LeakSearches {
  readonly all: SecretSearch;
  /** Without the keys of the sample, which lie where everybody has them. */
  readonly own: SecretSearch;
}

/** Why a version must not be in the history. */
interface Trace extends Version {
  /** A secret that is still in use; undefined where it is only known that there was one. */
  readonly secret: string | undefined;
  readonly what: string;
}

/**
 * Looks for secrets in what earlier commits of any branch held and the last one does not: a file that was committed once and removed
 * later is still there for everybody who has the repository.
 */
export async function examineHistory(root: ClusterRoot, searches: LeakSearches): Promise<HistoryCheck> {
  const listed = await listVersions(root);
  if (listed === undefined) return { subject: 'a history that git cannot read', findings: [] };
  const present = new Set((await askGitForPaths(root.path, ['ls-files', '--stage', '-z']))?.map(objectOf));
  const past = listed.versions.filter(({ object }) => !present.has(object));
  const { sized, isCut } = await withinBounds(root, past);
  const traces: Trace[] = past
    .filter(({ path }) => isPrivateFile(path) && !isPublished(path))
    .map((version) => privateFile(version));
  for (const chunk of chunksOf(sized)) {
    const texts = await readObjects(
      root.path,
      chunk.map(({ object }) => object),
    );
    traces.push(...chunk.flatMap((version, index) => tracesIn(version, texts[index], searches)));
  }
  const findings = await Promise.all(
    gravest(traces).map(async (trace, index) => finding(trace, index < MOST_DATED ? await dateOf(root, trace) : '')),
  );
  const bounds = [
    ...(isCut || listed.isCut ? ['the newest part of it'] : []),
    ...(listed.isShallow ? ['a shallow clone'] : []),
  ];
  return {
    subject: `${String(past.length)} earlier versions of files${bounds.length === 0 ? '' : ` (${bounds.join(', ')})`}`,
    findings,
  };
}

/** `<mode> <object> <stage>\t<path>` */
function objectOf(entry: string): string {
  return entry.split(' ', 2)[1] ?? '';
}

async function listVersions(
  root: ClusterRoot,
): Promise<
  { readonly versions: readonly Version[]; readonly isCut: boolean; readonly isShallow: boolean } | undefined
> {
  const limit = `--max-count=${String(MOST_COMMITS)}`;
  const [objects, count, shallow, prefix] = await Promise.all([
    askGit(root.path, ['rev-list', '--all', '--objects', limit]),
    askGit(root.path, ['rev-list', '--all', '--count', `--max-count=${String(MOST_COMMITS + 1)}`]),
    askGit(root.path, ['rev-parse', '--is-shallow-repository']),
    askGit(root.path, ['rev-parse', '--show-prefix']),
  ]);
  if (objects.exitCode !== 0) return undefined;
  // Commits and the trees at their top have no path.
  const versions = objects.stdout.split('\n').flatMap((line): Version[] => {
    const [, object, path] = /^([0-9a-f]+) (.+)$/.exec(line) ?? [];
    if (object === undefined || path === undefined) return [];
    return [{ object, path: path.startsWith(prefix.stdout) ? path.slice(prefix.stdout.length) : path }];
  });
  return { versions, isCut: Number(count.stdout) > MOST_COMMITS, isShallow: shallow.stdout === 'true' };
}

interface Sized extends Version {
  readonly bytes: number;
}

async function withinBounds(
  root: ClusterRoot,
  versions: readonly Version[],
): Promise<{ readonly sized: readonly Sized[]; readonly isCut: boolean }> {
  if (versions.length === 0) return { sized: [], isCut: false };
  const input = versions.map(({ object }) => `${object}\n`).join('');
  const { stdout } = await askGit(root.path, ['cat-file', '--batch-check=%(objecttype) %(objectsize)'], { input });
  const answers = stdout.split('\n');
  const sized: Sized[] = [];
  let [total, isCut] = [0, false];
  for (const [index, version] of versions.entries()) {
    const [type, size] = (answers[index] ?? '').split(' ');
    const bytes = Number(size);
    if (type !== 'blob') continue;
    if (bytes > LARGEST_FILE || total + bytes > MOST_BYTES) isCut = true;
    else {
      total += bytes;
      sized.push({ ...version, bytes });
    }
  }
  return { sized, isCut };
}

function chunksOf(versions: readonly Sized[]): Sized[][] {
  const chunks: Sized[][] = [];
  let room = 0;
  for (const version of versions) {
    if (version.bytes > room) {
      chunks.push([]);
      room = CHUNK_BYTES;
    }
    chunks.at(-1)?.push(version);
    room -= version.bytes;
  }
  return chunks;
}

function privateFile(version: Version): Trace {
  return { ...version, secret: undefined, what: `${version.path}, which gives access to the cluster,` };
}

function tracesIn(version: Version, text: string | undefined, searches: LeakSearches): Trace[] {
  if (text === undefined) return [];
  const { path } = version;
  const search = isPublished(path) ? searches.own : searches.all;
  const own = findPlainSecrets([{ path, bytes: Buffer.from(text, 'utf8') }], search);
  const found = own.map(({ name }) => ({ ...version, secret: name, what: `${path} with ${name} in plain text` }));
  const key = found.length > 0 || isPrivateFile(path) || isPublished(path) ? undefined : keyIn(text);
  return key === undefined ? found : [{ ...version, secret: undefined, what: `${path} with ${key}` }];
}

/** Each file once for each secret; where one is in use, that says more than that there was something. */
function gravest(traces: readonly Trace[]): Trace[] {
  const used = new Set(traces.filter(({ secret }) => secret !== undefined).map(({ path }) => path));
  const found = new Map<string, Trace>();
  for (const trace of traces) {
    const key = `${trace.path}\n${trace.secret ?? ''}`;
    if ((trace.secret !== undefined || !used.has(trace.path)) && !found.has(key)) found.set(key, trace);
  }
  return [...found.values()].sort(
    (one, other) => Number(other.secret !== undefined) - Number(one.secret !== undefined),
  );
}

/** When the version came in. */
async function dateOf(root: ClusterRoot, { object }: Trace): Promise<string> {
  const options = ['--all', '--format=%h of %as', `--max-count=${String(MOST_COMMITS)}`, `--find-object=${object}`];
  const { exitCode, stdout } = await askGit(root.path, ['log', ...options]);
  const oldest = stdout.trim().split('\n').at(-1) ?? '';
  return exitCode === 0 && oldest !== '' ? ` (since ${oldest})` : '';
}

function finding({ path, secret, what }: Trace, since: string): Finding {
  const purge = `\`git filter-repo --invert-paths --path ${path}\` and a push by force take it out of the history, copies of others keep it`;
  return {
    code: 'secrets/in-history',
    severity: secret === undefined ? 'warning' : 'error',
    message: `the history of git holds ${what}${since}${secret === undefined ? '' : ': it is in use'}`,
    place: { file: path },
    remedy:
      secret === undefined
        ? `replace what it opened, if that was not done, as docs/recovery.md says; ${purge}`
        : `replace it, as docs/recovery.md says; ${purge}, and a repository that was public has to count as read`,
  };
}
