import { join } from 'node:path';
import { plainSecretFinding } from '../checks/secrets.ts';
import { checkLineEndings, checkOutputRoots } from '../checks/texts.ts';
import type { CredentialFile } from '../cluster/credentials/read.ts';
import { TREE_CREDENTIALS, type CredentialName } from '../cluster/credentials/tree.ts';
import { clusterExtension, type ClusterExtension, missingFile, type TemplateFolder } from '../cluster/extension.ts';
import { namedSecrets } from '../cluster/config/secrets.ts';
import type { Configuration } from '../cluster/config/generated/types.ts';
import { OUTPUT_ROOTS, type ClusterRoot } from '../cluster/root.ts';
import { clashFinding, findClashes } from '../makejinja/clashes.ts';
import { openCodeCache } from '../makejinja/code-cache.ts';
import { readInputs, type Inputs } from '../makejinja/inputs.ts';
import { loadPlugin } from '../makejinja/load-plugin.ts';
import type { Plugin } from '../makejinja/plugin.ts';
import { renderInputs, type RenderedFile, type RenderRequest } from '../makejinja/render.ts';
import type { Settings } from '../makejinja/settings.ts';
import { Failure, type Finding } from '../report/finding.ts';
import type { SecretSearch } from '../report/secret-search.ts';
import { environment } from '../system/environment.ts';
import { readUnmerged } from '../report/source.ts';
import { isGitName, listTree, readTextIfPresent } from '../system/files.ts';
import { openUserCache } from '../system/user-folders.ts';
import { isInsideOutputRoots } from '../workspace/disk.ts';
import type { Inventory } from '../workspace/inventory.ts';
import type { OwnerAccess, SettledAccess } from './access.ts';
import { readConfiguration } from './configuration.ts';
import { refuseForeignFiles } from './foreign-files.ts';
import { refuseUnmergedInputs } from './inputs.ts';
import {
  credentialSource,
  heldCredentials,
  undecided,
  type CredentialSource,
  type HeldCredential,
  type HeldCredentials,
} from './credentials.ts';
import { gateRendered, type Leak } from './secret-gate.ts';
import { loadedModules, readSettings } from './settings.ts';
import { refuseStrangeCode } from './trust.ts';

/** A tree in memory, secrets in plain text among it. */
interface RenderedTree {
  readonly files: readonly RenderedFile[];
  /** Finds every secret of the run in what is about to be written. */
  readonly search: SecretSearch;
  /** What stands in it for each credential that the tree holds. */
  readonly printed: ReadonlyMap<CredentialName, string>;
  /** Credentials that are missing here and were taken from the encrypted files of the tree. */
  readonly restored: readonly HeldCredential[];
}

/** Whose tree is rendered, and what is known of it. */
interface TreeAccess {
  readonly access: SettledAccess;
  readonly inventory: Inventory | undefined;
  /** Texts of credential files that go before those of the folder, by file. */
  readonly given?: ReadonlyMap<string, string>;
  /** Absolute folder of another state of the templates, and of the plugins where that one has other ones. */
  readonly sources?: { readonly templates: string; readonly plugins: string };
}

/**
 * Renders the whole tree in memory and checks what came out. A credential that a template asks for and that is missing here is
 * taken from where the tree holds it.
 *
 * @throws Failure where a setting, a template or a plugin is wrong, a credential is nowhere to be found, or a result must not be
 *   written
 */
export async function renderTree(
  root: ClusterRoot,
  configuration: Configuration,
  tree: TreeAccess,
): Promise<RenderedTree> {
  const first = await renderOnce(root, configuration, tree);
  const absent = first.credentials.absent();
  if (absent.length === 0) return await checked(first, configuration, []);
  const { held, unreadable } = await heldCredentials(
    { root, ...tree },
    first.files,
    first.files,
    first.credentials.printed(),
  );
  const restored = held.filter(({ credential }) => absent.includes(credential));
  const differing = restored.filter(({ others }) => others.length > 0).map(undecided);
  if (differing.length > 0) throw new Failure('input', differing);
  const missing = absent.filter((credential) => !restored.some((one) => one.credential === credential));
  if (missing.length > 0) {
    throw new Failure('input', [...unreadable, ...missing.flatMap(({ file }) => missingFile(file).findings)]);
  }
  const given = new Map([...(tree.given ?? []), ...textsOf(restored)]);
  const second = await renderOnce(root, configuration, { ...tree, given });
  return await checked(second, configuration, restored);
}

