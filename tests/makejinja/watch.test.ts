import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmod, readFile, rename, rm, symlink } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { loadSettings } from '../../src/makejinja/load-settings.ts';
import type { WatchEvent } from '../../src/makejinja/watch/snapshot.ts';
import { WatchSession } from '../../src/makejinja/watch/watch.ts';
import { readFiles, temporaryFolder, writeFiles } from '../support/folders.ts';

const BASE = `[makejinja]
inputs = ["over", "in"]
output = "out"
data = ["data"]
exclude_patterns = ["*.part"]
plugins = ["plugin:Plugin"]
`;

const FILES = {
  'makejinja.toml': `${BASE}[makejinja.file_data]\n"b.jinja" = ["b.yaml"]\n`,
  'data/v.yaml': 'v: 1\nunused: 1\n',
  'b.yaml': 'own: 1\n',
  'plugin.mjs':
    "import { factor } from './helper.mjs';\nexport const Plugin = () => ({ functions: { f: (x) => x * factor } });\n",
  'helper.mjs': 'export const factor = 10;\n',
  'over/.part': '',
  'in/a.jinja': '{% include "a.part" %}{{ v }}',
  'in/a.part': '{% from "m.part" import m %}{{ m() }}-',
  'in/m.part': '{% macro m() %}macro{% endmacro %}',
  'in/b.jinja': 'b {{ own }} {{ f(1) }}',
  'in/c.txt': 'plain',
  'in/deep/d.jinja': '{% include ["none.part", "a.part"] %}d',
};

