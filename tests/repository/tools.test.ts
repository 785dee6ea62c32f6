import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { parse as parseToml } from '@iarna/toml';
import { parse } from 'yaml';
import { describe, expect, it } from 'vitest';
import { runCommand } from '../support/cluster.ts';
import { REPOSITORY, repositoryText, type Fields } from './rendering.ts';

interface Step {
  readonly uses?: string;
  readonly run?: string;
  readonly with?: Fields;
}

interface Job {
  readonly permissions?: Fields;
  readonly 'timeout-minutes'?: number;
  readonly steps: readonly Step[];
}

interface Workflow {
  readonly on: Fields;
  readonly permissions: Fields;
  readonly jobs: Readonly<Record<string, Job>>;
}

const names = (await readdir(join(REPOSITORY, '.github/workflows'))).sort();
const workflows = new Map(
  await Promise.all(
    names.map(async (name) => [name, parse(await repositoryText(`.github/workflows/${name}`)) as Workflow] as const),
  ),
);
const hooks = await repositoryText('lefthook.yaml');
const steps = [...workflows.values()].flatMap(({ jobs }) => Object.values(jobs).flatMap((job) => job.steps));

describe('.mise.toml', () => {
  const settings = async (): Promise<{ env: Fields; tools: Fields }> =>
    parseToml(await repositoryText('.mise.toml')) as unknown as { env: Fields; tools: Fields };

  it('sets the four variables below the repository', async () => {
    const { env } = await settings();
    expect(Object.keys(env).sort()).toEqual(['KUBECONFIG', 'SOPS_AGE_KEY_FILE', 'SOPS_CONFIG', 'TALOSCONFIG']);
    for (const value of Object.values(env)) expect(value).toMatch(/^\{\{config_root\}\}\//);
  });

  it('sets what the Taskfile sets', async () => {
    const { env } = await settings();
    const tasks = parse(await repositoryText('Taskfile.yaml')) as { env: Fields };
    const plain = (value: unknown): string => String(value).replace(/^\{\{.*?\}\}/, '');
    expect(Object.entries(env).map(([name, value]) => [name, plain(value)])).toEqual(
      Object.entries(tasks.env).map(([name, value]) => [name, plain(value)]),
    );
  });

  it('pins an exact version of every program', async () => {
    const { tools } = await settings();
    expect(Object.keys(tools).length).toBeGreaterThan(15);
    for (const [name, version] of Object.entries(tools)) expect(version, name).toMatch(/^\d+\.\d+\.\d+$/);
  });

  it('has the Talos and Node that the repository is made for', async () => {
    const { tools } = await settings();
    // A robot may raise the last number of one of the two first.
    const talos = /talosVersion: v(\d+\.\d+\.)/.exec(
      await repositoryText('templates/config/talos/talenv.yaml.j2'),
    )?.[1];
    expect(String(tools['aqua:siderolabs/talos'])).toMatch(new RegExp(`^${talos ?? 'unknown'}`));
    const { engines } = JSON.parse(await repositoryText('package.json')) as { engines: { node: string } };
    expect(Number(String(tools.node).split('.')[0])).toBeGreaterThanOrEqual(Number(/\d+/.exec(engines.node)?.[0]));
  });
});

describe('.github/workflows', () => {
  it('run the tests, compare the rendering and plan pull requests', () => {
    const commands = steps.map(({ run }) => run ?? '').join('\n');
    for (const wanted of [
      'npm test',
      'npm run test:long',
      'cluster-template.mjs validate',
      'configure --check',
      'cluster-template.mjs plan',
      'gh pr comment',
    ])
      expect(commands).toContain(wanted);
  });

  it('pin every action to a commit', () => {
    const used = steps.flatMap(({ uses }) => (uses === undefined ? [] : [uses]));
    expect(used.length).toBeGreaterThan(3);
    for (const action of used) expect(action).toMatch(/^[\w-]+\/[\w-]+@[0-9a-f]{40}$/);
  });

  it('say in a comment which version a commit is', async () => {
    for (const name of names) {
      const lines = (await repositoryText(`.github/workflows/${name}`))
        .split('\n')
        .filter((line) => line.includes('uses:'));
      for (const line of lines) expect(line, name).toMatch(/@[0-9a-f]{40} # v\d+\.\d+\.\d+$/);
    }
  });

  it('give each job what it needs and no more', () => {
    for (const [name, { permissions, jobs }] of workflows) {
      expect(permissions, name).toEqual({});
      for (const [id, job] of Object.entries(jobs)) {
        const writes = Object.entries(job.permissions ?? {}).filter(([, access]) => access === 'write');
        expect(job.permissions, `${name} ${id}`).toBeDefined();
        expect(job['timeout-minutes'], `${name} ${id}`).toBeGreaterThan(0);
        // What may write runs nothing that a pull request brings.
        if (writes.length > 0) expect(job.steps.filter(({ uses }) => uses !== undefined)).toEqual([]);
        const checkouts = job.steps.filter(({ uses }) => uses?.startsWith('actions/checkout@') === true);
        for (const step of checkouts) expect(step.with).toMatchObject({ 'persist-credentials': false });
      }
    }
  });

  it('never put the text of others into a command', () => {
    for (const { run } of steps) expect(run ?? '').not.toContain('${{');
    for (const { on } of workflows.values()) expect(Object.keys(on)).not.toContain('pull_request_target');
  });
});

describe('what hooks and workflows call', () => {
  const commands = [hooks, ...steps.map(({ run }) => run ?? '')].join('\n');

  it('are scripts of the package that exist', async () => {
    const { scripts } = JSON.parse(await repositoryText('package.json')) as { scripts: Fields };
    const called = [...commands.matchAll(/npm (?:run )?(?!ci\b)([\w:-]+)/g)].map(([, name]) => name ?? '');
    expect(called).toEqual(['test', 'test:long', 'test:engine', 'conformance', 'test:fork']);
    for (const name of called) expect(scripts).toHaveProperty(name);
  });

  it('are commands of ours that exist', async (context) => {
    const own = [
      ...new Set([...commands.matchAll(/bin\/cluster-template\.mjs ([a-z-]+)/g)].map(([, name]) => name ?? '')),
    ];
    expect(own.sort()).toEqual(['configure', 'diff', 'lint', 'plan', 'secrets', 'validate']);
    const { stdout } = await runCommand(['--help']);
    const known = [...stdout.matchAll(/^ {2}([a-z]+)/gm)].map(([, name]) => name);
    context.skip(!known.includes('doctor'), 'the program has no command doctor');
    expect(known).toEqual(expect.arrayContaining(own));
    expect((await runCommand(['lint', '--help'])).stdout).toContain('--staged');
  });
});

describe('lefthook.yaml', () => {
  it('looks for secrets by our own command, at formatting and at white space', () => {
    const settings = parse(hooks) as { 'pre-commit': { jobs: { run: string }[] } };
    const runs = settings['pre-commit'].jobs.map(({ run }) => run);
    expect(runs).toEqual([
      'node bin/cluster-template.mjs lint --staged',
      expect.stringContaining('prettier --check'),
      'git diff --cached --check',
    ]);
  });
});
