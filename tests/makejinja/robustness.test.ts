// Ends of a run that nobody wishes for: one clear message, or a clean result, each.
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import {
  chmod,
  cp,
  lstat,
  mkdir,
  mkdtemp,
  readdir,
  readFile,
  rm,
  stat,
  symlink,
  utimes,
  writeFile,
} from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, dirname, join, resolve } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { runMakejinja } from '../support/cluster.ts';
import { readFiles, temporaryFolder, writeFiles } from '../support/folders.ts';

const PROGRAM = resolve(import.meta.dirname, '../../bin/makejinja.mjs');
const SETTINGS = '[makejinja]\ninputs = ["in"]\noutput = "out"\nforce = true\nquiet = true\n';
const HAS_FULL_DEVICE = existsSync('/dev/full');

describe('makejinja ends well with', () => {
  it('5,000 templates', { tags: 'long' }, async () => {
    const folder = await temporaryFolder({ 'makejinja.toml': SETTINGS, 'in/part.jinja': '{{ x }}' });
    const names = Array.from({ length: 5000 }, (_, index) => `d${String(index % 50)}/t${String(index)}.txt`);
    for (const [index, name] of names.entries()) {
      await writeFiles(folder, {
        [`in/${name}.jinja`]: `{% set n = ${String(index)} %}{% include "part.jinja" %}{{ n * 2 }}`,
      });
    }
    expect(await run(folder)).toEqual({ status: 0, message: '' });
    expect(
      (await readdir(join(folder, 'out'), { recursive: true, withFileTypes: true })).filter((one) => one.isFile()),
    ).toHaveLength(5000);
    expect(await readFile(join(folder, 'out/d49/t4999.txt'), 'utf8')).toBe('9998');
  });

  it('the same mistake reached from 300 templates, told once', async () => {
    const names = Array.from({ length: 300 }, (_, index) => [`in/t${String(index)}.jinja`, '{% include "part" %}']);
    const folder = await temporaryFolder({
      'makejinja.toml': SETTINGS,
      'in/part': '{% if %}',
      ...(Object.fromEntries(names) as Record<string, string>),
    });
    expect((await run(folder)).message).toMatch(
      /^in\/part:1:7: error: [^\n]*\n {2}1 [^\n]*\n[^\n]*\n1 error; nothing was written\n$/,
    );
  });

  it('a template that cannot be read', async () => {
    const folder = await publicFolder({ 'in/a.jinja': 'a', 'in/b.jinja': 'b', 'in/c.jinja': 'c' });
    for (const name of ['a.jinja', 'c.jinja']) await chmod(join(folder, 'in', name), 0);
    expect(await run(folder, await nobody())).toEqual({
      status: 3,
      message:
        'in/a.jinja: error: cannot read the template: permission denied (EACCES) [render/unreadable]\n' +
        'in/c.jinja: error: cannot read the template: permission denied (EACCES) [render/unreadable]\n' +
        '2 errors; nothing was written\n',
    });
    expect(existsSync(join(folder, 'out'))).toBe(false);
  });

  it('a folder of templates that cannot be read', async () => {
    const folder = await publicFolder({ 'in/deep/a.jinja': 'a' });
    await chmod(join(folder, 'in/deep'), 0);
    expect((await run(folder, await nobody())).message).toBe(
      'in: error: cannot read a folder of the input: permission denied (EACCES) [render/unreadable]\n1 error; nothing was written\n',
    );
  });

  it('an output folder that must not be written to', async () => {
    const folder = await publicFolder({ 'in/a.jinja': 'a', 'out/old': 'old' });
    await chmod(join(folder, 'out'), 0o555);
    expect(await run(folder, await nobody())).toEqual({
      status: 3,
      message: 'error: cannot write out/a: permission denied (EACCES) [render/output]\n1 error\n',
    });
  });

  it('an output folder that cannot be made', async () => {
    const folder = await publicFolder({ 'in/a.jinja': 'a' });
    await chmod(folder, 0o555);
    expect((await run(folder, await nobody())).message).toContain(
      'error: cannot write out: permission denied (EACCES)',
    );
  });

  it.skipIf(!HAS_FULL_DEVICE)('a disk that is full', async () => {
    const folder = await temporaryFolder({
      'makejinja.toml': SETTINGS,
      'in/a.jinja': 'a',
      'in/b.jinja': 'b',
      'in/c.jinja': 'c',
    });
    await mkdir(join(folder, 'out'));
    await symlink('/dev/full', join(folder, 'out/b'));
    expect(await run(folder)).toEqual({
      status: 3,
      message: 'error: cannot write out/b: no space left on device (ENOSPC) [render/output]\n1 error\n',
    });
  });

  it('a file where a folder should be and a folder where a file should be, both told before anything is written', async () => {
    const folder = await temporaryFolder({
      'makejinja.toml': SETTINGS,
      'in/a.jinja': 'a',
      'in/b/c/d.jinja': 'd',
      'in/e.jinja': 'e',
      'out/b': 'a file',
      'out/e/f': 'in a folder',
    });
    expect(await run(folder)).toEqual({
      status: 1,
      message:
        'in/b/c/d.jinja: error: cannot write out/b/c/d: out/b is a file [render/output]\n' +
        '  = remove out/b, or give the template another name\n' +
        'in/e.jinja: error: cannot write out/e: out/e is a folder [render/output]\n' +
        '  = remove out/e, or give the template another name\n' +
        '2 errors; nothing was written\n',
    });
    expect(await readFiles(join(folder, 'out'))).toEqual({ b: 'a file', 'e/f': 'in a folder' });
  });

  it('a file where the output folder should be', async () => {
    const folder = await temporaryFolder({ 'makejinja.toml': SETTINGS, 'in/a.jinja': 'a', out: 'a file' });
    expect((await run(folder)).message).toContain('error: the output out is not a folder [render/output]');
  });

  it('links: out of the tree, to nowhere, in a circle', async () => {
    const folder = await temporaryFolder({
      'makejinja.toml': SETTINGS,
      'in/a.jinja': '{% include "linked/part" %}',
      'elsewhere/part': 'part',
      'elsewhere/deep/file.jinja': 'file',
    });
    await symlink('../elsewhere', join(folder, 'in/linked'));
    await symlink('../elsewhere/deep/file.jinja', join(folder, 'in/b.jinja'));
    await symlink('nowhere', join(folder, 'in/c.jinja'));
    await symlink('self.jinja', join(folder, 'in/self.jinja'));
    await symlink('..', join(folder, 'elsewhere/circle'));
    await symlink('.', join(folder, 'in/round'));
    expect(await run(folder)).toEqual({ status: 0, message: '' });
    // As makejinja: what lies behind a link to a folder can be included and gives no output.
    expect(await readFiles(join(folder, 'out'))).toEqual({ a: 'part', b: 'file' });
  });

  it('an output folder that is a link, and a result that is one: what they lead to is written, as with makejinja', async () => {
    const folder = await temporaryFolder({
      'makejinja.toml': SETTINGS,
      'in/a.jinja': 'a',
      'in/b.jinja': 'b',
      'elsewhere/x': 'x',
      target: 't',
    });
    await symlink('elsewhere', join(folder, 'out'));
    await symlink('../target', join(folder, 'elsewhere/b'));
    expect((await run(folder)).status).toBe(0);
    expect(await readFiles(folder)).toMatchObject({ 'elsewhere/a': 'a', 'elsewhere/x': 'x', target: 'b' });
  });

  it('`clean` of an output folder that is a link: what it leads to is made anew, as with makejinja', async () => {
    const folder = await temporaryFolder({
      'makejinja.toml': `${SETTINGS}clean = true\n`,
      'in/a.jinja': 'a',
      'elsewhere/old': 'old',
    });
    await symlink('elsewhere', join(folder, 'out'));
    expect(await run(folder)).toEqual({ status: 0, message: '' });
    expect(await readFiles(join(folder, 'elsewhere'))).toEqual({ a: 'a' });
    expect((await lstat(join(folder, 'out'))).isSymbolicLink()).toBe(true);
  });

  it('`clean` of an output folder that is a link to the inputs', async () => {
    const folder = await temporaryFolder({ 'makejinja.toml': `${SETTINGS}clean = true\n`, 'in/a.jinja': 'a' });
    await symlink('.', join(folder, 'out'));
    expect((await run(folder)).message).toContain('error: `clean` would remove in, which lies in the output out');
    expect(await readFile(join(folder, 'in/a.jinja'), 'utf8')).toBe('a');
  });

  it('setuid, setgid and sticky bits, and times to the microsecond, where metadata are copied', async () => {
    const folder = await temporaryFolder({
      'makejinja.toml': `${SETTINGS}copy_metadata = true\n`,
      'in/a.jinja': 'a',
      'in/plain': 'b',
    });
    for (const name of ['a.jinja', 'plain']) {
      await chmod(join(folder, 'in', name), 0o7755);
      await utimes(join(folder, 'in', name), 1_700_000_000, 1_700_000_001.65432);
    }
    expect(await run(folder)).toEqual({ status: 0, message: '' });
    for (const name of ['a', 'plain']) {
      const { mode, mtimeNs } = await stat(join(folder, 'out', name), { bigint: true });
      expect(mode & 0o7777n, name).toBe(0o7755n);
      expect(mtimeNs / 1000n, name).toBe(
        (await stat(join(folder, 'in', name === 'a' ? 'a.jinja' : name), { bigint: true })).mtimeNs / 1000n,
      );
    }
  });

  it.each(['force = true', 'force = true\nclean = true'])(
    'results that clash, all told before anything is written: %s',
    async (settings) => {
      const folder = await temporaryFolder({
        'makejinja.toml': `[makejinja]\ninputs = ["one", "two"]\noutput = "out"\n${settings}\n`,
        'one/a.jinja': 'a file',
        'two/a/b/c.jinja': 'in a folder',
        'one/d': 'copied',
        'one/d.jinja': 'rendered',
        'one/E.jinja': 'e',
        'two/e': 'e',
        'one/same': 'lies over the other',
        'two/same.jinja': 'lies below',
        'out/old': 'old',
      });
      expect(await run(folder)).toEqual({
        status: 1,
        message:
          'one/d.jinja: error: one/d and one/d.jinja both give d [render/clash]\n' +
          '  = remove one of the two\n' +
          'two/e: error: e and E, from one/E.jinja, are one file on macOS and Windows [render/clash]\n' +
          '  = give one of the two another name\n' +
          'one/a.jinja: error: a would be a file, and two/a/b/c.jinja needs a folder there for a/b/c [render/clash]\n' +
          '  = give one of the two another name\n' +
          '3 errors; nothing was written\n',
      });
      expect(await readFiles(join(folder, 'out'))).toEqual({ old: 'old' });
    },
  );

  it('results that clash without force, where makejinja passes over what is there already', async () => {
    const folder = await temporaryFolder({
      'makejinja.toml': '[makejinja]\ninputs = ["in"]\noutput = "out"\nquiet = true\n',
      'in/a.jinja': 'a file',
      'in/a/b.jinja': 'in a folder',
      'in/d': 'copied',
      'in/d.jinja': 'rendered',
    });
    expect(await run(folder)).toEqual({ status: 0, message: '' });
    expect(await readFiles(join(folder, 'out'))).toEqual({ 'a/b': 'in a folder', d: 'copied' });
  });

  it('a folder that is kept empty where a result needs a file', async () => {
    const folder = await temporaryFolder({
      'makejinja.toml': `[makejinja]\ninputs = ["one", "two"]\noutput = "out"\nforce = true\nkeep_empty = true\n`,
      'one/a.jinja': 'a file',
    });
    await mkdir(join(folder, 'two/a'), { recursive: true });
    expect((await run(folder)).message).toContain(
      'one/a.jinja: error: a would be a file, and two/a needs a folder there',
    );
    expect(existsSync(join(folder, 'out'))).toBe(false);
  });

  it('names that are no UTF-8, all told', async () => {
    const folder = await temporaryFolder({ 'makejinja.toml': SETTINGS, 'in/fine.jinja': 'a' });
    const at = (name: string): Buffer => Buffer.concat([Buffer.from(`${folder}/in/`), Buffer.from(name, 'latin1')]);
    await writeFile(at('caf\u00e9.jinja'), '');
    await mkdir(at('fa\u00e7ade'));
    expect(await run(folder)).toEqual({
      status: 1,
      message:
        'error: the name of the file in/caf\\xE9.jinja is not UTF-8 text [render/encoding]\n' +
        '  = give it a name in UTF-8\n' +
        'error: the name of the folder in/fa\\xE7ade is not UTF-8 text [render/encoding]\n' +
        '  = give it a name in UTF-8\n' +
        '2 errors; nothing was written\n',
    });
  });

  it('`clean` that would remove the templates', async () => {
    const text = '[makejinja]\ninputs = ["in"]\noutput = "."\nclean = true\n';
    const folder = await temporaryFolder({ 'makejinja.toml': text, 'in/a.jinja': 'a' });
    expect((await run(folder)).message).toMatch(
      /^error: `clean` would remove in, which lies in the output \. .*1 error; nothing was written\n$/s,
    );
    expect(Object.keys(await readFiles(folder)).sort()).toEqual(['in/a.jinja', 'makejinja.toml']);
  });

  it('`clean` and a mistake: the output stays', async () => {
    const folder = await temporaryFolder({
      'makejinja.toml': `${SETTINGS}clean = true\n`,
      'in/a.jinja': '{% if %}',
      'out/old': 'old',
    });
    expect((await run(folder)).status).toBe(1);
    expect(await readFiles(join(folder, 'out'))).toEqual({ old: 'old' });
  });

  it('a command that fails after the files were written', async () => {
    const folder = await temporaryFolder({
      'makejinja.toml': `${SETTINGS}exec_post = ["exit 3"]\n`,
      'in/a.jinja': 'a',
    });
    expect(await run(folder)).toEqual({
      status: 3,
      message: 'error: a command of `exec_post` ended with exit code 3: exit 3 [render/hook]\n1 error\n',
    });
  });
});

