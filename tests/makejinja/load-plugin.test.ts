import { describe, expect, it } from 'vitest';
import { loadPlugin } from '../../src/makejinja/load-plugin.ts';
import { loadProject } from '../../src/makejinja/project.ts';
import type { Plugin } from '../../src/makejinja/plugin.ts';
import { renderInputs } from '../../src/makejinja/render.ts';
import { DEFAULT_SETTINGS } from '../../src/makejinja/settings.ts';
import { temporaryFolder } from '../support/folders.ts';

const CONTEXT = { data: { region: 'home' }, env: { USER: 'ada' }, config: DEFAULT_SETTINGS };

describe('loadPlugin', () => {
  it.each<[string, string, Record<string, string>]>([
    [
      'a function with tables',
      'plugin:Plugin',
      {
        'plugin.ts':
          'export function Plugin() { return { data: { a: 1 }, filters: { twice: (v: string) => v + v } }; }',
      },
    ],
    [
      'a class with methods',
      'plugin:Plugin',
      {
        'plugin.ts':
          'export class Plugin { a = 1; data() { return { a: this.a }; } filters() { return { twice: (v: string) => v + v }; } }',
      },
    ],
    [
      'a JavaScript module, named with a dot, in a folder',
      'our.plugin.Plugin',
      { 'our/plugin.mjs': 'export const Plugin = async () => ({ data: { a: 1 }, filters: { twice: (v) => v + v } });' },
    ],
  ])('loads %s', async (_, name, files) => {
    const plugin = await load(name, files);
    expect(plugin.data).toEqual({ a: 1 });
    expect((plugin.filters?.twice as (value: string) => string)('ab')).toBe('abab');
  });

  it('hands data and environment over', async () => {
    const text = 'export const Plugin = ({ data, env }: any) => ({ data: { seen: data.region + env.USER } });';
    expect((await load('plugin:Plugin', { 'plugin.ts': text })).data).toEqual({ seen: 'homeada' });
  });

  it.each<[string, Record<string, string>, string]>([
    ['no module', {}, 'no module for the plugin `plugin:Plugin`'],
    ['no such export', { 'plugin.ts': 'export const Other = 1;' }, 'exports no class or function Plugin'],
    [
      'a Python plugin',
      { 'plugin.py': 'def nthhost(cidr, n):\n  pass\nclass Plugin:\n  def filters(self):\n    pass\n' },
      'a Python plugin cannot run here; it defines nthhost, filters',
    ],
    ['a mistake in the source', { 'plugin.ts': 'export const x: = 1;' }, 'loading the module: Unexpected token'],
    ['a module that throws', { 'plugin.ts': "throw new Error('at home');" }, 'loading the module: at home'],
    [
      'a factory that throws',
      { 'plugin.ts': "export function Plugin() { throw new Error('no way'); }" },
      'making the plugin: no way',
    ],
    [
      'a member that throws',
      { 'plugin.ts': "export class Plugin { data() { throw new Error('no data'); } }" },
      'reading its data: no data',
    ],
  ])('says what is wrong: %s', async (_, files, message) => {
    await expect(load('plugin:Plugin', files)).rejects.toThrow(message);
  });
});

describe('what a plugin throws while templates are rendered', () => {
  it.each<[string, string, string]>([
    ['a filter', 'filters: { f: (_) => { throw new Error("cause\\nstack"); } }', 'failed at its filter `f`: cause'],
    ['a test', 'tests: { f: (_) => { throw "text"; } }', 'failed at its test `f`: text'],
    ['a global', 'globals: { f: (_) => null.x }', 'failed at its global `f`: Cannot read properties of null'],
    [
      'a function with a signature',
      'functions: { f: { signature: "f(a, b=1)", run: () => { throw new Error("cause"); } } }',
      'failed at its function `f`: cause',
    ],
    ['a path filter', 'pathFilters: [() => { throw new Error("cause"); }]', 'failed at its path filter: cause'],
  ])('names plugin, hook and cause: %s', async (_, members, message) => {
    const folder = await temporaryFolder({
      'plugin.mjs': `export const Plugin = () => ({ ${members} });`,
      'in/a.jinja': members.startsWith('filters')
        ? '{{ 1|f }}'
        : members.startsWith('tests')
          ? '{{ 1 is f }}'
          : '{{ f(1) }}',
    });
    const settings = { ...DEFAULT_SETTINGS, inputs: ['in'], plugins: ['plugin:Plugin'] };
    const run = async (): Promise<unknown> => renderInputs(await loadProject(settings, { folder }));
    await expect(run()).rejects.toThrow(`the plugin \`plugin:Plugin\` ${message}`);
  });

  it('keeps what hangs on a function, its signature for the engine', async () => {
    const { filters } = await load('plugin:Plugin', {
      'plugin.ts':
        'export const Plugin = () => ({ filters: { named: Object.assign((v: string) => v, { mark: 1 }) } });',
    });
    expect(filters?.named).toHaveProperty('mark', 1);
  });
});

async function load(name: string, files: Readonly<Record<string, string>>): Promise<Plugin> {
  const folder = await temporaryFolder(
    Object.fromEntries(Object.entries(files).map(([path, text]) => [`scripts/${path}`, text])),
  );
  return await loadPlugin(name, { folder, importPaths: ['scripts'] }, CONTEXT);
}
