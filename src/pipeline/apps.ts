import { join, relative } from 'node:path';
import { Draft, type FileChange } from '../apps/draft.ts';
import type { ImageVersion } from '../apps/image.ts';
import type { AppImage } from '../apps/facts.ts';
import { type AppRepository, findApps } from '../apps/repository.ts';
import { RULES } from '../checks/rules/list.ts';
import { readSettings, SETTINGS_FILE } from '../checks/settings.ts';
import type { ClusterRoot } from '../cluster/root.ts';
import type { RenderedFile } from '../makejinja/render.ts';
import type { ManifestFile } from '../manifests/document.ts';
import { Failure, failure, type Finding } from '../report/finding.ts';
import { isSecretPath } from '../sops/rules.ts';
import { listTree, readBytesIfPresent, readTextIfPresent } from '../system/files.ts';
import { type Destination, removeEmptyFolder, removeTree, writeDisposableFile } from '../system/writing.ts';
import { globMatcher } from '../text/glob.ts';
import { applyEdits, recover, recoverEdits } from '../workspace/apply.ts';
import { readDisk, stateFile, type Workspace } from '../workspace/disk.ts';
import { fileDiff, type FileDiff } from '../workspace/diff.ts';
import type { DiskFile } from '../workspace/inventory.ts';
import { exclusively } from '../workspace/lock.ts';
import type { Plan, PlanEntry } from '../workspace/plan.ts';
import { nothingOfFlux } from './any-repository.ts';
import { PREVIEW } from './foreign-files.ts';
import { templateFolders } from './inputs.ts';
import { renderOnly } from './render-only.ts';
import { folderIn, readRepository, readWholeClusters } from './repository.ts';
import { readInventory, workspaceOf } from './state.ts';
import { loadChecks, manifestFiles } from './validate.ts';
import { PROVIDED } from './schema-sources.ts';

/** The repository whose apps are meant. */
export type AppPlace =
  | { readonly kind: 'cluster'; readonly root: ClusterRoot }
  /** Any other one, with the folders at which Flux begins where it does not tell. */
  | { readonly kind: 'other'; readonly path: string; readonly paths: readonly string[] };

/** A repository with its apps, and the files that people write in it. */
export interface ReadApps {
  readonly place: AppPlace;
  /** Absolute path of the top. */
  readonly top: string;
  readonly repository: AppRepository;
  /** Everything that lies in the repository but what is rendered; templates among it. */
  readonly written: readonly ManifestFile[];
  /** What was not read: manifests that are no YAML, and secrets that are not at hand, so that something else stands where they would. */
  readonly notes: readonly Finding[];
}

/** What a command does with what it reads. */
interface Use {
  /** Whether it changes nothing: what is no YAML is left out then, and told. */
  readonly isLooking?: boolean;
}

/**
 * Reads the apps of a repository: what `configure` would render where it is one of this template, what lies on disk where it is any other.
 *
 * @throws Failure where the configuration or a template is wrong; of kind `input` where nothing of Flux is there, or a manifest is no YAML
 */
export async function readApps(place: AppPlace, use: Use = {}): Promise<ReadApps> {
  return place.kind === 'cluster' ? await readCluster(place, use) : await readOther(place, use);
}

async function readCluster(place: Extract<AppPlace, { kind: 'cluster' }>, use: Use): Promise<ReadApps> {
  const { root } = place;
  const inventory = await readInventory(root);
  const { files: rendered, findings } = await renderOnly(root, { isLooking: true });
  const files = await manifestFiles(root, rendered, inventory);
  const generated = new Set([...rendered.map(({ path }) => path), ...(inventory?.files.keys() ?? [])]);
  const isOwn = (path: string): boolean => !generated.has(path) || inventory?.adopted.includes(path) === true;
  const own = (await readRepository(root.path)).filter(({ path }) => isOwn(path));
  const written = [...own, ...(await packagedLists(root))];
  const { repository, broken } = appsAmong(files, { paths: [], top: root.path, ...use });
  const notes = [...broken, ...findings.filter(({ code }) => code === 'secrets/not-checked')];
  return { place, top: root.path, repository, written, notes };
}

/** The lists of apps in the templates of an installed package, which a copy below templates/overrides may take the place of. */
async function packagedLists(root: ClusterRoot): Promise<ManifestFile[]> {
  const { packages } = await templateFolders(root);
  const listed = await Promise.all(
    packages.map(async (folder) => (await listTree(folder)).map((path) => join(folder, path))),
  );
  const lists = listed.flat().filter((path) => /[/\\]kustomization\.yaml\.j2$/.test(path));
  return await Promise.all(
    lists.map(async (file) => {
      const path = relative(root.path, file).replaceAll('\\', '/');
      const text = (await readTextIfPresent(file)) ?? '';
      return { path, source: path, text, isGenerated: false, isSecret: false };
    }),
  );
}

