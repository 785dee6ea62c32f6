import { planConfigure } from '../../pipeline/configure.ts';
import { SILENT } from '../../report/progress.ts';
import { print, printSentences } from '../../system/terminal.ts';
import { EXIT } from '../exit-codes.ts';
import { printFindingsOfChange, printJson } from '../output.ts';
import { outlookOf, planToJson, printPlanLines, staleLine } from '../plan-output.ts';
import { rootOf, type RootOptions } from '../root.ts';

/** `cluster-template plan`; gives back the exit code. */
export async function runPlan(options: RootOptions & { all?: boolean; exitCode?: boolean }): Promise<number> {
  const root = await rootOf(options);
  const result = await planConfigure(root, SILENT);
  const outlook = outlookOf(result);
  if (options.json === true) printJson(planToJson(result));
  else {
    printFindingsOfChange([...result.findings, ...result.refusals], options);
    printPlanLines(result.plan, { all: options.all === true });
    if (outlook.exitCode !== EXIT.done) printSentences(staleLine(result.stale));
    if (result.refusals.length > 0) print(outlook.text);
  }
  return options.exitCode === true ? outlook.exitCode : EXIT.done;
}
