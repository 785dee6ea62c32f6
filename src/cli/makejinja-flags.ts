import { Command, InvalidArgumentError, Option } from 'commander';
import type { JinjaExtension, Settings } from '../makejinja/settings.ts';
import { failure } from '../report/finding.ts';
import { print, printError } from '../system/terminal.ts';
import { VERSION } from '../system/program.ts';

/** Values of the command line: those that were given. */
export type Flags = Readonly<Record<string, unknown>>;

/** The command with all its options; it throws a CommanderError instead of ending the process. */
export function makejinjaCommand(name = 'makejinja'): Command {
  const command = new Command(name)
    .description('Renders folders of Jinja templates; reads makejinja.toml, or the file that MAKEJINJA_SETTINGS names')
    .version(VERSION, '-v, --version', 'print the version')
    .helpOption('-h, --help', 'print this help')
    .allowExcessArguments(false)
    .configureOutput({ writeOut: print, writeErr: printError })
    .exitOverride();
  for (const { flags, help, kind, choices } of Object.values(FLAGS)) {
    const option = new Option(flags, help);
    if (choices !== undefined) option.choices([...choices]);
    if (kind === 'texts' || kind === 'pairs' || kind === 'lists') option.argParser(collect(kind !== 'texts'));
    command.addOption(option);
  }
  for (const { flags, of } of Object.values(NEGATIONS)) {
    command.addOption(new Option(flags, `the opposite of ${FLAGS[of]?.flags ?? ''}`));
  }
  for (const flags of WITHOUT_EFFECT) command.addOption(new Option(flags).hideHelp());
  command.option('-w, --watch', 'stay and render again what a change touches, until Ctrl-C');
  return command;
}

/** Arguments with every option by the name that the command knows. */
export function withoutAliases(arguments_: readonly string[]): string[] {
  return arguments_.map((argument) => {
    const [name = '', ...value] = argument.split('=');
    const known = ALIASES[name];
    return known === undefined ? argument : [known, ...value].join('=');
  });
}

/**
 * Settings with what the command line says instead.
 *
 * @throws Failure of kind `usage` where an option has a value that it cannot take
 */
export function withFlags(settings: Settings, flags: Flags): Settings {
  let result = settings;
  for (const [name, value] of Object.entries(flags)) {
    const negation = NEGATIONS[name];
    const target = FLAGS[negation?.of ?? name];
    if (target !== undefined) result = target.apply(result, (negation === undefined ? value : false) as never);
  }
  return result;
}

/** How an option of the command line is read, and the setting that it is. */
interface Flag {
  readonly flags: string;
  readonly help: string;
  readonly kind: 'text' | 'texts' | 'flag' | 'pairs' | 'lists';
  readonly choices?: readonly string[];
  readonly apply: (settings: Settings, value: never) => Settings;
}

const FLAGS: Readonly<Record<string, Flag>> = {
  input: texts('-i, --input <path>', 'folder of templates, or a single template', 'inputs'),
  output: text('-o, --output <path>', 'folder for the results; a file or /dev/stdout for a single input', 'output'),
  includePattern: texts('-I, --include-pattern <glob>', 'files of the inputs to take', 'includePatterns'),
  excludePattern: texts('-E, --exclude-pattern <glob>', 'files to leave out', 'excludePatterns'),
  jinjaSuffix: text('--jinja-suffix <suffix>', 'ending of templates; empty: every file is one', 'jinjaSuffix'),
  keepJinjaSuffix: flag('--keep-jinja-suffix', 'keep the ending in the names of the results', 'keepJinjaSuffix'),
  keepEmpty: flag('--keep-empty', 'write results of nothing but white space too', 'keepEmpty'),
  copyMetadata: flag(
    '-m, --copy-metadata',
    'give results the permissions and times of their templates',
    'copyMetadata',
  ),
  data: texts('-d, --data <path>', 'YAML, TOML or JSON file, or a folder of them', 'data'),
  dataVar: pairs('-D, --data-var <name=value>', 'a single value; dots in the name reach into maps'),
  fileData: lists('--file-data <template=path,...>', 'data files of one template'),
  plugin: texts('-p, --plugin <name>', 'plugin such as plugin:Plugin', 'plugins'),
  loader: texts('-l, --loader <name>', 'older name of --plugin', 'plugins'),
  importPath: texts('--import-path <folder>', 'folder to look for plugins in', 'importPaths'),
  extension: extensions('-e, --extension <name>', 'extension of Jinja, such as jinja2.ext.do'),
  undefined: {
    ...text('--undefined <policy>', 'what a name without a value is', 'undefined'),
    choices: ['default', 'chainable', 'debug', 'strict'],
  },
  execPre: texts('--exec-pre <command>', 'shell command to run first', 'execPre'),
  execPost: texts('--exec-post <command>', 'shell command to run last', 'execPost'),
  clean: flag('-c, --clean', 'remove the output folder first', 'clean'),
  force: flag('-f, --force', 'overwrite files that exist', 'force'),
  quiet: flag('-q, --quiet', 'print nothing about the files', 'quiet'),
  delimiterBlockStart: delimiter('block-start', 'blockStart'),
  delimiterBlockEnd: delimiter('block-end', 'blockEnd'),
  delimiterVariableStart: delimiter('variable-start', 'variableStart'),
  delimiterVariableEnd: delimiter('variable-end', 'variableEnd'),
  delimiterCommentStart: delimiter('comment-start', 'commentStart'),
  delimiterCommentEnd: delimiter('comment-end', 'commentEnd'),
  prefixLineStatement: prefix('line-statement', 'lineStatement'),
  prefixLineComment: prefix('line-comment', 'lineComment'),
  trimBlocks: whitespace('--trim-blocks', 'remove the line break behind a block', 'trimBlocks'),
  lstripBlocks: whitespace('--lstrip-blocks', 'remove white space before a block', 'lstripBlocks'),
  keepTrailingNewline: whitespace(
    '--keep-trailing-newline',
    'keep the line break at the end of a template',
    'keepTrailingNewline',
  ),
  newlineSequence: {
    flags: '--newline-sequence <sequence>',
    help: 'line break of the results',
    kind: 'text',
    choices: ['\n', '\r\n', '\r'],
    apply: (settings, value) => ({ ...settings, whitespace: { ...settings.whitespace, newlineSequence: value } }),
  },
  internalAutoescape: {
    flags: '--internal-autoescape',
    help: 'escape values for HTML',
    kind: 'flag',
    apply: (settings, value) => ({ ...settings, internal: { autoescape: value } }),
  },
};

