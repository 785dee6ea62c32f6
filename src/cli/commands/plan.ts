import { planConfigure } from '../../pipeline/configure.ts';
import { SILENT } from '../../pipeline/progress.ts';
import { print } from '../../system/terminal.ts';
import { changesOf, conflictsOf, type Plan } from '../../workspace/plan.ts';
import { EXIT } from '../exit-codes.ts';
import { printFindingsOfChange, printJson } from '../output.ts';
import { planLines, planToJson, staleLine } from '../plan-output.ts';
import { rootOf, type RootOptions } from '../root.ts';

/** `cluster-template plan`; gives back the exit code. */
export async function runPlan(options: RootOptions & { all?: boolean; exitCode?: boolean }): Promise<number> {
  const root = await rootOf(options);
  const result = await planConfigure(root, SILENT);
  if (options.json === true) printJson(planToJson(result));
  else {
    printFindingsOfChange(result.findings, options);
    print(planLines(result.plan, { all: options.all === true }));
    if (differs(result.plan)) print(staleLine(result.stale));
  }
  return differs(result.plan) && options.exitCode === true ? EXIT.changes : EXIT.done;
}

/** Whether a run would change something, or would be stopped by what somebody else changed. */
export function differs(plan: Plan): boolean {
  return changesOf(plan).length > 0 || conflictsOf(plan).length > 0;
}
