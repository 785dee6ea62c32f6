// Measures whole processes side by side and prints ratios: npm run bench. Medians of several runs, taken in turn, so that
// a machine that slows down slows both.
import { spawnSync } from 'node:child_process';
import {
  cpSync,
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { makeSample, SAMPLE_KEYS as keys } from '../tests/support/sample.ts';
import { copyForMakejinja } from './makejinja/sample.ts';
import { usage } from './usage.ts';

const RUNS = Number(process.env.BENCH_RUNS ?? 9);
const repository = process.cwd();
const launcher = join(repository, 'bin/cluster-template.mjs');

interface Command {
  readonly name: string;
  readonly program: string;
  readonly arguments: readonly string[];
  readonly cwd: string;
  /** Folder of what is kept for the user, where it is one of its own. */
  readonly cache?: string;
  /** Made anew before each run, and not measured. */
  readonly prepare?: (round: number) => Partial<Pick<Command, 'arguments' | 'cwd' | 'cache'>>;
  /** At most so many times what it is compared with. */
  readonly wanted?: { readonly of: 'node -e 0' | 'makejinja'; readonly most: number };
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
  const ours = (name: string, most: number, ...arguments_: string[]): Command => ({
    name,
    program: process.execPath,
    arguments: [launcher, ...arguments_],
    cwd: cluster,
    wanted: { of: 'node -e 0', most },
  });
  const node: Command = { name: 'node -e 0', program: process.execPath, arguments: ['-e', '0'], cwd: cluster };
  const commands = [
    node,
    ours('--version', 1.3, '--version'),
    ours('--help', 1.3, '--help'),
    {
      ...ours('render', NaN, 'render', '--output', join(folder, 'ours'), '--keys', keys),
      wanted: { of: 'makejinja' as const, most: 0.6 },
    },
    ours('configure (no change)', 2, 'configure', '--keys', keys),
    ours('plan', 2, 'plan', '--keys', keys),
    ours('validate', 2, 'validate', '--keys', keys),
    {
      ...ours('configure (one edit)', 3, 'configure', '--keys', keys),
      prepare: (round: number) => edited(cluster, round),
    },
    { ...ours('configure (first run)', 8, 'configure', '--keys', keys), prepare: () => firstRun(cluster) },
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
  for (const [index, command] of commands.entries()) {
    const { name, program, wanted } = command;
    const { arguments: arguments_, cwd, cache } = { ...command, ...command.prepare?.(RUNS) };
    const median = medians[index] ?? NaN;
    const { peak, processor } = usage([program, ...arguments_], cwd, environmentOf(cache));
    const cells = [
      median.toFixed(0).padStart(9),
      (median / base).toFixed(2).padStart(12),
      (median / peer).toFixed(2).padStart(12),
      processor.toFixed(0).padStart(12),
      peak.toFixed(0).padStart(7),
    ];
    const ratio = median / (wanted?.of === 'makejinja' ? peer : base);
    const missed =
      wanted !== undefined && ratio > wanted.most ? `  missed: at most ${String(wanted.most)} of ${wanted.of}` : '';
    console.log(`${name.padEnd(24)} ${cells.join('   ')}${missed}`);
  }
  if (makejinja !== undefined) compareOutputs();
}

/** What is kept of the measurements is kept for them alone. */
function environmentOf(cache = join(folder, 'cache')): NodeJS.ProcessEnv {
  return { ...process.env, CLUSTER_TEMPLATE_CACHE: cache };
}

/** One value is another than ever before; a copy of its own, so that the other commands find nothing changed. */
function edited(cluster: string, round: number): { cwd: string } {
  const copy = join(folder, 'edited');
  if (!existsSync(copy)) cpSync(cluster, copy, { recursive: true });
  const file = join(copy, 'cluster.yaml');
  const text = readFileSync(file, 'utf8');
  const rest = text.replace(/^flux_memory_limit: .*\n/m, '');
  writeFileSync(file, `${rest}flux_memory_limit: ${String(1100 + round)}Mi\n`);
  return { cwd: copy };
}

/** As after a fresh clone and `npm ci`: there is what the build has compiled (scripts/warm.mjs), and nothing is kept for the user. */
function firstRun(cluster: string): { cwd: string; arguments: string[]; cache: string } {
  const tool = join(folder, 'tool');
  rmSync(tool, { recursive: true, force: true });
  for (const name of ['bin', 'dist', 'package.json']) {
    cpSync(join(repository, name), join(tool, name), { recursive: true });
  }
  for (const name of ['node_modules', 'schemas']) symlinkSync(join(repository, name), join(tool, name));
  const cache = join(folder, 'first-cache');
  rmSync(cache, { recursive: true, force: true });
  return { cwd: cluster, cache, arguments: [join(tool, 'bin/cluster-template.mjs'), 'configure', '--keys', keys] };
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
    for (const [index, command] of commands.entries()) {
      const { name, program, arguments: arguments_, cwd, cache } = { ...command, ...command.prepare?.(round) };
      const env = environmentOf(cache);
      const start = performance.now();
      const { status, stderr } = spawnSync(program, arguments_, { cwd, env, stdio: ['ignore', 'ignore', 'pipe'] });
      const elapsed = performance.now() - start;
      if (status !== 0) throw new Error(`${name} ended with ${String(status)}: ${String(stderr)}`);
      if (round > 0) times[index]?.push(elapsed);
    }
  }
  return times.map((values) => values.sort((a, b) => a - b)[values.length >> 1] ?? NaN);
}
