// Measures the engine against nunjucks, against Jinja2 in Python where it is installed, and against the same text made by
// hand: npm run bench. Ratios of medians; the contestants take turns, so that a machine that slows down slows all.
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import nunjucksModule from 'nunjucks';
import { Environment } from '../src/jinja/environment.ts';
import { DictLoader } from '../src/jinja/loaders.ts';
import {
  COLD_DATA,
  coldTemplates,
  LOOP_WORKLOAD,
  SMALL_WORKLOAD,
  TREE_WORKLOAD,
  type Workload,
} from './jinja/workloads.ts';

const ROUNDS = Number(process.env.BENCH_RUNS ?? 15);
const WARM_UP = 4;
const WARM: readonly Workload[] = [LOOP_WORKLOAD, TREE_WORKLOAD, SMALL_WORKLOAD];
const FOLDER = join(process.cwd(), 'bench', 'jinja');

/** nunjucks as far as it is measured: this project describes its types itself, and without these. */
interface Peer {
  readonly Environment: new (loader: unknown, options: object) => PeerEnvironment;
  readonly Template: new (source: string, environment: PeerEnvironment, path: string, eager: boolean) => Compiled;
}

interface PeerEnvironment {
  getTemplate(name: string, eager: boolean): Compiled;
}

interface Compiled {
  render(data: Readonly<Record<string, unknown>>): string;
}

const nunjucks = nunjucksModule as Peer;

/** Ratios that are wanted at most. */
const WANTED = {
  renderOfNunjucks: 1,
  loopOfNunjucks: 0.37,
  loopOfJinja: 0.5,
  compileOfNunjucks: 1,
  heap: 1.1,
} as const;

/** Something to measure, and the milliseconds that it took in each round. */
interface Contestant {
  readonly run: () => void;
  readonly times: number[];
}

/** The contestants of a line of the table. */
interface Line {
  readonly name: string;
  readonly ours: Contestant;
  readonly theirs: Contestant;
  readonly byHand?: Contestant;
  readonly wanted: { readonly nunjucks: number; readonly jinja?: number };
  /** Milliseconds of Jinja2, one for each round. */
  readonly python: number[];
}

interface PythonResult {
  readonly warm: readonly { readonly milliseconds: number; readonly text: string }[];
  readonly cold: { readonly compile: number; readonly both: number };
}

if (process.argv.includes('--heap')) printHeap();
else measure();

function measure(): void {
  const lines = [...WARM.map(renderLine), compileLine('compile 100 small templates', coldTemplates), coldLine()];
  const loopSource = LOOP_WORKLOAD.templates[LOOP_WORKLOAD.main] ?? '';
  const loops = (seed: number): string[] =>
    Array.from({ length: 100 }, (_, index) => `${String(seed)} ${String(index)} ${loopSource}`);
  lines.push(compileLine('compile the loop 100 times', loops));
  const first = runPython();
  compareOutputs(first);
  for (let round = -WARM_UP; round < ROUNDS; round += 1) {
    for (const line of lines) {
      const inTurn = round % 2 === 0 ? contestants(line) : contestants(line).reverse();
      for (const contestant of inTurn) takeTurn(contestant, round >= 0);
    }
    if (round >= 0 && first !== undefined) notePython(lines, runPython());
  }
  printTable(lines, first !== undefined);
  reportHeap();
}

function contestants({ ours, theirs, byHand }: Line): Contestant[] {
  return byHand === undefined ? [ours, theirs] : [ours, theirs, byHand];
}

function contestant(run: () => void): Contestant {
  return { run, times: [] };
}

function takeTurn({ run, times }: Contestant, counts: boolean): void {
  const start = performance.now();
  run();
  if (counts) times.push(performance.now() - start);
}

function renderLine(workload: Workload): Line {
  const { data, repeat, byHand, main } = workload;
  const ours = new Environment({ loader: new DictLoader(workload.templates) }).getTemplate(main);
  const theirs = nunjucksEnvironment(workload.templates).getTemplate(main, true);
  const times = (render: () => unknown) => (): void => {
    for (let count = 0; count < repeat; count += 1) render();
  };
  return {
    name: `render: ${workload.name}`,
    ours: contestant(times(() => ours.render(data))),
    theirs: contestant(times(() => theirs.render(data))),
    byHand: contestant(times(byHand)),
    wanted:
      workload === LOOP_WORKLOAD
        ? { nunjucks: WANTED.loopOfNunjucks, jinja: WANTED.loopOfJinja }
        : { nunjucks: WANTED.renderOfNunjucks },
    python: [],
  };
}

function compileLine(name: string, sourcesOf: (seed: number) => readonly string[]): Line {
  return {
    name,
    ours: contestant(seeded((seed) => void oursCompiled(sourcesOf(seed)))),
    theirs: contestant(seeded((seed) => void theirsCompiled(sourcesOf(seed)))),
    wanted: { nunjucks: WANTED.compileOfNunjucks },
    python: [],
  };
}

function coldLine(): Line {
  const renderAll = (compile: (sources: readonly string[]) => readonly Compiled[]): (() => void) =>
    seeded((seed) => {
      for (const template of compile(coldTemplates(seed))) template.render(COLD_DATA);
    });
  return {
    name: 'compile and render those once each',
    ours: contestant(renderAll(oursCompiled)),
    theirs: contestant(renderAll(theirsCompiled)),
    wanted: { nunjucks: WANTED.compileOfNunjucks },
    python: [],
  };
}

