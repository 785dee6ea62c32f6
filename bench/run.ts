// Measures whole processes side by side and prints ratios: npm run bench. Medians of several runs, taken in turn, so that
// a machine that slows down slows both.
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { makeSample, SAMPLE_KEYS as keys } from '../tests/support/sample.ts';
import { copyForMakejinja } from './makejinja/sample.ts';
import { usage } from './usage.ts';

const RUNS = Number(process.env.BENCH_RUNS ?? 9);
/** Wanted at most: the time of a `render` of the sample as a part of makejinja's. */
const WANTED = 0.6;
const repository = process.cwd();
const launcher = join(repository, 'bin/cluster-template.mjs');

interface Command {
  readonly name: string;
  readonly program: string;
  readonly arguments: readonly string[];
  readonly cwd: string;
}

const folder = mkdtempSync(join(tmpdir(), 'cluster-template-bench-'));
try {
  await measure();
} finally {
  rmSync(folder, { recursive: true });
}

async function measure(): Promise<void> {
  const cluster = join(folder, 'cluster');
  await makeSample(cluster);
  const ours = (name: string, ...arguments_: string[]): Command => ({
    name,
    program: process.execPath,
    arguments: [launcher, ...arguments_],
    cwd: cluster,
  });
  const node: Command = { name: 'node -e 0', program: process.execPath, arguments: ['-e', '0'], cwd: cluster };
  const commands = [
    node,
    ours('--version', '--version'),
    ours('render', 'render', '--output', join(folder, 'ours'), '--keys', keys),
    ours('configure (no change)', 'configure', '--keys', keys),
    ours('configure --check', 'configure', '--check', '--keys', keys),
  ];
  const makejinja = await makejinjaCommand(cluster);
  if (makejinja === undefined)
    console.log(
      'makejinja: not measured: python3 -m makejinja does not run here (MAKEJINJA_PYTHON names another python)',
    );
  else commands.push(makejinja);
  const medians = run(commands);
  const [base = NaN] = medians;
  const peer = makejinja === undefined ? NaN : (medians.at(-1) ?? NaN);
  console.log('command                   median ms   of node -e 0   of makejinja   processor ms   peak MB');
  for (const [index, { name, program, arguments: arguments_, cwd }] of commands.entries()) {
    const median = medians[index] ?? NaN;
    const { peak, processor } = usage([program, ...arguments_], cwd);
    const cells = [
      median.toFixed(0).padStart(9),
      (median / base).toFixed(2).padStart(12),
      (median / peer).toFixed(2).padStart(12),
      processor.toFixed(0).padStart(12),
      peak.toFixed(0).padStart(7),
    ];
    const missed =
      name === 'render' && median / peer > WANTED ? `  missed: at most ${String(WANTED)} of makejinja` : '';
    console.log(`${name.padEnd(24)} ${cells.join('   ')}${missed}`);
  }
  if (makejinja !== undefined) compareOutputs();
}

/** The real makejinja on the same templates, settings and keys, with a Python plugin in the place of ours. */
async function makejinjaCommand(cluster: string): Promise<Command | undefined> {
  const python = process.env.MAKEJINJA_PYTHON ?? 'python3';
  if (spawnSync(python, ['-m', 'makejinja', '--version']).status !== 0) return undefined;
  const work = join(folder, 'theirs');
  await copyForMakejinja(cluster, keys, work);
  return { name: 'makejinja', program: python, arguments: ['-m', 'makejinja'], cwd: work };
}

/** The files that both rendered must be the same: otherwise the times compare different work. */
function compareOutputs(): void {
  const ours = join(folder, 'ours');
  const paths = readdirSync(ours, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => relative(ours, join(entry.parentPath, entry.name)));
  const different = paths.filter(
    (path) => !readFileSync(join(ours, path)).equals(readFileSync(join(folder, 'theirs', path))),
  );
  console.log(
    `files that both rendered: ${String(paths.length)}, different: ${different.length === 0 ? 'none' : different.join(', ')}`,
  );
}

/** Median wall time of each command in milliseconds, the commands in turn, after one round that does not count. */
function run(commands: readonly Command[]): number[] {
  const times: number[][] = commands.map(() => []);
  for (let round = 0; round <= RUNS; round++) {
    for (const [index, { name, program, arguments: arguments_, cwd }] of commands.entries()) {
      const start = performance.now();
      const { status, stderr } = spawnSync(program, arguments_, { cwd, stdio: ['ignore', 'ignore', 'pipe'] });
      const elapsed = performance.now() - start;
      if (status !== 0) throw new Error(`${name} ended with ${String(status)}: ${String(stderr)}`);
      if (round > 0) times[index]?.push(elapsed);
    }
  }
  return times.map((values) => values.sort((a, b) => a - b)[values.length >> 1] ?? NaN);
}
