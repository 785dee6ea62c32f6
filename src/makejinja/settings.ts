import { parse, type JsonMap } from '@iarna/toml';
import { type Budget, DEFAULT_BUDGET, LARGEST_BUDGET, str } from '../jinja/index.ts';
import { Failure, failure, type Finding, type Place } from '../report/finding.ts';
import { DataError, type Mark } from './data/data-error.ts';
import { readToml, tomlPlaces } from './data/toml.ts';
import { SettingsReader } from './settings-reader.ts';

/** What becomes of a name that no data define; see the engine's undefined policies. */
type UndefinedPolicyName = 'default' | 'chainable' | 'debug' | 'strict';

/** Extensions of Jinja by their Python import paths. */
export type JinjaExtension = (typeof JINJA_EXTENSIONS)[number];

const JINJA_EXTENSIONS = ['jinja2.ext.debug', 'jinja2.ext.do', 'jinja2.ext.i18n', 'jinja2.ext.loopcontrols'] as const;

/** The settings of a makejinja.toml with every default filled in. Paths are as written, relative to the file's folder. */
export interface Settings {
  /** Folders (and single files) of templates; where two have a file of the same relative path the first wins. */
  readonly inputs: readonly string[];
  /** Folder that the results belong to. */
  readonly output: string;
  readonly includePatterns: readonly string[];
  readonly excludePatterns: readonly string[];
  /** Ending that marks a template and is taken off its name; empty: every file is a template. */
  readonly jinjaSuffix: string;
  readonly keepJinjaSuffix: boolean;
  /** Whether a file whose rendering is only white space is written. */
  readonly keepEmpty: boolean;
  /** Whether a result gets its template's permission bits. */
  readonly copyMetadata: boolean;
  readonly data: readonly string[];
  /** Values for names such as `a.b`, which win over the data files. */
  readonly dataVars: Readonly<Record<string, string>>;
  /** Data files of single templates, by the template's name. */
  readonly fileData: Readonly<Record<string, readonly string[]>>;
  /** Names of plugins, those under the older key `loaders` at the end. */
  readonly plugins: readonly string[];
  readonly importPaths: readonly string[];
  readonly extensions: readonly JinjaExtension[];
  readonly undefined: UndefinedPolicyName;
  readonly delimiter: Delimiters;
  readonly prefix: { readonly lineStatement: string | null; readonly lineComment: string | null };
  readonly whitespace: {
    readonly trimBlocks: boolean;
    readonly lstripBlocks: boolean;
    readonly keepTrailingNewline: boolean;
    readonly newlineSequence: '\n' | '\r\n' | '\r';
  };
  readonly internal: { readonly autoescape: boolean };
  /** What rendering one template may take; makejinja has no such bounds. */
  readonly limits: Budget;
  /** Shell commands to run before and after. */
  readonly execPre: readonly string[];
  readonly execPost: readonly string[];
  /** Whether the output folder is removed first. */
  readonly clean: boolean;
  /** Whether files that exist are overwritten. */
  readonly force: boolean;
  readonly quiet: boolean;
}

/** The six strings that mark blocks, values and comments. */
export interface Delimiters {
  readonly blockStart: string;
  readonly blockEnd: string;
  readonly variableStart: string;
  readonly variableEnd: string;
  readonly commentStart: string;
  readonly commentEnd: string;
}

/** What the settings of a file are read on top of. */
export interface SettingsContext {
  /** The settings of what the file does not name. */
  readonly base?: Settings;
  /** What a path of the file becomes, where others than the reader's are relative to another folder. */
  readonly placePath?: (path: string) => string;
}

/**
 * Reads the text of a makejinja.toml.
 *
 * @param file - the name for findings
 * @throws Failure of kind `input` with every finding at once: bad TOML, unknown keys, values of the wrong type
 * @see https://makejinja.readthedocs.io (configuration)
 */