/** Options that tune makejinja's own template cache: they are taken and change nothing. */
const WITHOUT_EFFECT = [
  '--internal-optimized',
  '--no-internal-optimized',
  '--internal-cache-size <number>',
  '--internal-auto-reload',
  '--no-internal-auto-reload',
  '--internal-enable-async',
];

/** Second names of options, as commander takes one long name for each. */
const ALIASES: Readonly<Record<string, string>> = {
  '--include': '--include-pattern',
  '--exclude': '--exclude-pattern',
};

/** Options that switch off what another option switches on, by the name that they get. */
const NEGATIONS: Readonly<Record<string, { readonly flags: string; readonly of: string }>> = {
  noTrimBlocks: { flags: '--no-trim-blocks', of: 'trimBlocks' },
  noLstripBlocks: { flags: '--no-lstrip-blocks', of: 'lstripBlocks' },
  stripTrailingNewline: { flags: '--strip-trailing-newline', of: 'keepTrailingNewline' },
};

/** An option that may be given several times. */
function collect(isPair: boolean): (value: string, previous: string[] | undefined) => string[] {
  return (value, previous = []) => {
    if (isPair && !value.includes('=')) throw new InvalidArgumentError('It takes name=value.');
    return [...previous, value];
  };
}

function text(flags: string, help: string, key: 'output' | 'jinjaSuffix' | 'undefined'): Flag {
  return { flags, help, kind: 'text', apply: (settings, value) => ({ ...settings, [key]: value }) };
}

function texts(
  flags: string,
  help: string,
  key: 'inputs' | 'includePatterns' | 'excludePatterns' | 'data' | 'plugins' | 'importPaths' | 'execPre' | 'execPost',
): Flag {
  return { flags, help, kind: 'texts', apply: (settings, value) => ({ ...settings, [key]: value }) };
}

function flag(
  flags: string,
  help: string,
  key: 'keepJinjaSuffix' | 'keepEmpty' | 'copyMetadata' | 'clean' | 'force' | 'quiet',
): Flag {
  return { flags, help, kind: 'flag', apply: (settings, value) => ({ ...settings, [key]: value }) };
}

function pairs(flags: string, help: string): Flag {
  const apply = (settings: Settings, values: readonly string[]): Settings => ({
    ...settings,
    dataVars: Object.fromEntries(values.map(splitPair)),
  });
  return { flags, help, kind: 'pairs', apply };
}

function lists(flags: string, help: string): Flag {
  const apply = (settings: Settings, values: readonly string[]): Settings => ({
    ...settings,
    // makejinja documents commas and splits at colons.
    fileData: Object.fromEntries(values.map(splitPair).map(([name, paths]) => [name, paths.split(/[,:]/)])),
  });
  return { flags, help, kind: 'lists', apply };
}

function extensions(flags: string, help: string): Flag {
  const choices: readonly JinjaExtension[] = [
    'jinja2.ext.debug',
    'jinja2.ext.do',
    'jinja2.ext.i18n',
    'jinja2.ext.loopcontrols',
  ];
  const apply = (settings: Settings, values: readonly string[]): Settings => {
    const unknown = values.find((value) => !choices.some((choice) => choice === value));
    if (unknown !== undefined) {
      const message = `--extension: ${unknown} is not an extension of Jinja`;
      throw failure('usage', { code: 'usage/argument', message, remedy: `use one of ${choices.join(', ')}` });
    }
    return { ...settings, extensions: values as readonly JinjaExtension[] };
  };
  return { flags, help, kind: 'texts', apply };
}

function delimiter(name: string, key: keyof Settings['delimiter']): Flag {
  return {
    flags: `--delimiter-${name} <text>`,
    help: `delimiter: ${name.replace('-', ' ')}`,
    kind: 'text',
    apply: (settings, value) => ({ ...settings, delimiter: { ...settings.delimiter, [key]: value } }),
  };
}

function prefix(name: string, key: keyof Settings['prefix']): Flag {
  return {
    flags: `--prefix-${name} <text>`,
    help: `prefix of a ${name.replace('-', ' ')}`,
    kind: 'text',
    apply: (settings, value) => ({ ...settings, prefix: { ...settings.prefix, [key]: value } }),
  };
}

function whitespace(on: string, help: string, key: 'trimBlocks' | 'lstripBlocks' | 'keepTrailingNewline'): Flag {
  return {
    flags: on,
    help,
    kind: 'flag',
    apply: (settings, value) => ({ ...settings, whitespace: { ...settings.whitespace, [key]: value } }),
  };
}

function splitPair(pair: string): [string, string] {
  const at = pair.indexOf('=');
  return [pair.slice(0, at), pair.slice(at + 1)];
}
