// @module-tag long
import { execFile } from 'node:child_process';
import { access, appendFile, cp, mkdir, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join, relative } from 'node:path';
import { parse } from 'yaml';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { thinRepository } from '../../scripts/thin-repository.mjs';
import { commit, runJob, type Workflow } from '../fork/fork.ts';
import { startCommand, sampleCluster, type CommandResult } from '../support/cluster.ts';
import { readFiles, temporaryFolder, writeFiles } from '../support/folders.ts';
import { findTool } from '../support/tools.ts';
import { versionsIn, withVersions } from '../support/versions.ts';
import { npm, ofRepository, pack, packInstalled } from './packed.ts';

/** Where the tool lies in a thin repository. */
const TOOL = 'node_modules/cluster-template';

let folder = '';
let home = '';
/** Tarballs of what the tool depends on. */
let dependency: readonly string[] = [];

/*
 * What a user does, once: create, npm install, configure. The tool comes out of the tarball that npm packs of it, and its one
 * dependency and that one's part for this machine out of tarballs as well, so that no registry is asked.
 */
beforeAll(async () => {
  // Who makes a repository is not asked whether he trusts it.
  vi.stubEnv('CLUSTER_TEMPLATE_TRUST', undefined);
  folder = await mkdtemp(join(tmpdir(), 'cluster-template-thin-'));
  home = join(folder, 'home');
  const created = await startCommand(['create', home, '--json'], { cwd: folder });
  expect(created, created.stderr).toMatchObject({ code: 0 });
  dependency = await packInstalled(['oxc-transform'], folder);
  await npm(['install', '--no-save', '--cache', join(folder, 'cache'), ...dependency], home);
  const configured = await run('configure');
  expect(configured, configured.stderr).toMatchObject({ code: 0 });
});

afterAll(async () => {
  vi.unstubAllEnvs();
  await rm(folder, { recursive: true, force: true });
});

