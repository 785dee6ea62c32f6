// Renders the workloads of the benchmark and prints the processor milliseconds of each: bench/budget.ts builds this with a budget and without one.
import { Environment } from '../../src/jinja/environment.ts';
import { DictLoader } from '../../src/jinja/loaders.ts';
import { LOOP_WORKLOAD, SMALL_WORKLOAD, TREE_WORKLOAD } from './workloads.ts';

const ROUNDS = 30;
/** Rounds after which V8 has compiled what is run often. */
const WARM_UP = 10;

const milliseconds = [LOOP_WORKLOAD, TREE_WORKLOAD, SMALL_WORKLOAD].map(({ name, templates, main, data, repeat }) => {
  const template = new Environment({ loader: new DictLoader(templates) }).getTemplate(main);
  const times: number[] = [];
  for (let round = -WARM_UP; round < ROUNDS; round += 1) {
    const start = process.cpuUsage();
    for (let count = 0; count < repeat; count += 1) template.render(data);
    const { user, system } = process.cpuUsage(start);
    if (round >= 0) times.push((user + system) / 1000);
  }
  return [name, Math.min(...times)] as const;
});
console.log(JSON.stringify(milliseconds));
