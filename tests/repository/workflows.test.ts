// @module-tag long
import { existsSync } from 'node:fs';
import { appendFile, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { runInNewContext } from 'node:vm';
import { gzipSync } from 'node:zlib';
import { parse } from 'yaml';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { OWNERSHIP } from '../../src/upgrade/owners.ts';
import { asOwner, commit, git, INSTALL, makeFork, runJob, type StepResult, type Workflow } from '../fork/fork.ts';
import { copyTree } from '../support/copy-tree.ts';
import { temporaryFolder, writeFiles } from '../support/folders.ts';
import { REPOSITORY, repositoryText, type Fields } from './rendering.ts';

const [cluster, tool, render, renovate] = await Promise.all([
  workflow('cluster'),
  workflow('e2e'),
  workflow('render'),
  workflow('renovate'),
]);

/** Commands that no test can start, and why. */
const NOT_RUN: Readonly<Record<string, string>> = {
  [INSTALL]: 'it asks a registry',
  'npm test': 'it is what runs this test',
  'npm run test:long': 'it is what runs this test',
  'npm run test:engine': 'it is part of what runs this test',
  'npm run conformance': 'a test of its own runs the cases',
  'npm run test:fork': 'it runs all tests in a fork',
  'npx --yes --package renovate': 'it asks a registry',
};

const ECHO = 'kubernetes/apps/default/echo/app/ocirepository.yaml';
let folder = '';
let owner = '';

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'cluster-template-workflows-'));
  owner = join(folder, 'owner');
  await makeFork(owner);
});

afterAll(() => rm(folder, { recursive: true, force: true }));

