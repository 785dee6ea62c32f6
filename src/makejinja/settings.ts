import { parse, type JsonMap } from '@iarna/toml';
import { Failure, type Finding, type Place } from '../report/finding.ts';
import { suggestNearest } from '../report/suggest.ts';

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
  const main = reader.table(top.makejinja ?? {}, 'makejinja', Object.keys(MAIN_KEYS));
  const settings = readMain(reader, main);
  if (reader.findings.length > 0) throw new Failure('input', reader.findings.sort(byLine));
  return settings;
}

/** Keys of the main table; those with a reason are known to makejinja and refused here. */
const MAIN_KEYS: Readonly<Record<string, string | undefined>> = {
  inputs: undefined,
  output: undefined,
  include_patterns: undefined,
  exclude_patterns: undefined,
  jinja_suffix: undefined,
  keep_jinja_suffix: undefined,
  keep_empty: undefined,
  copy_metadata: undefined,
  data: undefined,
  plugins: undefined,
  import_paths: undefined,
  extensions: undefined,
  undefined: undefined,
  force: undefined,
  quiet: undefined,
  delimiter: undefined,
  prefix: undefined,
  whitespace: undefined,
  internal: undefined,
  clean: 'files that are no longer generated are removed by the manifest, nothing else is',
  data_vars: 'give the value in a data file',
  file_data: 'give the value in a data file',
  loaders: 'name the module under `plugins`',
  exec_pre: 'run the command before `configure`, in the Taskfile for example',
  exec_post: 'run the command after `configure`, in the Taskfile for example',
};

function readMain(reader: SettingsReader, main: JsonMap): Settings {
  for (const [key, reason] of Object.entries(MAIN_KEYS)) {
    if (reason !== undefined && main[key] !== undefined && main[key] !== false) reader.refuse(key, reason);
  }
  reader.flag(main, 'force', false);
  reader.flag(main, 'quiet', false);
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
    plugins: reader.texts(main, 'plugins', []),
    importPaths: reader.texts(main, 'import_paths', ['.']),
    extensions: reader.someOf(main, 'extensions', JINJA_EXTENSIONS),
    undefined: reader.oneOf(main, 'undefined', ['default', 'chainable', 'debug', 'strict'], 'default'),
    delimiter: readDelimiters(reader, main),
    prefix: readPrefixes(reader, main),
    whitespace: readWhitespace(reader, main),
    internal: readInternal(reader, main),
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

/** What a value has to be: a test, and words for the message. */
interface Form<T> {
  readonly fits: (value: unknown) => value is T;
  readonly wanted: string;
}

/** Takes values out of TOML tables and collects what is wrong with them. */
class SettingsReader {
  readonly findings: Finding[] = [];
  readonly #lines: readonly string[];
  readonly #file: string;

  constructor(text: string, file: string) {
    this.#lines = text.split('\n');
    this.#file = file;
  }

  table(value: unknown, name: string, keys: readonly string[]): JsonMap {
    if (!isTable(value)) {
      this.#complain(name.split('.').at(-1) ?? name, `${name} is not a table`, `a table [${name}]`);
      return {};
    }
    for (const key of Object.keys(value)) {
      if (keys.includes(key)) continue;
      const nearest = suggestNearest(key, keys);
      const hint = nearest === undefined ? `known keys: ${keys.join(', ')}` : `did you mean \`${nearest}\`?`;
      this.#complain(key, `unknown key \`${key}\`${name === '' ? '' : ` in [${name}]`}`, hint);
    }
    return value;
  }

  text(table: JsonMap, key: string, fallback: string): string {
    return this.#take(table, key, fallback, { fits: isText, wanted: 'a text in quotes' });
  }

  flag(table: JsonMap, key: string, fallback: boolean): boolean {
    return this.#take(table, key, fallback, { fits: (value) => typeof value === 'boolean', wanted: 'true or false' });
  }

  texts(table: JsonMap, key: string, fallback: readonly string[]): readonly string[] {
    const fits = (value: unknown): value is string[] => Array.isArray(value) && value.every(isText);
    return this.#take<readonly string[]>(table, key, fallback, { fits, wanted: 'a list of texts' });
  }

  oneOf<T extends string>(table: JsonMap, key: string, values: readonly T[], fallback: T): T {
    const fits = (value: unknown): value is T => values.some((one) => one === value);
    const wanted = `one of ${values.map((one) => JSON.stringify(one)).join(', ')}`;
    return this.#take(table, key, fallback, { fits, wanted });
  }

  someOf<T extends string>(table: JsonMap, key: string, values: readonly T[]): readonly T[] {
    const fits = (value: unknown): value is T[] =>
      Array.isArray(value) && value.every((one) => values.some((known) => known === one));
    return this.#take<readonly T[]>(table, key, [], { fits, wanted: `a list of ${values.join(', ')}` });
  }

  refuse(key: string, reason: string): void {
    this.#complain(key, `\`${key}\` cannot be used here`, reason);
  }

  #take<T>(table: JsonMap, key: string, fallback: T, { fits, wanted }: Form<T>): T {
    const value: unknown = table[key];
    if (value === undefined) return fallback;
    if (fits(value)) return value;
    this.#complain(key, `\`${key}\` has the wrong type: ${JSON.stringify(value)}`, `use ${wanted}`);
    return fallback;
  }

  /** The TOML package keeps no positions: the first line that defines a key of this name is shown. */
  #complain(key: string, message: string, remedy: string): void {
    const pattern = new RegExp(`^(\\s*\\[?(?:[\\w."-]+\\.)?)["']?${escapeRegExp(key)}["']?\\s*[=\\]]`);
    const index = this.#lines.findIndex((line) => pattern.test(line));
    const line = this.#lines[index];
    const column = line === undefined ? 1 : (pattern.exec(line)?.[1]?.length ?? 0) + 1;
    this.findings.push({
      code: 'render/settings',
      severity: 'error',
      message,
      place:
        line === undefined ? { file: this.#file } : { file: this.#file, line: index + 1, column, length: key.length },
      ...(line === undefined ? {} : { sourceLine: line }),
      remedy,
    });
  }
}

function byLine(a: Finding, b: Finding): number {
  return (a.place?.line ?? 0) - (b.place?.line ?? 0);
}

function isText(value: unknown): value is string {
  return typeof value === 'string';
}

function isTable(value: unknown): value is JsonMap {
  return typeof value === 'object' && value !== null && !Array.isArray(value) && !(value instanceof Date);
}

function escapeRegExp(text: string): string {
  return text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
}
