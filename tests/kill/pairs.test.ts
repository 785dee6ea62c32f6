// @module-tag long
// Two commands at the same time in one repository: nothing is torn, and what is left is what one after the other would have left.
import { appendFile, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import { describe, expect, it } from 'vitest';
import type { CommandResult } from '../support/cluster.ts';
import { copyTree } from '../support/copy-tree.ts';
import { temporaryFolder } from '../support/folders.ts';
import {
  LAUNCHER,
  readTree,
  runProcess,
  smallCluster,
  type SmallCluster,
  type Tree,
} from '../support/small-cluster.ts';

/** Commands by the names under which the pairs speak of them. */
const COMMANDS = {
  configure: ['configure', '--yes'],
  'configure --keep': ['configure', '--yes', '--keep'],
  'configure --rotate': ['configure', '--yes', '--rotate', 'deploy-key'],
  plan: ['plan'],
  diff: ['diff'],
  validate: ['validate'],
  doctor: ['doctor', 'configuration', 'keys', 'secrets', 'repository'],
  'render --output': ['render', '--output', '../rendered'],
  init: ['init', '--yes'],
  adopt: ['adopt', 'talos/talenv.yaml'],
  'template reset': ['template', 'reset', '--yes'],
  'template tidy': ['template', 'tidy', '--yes'],
  'config migrate': ['config', 'migrate', '--yes'],
  upgrade: ['upgrade', '--from', '../upstream', '--yes'],
} as const;

type CommandName = keyof typeof COMMANDS;

/** The first of them are tried in every run of the suite, all of them with `EVERY_PAIR=1`. */
const PAIRS: readonly (readonly [CommandName, CommandName])[] = [
  ['configure', 'configure'],
  ['template reset', 'configure'],
  ['configure', 'upgrade'],
  ['configure', 'plan'],
  ['configure', 'diff'],
  ['configure', 'validate'],
  ['configure', 'doctor'],
  ['configure', 'render --output'],
  ['configure', 'configure --keep'],
  ['configure', 'configure --rotate'],
  ['configure --rotate', 'configure --rotate'],
  ['init', 'configure'],
  ['init', 'init'],
  ['adopt', 'configure'],
  ['adopt', 'adopt'],
  ['template tidy', 'configure'],
  ['template reset', 'template reset'],
  ['template reset', 'upgrade'],
  ['config migrate', 'configure'],
  ['config migrate', 'config migrate'],
  ['upgrade', 'upgrade'],
  ['upgrade', 'init'],
];

const USUAL = 2;

/** Something to do for each of the commands: changed fields under an old name, a secret, a key that is missing. */
async function edit({ repository }: SmallCluster): Promise<void> {
  const path = join(repository, 'cluster.yaml');
  const text = (await readFile(path, 'utf8')).replace('cluster_gateway_addr:', 'cluster_ingress_addr:');
  await writeFile(path, text);
  await appendFile(path, '\ncluster_name: pairs\nrepository_branch: pairs\n');
  const secret = join(repository, 'templates/overrides/talos/own.sops.yaml.j2');
  await writeFile(secret, (await readFile(secret, 'utf8')).replace('token: ', 'another: '));
  await rm(join(repository, 'github-push-token.txt'));
}

describe('pairs of commands', () => {
  const pairs = process.env.EVERY_PAIR === '1' ? PAIRS : PAIRS.slice(0, USUAL);

  it('are at least twenty with EVERY_PAIR=1', () => {
    console.log(`${String(pairs.length)} of ${String(PAIRS.length)} pairs of commands`);
    expect(PAIRS.length).toBeGreaterThanOrEqual(20);
  });

  it.each(pairs)('%s and %s at the same time', { timeout: 240_000 }, async (one, other) => {
    const cluster = await smallCluster();
    await edit(cluster);
    const folder = await temporaryFolder();
    copyTree(cluster.folder, folder);
    const endings = await Promise.all([run(cluster, one), run(cluster, other)]);
    for (const [index, { code, stdout, stderr }] of endings.entries()) {
      const said = `${String([one, other][index])} ended with ${String(code)}:\n${stdout}${stderr}`;
      expect([0, 1, 2, 3], said).toContain(code);
      expect(stdout + stderr, said).not.toMatch(/\n\s+at /);
      if (code !== 0) expect(stdout + stderr, said).toMatch(/^ *(?:\S+: )?error: |\d+ errors?/m);
    }
    const said = endings.map(({ code, stdout, stderr }) => `${String(code)}\n${stdout}${stderr}`).join('\n');
    // Who ended with an error has changed nothing.
    const [isOneLeft, isOtherLeft] = endings.map(({ code }) => code !== 1 && code !== 3);
    const left = [...(isOneLeft === true ? [one] : []), ...(isOtherLeft === true ? [other] : [])];
    const orders = [[one, other], ...(one === other ? [] : [[other, one]]), ...(left.length === 2 ? [] : [left])];
    const state = await stateOf(cluster);
    const possible: State[] = [];
    for (const order of orders) {
      possible.push(await inTurn({ ...cluster, folder }, order));
      if (isDeepStrictEqual(possible.at(-1), state)) return;
    }
    expect(possible, said).toContainEqual(state);
  });
});

async function run({ repository, env }: SmallCluster, name: CommandName): Promise<CommandResult> {
  return await runProcess([process.execPath, LAUNCHER, ...COMMANDS[name]], { cwd: repository, env });
}

/** What is left of a copy after commands that waited for each other. */
async function inTurn(cluster: SmallCluster, names: readonly CommandName[]): Promise<State> {
  const folder = await temporaryFolder();
  copyTree(cluster.folder, folder);
  const copy = {
    ...cluster,
    repository: join(folder, 'repository'),
    env: { ...cluster.env, CLUSTER_TEMPLATE_TRUST: folder },
  };
  for (const name of names) await run(copy, name);
  return await stateOf(copy);
}

/** A repository as two runs that did the same leave it. */
interface State {
  readonly tree: Tree;
  /** Nothing at all, but for what the archive of `template tidy` took away and the inventory names. */
  readonly torn: readonly string[];
}

/** Without what differs from run to run: keys that are made, what is kept of an upgrade and what was moved away. */
async function stateOf({ repository }: SmallCluster): Promise<State> {
  const { tree, torn } = await readTree(repository);
  const kept = Object.entries(tree).filter(([path]) => !/^\.cluster-template\/upgrade\/|^\.private\//.test(path));
  return { tree: Object.fromEntries(kept.map(([path, text]) => [path, isMade(path) ? 'made' : text])), torn };
}

function isMade(path: string): boolean {
  return /github-deploy-key\.sops\.yaml$|^github-deploy\.key|^github-push-token\.txt$/.test(path);
}