export function parseSettings(text: string, file: string, context?: SettingsContext): Settings {
  if (context !== undefined) return parseAnew(text, file, context);
  if (lastParsed?.text !== text || lastParsed.file !== file)
    lastParsed = { text, file, settings: parseAnew(text, file, {}) };
  // A plugin is given them, and may change them.
  return structuredClone(lastParsed.settings);
}

/** A run asks for the same settings where it looks for trust, inputs and templates. */
let lastParsed: { readonly text: string; readonly file: string; readonly settings: Settings } | undefined;

function parseAnew(text: string, file: string, context: SettingsContext): Settings {
  const { table, places } = parseToml(text, file);
  const reader = new SettingsReader(text, file, places);
  const main = reader.root(table, 'makejinja', Object.keys(SETTING_KEYS));
  const settings = readMain(reader, main, { ...context, printed: () => printedVariables(text) });
  if (reader.findings.length > 0) throw new Failure('input', reader.findings.sort(byLine));
  return settings;
}

/**
 * Settings out of a table by makejinja's keys, on top of others.
 *
 * @param source - what findings call the place that the table comes from
 * @throws Failure of kind `input` with a finding for each value of the wrong type
 */
export function settingsOf(table: JsonMap, source: string, base: Settings): Settings {
  const reader = new SettingsReader('', source, new Map());
  const settings = readMain(reader, table, { base, printed: () => new Map() });
  if (reader.findings.length > 0) throw new Failure('input', reader.findings);
  return settings;
}

/** The keys of makejinja.toml, with those of its inner tables. */
export const SETTING_KEYS: Readonly<Record<string, readonly string[]>> = {
  inputs: [],
  output: [],
  include_patterns: [],
  exclude_patterns: [],
  jinja_suffix: [],
  keep_jinja_suffix: [],
  keep_empty: [],
  copy_metadata: [],
  data: [],
  data_vars: [],
  file_data: [],
  plugins: [],
  loaders: [],
  import_paths: [],
  extensions: [],
  undefined: [],
  exec_pre: [],
  exec_post: [],
  clean: [],
  force: [],
  quiet: [],
  delimiter: ['block_start', 'block_end', 'variable_start', 'variable_end', 'comment_start', 'comment_end'],
  prefix: ['line_statement', 'line_comment'],
  whitespace: ['trim_blocks', 'lstrip_blocks', 'keep_trailing_newline', 'newline_sequence'],
  // All but the first tune makejinja's own template cache and have no meaning here, so any value is right.
  internal: ['autoescape', 'optimized', 'cache_size', 'auto_reload', 'enable_async'],
  limits: ['work', 'memory'],
};

/** The settings of an empty makejinja.toml. */
export const DEFAULT_SETTINGS: Settings = {
  inputs: [],
  output: '.',
  includePatterns: ['**/*'],
  excludePatterns: [],
  jinjaSuffix: '.jinja',
  keepJinjaSuffix: false,
  keepEmpty: false,
  copyMetadata: false,
  data: [],
  dataVars: {},
  fileData: {},
  plugins: [],
  importPaths: ['.'],
  extensions: [],
  undefined: 'default',
  delimiter: {
    blockStart: '{%',
    blockEnd: '%}',
    variableStart: '{{',
    variableEnd: '}}',
    commentStart: '{#',
    commentEnd: '#}',
  },
  prefix: { lineStatement: null, lineComment: null },
  whitespace: { trimBlocks: true, lstripBlocks: true, keepTrailingNewline: true, newlineSequence: '\n' },
  internal: { autoescape: false },
  limits: DEFAULT_BUDGET,
  execPre: [],
  execPost: [],
  clean: false,
  force: false,
  quiet: false,
};

interface ReadContext extends SettingsContext {
  /** What values of `data_vars` that are no texts print as. */
  readonly printed: () => ReadonlyMap<string, string>;
}

