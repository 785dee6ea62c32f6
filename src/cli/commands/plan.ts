import { configure } from '../../pipeline/configure.ts';
import { SILENT } from '../../pipeline/progress.ts';
import { print } from '../../system/terminal.ts';
import { changesOf, conflictsOf } from '../../workspace/plan.ts';
import { EXIT } from '../exit-codes.ts';
import { printFindings, printJson } from '../output.ts';
import { planLines, toJson } from '../plan-output.ts';
import { GENERATOR, rootOf, type RootOptions } from '../root.ts';

/** `cluster-template plan`; gives back the exit code. */
export async function runPlan(options: RootOptions & { all?: boolean; exitCode?: boolean }): Promise<number> {
  const root = await rootOf(options);
  const run = { writes: false, generator: GENERATOR, confirm: () => Promise.resolve(false) };
  const result = await configure(root, run, SILENT);
  if (options.json === true) printJson(toJson(result));
  else {
    printFindings(result.findings);
    print(planLines(result.plan, { all: options.all === true }));
  }
  const differs = changesOf(result.plan).length > 0 || conflictsOf(result.plan).length > 0;
  return differs && options.exitCode === true ? EXIT.changes : EXIT.done;
}
