import { cp } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { describe, expect, it, vi } from 'vitest';
import { runProject } from '../../src/makejinja/project.ts';
import { parseSettings } from '../../src/makejinja/settings.ts';
import type { UserCache } from '../../src/system/user-folders.ts';
import { readFiles, temporaryFolder, writeFiles } from '../support/folders.ts';

const PROJECT = resolve(import.meta.dirname, 'project');

// `expected/` is what makejinja 2.8.1 makes of the project with scripts/plugin.py.
describe('a makejinja project with every setting', () => {
  it('gives what makejinja gives, byte for byte and mode for mode', async () => {
    vi.stubEnv('PROJECT_MARK', 'marked');
    const folder = await temporaryFolder({ 'out/stale.txt': 'cleaned away\n' });
    for (const part of ['first', 'second', 'data', 'scripts', 'single.conf.tpl', 'makejinja.toml']) {
      await cp(join(PROJECT, part), join(folder, part), { recursive: true });
    }
    await run(folder);
    expect(await readFiles(join(folder, 'out'))).toEqual(await readFiles(join(PROJECT, 'expected')));
    vi.unstubAllEnvs();
  });
});

describe('runProject', () => {
  const base = '[makejinja]\ninputs = ["in"]\noutput = "out"\n';

  it('renders a single file to a file, whatever its ending', async () => {
    const folder = await temporaryFolder({
      'a.txt': '{{ 1 + 1 }}',
      'makejinja.toml': '[makejinja]\ninputs = ["a.txt"]\noutput = "b.txt"\n',
    });
    await run(folder);
    expect((await readFiles(folder))['b.txt']).toBe('2');
  });

  it('prints a single file where the output is standard output', async () => {
    const folder = await temporaryFolder({
      a: '{{ 1 + 1 }}\n',
      'makejinja.toml': '[makejinja]\ninputs = ["a"]\noutput = "/dev/stdout"\n',
    });
    expect((await run(folder)).printed).toBe('2\n');
  });

  it('leaves files that exist without force, and overwrites them with it', async () => {
    const folder = await temporaryFolder({
      'in/a.jinja': 'new',
      'in/b.jinja': 'new',
      'out/a': 'old',
      'makejinja.toml': base,
    });
    await run(folder);
    expect(await readFiles(join(folder, 'out'))).toEqual({ a: 'old', b: 'new' });
    await writeFiles(folder, { 'makejinja.toml': `${base}force = true\n` });
    await run(folder);
    expect(await readFiles(join(folder, 'out'))).toEqual({ a: 'new', b: 'new' });
  });

  it('keeps what it compiled, for each project apart', async () => {
    const kept = new Map<string, Buffer>();
    const written: string[] = [];
    const cache: UserCache = {
      read: (name) => kept.get(name),
      write(name, bytes) {
        written.push(name);
        kept.set(name, Buffer.from(bytes));
      },
    };
    const one = await temporaryFolder({ 'in/a.jinja': 'one {{ 1 + 1 }}', 'makejinja.toml': `${base}force = true\n` });
    const other = await temporaryFolder({ 'in/a.jinja': 'other {{ 2 + 2 }}', 'makejinja.toml': base });
    await run(one, cache);
    await run(other, cache);
    expect(written.map((name) => name.replace(/-.*/, ''))).toEqual(['templates', 'templates']);
    expect(new Set(written).size).toBe(2);
    // What was kept is what runs.
    const [name = '', bytes = Buffer.alloc(0)] = [written[0], kept.get(written[0] ?? '')];
    kept.set(name, Buffer.from(bytes.toString().replaceAll('one ', 'eins ')));
    await run(one, cache);
    expect(written.length).toBe(2);
    expect(await readFiles(join(one, 'out'))).toEqual({ a: 'eins 2' });
    await writeFiles(one, { 'in/a.jinja': 'two {{ 1 + 1 }}' });
    await run(one, cache);
    expect(written.slice(2)).toEqual([name]);
    expect(await readFiles(join(one, 'out'))).toEqual({ a: 'two 2' });
  });

  it('writes nothing where a template is wrong', async () => {
    const folder = await temporaryFolder({ 'in/a.jinja': 'fine', 'in/b.jinja': '{% if %}', 'makejinja.toml': base });
    await expect(run(folder)).rejects.toThrow('TemplateSyntaxError');
    expect(Object.keys(await readFiles(folder))).not.toContain('out/a');
  });

  it('keeps empty results and folders where asked', async () => {
    const files = { 'in/a.jinja': '{# nothing #}', 'in/folder/b.jinja': '' };
    const folder = await temporaryFolder({ ...files, 'makejinja.toml': `${base}keep_empty = true\n` });
    await run(folder);
    expect(await readFiles(join(folder, 'out'))).toEqual({ a: '', 'folder/b': '' });
  });

  it('tells of each file unless asked to be quiet', async () => {
    const folder = await temporaryFolder({ 'in/a.jinja': 'a', 'in/b': 'b', 'makejinja.toml': base });
    expect((await run(folder)).logged).toEqual(["Render file 'in/a.jinja' -> 'out/a'", "Copy file 'in/b' -> 'out/b'"]);
  });

  it.each([
    ['exec_pre = ["exit 7"]', 'a command of `exec_pre` ended with exit code 7: exit 7'],
    ['data = ["none.yaml"]', 'the data file none.yaml does not exist'],
    ['output = "in/a.jinja"', 'is not a folder'],
  ])('says what is wrong: %s', async (line, message) => {
    const text = line.startsWith('output') ? base.replace('output = "out"', line) : `${base}${line}\n`;
    const folder = await temporaryFolder({ 'in/a.jinja': 'a', 'makejinja.toml': text });
    await expect(run(folder)).rejects.toThrow(message);
  });
});