/** Runs with another number each time. */
function seeded(run: (seed: number) => void): () => void {
  let seed = 0;
  return () => {
    seed += 1;
    run(seed);
  };
}

function oursCompiled(sources: readonly string[]): Compiled[] {
  const environment = new Environment();
  return sources.map((source) => environment.fromString(source));
}

function theirsCompiled(sources: readonly string[]): Compiled[] {
  const environment = nunjucksEnvironment({});
  return sources.map((source) => new nunjucks.Template(source, environment, '', true));
}

function nunjucksEnvironment(templates: Readonly<Record<string, string>>): PeerEnvironment {
  const loader = { getSource: (name: string) => ({ src: templates[name] ?? '', path: name, noCache: false }) };
  return new nunjucks.Environment(loader, { autoescape: false });
}

/** All must make the same text: otherwise the times compare different work. */
function compareOutputs(python: PythonResult | undefined): void {
  for (const [index, workload] of WARM.entries()) {
    const texts = [
      new Environment({ loader: new DictLoader(workload.templates) }).getTemplate(workload.main).render(workload.data),
      nunjucksEnvironment(workload.templates).getTemplate(workload.main, true).render(workload.data),
      workload.byHand(),
      ...(python === undefined ? [] : [python.warm[index]?.text]),
    ];
    if (new Set(texts).size > 1) throw new Error(`${workload.name}: the outputs differ`);
  }
}

function runPython(): PythonResult | undefined {
  const warm = WARM.map(({ templates, main, data, repeat }) => ({ templates, main, data, repeat }));
  const input = JSON.stringify({ warm, cold: { sources: coldTemplates(0), data: COLD_DATA } });
  const { status, stdout } = spawnSync('python3', [join(FOLDER, 'peer.py')], {
    input,
    encoding: 'utf8',
    maxBuffer: 2 ** 26,
  });
  return status === 0 ? (JSON.parse(stdout) as PythonResult) : undefined;
}

function notePython(lines: readonly Line[], result: PythonResult | undefined): void {
  if (result === undefined) return;
  for (const [index, { milliseconds }] of result.warm.entries()) lines[index]?.python.push(milliseconds);
  lines[WARM.length]?.python.push(result.cold.compile);
  lines[WARM.length + 1]?.python.push(result.cold.both);
}

function median(times: readonly number[]): number {
  return times.toSorted((left, right) => left - right)[times.length >> 1] ?? NaN;
}

function printTable(lines: readonly Line[], hasPython: boolean): void {
  if (!hasPython) console.log('Jinja2: not measured: python3 has no jinja2 here (pip install jinja2==3.1.6)');
  console.log(`${'engine, medians of rounds'.padEnd(44)}        ms  of nunjucks  of Jinja2  of by hand`);
  for (const line of lines) {
    const ours = median(line.ours.times);
    const ofNunjucks = ours / median(line.theirs.times);
    const ofPython = ours / median(line.python);
    const ofHand = ours / median(line.byHand?.times ?? []);
    const cells = [
      ours.toFixed(2).padStart(9),
      ratio(ofNunjucks).padStart(11),
      ratio(ofPython).padStart(9),
      ratio(ofHand).padStart(10),
    ];
    console.log(`${line.name.padEnd(44)} ${cells.join('  ')}${verdict(line, ofNunjucks, ofPython)}`);
  }
}

function ratio(value: number): string {
  return Number.isNaN(value) ? '-' : value.toFixed(2);
}

function verdict({ wanted }: Line, ofNunjucks: number, ofPython: number): string {
  const missed: string[] = [];
  if (ofNunjucks > wanted.nunjucks) missed.push(`at most ${String(wanted.nunjucks)} of nunjucks`);
  if (wanted.jinja !== undefined && ofPython > wanted.jinja) missed.push(`at most ${String(wanted.jinja)} of Jinja2`);
  return missed.length === 0 ? '' : `  missed: ${missed.join(', ')}`;
}

/** Heap after garbage collection, measured in a process of its own. */
function reportHeap(): void {
  const args = [
    '--expose-gc',
    join(process.cwd(), 'scripts', 'run.mjs'),
    join(process.cwd(), 'bench', 'jinja.ts'),
    '--heap',
  ];
  const { status, stdout, stderr } = spawnSync(process.execPath, args, { encoding: 'utf8' });
  if (status !== 0) throw new Error(`heap: ${stderr}`);
  const { few, many } = JSON.parse(stdout) as { readonly few: number; readonly many: number };
  const grown = many / few;
  const missed = grown > WANTED.heap ? `  missed: at most ${String(WANTED.heap)}` : '';
  const sizes = `${(few / 1e6).toFixed(2)} MB after 1,000 renders, ${(many / 1e6).toFixed(2)} MB after 10,000`;
  console.log(`heap: ${sizes}, ratio ${grown.toFixed(3)}${missed}`);
}

function printHeap(): void {
  const { templates, main, data } = SMALL_WORKLOAD;
  const template = new Environment({ loader: new DictLoader(templates) }).getTemplate(main);
  const heapAfter = (renders: number): number => {
    for (let count = 0; count < renders; count += 1) template.render(data);
    globalThis.gc?.();
    return process.memoryUsage().heapUsed;
  };
  const few = heapAfter(1000);
  console.log(JSON.stringify({ few, many: heapAfter(9000) }));
}