describe('WatchSession', () => {
  it('renders everything first', async () => {
    const watch = await start();
    expect(watch.outputs()).toEqual({ a: 'macro-1', b: 'b 1 10', 'c.txt': 'plain', 'deep/d': 'macro-d' });
    expect(await readFiles(join(watch.folder, 'out'))).toEqual(watch.outputs());
  });

  it.each<[string, Record<string, string>, Record<string, string>]>([
    ['a template', { 'in/b.jinja': 'B {{ own }}' }, { b: 'B 1' }],
    ['an include of others', { 'in/a.part': 'A-' }, { a: 'A-1', 'deep/d': 'A-d' }],
    ['what an include imports', { 'in/m.part': '{% macro m() %}M{% endmacro %}' }, { a: 'M-1', 'deep/d': 'M-d' }],
    ['a template that was missing so far', { 'in/none.part': 'now ' }, { 'deep/d': 'now d' }],
    ['a new template, folders and all', { 'in/x/y/n.jinja': '{{ v }}' }, { 'x/y/n': '1' }],
    [
      'a layer that wins from now on',
      { 'over/b.jinja': 'over', 'over/a.part': 'o' },
      { a: 'o1', b: 'over', 'deep/d': 'od' },
    ],
    ['a plain file', { 'in/c.txt': 'other' }, { 'c.txt': 'other' }],
    ['data', { 'data/v.yaml': 'v: 2\n' }, { a: 'macro-2' }],
    ['a new data file', { 'data/w.json': '{"v": 3}' }, { a: 'macro-3' }],
    ['the data of one template', { 'b.yaml': 'own: 5\n' }, { b: 'b 5 10' }],
    ['a module that a plugin imports', { 'helper.mjs': 'export const factor = 7;\n' }, { b: 'b 1 7' }],
    ['a plugin', { 'plugin.mjs': 'export const Plugin = () => ({ functions: { f: (_) => "p" } });\n' }, { b: 'b 1 p' }],
    [
      'a plugin that wins from now on',
      { 'plugin.ts': 'export const Plugin = () => ({ functions: { f: (_: unknown) => "ts" as string } });\n' },
      { b: 'b 1 ts' },
    ],
    [
      'the settings',
      { 'makejinja.toml': `${BASE}jinja_suffix = ".txt"\n` },
      {
        'a.jinja': FILES['in/a.jinja'],
        'b.jinja': FILES['in/b.jinja'],
        c: 'plain',
        'deep/d.jinja': FILES['in/deep/d.jinja'],
      },
    ],
    [
      'nothing that counts',
      { 'in/c.txt': 'plain', 'data/v.yaml': 'v: 1\n', 'in/.c.txt.swp': 'x', 'in/b.jinja~': 'x' },
      {},
    ],
  ])('writes what is new after a change: %s', async (_, files, expected) => {
    const watch = await start();
    await watch.change(files);
    expect(watch.outputs()).toEqual(expected);
    const onDisk = await readFiles(join(watch.folder, 'out'));
    expect(onDisk).toMatchObject(expected);
  });

  it('renders no more than the change touches', async () => {
    const watch = await start();
    const rendered = async (files: Readonly<Record<string, string>>): Promise<number | undefined> => {
      await watch.change(files);
      return watch.events.find((event) => event.kind === 'done')?.outputs;
    };
    expect(await rendered({ 'in/b.jinja': 'B' })).toBe(1);
    expect(await rendered({ 'in/m.part': '' })).toBe(2);
    expect(await rendered({ 'b.yaml': 'own: 3' })).toBe(1);
    expect(await rendered({ 'in/c.txt': 'plain' })).toBe(0);
  });

  it('says what changed', async () => {
    const watch = await start();
    await rm(join(watch.folder, 'in/c.txt'));
    await watch.change({ 'in/b.jinja': 'B', 'in/n.jinja': 'n' });
    const [first] = watch.events;
    const told =
      first?.kind === 'changed' ? first.changes.map(({ path, change }) => [path.split('/').at(-1), change]) : [];
    expect(told.sort()).toEqual([
      ['b.jinja', 'changed'],
      ['c.txt', 'removed'],
      ['n.jinja', 'added'],
    ]);
  });

  it('goes on after a mistake, and leaves the output as it was', async () => {
    const watch = await start();
    await watch.change({ 'in/a.part': '{% if %}', 'in/b.jinja': 'B' });
    expect(watch.outputs()).toEqual({ b: 'B' });
    expect(watch.findings()).toEqual([expect.stringContaining("Expected an expression, got 'end of statement block'")]);
    expect((await readFiles(join(watch.folder, 'out'))).a).toBe('macro-1');
    await watch.change({ 'in/a.part': 'fine' });
    expect(watch.outputs()).toEqual({ a: 'fine1', 'deep/d': 'fined' });
  });

  it.each([
    ['data', { 'data/v.yaml': 'v: [' }, { 'data/v.yaml': 'v: 4' }],
    [
      'a plugin',
      { 'plugin.mjs': 'export const Plugin = ;', 'data/v.yaml': 'v: 4' },
      { 'plugin.mjs': FILES['plugin.mjs'] },
    ],
    ['the settings', { 'makejinja.toml': 'x', 'data/v.yaml': 'v: 4' }, { 'makejinja.toml': FILES['makejinja.toml'] }],
  ])('goes on after a mistake in %s', async (_, wrong, mended) => {
    const watch = await start();
    await watch.change(wrong);
    expect(watch.findings()).toHaveLength(1);
    expect(watch.outputs()).toEqual({});
    await watch.change({ 'in/c.txt': 'seen later' });
    await watch.change(mended);
    expect(watch.findings()).toEqual([]);
    expect(await readFiles(join(watch.folder, 'out'))).toMatchObject({ a: 'macro-4', 'c.txt': 'seen later' });
  });

  it('can start with settings that are wrong', async () => {
    const watch = await start({ ...FILES, 'makejinja.toml': 'x' });
    expect(watch.findings()).toHaveLength(1);
    await watch.change({ 'makejinja.toml': FILES['makejinja.toml'] });
    expect(Object.keys(watch.outputs())).toEqual(['a', 'b', 'c.txt', 'deep/d']);
  });

  it('removes the output of a template that went away, with the folders that it leaves empty', async () => {
    const watch = await start();
    await rm(join(watch.folder, 'in/deep'), { recursive: true });
    await watch.change({ 'in/b.jinja': '  \n' });
    expect(Object.keys(await readFiles(join(watch.folder, 'out')))).toEqual(['a', 'c.txt']);
    expect(watch.events.filter(({ kind }) => kind === 'removed')).toHaveLength(2);
  });

  it('leaves files alone that it did not write, or that somebody changed since', async () => {
    const watch = await start({ ...FILES, 'out/a': 'old', 'out/deep/d': 'old', 'out/other': 'mine' });
    expect(watch.kept()).toEqual(['out/a', 'out/deep/d']);
    await writeFiles(watch.folder, { 'out/c.txt': 'by hand' });
    for (const name of ['a.jinja', 'c.txt', 'deep/d.jinja']) await rm(join(watch.folder, 'in', name));
    await watch.change({});
    expect(watch.kept()).toEqual(['out/c.txt']);
    expect(await readFiles(join(watch.folder, 'out'))).toMatchObject({
      a: 'old',
      'deep/d': 'old',
      'c.txt': 'by hand',
      other: 'mine',
    });
  });

  it('overwrites and removes by force what was there before', async () => {
    const watch = await start({
      ...FILES,
      'out/a': 'old',
      'makejinja.toml': FILES['makejinja.toml'].replace('[makejinja]\n', '[makejinja]\nforce = true\n'),
    });
    expect(watch.outputs()).toMatchObject({ a: 'macro-1' });
    await rm(join(watch.folder, 'in/a.jinja'));
    await watch.change({});
    expect(Object.keys(await readFiles(join(watch.folder, 'out')))).not.toContain('a');
  });

  it('writes an output again that somebody removed, with the next change of its template', async () => {
    const watch = await start();
    await rm(join(watch.folder, 'out'), { recursive: true });
    await watch.change({ 'in/b.jinja': 'b2' });
    expect(await readFiles(join(watch.folder, 'out'))).toEqual({ b: 'b2' });
  });

  it('waits for a file that an editor moves away and makes anew', async () => {
    const watch = await start();
    const path = join(watch.folder, 'in/b.jinja');
    await rename(path, `${path}~`);
    setTimeout(() => void writeFiles(watch.folder, { 'in/b.jinja': 'saved' }), 5);
    await watch.change({});
    expect(watch.outputs()).toEqual({ b: 'saved' });
    expect(watch.events.filter(({ kind }) => kind === 'removed')).toEqual([]);
  });

  it('gives a result its new permissions', async () => {
    const watch = await start({ ...FILES, 'makejinja.toml': `${BASE}copy_metadata = true\n` });
    await chmod(join(watch.folder, 'in/c.txt'), 0o755);
    await watch.change({});
    expect(Object.keys(await readFiles(join(watch.folder, 'out')))).toContain('c.txt*');
  });

  it('sees changes behind a link to a folder', async () => {
    const watch = await start({
      ...FILES,
      'elsewhere/p.part': 'one',
      'in/e.jinja': '{% include "link/p.part" ignore missing %}.',
    });
    await symlink('../elsewhere', join(watch.folder, 'in/link'));
    await watch.change({});
    expect(watch.outputs()).toEqual({ e: 'one.' });
    await watch.change({ 'elsewhere/p.part': 'two' });
    expect(watch.outputs()).toEqual({ e: 'two.' });
  });

  it('runs the commands of the settings: first before the start, then after each change that wrote', async () => {
    const hooks = 'exec_pre = ["echo pre >> log"]\nexec_post = ["echo post >> log"]\n';
    const watch = await start({ ...FILES, 'makejinja.toml': BASE + hooks });
    await watch.change({ 'in/b.jinja': 'B' });
    await watch.change({ 'in/c.txt': 'plain' });
    expect(await readFile(join(watch.folder, 'log'), 'utf8')).toBe('pre\npost\npost\n');
  });

  it.each([
    ['inputs = ["/dev/stdin"]\noutput = "out"', 'the input is standard input'],
    ['inputs = ["in/c.txt"]\noutput = "/dev/stdout"', 'the output is standard output'],
    ['inputs = ["in"]\noutput = "in/out"', 'the output in/out lies in the input in'],
  ])('refuses what cannot be watched: %s', async (lines, message) => {
    await expect(start({ ...FILES, 'makejinja.toml': `[makejinja]\n${lines}\n` })).rejects.toThrow(message);
  });
});

