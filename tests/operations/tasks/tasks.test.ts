import { execFile } from 'node:child_process';
import { cp, readdir, readFile, symlink } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import type { Command } from 'commander';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { commandLine } from '../../../src/cli/command-line.ts';
import { findTool } from '../../support/tools.ts';
import { standInCluster, type StandInCluster } from '../day2/stand-in-cluster.ts';

const repository = resolve(import.meta.dirname, '../../..');

/** What users know; issue and facts name them. */
const EXPECTED = [
  'init',
  'doctor',
  'configure',
  'plan',
  'diff',
  'validate',
  'explain',
  'config',
  'watch',
  'adopt',
  'render',
  'upgrade',
  'reconcile',
  'studio',
  'debug',
  'bootstrap:talos',
  'bootstrap:apps',
  'talos:generate-config',
  'talos:plan',
  'talos:apply-node',
  'talos:upgrade-node',
  'talos:upgrade-k8s',
  'talos:reset',
  'talos:status',
  'secrets:show',
  'secrets:edit',
  'secrets:set',
  'secrets:encrypt',
  'secrets:check',
  'secrets:diff',
  'secrets:rotate',
  'secrets:recipients',
  'secrets:add-recipient',
  'secrets:remove-recipient',
  'secrets:rekey',
  'secrets:keygen',
  'template:debug',
  'template:tidy',
  'template:reset',
  'template:validate',
  'flux:validate',
];

/** A task of a Taskfile, as far as the tests look at it. */
interface Task {
  readonly desc?: string;
  readonly cmd?: string;
  readonly dir?: string;
  readonly requires?: { readonly vars: readonly string[] };
}

const tasks = await readTasks();

describe('the Taskfile', () => {
  it('has every task that users know, each with a description', () => {
    expect([...tasks.keys()].sort()).toEqual([...EXPECTED].sort());
    for (const [name, { desc }] of tasks) expect(desc, name).toBeTruthy();
  });

  it.each([...tasks])('%s is one command of ours with options that it has', (_, { cmd = '', dir, requires }) => {
    const lines = [fill(cmd, { assumeYes: true, force: true }), fill(cmd, { assumeYes: false, force: false })];
    for (const line of lines) {
      const [node, launcher, ...words] = line.split(' ').filter((word) => word !== '');
      // A task that takes paths does its work where they are taken from.
      const inFolder = dir === '{{.USER_WORKING_DIR}}' ? '"{{.ROOT_DIR}}/bin/cluster-template.mjs"' : undefined;
      expect([node, launcher]).toEqual(['node', inFolder ?? 'bin/cluster-template.mjs']);
      expect(parsesWith(words), words.join(' ')).toBe(true);
    }
    for (const variable of requires?.vars ?? []) expect(cmd).toContain(`{{.${variable} | shellQuote}}`);
  });

  it('sets the files of the cluster for other programs', async () => {
    const { env } = parse(await readFile(join(repository, 'Taskfile.yaml'), 'utf8')) as { env: object };
    expect(env).toEqual({
      KUBECONFIG: '{{.ROOT_DIR}}/kubeconfig',
      SOPS_AGE_KEY_FILE: '{{.ROOT_DIR}}/age.key',
      SOPS_CONFIG: '{{.ROOT_DIR}}/.sops.yaml',
      TALOSCONFIG: '{{.ROOT_DIR}}/talos/clusterconfig/talosconfig',
    });
  });
});

const task = await findTool('task');

describe.skipIf(task === undefined)('go-task (skipped where it is not installed)', () => {
  it('lists every task', async () => {
    const cluster = await taskCluster();
    const { stdout, code } = await runTask(cluster, ['--list-all', '--json']);
    expect(code).toBe(0);
    const listed = (JSON.parse(stdout) as { tasks: { name: string }[] }).tasks.map(({ name }) => name);
    expect(listed.sort()).toEqual([...EXPECTED, 'default'].sort());
  });

  it.each([
    [['talos:apply-node', 'IP=192.0.2.20', 'MODE=staged', '--yes'], 'apply-config --nodes 192.0.2.20 .* --mode staged'],
    [['talos:apply-node', 'IP=192.0.2.20', '--yes'], '--mode auto'],
    [['talos:upgrade-node', 'IP=192.0.2.20', '--yes'], 'upgrade --nodes 192.0.2.20 '],
    [['talos:upgrade-k8s', '--yes'], '^get --raw /version'],
    [['talos:reset', '--', '--confirm', '192.0.2.5'], 'reset --nodes 192.0.2.10 .*--system-labels-to-wipe'],
    [['talos:reset', '--force', '--', '--confirm', '192.0.2.5'], 'reset --nodes 192.0.2.10 --reboot --graceful'],
    [['talos:generate-config'], '^genconfig'],
    [['reconcile'], 'reconcile kustomization flux-system --with-source'],
    [['template:debug'], 'get --all-namespaces pods'],
  ] as const)('runs %j', async (words, call) => {
    const cluster = await taskCluster();
    const { code, stderr } = await runTask(cluster, words);
    expect(code, stderr).toBe(0);
    const lines = (await cluster.stands.calls()).map(({ args }) => args.join(' '));
    expect(
      lines.some((line) => new RegExp(call).test(line)),
      lines.join('\n'),
    ).toBe(true);
  });

  it.each([
    [['talos:plan']],
    [['talos:status']],
    [['bootstrap:talos', '--', '--dry-run']],
    [['bootstrap:apps', '--', '--dry-run']],
    [['init']],
    [['configure', '--yes']],
    [['template:validate']],
    [['flux:validate']],
    [['template:tidy', '--yes', '--', '--dry-run']],
    [['template:reset', '--yes']],
  ] as const)('reaches our command by %j', async (words) => {
    const cluster = await taskCluster();
    const { code, stdout, stderr } = await runTask(cluster, words);
    // A finding of ours is told as exit code 1 of the command; go-task itself then ends with 201.
    expect([0, 201], stderr).toContain(code);
    expect(stdout + stderr).not.toMatch(/unknown (?:command|option)|error: missing/);
    expect(stdout + stderr).not.toMatch(/\n\s+at /);
  });

  it('asks for a variable that is needed, and takes none for a part of the shell', async () => {
    const cluster = await taskCluster();
    expect((await runTask(cluster, ['talos:apply-node'])).code).not.toBe(0);
    const { stderr } = await runTask(cluster, ['talos:apply-node', 'IP=1; echo injected', '--yes']);
    expect(stderr).toContain('there is no node 1; echo injected');
  });
});

