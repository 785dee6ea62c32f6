import { basename, join, relative } from 'node:path';
import { readMigrations, type MigrationStep } from '../cluster/config/migrations.ts';
import { variablesWithoutSecrets } from '../cluster/config/secrets.ts';
import type { ClusterRoot } from '../cluster/root.ts';
import { isTrusted } from '../pipeline/trust.ts';
import { failure, type Failure } from '../report/finding.ts';
import { inspect, inspectTarget, listFolder, readBytesIfPresent, readTextIfPresent } from '../system/files.ts';
import { nodePath } from '../system/environment.ts';
import { below, makeFolder, makeTemporaryFolder, removeTree } from '../system/writing.ts';
import { runProgram, type ProgramResult } from '../system/programs.ts';
import type { MergeResult } from './merge.ts';
import type { Versions } from './originals.ts';
import { patiently, type TemplateVersions, type Waiting } from './source.ts';
import type { GitStore, TreeEntry, TreeFiles } from './store.ts';
import { parseTemplateRecord, TEMPLATE_FILE, type TemplateRecord } from './template.ts';
import { parseFields } from '../text/values.ts';

/** Name of the package that a thin repository depends on. */
const PACKAGE = 'cluster-template';

/** What a thin repository says of its dependency. */
export interface Dependency {
  /** What npm takes it from: a version, a URL, or the path of a tarball as `file:…`. */
  readonly spec: string;
  /** Text of package.json. */
  readonly text: string;
}

/**
 * What a thin repository depends on; undefined for a repository that holds the tool itself.
 *
 * @throws Failure where package.json cannot be read
 */
export async function dependencyOf(root: ClusterRoot): Promise<Dependency | undefined> {
  const text = await readTextIfPresent(join(root.path, 'package.json'));
  if (text === undefined) return undefined;
  const fields = parseFields(text);
  if (fields === undefined) {
    throw failure('input', {
      code: 'upgrade/version',
      message: 'package.json is no object of JSON, so what this repository depends on cannot be told',
      place: { file: 'package.json' },
      remedy: 'restore it from git',
    });
  }
  const specs = [fields.dependencies, fields.devDependencies].map(
    (group) => (group as Readonly<Record<string, unknown>> | undefined)?.[PACKAGE],
  );
  const spec = specs.find((one): one is string => typeof one === 'string');
  return spec === undefined || fields.name === PACKAGE ? undefined : { spec, text };
}

/**
 * Gets a newer version of the package and looks at it beside the installed one.
 *
 * @param asked.from - a tarball of the package or the folder of its repository
 * @param asked.wanted - a version; the newest of the registry where neither is given
 * @param asked.scratch - folder for what is unpacked
 * @throws Failure where the package cannot be had, or is not what was installed before
 */
export async function thinVersions(
  root: ClusterRoot,
  store: GitStore,
  asked: Dependency &
    Waiting & {
      readonly from: string | undefined;
      readonly wanted: string | undefined;
      readonly own: TreeFiles;
      readonly scratch: string;
    },
): Promise<TemplateVersions> {
  const installed = join(root.path, 'node_modules', PACKAGE);
  const before = await packageIn(store, installed);
  if (before === undefined) {
    throw failure('input', {
      code: 'upgrade/version',
      message: `${PACKAGE} is not installed, so what a newer version changes cannot be told`,
      remedy: 'run `npm ci` first',
    });
  }
  const tarball = await tarballOf(asked);
  const after = await packageIn(store, await unpack(tarball, asked.scratch));
  if (after === undefined) throw noPackage(asked.from ?? tarball);
  const { source: recorded } = parseTemplateRecord((await readTextIfPresent(join(root.path, TEMPLATE_FILE))) ?? '{}');
  const record = after.record.source === undefined && recorded !== undefined ? { source: recorded } : {};
  const fromRegistry = asked.from === undefined;
  return {
    source: fromRegistry ? `${PACKAGE}@${after.version}` : asked.from,
    from: { version: before.version, commit: before.templates.commit, origin: 'installed package' },
    to: { version: after.version, commit: after.templates.commit },
    base: before.created,
    theirs: after.created,
    templates: { base: before.templates, theirs: after.templates },
    ...after.migrations,
    record: { ...record, ...after.record, version: after.version },
    raised: await raise(root, store, { ...asked, version: after.version, tarball: fromRegistry ? undefined : tarball }),
  };
}

/** Version that the registry has; where a tarball is used, nobody says where newer ones are. */
export async function newestOfRegistry(
  root: ClusterRoot,
  { spec }: Pick<Dependency, 'spec'>,
  waiting: Waiting,
): Promise<string> {
  if (!isVersion(spec)) {
    throw failure('input', {
      code: 'upgrade/version',
      message: `package.json takes ${PACKAGE} from ${spec}, which does not say where newer versions are`,
      place: { file: 'package.json' },
      remedy: 'name a tarball of the package or the folder of its repository with --from, or a version of the registry',
    });
  }
  const result = await patiently('an answer of the registry of npm', askRegistry(root, waiting), waiting);
  if (result.exitCode === 0) return result.stdout.trim();
  throw npmFailed(`npm cannot say which versions of ${PACKAGE} there are`, result);
}

