import { execFileSync } from 'node:child_process';
import { appendFile, cp, readdir, readFile, rename, rm, stat, symlink, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { describe, expect, it } from 'vitest';
import { runCommand, sampleCluster, startCommand, type CommandResult } from '../../support/cluster.ts';
import { readFiles, writeFiles } from '../../support/folders.ts';
import { standIns } from '../support/stand-ins.ts';

const SAMPLE_KEYS = resolve(import.meta.dirname, '../../sample');
const REPOSITORY = resolve(import.meta.dirname, '../../..');
const LAUNCHER = 'bin/cluster-template.mjs';

/** What a fork has besides, as far as tidying tells it apart. */
const PARTS_OF_FORK = [
  '.editorconfig',
  '.gitattributes',
  '.github',
  '.gitignore',
  '.mise.toml',
  '.renovaterc.json5',
  '.taskfiles',
  '.vscode',
  'LICENSE',
  'Taskfile.yaml',
  'lefthook.yaml',
  'package-lock.json',
  'package.json',
  'schemas',
];

const FAILURES = resolve(import.meta.dirname, '../../cli/inject-failure.mjs');
const OUTPUTS = /^(?:kubernetes\/|talos\/|bootstrap\/|\.sops\.yaml$)/;

/** Files of the user's, and of programs', inside the generated folders. */
const FOREIGN = {
  'talos/talsecret.sops.yaml': 'cluster: ENC[x]\n',
  'talos/clusterconfig/talosconfig': 'context: x\n',
  'talos/patches/k8s-0/mine.yaml': 'machine: {}\n',
  'kubernetes/apps/default/mine/ks.yaml': 'kind: Kustomization\n',
};

describe('template reset', () => {
  it('removes what was generated and nothing else; configure brings it back', { tags: 'long' }, async () => {
    const cluster = await sampleCluster();
    await writeFiles(cluster, FOREIGN);
    const before = await readFiles(cluster);
    const { code, stdout, stderr } = await template(cluster, 'reset', '--yes');
    expect(code, stderr).toBe(0);
    expect(stdout).toMatch(/\d+ files removed; `node \S+ configure --root \S+` makes them again\n$/);
    const after = await readFiles(cluster);
    expect(outputs(after)).toEqual(FOREIGN);
    for (const file of ['cluster.yaml', 'nodes.yaml', 'makejinja.toml']) expect(after[file]).toBe(before[file]);
    expect(JSON.parse(after['.cluster-template/manifest.json'] ?? '')).toMatchObject({ files: {}, inputs: {} });
    expect((await template(cluster, 'reset', '--yes')).stdout).toContain('0 files removed');
    const again = await runCommand(['configure', '--root', cluster, '--keys', SAMPLE_KEYS]);
    expect(again, again.stderr).toMatchObject({ code: 0 });
    expect(Object.keys(outputs(await readFiles(cluster)))).toEqual(Object.keys(outputs(before)));
  });

  it('asks first, and where nobody can be asked changes nothing', { tags: 'long' }, async () => {
    const cluster = await sampleCluster();
    const before = await readFiles(cluster);
    const { code, stderr } = await template(cluster, 'reset');
    expect(code).toBe(64);
    expect(stderr).toContain('--yes');
    const dry = await template(cluster, 'reset', '--dry-run');
    expect(dry.code).toBe(0);
    expect(dry.stdout).toContain('would remove talos/talconfig.yaml\n');
    expect(await readFiles(cluster)).toEqual(before);
  });

  it(
    'stops at what was changed by hand, keeps a copy of it with --force and leaves it with --keep',
    { tags: 'long' },
    async () => {
      const cluster = await sampleCluster();
      await appendFile(join(cluster, 'talos/talconfig.yaml'), '# mine\n');
      const before = await readFiles(cluster);
      const stopped = await template(cluster, 'reset', '--yes');
      expect(stopped.code).toBe(1);
      expect(stopped.stderr).toContain('talos/talconfig.yaml was generated and then changed by hand');
      expect(await readFiles(cluster)).toEqual(before);
      const kept = await template(cluster, 'reset', '--yes', '--keep');
      expect(kept.code).toBe(0);
      expect(Object.keys(outputs(await readFiles(cluster)))).toEqual(['talos/talconfig.yaml']);
      const forced = await template(cluster, 'reset', '--yes', '--force', '--json');
      const { backup, files } = JSON.parse(forced.stdout) as { backup: string; files: string[] };
      expect(files).toEqual(['talos/talconfig.yaml']);
      expect(await readFile(join(cluster, backup, 'talos/talconfig.yaml'), 'utf8')).toContain('# mine\n');
      expect((await template(cluster, 'reset', '--force', '--keep')).code).toBe(64);
    },
  );

  it('leaves what was adopted', { tags: 'long' }, async () => {
    const cluster = await sampleCluster();
    await runCommand(['adopt', 'talos/talenv.yaml', '--root', cluster]);
    expect((await template(cluster, 'reset', '--yes')).code).toBe(0);
    expect(Object.keys(outputs(await readFiles(cluster)))).toEqual(['talos/talenv.yaml']);
  });

  it('is all or nothing: a folder where a file belongs, a link and a disk that refuses change nothing', async () => {
    const cluster = await sampleCluster();
    await rename(join(cluster, 'talos'), join(cluster, 'elsewhere'));
    await symlink('elsewhere', join(cluster, 'talos'));
    const before = await readFiles(cluster);
    const linked = await template(cluster, 'reset', '--yes');
    expect(linked.code).toBe(1);
    expect(linked.stderr).toContain('a link lies where a generated folder belongs');
    expect(await readFiles(cluster)).toEqual(before);
  });

  it('says so where there is no inventory', async () => {
    const cluster = await sampleCluster();
    await rename(join(cluster, '.cluster-template/manifest.json'), join(cluster, 'gone.json'));
    expect(await template(cluster, 'reset', '--yes')).toMatchObject({ code: 1, stdout: '' });
  });
});

describe('template tidy', () => {
  const TASKFILE =
    "version: '3'\n\nincludes:\n  template: .taskfiles/template/Taskfile.yaml\n  talos: .taskfiles/talos/Taskfile.yaml\n";
  const FILES = {
    'Taskfile.yaml': TASKFILE,
    '.taskfiles/template/Taskfile.yaml':
      "version: '3'\n\ntasks:\n  tidy:\n    cmd: node bin/cluster-template.mjs template tidy\n",
    '.taskfiles/talos/Taskfile.yaml': "version: '3'\n\ntasks:\n  own:\n    cmd: talosctl version\n",
    'docs/own.md': 'mine\n',
    'src/own.ts': 'mine\n',
    'README.md': '# Home\n',
    '.mise.toml': '[tools]\nnode = "24.19.0" # required:template\n"aqua:getsops/sops" = "3.13.3"\n',
    '.renovaterc.json5': String.raw`{
  ignorePaths: [
    'tests/**',
    'talos/**', // required:template
  ],
  flux: { managerFilePatterns: ["/(^|/)kubernetes/.+\\.ya?ml(?:\\.j2)?$/", "/x\\.env(\\.j2)?$/"] },
}
`,
    '.github/workflows/e2e.yaml': 'name: e2e\njobs:\n  - run: npm test\n',
    '.github/workflows/flux-local.yaml': 'name: flux\n',
    'cluster.sops.yaml': 'a: ENC[x]\n',
  };

  it('archives what serves the rendering and leaves plain GitOps', { tags: 'long' }, async () => {
    const cluster = await sampleCluster();
    await writeFiles(cluster, FILES);
    const before = await readFiles(cluster);
    const { code, stdout, stderr } = await template(cluster, 'tidy', '--yes');
    expect(code, stderr).toBe(0);
    const archive = /lies in (\S+):/.exec(stdout)?.[1] ?? '';
    const after = await readFiles(cluster);
    expect(after['Taskfile.yaml']).toBe(TASKFILE.replace('  template: .taskfiles/template/Taskfile.yaml\n', ''));
    expect(after['.mise.toml']).toBe('[tools]\n"aqua:getsops/sops" = "3.13.3"\n');
    expect(after['.renovaterc.json5']).toBe(
      String.raw`{
  ignorePaths: [
    'tests/**',
  ],
  flux: { managerFilePatterns: ["/(^|/)kubernetes/.+\\.ya?ml$/", "/x\\.env$/"] },
}
`,
    );
    expect(outputs(after)).toEqual(outputs(before));
    const moved = Object.keys(before).filter((path) => !(path in after));
    expect(moved).toEqual(
      expect.arrayContaining([
        'cluster.yaml',
        'cluster.sops.yaml',
        'nodes.yaml',
        'makejinja.toml',
        '.github/workflows/e2e.yaml',
      ]),
    );
    for (const path of moved) expect(after[join(archive, path)]).toBe(before[path]);
    // In a repository that does not bring the tool, folders of these names are the user's.
    for (const path of ['.github/workflows/flux-local.yaml', 'docs/own.md', 'src/own.ts', 'README.md'])
      expect(after[path]).toBe(before[path]);
    expect((await template(cluster, 'tidy', '--yes')).stdout).toBe('nothing to do\n');
  });

  it.each(['configure', 'plan', 'explain x', 'config show', 'render x'])(
    'leaves a repository in which %s says where it is, and cp brings it back',
    { tags: 'long' },
    async (command) => {
      const cluster = await sampleCluster();
      const before = await readFiles(cluster);
      await template(cluster, 'tidy', '--yes');
      const told = await runCommand([...command.split(' '), '--root', cluster, '--keys', SAMPLE_KEYS]);
      expect(told.code).toBe(1);
      const archive = /it lies in (\.private\/\S+Z) /.exec(told.stderr)?.[1] ?? '';
      expect(told.stderr).toContain(`it comes back by \`cp -R ${archive}/. .\``);
      expect(told.stderr.match(/error:/g)).toHaveLength(1);
      await cp(join(cluster, archive), cluster, { recursive: true });
      await rm(join(cluster, '.private'), { recursive: true });
      expect(await readFiles(cluster)).toEqual(before);
    },
  );

  it('leaves a repository that validate checks as any other', { tags: 'long' }, async () => {
    const cluster = await sampleCluster();
    await template(cluster, 'tidy', '--yes');
    const told = await runCommand(['validate', cluster]);
    expect(told, told.stderr).toMatchObject({ code: 0 });
    expect(told.stdout).toContain('kubernetes/flux/cluster: ');
  });

  it('says that it was archived where the archive is not', { tags: 'long' }, async () => {
    const cluster = await sampleCluster();
    await template(cluster, 'tidy', '--yes');
    expect((await stat(join(cluster, '.private'))).mode & 0o777, 'it may hold keys and tokens').toBe(0o700);
    await rm(join(cluster, '.private'), { recursive: true });
    const { code, stderr } = await runCommand(['plan', '--root', cluster, '--keys', SAMPLE_KEYS]);
    expect(code).toBe(1);
    expect(stderr).toContain('was archived');
    expect(stderr).toContain('from git, as they were before');
  });

  it('takes the tool out of a fork, from whose archive it runs', { tags: 'long' }, async () => {
    const fork = await sampleCluster();
    // Without sources the launcher builds nothing anew.
    for (const path of [...PARTS_OF_FORK, 'bin', 'dist', 'node_modules/oxc-transform', 'node_modules/@oxc-transform']) {
      await cp(join(REPOSITORY, path), join(fork, path), { recursive: true });
    }
    await writeFiles(fork, {
      // That of the checkout may be its owner's own.
      'README.md': '# cluster-template\n',
      'docs/page.md': 'page\n',
      'tests/one.test.ts': '\n',
      'eslint.config.js': '\n',
      'own/notes.md': 'mine\n',
    });
    const tidied = await startCommand(['template', 'tidy', '--yes', '--json'], {
      launcher: join(fork, LAUNCHER),
      cwd: fork,
    });
    expect(tidied, tidied.stderr).toMatchObject({ code: 0 });
    const { launcher, archive } = JSON.parse(tidied.stdout) as { launcher: string; archive: string };
    const left = new Set(
      Object.keys(await readFiles(fork))
        .filter((path) => !path.startsWith('.private/'))
        .map((path) => path.replace(/^(kubernetes|talos|bootstrap|\.github)\/.*/, '$1').replace(/\*$/, '')),
    );
    expect([...left].sort()).toEqual([
      '.cluster-template/manifest.json',
      '.editorconfig',
      '.gitattributes',
      '.github',
      '.gitignore',
      '.mise.toml',
      '.renovaterc.json5',
      '.sops.yaml',
      'LICENSE',
      'bootstrap',
      'kubernetes',
      'own/notes.md',
      'talos',
    ]);
    expect(launcher).toBe(`${archive}/${LAUNCHER}`);
    const options = { launcher: join(fork, launcher), cwd: join(fork, 'kubernetes'), env: { PATH: '' } };
    const told = await startCommand(['plan', '--keys', SAMPLE_KEYS], options);
    expect(told.stderr).toContain(`it lies in ${archive}`);
    expect((await startCommand(['bootstrap', 'talos', '--dry-run'], options)).stdout).toContain('talhelper');
  });

  it.each([
    ['file:cluster-template-1.2.3.tgz', ['cluster-template-1.2.3.tgz', 'package-lock.json', 'package.json']],
    ['1.2.3', ['package-lock.json', 'package.json']],
    ['file:own/cluster-template-1.2.3.tgz', ['package-lock.json', 'package.json']],
  ])('takes out of a thin repository what brings the tool as %s', { tags: 'long' }, async (spec, expected) => {
    const cluster = await sampleCluster();
    const tarballs = { 'cluster-template-1.2.3.tgz': '', 'own/cluster-template-1.2.3.tgz': '' };
    const packages = {
      'package-lock.json': '{}\n',
      'package.json': JSON.stringify({ dependencies: { 'cluster-template': spec } }),
    };
    await writeFiles(cluster, { ...tarballs, ...packages });
    const { stdout } = await template(cluster, 'tidy', '--dry-run', '--json');
    const { moves } = JSON.parse(stdout) as { moves: string[] };
    expect(moves.filter((path) => /tgz$|^package/.test(path)).sort()).toEqual(expected);
  });

  it('asks first, and shows what it would do', { tags: 'long' }, async () => {
    const cluster = await sampleCluster();
    const before = await readFiles(cluster);
    expect((await template(cluster, 'tidy')).code).toBe(64);
    const dry = await template(cluster, 'tidy', '--dry-run', '--json');
    expect(JSON.parse(dry.stdout)).toMatchObject({
      status: 'dry-run',
      moves: ['cluster.yaml', 'nodes.yaml', 'makejinja.toml', 'templates', 'AGENTS.md'],
    });
    expect(await readFiles(cluster)).toEqual(before);
    // The hook that starts the tool is named as the files are.
    execFileSync('git', ['init', '--quiet'], { cwd: cluster });
    await startCommand(['init', '--root', cluster, '--keys', SAMPLE_KEYS]);
    const { stdout } = await template(cluster, 'tidy', '--dry-run');
    expect(stdout).toMatch(/^archive cluster\.yaml$/m);
    expect(stdout).toMatch(/^remove {2}\.git\/hooks\/pre-commit$/m);
  });

  it('takes back what it did where a step fails', { tags: 'long' }, async () => {
    const cluster = await sampleCluster();
    await writeFiles(cluster, FILES);
    const before = await readFiles(cluster);
    const failure = { call: 'rename', at: 1, code: 'EROFS', path: 'nodes.yaml' };
    const { code, stderr } = await startCommand(['template', 'tidy', '--yes', '--root', cluster], {
      env: { FAIL: JSON.stringify(failure) },
      node: ['--import', FAILURES],
    });
    expect(code).toBe(3);
    expect(stderr).toContain('nothing was changed: EROFS');
    expect(await readFiles(cluster)).toEqual(before);
    expect(await readdir(cluster)).not.toContain('.private');
  });
});

describe('template validate', () => {
  it('checks the configuration and what is generated, as flux validate does', { tags: 'long' }, async () => {
    const cluster = await sampleCluster();
    for (const name of ['template', 'flux']) {
      const fine = await runCommand([name, 'validate', '--root', cluster, '--keys', SAMPLE_KEYS]);
      expect(fine, fine.stderr).toMatchObject({ code: 0 });
    }
    await appendFile(join(cluster, 'cluster.yaml'), '\nnode_cidr: x\n');
    expect((await template(cluster, 'validate', '--keys', SAMPLE_KEYS)).code).toBe(1);
  });
});

describe('template debug', () => {
  it('lists every resource, and goes on where one cannot be listed', { tags: 'long' }, async () => {
    const cluster = await sampleCluster();
    await writeFile(join(cluster, 'kubeconfig'), '');
    const stands = await standIns(cluster, [
      { program: 'kubectl', match: 'certificates$', stderr: 'error: no such resource\n', exitCode: 1 },
      { program: 'kubectl', match: '^get ', stdout: 'NAME READY\na    True\n' },
    ]);
    const { code, stdout, stderr } = await runCommand(['template', 'debug', '--root', cluster], { env: stands.env });
    expect(code).toBe(3);
    expect(stderr).toContain('certificates could not be listed: error: no such resource');
    expect(stdout).toContain('== pods\nNAME READY\na    True\n');
    await expect(await stands.script()).toMatchFileSnapshot('golden/debug.txt');
  });

  it('needs a kubeconfig and kubectl', async () => {
    const cluster = await sampleCluster();
    expect((await template(cluster, 'debug')).stderr).toContain('there is no kubeconfig');
    await writeFile(join(cluster, 'kubeconfig'), '');
    const stands = await standIns(cluster, [], { programs: [] });
    const result = await runCommand(['template', 'debug', '--root', cluster], { env: { PATH: stands.folder } });
    expect(result.code).toBe(3);
    expect(result.stderr).toContain('mise install');
  });
});

async function template(cluster: string, ...arguments_: string[]): Promise<CommandResult> {
  return await runCommand(['template', ...arguments_, '--root', cluster]);
}

function outputs(files: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(Object.entries(files).filter(([path]) => OUTPUTS.test(path)));
}