async function readTasks(): Promise<Map<string, Task>> {
  const found = new Map<string, Task>();
  const read = async (file: string, prefix: string): Promise<void> => {
    const taskfile = parse(await readFile(join(repository, file), 'utf8')) as {
      tasks: Record<string, Task>;
      includes?: Record<string, string>;
    };
    for (const [name, one] of Object.entries(taskfile.tasks)) {
      if (name !== 'default') found.set(name.startsWith(':') ? name.slice(1) : `${prefix}${name}`, one);
    }
    for (const [name, included] of Object.entries(taskfile.includes ?? {})) await read(included, `${name}:`);
  };
  await read('Taskfile.yaml', '');
  return found;
}

/** A command line as go-task makes it of a template. */
function fill(cmd: string, { assumeYes, force }: { readonly assumeYes: boolean; readonly force: boolean }): string {
  return cmd
    .replace(/\{\{if \.CLI_ASSUME_YES\}\}(.*?)\{\{end\}\}/g, assumeYes ? '$1' : '')
    .replace(/\{\{if \.CLI_FORCE\}\}(.*?)\{\{end\}\}/g, force ? '$1' : '')
    .replace('{{.IP | shellQuote}}', '192.0.2.10')
    .replace('{{.MODE | shellQuote}}', 'auto')
    .replace('{{.CLI_ARGS}}', '')
    .trim();
}

/** Whether our command line knows the command, and each of its options; nothing is run. */
function parsesWith(words: readonly string[]): boolean {
  let command: Command | undefined = commandLine(() => undefined);
  const rest = [...words];
  while (command !== undefined && command.commands.length > 0) {
    const name = rest.shift();
    command = command.commands.find((one) => one.name() === name || one.aliases().includes(name ?? ''));
  }
  if (command === undefined) return false;
  const flags = rest.filter((word) => word.startsWith('-'));
  return flags.every((flag) => command.options.some(({ long, short }) => flag === long || flag === short));
}

/** The sample with everything that tasks need: the Taskfiles, and our own program by links. */
async function taskCluster(): Promise<StandInCluster> {
  const rules = [
    { program: 'talosctl', match: '^(?:apply-config|reset|upgrade-k8s)' },
    { program: 'kubectl', match: '^get --all-namespaces' },
    { program: 'flux' },
  ];
  const cluster = await standInCluster(rules);
  for (const part of ['Taskfile.yaml', '.taskfiles'])
    await cp(join(repository, part), join(cluster.root, part), { recursive: true });
  for (const part of await readdir(repository)) {
    if (['bin', 'dist', 'src', 'node_modules', 'package.json', 'schemas', 'scripts'].includes(part)) {
      await symlink(join(repository, part), join(cluster.root, part));
    }
  }
  return cluster;
}

async function runTask(
  { root, stands }: StandInCluster,
  words: readonly string[],
): Promise<{ code: number; stdout: string; stderr: string }> {
  // Vitest sets MODE, and go-task takes variables from the environment.
  const { FORCE_COLOR: _colour, SOPS_AGE_KEY_FILE: _key, MODE: _mode, ...inherited } = process.env;
  const env = { ...inherited, ...stands.env, NO_COLOR: '1' };
  return await new Promise((settle) => {
    execFile(task ?? '', [...words], { cwd: root, env, maxBuffer: 2 ** 26 }, (error, stdout, stderr) => {
      settle({ code: error === null ? 0 : typeof error.code === 'number' ? error.code : 1, stdout, stderr });
    });
  });
}
