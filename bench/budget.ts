// Shows what the budget of a render is worth: the highest shares of it that real trees use, and the processor time that
// each attack of the tests takes until it ends, in a process of its own with the default budget.
// node scripts/run.mjs bench/budget.ts [trees | attacks [NAME…]]
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { DEFAULT_BUDGET, peak } from '../src/jinja/python/budget.ts';
import { loadSettings } from '../src/makejinja/load-settings.ts';
import { loadProject } from '../src/makejinja/load-project.ts';
import { renderInputs } from '../src/makejinja/render.ts';
import { goldenCases, renderTexts } from '../tests/golden/cases.ts';
import { run } from '../tests/jinja/security/attack.ts';
import { EXHAUSTION } from '../tests/jinja/security/exhaustion.ts';
import { makeSample } from '../tests/support/sample.ts';

/** What an attack may take at most, in milliseconds of a processor, the start of Node included. */
const WANTED = 2000;
/** Seconds of a processor after which the system ends a process. */
const KILLED = 30;

const [mode, ...rest] = process.argv.slice(2);
if (mode === '--attack') attack(Number(rest[0]));
else {
  if (mode !== 'attacks') await measureTrees();
  if (mode !== 'trees') measureAttacks(rest);
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
