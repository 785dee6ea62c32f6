import { join, resolve } from 'node:path';
import { plainSecretFinding } from '../checks/secrets.ts';
import { checkLineEndings, checkOutputRoots } from '../checks/texts.ts';
import type { CredentialFile } from '../cluster/credentials/read.ts';
import { TREE_CREDENTIALS, type CredentialName } from '../cluster/credentials/tree.ts';
import { conditionsOf, type Condition, type Layer, selectEntries, type Selection } from '../cluster/catalogue.ts';
import { clusterExtension, type ClusterExtension, missingFile, type TemplateFolder } from '../cluster/extension.ts';
import { namedSecrets } from '../cluster/config/secrets.ts';
import type { Configuration } from '../cluster/config/generated/types.ts';
import { OUTPUT_ROOTS, type ClusterRoot } from '../cluster/root.ts';
import { clashFinding, findClashes } from '../makejinja/clashes.ts';
import { openCodeCache } from '../makejinja/code-cache.ts';
import { chooseOutputs, type Inputs, type KnownFiles, readLayers } from '../makejinja/inputs.ts';
import { loadPlugin, type PluginSearch } from '../makejinja/load-plugin.ts';
import type { Plugin } from '../makejinja/plugin.ts';
import { RenderMemory } from '../makejinja/render-memory.ts';
import {
  conditionsHold,
  createEnvironment,
  renderInputs,
  type RenderedFile,
  type RenderRequest,
  templateFinding,
} from '../makejinja/render.ts';
import type { Settings } from '../makejinja/settings.ts';
import { Failure, type Finding } from '../report/finding.ts';
import { isSecretPath } from '../sops/rules.ts';
import { environment } from '../system/environment.ts';
import { readUnmerged } from '../report/source.ts';
import { isGitName, listTree, readTextIfPresent } from '../system/files.ts';
import { builtText } from '../system/program.ts';
import { openUserCache } from '../system/user-folders.ts';
import { isInsideOutputRoots } from '../workspace/disk.ts';
import type { Inventory } from '../workspace/inventory.ts';
import type { OwnerAccess, SettledAccess } from './access.ts';
import { readConfiguration } from './configuration.ts';
import { refuseForeignFiles, suspectInputs } from './foreign-files.ts';
import { refuseUnmergedInputs } from './inputs.ts';
import {
  credentialSource,
  heldCredentials,
  undecided,
  type CredentialSource,
  type HeldCredential,
  type HeldCredentials,
} from './credentials.ts';
import { type FileSearch, gateRendered, type Leak } from './secret-gate.ts';
import { NOTHING_KEPT, type TreeMemory } from './memory.ts';
import { loadedModules, readSettings } from './settings.ts';
import { refuseStrangeCode } from './trust.ts';

/** A tree in memory, secrets in plain text among it. */
export interface RenderedTree {
  readonly files: readonly RenderedFile[];
  /** Finds every secret of the run in what is about to be written. */
  readonly search: FileSearch;
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
  /** What earlier runs on it found out; without it all is rendered and looked at. */
  readonly memory?: TreeMemory;
  /** Files of the inputs that were read before, by their absolute path. */
  readonly known?: KnownFiles;
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
  if (absent.length === 0) return await checked(first, { configuration, restored: [], memory: tree.memory });
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
  return await checked(second, { configuration, restored, memory: tree.memory });
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
  const { memory } = tree;
  // A template or a plugin may change a list of the configuration: whoever renders once more does it with what was read.
  const given = memory === undefined ? configuration : structuredClone(configuration);
  const codeCache = openCodeCache(openUserCache(root.path), { shipped: () => builtText('templates.json') });
  const read = await readSources(root, given, { ...tree, codeCache });
  const { settings, inputs, plugins, functions, credentials, watch } = read;
  const request = { settings, inputs, plugins };
  const outputs = memory?.digestOf && outputMemory(memory, { plugins, functions, digestOf: memory.digestOf });
  watch.onCall = () => outputs?.noteOpaque();
  const files = renderInputs({ ...request, codeCache, ...(outputs === undefined ? {} : { memory: outputs }) });
  codeCache.save();
  const kept = outputs?.end();
  if (outputs !== undefined && outputs.recalled > 0 && kept === undefined) {
    const { memory: _, ...anew } = tree;
    return await renderOnce(root, configuration, anew);
  }
  memory?.setOutputs(kept);
  return { request, files, credentials };
}

/** What earlier runs keep of each output, and this one will. The text of a secret is never kept, and so always rendered. */
function outputMemory(
  { outputs }: TreeMemory,
  {
    plugins,
    functions,
    digestOf,
  }: {
    readonly plugins: readonly Plugin[];
    readonly functions: RenderSources['functions'];
    readonly digestOf: (bytes: Uint8Array) => string;
  },
): RenderMemory {
  const valuesOf = new Set(plugins.filter(({ isPure }) => isPure === true));
  return new RenderMemory(outputs, {
    digestOf,
    keeps: (path) => !isSecretPath(path),
    functionsOf: functions,
    valuesOf,
  });
}

/** What is done with a rendering once it is complete. */
interface Completed {
  readonly configuration: Configuration;
  readonly restored: readonly HeldCredential[];
  readonly memory: TreeMemory | undefined;
}

