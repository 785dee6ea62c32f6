import type { MigrationStep } from '../cluster/config/migrations.ts';
import { failure, type Failure } from '../report/finding.ts';
import type { MergeResult } from './merge.ts';
import type { Versions } from './originals.ts';
import { isToolFile } from './owners.ts';
import { lastLine, type GitStore, type TreeFiles, type UserRepository } from './store.ts';
import {
  compareVersions,
  parseTemplateRecord,
  parseVersion,
  TEMPLATE_FILE,
  type TemplateRecord,
  type Version,
} from './template.ts';

/** One version that a source has. */
interface OfferedVersion {
  /** Without a `v` before it. */
  readonly version: string;
  /** Name of its tag. */
  readonly tag: string;
}

/** A commit of the template and the version that it is. */
export interface TemplateCommit {
  readonly commit: string;
  readonly version: string;
}

/** How the version that a repository was made from was found. */
type BaseOrigin = 'recorded commit' | 'history' | 'tag' | 'nearest commit' | 'installed package';

/** What the repository was made from. */
export interface TemplateBase extends TemplateCommit {
  readonly origin: BaseOrigin;
}

/** Two versions of the template, and what the newer one asks for. */
export interface TemplateVersions {
  /** URL or folder of the template's repository; what npm takes the package from in a thin repository. */
  readonly source: string;
  readonly from: TemplateBase;
  readonly to: TemplateCommit;
  /** The files that are merged. */
  readonly base: TreeFiles;
  readonly theirs: TreeFiles;
  /** The files that overrides and adopted files are held against. */
  readonly templates: Versions;
  readonly steps: readonly MigrationStep[];
  /** Names of steps of a kind that is not known here. */
  readonly unknown: readonly string[];
  /** What is recorded of the template afterwards. */
  readonly record: TemplateRecord;
  /** Files that change besides. */
  readonly raised: Pick<MergeResult, 'writes' | 'removals'>;
}

/** Somebody who waits for what comes over the network. */
export interface Waiting {
  /** Told what is waited for, where it takes long. */
  readonly tell?: (text: string) => void;
  readonly signal: AbortSignal;
}

/** A person who saw nothing for so long asks himself whether anything happens. */
const PATIENCE_SECONDS = 10;

/** Waits for work, and tells once what is waited for where it takes long. */
export async function patiently<T>(what: string, work: Promise<T>, { tell }: Pick<Waiting, 'tell'>): Promise<T> {
  const timer = setTimeout(() => tell?.(`still waiting for ${what}; Ctrl-C ends it`), PATIENCE_SECONDS * 1000);
  try {
    return await work;
  } finally {
    clearTimeout(timer);
  }
}

/** Where a store keeps what it fetched from the template. */
const HEADS = 'refs/template/heads';
const TAGS = 'refs/template/tags';

/**
 * The versions that a source offers: its tags by Semantic Versioning, oldest first.
 *
 * @throws Failure of kind `outside` where the source cannot be asked
 */
export async function offeredVersions(store: GitStore, source: string): Promise<OfferedVersion[]> {
  const { exitCode, stdout, stderr } = await store.transport([
    'ls-remote',
    '--tags',
    '--refs',
    '--quiet',
    '--',
    source,
  ]);
  if (exitCode !== 0) throw unreachable(source, stderr);
  const tags = stdout
    .toString('utf8')
    .split('\n')
    .flatMap((line) => line.split('\trefs/tags/')[1] ?? []);
  return inOrder(tags);
}

/** The newest version of a list; a pre-release only where nothing else is there, or where one is used already. */
export function newestVersion(offered: readonly OfferedVersion[], current: string): OfferedVersion | undefined {
  const takesPreReleases = (parseVersion(current)?.preRelease.length ?? 0) > 0;
  const releases = offered.filter(({ version }) => parseVersion(version)?.preRelease.length === 0);
  return takesPreReleases || releases.length === 0 ? offered.at(-1) : releases.at(-1);
}

async function fetchedVersions(store: GitStore): Promise<(OfferedVersion & { readonly parsed: Version })[]> {
  return inOrder((await store.text(['for-each-ref', '--format=%(refname:lstrip=3)', TAGS])).split('\n'));
}

function inOrder(tags: readonly string[]): (OfferedVersion & { readonly parsed: Version })[] {
  return tags
    .flatMap((tag) => {
      const parsed = parseVersion(tag);
      return parsed === undefined ? [] : [{ tag, parsed, version: tag.replace(/^v/, '') }];
    })
    .sort((one, other) => compareVersions(one.parsed, other.parsed));
}

