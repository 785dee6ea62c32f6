import { execFileSync } from 'node:child_process';
import { cpSync, readdirSync, readFileSync } from 'node:fs';
import { cp, open, readdir, readFile } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { OWN_PATHS } from '../support/own-files.mjs';
import { temporaryFolder } from '../support/folders.ts';
import { OWNERSHIP } from '../../src/upgrade/owners.ts';
import { sampleFiles } from '../support/sample.ts';
import { REPOSITORY, repositoryText } from './rendering.ts';

const BELONGS = /belongs to the user/;

describe('tests and the files of the user', () => {
  it.each(OWN_PATHS)('%s is opened by no test', async (path) => {
    const own = join(REPOSITORY, path);
    await expect(readFile(own, 'utf8')).rejects.toThrow(BELONGS);
    await expect(open(join(own, 'file'))).rejects.toThrow(BELONGS);
    expect(() => readFileSync(own)).toThrow(BELONGS);
    expect(() => readdirSync(own)).toThrow(BELONGS);
  });

  it.each(['.', '', 'elsewhere/..'])('are none under another name: %j', (detour) => {
    const [folder, name] = [dirname(REPOSITORY), basename(REPOSITORY)];
    expect(() => readFileSync([folder, detour, name, 'cluster.yaml'].join('/'))).toThrow(BELONGS);
  });

  it('are not taken along with a folder that holds them', async () => {
    const folder = await temporaryFolder();
    for (const whole of ['', 'templates']) {
      await expect(cp(join(REPOSITORY, whole), folder, { recursive: true }), whole).rejects.toThrow(BELONGS);
      expect(() => {
        cpSync(join(REPOSITORY, whole), folder, { recursive: true });
      }, whole).toThrow(BELONGS);
      await expect(readdir(join(REPOSITORY, whole), { recursive: true }), whole).rejects.toThrow(BELONGS);
    }
    expect(await readdir(REPOSITORY)).toContain('package.json');
  });

  it('are opened by no process of Node that a test starts', () => {
    const script = "import('node:fs').then(({ readFileSync }) => readFileSync('cluster.yaml'))";
    const start = (): unknown => execFileSync(process.execPath, ['-e', script], { cwd: REPOSITORY, stdio: 'pipe' });
    expect(start).toThrow(BELONGS);
  });

  it('are all that the tool leaves to him, and all of the sample', async () => {
    const left = OWNERSHIP.filter(({ owner }) => owner !== 'tool').flatMap(({ paths }) => paths);
    const files = [...left, ...(await sampleFiles())];
    expect(files.length).toBeGreaterThan(20);
    expect(files.filter((file) => !OWN_PATHS.some((own) => `${file}/`.startsWith(`${own}/`)))).toEqual([]);
  });
});

describe('the checks of the package', () => {
  it.each(['check:code', 'check:format'])(
    '%s names what belongs to the tool, and nothing of the user',
    async (name) => {
      const { scripts } = JSON.parse(await repositoryText('package.json')) as { scripts: Record<string, string> };
      const paths = (scripts[name] ?? '').split(' ').filter((word, index) => index > 0 && /^[a-z.]+$/.test(word));
      expect(paths.length).toBeGreaterThan(5);
      const present = await readdir(REPOSITORY);
      expect(paths.filter((path) => !present.includes(path) && path !== 'warn')).toEqual([]);
      expect(paths.filter((path) => OWN_PATHS.some((own) => own === path || own.startsWith(`${path}/`)))).toEqual([]);
    },
  );

  it('check:code compiles nothing of the user', { tags: 'long' }, () => {
    const compiler = join(REPOSITORY, 'node_modules/typescript/bin/tsc');
    const words = [compiler, '-p', 'tsconfig.json', '--listFilesOnly'];
    const files = execFileSync(process.execPath, words, {
      cwd: REPOSITORY,
      encoding: 'utf8',
      env: { ...process.env, NODE_OPTIONS: '' },
    });
    const ours = files.split('\n').filter((file) => !file.includes('node_modules'));
    expect(ours.length).toBeGreaterThan(300);
    expect(ours.filter((file) => OWN_PATHS.some((own) => file.startsWith(join(REPOSITORY, own))))).toEqual([]);
  });
});
