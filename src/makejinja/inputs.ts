import { basename, resolve } from 'node:path';
import { Failure, failure, type Finding } from '../report/finding.ts';
import { inspectTarget, readStandardInput, reasonOf } from '../system/files.ts';
import { listTreeSync, readFileWithMode, type TreeEntry } from '../system/tree.ts';
import type { Clash } from './clashes.ts';
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
  /** Whether it is found through a link to a folder: as with makejinja it can be included and gives no output. */
  readonly isBehindLink?: boolean;
  /** Whether a listing of its folder found it to be no link; not known of an input that is a single file. */
  readonly isListed?: boolean;
}

/** All that the inputs hold. */
export interface Inputs {
  /** Every file by name, excluded ones too, as they can be included; the first input wins. */
  readonly files: ReadonlyMap<string, InputFile>;
  /** The files that become output: those that a pattern includes and none excludes, one for each output path. */
  readonly outputs: ReadonlyMap<string, Output>;
  /** Files that lie beside each other and would give one output: as with makejinja the first is taken. */
  readonly rivals: readonly Clash[];
  /** Patterns of `include_patterns` for which no file was found, and of `exclude_patterns` with `**` that left none out. */
  readonly unmatched: readonly Unmatched[];
}

/** A pattern that matched nothing. */
interface Unmatched {
  readonly setting: 'include_patterns' | 'exclude_patterns';
  readonly pattern: string;
}

/** A file that becomes output, rendered or as it is. */
export interface Output {
  readonly file: InputFile;
  readonly isTemplate: boolean;
}

/** A test of a file by its path as messages show it: whether it may become output. */
type PathFilter = (path: string) => boolean;

/**
 * Reads all inputs into memory.
 *
 * @param folder - absolute path of the folder that the settings' paths are relative to
 * @param pathFilters - a file is left out where one of them says no; they get its path as messages show it
 * @param known - files by their absolute path that need not be read again
 * @throws Failure where an input does not exist or a file cannot be read
 */
export async function readInputs(
  settings: Settings,
  folder: string,
  pathFilters: readonly PathFilter[] = [],
  known: KnownFiles = () => undefined,
): Promise<Inputs> {
  return chooseOutputs(await readLayers(settings, folder, known), settings, folder, pathFilters);
}

/**
 * Reads the files of each input, in the order of the settings.
 *
 * @throws Failure where an input does not exist or a file cannot be read
 */
export async function readLayers(
  settings: Settings,
  folder: string,
  known: KnownFiles = () => undefined,
): Promise<InputLayer[]> {
  return await Promise.all(settings.inputs.map((input) => readInput(folder, input, known)));
}

/** What becomes of the files of all inputs: parameters as those of `readInputs`. */
export function chooseOutputs(
  inputs: readonly InputLayer[],
  settings: Settings,
  folder: string,
  pathFilters: readonly PathFilter[] = [],
): Inputs {
  const files = new Map<string, InputFile>();
  // A single file is found under its own name, whatever the folders hold.
  for (const { found } of [...inputs].sort((a, b) => Number(b.isSingle) - Number(a.isSingle))) {
    for (const file of found) if (!files.has(file.name)) files.set(file.name, file);
  }
  const outputs = new Map<string, Output>();
  const rivals: Clash[] = [];
  const used = new Set<string>();
  let singles: ReadonlyMap<string, InputFile> = new Map();
  for (const { isSingle, found } of inputs) {
    const chosen = isSingle ? found : choose(found, { settings, folder, pathFilters, used });
    // An earlier input lies over a later one; beside each other nobody wants two files of one output.
    const beside = new Map<string, InputFile>(isSingle ? singles : []);
    for (const file of new Set(chosen)) {
      const path = outputPath(file.name, settings);
      const first = beside.get(path);
      if (first === undefined) beside.set(path, file);
      else rivals.push({ kind: 'same', first: { ...first, path }, second: { ...file, path } });
      if (!outputs.has(path)) outputs.set(path, { file, isTemplate: isSingle || isTemplate(file.name, settings) });
    }
    if (isSingle) singles = beside;
  }
  const unmatched = inputs.every(({ isSingle }) => isSingle) ? [] : unusedPatterns(settings, used);
  return { files, outputs, rivals, unmatched };
}

