// What is expected was seen with makejinja 2.8.1.
import { spawnSync } from 'node:child_process';
import { readdir } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { describe, expect, it } from 'vitest';
import { runMakejinja } from '../support/cluster.ts';
import { readFiles, temporaryFolder } from '../support/folders.ts';

const PROGRAM = resolve(import.meta.dirname, '../../bin/makejinja.mjs');

const PROJECT = {
  'project/makejinja.toml':
    '[makejinja]\ninputs = ["in"]\noutput = "out"\ndata = ["d.yaml"]\nexec_pre = ["pwd > where"]\n[makejinja.data_vars]\nn = 1\nm = 2\n',
  'project/in/a.jinja': '{{ v }}|{{ n }}|{{ m }}',
  'project/d.yaml': 'v: project\n',
  'work/in/b.jinja': 'b {{ v }}',
  'work/d.yaml': 'v: work\n',
  'work/e.yaml': 'v: e\n',
};

describe('makejinja', () => {
  it.each<[string, string[], Record<string, string>, Record<string, string>]>([
    ['settings elsewhere', [], { MAKEJINJA_SETTINGS: '../project/makejinja.toml' }, { 'project/out/a': 'project|1|2' }],
    [
      'flags from the current folder',
      ['-o', 'out', '-i', 'in', '-d', 'd.yaml'],
      { MAKEJINJA_SETTINGS: '../project/makejinja.toml' },
      { 'work/out/b': 'b work' },
    ],
    [
      'a flag for variables in the place of the table',
      ['-D', 'n=new', '-o', 'out'],
      { MAKEJINJA_SETTINGS: '../project/makejinja.toml' },
      { 'work/out/a': 'project|new|' },
    ],
    [
      'data of single templates',
      ['-i', 'in', '-o', 'out', '--file-data', 'b.jinja=d.yaml,e.yaml'],
      {},
      { 'work/out/b': 'b e' },
    ],
    [
      'second names of options, and those without effect',
      [
        '-i',
        '../project/in',
        '-i',
        'in',
        '-o',
        'out',
        '--include',
        '**/*',
        '--exclude=a.*',
        '--internal-cache-size',
        '4',
      ],
      {},
      { 'work/out/b': 'b ' },
    ],
    [
      'absolute patterns',
      ['-i', 'in', '-i', '../project/in', '-o', 'out', '-E', '/**/nothing', '-E', 'project/in/*'],
      {},
      { 'work/out/b': 'b ' },
    ],
    ['variables for settings', [], { MAKEJINJA_INPUTS: 'in', MAKEJINJA_OUTPUT: 'env' }, { 'work/env/b': 'b ' }],
    ['one file to another', ['-i', 'in/b.jinja', '-o', 'b.txt', '-d', 'd.yaml'], {}, { 'work/b.txt': 'b work' }],
  ])('takes %s', async (_, flags, env, expected) => {
    const { folder, status, stderr } = await run(flags, env);
    expect({ status, stderr }).toMatchObject({ status: 0 });
    const files = await readFiles(folder);
    const made = Object.entries(files).filter(([name]) => !(name in PROJECT) && !name.endsWith('where'));
    expect(Object.fromEntries(made)).toEqual(expected);
  });

  it('runs the commands of the settings in the current folder', async () => {
    const { folder } = await run([], { MAKEJINJA_SETTINGS: '../project/makejinja.toml' });
    expect((await readFiles(folder))['work/where']?.trim()).toMatch(/work$/);
  });

  it('renders standard input to standard output', async () => {
    const { stdout, stderr } = await run(
      ['-i', '/dev/stdin', '-o', '/dev/stdout', '-D', 'a.b=ä'],
      {},
      '{{ a.b }} {{ 1 / 2 }}\n',
    );
    expect({ stdout, stderr }).toEqual({ stdout: 'ä 0.5\n', stderr: '' });
  });

  it.each<[string, string[], number, string]>([
    ['no input', [], 64, 'no input is named: give --input or `inputs` in makejinja.toml'],
    ['no output', ['-i', 'in'], 64, 'no output is named: give --output or `output` in makejinja.toml'],
    ['an input that does not exist', ['-i', 'none', '-o', 'out'], 1, 'the input none does not exist'],
    [
      'data that do not exist',
      ['-i', 'in', '-o', 'out', '-d', 'none.yaml'],
      1,
      'the data file none.yaml does not exist',
    ],
    ['an option that does not exist', ['--inputs', 'in'], 64, "unknown option '--inputs'"],
    ['a folder to standard output', ['-i', 'in', '-o', '/dev/stdout'], 1, 'the output /dev/stdout is not a folder'],
    [
      'standard output that is watched',
      ['-i', 'in/b.jinja', '-o', '/dev/stdout', '--watch'],
      64,
      'this project cannot be watched',
    ],
  ])('refuses %s', async (_, flags, code, message) => {
    const { status, stderr } = await run(flags);
    expect({ status, stderr }).toEqual({ status: code, stderr: expect.stringContaining(message) as string });
  });

  it('keeps transpiled plugins and compiled templates for the user, and nothing in the project', async () => {
    const cache = join(await temporaryFolder(), 'cache');
    const files = { 'project/plugin.ts': 'export const Plugin = () => ({ data: { v: "p" as string } });' };
    const flags = ['-p', 'plugin:Plugin', '--import-path', '../project', '-o', 'out'];
    const { folder } = await run(
      flags,
      { MAKEJINJA_SETTINGS: '../project/makejinja.toml', CLUSTER_TEMPLATE_CACHE: cache },
      '',
      files,
    );
    const made = await readFiles(folder);
    expect(made['work/out/a']).toBe('p|1|2');
    const added = Object.keys(made).filter((name) => !(name in PROJECT) && !(name in files));
    expect(added.sort()).toEqual(['work/out/a', 'work/where']);
    expect((await readdir(cache)).sort()).toEqual([
      expect.stringMatching(/^plugin-/),
      expect.stringMatching(/^templates-/),
    ]);
  });
});

async function run(
  flags: readonly string[],
  env: Readonly<Record<string, string>> = {},
  input = '',
  files: Readonly<Record<string, string>> = {},
): Promise<{ folder: string; status: number | null; stdout: string; stderr: string }> {
  const folder = await temporaryFolder({ ...PROJECT, ...files });
  if (![...flags, ...Object.values(env)].some((word) => word.includes('/dev/'))) {
    const { code, ...texts } = await runMakejinja(flags, { cwd: join(folder, 'work'), env, input });
    return { folder, status: code, ...texts };
  }
  // Standard input and output as files are those of a process.
  const result = spawnSync(process.execPath, [PROGRAM, ...flags], {
    cwd: join(folder, 'work'),
    encoding: 'utf8',
    env: { PATH: process.env.PATH, NO_COLOR: '1', ...env },
    input,
  });
  return { folder, status: result.status, stdout: result.stdout, stderr: result.stderr };
}
