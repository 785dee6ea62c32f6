import { join, relative } from 'node:path';
import { checkPlainSecrets, type NamedSecret } from '../checks/secrets.ts';
import { checkLineEndings, checkOutputRoots } from '../checks/texts.ts';
import { secretValues } from '../cluster/config/secrets.ts';
import type { Configuration } from '../cluster/config/types.ts';
import { clusterExtension, type ClusterExtension } from '../cluster/extension.ts';
import type { TemplateFolder } from '../cluster/patches.ts';
import { OUTPUT_ROOTS, type ClusterRoot } from '../cluster/root.ts';
import { openCodeCache } from '../makejinja/code-cache.ts';
import { readInputs, type Inputs } from '../makejinja/inputs.ts';
import { loadPlugin } from '../makejinja/load-plugin.ts';
import type { Plugin } from '../makejinja/plugin.ts';
import { renderInputs, type RenderedFile } from '../makejinja/render.ts';
import { parseSettings, type Settings } from '../makejinja/settings.ts';
import { Failure, failure, type Finding } from '../report/finding.ts';
import { environment } from '../system/environment.ts';
import { readTextIfPresent } from '../system/files.ts';
import { isInsideOutputRoots } from '../workspace/disk.ts';
import type { SettledAccess } from './access.ts';
import { credentialSource, type CredentialSource } from './credentials.ts';

/**
 * Renders the whole tree in memory, secrets in plain text among it, and checks what came out.
 *
 * @throws Failure where a setting, a template or a plugin is wrong, or a result must not be written
 */
export async function renderTree(
  root: ClusterRoot,
  configuration: Configuration,
  access: SettledAccess,
): Promise<RenderedFile[]> {
  const { settings, inputs, plugins, credentials } = await readSources(root, configuration, access);
  const codeCache = await openCodeCache(join(root.state, 'cache'));
  const rendered = renderInputs({ settings, inputs, plugins, codeCache });
  await codeCache.save();
  const written = secretValues(configuration).map((value) => ({ name: 'a secret of cluster.yaml', value }));
  checkRendered(rendered, [...written, ...credentials.secrets()]);
  return rendered;
}

/** What a tree is rendered from. */
export interface RenderSources {
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
  access: SettledAccess,
): Promise<RenderSources> {
  const settings = await readSettings(root);
  const inputs = await readInputs(settings, root.path);
  const credentials = credentialSource(root, access);
  const cluster = clusterExtension({
    configuration,
    read: credentials.read,
    folders: templateFolders(settings, inputs),
  });
  // makejinja gives templates the process's environment under this name.
  const inherited: Plugin = { name: 'environment', data: { env: environment() } };
  const plugins = [inherited, cluster, ...(await loadUserPlugins(root, settings, cluster))];
  return { settings, inputs, plugins, credentials };
}

async function loadUserPlugins(root: ClusterRoot, settings: Settings, cluster: ClusterExtension): Promise<Plugin[]> {
  const cacheFolder = join(root.state, 'cache', 'plugins');
  const search = { folder: root.path, importPaths: settings.importPaths, cacheFolder };
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
function checkRendered(rendered: readonly RenderedFile[], secrets: readonly NamedSecret[]): void {
  const files = rendered.map(({ path, source, bytes, isRendered }) => ({
    path,
    source,
    isRendered,
    text: bytes.toString('utf8'),
  }));
  const findings = [
    ...checkOutputRoots(files, (path) => isInsideOutputRoots(path, OUTPUT_ROOTS)),
    ...checkLineEndings(files.filter(({ isRendered }) => isRendered)),
    ...checkPlainSecrets(files, secrets),
  ];
  if (findings.length > 0) throw new Failure('input', findings);
}

async function readSettings(root: ClusterRoot): Promise<Settings> {
  const file = relative(root.path, root.rendererConfig);
  const text = await readTextIfPresent(root.rendererConfig);
  if (text !== undefined) return refuseForeign(parseSettings(text, file), file);
  throw failure('input', {
    code: 'render/settings',
    message: `${file} does not exist`,
    place: { file },
    remedy: 'restore it from git: it says where the templates are',
  });
}

/** Settings of makejinja that would go round the plan: what is written here, and when, is the plan's to say. */
const FOREIGN: readonly (readonly [key: string, isUsed: (settings: Settings) => boolean, remedy: string])[] = [
  ['clean', ({ clean }) => clean, 'files that are no longer generated are removed by the manifest, nothing else is'],
  ['data_vars', ({ dataVars }) => Object.keys(dataVars).length > 0, 'give the value in cluster.yaml or in the plugin'],
  ['file_data', ({ fileData }) => Object.keys(fileData).length > 0, 'give the value in cluster.yaml or in the plugin'],
  [
    'exec_pre',
    ({ execPre }) => execPre.length > 0,
    'run the command before `cluster-template configure`, in the Taskfile for example',
  ],
  [
    'exec_post',
    ({ execPost }) => execPost.length > 0,
    'run the command after `cluster-template configure`, in the Taskfile for example',
  ],
];

function refuseForeign(settings: Settings, file: string): Settings {
  const findings = FOREIGN.filter(([, isUsed]) => isUsed(settings)).map(([key, , remedy]): Finding => ({
    code: 'render/settings',
    severity: 'error',
    message: `\`${key}\` cannot be used here`,
    place: { file },
    remedy,
  }));
  if (findings.length > 0) throw new Failure('input', findings);
  return settings;
}