/** The texts of their local files, by file. */
export function textsOf(held: readonly HeldCredential[]): Map<CredentialFile, string> {
  return new Map(held.map(({ credential, printed }) => [credential.file, credential.fileText(printed) ?? '']));
}

/**
 * The credentials that the tree holds, whether they are here or not.
 *
 * @throws Failure where a setting, a template or a plugin is wrong
 */
export async function lookUpCredentials(
  root: ClusterRoot,
  configuration: Configuration,
  tree: TreeAccess,
): Promise<HeldCredentials> {
  // Rendered with values that are nobody's, so that each is found where it stands.
  const given = new Map(TREE_CREDENTIALS.map(({ file, make }) => [file, make()]));
  const { files, credentials } = await renderOnce(root, configuration, { ...tree, given });
  return await heldCredentials({ root, ...tree }, files, files, credentials.printed());
}

/**
 * As `lookUpCredentials`, for those who have not read the configuration: secrets of cluster.yaml need not be at hand.
 *
 * @throws Failure where the configuration is wrong as well
 */
export async function credentialsOfTree(
  root: ClusterRoot,
  inventory: Inventory,
  access: OwnerAccess,
): Promise<HeldCredentials> {
  const { configuration } = await readConfiguration(root, { kind: 'none', recipient: access.key.recipient });
  return await lookUpCredentials(root, configuration, { access, inventory });
}

interface Rendering {
  readonly request: RenderRequest & { readonly inputs: Inputs };
  readonly files: RenderedFile[];
  readonly credentials: CredentialSource;
}

async function renderOnce(root: ClusterRoot, configuration: Configuration, tree: TreeAccess): Promise<Rendering> {
  const { settings, inputs, plugins, credentials } = await readSources(root, configuration, tree);
  const codeCache = openCodeCache(openUserCache(root.path));
  const request = { settings, inputs, plugins };
  const files = renderInputs({ ...request, codeCache });
  codeCache.save();
  return { request, files, credentials };
}

async function checked(
  { request, files, credentials }: Rendering,
  configuration: Configuration,
  restored: readonly HeldCredential[],
): Promise<RenderedTree> {
  const clashes = [...request.inputs.rivals, ...findClashes(files)].map(clashFinding);
  if (clashes.length > 0) throw new Failure('input', clashes);
  const gate = gateRendered(files, [...namedSecrets(configuration), ...credentials.secrets()], configuration);
  const leaks = gate.leaks.length === 0 ? [] : await leakFindings(gate.leaks, request);
  const findings = [...checkTexts(files), ...gate.findings, ...leaks];
  if (findings.length > 0) throw new Failure('input', findings);
  return { files, search: gate.search, printed: credentials.printed(), restored };
}

/** The findings of secrets that would stand in plain text, each at the line of the template that prints it. */
async function leakFindings(leaks: readonly Leak[], request: RenderRequest): Promise<Finding[]> {
  const { traceFile } = await import('./explain/trace.ts');
  const { files, outputs } = request.inputs;
  const data = (request.plugins[1]?.data ?? {}) as Readonly<Record<string, unknown>>;
  return leaks.map(({ secret, file }) => {
    const template = outputs.get(file.path)?.file.name;
    if (!file.isRendered || template === undefined) {
      return plainSecretFinding(secret, { file: file.source, line: secret.line });
    }
    const [made] = traceFile(request, template, data).line(secret.line - 1).made;
    const place =
      made === undefined
        ? { file: file.source }
        : { file: files.get(made.template)?.source ?? file.source, line: made.line };
    return plainSecretFinding(secret, place);
  });
}