async function checked(
  { request, files, credentials }: Rendering,
  { configuration, restored, memory = NOTHING_KEPT }: Completed,
): Promise<RenderedTree> {
  const clashes = [...request.inputs.rivals, ...findClashes(files)].map(clashFinding);
  if (clashes.length > 0) throw new Failure('input', clashes);
  const gate = gateRendered(files, [...namedSecrets(configuration), ...credentials.secrets()], configuration, memory);
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
  /** The conditions of the optional parts, and the folders of those that hold. */
  readonly conditions: readonly Condition[];
  readonly on: ReadonlySet<string>;
  /** What would be rendered if all of them held. */
  readonly everything: Inputs;
  /** The environment, the cluster's own and the user's, in this order. */
  readonly plugins: readonly Plugin[];
  /** Plugins whose functions are known, and what they follow from besides their arguments and credentials. */
  readonly functions: ReadonlyMap<Plugin, string>;
  readonly credentials: CredentialSource;
  /** Told of each credential that is read, and of each call of a function of the user's. */
  readonly watch: { onCall: () => void };
}

/**
 * Reads settings, templates and plugins.
 *
 * @throws Failure where one of them is wrong
 */
export async function readSources(
  root: ClusterRoot,
  configuration: Configuration,
  {
    access,
    given,
    sources = { templates: root.path, plugins: root.path },
    codeCache,
    known,
  }: Omit<TreeAccess, 'inventory'> & Pick<RenderRequest, 'codeCache'>,
): Promise<RenderSources> {
  const settings = await readSettings(root);
  await refuseForeignFiles(root, settings.inputs);
  const found = await readLayers(settings, sources.templates, known);
  const everything = chooseOutputs(found, settings, sources.templates);
  const isOwn = sources.templates === root.path;
  const files = [...everything.files.values()];
  const suspects = isOwn ? suspectInputs(root, files) : files.map(({ source }) => source);
  await refuseForeignFiles(root, [
    ...suspects.map((source) => resolve(sources.templates, source)),
    ...loadedModules(root.path, settings),
  ]);
  await refuseStrangeCode(root, settings, sources.plugins);
  await refuseUnmerged(root, everything);
  const credentials = credentialSource(root, access, given);
  const watch = { onCall: (): void => undefined };
  // What the extension of the cluster gives follows from the conditions, which are asked with everything that plugins give.
  const chosen: { selection?: Selection; folders?: TemplateFolder[]; apps?: ReadonlyMap<string, readonly string[]> } =
    {};
  const cluster = clusterExtension({
    configuration,
    read: (file, kind) => {
      watch.onCall();
      return credentials.read(file, kind);
    },
    folders: () => chosen.folders ?? [],
    wants: (path) => chosen.selection?.wants(path) ?? true,
    appsOf: (namespace) => chosen.apps?.get(namespace) ?? [],
  });
  // makejinja gives templates the process's environment under this name.
  const inherited: Plugin = { name: 'environment', data: { env: environment() } };
  const own = await loadUserPlugins(root, settings, cluster, {
    folder: sources.plugins,
    onCall: () => {
      watch.onCall();
    },
  });
  const plugins = [inherited, cluster, ...own];
  const layers = settings.inputs.map((path, index): Layer => ({ path, files: found[index]?.found ?? [] }));
  const conditions = conditionsOf(layers);
  const asking = { settings, inputs: everything, plugins, ...(codeCache === undefined ? {} : { codeCache }) };
  const selection = selectEntries(layers, conditions, holding(conditions, asking));
  chosen.selection = selection;
  const filters = plugins.flatMap(({ pathFilters }) => pathFilters ?? []);
  const inputs = chooseOutputs(found, settings, sources.templates, filters);
  const folders = templateFolders(settings, inputs);
  const apps = selection.appsAmong(inputs.outputs.keys());
  Object.assign(chosen, { folders, apps });
  const functions = new Map([[cluster, JSON.stringify([folders, [...apps]])]]);
  const { on } = selection;
  return { settings, inputs, everything, conditions, on, plugins, functions, credentials, watch };
}

/**
 * Whether the condition of a folder holds.
 *
 * @throws Failure where a condition is wrong
 */
function holding(conditions: readonly Condition[], request: RenderRequest): (folder: string) => boolean {
  const environment = createEnvironment(request);
  const hold = (some: readonly Condition[]): boolean[] => {
    const expressions = some.map(({ when }) => when);
    return conditionsHold(environment, request.settings, expressions);
  };
  try {
    const answers = hold(conditions);
    const on = new Set(conditions.filter((_, index) => answers[index]).map(({ folder }) => folder));
    return (folder) => on.has(folder);
  } catch (error) {
    const findings = conditions.flatMap((condition) => conditionFinding(condition, hold, request) ?? []);
    throw findings.length === 0 ? error : new Failure('input', findings);
  }
}

/** What is wrong with a condition; undefined where nothing is. */
function conditionFinding(
  condition: Condition,
  hold: (some: readonly Condition[]) => boolean[],
  { inputs }: RenderRequest,
): Finding | undefined {
  const file = inputs.files.get(`${condition.folder}/entry.yaml`);
  try {
    hold([condition]);
    return undefined;
  } catch (error) {
    if (file === undefined) throw error;
    const { sourceLine: _, ...finding } = templateFinding(error, file, inputs);
    const lines = file.bytes.toString('utf8').split('\n');
    const line = lines.findIndex((text) => text.startsWith('when:')) + 1;
    return { ...finding, place: { file: file.source, line } };
  }
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
  from: Pick<PluginSearch, 'folder' | 'onCall'>,
): Promise<Plugin[]> {
  const search = { ...from, importPaths: settings.importPaths, cache: openUserCache(root.path) };
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
