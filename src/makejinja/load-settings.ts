import type { JsonMap } from '@iarna/toml';
import { dirname, isAbsolute, relative, resolve } from 'node:path';
import { failure, type Failure } from '../report/finding.ts';
import { decodeUtf8 } from '../report/source.ts';
import { readBytesIfPresent } from '../system/files.ts';
import { DEFAULT_SETTINGS, parseSettings, SETTING_KEYS, settingsOf, type Settings } from './settings.ts';

/** Where settings are looked for. */
export interface SettingsSearch {
  /** Absolute folder that the program was called in: it may hold a makejinja.toml. */
  readonly folder: string;
  /** Environment variables: MAKEJINJA_SETTINGS names further files, others of that prefix hold single settings. */
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Told of a file that MAKEJINJA_SETTINGS names and that does not exist. */
  readonly warn: (message: string) => void;
}

/** Settings and where they come from. */
export interface LoadedSettings {
  /** Paths in them are relative to the folder of the search. `output` is empty where nothing names one. */
  readonly settings: Settings;
  /** Absolute paths of all files that were looked for, those that do not exist among them. */
  readonly files: readonly string[];
}

/**
 * The settings as makejinja finds them: makejinja.toml in the current folder, then the files that MAKEJINJA_SETTINGS names
 * with colons between them, then variables such as MAKEJINJA_OUTPUT or MAKEJINJA_WHITESPACE_TRIM_BLOCKS; later ones win. A
 * path in a file is relative to that file's folder.
 *
 * @throws Failure of kind `input` where a file is wrong, or one that is marked with `!` does not exist
 */
export async function loadSettings({ folder, env, warn }: SettingsSearch): Promise<LoadedSettings> {
  let settings: Settings = { ...DEFAULT_SETTINGS, output: '' };
  const candidates = settingsFiles(folder, env);
  for (const { path, isNamed, isWanted } of candidates) {
    const shown = relative(folder, path);
    const text = await readSettingsText(path, shown);
    if (text === undefined && isWanted) throw missing(shown);
    if (text === undefined && isNamed) warn(`${shown} does not exist; MAKEJINJA_SETTINGS names it`);
    if (text === undefined) continue;
    const placePath = (written: string): string => placed(folder, dirname(path), written);
    settings = parseSettings(text, shown, { base: settings, placePath });
  }
  settings = settingsOf(variables(env), 'the environment', settings);
  return { settings, files: candidates.map(({ path }) => path) };
}

/**
 * Text of a file of settings; undefined where there is none.
 *
 * @param shown - its path as messages show it
 * @throws Failure of kind `input` where it is not UTF-8, as TOML has to be
 */
export async function readSettingsText(path: string, shown: string): Promise<string | undefined> {
  const bytes = await readBytesIfPresent(path);
  if (bytes === undefined) return undefined;
  const decoded = decodeUtf8(bytes);
  if ('text' in decoded) return decoded.text;
  throw failure('input', {
    code: 'render/encoding',
    message: `${shown} is not UTF-8 text`,
    place: { file: shown, ...decoded },
    remedy: 'save it as UTF-8',
  });
}

interface Candidate {
  readonly path: string;
  /** Whether MAKEJINJA_SETTINGS names it. */
  readonly isNamed: boolean;
  readonly isWanted: boolean;
}

function settingsFiles(folder: string, env: SettingsSearch['env']): Candidate[] {
  const named = (env.MAKEJINJA_SETTINGS ?? '').split(':').filter((name) => name !== '');
  const own = { path: resolve(folder, 'makejinja.toml'), isNamed: false, isWanted: false };
  const others = named.map((name) => ({
    path: resolve(folder, name.slice(name.lastIndexOf('!') + 1)),
    isNamed: true,
    isWanted: name.includes('!'),
  }));
  return others.some(({ path }) => path === own.path) ? others : [own, ...others];
}

function missing(file: string): Failure {
  return failure('input', {
    code: 'render/settings',
    message: `${file} does not exist`,
    remedy: 'MAKEJINJA_SETTINGS names it with an exclamation mark: create it or take it out',
  });
}

/** A path of a file that lies elsewhere, from the folder of the search; one that lies there stays as it is written. */
function placed(folder: string, fileFolder: string, written: string): string {
  if (isAbsolute(written) || fileFolder === folder) return written;
  return relative(folder, resolve(fileFolder, written)) || '.';
}

/** Single settings out of the environment, as the table that they would be in a file; maps cannot be given so. */
function variables(env: SettingsSearch['env']): JsonMap {
  const table: JsonMap = {};
  const take = (target: JsonMap, key: string, name: string): void => {
    const value = env[`MAKEJINJA_${name.toUpperCase()}`];
    if (value !== undefined) target[key] = value;
  };
  for (const [key, inner] of Object.entries(SETTING_KEYS)) {
    if (key === 'data_vars' || key === 'file_data') continue;
    if (inner.length === 0) take(table, key, key);
    const innerTable: JsonMap = {};
    for (const one of inner) take(innerTable, one, `${key}_${one}`);
    if (Object.keys(innerTable).length > 0) table[key] = innerTable;
  }
  return table;
}

/** Absolute paths of the files that settings may come from, whether they exist or not. */
export function settingsPaths({ folder, env }: Pick<SettingsSearch, 'folder' | 'env'>): string[] {
  return settingsFiles(folder, env).map(({ path }) => path);
}