async function readOther(place: Extract<AppPlace, { kind: 'other' }>, use: Use): Promise<ReadApps> {
  const wanted = await Promise.all(place.paths.map((path) => folderIn(place.path, path)));
  const files = await readRepository(place.path);
  const { repository, broken } = appsAmong(files, { paths: wanted, top: place.path, ...use });
  return { place, top: place.path, repository, written: files, notes: broken };
}

/** The apps among files. Throws a Failure where Flux finds nothing in them, or a manifest is no YAML and something is to be changed. */
function appsAmong(
  files: readonly ManifestFile[],
  { paths, top, isLooking = false }: Use & { readonly paths: readonly string[]; readonly top: string },
): { readonly repository: AppRepository; readonly broken: readonly Finding[] } {
  const { tree, clusters, broken } = readWholeClusters(files, paths);
  if (broken.length > 0 && !isLooking) throw new Failure('input', broken);
  if (clusters.length === 0) throw nothingOfFlux(top);
  return { repository: findApps(files, tree, clusters), broken };
}

/** The files that people write in a repository, to be changed. */
export function draftOf({ written }: Pick<ReadApps, 'written'>): Draft {
  return new Draft(written);
}

/**
 * Whether the settings of the repository take an image without a digest.
 *
 * @returns a warning where they only warn of it
 * @throws Failure of kind `usage` where they do not
 */
export function refuseWithoutDigest(
  { written }: Pick<ReadApps, 'written'>,
  images: readonly AppImage[],
  { digest }: ImageVersion,
): Finding[] {
  const file = written.find(({ path }) => path === SETTINGS_FILE);
  const { settings } = readSettings(file, RULES);
  const { severity, options, isExcepted } = settings.of('image/digest');
  const exceptions = (options.exceptions as readonly string[]).map(globMatcher);
  const image = images.find(
    ({ repository, object, path }) =>
      !exceptions.some((matches) => matches(repository)) && !isExcepted(object.originOf(path).document.file.path),
  );
  const wasPinned = images.some((one) => one.digest !== undefined);
  if (digest !== undefined || image === undefined) return [];
  const finding = {
    code: 'image/digest',
    message: `${image.repository} gets a version without a digest`,
    remedy:
      'give it too, as TAG@sha256: and 64 hexadecimal digits; `crane digest` and the page of the registry tell it',
  } as const;
  if (severity === 'error') throw failure('usage', finding);
  return severity === 'warning' || wasPinned ? [{ ...finding, severity: 'warning' }] : [];
}

