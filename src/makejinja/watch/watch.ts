import { watchLoop } from './loop.ts';
import { WatchSession, type WatchOptions } from './session.ts';

/**
 * Renders a project, and again what a change touches whenever one of its files changes: a template, one that it includes,
 * data, a plugin, the settings. What is wrong is reported and does not end the watch.
 *
 * @param settingsFiles - absolute paths of the files that settings may come from
 * @param signal - ends the watch; the promise resolves then
 * @throws Failure of kind `usage` at the start, where such a project cannot be watched at all
 */
export async function watchProject(
  settingsFiles: readonly string[],
  options: WatchOptions,
  signal: AbortSignal,
): Promise<void> {
  const session = new WatchSession(settingsFiles, options);
  await watchLoop({ update: () => session.update(), folders: () => session.folders() }, signal);
}
