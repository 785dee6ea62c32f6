import { join } from 'node:path';
import { readMigrations, type MigrationStep } from '../cluster/config/migrations.ts';
import type { ClusterRoot } from '../cluster/root.ts';
import { failure, type Failure } from '../report/finding.ts';
import { readTextIfPresent } from '../system/files.ts';
import { below, makeTemporaryFolder, removeTree } from '../system/writing.ts';
import {
  fetchTemplate,
  findBase,
  findTarget,
  newestVersion,
  noVersions,
  offeredVersions,
  patiently,
  type TemplateCommit,
  type TemplateVersions,
  type Waiting,
} from './source.ts';
import { GitStore, openUserRepository, type UserRepository } from './store.ts';
import {
  compareVersionTexts,
  parseTemplateRecord,
  parseVersion,
  readTemplateRecord,
  TEMPLATE_FILE,
  type TemplateRecord,
} from './template.ts';
import { dependencyOf, newestOfRegistry, thinVersions, type Dependency } from './thin.ts';

/** Which version is asked for, and where it is looked for. */
export interface VersionRequest extends Waiting {
  /** A version, tag, branch or commit of the template; its newest version where it is not given. */
  readonly wanted: string | undefined;
  /** URL or folder of the template's repository; the recorded one where it is not given. */
  readonly from: string | undefined;
}

/** Which versions there are. */
interface VersionCheck {
  readonly source: string;
  readonly current: string;
  readonly newest: string;
  readonly isNewer: boolean;
}

/** The user's repository, and the store in which versions of the template are looked at beside it. */
export interface Repositories {
  readonly store: GitStore;
  readonly user: UserRepository;
}

/**
 * Looks whether the template has a newer version; nothing is fetched but the names of its tags.
 *
 * @throws Failure where nothing says what the repository was made from, or the source cannot be asked
 */
export async function checkVersions(
  root: ClusterRoot,
  request: Pick<VersionRequest, 'from' | keyof Waiting>,
): Promise<VersionCheck> {
  const user = await openUserRepository(root.path);
  const dependency = await dependencyOf(root);
  const template = dependency === undefined ? await templateOf(root, request.from) : undefined;
  const store = await GitStore.open(user, request.signal);
  try {
    if (template === undefined) {
      const { source, from, to } = await findVersions(root, { store, user }, { ...request, wanted: undefined });
      return checkOf({ source, current: from.version, newest: to.version });
    }
    const { record, source } = template;
    const offered = await patiently(`an answer of ${source}`, offeredVersions(store, source), request);
    const newest = newestVersion(offered, record.version);
    if (newest === undefined) throw noVersions(source);
    return checkOf({ source, current: record.version, newest: newest.version });
  } finally {
    await store.close();
  }
}

function checkOf(found: Omit<VersionCheck, 'isNewer'>): VersionCheck {
  return { ...found, isNewer: compareVersionTexts(found.newest, found.current) > 0 };
}

/**
 * The version that a repository was made from and the one that is asked for: out of the package that a thin repository depends on, else
 * out of the template's git repository.
 *
 * @throws Failure where one of them cannot be had, or the one that is asked for is older
 */
export async function findVersions(
  root: ClusterRoot,
  repositories: Repositories,
  request: VersionRequest,
): Promise<TemplateVersions> {
  const dependency = await dependencyOf(root);
  return dependency === undefined
    ? await versionsOfTemplate(repositories, { ...(await templateOf(root, request.from)), request })
    : await versionsOfPackage(root, repositories, { dependency, request });
}

/** What the repository was made from, and where newer versions are. */
async function templateOf(
  root: ClusterRoot,
  from: string | undefined,
): Promise<{ readonly record: TemplateRecord; readonly source: string }> {
  const record = (await readTemplateRecord(root)) ?? (await recordOfPackage(root));
  if (record === undefined) {
    throw failure('input', {
      code: 'upgrade/template',
      message: `nothing says which version of the template this repository was made from: there is no ${TEMPLATE_FILE}`,
      remedy: `restore it from git, or write {"version": "0.1.0"} into ${TEMPLATE_FILE}`,
    });
  }
  const source = from ?? record.source;
  if (source !== undefined) return { record, source };
  throw failure('input', {
    code: 'upgrade/template',
    message: `${TEMPLATE_FILE} does not say where newer versions of the template are`,
    place: { file: TEMPLATE_FILE },
    remedy: 'name the URL or the folder of its git repository with --from',
  });
}

/** Version 0.1.0 had no record yet. */
async function recordOfPackage(root: ClusterRoot): Promise<TemplateRecord | undefined> {
  const text = await readTextIfPresent(join(root.path, 'package.json'));
  if (text === undefined || !/^[ \t]*"name":\s*"cluster-template"/m.test(text)) return undefined;
  const version = /^[ \t]*"version":\s*"([^"]+)"/m.exec(text)?.[1];
  return version !== undefined && parseVersion(version) !== undefined ? { version } : undefined;
}

