import { describe, expect, it } from 'vitest';
import { parseSettings } from '../../src/makejinja/settings.ts';
import { Failure } from '../../src/report/finding.ts';
import { formatFindings } from '../../src/report/text.ts';

describe('parseSettings', () => {
  it('fills in the defaults of makejinja', () => {
    expect(parseSettings('[makejinja]\ninputs = ["templates"]\noutput = "out"\n', 'makejinja.toml')).toEqual({
      inputs: ['templates'],
      output: 'out',
      includePatterns: ['**/*'],
      excludePatterns: [],
      jinjaSuffix: '.jinja',
      keepJinjaSuffix: false,
      keepEmpty: false,
      copyMetadata: false,
      data: [],
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
      limits: { work: 50_000_000, memory: 536_870_912 },
      dataVars: {},
      fileData: {},
      execPre: [],
      execPost: [],
      clean: false,
      force: false,
      quiet: false,
    });
  });

  it('reads every delimiter', () => {
    const text = `[makejinja.delimiter]
block_start = "#%"
block_end = "%#"
comment_start = "#|"
comment_end = "#|"
variable_start = "#<"
variable_end = ">#"
`;
    expect(parseSettings(text, 'makejinja.toml').delimiter).toEqual({
      blockStart: '#%',
      blockEnd: '%#',
      commentStart: '#|',
      commentEnd: '#|',
      variableStart: '#<',
      variableEnd: '>#',
    });
  });

  it('reports all mistakes at once, each at its line', () => {
    const text = `[makejinja]
input = ["templates"]
force = "maybe"
undefined = "strickt"
clean = 2
extensions = ["jinja2.ext.loop"]

[makejinja.delimiter]
block_stat = "#%"

[makejinjas]
`;
    expect(messagesOf(text)).toBe(`makejinja.toml:2:1: error: unknown key \`input\` in [makejinja] [render/settings]
  2 | input = ["templates"]
    | ^^^^^
  = did you mean \`inputs\`?
makejinja.toml:3:1: error: \`force\` has the wrong type: "maybe" [render/settings]
  3 | force = "maybe"
    | ^^^^^
  = use true or false
makejinja.toml:4:1: error: \`undefined\` has the wrong type: "strickt" [render/settings]
  4 | undefined = "strickt"
    | ^^^^^^^^^
  = use one of "default", "chainable", "debug", "strict"
makejinja.toml:5:1: error: \`clean\` has the wrong type: 2 [render/settings]
  5 | clean = 2
    | ^^^^^
  = use true or false
makejinja.toml:6:1: error: \`extensions\` has the wrong type: ["jinja2.ext.loop"] [render/settings]
  6 | extensions = ["jinja2.ext.loop"]
    | ^^^^^^^^^^
  = use a list of jinja2.ext.debug, jinja2.ext.do, jinja2.ext.i18n, jinja2.ext.loopcontrols
makejinja.toml:9:1: error: unknown key \`block_stat\` in [makejinja.delimiter] [render/settings]
  9 | block_stat = "#%"
    | ^^^^^^^^^^
  = did you mean \`block_start\`?
makejinja.toml:11:2: error: unknown key \`makejinjas\` [render/settings]
  11 | [makejinjas]
     |  ^^^^^^^^^^
  = did you mean \`makejinja\`?
`);
  });

  it('shows the key that is wrong and no other of its name', () => {
    const text = `[tool.other]
force = "maybe"
block_start = 1
[makejinja]
jinja-suffix = 1
whitespace.trim_blocks = "maybe"
prefix = { line_statement = 1 }
[makejinja.delimiter]
"block_start" = 1
`;
    const places = messagesOf(text).match(/^makejinja.toml:\S+ error: \S+ \S+/gm);
    expect(places).toEqual([
      'makejinja.toml:5:1: error: `jinja_suffix` has',
      'makejinja.toml:7:1: error: `line_statement` has',
      'makejinja.toml:9:1: error: `block_start` has',
      'makejinja.toml:6:12: error: `trim_blocks` has',
    ]);
  });

  it('reads the bounds of a render, which makejinja does not have', () => {
    const read = (text: string): unknown => parseSettings(`[makejinja.limits]\n${text}`, 'makejinja.toml').limits;
    expect(read('work = 100\nmemory = 1_000_000\n')).toEqual({ work: 100, memory: 1_000_000 });
    expect(read('work = "2000"\n')).toEqual({ work: 2000, memory: 536_870_912 });
    for (const work of ['0', '-1', '1.5', '"many"', 'true', '2147483648']) {
      expect(messagesOf(`[makejinja.limits]\nwork = ${work}\n`)).toContain('use a whole number from 1 to 2147483647');
    }
    expect(messagesOf('[makejinja.limits]\nwrk = 1\n')).toContain('did you mean `work`?');
  });

  it('takes what makejinja takes: dashes, words for true and false, texts in the place of lists', () => {
    const text = `[tool.other]
x = 1
[makejinja]
inputs = "a:b"
jinja-suffix = ".x"
force = "yes"
clean = 1
quiet = "off"
extensions = "jinja2.ext.do:jinja2.ext.debug"
`;
    expect(parseSettings(text, 'makejinja.toml')).toMatchObject({
      inputs: ['a', 'b'],
      jinjaSuffix: '.x',
      force: true,
      clean: true,
      quiet: false,
      extensions: ['jinja2.ext.do', 'jinja2.ext.debug'],
    });
  });

  it('makes texts of all variables, as Python prints them', () => {
    const text = '[makejinja.data-vars]\na = 3\nb = 1.0\nc = true\nd = 2020-01-01\ne = "t"\nf = 1e20\n';
    expect(parseSettings(text, 'makejinja.toml').dataVars).toEqual({
      a: '3',
      b: '1.0',
      c: 'True',
      d: '2020-01-01',
      e: 't',
      f: '1e+20',
    });
  });

  it('asks for the header where a key stands outside of it', () => {
    expect(messagesOf('inputs = ["a"]\n')).toContain('`inputs` stands outside of [makejinja]');
  });

  it.each([
    ['[makejinja', 'makejinja.toml:1:'],
    ['[makejinja]\ninputs = [\n', 'makejinja.toml:3:1'],
    ['[makejinja]\na = 1\na = 2\n', 'makejinja.toml:3:1'],
    ['[makejinja]\nforce = yes\n', 'makejinja.toml:2:9'],
    // What @iarna/toml takes and Python does not.
    ['[makejinja]\n[makejinja.data_vars]\na = 1\nb = 2026-02-30\n', 'makejinja.toml:4:5'],
  ])('refuses %j with its place', (text, place) => {
    expect(messagesOf(text)).toMatch(new RegExp(`^${place}.*cannot read the TOML`));
  });
});

function messagesOf(text: string): string {
  try {
    parseSettings(text, 'makejinja.toml');
  } catch (error) {
    if (error instanceof Failure) return formatFindings(error.findings);
    throw error;
  }
  return 'no finding';
}
