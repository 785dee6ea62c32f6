import type { Random } from './random.ts';
import type { Options } from './tree.ts';

const DELIMITERS: readonly Options[] = [
  {
    block_start_string: '#%',
    block_end_string: '%#',
    variable_start_string: '#<',
    variable_end_string: '>#',
    comment_start_string: '#|',
    comment_end_string: '#|',
  },
  {
    block_start_string: '#%',
    block_end_string: '%#',
    variable_start_string: '#{',
    variable_end_string: '}#',
    comment_start_string: '#|',
    comment_end_string: '|#',
  },
  {
    block_start_string: '<%',
    block_end_string: '%>',
    variable_start_string: '${',
    variable_end_string: '}',
    comment_start_string: '<!--',
    comment_end_string: '-->',
  },
  {
    block_start_string: '[[%',
    block_end_string: '%]]',
    variable_start_string: '[[',
    variable_end_string: ']]',
    comment_start_string: '[[#',
    comment_end_string: '#]]',
  },
  {
    block_start_string: '\\BLOCK{',
    block_end_string: '}',
    variable_start_string: '\\VAR{',
    variable_end_string: '}',
    comment_start_string: '\\#{',
    comment_end_string: '}',
  },
];

const UNDEFINED = ['default', 'default', 'chainable', 'strict', 'debug'];

/** Options of an environment, as conformance cases write them. */
export function makeOptions(random: Random): Options {
  const options: Record<string, unknown> = { extensions: ['do', 'loopcontrols', 'i18n'] };
  if (random.chance(0.35)) Object.assign(options, random.pick(DELIMITERS));
  if (random.chance(0.15)) options.line_statement_prefix = random.pick(['#', '%', '%%', '--']);
  if (random.chance(0.12)) options.line_comment_prefix = random.pick(['##', '//', '#']);
  if (random.chance(0.3)) options.trim_blocks = true;
  if (random.chance(0.3)) options.lstrip_blocks = true;
  if (random.chance(0.3)) options.keep_trailing_newline = true;
  if (random.chance(0.1)) options.newline_sequence = random.pick(['\r\n', '\r']);
  if (random.chance(0.35)) options.autoescape = true;
  const policy = random.pick(UNDEFINED);
  if (policy !== 'default') options.undefined = policy;
  if (random.chance(0.1)) options.extensions = [];
  return options;
}
