import { basename, join } from 'node:path';
import { failure } from '../report/finding.ts';
import { errorCode, inspect, listTree, permissions, readBytesIfPresent } from '../system/files.ts';
import { globMatcher, matchesPath } from './patterns.ts';
import type { Settings } from './settings.ts';

/** A file of an input folder. */
export interface InputFile {
  /** Relative to the input folder, with forward slashes: the name under which templates include each other. */
  readonly name: string;
  /** Relative to the settings' folder: what messages show. */
  readonly source: string;
  readonly bytes: Buffer;
  /** Permission bits. */
  readonly mode: number;
}

/** All that the inputs hold. */
export interface Inputs {
  /** Every file by name, excluded ones too, as they can be included; the first input wins. */
  readonly files: ReadonlyMap<string, InputFile>;
  /** The files that become output: those that a pattern includes and none excludes, one for each output path. */
  readonly outputs: ReadonlyMap<string, { readonly file: InputFile; readonly isTemplate: boolean }>;
}

/**
 * Reads all inputs into memory.
 *
 * @param folder - absolute path of the folder that the settings' paths are relative to
 * @throws Failure where an input is not a folder or a file cannot be read
 */
export async function readInputs(settings: Settings, folder: string): Promise<Inputs> {
  const files = new Map<string, InputFile>();
  const outputs = new Map<string, { file: InputFile; isTemplate: boolean }>();
  for (const input of settings.inputs) {
    const found = await readInput(folder, input);
    for (const file of found) if (!files.has(file.name)) files.set(file.name, file);
    for (const pattern of settings.includePatterns) {
      const isIncluded = globMatcher(pattern);
      for (const file of found) {
        if (!isIncluded(file.name) || isExcluded(file, settings)) continue;
        const path = outputPath(file.name, settings);
        if (!outputs.has(path)) outputs.set(path, { file, isTemplate: isTemplate(file.name, settings) });
      }
    }
  }
  return { files, outputs };
}

/** Path of the result of a file, relative to the output folder: the template's ending is taken off. */
export function outputPath(name: string, settings: Pick<Settings, 'jinjaSuffix' | 'keepJinjaSuffix'>): string {
  const hasSuffix = settings.jinjaSuffix !== '' && suffixOf(name) === settings.jinjaSuffix;
  return hasSuffix && !settings.keepJinjaSuffix ? name.slice(0, -settings.jinjaSuffix.length) : name;
}

function isTemplate(name: string, settings: Settings): boolean {
  return settings.jinjaSuffix === '' || suffixOf(name) === settings.jinjaSuffix;
}

function isExcluded(file: InputFile, settings: Settings): boolean {
  return settings.excludePatterns.some((pattern) => matchesPath(file.source, pattern));
}

/** The last ending of a file name as Python's `Path.suffix` has it: none for `.j2` and for `name.`. */
function suffixOf(name: string): string {
  const last = basename(name);
  const dot = last.lastIndexOf('.');
  return dot > 0 && dot < last.length - 1 ? last.slice(dot) : '';
}

async function readInput(folder: string, input: string): Promise<InputFile[]> {
  const root = join(folder, input);
  const found = await inspect(root);
  if (found?.kind !== 'folder') {
    throw failure('input', {
      code: 'render/input-missing',
      message: found === undefined ? `the input folder ${input} does not exist` : `the input ${input} is not a folder`,
      remedy: 'create the folder or take it out of `inputs` in makejinja.toml',
    });
  }
  const source = input.replace(/\/+$/, '');
  const names = await listTree(root);
  const files = await Promise.all(names.map((name) => readInputFile(root, name, `${source}/${name}`)));
  return files.filter((file) => file !== undefined);
}

/** A link to a folder is passed over, as Python's recursive glob does. */
async function readInputFile(root: string, name: string, source: string): Promise<InputFile | undefined> {
  const path = join(root, name);
  try {
    const bytes = await readBytesIfPresent(path);
    const mode = await permissions(path);
    return bytes === undefined || mode === undefined ? undefined : { name, source, bytes, mode };
  } catch (error) {
    if (errorCode(error) === 'EISDIR') return undefined;
    throw failure(
      'outside',
      {
        code: 'render/unreadable',
        message: `cannot read the template: ${(error as Error).message}`,
        place: { file: source },
      },
      error,
    );
  }
}
