import type { ClusterRoot } from '../../cluster/root.ts';
import { planConfigure } from '../../pipeline/configure.ts';
import { type WatchedChange, watchInputs } from '../../pipeline/inputs.ts';
import { SILENT } from '../../report/progress.ts';
import { requireTrust } from '../../pipeline/trust.ts';
import { Failure } from '../../report/finding.ts';
import { print } from '../../system/terminal.ts';
import { EXIT } from '../exit-codes.ts';
import { printFailure, printFindingsOfChange, printJson } from '../output.ts';
import { planToJson, printPlanLines } from '../plan-output.ts';
import { rootOf, type RootOptions } from '../root.ts';
import { untilInterrupted } from '../interrupt.ts';

/**
 * `cluster-template watch`: shows the plan, and again after every change of what it is made from, and writes nothing. It
 * ends when it is interrupted, which is its good end; gives back the exit code.
 */
export async function runWatch(options: RootOptions): Promise<number> {
  const root = await rootOf(options);
  await requireTrust(root);
  const isJson = options.json === true;
  const update = async (changes: readonly WatchedChange[]): Promise<void> => {
    const isFirst = changes.length === 0;
    if (!isFirst && !isJson) print(changeLines(changes));
    await showPlan(root, options);
    if (isFirst && !isJson) print('Watching; nothing is written; Ctrl-C ends\n');
  };
  await untilInterrupted((signal) => watchInputs(root, update, signal));
  return EXIT.done;
}

function changeLines(changes: readonly WatchedChange[]): string {
  return changes.map(({ path, change }) => `\n${change}: ${path}`).join('') + '\n';
}

/** A mistake is told like anywhere else, and mended by the next change. */
async function showPlan(root: ClusterRoot, options: RootOptions): Promise<void> {
  try {
    const result = await planConfigure(root, SILENT);
    if (options.json === true) {
      printJson(planToJson(result));
      return;
    }
    printFindingsOfChange([...result.findings, ...result.refusals], options);
    printPlanLines(result.plan, { all: false });
  } catch (error) {
    if (!(error instanceof Failure)) throw error;
    printFailure(error, options);
  }
}