/** A project that a user without any rights can render. */
async function publicFolder(files: Readonly<Record<string, string>>): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'makejinja-'));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  await writeFiles(folder, { 'makejinja.toml': SETTINGS, ...files });
  await chmod(folder, 0o777);
  return folder;
}

/** Who runs the program, and where it lies for him. */
interface Runner {
  readonly program: string;
  readonly user: { readonly uid?: number; readonly gid?: number };
}

/** Root may read and write everything, so a test of what may not be is run as somebody else, whom folders above a checkout may keep out. */
async function nobody(): Promise<Runner> {
  if (process.getuid?.() !== 0) return { program: PROGRAM, user: {} };
  const user = { uid: 65_534, gid: 65_534 };
  const look = "require('node:fs').accessSync(process.argv[1])";
  if (spawnSync(process.execPath, ['-e', look, PROGRAM], { cwd: tmpdir(), ...user }).status === 0)
    return { program: PROGRAM, user };
  const copy = await publicFolder({});
  for (const name of ['bin', 'dist']) {
    await cp(resolve(dirname(PROGRAM), '..', name), join(copy, name), { recursive: true, filter: isNoCache });
  }
  return { program: join(copy, 'bin/makejinja.mjs'), user };
}

function isNoCache(path: string): boolean {
  return basename(path) !== 'compile-cache';
}

/** In this process, or in one of its own as somebody else. */
async function run(folder: string, runner?: Runner): Promise<{ status: number | null; message: string }> {
  const env = { PATH: process.env.PATH, NO_COLOR: '1' };
  if (runner === undefined) {
    const { code, stderr } = await runMakejinja([], { cwd: folder, env });
    return { status: code, message: stderr };
  }
  const { program, user } = runner;
  const { status, stderr } = spawnSync(process.execPath, [program], { cwd: folder, encoding: 'utf8', env, ...user });
  return { status, message: stderr };
}
