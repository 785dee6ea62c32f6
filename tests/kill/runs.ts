import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { readFile, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { decrypt } from '../../src/sops/decrypt.ts';
import { parseIdentityFile } from '../../src/sops/identities.ts';
import { sampleCluster } from '../support/cluster.ts';
import { readFiles } from '../support/folders.ts';
import { privateLauncher } from '../support/small-cluster.ts';

const repository = resolve(import.meta.dirname, '../..');
const keys = join(repository, 'tests/sample');

/** What came of the runs. */
export interface KillReport {
  readonly problems: readonly string[];
  readonly killed: number;
  /** Killed runs that had begun to stage files. */
  readonly staged: number;
  /** Killed runs that left a journal for the next one. */
  readonly journals: number;
  readonly milliseconds: number;
}

/** Texts of a tree's files by path. */
type Tree = Readonly<Record<string, string>>;

/** A place where configure runs, with the program in it: a build that goes on meanwhile must not change what is tested. */
interface Site {
  readonly cluster: string;
  readonly launcher: string;
}

/** One of the two configurations between which the runs alternate: they differ in files, in their number and in a secret. */
interface State {
  readonly token: string;
  readonly cluster: string;
  /** The files that are not secret, which every run renders alike. */
  readonly plain: Tree;
}

/**
 * Ends `configure` with SIGKILL at a random moment, again and again; looks at the tree each time and lets the next run, with
 * the same configuration or the other one, finish.
 */
export async function killRuns(runs: number, seed: number): Promise<KillReport> {
  const start = performance.now();
  const random = randomNumbers(seed);
  const site = { cluster: await sampleCluster(), launcher: await privateLauncher() };
  const { states, duration } = await prepare(site);
  const problems: string[] = [];
  const counts = { killed: 0, staged: 0, journals: 0 };
  let current = 1;
  for (let run = 0; run < runs; run++) {
    const [from, to] = [stateAt(states, current), stateAt(states, 1 - current)];
    const moment = momentOf(run, random(), duration);
    const name = `run ${String(run)} (${JSON.stringify(moment)})`;
    const before = await readFiles(site.cluster);
    const { code } = await configure(site, to, moment);
    const killed = await readFiles(site.cluster);
    if (code === undefined) counts.killed += 1;
    if (existsSync(join(site.cluster, '.cluster-template/staging'))) counts.staged += 1;
    if (existsSync(join(site.cluster, '.cluster-template/journal.json'))) counts.journals += 1;
    problems.push(...(await tornFiles(killed, [from.plain, to.plain], before)).map((path) => `${name}: torn: ${path}`));
    problems.push(...plainSecrets(killed, states).map((path) => `${name}: plain secret: ${path}`));

    const next = random() < 0.5 ? current : 1 - current;
    const { code: finished, stderr } = await configure(site, stateAt(states, next));
    if (finished !== 0)
      return { problems: [...problems, `${name}: the next run failed: ${stderr}`], ...counts, milliseconds: 0 };
    problems.push(
      ...unlike(await readFiles(site.cluster), stateAt(states, next).plain).map((path) => `${name}: ${path}`),
    );
    current = next;
  }
  return { problems, ...counts, milliseconds: performance.now() - start };
}

/** When a run is killed: so long after its start, or after a file of its state folder appeared. */
interface Moment {
  readonly delay: number;
  readonly after?: string;
}

/** Two of three moments lie within the short times in which files are staged and put into place. */
function momentOf(run: number, random: number, duration: number): Moment {
  const moments: readonly Moment[] = [
    { delay: random * duration },
    { delay: random * 30, after: 'staging' },
    { delay: random * 15, after: 'journal.json' },
  ];
  return moments[run % moments.length] ?? { delay: 0 };
}

/** Configures both states once; the second is the one that the tree is left in. */
async function prepare(site: Site): Promise<{ states: readonly State[]; duration: number }> {
  const template = join(site.cluster, 'templates/config/kubernetes/components/sops/cluster-secrets.sops.yaml.j2');
  await writeFile(template, `${await readFile(template, 'utf8')}  TOKEN: '#< cloudflare_token >#'\n`);
  const sample = await readFile(join(site.cluster, 'cluster.yaml'), 'utf8');
  const base = sample.replace(/^cloudflare_token: .*$/m, 'cloudflare_token: {env: KILL_TEST_TOKEN}');
  const other = `${base}\nrepository_branch: release\nspegel_enabled: false\n`.replaceAll('example.com', 'example.net');
  const states: State[] = [];
  let duration = 0;
  for (const [index, cluster] of [base, other].entries()) {
    const state = { token: `marker-of-kill-test-${String(index)}-0123456789`, cluster, plain: {} };
    const start = performance.now();
    const { code, stderr } = await configure(site, state);
    if (code !== 0) throw new Error(stderr);
    duration = performance.now() - start;
    states.push({ ...state, plain: plainOf(await readFiles(site.cluster)) });
  }
  return { states, duration };
}

/** Runs configure to its end, or until a moment comes; the code is undefined where a signal ended it. */
async function configure(
  { cluster, launcher }: Site,
  state: State,
  moment?: Moment,
): Promise<{ code: number | undefined; stderr: string }> {
  await writeFile(join(cluster, 'cluster.yaml'), state.cluster);
  const { SOPS_AGE_KEY_FILE: _key, ...environment } = process.env;
  const child = spawn(process.execPath, [launcher, 'configure', '--yes', '--keys', keys, '--root', cluster], {
    stdio: ['ignore', 'ignore', 'pipe'],
    env: { ...environment, NO_COLOR: '1', KILL_TEST_TOKEN: state.token },
  });
  let stderr = '';
  child.stderr.on('data', (data: Buffer) => {
    stderr += data.toString();
  });
  const ended = new Promise<number | undefined>((settle) =>
    child.on('close', (code) => {
      settle(code ?? undefined);
    }),
  );
  if (moment !== undefined) {
    const awaited = moment.after === undefined ? cluster : join(cluster, '.cluster-template', moment.after);
    while (child.exitCode === null && !existsSync(awaited)) await pause(0);
    await Promise.race([pause(moment.delay), ended]);
    child.kill('SIGKILL');
  }
  return { code: await ended, stderr };
}

/** A file that is neither as it was nor as it shall be. A secret counts as whole where it can be decrypted. */
async function tornFiles(tree: Tree, plain: readonly Tree[], before: Tree): Promise<string[]> {
  const identities = parseIdentityFile(await readFile(join(keys, 'age.key'), 'utf8'), 'age.key');
  const torn: string[] = [];
  for (const path of new Set([...Object.keys(tree), ...plain.flatMap((one) => Object.keys(one))])) {
    const text = tree[path];
    if (isPlainOutput(path) && !plain.some((one) => one[path] === text)) torn.push(path);
    if (!isSecret(path) || text === undefined || text === before[path]) continue;
    await decrypt({ path, text, identities }).catch(() => torn.push(path));
  }
  return torn;
}

function unlike(tree: Tree, plain: Tree): string[] {
  const outputs = plainOf(tree);
  const paths = new Set([...Object.keys(outputs), ...Object.keys(plain)]);
  const different = [...paths].filter((path) => outputs[path] !== plain[path]).map((path) => `not finished: ${path}`);
  const leftovers = Object.keys(tree).filter((path) => /\.tmp$|^\.cluster-template\/(?!manifest\.json$)/.test(path));
  return [...different, ...leftovers.map((path) => `left behind: ${path}`)];
}

function plainSecrets(tree: Tree, states: readonly State[]): string[] {
  const markers = states.flatMap(({ token }) => [token, Buffer.from(token).toString('base64').slice(0, -4)]);
  markers.push('AGE-SECRET-KEY-1', 'PRIVATE KEY-----');
  return Object.entries(tree)
    .filter(([, text]) => markers.some((marker) => text.includes(marker)))
    .map(([path]) => path);
}

function plainOf(tree: Tree): Tree {
  return Object.fromEntries(Object.entries(tree).filter(([path]) => isPlainOutput(path)));
}

function isPlainOutput(path: string): boolean {
  return /^(kubernetes|talos|bootstrap)\/|^\.sops\.yaml$/.test(path) && !isSecret(path);
}

function isSecret(path: string): boolean {
  return /[^/]\.sops\.[^./]+$/.test(path);
}

function stateAt(states: readonly State[], index: number): State {
  const state = states[index];
  if (state === undefined) throw new Error(`no state ${String(index)}`);
  return state;
}

/** Evenly spread numbers from 0 to 1 that follow from the seed (mulberry32). */
function randomNumbers(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

function pause(milliseconds: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, milliseconds));
}
