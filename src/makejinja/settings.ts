import { parse, type JsonMap } from '@iarna/toml';
import { Failure, type Finding, type Place } from '../report/finding.ts';
import { SettingsReader } from './settings-reader.ts';

/** What becomes of a name that no data define; see the engine's undefined policies. */
export type UndefinedPolicyName = 'default' | 'chainable' | 'debug' | 'strict';

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

/**
 * Reads the text of a makejinja.toml.
 *
 * @param file - the name for findings
 * @throws Failure of kind `input` with every finding at once: bad TOML, unknown keys, values of the wrong type
 * @see https://makejinja.readthedocs.io (configuration)
 */
export function parseSettings(text: string, file: string): Settings {
  const reader = new SettingsReader(text, file);
  const top = reader.table(parseToml(text, file), '', ['makejinja']);
  const main = reader.table(top.makejinja ?? {}, 'makejinja', MAIN_KEYS);
  const settings = readMain(reader, main);
  if (reader.findings.length > 0) throw new Failure('input', reader.findings.sort(byLine));
  return settings;
}

/** The settings of an empty makejinja.toml. */
export const DEFAULT_SETTINGS: Settings = readMain(new SettingsReader('', 'makejinja.toml'), {});

const MAIN_KEYS = [
  'inputs',
  'output',
  'include_patterns',
  'exclude_patterns',
  'jinja_suffix',
  'keep_jinja_suffix',
  'keep_empty',
  'copy_metadata',
  'data',
  'data_vars',
  'file_data',
  'plugins',
  'loaders',
  'import_paths',
  'extensions',
  'undefined',
  'exec_pre',
  'exec_post',
  'clean',
  'force',
  'quiet',
  'delimiter',
  'prefix',
  'whitespace',
  'internal',
];

function readMain(reader: SettingsReader, main: JsonMap): Settings {
  return {
    inputs: reader.texts(main, 'inputs', []),
    output: reader.text(main, 'output', '.'),
    includePatterns: reader.texts(main, 'include_patterns', ['**/*']),
    excludePatterns: reader.texts(main, 'exclude_patterns', []),
    jinjaSuffix: reader.text(main, 'jinja_suffix', '.jinja'),
    keepJinjaSuffix: reader.flag(main, 'keep_jinja_suffix', false),
    keepEmpty: reader.flag(main, 'keep_empty', false),
    copyMetadata: reader.flag(main, 'copy_metadata', false),
    data: reader.texts(main, 'data', []),
    dataVars: reader.textsByName(main, 'data_vars'),
    fileData: reader.listsByName(main, 'file_data'),
    plugins: [...reader.texts(main, 'plugins', []), ...reader.texts(main, 'loaders', [])],
    importPaths: reader.texts(main, 'import_paths', ['.']),
    extensions: reader.someOf(main, 'extensions', JINJA_EXTENSIONS),
    undefined: reader.oneOf(main, 'undefined', ['default', 'chainable', 'debug', 'strict'], 'default'),
    delimiter: readDelimiters(reader, main),
    prefix: readPrefixes(reader, main),
    whitespace: readWhitespace(reader, main),
    internal: readInternal(reader, main),
    execPre: reader.texts(main, 'exec_pre', []),
    execPost: reader.texts(main, 'exec_post', []),
    clean: reader.flag(main, 'clean', false),
    force: reader.flag(main, 'force', false),
    quiet: reader.flag(main, 'quiet', false),
  };
}

function readDelimiters(reader: SettingsReader, main: JsonMap): Delimiters {
  const keys = ['block_start', 'block_end', 'variable_start', 'variable_end', 'comment_start', 'comment_end'];
  const table = reader.table(main.delimiter ?? {}, 'makejinja.delimiter', keys);
  return {
    blockStart: reader.text(table, 'block_start', '{%'),
    blockEnd: reader.text(table, 'block_end', '%}'),
    variableStart: reader.text(table, 'variable_start', '{{'),
    variableEnd: reader.text(table, 'variable_end', '}}'),
    commentStart: reader.text(table, 'comment_start', '{#'),
    commentEnd: reader.text(table, 'comment_end', '#}'),
  };
}

function readPrefixes(reader: SettingsReader, main: JsonMap): Settings['prefix'] {
  const table = reader.table(main.prefix ?? {}, 'makejinja.prefix', ['line_statement', 'line_comment']);
  return {
    lineStatement: reader.text(table, 'line_statement', '') || null,
    lineComment: reader.text(table, 'line_comment', '') || null,
  };
}

function readWhitespace(reader: SettingsReader, main: JsonMap): Settings['whitespace'] {
  const keys = ['trim_blocks', 'lstrip_blocks', 'keep_trailing_newline', 'newline_sequence'];
  const table = reader.table(main.whitespace ?? {}, 'makejinja.whitespace', keys);
  return {
    trimBlocks: reader.flag(table, 'trim_blocks', true),
    lstripBlocks: reader.flag(table, 'lstrip_blocks', true),
    keepTrailingNewline: reader.flag(table, 'keep_trailing_newline', true),
    newlineSequence: reader.oneOf(table, 'newline_sequence', ['\n', '\r\n', '\r'], '\n'),
  };
}

function readInternal(reader: SettingsReader, main: JsonMap): Settings['internal'] {
  // The other keys tune makejinja's own template cache and have no meaning here, so any value is right.
  const keys = ['autoescape', 'optimized', 'cache_size', 'auto_reload', 'enable_async'];
  const table = reader.table(main.internal ?? {}, 'makejinja.internal', keys);
  return { autoescape: reader.flag(table, 'autoescape', false) };
}

function parseToml(text: string, file: string): JsonMap {
  try {
    return parse(text);
  } catch (error) {
    if (!(error instanceof Error)) throw error;
    const { line, col } = error as Error & { line?: number; col?: number };
    const place: Place = line === undefined ? { file } : { file, line: line + 1, column: (col ?? 0) + 1 };
    const message = `cannot read the TOML: ${error.message.split(/ at row | \(at |\n/)[0] ?? error.message}`;
    throw new Failure('input', [{ code: 'render/settings', severity: 'error', message, place }], { cause: error });
  }
}

function byLine(a: Finding, b: Finding): number {
  return (a.place?.line ?? 0) - (b.place?.line ?? 0);
}
