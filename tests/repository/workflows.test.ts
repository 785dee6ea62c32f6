import { appendFile, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parse } from 'yaml';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { OWNERSHIP } from '../../src/upgrade/owners.ts';
import { git, INSTALL, makeFork, runJob, type Workflow } from '../fork/fork.ts';
import { temporaryFolder, writeFiles } from '../support/folders.ts';
import { REPOSITORY, repositoryText } from './rendering.ts';

const NAMES = ['cluster', 'e2e', 'renovate'] as const;
const [cluster, tool, renovate] = (await Promise.all(NAMES.map(workflow))) as [Workflow, Workflow, Workflow];

/** Commands that no test can start, and why. */
const NOT_RUN: Readonly<Record<string, string>> = {
  [INSTALL]: 'it asks a registry',
  'npm test': 'it is what runs this test',
  'npx --yes --package renovate': 'it asks a registry',
};

const ECHO = 'kubernetes/apps/default/echo/app/ocirepository.yaml';
let folder = '';
let owner = '';

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'cluster-template-workflows-'));
  owner = join(folder, 'owner');
  await makeFork(owner);
}, 120_000);

afterAll(() => rm(folder, { recursive: true, force: true }));

describe('the workflow of the cluster, step by step in a clone without keys', () => {
  it('passes, and names what cannot be had there as not checked', async () => {
    const clone = await cloned();
    const { steps, outputs, summary } = await runJob(cluster, 'check', clone);
    expect(steps.map(({ code, output }) => [code, output])).toEqual([
      [0, expect.any(String)],
      [0, expect.stringMatching(/`anthropic_api_key` was not checked[^]*`cohere_api_key` was not checked/)],
      [0, expect.stringMatching(/nothing to do\n[^]*\d+ secrets were not checked: no key/)],
    ]);
    expect(outputs.text).toContain('unchanged');
    expect(summary).toContain(outputs.text);
    expect(steps.map(({ output }) => output).join('')).not.toMatch(/error|secret-missing/);
    expect(await git(clone.folder, 'status', '--porcelain')).toBe('');
  });

  it('fails where the tree is not what the templates give, and the comment says so', async () => {
    const clone = await cloned();
    await edit(clone.folder, `templates/config/${ECHO}.j2`, /tag: .*/, 'tag: 99.9.9');
    const { steps, outputs } = await runJob(cluster, 'check', clone);
    expect(steps.map(({ code }) => code)).toEqual([0, 0, 2]);
    expect(outputs.text).toContain(`    ~ changed   ${ECHO}\n`);
    expect(await comment(outputs.text ?? '')).toMatch(
      /^What `configure` would still change with this pull request:\n\n {4}[^]*~ changed {3}kubernetes/,
    );
  });

  it('fails at a configuration that is wrong, and the comment says what is', async () => {
    const clone = await cloned();
    await appendFile(join(clone.folder, 'cluster.yaml'), 'no_such_field: 1\n');
    const { steps, outputs } = await runJob(cluster, 'check', clone);
    expect(steps.map(({ code }) => code)).toEqual([0, 1]);
    expect(await comment(outputs.text ?? '')).toMatch(/no_such_field[^]*plan ended with exit code 1\n/);
  });

  it('takes what others wrote as text: neither a command nor another output', async () => {
    const clone = await cloned();
    const text = '# $(touch owned) `touch owned`\n# plan-0\n# text=owned\n"%s\\n$(touch owned)": "EOF"\n';
    await appendFile(join(clone.folder, 'cluster.yaml'), text);
    const { outputs } = await runJob(cluster, 'check', clone);
    expect(Object.keys(outputs)).toEqual(['text']);
    expect(await comment(outputs.text ?? '')).toContain('$(touch owned)');
    expect(await git(clone.folder, 'status', '--porcelain')).toBe('M cluster.yaml');
  });
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

  it('says what of it is not run here', () => {
    const known = Object.keys(NOT_RUN);
    const scripts = [tool, renovate].flatMap(({ jobs }) => Object.values(jobs).flatMap(({ steps }) => steps));
    const left = scripts.flatMap(({ run }) => (run === undefined ? [] : [run]));
    expect(left.filter((script) => !known.some((command) => script.startsWith(command)))).toEqual([]);
  });

  for (const [command, why] of Object.entries(NOT_RUN)) it.skip(`does not run \`${command}\` here: ${why}`);
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
async function cloned(): Promise<{ folder: string; scratch: string }> {
  const scratch = await temporaryFolder();
  const clone = join(scratch, 'clone');
  await git(scratch, 'clone', '--quiet', owner, clone);
  await symlink(join(REPOSITORY, 'bin'), join(clone, 'bin'));
  await writeFile(join(clone, '.git/info/exclude'), '/bin\n');
  return { folder: clone, scratch };
}

/** What the job that comments hands to GitHub's own program. */
async function comment(plan: string): Promise<string> {
  const scratch = await temporaryFolder();
  await writeFiles(scratch, { 'programs/gh*': '#!/bin/sh\necho "$@" >arguments\n' });
  const env = { PLAN: plan, NUMBER: '7', PATH: `${join(scratch, 'programs')}:${process.env.PATH ?? ''}` };
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