/** The versions of a repository that holds the tool itself: those of the template's git repository. */
async function versionsOfTemplate(
  { store, user }: Repositories,
  {
    record,
    source,
    request,
  }: { readonly record: TemplateRecord; readonly source: string; readonly request: VersionRequest },
): Promise<TemplateVersions> {
  await patiently(`what is fetched from ${source}`, fetchTemplate(store, source), request);
  const to = await findTarget(store, { source, wanted: request.wanted, current: record.version });
  const from = await findBase(store, { source, record, user, target: to });
  if (from.commit !== to.commit) await refuseOlder(store, from, to);
  const [base, theirs] = [await store.files(from.commit), await store.files(to.commit)];
  return {
    source,
    from,
    to,
    base,
    theirs,
    templates: { base: { commit: from.commit, files: base }, theirs: { commit: to.commit, files: theirs } },
    ...(await stepsOf(store, to)),
    record: await nextRecord(store, { record, source, to }),
    raised: { writes: [], removals: [] },
  };
}

/** The versions of a thin repository: those of the package that it depends on. */
async function versionsOfPackage(
  root: ClusterRoot,
  { store, user }: Repositories,
  { dependency, request }: { readonly dependency: Dependency; readonly request: VersionRequest },
): Promise<TemplateVersions> {
  const isNewest = request.from === undefined && request.wanted === undefined;
  const wanted = isNewest ? await newestOfRegistry(root, dependency, request) : request.wanted;
  const own = await store.files(user.head, user.prefix);
  const scratch = await makeTemporaryFolder();
  try {
    const versions = await thinVersions(root, store, { ...dependency, ...request, wanted, own, scratch });
    const { from, to } = versions;
    if (compareVersionTexts(to.version, from.version) < 0) throw older(from.version, to.version);
    return from.version === to.version && isUnchanged(versions)
      ? { ...versions, to: { ...to, commit: from.commit } }
      : versions;
  } finally {
    await removeTree(below(scratch));
  }
}

function isUnchanged({ base, theirs, raised }: TemplateVersions): boolean {
  const isSame = [...theirs.values()].every(({ path, object }) => base.get(path)?.object === object);
  return isSame && raised.writes.length === 0;
}

async function refuseOlder(store: GitStore, from: TemplateCommit, to: TemplateCommit): Promise<void> {
  const isAncestor = await store.try(['merge-base', '--is-ancestor', to.commit, from.commit]);
  const isOlder = compareVersionTexts(to.version, from.version) < 0;
  if (isAncestor.exitCode !== 0 && !isOlder) return;
  throw older(from.version, to.version);
}

function older(from: string, to: string): Failure {
  return failure('usage', {
    code: 'usage/argument',
    message: `${to} is older than ${from}, which this repository has`,
    remedy: 'an upgrade that was committed is taken back with `git revert`',
  });
}

const MIGRATIONS_FILE = 'schemas/migrations.json';

/** The steps that the new version asks for. */
async function stepsOf(
  store: GitStore,
  { commit }: TemplateCommit,
): Promise<{ readonly steps: readonly MigrationStep[]; readonly unknown: readonly string[] }> {
  const { exitCode, stdout } = await store.try(['cat-file', 'blob', `${commit}:${MIGRATIONS_FILE}`]);
  if (exitCode !== 0) return { steps: [], unknown: [] };
  try {
    return readMigrations(JSON.parse(stdout.toString('utf8')));
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
    const message = `${MIGRATIONS_FILE} of the template in commit ${commit.slice(0, 12)} is no JSON`;
    throw failure('input', { code: 'upgrade/migration', message, remedy: 'take another version of it' });
  }
}

/** Where newer versions are is what the new version says, then what was recorded; a folder of this machine is no place for others. */
async function nextRecord(
  store: GitStore,
  { record, source, to }: { readonly record: TemplateRecord; readonly source: string; readonly to: TemplateCommit },
): Promise<TemplateRecord> {
  const { exitCode, stdout } = await store.try(['cat-file', 'blob', `${to.commit}:${TEMPLATE_FILE}`]);
  const theirs = exitCode === 0 ? parseTemplateRecord(stdout.toString('utf8')) : undefined;
  const isAddress = /^(?:[a-z][a-z0-9+.-]*:\/\/|[\w.-]+@[\w.-]+:)/i.test(source);
  const next = theirs?.source ?? record.source ?? (isAddress ? source : undefined);
  return { version: to.version, commit: to.commit, ...(next === undefined ? {} : { source: next }) };
}