describe('patterns', () => {
  it.each([
    ['include_patterns = ["d/**"]', ['d/e/y', 'd/x'], []],
    ['include_patterns = ["*.txt", "d/*"]', ['d/x'], ['`*.txt` under `include_patterns` matches no file']],
    ['exclude_patterns = ["*.bak"]', ['a', 'd/e/y', 'd/x'], []],
    ['exclude_patterns = ["d/**"]', ['a', 'd/e/y'], []],
    ['exclude_patterns = ["a/**"]', ['a', 'd/e/y', 'd/x'], ['`a/**` under `exclude_patterns` matches no file']],
  ])('%s', async (line, outputs, warnings) => {
    const text = `[makejinja]\ninputs = ["./in/"]\noutput = "out"\n${line}\n`;
    const folder = await temporaryFolder({
      'in/a.jinja': 'a',
      'in/d/x.jinja': 'x',
      'in/d/e/y.jinja': 'y',
      'makejinja.toml': text,
    });
    const { warned } = await run(folder);
    expect(Object.keys(await readFiles(join(folder, 'out'))).sort()).toEqual(outputs);
    expect(warned).toEqual(warnings);
  });

  it('and path filters see paths as Python writes them', async () => {
    const folder = await temporaryFolder({
      'plugin.mjs': 'export const Plugin = () => ({ pathFilters: [(path) => path !== "in/d/x.jinja"] });',
      'in/d/x.jinja': 'x',
      'in/a.jinja': 'a',
      'makejinja.toml': '[makejinja]\ninputs = [".//in/"]\noutput = "out"\nplugins = ["plugin:Plugin"]\n',
    });
    await run(folder);
    expect(Object.keys(await readFiles(join(folder, 'out')))).toEqual(['a']);
  });
});

async function run(
  folder: string,
  cache?: UserCache,
): Promise<{ logged: string[]; printed: string; warned: string[] }> {
  const logged: string[] = [];
  const warned: string[] = [];
  let printed = '';
  const settings = parseSettings((await readFiles(folder))['makejinja.toml'] ?? '', 'makejinja.toml');
  await runProject(settings, {
    folder,
    ...(cache === undefined ? {} : { cache }),
    log: (line) => logged.push(line),
    warn: ({ message }) => warned.push(message),
    print: (bytes) => {
      printed += Buffer.from(bytes).toString('utf8');
    },
  });
  return { logged, printed, warned };
}
