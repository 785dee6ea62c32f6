// Measures what the running server of `studio` takes for edits as they are typed, on the sample: npm run bench. Median and slowest; parts of
// what `node -e 0` takes, in turn with them.
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { clusterRoot } from '../src/cluster/root.ts';
import type { CallName, RequestOf, ResponseOf } from '../src/studio/api.ts';
import { startStudio } from '../src/studio/server.ts';
import { makeSample, SAMPLE_KEYS } from '../tests/support/sample.ts';

const RUNS = Number(process.env.BENCH_RUNS ?? 15);

/** What is wanted at most: milliseconds of a plan, and parts of `node -e 0` of it. */
const WANTED = { milliseconds: 300, ofNode: 7.5 } as const;

const folder = mkdtempSync(join(tmpdir(), 'cluster-template-bench-'));
try {
  await measure();
} finally {
  rmSync(folder, { recursive: true });
}

async function measure(): Promise<void> {
  await makeSample(folder);
  const ending = new AbortController();
  const { address, ended } = await startStudio({
    root: clusterRoot(folder, SAMPLE_KEYS),
    generator: 'bench',
    commandText: (words) => words,
    worded: (text) => text,
    port: 0,
    page: folder,
    signal: ending.signal,
    fault: (error) => {
      throw error;
    },
  });
  const { origin } = new URL(address);
  const entered = await fetch(address);
  const [cookie = ''] = entered.headers.get('set-cookie')?.split(';') ?? [];
  const call = async <Name extends CallName>(name: Name, body: RequestOf<Name>): Promise<ResponseOf<Name>> => {
    const headers = { cookie, origin, 'content-type': 'application/json' };
    const answer = await fetch(`${origin}/api/${name}`, { method: 'POST', headers, body: JSON.stringify(body) });
    if (!answer.ok) throw new Error(await answer.text());
    return (await answer.json()) as ResponseOf<Name>;
  };
  const cluster = readFileSync(join(folder, 'cluster.yaml'), 'utf8');
  const edited = (index: number): string =>
    cluster.replace('cluster_api_addr: 192.0.2.5', `cluster_api_addr: 192.0.2.${String(100 + index)}`);
  const first = await timed(() => call('plan', {}));
  const times: Record<'check' | 'plan' | 'network' | 'node', number[]> = { check: [], plan: [], network: [], node: [] };
  for (let index = 0; index < RUNS; index += 1) {
    const pending = { cluster: edited(index) };
    times.check.push(await timed(() => call('check', { pending })));
    times.network.push(await timed(() => call('network', { pending })));
    times.plan.push(
      await timed(async () => {
        const { isPossible, files } = await call('plan', { pending });
        if (!isPossible || files.length === 0) throw new Error('the edit made no difference');
      }),
    );
    times.node.push(await timed(() => Promise.resolve(spawnSync(process.execPath, ['-e', '0']))));
  }
  ending.abort();
  await ended;
  const node = median(times.node);
  console.log(`studio, the sample, ${String(RUNS)} edits; the first plan took ${first.toFixed(0)} ms`);
  for (const [name, own] of Object.entries(times)) {
    const [middle, slowest] = [median(own), Math.max(...own)];
    console.log(
      `${name.padEnd(8)} ${middle.toFixed(0).padStart(5)} ms, at most ${slowest.toFixed(0)}; ${(middle / node).toFixed(1)} of node -e 0`,
    );
  }
  const [plan, parts] = [median(times.plan), median(times.plan) / node];
  if (plan > WANTED.milliseconds && parts > WANTED.ofNode) {
    console.error(`a plan takes ${plan.toFixed(0)} ms; ${String(WANTED.milliseconds)} are wanted`);
    process.exitCode = 1;
  }
}

async function timed(work: () => Promise<unknown>): Promise<number> {
  const began = performance.now();
  await work();
  return performance.now() - began;
}

function median(values: readonly number[]): number {
  return values.toSorted((one, other) => one - other)[Math.floor(values.length / 2)] ?? 0;
}