describe('create', () => {
  it('makes about thirty files, each as this repository has it but for where the tool lies', async () => {
    const elsewhere = await temporaryFolder();
    const { code, stdout, stderr } = await startCommand(['create', 'own', '--dependency', '1.2.3'], { cwd: elsewhere });
    expect(code, stderr).toBe(0);
    const {
      '.cluster-template/manifest.json': manifest,
      'package.json': packageText,
      ...files
    } = withoutGit(await readFiles(join(elsewhere, 'own')));
    expect(stdout).toContain(`${String(Object.keys(files).length + 2)} files written to own, a git repository\n`);
    expect(Object.keys(files).length).toBeGreaterThan(18);
    expect(Object.keys(files).length).toBeLessThan(40);
    const expected = await thinRepository(ofRepository(''));
    expect(files).toEqual({ ...expected, 'README.md': expected['README.md']?.replace('NAME', 'own') });
    expect(JSON.parse(packageText ?? '')).toMatchObject({
      name: 'own',
      private: true,
      dependencies: { 'cluster-template': '1.2.3' },
    });
    expect(JSON.parse(manifest ?? '')).toMatchObject({ files: {}, adopted: [] });
  });

  it('leaves nothing in the files that only the repository of the tool has', async () => {
    const wrong = [
      /(?<!cluster-template\/)(?<![\w-])bin\/cluster-template\.mjs/,
      /(?<!cluster-template\/)(?<![\w-])(?:docs\/[\w-]+\.md|schemas\/\w+\.schema)/,
      /(?<!cluster-template\/)(?<![\w-])templates\/config/,
      /(?<![\w./-])(?:src|tests|bench|scripts)\/\w|npm (?:run )?test\b|\bprettier\b|\bvitest\b/,
    ];
    for (const [path, text] of Object.entries(await thinRepository(ofRepository('')))) {
      const lines = text.replaceAll('templates/scripts/', '').split('\n');
      expect(
        lines.filter((line) => wrong.some((pattern) => pattern.test(line))),
        path,
      ).toEqual([]);
    }
  });

  it('refuses a folder that is not empty, and a file', async () => {
    const elsewhere = await temporaryFolder({ 'full/own.txt': 'mine\n', file: 'mine\n' });
    for (const [name, message] of [
      ['full', 'is not empty: own.txt is in it'],
      ['file', 'is there already, and is no folder'],
    ] as const) {
      const { code, stdout, stderr } = await startCommand(['create', name], { cwd: elsewhere });
      expect({ code, stdout }).toEqual({ code: 64, stdout: '' });
      expect(stderr).toContain(message);
    }
    expect(await readFiles(elsewhere)).toEqual({ 'full/own.txt': 'mine\n', file: 'mine\n' });
  });

  it('takes an empty folder, and one with a git repository in it; makes one only where it is in none', async () => {
    const elsewhere = await temporaryFolder();
    const create = async (name: string, ...words: string[]): Promise<{ git: boolean }> => {
      const options = { cwd: elsewhere, env: { GIT_CEILING_DIRECTORIES: tmpdir() } };
      const result = await startCommand(['create', name, '--dependency', '1.2.3', '--json', ...words], options);
      expect(result, result.stderr).toMatchObject({ code: 0 });
      return JSON.parse(result.stdout) as { git: boolean };
    };
    await mkdir(join(elsewhere, 'empty'));
    expect(await create('empty', '--no-git')).toMatchObject({ git: false });
    await git(['init', '--quiet', 'repository'], elsewhere);
    expect(await create('repository')).toMatchObject({ git: false });
    await access(join(elsewhere, 'repository/.git/HEAD'));
    await git(['init', '--quiet', '.'], elsewhere);
    expect(await create('inner')).toMatchObject({ git: false });
    expect(await create('asked', '--git')).toMatchObject({ git: true });
    expect(await create('deep/er')).toMatchObject({ git: false });
    expect((await readFiles(join(elsewhere, 'deep/er')))['cluster.yaml']).toBeTruthy();
  });

  it('takes a tarball by its path from the current folder, and leaves nothing behind where npm cannot pack', async () => {
    const elsewhere = await temporaryFolder({ 'tool.tgz': '' });
    await startCommand(['create', 'deep/own', '--dependency', 'tool.tgz'], { cwd: elsewhere });
    const text = await readFile(join(elsewhere, 'deep/own/package.json'), 'utf8');
    expect(text).toContain('"cluster-template": "file:../../tool.tgz"');
    const failed = await startCommand(['create', 'other'], { cwd: elsewhere, env: { PATH: '' } });
    expect(failed.code).toBe(3);
    expect(failed.stderr).toContain('npm is needed to pack the tool and was not found');
    expect(Object.keys(await readFiles(elsewhere)).filter((path) => !path.startsWith('deep/'))).toEqual(['tool.tgz']);
  });
});