/**
 * Fetches branches and tags of a source.
 *
 * @throws Failure of kind `outside` where that fails
 */
export async function fetchTemplate(store: GitStore, source: string): Promise<void> {
  const refs = [`+refs/heads/*:${HEADS}/*`, `+refs/tags/*:${TAGS}/*`];
  const options = ['--quiet', '--no-tags', '--no-write-fetch-head', '--update-shallow', '--no-recurse-submodules'];
  const { exitCode, stderr } = await store.transport(['fetch', ...options, '--', source, ...refs]);
  if (exitCode !== 0) throw unreachable(source, stderr);
}

/**
 * The commit of the template that is asked for.
 *
 * @param wanted - a version with or without `v`, a tag, a branch or the whole name of a commit; the newest version where it is not given
 * @throws Failure of kind `input` where the source has no such version
 */
export async function findTarget(
  store: GitStore,
  {
    source,
    wanted,
    current,
  }: { readonly source: string; readonly wanted: string | undefined; readonly current: string },
): Promise<TemplateCommit> {
  const offered = await fetchedVersions(store);
  const chosen =
    wanted === undefined
      ? newestVersion(offered, current)
      : offered.find(({ version }) => version === wanted.replace(/^v/, ''));
  if (wanted === undefined && chosen === undefined) {
    throw noVersions(source);
  }
  const names =
    chosen === undefined ? [`${TAGS}/${wanted ?? ''}`, `${HEADS}/${wanted ?? ''}`] : [`${TAGS}/${chosen.tag}`];
  const whole = /^(?:[0-9a-f]{40}|[0-9a-f]{64})$/.test(wanted ?? '') ? [wanted ?? ''] : [];
  for (const name of [...names, ...whole]) {
    const commit = await commitOf(store, name);
    if (commit === undefined || !(await isOfTemplate(store, commit))) continue;
    return { commit, version: chosen?.version ?? (await versionOf(store, commit)) ?? wanted ?? '' };
  }
  throw unknownVersion(source, wanted ?? '', offered);
}

/**
 * The commit of the template that a repository was made from, by the best of what is known: the commit that the last upgrade recorded;
 * the history that both have in common; and for a copy without one the commit of the recorded version that is most like it.
 *
 * @throws Failure of kind `input` where nothing is known of it
 */
export async function findBase(
  store: GitStore,
  {
    source,
    record,
    user,
    target,
  }: {
    readonly source: string;
    readonly record: TemplateRecord;
    readonly user: UserRepository;
    readonly target: TemplateCommit;
  },
): Promise<TemplateBase> {
  const { version } = record;
  if (record.commit !== undefined && (await isOfTemplate(store, record.commit))) {
    return { commit: record.commit, version, origin: 'recorded commit' };
  }
  const common = await store.try(['merge-base', user.head, target.commit]);
  if (common.exitCode === 0) return { commit: common.stdout.toString('latin1').trim(), version, origin: 'history' };
  const tag = (await commitOf(store, `${TAGS}/v${version}`)) ?? (await commitOf(store, `${TAGS}/${version}`));
  const nearest = await nearestCommit(store, { user, version, target, tag });
  if (nearest !== undefined) return { commit: nearest, version, origin: nearest === tag ? 'tag' : 'nearest commit' };
  throw failure('input', {
    code: 'upgrade/version',
    message: `this repository was made from version ${version}, which ${source} does not have`,
    place: { file: TEMPLATE_FILE },
    remedy: 'name the repository that it was made from with --from, or write its commit there as `commit`',
  });
}

/** The version that a commit of the template says it is. */
async function versionOf(store: GitStore, commit: string): Promise<string | undefined> {
  const record = await store.try(['cat-file', 'blob', `${commit}:${TEMPLATE_FILE}`]);
  if (record.exitCode === 0) return parseTemplateRecord(record.stdout.toString('utf8')).version;
  const manifest = await store.try(['cat-file', 'blob', `${commit}:package.json`]);
  return /"version":\s*"([^"]*)"/.exec(manifest.stdout.toString('utf8'))?.[1];
}

/** Most commits that are compared with a copy. */
const MOST_COMPARED = 5000;

/**
 * Of the commits of a version the one whose files are most like those of a repository that was copied from it. Copies are taken from a
 * branch as often as from a tag.
 */