/** Files by their absolute path that need not be read. */
export type KnownFiles = (path: string) => Pick<InputFile, 'bytes' | 'mode'> | undefined;

interface Choice {
  readonly settings: Settings;
  readonly folder: string;
  readonly pathFilters: readonly PathFilter[];
  /** Takes the patterns that matched something. */
  readonly used: Set<string>;
}

/** The files of a folder that become output, pattern by pattern. */
function choose(found: readonly InputFile[], { settings, folder, pathFilters, used }: Choice): InputFile[] {
  const excluded = settings.excludePatterns.map((pattern) => ({ pattern, matches: pathMatcher(pattern) }));
  const absolute = absolutePaths(folder);
  // Patterns are compared with the whole path from the root, as with makejinja.
  const isExcluded = (file: InputFile): boolean => {
    const path = absolute(file);
    const reasons = excluded.filter(({ matches }) => matches(path));
    for (const { pattern } of reasons) used.add(pattern);
    return reasons.length > 0;
  };
  const candidates = found.filter(
    (file) => file.isBehindLink !== true && !isExcluded(file) && pathFilters.every((wants) => wants(file.source)),
  );
  return settings.includePatterns.flatMap((pattern) => {
    const isIncluded = globMatcher(pattern);
    if (found.some(({ name }) => isIncluded(name))) used.add(pattern);
    return candidates.filter(({ name }) => isIncluded(name));
  });
}

/** Absolute paths of files: what stands before their names is resolved once for each input. */
function absolutePaths(folder: string): (file: InputFile) => string {
  const known = new Map<string, string>();
  return ({ name, source }) => {
    const before = source.slice(0, source.length - name.length);
    const resolved = known.get(before) ?? resolve(folder, before || '.');
    known.set(before, resolved);
    return resolved.endsWith('/') ? resolved + name : `${resolved}/${name}`;
  };
}

function unusedPatterns({ includePatterns, excludePatterns }: Settings, used: ReadonlySet<string>): Unmatched[] {
  // What an exclusion without `**` leaves out may just not be there today.
  const misread = excludePatterns.filter((pattern) => pattern.includes('**'));
  return [
    ...includePatterns.map((pattern) => ({ setting: 'include_patterns' as const, pattern })),
    ...misread.map((pattern) => ({ setting: 'exclude_patterns' as const, pattern })),
  ].filter(({ pattern }) => !used.has(pattern));
}

/** What a user is told of a pattern that matched nothing. */
export function unmatchedFinding({ setting, pattern }: Unmatched): Finding {
  const remedy =
    setting === 'include_patterns'
      ? 'patterns are compared with paths below each input; `**/*` takes every file'
      : 'it is compared with the last parts of a path, where `**` is one folder or file as `*` is';
  return {
    code: 'render/pattern',
    severity: 'warning',
    message: `\`${pattern}\` under \`${setting}\` matches no file`,
    remedy,
  };
}

/** Path of the result of a file, relative to the output folder: the template's ending is taken off. */
function outputPath(name: string, settings: Pick<Settings, 'jinjaSuffix' | 'keepJinjaSuffix'>): string {
  const hasSuffix = settings.jinjaSuffix !== '' && suffixOf(name) === settings.jinjaSuffix;
  return hasSuffix && !settings.keepJinjaSuffix ? name.slice(0, -settings.jinjaSuffix.length) : name;
}

function isTemplate(name: string, settings: Settings): boolean {
  return settings.jinjaSuffix === '' || suffixOf(name) === settings.jinjaSuffix;
}