function readMain(reader: SettingsReader, main: JsonMap, context: ReadContext): Settings {
  const { base = DEFAULT_SETTINGS } = context;
  return {
    ...readPlaces(reader, main, context),
    includePatterns: reader.texts(main, 'include_patterns', base.includePatterns),
    excludePatterns: reader.texts(main, 'exclude_patterns', base.excludePatterns),
    jinjaSuffix: reader.text(main, 'jinja_suffix', base.jinjaSuffix),
    keepJinjaSuffix: reader.flag(main, 'keep_jinja_suffix', base.keepJinjaSuffix),
    keepEmpty: reader.flag(main, 'keep_empty', base.keepEmpty),
    copyMetadata: reader.flag(main, 'copy_metadata', base.copyMetadata),
    dataVars: readVariables(reader, main, context),
    plugins: readPlugins(reader, main, base),
    extensions: reader.someOf(main, 'extensions', JINJA_EXTENSIONS, base.extensions),
    undefined: reader.oneOf(main, 'undefined', ['default', 'chainable', 'debug', 'strict'], base.undefined),
    delimiter: readDelimiters(reader, main, base.delimiter),
    prefix: readPrefixes(reader, main, base.prefix),
    whitespace: readWhitespace(reader, main, base.whitespace),
    internal: readInternal(reader, main, base.internal),
    limits: readLimits(reader, main, base.limits),
    execPre: reader.texts(main, 'exec_pre', base.execPre),
    execPost: reader.texts(main, 'exec_post', base.execPost),
    clean: reader.flag(main, 'clean', base.clean),
    force: reader.flag(main, 'force', base.force),
    quiet: reader.flag(main, 'quiet', base.quiet),
  };
}

/** Everything that is a path. */
function readPlaces(
  reader: SettingsReader,
  main: JsonMap,
  { base = DEFAULT_SETTINGS, placePath = (path) => path }: ReadContext,
): Pick<Settings, 'inputs' | 'output' | 'data' | 'fileData' | 'importPaths'> {
  const paths = (key: string, fallback: readonly string[]): readonly string[] =>
    main[key] === undefined ? fallback : reader.texts(main, key, []).map(placePath);
  const byName = main.file_data === undefined ? base.fileData : reader.listsByName(main, 'file_data', {});
  const placed = Object.entries(byName).map(([name, list]) => [name, list.map(placePath)] as const);
  return {
    inputs: paths('inputs', base.inputs),
    output: main.output === undefined ? base.output : placePath(reader.text(main, 'output', '')),
    data: paths('data', base.data),
    fileData: main.file_data === undefined ? base.fileData : Object.fromEntries(placed),
    importPaths: paths('import_paths', base.importPaths),
  };
}

function readPlugins(reader: SettingsReader, main: JsonMap, base: Settings): readonly string[] {
  if (main.plugins === undefined && main.loaders === undefined) return base.plugins;
  return [...reader.texts(main, 'plugins', []), ...reader.texts(main, 'loaders', [])];
}

/** Every value is a text, as Python prints it. */
function readVariables(
  reader: SettingsReader,
  main: JsonMap,
  { base = DEFAULT_SETTINGS, printed }: ReadContext,
): Readonly<Record<string, string>> {
  const read = reader.scalarsByName(main, 'data_vars', base.dataVars);
  const others = Object.values(read).every((value) => typeof value === 'string') ? undefined : printed();
  return Object.fromEntries(
    Object.entries(read).map(([name, value]) => [
      name,
      typeof value === 'string' ? value : (others?.get(name) ?? String(value)),
    ]),
  );
}

/** The package for TOML does not tell `1.0` from `1`: the reader of data files does. */
function printedVariables(text: string): Map<string, string> {
  const main = innerTable(readToml(text), 'makejinja');
  const table = main.has('data_vars') ? innerTable(main, 'data_vars') : innerTable(main, 'data-vars');
  return new Map([...table].map(([name, value]) => [String(name), str(value)]));
}

