import { basename, join, resolve } from 'node:path';
import { failure, type Failure } from '../report/finding.ts';
import {
  errorCode,
  inspectTarget,
  listTree,
  permissions,
  readBytesIfPresent,
  readStandardInput,
} from '../system/files.ts';
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
  readonly outputs: ReadonlyMap<string, Output>;
}

/** A file that becomes output, rendered or as it is. */
export interface Output {
  readonly file: InputFile;
  readonly isTemplate: boolean;
}

/**
 * Reads all inputs into memory.
 *
 * @param folder - absolute path of the folder that the settings' paths are relative to
 * @param pathFilters - a file is left out where one of them says no; they get its path as messages show it
 * @throws Failure where an input does not exist or a file cannot be read
 */
export async function readInputs(
  settings: Settings,
  folder: string,
  pathFilters: readonly ((path: string) => boolean)[] = [],
): Promise<Inputs> {
  const inputs = await Promise.all(settings.inputs.map((input) => readInput(folder, input)));
  const files = new Map<string, InputFile>();
  // A single file is found under its own name, whatever the folders hold.
  for (const { found } of [...inputs].sort((a, b) => Number(b.isSingle) - Number(a.isSingle))) {
    for (const file of found) if (!files.has(file.name)) files.set(file.name, file);
  }
  const outputs = new Map<string, Output>();
  for (const { isSingle, found } of inputs) {
    const chosen = isSingle ? found : choose(found, settings, pathFilters);
    for (const file of chosen) {
      const path = outputPath(file.name, settings);
      if (!outputs.has(path)) outputs.set(path, { file, isTemplate: isSingle || isTemplate(file.name, settings) });
    }
  }
  return { files, outputs };
}

/** The files of a folder that become output, pattern by pattern. */
function choose(
  found: readonly InputFile[],
  settings: Settings,
  pathFilters: readonly ((path: string) => boolean)[],
): InputFile[] {
  return settings.includePatterns.flatMap((pattern) => {
    const isIncluded = globMatcher(pattern);
    return found.filter(
      (file) =>
        isIncluded(file.name) && !isExcluded(file, settings) && pathFilters.every((filter) => filter(file.source)),
    );
  });
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

interface ReadInput {
  /** Whether the input is a file and not a folder: it is rendered whatever its ending is. */
  readonly isSingle: boolean;
  readonly found: readonly InputFile[];
}

async function readInput(folder: string, input: string): Promise<ReadInput> {
  if (input === STANDARD_INPUT) {
    const bytes = await readStandardInput();
    return { isSingle: true, found: [{ name: basename(input), source: input, bytes, mode: 0o644 }] };
  }
  const root = resolve(folder, input);
  const kind = (await inspectTarget(root))?.kind;
  const source = input.replace(/\/+$/, '');
  if (kind === 'file') {
    const file = await readInputFile(root, '', source);
    return { isSingle: true, found: file === undefined ? [] : [{ ...file, name: basename(root) }] };
  }
  if (kind !== 'folder') throw inputMissing(input);
  const names = await listTree(root);
  const files = await Promise.all(names.map((name) => readInputFile(root, name, `${source}/${name}`)));
  return { isSingle: false, found: files.filter((file) => file !== undefined) };
}

/** The path that stands for standard input, as with makejinja. */
const STANDARD_INPUT = '/dev/stdin';

function inputMissing(input: string): Failure {
  return failure('input', {
    code: 'render/input-missing',
    message: `the input ${input} does not exist`,
    remedy: 'create it or take it out of `inputs` in makejinja.toml',
  });
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