/** The last ending of a file name as Python's `Path.suffix` has it: none for `.j2` and for `name.`. */
function suffixOf(name: string): string {
  const last = basename(name);
  const dot = last.lastIndexOf('.');
  return dot > 0 && dot < last.length - 1 ? last.slice(dot) : '';
}

/** A path as Python's `Path` writes it: `./a//b/` is `a/b`. */
function normalized(path: string): string {
  const parts = path.split('/').filter((part) => part !== '' && part !== '.');
  return (path.startsWith('/') ? '/' : '') + parts.join('/') || '.';
}

/** The files of one input. */
interface InputLayer {
  /** Whether the input is a file and not a folder: it is rendered whatever its ending is. */
  readonly isSingle: boolean;
  readonly found: readonly InputFile[];
}

async function readInput(folder: string, input: string, known: KnownFiles): Promise<InputLayer> {
  if (input === STANDARD_INPUT) {
    const bytes = await readStandardInput();
    return { isSingle: true, found: [{ name: basename(input), source: input, bytes, mode: 0o644 }] };
  }
  const root = resolve(folder, input);
  const kind = (await inspectTarget(root))?.kind;
  const source = normalized(input);
  if (kind === 'file')
    return { isSingle: true, found: readFiles([{ path: root, name: basename(root), source }], known) };
  if (kind !== 'folder') throw inputMissing(input);
  const listed = listEntries(root, source);
  const strange = listed.filter(({ isUndecodable }) => isUndecodable === true);
  if (strange.length > 0)
    throw new Failure(
      'input',
      strange.map((entry) => strangeName(entry, source)),
    );
  const entries = listed.filter(({ kind: one }) => one === 'file');
  const above = root.endsWith('/') ? root : `${root}/`;
  const wanted = entries.map(({ name, isBehindLink, isLink }) => {
    const shown = source === '.' ? name : source === '/' ? `/${name}` : `${source}/${name}`;
    const file = { path: above + name, name, source: shown, isListed: isLink !== true };
    return isBehindLink ? { ...file, isBehindLink } : file;
  });
  return { isSingle: false, found: readFiles(wanted, known) };
}

/** The path that stands for standard input, as with makejinja. */
const STANDARD_INPUT = '/dev/stdin';

function inputMissing(input: string): Failure {
  return failure('input', {
    code: 'render/input-missing',
    message: `the input ${input} does not exist`,
    remedy: /(?:^|\/)node_modules\//.test(input)
      ? 'run `npm ci`, which installs the package that brings it'
      : 'create it or take it out of `inputs` in makejinja.toml',
  });
}

function strangeName({ name, kind }: TreeEntry, source: string): Finding {
  return {
    code: 'render/encoding',
    severity: 'error',
    message: `the name of the ${kind} ${source}/${name} is not UTF-8 text`,
    remedy: 'give it a name in UTF-8',
  };
}

function listEntries(root: string, source: string): TreeEntry[] {
  try {
    return listTreeSync(root);
  } catch (error) {
    throw new Failure('outside', [unreadable('a folder of the input', source, error)], { cause: error });
  }
}

/** Files that went away since they were listed are passed over. All that cannot be read are told at once. */
function readFiles(
  wanted: readonly (Omit<InputFile, 'bytes' | 'mode'> & { readonly path: string })[],
  known: KnownFiles,
): InputFile[] {
  const files: InputFile[] = [];
  const findings: Finding[] = [];
  for (const { path, ...file } of wanted) {
    try {
      const read = known(path) ?? readFileWithMode(path);
      if (read !== undefined) files.push({ ...file, bytes: read.bytes, mode: read.mode });
    } catch (error) {
      findings.push(unreadable('the template', file.source, error));
    }
  }
  if (findings.length > 0) throw new Failure('outside', findings);
  return files;
}

function unreadable(what: string, source: string, error: unknown): Finding {
  return {
    code: 'render/unreadable',
    severity: 'error',
    message: `cannot read ${what}: ${reasonOf(error)}`,
    place: { file: source },
  };
}