async function nearestCommit(
  store: GitStore,
  {
    user,
    version,
    target,
    tag,
  }: {
    readonly user: UserRepository;
    readonly version: string;
    readonly target: TemplateCommit;
    readonly tag: string | undefined;
  },
): Promise<string | undefined> {
  const last = tag === undefined ? target.commit : await lastOfVersion(store, version, target);
  const range = tag === undefined ? [last] : [last, `^${tag}^@`];
  const count = `--max-count=${String(MOST_COMPARED)}`;
  const log = ['log', '--first-parent', '-m', '--raw', '-z', '--no-abbrev', '--no-renames', '--format=%x01%H', count];
  const history = (await store.bytes([...log, ...range, '--'])).toString('utf8').split('\u0001').slice(1);
  const own = await store.files(user.head, user.prefix);
  let score = likeness(own, await store.files(last));
  let best: { readonly commit: string; readonly score: number } | undefined;
  for (const entry of history) {
    const [commit = '', ...fields] = entry.split('\0').map((field) => field.replace(/^\n/, ''));
    // The tag goes before others that are as near: later commits that only touched the sample.
    const isNearer = best === undefined || score > best.score || (score === best.score && commit === tag);
    if (isNearer && (tag !== undefined || (await versionOf(store, commit)) === version)) best = { commit, score };
    // What the commit changed is taken back, so that the score is its parent's.
    for (let at = 0; at + 1 < fields.length; at += 2) {
      const [, , before = '', after = ''] = (fields[at] ?? '').split(' ');
      const path = fields[at + 1] ?? '';
      if (isToolFile(path)) score += gain(own, path, before) - gain(own, path, after);
    }
  }
  return best?.commit;
}

/** The last commit that said it was a version: the one before the next version's tag, or the target where there is none. */
async function lastOfVersion(store: GitStore, version: string, target: TemplateCommit): Promise<string> {
  const current = parseVersion(version);
  const offered = await fetchedVersions(store);
  const next = offered.find(({ parsed }) => current !== undefined && compareVersions(parsed, current) > 0);
  const before = next === undefined ? undefined : await commitOf(store, `${TAGS}/${next.tag}^`);
  return before ?? target.commit;
}

/** How like a repository is to a tree: files that are equal count for it, those that differ or are missing against it. */
function likeness(own: TreeFiles, files: TreeFiles): number {
  return [...files.values()]
    .filter(({ path }) => isToolFile(path))
    .reduce((sum, { path, object }) => sum + gain(own, path, object), 0);
}

function gain(own: TreeFiles, path: string, object: string): number {
  if (/^0+$/.test(object)) return 0;
  return own.get(path)?.object === object ? 1 : -1;
}

async function commitOf(store: GitStore, name: string): Promise<string | undefined> {
  const { exitCode, stdout } = await store.try([
    'rev-parse',
    '--verify',
    '--quiet',
    '--end-of-options',
    `${name}^{commit}`,
  ]);
  return exitCode === 0 ? stdout.toString('latin1').trim() : undefined;
}

/** Whether a commit belongs to the template: the store sees the commits of the user's repository too. */
async function isOfTemplate(store: GitStore, commit: string): Promise<boolean> {
  const { exitCode, stdout } = await store.try(['for-each-ref', '--count=1', '--contains', commit, HEADS, TAGS]);
  return exitCode === 0 && stdout.length > 0;
}

/** What is said of a source none of whose tags is a version that could be taken. */
export function noVersions(source: string): Failure {
  return failure('input', {
    code: 'upgrade/version',
    message: `${source} has no tag that is a version`,
    remedy: NAME_ANOTHER,
  });
}

const NAME_ANOTHER = 'name a branch or a commit of it in place of a version';

function unknownVersion(source: string, wanted: string, offered: readonly OfferedVersion[]): Failure {
  const last = offered.slice(-5).map(({ version }) => version);
  return failure('input', {
    code: 'upgrade/version',
    message: `${source} has no version ${wanted}`,
    remedy: last.length === 0 ? NAME_ANOTHER : `the newest that it has: ${last.join(', ')}`,
  });
}

function unreachable(source: string, stderr: string): Failure {
  return failure('outside', {
    code: 'upgrade/source',
    message: `${source} could not be asked for versions: ${lastLine(stderr)}`,
    remedy: 'name another URL, or the folder of a git repository, with --from',
  });
}
