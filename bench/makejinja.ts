// Measures `makejinja` beside the Python program of that name: a tree of 2,000 templates, whole processes in turn, with
// their peak memory; a small project with a plugin that neither has seen before; real projects, where they are given; and how soon a watch
// shows a change of one template of the sample.
// BENCH_RUNS=3 BENCH_TEMPLATES=500 BENCH_TREES=../trees node scripts/run.mjs bench/makejinja.ts
// BENCH_TREES is a folder of projects, each in a folder of its own with a makejinja.toml, its data and its plugin both in Python and beside
// it in TypeScript. They are copied, and nothing else than the copies is written.
import { spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { CREDENTIAL_FILES } from '../src/cluster/credentials/read.ts';
import { clusterRoot } from '../src/cluster/root.ts';
import { loadSettings } from '../src/makejinja/load-settings.ts';
import type { Plugin } from '../src/makejinja/plugin.ts';
import { watchProject } from '../src/makejinja/watch/watch.ts';
import { findAccess, settleAccess } from '../src/pipeline/access.ts';
import { readConfiguration } from '../src/pipeline/configuration.ts';
import { readSources } from '../src/pipeline/render.ts';
import { openUserCache } from '../src/system/user-folders.ts';
import { layOutSample, SAMPLE_KEYS } from '../tests/support/sample.ts';
import { writeTree } from './makejinja/tree.ts';
import { usage, type Usage } from './usage.ts';

const RUNS = Number(process.env.BENCH_RUNS ?? 5);
const TEMPLATES = Number(process.env.BENCH_TEMPLATES ?? 2000);
const PYTHON = process.env.MAKEJINJA_PYTHON ?? 'python3';
const TREES = process.env.BENCH_TREES;
const repository = process.cwd();

/**
 * What is wanted at most: of makejinja's time, of its processor time in a first run and with what earlier ones have kept, and milliseconds
 * from a change to its result.
 */
const WANTED = { time: 0.3, firstRun: 0.8, warm: 0.45, change: 50 };

const folder = mkdtempSync(join(tmpdir(), 'makejinja-bench-'));
try {
  measureTree();
  measureFirstRun();
  measureRealTrees();
  await measureWatch();
} finally {
  rmSync(folder, { recursive: true });
}

interface Contestant {
  readonly name: string;
  readonly command: readonly string[];
  readonly cwd: string;
  readonly times: number[];
  readonly usages: Usage[];
}

function measureTree(): void {
  const contestants = [
    contestant('node -e 0', [process.execPath, '-e', '0']),
    contestant('ours', [process.execPath, join(repository, 'bin/makejinja.mjs')]),
  ];
  if (spawnSync(PYTHON, ['-m', 'makejinja', '--version']).status === 0) {
    contestants.push(contestant('makejinja', [PYTHON, '-m', 'makejinja']));
  } else
    console.log(`makejinja: not measured: ${PYTHON} -m makejinja does not run here (MAKEJINJA_PYTHON names another)`);
  for (let round = 0; round <= RUNS; round += 1) {
    for (const one of round % 2 === 0 ? contestants : contestants.toReversed()) takeTurn(one, round > 0);
  }
  const [, , theirs] = contestants;
  console.log(`${String(TEMPLATES)} templates     median ms   of makejinja   processor ms   of makejinja   peak MB`);
  for (const { name, times, usages } of contestants) {
    const [{ peak, processor } = { peak: NaN, processor: NaN }] = usages;
    const ratio = median(times) / median(theirs?.times ?? []);
    const cells = [
      median(times).toFixed(0).padStart(9),
      ratio.toFixed(2).padStart(12),
      processor.toFixed(0).padStart(12),
      (processor / (theirs?.usages[0]?.processor ?? NaN)).toFixed(2).padStart(12),
      peak.toFixed(0).padStart(7),
    ];
    const missed = name === 'ours' && ratio > WANTED.time ? `  missed: at most ${String(WANTED.time)}` : '';
    console.log(`${name.padEnd(18)} ${cells.join('   ')}${missed}`);
  }
  if (contestants.length === 3) {
    const count = compareTrees(join(contestants[1]?.cwd ?? '', 'out'), join(contestants[2]?.cwd ?? '', 'out'));
    if (count !== TEMPLATES) throw new Error(`${String(count)} files were rendered`);
    console.log(`files that both rendered: ${String(count)}, different: none`);
  }
}

function contestant(name: string, command: readonly string[]): Contestant {
  const cwd = join(folder, name.replaceAll(' ', '-'));
  writeTree(cwd, name.startsWith('node') ? 1 : TEMPLATES);
  return { name, command, cwd, times: [], usages: [] };
}

/** Into an empty folder each time. */
function takeTurn({ name, command, cwd, times, usages }: Contestant, counts: boolean): void {
  rmSync(join(cwd, 'out'), { recursive: true, force: true });
  const [program = '', ...arguments_] = command;
  const start = performance.now();
  const { status, stderr } = spawnSync(program, arguments_, { cwd, encoding: 'utf8' });
  const elapsed = performance.now() - start;
  if (status !== 0) throw new Error(`${name} ended with ${String(status)}: ${stderr}`);
  if (!counts) return;
  times.push(elapsed);
  // In a run of its own, as a process in between costs time.
  if (usages.length === 0) usages.push(usage(command, cwd));
}

/**
 * Both must have made the same: otherwise the times compare different work.
 *
 * @returns the number of their files
 */
function compareTrees(ours: string, theirs: string): number {
  const [own, other] = [filesBelow(ours), filesBelow(theirs)];
  const different = [...new Set([...own.keys(), ...other.keys()])].filter(
    (path) => own.get(path)?.equals(other.get(path) ?? Buffer.alloc(0)) !== true,
  );
  if (different.length > 0) throw new Error(`the outputs differ: ${different.join(', ')}`);
  return own.size;
}

/** Permissions and content by path. */
function filesBelow(path: string): ReadonlyMap<string, Buffer> {
  const entries = readdirSync(path, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
  return new Map(
    entries.map((entry) => {
      const file = join(entry.parentPath, entry.name);
      return [relative(path, file), Buffer.concat([Buffer.from([statSync(file).mode & 0o111]), readFileSync(file)])];
    }),
  );
}

/** 25 templates with a filter and a value of a plugin, which no run has kept anything of. */
function measureFirstRun(): void {
  if (spawnSync(PYTHON, ['-m', 'makejinja', '--version']).status !== 0) return;
  const cwd = join(folder, 'first');
  cpSync(join(repository, 'bench/makejinja/first'), cwd, { recursive: true });
  mkdirSync(join(cwd, 'in'));
  for (let index = 0; index < 25; index += 1) {
    const text = `name: {{ "${String(index)}" | twice }}\n{% for i in range(3) %}\n- {{ i }} {{ extra }}\n{% endfor %}\n`;
    writeFileSync(join(cwd, 'in', `${String(index)}.yaml.jinja`), text);
  }
  tellProcessor('first run with a plugin', measureProject(cwd, true), WANTED.firstRun);
}

/** Projects of other people, each for the first time and with what earlier runs have kept. */
function measureRealTrees(): void {
  if (TREES === undefined) {
    console.log('real projects: not measured: BENCH_TREES names no folder of them');
    return;
  }
  for (const name of readdirSync(TREES).sort()) {
    const cwd = join(folder, 'real', name);
    cpSync(join(TREES, name), cwd, { recursive: true });
    const first = measureProject(cwd, true);
    const count = compareTrees(join(cwd, 'out-0'), join(cwd, 'out-1'));
    tellProcessor(`${name}, ${String(count)} equal files, first run`, first, WANTED.firstRun);
    tellProcessor(`${name}, warm`, measureProject(cwd, false), WANTED.warm);
  }
}

/**
 * Milliseconds of processor that rendering a project takes both, ours first, into an empty folder each time.
 *
 * @param isFirst - whether nothing is there that an earlier run has kept
 */
function measureProject(cwd: string, isFirst: boolean): readonly [number[], number[]] {
  const programs = [
    [process.execPath, join(repository, 'bin/makejinja.mjs')],
    [PYTHON, '-m', 'makejinja'],
  ];
  const cache = join(folder, 'cache');
  const kept = isFirst ? [cache, ...foldersNamed('__pycache__', cwd)] : [];
  const processor: [number[], number[]] = [[], []];
  process.env.CLUSTER_TEMPLATE_CACHE = cache;
  for (let round = 0; round <= RUNS; round += 1) {
    for (const [index, program] of programs.entries()) {
      const output = join(cwd, `out-${String(index)}`);
      for (const path of [output, ...kept]) rmSync(path, { recursive: true, force: true });
      const used = usage([...program, '--output', output], cwd).processor;
      if (Number.isNaN(used)) throw new Error(`${program.join(' ')} fails in ${cwd}`);
      // The first round of a warm run fills what is kept.
      if (round > 0) processor[index]?.push(used);
    }
  }
  delete process.env.CLUSTER_TEMPLATE_CACHE;
  return processor;
}

function foldersNamed(name: string, path: string): string[] {
  const entries = readdirSync(path, { recursive: true, withFileTypes: true });
  const parents = entries.filter((entry) => entry.name.endsWith('.py')).map((entry) => entry.parentPath);
  return [...new Set(parents)].map((parent) => join(parent, name));
}

function tellProcessor(what: string, [ours, theirs]: readonly [number[], number[]], most: number): void {
  const ratio = median(ours) / median(theirs);
  const missed = ratio > most ? `  missed: at most ${String(most)}` : '';
  const figures = `${median(ours).toFixed(0)} ms of processor, ${ratio.toFixed(2)} of makejinja's ${median(theirs).toFixed(0)}`;
  console.log(`${what}: ${figures}${missed}`);
}

/** From the moment that a template of the sample is saved until its result can be read. */
async function measureWatch(): Promise<void> {
  const project = join(folder, 'sample');
  await layOutSample(project);
  for (const key of Object.values(CREDENTIAL_FILES)) cpSync(join(SAMPLE_KEYS, key), join(project, key));
  Object.assign(globalThis, { samplePlugin: await samplePlugin(project) });
  writeFileSync(join(project, 'templates/scripts/plugin.ts'), 'export const Plugin = () => globalThis.samplePlugin;\n');
  const end = new AbortController();
  const times: number[] = [];
  const source = 'kubernetes/flux/cluster/ks.yaml';
  let next: (() => void) | undefined;
  const options = {
    folder: project,
    cache: openUserCache(),
    loadSettings: () => loadSettings({ folder: project, env: {}, warn: console.log }),
    report: (event: { readonly kind: string }) => {
      if (event.kind === 'wrong') throw new Error(JSON.stringify(event));
      if (event.kind === 'done') next?.();
    },
  };
  const watch = watchProject([join(project, 'makejinja.toml')], options, end.signal);
  await new Promise<void>((done) => (next = done));
  const template = join(project, 'templates/config', `${source}.j2`);
  const result = join(project, source);
  const text = readFileSync(template, 'utf8');
  for (let round = 0; round <= 20; round += 1) {
    await new Promise((done) => setTimeout(done, 50));
    const start = performance.now();
    const shown = new Promise<void>((done) => (next = done));
    writeFileSync(template, `${text}# ${String(round)}\n`);
    await shown;
    if (round > 0) times.push(performance.now() - start);
    if (!readFileSync(result, 'utf8').endsWith(`# ${String(round)}\n`))
      throw new Error(`${result} does not show the change`);
  }
  end.abort();
  await watch;
  const missed = median(times) > WANTED.change ? `  missed: at most ${String(WANTED.change)} ms` : '';
  const files = readdirSync(join(project, 'templates'), { recursive: true }).filter((name) =>
    statSync(join(project, 'templates', String(name))).isFile(),
  );
  console.log(
    `watch, ${String(files.length)} files: a change of one template shows after ${median(times).toFixed(1)} ms (median), ${Math.max(...times).toFixed(1)} ms (slowest of ${String(times.length)})${missed}`,
  );
}

/** The starter's own data, functions and filters, which its templates are written with. */
async function samplePlugin(project: string): Promise<Plugin> {
  const root = clusterRoot(project);
  const { access } = await settleAccess(root, await findAccess(root, undefined, false));
  const { configuration } = await readConfiguration(root, access);
  const { plugins } = await readSources(root, configuration, { access });
  const [, starter] = plugins;
  if (starter === undefined) throw new Error('the starter has no plugin');
  return starter;
}

function median(values: readonly number[]): number {
  return values.toSorted((left, right) => left - right)[values.length >> 1] ?? NaN;
}
