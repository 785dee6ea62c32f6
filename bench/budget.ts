// Shows what the budget of a render is worth: the highest shares of it that real trees use, what paying for it costs, and the
// processor time that each attack of the tests takes until it ends, in a process of its own with the default budget.
// node scripts/run.mjs bench/budget.ts [trees | cost | attacks [NAME…]]
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build, type Plugin } from 'esbuild';
import { DEFAULT_BUDGET, peak } from '../src/jinja/python/budget.ts';
import { loadSettings } from '../src/makejinja/load-settings.ts';
import { loadProject } from '../src/makejinja/project.ts';
import { renderInputs } from '../src/makejinja/render.ts';
import { goldenCases, renderTexts } from '../tests/golden/cases.ts';
import { run } from '../tests/jinja/security/attack.ts';
import { EXHAUSTION } from '../tests/jinja/security/exhaustion.ts';
import { makeSample } from '../tests/support/sample.ts';

/** What an attack may take at most, in milliseconds of a processor, the start of Node included. */
const WANTED = 2000;
/** Seconds of a processor after which the system ends a process. */
const KILLED = 30;

/** What paying may add to the time of a render. */
const WANTED_COST = 0.03;
const COST_ROUNDS = 9;

const [mode, ...rest] = process.argv.slice(2);
if (mode === '--attack') attack(Number(rest[0]));
else {
  if (mode === undefined || mode === 'trees') await measureTrees();
  if (mode === undefined || mode === 'cost') await measureCost();
  if (mode === undefined || mode === 'attacks') measureAttacks(rest);
}

async function measureTrees(): Promise<void> {
  console.log('highest share of the budget                work   memory   compilation');
  const folder = mkdtempSync(join(tmpdir(), 'budget-'));
  try {
    process.env.SAMPLE_CLUSTER = join(folder, 'sample');
    await makeSample(process.env.SAMPLE_CLUSTER);
    for (const path of await goldenCases()) {
      const text = (name: string): string => readFileSync(join(path, 'input', name), 'utf8');
      const texts = { cluster: text('cluster.yaml'), nodes: text('nodes.yaml') };
      await share(`golden tree ${basename(path)}`, () => renderTexts(texts, join(folder, basename(path))));
    }
    const project = join(process.cwd(), 'tests/makejinja/project');
    await share('makejinja project of the tests', async () => {
      const { settings } = await loadSettings({ folder: project, env: {}, warn: console.error });
      renderInputs(await loadProject(settings, { folder: project }));
    });
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

async function share(name: string, render: () => Promise<unknown>): Promise<void> {
  Object.assign(peak, { work: 0, memory: 0, compilation: 0 });
  await render();
  const { work, memory, compilation } = peak;
  const cells = [work / DEFAULT_BUDGET.work, memory / DEFAULT_BUDGET.memory, compilation / DEFAULT_BUDGET.work];
  console.log([name.padEnd(38), ...cells.map((part) => `${(100 * part).toFixed(2).padStart(6)} %`)].join(' '));
}

/** The same renders with an engine that pays and one in which paying is nothing, in turn. */
async function measureCost(): Promise<void> {
  const folder = mkdtempSync(join(process.cwd(), 'dist', '.budget-'));
  try {
    const paying = await engine(join(folder, 'paying.mjs'), []);
    const free = await engine(join(folder, 'free.mjs'), [withoutBudget()]);
    const times: [string, number][][][] = [[], []];
    for (let round = 0; round < COST_ROUNDS; round += 1) {
      for (const index of round % 2 === 0 ? [0, 1] : [1, 0]) {
        const { stdout } = spawnSync(process.execPath, [index === 0 ? paying : free], { encoding: 'utf8' });
        times[index]?.push(JSON.parse(stdout) as [string, number][]);
      }
    }
    const best = (index: number, line: number): number =>
      Math.min(...(times[index] ?? []).map((round) => round[line]?.[1] ?? NaN));
    console.log('renders with the budget, as a part of those without         ratio');
    for (const [line, [name]] of (times[0]?.[0] ?? []).entries()) {
      const ratio = best(0, line) / best(1, line);
      const missed = ratio > 1 + WANTED_COST ? `  missed: at most ${String(1 + WANTED_COST)}` : '';
      console.log(`${name.padEnd(58)} ${ratio.toFixed(3)}${missed}`);
    }
  } finally {
    rmSync(folder, { recursive: true });
  }
}

async function engine(outfile: string, plugins: readonly Plugin[]): Promise<string> {
  const entryPoints = ['bench/jinja/budget-cost.ts'];
  await build({
    entryPoints,
    outfile,
    bundle: true,
    platform: 'node',
    format: 'esm',
    packages: 'external',
    plugins: [...plugins],
  });
  return outfile;
}

/** Leaves away whatever pays: functions that do nothing else, and code in the rendered templates. */
function withoutBudget(): Plugin {
  return {
    name: 'without-budget',
    setup(made) {
      made.onLoad({ filter: /jinja\/(?:python\/budget|compiler\/scopes)\.ts$/ }, ({ path }) => {
        const text = readFileSync(path, 'utf8');
        const free = text
          .replace(/^export function (?:spend|hold|scanText|makeText|makeItems|payCaught)\(.*\{$/gm, '$& return;')
          .replace(/^export function spendCode\(.*\{$/m, "$& return '';");
        if (free === text) throw new Error(`${path} pays for nothing`);
        return { contents: free, loader: 'ts' };
      });
    },
  };
}

function measureAttacks(names: readonly string[]): void {
  const chosen = EXHAUSTION.map(({ name }, index) => ({ name, index })).filter(
    ({ name }) => names.length === 0 || names.includes(name),
  );
  const results = chosen.map(({ name, index }) => ({ name, ...inProcess(index) }));
  results.sort((a, b) => b.milliseconds - a.milliseconds);
  console.log(`${String(results.length)} attacks; the longest:                       processor ms   peak MB   end`);
  for (const { name, milliseconds, megabytes, end } of results.slice(0, 15)) {
    const cells = [
      name.slice(0, 46).padEnd(46),
      milliseconds.toFixed(0).padStart(12),
      megabytes.toFixed(0).padStart(9),
    ];
    console.log(`${cells.join(' ')}   ${end}${milliseconds > WANTED ? `  missed: at most ${String(WANTED)}` : ''}`);
  }
}

interface Measured {
  readonly milliseconds: number;
  readonly megabytes: number;
  readonly end: string;
}

function inProcess(index: number): Measured {
  const script = `ulimit -t ${String(KILLED)}; exec "$0" "$@"`;
  // The bundle of this file, which is made already.
  const words = [fileURLToPath(import.meta.url), '--attack', String(index)];
  const { stdout, status, signal } = spawnSync('bash', ['-c', script, process.execPath, ...words], {
    encoding: 'utf8',
  });
  if (status === 0) return JSON.parse(stdout) as Measured;
  return { milliseconds: Infinity, megabytes: NaN, end: `ended by ${signal ?? `status ${String(status)}`}` };
}

/** Runs one attack and prints what it took since the bundle of this file was loaded. */
function attack(index: number): void {
  const found = EXHAUSTION[index];
  if (found === undefined) throw new Error(`there is no attack ${String(index)}`);
  const start = process.cpuUsage();
  const { ended } = run(found);
  const { user, system } = process.cpuUsage(start);
  const end = 'text' in ended ? `a text of ${String(ended.text.length)} characters` : JSON.stringify(ended);
  const measured: Measured = {
    milliseconds: (user + system) / 1000,
    megabytes: process.resourceUsage().maxRSS / 1024,
    end,
  };
  console.log(JSON.stringify(measured));
}
