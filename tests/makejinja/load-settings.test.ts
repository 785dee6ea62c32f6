import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { loadSettings, type LoadedSettings } from '../../src/makejinja/load-settings.ts';
import { temporaryFolder } from '../support/folders.ts';

// What is expected was seen with makejinja 2.8.1 and typed-settings 25.3.0.
const PROJECT = '[makejinja]\ninputs = ["in", "/abs"]\noutput = "out"\ndata = ["d.yaml"]\n';

describe('loadSettings', () => {
  it('reads makejinja.toml of the folder, with its paths as they are written', async () => {
    const { settings } = await load({ 'makejinja.toml': PROJECT });
    expect(settings).toMatchObject({ inputs: ['in', '/abs'], output: 'out', data: ['d.yaml'], importPaths: ['.'] });
  });

  it('takes paths of a file elsewhere from its folder, but the default import path from the current one', async () => {
    const { settings } = await load(
      { '../project/makejinja.toml': `${PROJECT}[makejinja.file_data]\n"a.j2" = ["a.yaml"]\n` },
      { MAKEJINJA_SETTINGS: '../project/makejinja.toml' },
    );
    expect(settings).toMatchObject({
      inputs: ['../project/in', '/abs'],
      output: '../project/out',
      data: ['../project/d.yaml'],
      fileData: { 'a.j2': ['../project/a.yaml'] },
      importPaths: ['.'],
    });
  });

  it('lays later files over earlier ones, option by option', async () => {
    const { settings, files } = await load(
      {
        'makejinja.toml': `${PROJECT}[makejinja.delimiter]\nblock_start = "<%"\n[makejinja.data_vars]\na = "1"\n`,
        'more.toml': '[makejinja]\noutput = "more"\ndata_vars = { b = "2" }\ndelimiter = { block_end = "%>" }\n',
        'last.toml': '[makejinja]\njinja-suffix = ".last"\n',
      },
      { MAKEJINJA_SETTINGS: 'more.toml:last.toml' },
    );
    expect(settings).toMatchObject({
      inputs: ['in', '/abs'],
      output: 'more',
      dataVars: { b: '2' },
      jinjaSuffix: '.last',
      delimiter: { blockStart: '<%', blockEnd: '%>' },
    });
    expect(files.map((path) => path.split('/').at(-1))).toEqual(['makejinja.toml', 'more.toml', 'last.toml']);
  });

  it('lays variables of the environment over the files', async () => {
    const { settings } = await load(
      { 'makejinja.toml': PROJECT },
      {
        MAKEJINJA_OUTPUT: 'env',
        MAKEJINJA_INPUTS: 'a:b',
        MAKEJINJA_FORCE: 'on',
        MAKEJINJA_WHITESPACE_TRIM_BLOCKS: 'no',
        MAKEJINJA_PREFIX_LINE_COMMENT: '##',
      },
    );
    expect(settings).toMatchObject({
      output: 'env',
      inputs: ['a', 'b'],
      force: true,
      whitespace: { trimBlocks: false, lstripBlocks: true },
      prefix: { lineStatement: null, lineComment: '##' },
    });
  });

  it('names no output where nothing does', async () => {
    expect((await load({})).settings).toMatchObject({ inputs: [], output: '' });
  });

  it.each<[string, Record<string, string>, string]>([
    ['a file that must exist', { MAKEJINJA_SETTINGS: '!none.toml' }, 'none.toml does not exist'],
    ['a wrong value in the environment', { MAKEJINJA_QUIET: 'banana' }, '`quiet` has the wrong type: "banana"'],
    ['a wrong key in a file elsewhere', { MAKEJINJA_SETTINGS: 'wrong.toml' }, 'unknown key `outputs` in [makejinja]'],
  ])('refuses %s', async (_, env, message) => {
    await expect(load({ 'wrong.toml': '[makejinja]\noutputs = "x"\n' }, env)).rejects.toThrow(message);
  });

  it('warns of a file that may be missing', async () => {
    const warnings: string[] = [];
    await load({ 'makejinja.toml': PROJECT }, { MAKEJINJA_SETTINGS: 'none.toml' }, (line) => warnings.push(line));
    expect(warnings).toEqual(['none.toml does not exist; MAKEJINJA_SETTINGS names it']);
  });
});

async function load(
  files: Readonly<Record<string, string>>,
  env: Readonly<Record<string, string>> = {},
  warn: (message: string) => void = () => undefined,
): Promise<LoadedSettings> {
  const above = await temporaryFolder(
    Object.fromEntries(Object.entries(files).map(([name, text]) => [join('work', name), text])),
  );
  return await loadSettings({ folder: join(above, 'work'), env, warn });
}