/** What a tree is rendered from. */
interface RenderSources {
  readonly settings: Settings;
  readonly inputs: Inputs;
  /** The environment, the cluster's own and the user's, in this order. */
  readonly plugins: readonly Plugin[];
  readonly credentials: CredentialSource;
}

/**
 * Reads settings, templates and plugins.
 *
 * @throws Failure where one of them is wrong
 */
export async function readSources(
  root: ClusterRoot,
  configuration: Configuration,
  { access, given, sources = { templates: root.path, plugins: root.path } }: Omit<TreeAccess, 'inventory'>,
): Promise<RenderSources> {
  const settings = await readSettings(root);
  await refuseForeignFiles(root, settings.inputs);
  const inputs = await readInputs(settings, sources.templates);
  await refuseForeignFiles(root, [
    ...[...inputs.files.values()].map(({ source }) => join(sources.templates, source)),
    ...loadedModules(root.path, settings),
  ]);
  await refuseStrangeCode(root, settings, sources.plugins);
  await refuseUnmerged(root, inputs);
  const credentials = credentialSource(root, access, given);
  const cluster = clusterExtension({
    configuration,
    read: credentials.read,
    folders: templateFolders(settings, inputs),
  });
  // makejinja gives templates the process's environment under this name.
  const inherited: Plugin = { name: 'environment', data: { env: environment() } };
  const plugins = [inherited, cluster, ...(await loadUserPlugins(root, settings, cluster, sources.plugins))];
  return { settings, inputs, plugins, credentials };
}

/** A template in which a merge is not finished would be rendered with both sides of it, and a plugin fail at the first marker. */
async function refuseUnmerged(root: ClusterRoot, { files }: Inputs): Promise<void> {
  const folder = join(root.path, 'templates/scripts');
  const scripts = await Promise.all((await listTree(folder)).map((path) => readTextIfPresent(join(folder, path))));
  const mayHold = [...files.values()].some(({ bytes }) => bytes.includes('<<<<<<<') || bytes.includes('>>>>>>>'));
  if (mayHold || scripts.some((text) => readUnmerged(text ?? '') !== undefined)) await refuseUnmergedInputs(root);
}

async function loadUserPlugins(
  root: ClusterRoot,
  settings: Settings,
  cluster: ClusterExtension,
  folder: string,
): Promise<Plugin[]> {
  const search = { folder, importPaths: settings.importPaths, cache: openUserCache(root.path) };
  const context = { data: cluster.data, env: environment(), config: settings };
  return await Promise.all(settings.plugins.map((name) => loadPlugin(name, search, context)));
}

/** The files of each input that become output, the folder that wins first. */
function templateFolders(settings: Settings, inputs: Inputs): TemplateFolder[] {
  const files = [...inputs.outputs.values()].map(({ file }) => file);
  return settings.inputs.map((path) => ({
    path,
    files: files.filter(({ source, name }) => source === `${path}/${name}`).map(({ name }) => name),
  }));
}

/** What must hold for every result before anything else is done with it. */
function checkTexts(rendered: readonly RenderedFile[]): Finding[] {
  const files = rendered.map(({ path, source, bytes, isRendered }) => ({
    path,
    source,
    isRendered,
    text: bytes.toString('utf8'),
  }));
  const ofGit = files.filter(({ path }) => path.split('/').some(isGitName));
  return [
    ...ofGit.map(gitPath),
    ...checkOutputRoots(
      files.filter((file) => !ofGit.includes(file)),
      (path) => isInsideOutputRoots(path, OUTPUT_ROOTS),
    ),
    ...checkLineEndings(files.filter(({ isRendered }) => isRendered)),
  ];
}

/** git runs what its own folder names, and takes more than one name for it. */
function gitPath({ path, source }: { readonly path: string; readonly source: string }): Finding {
  return {
    code: 'render/git-path',
    severity: 'error',
    message: `the template would write ${path}, which git, here or on another system, takes for its own folder`,
    place: { file: source },
    remedy: 'give it another name, or exclude it in makejinja.toml',
  };
}