/**
 * In the folder of a repository npm does what its `.npmrc` says, which may send variables of the user to whoever it names: it is asked
 * there where the user trusts the repository, else in an empty folder.
 */
async function askRegistry(root: ClusterRoot, { signal }: Pick<Waiting, 'signal'>): Promise<ProgramResult> {
  const ask = (cwd: string): Promise<ProgramResult> => runNpm(['npm', 'view', PACKAGE, 'version'], { cwd, signal });
  if (isTrusted(root)) return await ask(root.path);
  const scratch = await makeTemporaryFolder();
  try {
    return await ask(scratch);
  } finally {
    await removeTree(below(scratch));
  }
}

/** npm fetches and builds, over a line and on a machine as slow as they may be; who does not want to wait interrupts it. */
const NPM_SECONDS = 3600;

/** Runs npm, or a script that runs it. */
async function runNpm(
  [program, ...words]: readonly [string, ...string[]],
  { cwd, signal }: { readonly cwd: string; readonly signal: AbortSignal | undefined },
): Promise<ProgramResult> {
  const call = { cwd, timeoutSeconds: NPM_SECONDS, environment: variablesWithoutSecrets() };
  const options = { ...call, ...(signal === undefined ? {} : { signal }) };
  const result = await runProgram(program, words, options);
  signal?.throwIfAborted();
  return result;
}

/** A version or a range of the registry, and no URL, path or tag of a repository. */
function isVersion(spec: string): boolean {
  return /^[\^~>=<\s]*v?\d/.test(spec);
}

/** A package as far as it matters here. */
interface PackageFiles {
  readonly version: string;
  readonly created: TreeFiles;
  readonly templates: Versions['base'];
  readonly migrations: { readonly steps: readonly MigrationStep[]; readonly unknown: readonly string[] };
  readonly record: TemplateRecord;
}

async function packageIn(store: GitStore, folder: string): Promise<PackageFiles | undefined> {
  const [manifest, repository] = await Promise.all(
    ['package.json', 'dist/repository.json'].map((path) => readTextIfPresent(join(folder, path))),
  );
  if (manifest === undefined || repository === undefined) return undefined;
  const { name, version } = readObject(manifest, 'package.json', folder);
  if (name !== PACKAGE || typeof version !== 'string') return undefined;
  const files = readObject(repository, 'dist/repository.json', folder);
  const recorded = files[TEMPLATE_FILE];
  const created = new Map<string, TreeEntry>();
  for (const [path, text] of Object.entries(files)) {
    // Its first line is the user's from the start.
    if (typeof text !== 'string') throw broken('dist/repository.json', folder);
    if (path !== 'README.md') created.set(path, { path, mode: '100644', object: await store.write(text) });
  }
  const commit = await store.commit(await store.folder(folder, ['templates/config']), []);
  const migrations = (await readTextIfPresent(join(folder, 'schemas/migrations.json'))) ?? '{}';
  return {
    version,
    created,
    templates: { commit, files: await store.files(commit) },
    migrations: readMigrations(readObject(migrations, 'schemas/migrations.json', folder)),
    record: parseTemplateRecord(typeof recorded === 'string' ? recorded : JSON.stringify({ version })),
  };
}

/** A file of a package that has to be an object. */
function readObject(text: string, path: string, folder: string): Readonly<Record<string, unknown>> {
  const value = parseFields(text);
  if (value === undefined) throw broken(path, folder);
  return value;
}

function broken(path: string, folder: string): Failure {
  return failure('input', {
    code: 'upgrade/version',
    message: `${path} of the package ${PACKAGE} in ${folder} is not what the package has there`,
    remedy: 'run `npm ci`, which installs it anew; where it was named with --from, take another one',
  });
}

/** Path of the tarball of what is asked for. */
async function tarballOf({
  from,
  wanted,
  scratch,
  ...waiting
}: Waiting & {
  readonly from: string | undefined;
  readonly wanted: string | undefined;
  readonly scratch: string;
}): Promise<string> {
  const kind = from === undefined ? undefined : (await inspectTarget(from))?.kind;
  if (from !== undefined && kind === 'file') return from;
  if (from !== undefined && (kind !== 'folder' || (await inspect(join(from, 'package.json'))) === undefined)) {
    throw failure('usage', {
      code: 'usage/argument',
      message: `${from} is neither a tarball nor a folder with a package.json: a thin repository takes a package`,
      remedy: `give --from a tarball of ${PACKAGE} or the folder of its repository, or name a version of the registry`,
    });
  }
  const packed = join(scratch, 'packed');
  await makeFolder(below(packed));
  const wantedName = from ?? `${PACKAGE}@${wanted ?? 'latest'}`;
  const packing =
    from === undefined
      ? runNpm(['npm', 'pack', wantedName, '--pack-destination', packed], { cwd: scratch, signal: waiting.signal })
      : packTool(from, packed, waiting.signal);
  const result = await patiently(`${wantedName}, which npm packs`, packing, waiting);
  const name = (await listFolder(packed)).find((file) => file.name.endsWith('.tgz'))?.name;
  if (result.exitCode === 0 && name !== undefined) return join(packed, name);
  throw npmFailed(`npm cannot get ${wantedName}`, result);
}

