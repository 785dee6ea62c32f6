import { relative, resolve } from 'node:path';
import type { ClusterRoot } from '../cluster/root.ts';
import { pluginCandidates } from '../makejinja/load-plugin.ts';
import { readSettingsText } from '../makejinja/load-settings.ts';
import { moduleFiles } from '../makejinja/module-files.ts';
import { parseSettings, type Settings } from '../makejinja/settings.ts';
import { Failure, failure, type Finding } from '../report/finding.ts';
import { readUnmerged } from '../report/source.ts';
import { kindAt } from '../system/tree.ts';
import { refuseForeignFiles } from './foreign-files.ts';
import { refuseUnmergedInputs } from './inputs.ts';

/**
 * The settings of the renderer, as far as a cluster's repository may use them.
 *
 * @throws Failure where makejinja.toml is missing, wrong, or uses what goes round the plan or leads out of the repository
 */
export async function readSettings(root: ClusterRoot): Promise<Settings> {
  const file = relative(root.path, root.rendererConfig);
  await refuseForeignFiles(root, [root.rendererConfig]);
  const text = await readSettingsText(root.rendererConfig, file);
  if (text !== undefined && readUnmerged(text) !== undefined) await refuseUnmergedInputs(root);
  if (text !== undefined) {
    const settings = refuseForeign(parseSettings(text, file), file);
    await refuseForeignFiles(root, settings.importPaths, 'name a folder of the repository in `import_paths`');
    return settings;
  }
  throw failure('input', {
    code: 'render/settings',
    message: `${file} does not exist`,
    place: { file },
    remedy: 'restore it from git: it says where the templates are',
  });
}

/** Settings of makejinja that would go round the plan: what is written here, and when, is the plan's to say. */
const FOREIGN: readonly (readonly [key: string, isUsed: (settings: Settings) => boolean, remedy: string])[] = [
  [
    'output',
    ({ output }) => resolve('/', output) !== '/',
    'take it out: results go to their own path below the repository, whatever it says',
  ],
  [
    'data',
    ({ data }) => data.some((path) => !['/cluster.yaml', '/nodes.yaml'].includes(resolve('/', path))),
    'templates see those two alone: give other values in the plugin',
  ],
  [
    'clean',
    ({ clean }) => clean,
    'files that are no longer generated are removed by the inventory of the last run, nothing else is',
  ],
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

/**
 * Absolute paths of all modules that the plugins may come from and of the modules of the repository that they import, as far as their
 * text tells.
 *
 * @param folder - absolute folder that the import paths are relative to
 */
export function loadedModules(folder: string, { plugins, importPaths }: Settings): string[] {
  const candidates = plugins.flatMap((name) => pluginCandidates(name, { folder, importPaths }));
  return candidates.filter((file) => kindAt(file) === 'file').flatMap(moduleFiles);
}
