// Compares the engine with Jinja2 on templates made from a grammar:
// node scripts/run.mjs tests/fuzz/run.ts --count 20000 --seed 1 [--first 0] [--out FILE]
import { appendFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import type { Case } from '../conformance/cases.ts';
import { compare } from './compare.ts';
import { caseOf, generate, type Sample } from './generate.ts';
import { minimise } from './minimise.ts';
import { type Answer, jinja2Version, Oracle } from './python.ts';

const { values } = parseArgs({
  options: {
    count: { type: 'string', default: '1000' },
    seed: { type: 'string', default: '1' },
    first: { type: 'string', default: '0' },
    out: { type: 'string' },
    all: { type: 'boolean', default: false },
  },
});
const [count, seed, first] = [Number(values.count), Number(values.seed), Number(values.first)];
const BATCH = 100;
/** Differences of one sort beyond these are only counted. */
const SHOWN_PER_SORT = values.all ? Infinity : 6;

const version = jinja2Version();
if (version?.startsWith('3.1.') !== true) {
  console.error('python3 with Jinja2 3.1 is needed: pip install jinja2==3.1.6');
  process.exit(3);
}

const oracle = new Oracle();
const tally = new Map<string, number>();
const seen = new Set<string>();
const started = performance.now();
let differences = 0;

console.log(`seed ${String(seed)}, templates ${String(first)} to ${String(first + count - 1)}, Jinja2 ${version}`);
for (let index = first; index < first + count; index += BATCH)
  await runBatch(index, Math.min(BATCH, first + count - index));
oracle.close();
const seconds = (performance.now() - started) / 1000;
for (const [sort, times] of [...tally].sort(([, left], [, right]) => right - left))
  console.log(`${String(times).padStart(7)} ${sort}`);
console.log(`${String(count)} templates in ${seconds.toFixed(0)} s: ${String(differences)} differences`);
process.exitCode = differences > 0 ? 1 : 0;

async function runBatch(from: number, size: number): Promise<void> {
  const samples = Array.from({ length: size }, (_, offset) => generate(seed, from + offset));
  const answers = await Promise.all(samples.map((sample) => oracle.ask(caseOf(sample))));
  for (const [offset, sample] of samples.entries()) {
    const answer = answers[offset];
    if (answer !== undefined) await judge(sample, answer);
  }
}

async function judge(sample: Sample, answer: Answer): Promise<void> {
  const { verdict, sort } = compare(caseOf(sample), answer);
  const label = `${verdict}: ${sort}`;
  tally.set(label, (tally.get(label) ?? 0) + 1);
  if (verdict !== 'different') return;
  differences += 1;
  if ((tally.get(label) ?? 0) > SHOWN_PER_SORT) return;
  await report(sample, sort);
}

/** Shows the smallest case of the same difference, once. */
async function report(sample: Sample, sort: string): Promise<void> {
  const smallest = await minimise(sample, async (smaller) => {
    const comparison = compare(smaller, await oracle.ask(smaller));
    return comparison.verdict === 'different' && comparison.sort === sort;
  });
  const key = JSON.stringify([smallest.template, smallest.templates, smallest.context, smallest.options]);
  if (seen.has(key)) return;
  seen.add(key);
  const answer = await oracle.ask(smallest);
  const { expected, got } = compare(smallest, answer);
  console.log(`DIFFERENT ${sample.id} (${sort})\n  ${key}\n  expected ${expected}\n  got      ${got}`);
  if (values.out !== undefined) appendFileSync(values.out, `${JSON.stringify(recorded(smallest, answer))}\n`);
}

/** A line for a file of conformance cases. */
function recorded(testCase: Case, answer: Answer): unknown {
  if ('text' in answer) return { ...testCase, expect: answer.text };
  return 'error' in answer ? { ...testCase, error: { type: answer.error, line: answer.line } } : testCase;
}