describe('the workflow of the cluster, step by step in a clone without keys', () => {
  it('passes, and names what cannot be had there as not checked', async () => {
    const clone = await cloned();
    await git(clone.folder, 'commit', '--quiet', '--allow-empty', '-m', 'merge');
    const { steps, outputs, summary } = await runJob(cluster, 'check', clone);
    expect(steps.map(({ code, output }) => [code, output])).toEqual([
      [0, expect.any(String)],
      [0, expect.any(String)],
      [0, expect.stringMatching(/\d+ encrypted files checked, the MAC of 0 verified/)],
      [0, expect.stringMatching(/`anthropic_api_key` was not checked[^]*`cohere_api_key` was not checked/)],
      [0, expect.stringMatching(/nothing to do\n[^]*\d+ secrets were not checked: no key/)],
    ]);
    expect(outputs.text).toContain('unchanged');
    expect(outputs.changes).toMatch(/^### (?:No object changes|\d+ objects?: )/);
    expect(summary).toContain(outputs.text);
    expect(steps.map(({ output }) => output).join('')).not.toMatch(/error|secret-missing/);
    expect(await git(clone.folder, 'status', '--porcelain')).toBe('');
  });

  it('fails where the tree is not what the templates give, and the comment says so', async () => {
    const clone = await cloned();
    await edit(clone.folder, `templates/config/${ECHO}.j2`, /tag: .*/, 'tag: 99.9.9');
    const { steps, outputs } = await runJob(cluster, 'check', clone);
    expect(steps.map(({ code }) => code)).toEqual([0, 0, 0, 0, 2]);
    expect(outputs.text).toContain(`    ~ changed   ${ECHO}\n`);
    expect(await comment(outputs.text ?? '')).toMatch(
      /^### 1 object: 1 changed\n\nWhat `configure` would still change with this pull request:\n\n {4}[^]*~ changed {3}kubernetes/,
    );
  });

  it('fails at a configuration that is wrong, and the comment says what is', async () => {
    const clone = await cloned();
    await appendFile(join(clone.folder, 'cluster.yaml'), 'no_such_field: 1\n');
    const { steps, outputs } = await runJob(cluster, 'check', clone);
    expect(steps.map(({ code }) => code)).toEqual([0, 0, 0, 1]);
    expect(await comment(outputs.text ?? '')).toMatch(/no_such_field[^]*plan ended with exit code 1\n/);
  });

  it('takes what others wrote as text: neither a command nor another output', async () => {
    const clone = await cloned();
    const text = '# $(touch owned) `touch owned`\n# plan-0\n# text=owned\n"%s\\n$(touch owned)": "EOF"\n';
    await appendFile(join(clone.folder, 'cluster.yaml'), text);
    const { outputs } = await runJob(cluster, 'check', clone);
    expect(Object.keys(outputs)).toEqual(['text', 'changes']);
    expect(await comment(outputs.text ?? '')).toContain('$(touch owned)');
    expect(await git(clone.folder, 'status', '--porcelain')).toBe('M cluster.yaml');
  });
});

describe('a pull request of Renovate, in git repositories without any key', () => {
  const BRANCH = 'renovate/echo-99.x';
  const TEMPLATE = `templates/config/${ECHO}.j2`;

  it('is finished by the workflow, and is what the owner would have made', async () => {
    const {
      folder: runner,
      scratch,
      origin,
    } = await pushed((clone) => edit(clone, TEMPLATE, /tag: .*/, 'tag: 99.9.9'));
    const rendered = await runJob(render, 'render', { folder: runner, scratch });
    expect(rendered.steps.map(({ code }) => code)).toEqual([0, 0]);
    const done = await committed(scratch, rendered.outputs.patch);
    expect(done.steps.map(({ code, output }) => [code, output])).toEqual([[0, '']]);
    expect(done.started).toBe(`auth setup-git\nworkflow run cluster.yaml --repo somebody/home --ref ${BRANCH}\n`);

    const theirs = await ownersTree((fork) => edit(fork, TEMPLATE, /tag: .*/, 'tag: 99.9.9'));
    expect(await git(origin, 'rev-parse', `${BRANCH}^{tree}`)).toBe(theirs);
    expect((await git(origin, 'diff', '--name-only', 'main', BRANCH)).split('\n')).toEqual([
      '.cluster-template/manifest.json',
      ECHO,
      TEMPLATE,
    ]);
    const { gitIgnoredAuthors } = runInNewContext(`(${await repositoryText('.renovaterc.json5')})`) as Fields;
    expect(gitIgnoredAuthors).toEqual([await git(origin, 'log', '-1', '--format=%ae', BRANCH)]);

    // The checks of the new commit pass, and another run has nothing to do.
    await git(runner, 'pull', '--quiet');
    const checks = await runJob(cluster, 'check', { folder: runner, scratch });
    expect(checks.steps.map(({ code }) => code)).toEqual([0, 0, 0, 0, 0]);
    expect((await runJob(render, 'render', { folder: runner, scratch })).outputs).toEqual({});
  });

  it('is taken on after main has moved, when Renovate makes its branch anew', async () => {
    const {
      folder: runner,
      scratch,
      origin,
    } = await pushed((clone) => edit(clone, TEMPLATE, /tag: .*/, 'tag: 99.9.9'));
    await committed(scratch, (await runJob(render, 'render', { folder: runner, scratch })).outputs.patch);
    const fork = join(scratch, 'fork');
    copyTree(owner, fork);
    await edit(fork, 'cluster.yaml', /^cluster_gateway_addr: .*/m, 'cluster_gateway_addr: 10.20.30.77');
    await asOwner(fork, ['configure', '--yes']);
    await commit(fork, 'Owner');
    await git(fork, 'push', '--quiet', origin, 'main');
    await git(runner, 'fetch', '--quiet', 'origin');
    await git(runner, 'reset', '--quiet', '--hard', 'origin/main');
    await edit(runner, TEMPLATE, /tag: .*/, 'tag: 99.9.10');
    await commit(runner, 'renovate[bot]');
    await git(runner, 'push', '--quiet', '--force', 'origin', `HEAD:${BRANCH}`);
    await committed(scratch, (await runJob(render, 'render', { folder: runner, scratch })).outputs.patch);
    const { folder: check, scratch: other } = await cloned(origin, BRANCH);
    const checks = await runJob(cluster, 'check', { folder: check, scratch: other });
    expect(checks.steps.map(({ code }) => code)).toEqual([0, 0, 0, 0, 0]);
    expect(await readFile(join(check, ECHO), 'utf8')).toContain('tag: 99.9.10');
  });

  it('is left to the owner where a secret would have to change', async () => {
    const { folder: runner, scratch } = await pushed((clone) =>
      edit(clone, 'templates/config/kubernetes/components/sops/cluster-secrets.sops.yaml.j2', /$/, '  MORE: one\n'),
    );
    const { steps, outputs } = await runJob(render, 'render', { folder: runner, scratch });
    expect(steps.map(({ code }) => code)).toEqual([1]);
    expect(steps[0]?.output).toMatch(/cluster-secrets\.sops\.yaml cannot be made.*stringData\.MORE changed/);
    expect(outputs).toEqual({});
  });

  it('gets no other files than generated ones, and none where the branch has moved on', async () => {
    const {
      folder: runner,
      scratch,
      origin,
    } = await pushed((clone) => edit(clone, TEMPLATE, /tag: .*/, 'tag: 99.9.9'));
    const before = await git(origin, 'rev-parse', BRANCH);
    await writeFiles(runner, {
      'cluster.yaml': 'a: 1\n',
      '.github/workflows/mine.yaml': 'a: 1\n',
      'kubernetes/x.yaml': 'a: 1\n',
    });
    await git(runner, 'add', '--all');
    const patch = gzipSync(`${await git(runner, 'diff', '--cached', '--binary')}\n`).toString('base64');
    const moved = await committed(scratch, patch, '0'.repeat(40));
    expect(moved.steps).toMatchObject([
      { code: 0, output: expect.stringContaining('the branch has moved on') as string },
    ]);
    expect(await git(origin, 'rev-parse', BRANCH)).toBe(before);
    expect((await committed(scratch, patch)).steps).toMatchObject([{ code: 0 }]);
    expect(await git(origin, 'diff', '--name-only', before, BRANCH)).toBe('kubernetes/x.yaml');
  });

  /** A branch as Renovate pushes it to the owner's repository, in a checkout of a runner. */
  async function pushed(
    raise: (clone: string) => Promise<void>,
  ): Promise<{ folder: string; scratch: string; origin: string }> {
    const place = await temporaryFolder();
    const origin = join(place, 'server/somebody/home');
    await git(place, 'clone', '--quiet', '--bare', owner, origin);
    const bot = join(place, 'bot');
    await git(place, 'clone', '--quiet', origin, bot);
    await git(bot, 'checkout', '--quiet', '-b', BRANCH);
    await raise(bot);
    await commit(bot, 'renovate[bot]');
    await git(bot, 'push', '--quiet', 'origin', BRANCH);
    return { ...(await cloned(origin, BRANCH, place)), origin };
  }

  /** Runs the job that commits; what it has GitHub's own program do is kept. */
  async function committed(
    scratch: string,
    patch: string | undefined,
    seen?: string,
  ): Promise<{ steps: readonly StepResult[]; started: string }> {
    expect(patch).toMatch(/^[\w+/=]+$/);
    const place = await temporaryFolder();
    await writeFiles(place, { 'programs/gh*': `#!/bin/sh\necho "$@" >>${join(place, 'gh.log')}\n` });
    const env = {
      BRANCH,
      COMMIT: seen ?? (await git(join(scratch, 'server/somebody/home'), 'rev-parse', BRANCH)),
      GH_TOKEN: 'token',
      GITHUB_REPOSITORY: 'somebody/home',
      GITHUB_SERVER_URL: `file://${scratch}/server`,
      PATCH: patch ?? '',
      PATH: `${join(place, 'programs')}:${process.env.PATH ?? ''}`,
    };
    const { steps } = await runJob(render, 'commit', { folder: place, scratch: place, env });
    return { steps, started: await readFile(join(place, 'gh.log'), 'utf8') };
  }

  /** What the owner, with all keys, would commit. */
  async function ownersTree(change: (fork: string) => Promise<void>): Promise<string> {
    const fork = join(await temporaryFolder(), 'fork');
    copyTree(owner, fork);
    await change(fork);
    await asOwner(fork, ['configure', '--yes']);
    await git(fork, 'add', '--all');
    return await git(fork, 'write-tree');
  }
});

describe('the workflow of the tool', () => {
  it('runs where files of the tool changed, and nowhere else', () => {
    const { pull_request: request, push } = tool.on as Record<string, { readonly paths: readonly string[] }>;
    expect(request?.paths).toEqual(push?.paths);
    const owned = OWNERSHIP.filter(({ owner: whose }) => whose === 'tool').flatMap(({ paths }) => paths);
    const wanted = owned
      .filter((path) => !NOT_WATCHED.includes(path))
      .map((path) => (path === 'templates/' ? 'templates/config/' : path).replace(/\/$/, '/**'));
    expect([...(request?.paths ?? [])].sort()).toEqual(wanted.filter((path) => !isInside(path, wanted)).sort());
  });

  it('calls scripts that there are, with tests that there are, on machines that the matrix names', async () => {
    const { scripts } = JSON.parse(await repositoryText('package.json')) as { scripts: Record<string, string> };
    for (const job of Object.values(tool.jobs)) {
      const commands = job.steps.flatMap(({ run }) => run ?? []);
      for (const command of commands.slice(1)) {
        const { name = '', rest = '' } =
          /^npm (?:run )?(?<name>[\w:]+)(?: -- (?<rest>.*))?$/.exec(command)?.groups ?? {};
        const script = name in scripts ? `${scripts[name] ?? ''} ${rest}` : '';
        const files = script.split(' ').filter((word) => /^(?:tests|scripts)\//.test(word));
        expect(script, name).not.toBe('');
        expect(
          files.filter((path) => !existsSync(join(REPOSITORY, path))),
          name,
        ).toEqual([]);
      }
      const [first] = commands;
      expect(first).toBe(INSTALL);
      const { include = [], ...lists } = (job.strategy?.matrix ?? {}) as Fields & { include?: readonly Fields[] };
      const named = [...new Set([...Object.keys(lists), ...include.flatMap((one) => Object.keys(one))])].sort();
      const { steps, name, 'runs-on': machine } = job;
      const read = [...JSON.stringify({ steps, name, machine }).matchAll(/\$\{\{ matrix\.(\w+) \}\}/g)];
      expect([...new Set(read.map(([, key]) => key))].sort()).toEqual(named);
      const machines = machine === '${{ matrix.os }}' ? [lists.os, ...include.map(({ os }) => os)].flat() : [machine];
      for (const one of machines) expect(one).toMatch(/^(?:ubuntu|macos|windows)-[\d.]+$/);
    }
  });

  it('runs on every system that the documentation names, with the oldest Node that there may be', async () => {
    const machines = JSON.stringify(Object.values(tool.jobs));
    for (const system of ['ubuntu-', 'macos-', 'windows-']) expect(machines).toContain(system);
    const { engines } = JSON.parse(await repositoryText('package.json')) as { engines: { node: string } };
    const oldest = engines.node.replace(/^>=(\d+\.\d+)\..*/, '$1');
    expect((tool.jobs.test?.strategy?.matrix as Fields | undefined)?.node).toContain(oldest);
  });

  it('says what of it is not run here', () => {
    const known = Object.keys(NOT_RUN);
    const scripts = [tool, renovate].flatMap(({ jobs }) => Object.values(jobs).flatMap(({ steps }) => steps));
    const left = scripts.flatMap(({ run }) => (run === undefined ? [] : [run]));
    expect(left.filter((script) => !known.some((command) => script.startsWith(command)))).toEqual([]);
  });

  it.for(Object.entries(NOT_RUN))('does not run `%s` here', ([, why], context) => {
    context.skip(why);
  });
});

/** Files of the tool that none of its tests is about: the user's cluster or the last build makes them what they are. */
const NOT_WATCHED = ['.cluster-template/template.json', 'dist/', 'makejinja.toml', 'LICENSE', 'README.md'];

function isInside(path: string, folders: readonly string[]): boolean {
  return folders.some((other) => other !== path && other.endsWith('/**') && path.startsWith(other.slice(0, -2)));
}

async function workflow(name: string): Promise<Workflow> {
  return parse(await repositoryText(`.github/workflows/${name}.yaml`)) as Workflow;
}

/** A checkout as the runner has it: without keys, and with the tool installed. */
async function cloned(from = owner, branch = 'main', place?: string): Promise<{ folder: string; scratch: string }> {
  const scratch = place ?? (await temporaryFolder());
  const clone = join(scratch, 'clone');
  await git(scratch, 'clone', '--quiet', '--branch', branch, from, clone);
  await symlink(join(REPOSITORY, 'bin'), join(clone, 'bin'));
  await writeFile(join(clone, '.git/info/exclude'), '/bin\n');
  return { folder: clone, scratch };
}

/** What the job that comments hands to GitHub's own program. */
async function comment(plan: string, changes = '### 1 object: 1 changed'): Promise<string> {
  const scratch = await temporaryFolder();
  await writeFiles(scratch, { 'programs/gh*': '#!/bin/sh\necho "$@" >arguments\n' });
  const env = {
    CHANGES: changes,
    PLAN: plan,
    NUMBER: '7',
    PATH: `${join(scratch, 'programs')}:${process.env.PATH ?? ''}`,
  };
  const { steps } = await runJob(cluster, 'comment', { folder: scratch, scratch, env });
  expect(steps.map(({ code }) => code)).toEqual([0]);
  expect(await readFile(join(scratch, 'arguments'), 'utf8')).toBe(
    'pr comment 7 --body-file comment.md --edit-last --create-if-none\n',
  );
  return await readFile(join(scratch, 'comment.md'), 'utf8');
}

async function edit(root: string, path: string, pattern: RegExp, text: string): Promise<void> {
  const before = await readFile(join(root, path), 'utf8');
  expect(before).toMatch(pattern);
  await writeFile(join(root, path), before.replace(pattern, text));
}
