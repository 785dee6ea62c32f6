import { relative } from 'node:path';
import { failure, type Finding } from '../report/finding.ts';
import { below, makeFolder } from '../system/writing.ts';
import { runShellLine } from '../system/programs.ts';
import { unmatchedFinding } from './inputs.ts';
import { loadProject, type ProjectPlace } from './load-project.ts';
import {
  checkClean,
  checkPlaces,
  cleanOutput,
  notWritten,
  outputTarget,
  placeOf,
  tidyFolders,
  withoutClashes,
  withoutExisting,
  writeResult,
  type Target,
} from './output.ts';
import { renderInputs, type RenderedFile } from './render.ts';
import type { Settings } from './settings.ts';

/** Where a project is and who is told what happens. */
export interface ProjectOptions extends ProjectPlace {
  /** Told of each file that was written; not called where the settings ask for quiet. */
  readonly log: (line: string) => void;
  /** Takes the result where the output is standard output. */
  readonly print: (bytes: Uint8Array) => void;
  /** Told what is likely a mistake and does not end the run. */
  readonly warn?: (finding: Finding) => void;
  /** Told once before the first change to the output. */
  readonly onWrite?: () => void;
}

/**
 * Renders a project as makejinja does: data and plugins are loaded, the inputs rendered, the results written. All
 * templates are rendered before the output is cleaned and the first file is written, so a mistake leaves it as it was.
 *
 * @throws Failure where a setting, data, a plugin or a template is wrong, a file cannot be written or a shell command fails
 */
export async function runProject(settings: Settings, options: ProjectOptions): Promise<void> {
  const { folder } = options;
  await runHooks('exec_pre', settings.execPre, folder);
  const project = await loadProject(settings, options);
  for (const pattern of project.inputs.unmatched) options.warn?.(unmatchedFinding(pattern));
  const target = outputTarget(settings, folder);
  checkClean(target, settings, folder);
  const results = renderInputs({ ...project, inputs: withoutExisting(project.inputs, target, settings) });
  const place = { settings, inputs: project.inputs, folder };
  const rendered = target.kind === 'folder' ? await withoutClashes(results, place) : results;
  if (!settings.clean) checkPlaces(rendered, target, folder);
  options.onWrite?.();
  await cleanOutput(target, settings);
  await writeResults(rendered, target, settings, options);
  if (target.kind === 'folder') await tidyFolders(target.path, settings, folder);
  await runHooks('exec_post', settings.execPost, folder);
}

async function writeResults(
  rendered: readonly RenderedFile[],
  target: Target,
  settings: Settings,
  { folder, log, print }: ProjectOptions,
): Promise<void> {
  if (target.kind === 'folder') await prepareFolder(target.path, folder);
  for (const file of rendered) {
    const place = placeOf(target, file.path);
    if (place === undefined) {
      print(file.bytes);
      continue;
    }
    writeResult(file, place, { settings, folder });
    if (!settings.quiet) log(resultLine(file, relative(folder, place)));
  }
}

async function prepareFolder(path: string, folder: string): Promise<void> {
  try {
    await makeFolder(below(path));
  } catch (error) {
    throw notWritten(relative(folder, path), error);
  }
}

/** What was done for a file, in makejinja's words. */
export function resultLine({ source, isRendered }: RenderedFile, place: string): string {
  return `${isRendered ? 'Render' : 'Copy'} file '${source}' -> '${place}'`;
}

/**
 * Runs the shell commands of a setting one after the other.
 *
 * @throws Failure where one does not end with 0
 */
export async function runHooks(key: 'exec_pre' | 'exec_post', lines: readonly string[], folder: string): Promise<void> {
  for (const line of lines) {
    const code = await runShellLine(line, { cwd: folder });
    if (code === 0) continue;
    throw failure('outside', {
      code: 'render/hook',
      message: `a command of \`${key}\` ended with ${code === undefined ? 'a signal' : `exit code ${String(code)}`}: ${line}`,
    });
  }
}