describe('a thin repository', () => {
  it('has three packages and nothing that is needed to build the tool', async () => {
    const installed = Object.keys(await readFiles(join(home, 'node_modules')));
    const names = installed.map((path) => /^(?:\.|[^/]+)/.exec(path)?.[0]);
    expect([...new Set(names)].sort()).toEqual(['.', '@oxc-transform', 'cluster-template', 'oxc-transform']);
    expect(installed.filter((path) => /^cluster-template\/(?:src|tests|scripts)\//.test(path))).toEqual([]);
  });

  it('renders what a fork renders', async () => {
    const [thin, fork] = [await readFiles(home), await readFiles(await sampleCluster())];
    const isRendered = (path: string): boolean => /^(?:kubernetes|talos|bootstrap)\//.test(path);
    const isPlain = (path: string): boolean => isRendered(path) && !/\.sops\.|flux-instance/.test(path);
    expect(Object.keys(thin).filter(isRendered).sort()).toEqual(Object.keys(fork).filter(isRendered).sort());
    const withoutVersions = (text = ''): string =>
      withVersions(
        text,
        versionsIn(text).map(() => 'VERSION'),
      );
    for (const path of Object.keys(fork).filter(isPlain)) {
      expect(withoutVersions(thin[path]), path).toBe(withoutVersions(fork[path]));
    }
  });

  it('has all commands', async () => {
    expect(await run('validate')).toMatchObject({ code: 0 });
    expect((await run('plan', '--exit-code')).stdout).toMatch(/^\d+ files: \d+ unchanged\n$/);
    expect(await run('configure', '--check')).toMatchObject({ code: 0 });
    expect(await run('template', 'validate')).toMatchObject({ code: 0 });
    expect((await run('config', 'show', '--computed')).stdout).toContain('primary_domain');
    expect((await run('render', 'talos/talenv.yaml')).stdout).toBe(
      await readFile(join(home, 'talos/talenv.yaml'), 'utf8'),
    );
    expect((await run('bootstrap', 'talos', '--dry-run')).stdout).toContain('talhelper');
    const doctor = await run('doctor', 'configuration', '--json');
    const { checks } = JSON.parse(doctor.stdout) as { checks: { state: string }[] };
    expect(checks.filter(({ state }) => state === 'error')).toEqual([]);
    expect((await tool('makejinja', ['--version'])).code).toBe(0);
  });

  it('is found from a folder in it, and names commands and files that are there', async () => {
    const explained = await run('explain', 'talos/talenv.yaml:1');
    expect(explained.stdout).toContain(`  ${TOOL}/templates/config/talos/talenv.yaml.j2:1\n`);
    await access(join(home, TOOL, 'templates/config/talos/talenv.yaml.j2'));
    const unknown = await tool('cluster-template', ['explain', 'nothing.yaml'], join(home, 'kubernetes/apps'));
    expect(unknown.stderr).toContain('list them with `npx cluster-template plan --all`');
    await withText(
      'cluster.yaml',
      (text) => `${text}\nno_such_field: 1\n`,
      async () => {
        const { stderr } = await run('plan');
        const [page = ''] = /\S+docs\/configuration\.md/.exec(stderr) ?? [];
        expect(page).toBe(`${TOOL}/docs/configuration.md`);
        await access(join(home, page));
      },
    );
    expect((await run('--help')).stdout).toContain('Usage: npx cluster-template [options]');
  });

  it('tells templates of the package as such where they are wrong', async () => {
    const template = `${TOOL}/templates/config/talos/talenv.yaml.j2`;
    await withText(
      template,
      (text) => `${text}#< no_such_name >#\n`,
      async () => {
        const { code, stderr } = await run('plan');
        expect(code).toBe(1);
        expect(stderr).toContain(`${template}:`);
      },
    );
  });

  it('has schemas for editors, and pages that are named in its files', async () => {
    const files = withoutGit(await readFiles(home));
    const own = Object.entries(files).filter(([path]) => !path.startsWith('node_modules/'));
    const named = own.flatMap(([, text]) => [...text.matchAll(/node_modules\/cluster-template\/[\w./-]+\w/g)]);
    const paths = [...new Set(named.map(([path]) => path))];
    expect(paths).toEqual(
      expect.arrayContaining([
        `${TOOL}/schemas/cluster.schema.json`,
        `${TOOL}/schemas/nodes.schema.json`,
        `${TOOL}/docs/configuration.md`,
        `${TOOL}/bin/cluster-template.mjs`,
        `${TOOL}/templates/config`,
      ]),
    );
    for (const path of paths) await access(join(home, path));
  });

  it('takes an override and a plugin over what the package brings', async () => {
    const override = 'templates/overrides/talos/talenv.yaml.j2';
    await mkdir(join(home, 'templates/overrides/talos'), { recursive: true });
    await cp(join(home, TOOL, 'templates/config/talos/talenv.yaml.j2'), join(home, override));
    await appendFile(join(home, override), '# #< own_word | shout >#\n');
    const plugin = 'templates/scripts/plugin.ts';
    await withText(
      plugin,
      (text) =>
        text
          .replace('data: {},', "data: { own_word: 'hello' },")
          .replace('filters: {},', 'filters: { shout: (text) => String(text).toUpperCase() },'),
      async () => {
        const { code, stderr } = await run('configure');
        expect(code, stderr).toBe(0);
        expect(await readFile(join(home, 'talos/talenv.yaml'), 'utf8')).toMatch(/\n# HELLO\n$/);
        const explained = (await run('explain', 'talos/talenv.yaml')).stdout;
        expect(explained).toContain(`  ${override}\n  in the place of ${TOOL}/templates/config/talos/talenv.yaml.j2\n`);
      },
    );
    await rm(join(home, override));
    expect(await run('configure')).toMatchObject({ code: 0 });
  });

  it('says what to do where the package is not installed', async () => {
    const clone = join(folder, 'clone');
    await cp(home, clone, { recursive: true, filter: (path) => !relative(home, path).startsWith('node_modules') });
    const { code, stderr } = await startCommand(['plan'], { cwd: clone });
    expect(code).toBe(1);
    expect(stderr).toContain('run `npm ci`, which installs the package that brings it');
  });

  it('takes the configuration of another place by init', async () => {
    const other = await temporaryFolder({ 'nodes.yaml': 'nodes: []\n' });
    const created = join(folder, 'taken');
    await startCommand(['create', created, '--dependency', '1.2.3'], { cwd: folder });
    const { stdout } = await startCommand(['init', '--from', other], { cwd: created });
    expect(stdout).toContain('taken    nodes.yaml\n');
  });
});

describe('a thin repository in the hands of others', () => {
  it('has workflows that pass in a clone without keys, and finish what Renovate raised in an override', async () => {
    const workflow = async (name: string): Promise<Workflow> =>
      parse(await readFile(join(home, '.github/workflows', `${name}.yaml`), 'utf8')) as Workflow;
    const own = await committed();
    const override = 'templates/overrides/talos/talenv.yaml.j2';
    await mkdir(join(own, dirname(override)), { recursive: true });
    await cp(join(own, TOOL, 'templates/config/talos/talenv.yaml.j2'), join(own, override));
    expect((await tool('cluster-template', ['configure', '--yes'], own)).code).toBe(0);
    await commit(own, 'Owner');
    const scratch = await temporaryFolder();
    const clone = join(scratch, 'clone');
    await git(['clone', '--quiet', own, clone], scratch);
    await symlink(join(own, 'node_modules'), join(clone, 'node_modules'));
    await writeFile(join(clone, '.git/info/exclude'), '/node_modules\n');
    const { steps } = await runJob(await workflow('cluster'), 'check', { folder: clone, scratch });
    const codes = steps.map(({ code }) => code);
    expect(codes, steps.at(-1)?.output).toEqual([0, 0, 0, 0, 0]);
    const text = await readFile(join(clone, override), 'utf8');
    await writeFile(join(clone, override), text.replace(/talosVersion: v[\d.]+/, 'talosVersion: v1.13.99'));
    const rendered = await runJob(await workflow('render'), 'render', { folder: clone, scratch });
    const ended = rendered.steps.map(({ code }) => code);
    expect(ended, rendered.steps.at(-1)?.output).toEqual([0, 0]);
    expect(await readFile(join(clone, 'talos/talenv.yaml'), 'utf8')).toContain('talosVersion: v1.13.99');
    expect(rendered.outputs.patch).toMatch(/^[\w+/=]+$/);
  });
});

describe('upgrade of a thin repository', () => {
  let tarball = '';

  beforeAll(async () => {
    const next = join(folder, 'next');
    await cp(join(home, TOOL), next, { recursive: true });
    const edit = async (path: string, change: (text: string) => string): Promise<void> => {
      const text = await readFile(join(next, path), 'utf8');
      expect(change(text), path).not.toBe(text);
      await writeFile(join(next, path), change(text));
    };
    await edit('package.json', (text) => text.replace(/"version": ".*?"/, '"version": "9.8.7"'));
    await edit('templates/config/talos/talenv.yaml.j2', (text) => `${text}# of the new version\n`);
    await edit('dist/repository.json', (text) => {
      const files = JSON.parse(text) as Record<string, string>;
      files['Taskfile.yaml'] = `${files['Taskfile.yaml'] ?? ''}# of the new version\n`;
      files['.taskfiles/new/Taskfile.yaml'] = "version: '3'\n";
      files['.cluster-template/template.json'] = '{"version": "9.8.7"}\n';
      return JSON.stringify(files);
    });
    const step = { name: 'network', version: '9.8.7', file: 'cluster.yaml', rename: 'node_cidr', to: 'node_network' };
    await edit('schemas/migrations.json', (text) =>
      JSON.stringify({ steps: [...(JSON.parse(text) as { steps: object[] }).steps, step] }),
    );
    tarball = join(folder, (await pack(next, folder)).filename);
  });

  it('raises the dependency, merges what create wrote and migrates the configuration; can be taken back', async () => {
    const own = await committed();
    const before = withoutGit(await readFiles(own));
    const { code, stdout, stderr } = await tool('cluster-template', ['upgrade', '--from', tarball], own);
    expect(code, stderr).toBe(0);
    expect(stdout).toMatch(/^from \S+ to 9\.8\.7, out of \S+\.tgz\n/);
    expect(stdout).toContain('next: run `npm install`, then `npx cluster-template configure`');
    const version = /from (\S+)/.exec(stdout)?.[1] ?? '';
    expect(await gitLines(own, 'status', '--porcelain', '--no-renames')).toEqual([
      'M  .cluster-template/template.json',
      'A  .taskfiles/new/Taskfile.yaml',
      'M  Taskfile.yaml',
      `D  cluster-template-${version}.tgz`,
      'A  cluster-template-9.8.7.tgz',
      'M  cluster.yaml',
      'M  package.json',
    ]);
    const after = await readFiles(own);
    expect(after['package.json']).toBe(before['package.json']?.replace(`-${version}.tgz`, '-9.8.7.tgz'));
    expect(after['cluster.yaml']).toBe(before['cluster.yaml']?.replace(/^node_cidr:/m, 'node_network:'));
    expect(await readFile(join(own, 'cluster-template-9.8.7.tgz'))).toEqual(await readFile(tarball));
    // npm takes it from where it lies now.
    await npm(['install', '--no-save', '--cache', join(folder, 'cache'), ...dependency], own);
    expect(await readFile(join(own, TOOL, 'package.json'), 'utf8')).toContain('"version": "9.8.7"');
    expect((await tool('cluster-template', ['upgrade', '--abort'], own)).code).toBe(0);
    const isOwn = ([path]: [string, string]): boolean => !/^node_modules\/|^\.cluster-template\/upgrade/.test(path);
    expect(Object.entries(withoutGit(await readFiles(own))).filter(isOwn)).toEqual(
      Object.entries(before).filter(isOwn),
    );
    expect(await gitLines(own, 'status', '--porcelain')).toEqual([]);
  });

  it('leaves conflicts, names overrides whose original changed, and says the same as JSON', async () => {
    const own = await committed();
    await appendFile(join(own, 'Taskfile.yaml'), '# mine\n');
    const override = 'templates/overrides/talos/talenv.yaml.j2';
    await mkdir(join(own, dirname(override)), { recursive: true });
    await cp(join(own, TOOL, 'templates/config/talos/talenv.yaml.j2'), join(own, override));
    await commit(own, 'Owner');
    const looked = await tool('cluster-template', ['upgrade', '--check', '--json', '--from', tarball], own);
    expect(looked.code).toBe(2);
    expect(JSON.parse(looked.stdout)).toMatchObject({ status: 'newer', newest: '9.8.7', source: tarball });
    const { code, stdout } = await tool('cluster-template', ['upgrade', '--json', '--from', tarball], own);
    expect(code).toBe(1);
    expect(JSON.parse(stdout)).toMatchObject({
      status: 'conflicts',
      from: { origin: 'installed package' },
      to: { version: '9.8.7' },
      originals: [
        { path: override, change: 'changed', diff: expect.stringContaining('+# of the new version') as string },
      ],
      migration: { fields: [{ from: 'node_cidr', to: 'node_network' }] },
    });
    expect(await readFile(join(own, 'Taskfile.yaml'), 'utf8')).toContain('<<<<<<< yours\n# mine\n');
    expect((await tool('cluster-template', ['upgrade', '--abort'], own)).code).toBe(0);
    expect(await tool('cluster-template', ['upgrade', '--overrides', '--from', tarball, '--yes'], own)).toMatchObject({
      code: 1,
    });
    expect(await readFile(join(own, override), 'utf8')).toContain('# of the new version\n');
  });

  it('takes the folder of a package, and says what else it would take', async () => {
    const own = await committed();
    const check = async (...words: string[]): Promise<CommandResult> =>
      await tool('cluster-template', ['upgrade', ...words], own);
    expect(await check('--check', '--from', join(folder, 'next'))).toMatchObject({ code: 2 });
    const current = await check('--from', join(home, TOOL));
    expect(current, current.stderr).toMatchObject({ code: 0, stdout: expect.stringContaining('has ') as string });
    expect((await check('--from', join(folder, 'nowhere.tgz'))).stderr).toContain('is neither a tarball nor a folder');
    expect((await check('--from', join(own, '.git'))).stderr).toContain('nor a folder with a package.json');
    expect((await check('--from', join(own, 'Taskfile.yaml'))).stderr).toContain('is no package of cluster-template');
    const unknown = await check();
    expect(unknown.code).toBe(1);
    expect(unknown.stderr).toMatch(
      /takes cluster-template from file:\S+\.tgz, which does not say where newer versions are/,
    );
    await rm(join(own, 'node_modules'), { recursive: true });
    const missing = await startCommand(['upgrade', '--from', tarball, '--root', own], { cwd: own });
    expect(missing.code).toBe(1);
    expect(missing.stderr).toContain('run `npm ci` first');
  });
});

/** A copy of the thin repository with everything committed. */
async function committed(): Promise<string> {
  const own = join(await temporaryFolder(), 'own');
  await cp(home, own, { recursive: true, verbatimSymlinks: true });
  await commit(own, 'Owner');
  return own;
}

async function gitLines(cwd: string, ...words: readonly string[]): Promise<string[]> {
  return (await start('git', words, cwd)).stdout.split('\n').filter(Boolean);
}

const task = await findTool('task');

describe.skipIf(task === undefined)('go-task in a thin repository (skipped where it is not installed)', () => {
  it.each([['plan'], ['validate'], ['template:validate'], ['flux:validate'], ['config']])('runs %s', async (name) => {
    const { code, stderr } = await runTask([name]);
    expect(code, stderr).toBe(0);
  });

  it('takes paths from the current folder, and is what messages name', async () => {
    const explained = await runTask(['explain', '--', 'talenv.yaml:1'], join(home, 'talos'));
    expect(explained.stdout).toContain('talos/talenv.yaml:1\n');
    expect((await runTask(['explain', '--', 'nothing.yaml'])).stderr).toContain('`task plan -- --all`');
  });
});

async function run(...words: string[]): Promise<CommandResult> {
  return await tool('cluster-template', words);
}

/** Runs what npm installed, as npx does. */
async function tool(name: string, words: readonly string[], cwd = home): Promise<CommandResult> {
  return await start(process.execPath, [join(home, 'node_modules/.bin', name), ...words], cwd);
}

async function runTask(words: readonly string[], cwd = home): Promise<CommandResult> {
  const folders = [join(task ?? '', '..'), join(process.execPath, '..')];
  return await start(task ?? '', words, cwd, { PATH: `${folders.join(':')}:/usr/bin:/bin` });
}

async function start(
  program: string,
  words: readonly string[],
  cwd: string,
  env: Readonly<Record<string, string>> = { PATH: '/usr/bin:/bin' },
): Promise<CommandResult> {
  const { SOPS_AGE_KEY_FILE: _key, SOPS_AGE_KEY: _text, FORCE_COLOR: _colour, MODE: _mode, ...inherited } = process.env;
  return await new Promise((settle) => {
    const options = { cwd, env: { ...inherited, NO_COLOR: '1', ...env }, maxBuffer: 2 ** 26 };
    execFile(program, [...words], options, (error, stdout, stderr) => {
      const code = error === null ? 0 : typeof error.code === 'number' ? error.code : 1;
      settle({ code, stdout, stderr });
    });
  });
}

async function git(words: readonly string[], cwd: string): Promise<void> {
  expect((await start('git', words, cwd)).code).toBe(0);
}

/** Does something while a file of the repository has another text. */
async function withText(path: string, change: (text: string) => string, work: () => Promise<void>): Promise<void> {
  const before = await readFile(join(home, path), 'utf8');
  await writeFile(join(home, path), change(before));
  try {
    await work();
  } finally {
    await writeFiles(home, { [path]: before });
  }
}

function withoutGit(files: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(Object.entries(files).filter(([path]) => !path.startsWith('.git/')));
}
