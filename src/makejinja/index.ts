export { openCodeCache, type FileCodeCache } from './code-cache.ts';
export { readInputs, type InputFile, type Inputs } from './inputs.ts';
export { loadPlugin, type PluginSearch } from './load-plugin.ts';
export type { Plugin, PluginContext, PluginFactory, PluginFunction, PluginMembers, SignedFunction } from './plugin.ts';
export { renderInputs, type RenderedFile, type RenderRequest } from './render.ts';
export { parseSettings, type Delimiters, type Settings } from './settings.ts';