describe('makejinja --watch', () => {
  it('renders after a change and ends with Ctrl-C', async () => {
    const folder = await temporaryFolder(FILES);
    const program = resolve(import.meta.dirname, '../../bin/makejinja.mjs');
    const watch = spawn(process.execPath, [program, '--watch'], { cwd: folder, stdio: ['ignore', 'pipe', 'pipe'] });
    onTestFinished(() => void watch.kill('SIGKILL'));
    let output = '';
    watch.stderr.setEncoding('utf8').on('data', (text: string) => (output += text));
    const told = async (text: string): Promise<void> => {
      while (!output.includes(text)) await once(watch.stderr, 'data');
    };
    await told('Watching; Ctrl-C ends');
    for (let count = 1; count <= 20; count += 1)
      await writeFiles(folder, { 'in/n/b.jinja': `{{ f(${String(count)}) }}` });
    await told("Render file 'in/n/b.jinja' -> 'out/n/b'");
    await expect.poll(() => readFile(join(folder, 'out/n/b'), 'utf8')).toBe('200');
    watch.kill('SIGINT');
    expect(await once(watch, 'exit')).toEqual([0, null]);
  });
});

interface Watch {
  readonly folder: string;
  /** Events of the last update. */
  readonly events: readonly WatchEvent[];
  /** Writes files, and lets the watch look. */
  change(files: Readonly<Record<string, string>>): Promise<void>;
  /** What the last update wrote, with the texts as they are on the disk. */
  outputs(): Record<string, string>;
  kept(): string[];
  findings(): string[];
}

async function start(files: Readonly<Record<string, string>> = FILES): Promise<Watch> {
  const folder = await temporaryFolder(files);
  const events: WatchEvent[] = [];
  let texts: Record<string, string> = {};
  const session = new WatchSession([join(folder, 'makejinja.toml')], {
    folder,
    loadSettings: () => loadSettings({ folder, env: {}, warn: () => undefined }),
    report: (event) => events.push(event),
  });
  const update = async (): Promise<void> => {
    events.length = 0;
    await session.update();
    texts = await readFiles(folder);
  };
  await update();
  return {
    folder,
    events,
    async change(changed) {
      await writeFiles(folder, changed);
      await update();
    },
    outputs() {
      const paths = events.flatMap((event) => (event.kind === 'written' ? event.path : []));
      return Object.fromEntries(paths.sort().map((path) => [path.slice('out/'.length), texts[path] ?? '']));
    },
    kept: () => events.flatMap((event) => (event.kind === 'kept' ? event.path : [])),
    findings: () =>
      events.flatMap((event) => (event.kind === 'wrong' ? event.findings.map(({ message }) => message) : [])),
  };
}