/** The manifests as they would be with changed files: rendered anew where templates are among them. */
async function manifestsAfter({ place, top, written }: ReadApps, draft: Draft): Promise<readonly ManifestFile[]> {
  if (place.kind === 'other') return draft.files();
  // Below the repository, as no template may lead out of it.
  const preview = (...names: readonly string[]): Destination => stateFile(workspaceOf(place.root), PREVIEW, ...names);
  await removeTree(preview());
  try {
    const { folders, packages } = await templateFolders(place.root);
    const texts = new Map(draft.files().map(({ path, text }) => [path, text]));
    const before = new Map(written.map(({ path, text }) => [path, text]));
    const listed = await Promise.all(
      [...folders, ...packages].map(async (folder) => (await listTree(folder)).map((path) => join(folder, path))),
    );
    const onDisk = listed.flat().map((path) => relative(top, path).replaceAll('\\', '/'));
    const added = [...texts.keys()].filter((path) =>
      folders.some((folder) => join(top, path).startsWith(`${folder}/`)),
    );
    for (const path of new Set([...onDisk, ...added])) {
      const text = texts.get(path);
      if (text === undefined && before.has(path)) continue;
      const isAsItWas = text === undefined || text === before.get(path);
      const bytes = isAsItWas ? await readBytesIfPresent(join(top, path)) : undefined;
      await writeDisposableFile(preview(path), bytes ?? text ?? '');
    }
    const { files } = await renderOnly(place.root, { templates: preview().path, isLooking: true });
    const rendered = new Set(files.map(({ path }) => path));
    const own = draft
      .files()
      .filter(({ path }) => /^(?:bootstrap|kubernetes|talos)\//.test(path) && !rendered.has(path));
    return [...files.map(generatedFile), ...own];
  } finally {
    await removeTree(preview());
  }
}

function generatedFile({ path, source, bytes }: RenderedFile): ManifestFile {
  return { path, source, text: bytes.toString('utf8'), isGenerated: true, isSecret: isSecretPath(path) };
}

/**
 * What would be wrong with changed files and is not now: references that lead nowhere, lists of files that are gone, templates that cannot be
 * rendered.
 */
export async function newProblems(read: ReadApps, draft: Draft): Promise<readonly Finding[]> {
  const { checkTools, examine, schemaChecker, settingsOf } = await loadChecks();
  const settings = settingsOf(read.written.find(({ path }) => path === SETTINGS_FILE)?.text);
  const tools = checkTools(schemaChecker(PROVIDED));
  const paths = read.place.kind === 'cluster' ? {} : { paths: read.place.paths };
  const look = async (files: readonly ManifestFile[]): Promise<readonly Finding[]> =>
    (await examine(files, { settings, tools, ...paths })).findings;
  const known = new Set((await look(read.repository.files)).map(({ code, message }) => `${code} ${message}`));
  const after = await look(await manifestsAfter(read, draft));
  return after.filter(({ code, message, severity }) => severity !== 'note' && !known.has(`${code} ${message}`));
}

/** What is to be written, with how each file differs. */
export interface EditPlan {
  readonly plan: Plan;
  readonly changes: readonly FileChange[];
  readonly diffs: readonly FileDiff[];
}

/**
 * Plans changes of the files that people write. A file that moves keeps its bytes and its mode where its text stays.
 *
 * @throws Failure of kind `input` where a link lies on the way, something lies where a file is to be made, or a file is not what was read
 */
export async function planEdits(top: string, changes: readonly FileChange[]): Promise<EditPlan> {
  const paths = changes.flatMap(({ path, from }) => (from === undefined ? [path] : [from, path]));
  const disk = await readDisk({ root: top, state: join(top, '.cluster-template'), outputRoots: [] }, paths);
  const entries = changes.flatMap((change) => entriesOf(change, disk));
  const plan = { entries: entries.sort((one, other) => (one.path < other.path ? -1 : 1)) };
  const stayed = plan.entries.filter(({ status }) => status === 'changed');
  const diffs = [...stayed, ...changes.flatMap((change) => movedEntry(change, disk))];
  return { plan, changes, diffs: diffs.map((entry) => fileDiff(entry, entry.secret ? MOVED : undefined)) };
}

/** A secret is moved or removed, never opened: nothing of it is shown. */
const MOVED = { keys: [], before: '', after: '' };

/** A file that moves and changes, as if it had been changed where it goes. */
function movedEntry({ path, from, before, after }: FileChange, disk: ReadonlyMap<string, DiskFile>): PlanEntry[] {
  const present = disk.get(from ?? path);
  if (from === undefined || before === after || after === undefined || present === undefined) return [];
  const { executable } = present;
  const secret = isSecretPath(path);
  const desired = { path, bytes: Buffer.from(after), executable, secret };
  return [{ path, status: 'changed', secret, desired, present, recorded: [] }];
}

function entriesOf(change: FileChange, disk: ReadonlyMap<string, DiskFile>): PlanEntry[] {
  const { path, from, before, after } = change;
  const source = disk.get(from ?? path);
  if (before === undefined ? source !== undefined : !isText(source, before)) throw movedMeanwhile(from ?? path);
  const entry = (at: string, desired: Uint8Array | undefined): PlanEntry => {
    const present = disk.get(at);
    const executable = source?.executable ?? false;
    const status = desired === undefined ? 'removed' : present === undefined ? 'created' : 'changed';
    const secret = isSecretPath(at);
    return {
      path: at,
      status,
      secret,
      desired: desired === undefined ? undefined : { path: at, bytes: Buffer.from(desired), executable, secret },
      present,
      recorded: [],
    };
  };
  if (after === undefined) return [entry(path, undefined)];
  if (from === undefined) return [entry(path, Buffer.from(after))];
  if (disk.get(path) !== undefined) throw inTheWay(path);
  const bytes = before === after && source !== undefined ? source.bytes : Buffer.from(after);
  return [entry(from, undefined), entry(path, bytes)];
}

/** What is no text was read as an empty one. */
function isText(file: DiskFile | undefined, text: string): boolean {
  if (file === undefined) return false;
  return text === '' || Buffer.compare(file.bytes, Buffer.from(text)) === 0;
}

function movedMeanwhile(path: string): Failure {
  return failure('input', {
    code: 'workspace/concurrent',
    message: `${path} is not as it was read; nothing was changed`,
    place: { file: path },
    remedy: 'run it again',
  });
}

function inTheWay(path: string): Failure {
  return failure('input', {
    code: 'workspace/foreign',
    message: `${path} is there already, so nothing can be moved to it`,
    place: { file: path },
    remedy: 'move it away, or choose another name',
  });
}

/**
 * Carries changes out, all or nothing.
 *
 * @throws Failure where the disk refuses, another run does not end or a file was changed since it was planned; the tree is as it was then
 */
export async function writeEdits(place: AppPlace, { plan }: EditPlan, signal: AbortSignal): Promise<void> {
  const workspace = workspaceFor(place);
  try {
    await exclusively(workspace, signal, async (exclusive) => {
      await exclusive.uninterrupted(async () => {
        await (place.kind === 'cluster' ? recover(workspace) : recoverEdits(workspace));
        await applyEdits(workspace, plan);
      });
    });
  } finally {
    // An empty folder that cannot be removed is no reason to say that something went wrong.
    if (place.kind === 'other') await removeEmptyFolder(workspace.state).catch(() => false);
  }
}

function workspaceFor(place: AppPlace): Workspace {
  if (place.kind === 'cluster') return workspaceOf(place.root);
  return { root: place.path, state: join(place.path, '.cluster-template'), outputRoots: [] };
}