/**
 * A test for the paths that match a pattern as Python's `PurePath.match` (3.11) has it: a relative pattern is compared with
 * the path's last components, an absolute one with all of them, and `**` is nothing but `*`.
 *
 * @see https://docs.python.org/3.11/library/pathlib.html#pathlib.PurePath.match
 */
export function pathMatcher(pattern: string): (path: string) => boolean {
  const wanted = components(pattern).map(componentPattern);
  const isAbsolute = pattern.startsWith('/');
  return (path) => {
    const parts = components(path);
    if (wanted.length === 0 || wanted.length > parts.length) return false;
    if (isAbsolute && (!path.startsWith('/') || wanted.length !== parts.length)) return false;
    const offset = parts.length - wanted.length;
    return wanted.every((part, index) => part.test(parts[offset + index] ?? ''));
  };
}

/**
 * A test for the files that Python's `Path.glob` would find for a pattern below a folder; it takes paths relative to that
 * folder. `**` stands for any number of folders; a pattern that ends in it finds all files below, as it does from Python 3.13
 * on: before it found folders only.
 *
 * @see https://docs.python.org/3.13/library/pathlib.html#pathlib.Path.glob
 */
export function globMatcher(pattern: string): (path: string) => boolean {
  const wanted = components(pattern);
  if (wanted.length === 0) return () => false;
  if (wanted.at(-1) === '**') wanted.push('*');
  const source = wanted
    .map((part, index) => {
      if (part === '**') return '(?:[^/]+/)*';
      return componentSource(part) + (index === wanted.length - 1 ? '' : '/');
    })
    .join('');
  const expression = new RegExp(`^${source}$`, 'su');
  return (path) => expression.test(path);
}

function components(path: string): string[] {
  return path.split('/').filter((part) => part !== '' && part !== '.');
}

function componentPattern(part: string): RegExp {
  return new RegExp(`^${componentSource(part)}$`, 'su');
}

/** Python's `fnmatch` for one component, as the source of a regular expression. */
function componentSource(part: string): string {
  let source = '';
  for (let index = 0; index < part.length; index++) {
    const character = part.charAt(index);
    const set = character === '[' ? characterSet(part, index) : undefined;
    if (character === '*') source += '[^/]*';
    else if (character === '?') source += '[^/]';
    else if (set === undefined) source += escape(character);
    else {
      source += set.source;
      index = set.end;
    }
  }
  return source;
}

/** `[seq]` and `[!seq]`; a bracket that is never closed is an ordinary character. */
function characterSet(part: string, start: number): { source: string; end: number } | undefined {
  const negated = part.charAt(start + 1) === '!';
  const first = start + (negated ? 2 : 1);
  const end = part.indexOf(']', first + 1);
  if (end === -1) return undefined;
  const members = rangesOf(Array.from(part.slice(first, end)));
  if (negated) return { source: `[^/${members}]`, end };
  return { source: members === '' ? '(?!)' : `[${members}]`, end };
}

/** What stands between the brackets, for a regular expression; a range that runs backwards holds nothing, as in Python. */
function rangesOf(characters: readonly string[]): string {
  let source = '';
  for (let index = 0; index < characters.length; index++) {
    const [low = '', hyphen, high] = characters.slice(index, index + 3);
    const isRange = hyphen === '-' && high !== undefined;
    if (!isRange) source += inSet(low);
    else if ((low.codePointAt(0) ?? 0) <= (high.codePointAt(0) ?? 0)) source += `${inSet(low)}-${inSet(high)}`;
    if (isRange) index += 2;
  }
  return source;
}

function inSet(character: string): string {
  return character.replace(/[\\\]^[-]/, '\\$&');
}

function escape(character: string): string {
  return character.replace(/[.*+?^${}()|[\]\\/]/u, '\\$&');
}
