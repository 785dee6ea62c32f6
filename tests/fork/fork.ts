import { execFile } from 'node:child_process';
import { cp, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { layOutSample } from '../support/sample.ts';

const run = promisify(execFile);

/** The top of the checkout: tests and scripts are started there, and a bundle of this file lies elsewhere. */
const repository = process.cwd();

/** What somebody made of a fork: his configuration, an override, a plugin, an app and files that nothing knows of. */
const FORK_FILES = join(repository, 'tests/fork/files');

/** What the owner's shell holds; the variable of his cluster.yaml. */
const OWNER_ENV = { FORK_COHERE_KEY: 'fork-cohere-key-4711' };

const TUNNEL = {
  AccountTag: 'somebody',
  TunnelSecret: 'c29tZWJvZHkncyBzZWNyZXQ=',
  TunnelID: '6b6b0f7c-1f2d-4b4e-9d55-0a53c1f0a002',
};

/**
 * Makes a repository one that somebody has configured for himself: `init` makes his keys, his files take the place of the sample's and
 * `configure` renders his tree.
 *
 * @param folder - holds the tool's templates and the files of the sample at least, rendered or not
 * @param launcher - the tool
 */
export async function configureFork(
  folder: string,
  launcher = join(repository, 'bin/cluster-template.mjs'),
): Promise<void> {
  // Keys first: they say on this machine whose repository it is, so that its plugin may run.
  await asOwner(folder, ['init'], launcher);
  await cp(FORK_FILES, folder, { recursive: true });
  for (const name of ['anthropic', 'cloudflare-token']) {
    await writeFile(join(folder, `${name}.key`), `fork-${name}-4711\n`, { mode: 0o600 });
  }
  await writeFile(join(folder, 'cloudflare-tunnel.json'), JSON.stringify(TUNNEL), { mode: 0o600 });
  await asOwner(folder, ['configure', '--yes'], launcher);
}

/** Runs a command as the owner does, with all that is his; gives back what it prints. */
export async function asOwner(
  folder: string,
  words: readonly string[],
  launcher = join(repository, 'bin/cluster-template.mjs'),
): Promise<string> {
  const { SOPS_AGE_KEY_FILE: _file, SOPS_AGE_KEY: _key, ...inherited } = process.env;
  const { stdout } = await run(process.execPath, [launcher, ...words], {
    cwd: folder,
    env: { ...inherited, ...OWNER_ENV },
  });
  return stdout;
}

/**
 * A fork in small: what its workflows and its owner's commands take, in a git repository with everything committed.
 *
 * @param folder - not there yet
 */
export async function makeFork(folder: string): Promise<void> {
  const parts = ['.github', '.gitignore', '.renovaterc.json5', 'package.json'];
  for (const part of parts) await cp(join(repository, part), join(folder, part), { recursive: true });
  await layOutSample(folder);
  await configureFork(folder);
  await git(folder, 'init', '--quiet', '--initial-branch=main');
  await commit(folder, 'Owner');
}

/** Commits everything that git does not ignore. */
export async function commit(folder: string, author: string): Promise<void> {
  await git(folder, 'add', '--all');
  const who = ['-c', `user.name=${author}`, '-c', 'user.email=somebody@example.com'];
  await git(folder, ...who, 'commit', '--quiet', '--message', `by ${author}`);
}

/** Runs git; gives back what it prints, without white space around it. */
export async function git(folder: string, ...words: readonly string[]): Promise<string> {
  return (await run('git', words, { cwd: folder })).stdout.trim();
}

/** A step of a job, as far as it matters here. */
export interface Step {
  readonly id?: string;
  readonly uses?: string;
  readonly run?: string;
}

/** A job of a workflow, as far as it matters here. */
export interface Job {
  readonly name?: string;
  readonly 'runs-on': string;
  readonly strategy?: { readonly matrix: unknown };
  readonly steps: readonly Step[];
}

/** A workflow of GitHub, as far as it matters here. */
export interface Workflow {
  readonly on: Readonly<Record<string, unknown>>;
  readonly jobs: Readonly<Record<string, Job>>;
}

/** What a step came to. */
export interface StepResult {
  readonly run: string;
  readonly code: number;
  readonly output: string;
}

/**
 * Runs the `run:` steps of a job one after the other, as a runner of GitHub does, and stops at the first that fails. What installs
 * packages is left out, as a test asks no registry.
 *
 * @param folder - the checkout
 * @param scratch - folder for the runner's own files
 * @param env - what the job sets
 */
export async function runJob(
  { jobs }: Workflow,
  name: string,
  {
    folder,
    scratch,
    env = {},
  }: { readonly folder: string; readonly scratch: string; readonly env?: Readonly<Record<string, string>> },
): Promise<{
  readonly steps: readonly StepResult[];
  readonly outputs: Readonly<Record<string, string>>;
  readonly summary: string;
}> {
  const files = { GITHUB_OUTPUT: join(scratch, 'output'), GITHUB_STEP_SUMMARY: join(scratch, 'summary') };
  for (const file of Object.values(files)) await writeFile(file, '');
  const { SOPS_AGE_KEY_FILE: _file, SOPS_AGE_KEY: _key, ...inherited } = process.env;
  const steps: StepResult[] = [];
  for (const { run: script } of jobs[name]?.steps ?? []) {
    if (script === undefined || script === INSTALL) continue;
    const words = ['--noprofile', '--norc', '-eo', 'pipefail', '-c', script];
    const step = await new Promise<StepResult>((settle) => {
      const options = { cwd: folder, env: { ...inherited, NO_COLOR: '1', RUNNER_TEMP: scratch, ...files, ...env } };
      execFile('bash', words, options, (error, stdout, stderr) => {
        const code = error === null ? 0 : typeof error.code === 'number' ? error.code : 1;
        settle({ run: script, code, output: stdout + stderr });
      });
    });
    steps.push(step);
    if (step.code !== 0) break;
  }
  return {
    steps,
    outputs: outputsOf(await readFile(files.GITHUB_OUTPUT, 'utf8')),
    summary: await readFile(files.GITHUB_STEP_SUMMARY, 'utf8'),
  };
}

/** The step that asks a registry. */
export const INSTALL = 'npm ci';

/** Both forms that GitHub reads: `name=value`, and `name<<WORD` with lines up to that word. */
function outputsOf(text: string): Record<string, string> {
  const outputs: Record<string, string> = {};
  for (const match of text.matchAll(/^(\w+)(?:=(.*)|<<(\S+)\n([^]*?)\n\3)$/gm)) {
    outputs[match[1] ?? ''] = match[2] ?? match[4] ?? '';
  }
  return outputs;
}
