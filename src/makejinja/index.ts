// The renderer: a project of makejinja in, files out.
export { memoryCodeCache, openCodeCache, type StoredCodeCache } from './code-cache.ts';
export { readInputs, type InputFile, type Inputs, type Output } from './inputs.ts';
export { loadPlugin, type PluginSearch } from './load-plugin.ts';
export { loadProject, type Project, type ProjectPlace } from './project.ts';
export { loadSettings, settingsPaths, type LoadedSettings, type SettingsSearch } from './load-settings.ts';
export type {
  Plugin,
  PluginContext,
  PluginFactory,
  PluginFunction,
  PluginMembers,
  SignedFunction,
  TemplateContext,
} from './plugin.ts';
export { runProject, type ProjectOptions } from './project.ts';
export { renderEach, renderInputs, type RenderedFile, type RenderRequest, type RenderResult } from './render.ts';
export { DEFAULT_SETTINGS, parseSettings, type Delimiters, type Settings, type SettingsContext } from './settings.ts';
export type { WatchEvent } from './watch/snapshot.ts';
export type { WatchOptions } from './watch/watch.ts';
export type { Area, FileChange } from './watch/snapshot.ts';
export { watchProject } from './watch/watch.ts';
export { Failure, type FailureKind, type Finding, type Place } from '../report/finding.ts';
export { formatFindings } from '../report/text.ts';
export { openUserCache, type UserCache } from '../system/user-folders.ts';