/** What a shell ends with where a program is not there; the script that packs does the same. */
const COMMAND_NOT_FOUND = 127;

/** Packs the tool: its repository has a script for it, what was installed as a package is packed as it is. */
export async function packTool(folder: string, to: string, signal?: AbortSignal): Promise<ProgramResult> {
  const script = join(folder, 'scripts', 'pack.mjs');
  const options = ['--json', '--ignore-scripts', '--pack-destination', to];
  const call = { cwd: folder, signal };
  if ((await inspect(script)) === undefined) return await runNpm(['npm', 'pack', ...options], call);
  const result = await runNpm([nodePath(), script, ...options], call);
  return { ...result, missing: result.exitCode === COMMAND_NOT_FOUND };
}

async function unpack(tarball: string, scratch: string): Promise<string> {
  const folder = join(scratch, 'unpacked');
  await makeFolder(below(folder));
  const { exitCode, missing } = await runProgram('tar', ['-xzf', tarball, '-C', folder], { cwd: scratch });
  if (missing) {
    throw failure('outside', {
      code: 'programs/missing',
      message: 'tar is needed to look into the new version and was not found',
      remedy: 'install tar',
    });
  }
  if (exitCode !== 0) throw noPackage(tarball);
  return join(folder, 'package');
}

function noPackage(place: string): Failure {
  return failure('input', {
    code: 'upgrade/version',
    message: `${place} is no package of ${PACKAGE}`,
    remedy: `name a tarball of ${PACKAGE}, or the folder of its repository once \`npm ci\` has built it there`,
  });
}

function npmFailed(message: string, { stderr, missing, timedOut }: ProgramResult): Failure {
  const said =
    /^npm (?:error|ERR!) (?!(?:code|syscall|path|dest|errno) |A complete log)(.*)$/m.exec(stderr)?.[1] ?? stderr.trim();
  const reason = missing ? 'npm was not found' : timedOut ? 'it did not come to an end within an hour' : said;
  return failure('outside', {
    code: missing ? 'programs/missing' : 'programs/failed',
    message: `${message}: ${reason}`,
    remedy: 'name a tarball of the package or the folder of its repository with --from',
  });
}

/** package.json with the new version; a tarball lies in the repository, so that a clone has it too. */
async function raise(
  root: ClusterRoot,
  store: GitStore,
  {
    spec,
    text,
    own,
    version,
    tarball,
  }: Dependency & { readonly own: TreeFiles; readonly version: string; readonly tarball: string | undefined },
): Promise<Pick<MergeResult, 'writes' | 'removals'>> {
  const bytes = tarball === undefined ? undefined : await readBytesIfPresent(tarball);
  const within = tarball === undefined ? '' : relative(root.path, tarball).replaceAll('\\', '/');
  const isInside = !within.startsWith('..');
  const path = isInside ? within : `${PACKAGE}-${version}.tgz`;
  const next = tarball === undefined ? version : `file:${path}`;
  const previous = spec.startsWith('file:') ? spec.slice('file:'.length).replace(/^\.\//, '') : undefined;
  const raised = text.replace(`"${PACKAGE}": ${JSON.stringify(spec)}`, `"${PACKAGE}": ${JSON.stringify(next)}`);
  if (raised === text && next !== spec) throw notEditable(spec);
  const writes = [
    { path: 'package.json', mode: own.get('package.json')?.mode ?? '100644', object: await store.write(raised) },
    ...(bytes === undefined ? [] : [{ path, mode: '100644', object: await store.write(bytes) }]),
  ];
  return {
    writes: writes.filter((entry) => own.get(entry.path)?.object !== entry.object),
    // What was brought by an earlier version; a tarball somewhere else is no file of the repository.
    removals: previous !== undefined && previous !== path && own.has(previous) && isOurs(previous) ? [previous] : [],
  };
}

function isOurs(path: string): boolean {
  return basename(path) === path && path.startsWith(`${PACKAGE}-`) && path.endsWith('.tgz');
}

function notEditable(spec: string): Failure {
  return failure('input', {
    code: 'upgrade/version',
    message: `the dependency ${PACKAGE} of package.json is not written as "${PACKAGE}": "${spec}", so it cannot be raised`,
    place: { file: 'package.json' },
    remedy: 'write it on one line, as npm does',
  });
}