function innerTable(table: ReadonlyMap<unknown, unknown>, name: string): ReadonlyMap<unknown, unknown> {
  const inner = table.get(name);
  return inner instanceof Map ? inner : new Map();
}

function readDelimiters(reader: SettingsReader, main: JsonMap, base: Delimiters): Delimiters {
  const table = reader.table(main.delimiter ?? {}, 'makejinja.delimiter', SETTING_KEYS.delimiter ?? []);
  return {
    blockStart: reader.text(table, 'block_start', base.blockStart),
    blockEnd: reader.text(table, 'block_end', base.blockEnd),
    variableStart: reader.text(table, 'variable_start', base.variableStart),
    variableEnd: reader.text(table, 'variable_end', base.variableEnd),
    commentStart: reader.text(table, 'comment_start', base.commentStart),
    commentEnd: reader.text(table, 'comment_end', base.commentEnd),
  };
}

function readPrefixes(reader: SettingsReader, main: JsonMap, base: Settings['prefix']): Settings['prefix'] {
  const table = reader.table(main.prefix ?? {}, 'makejinja.prefix', SETTING_KEYS.prefix ?? []);
  return {
    lineStatement: reader.text(table, 'line_statement', base.lineStatement ?? '') || null,
    lineComment: reader.text(table, 'line_comment', base.lineComment ?? '') || null,
  };
}

function readWhitespace(reader: SettingsReader, main: JsonMap, base: Settings['whitespace']): Settings['whitespace'] {
  const table = reader.table(main.whitespace ?? {}, 'makejinja.whitespace', SETTING_KEYS.whitespace ?? []);
  return {
    trimBlocks: reader.flag(table, 'trim_blocks', base.trimBlocks),
    lstripBlocks: reader.flag(table, 'lstrip_blocks', base.lstripBlocks),
    keepTrailingNewline: reader.flag(table, 'keep_trailing_newline', base.keepTrailingNewline),
    newlineSequence: reader.oneOf(table, 'newline_sequence', ['\n', '\r\n', '\r'], base.newlineSequence),
  };
}

function readInternal(reader: SettingsReader, main: JsonMap, base: Settings['internal']): Settings['internal'] {
  const table = reader.table(main.internal ?? {}, 'makejinja.internal', SETTING_KEYS.internal ?? []);
  return { autoescape: reader.flag(table, 'autoescape', base.autoescape) };
}

function readLimits(reader: SettingsReader, main: JsonMap, base: Budget): Budget {
  const table = reader.table(main.limits ?? {}, 'makejinja.limits', SETTING_KEYS.limits ?? []);
  const read = (key: keyof Budget): number => reader.count(table, key, LARGEST_BUDGET[key], base[key]);
  return { work: read('work'), memory: read('memory') };
}

/** The values, and where their keys stand, which the package for TOML does not tell. */
function parseToml(
  text: string,
  file: string,
): { readonly table: JsonMap; readonly places: ReadonlyMap<string, Mark> } {
  try {
    const places = tomlPlaces(text);
    return { table: parse(text), places };
  } catch (error) {
    if (!(error instanceof Error)) throw error;
    const { line, col } = error as Error & { line?: number; col?: number };
    const mark = error instanceof DataError ? error.mark : line === undefined ? undefined : { line, column: col ?? 0 };
    const place: Place = mark === undefined ? { file } : { file, line: mark.line + 1, column: mark.column + 1 };
    const message = `cannot read the TOML: ${error.message.split(/ at row | \(at |\n/)[0] ?? error.message}`;
    const remedy = error instanceof DataError ? error.remedy : undefined;
    const finding = { code: 'render/settings', message, place, ...(remedy === undefined ? {} : { remedy }) } as const;
    throw failure('input', finding, error);
  }
}

function byLine(a: Finding, b: Finding): number {
  return (a.place?.line ?? 0) - (b.place?.line ?? 0);
}
