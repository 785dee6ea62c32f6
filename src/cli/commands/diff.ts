import { planConfigure } from '../../pipeline/configure.ts';
import { SILENT } from '../../report/progress.ts';
import { failure } from '../../report/finding.ts';
import { suggestNearest } from '../../text/suggest.ts';
import { printColoured, wantsColour } from '../../system/terminal.ts';
import type { FileDiff } from '../../workspace/diff.ts';
import { changesOf, conflictsOf, type Plan, type PlanEntry } from '../../workspace/plan.ts';
import { formatDiff } from '../diff-output.ts';
import { EXIT } from '../exit-codes.ts';
import { printFindingsOfChange, printJson } from '../output.ts';
import { pathsInside } from '../paths.ts';
import { outlookOf } from '../plan-output.ts';
import { rootOf, type RootOptions } from '../root.ts';

/** `cluster-template diff [FILE...]`; gives back the exit code. */
export async function runDiff(
  files: readonly string[],
  options: RootOptions & { exitCode?: boolean },
): Promise<number> {
  const root = await rootOf(options);
  const paths = await pathsInside(root.path, files);
  const result = await planConfigure(root, SILENT);
  const { plan, findings, refusals, diffOf } = result;
  const diffs: FileDiff[] = [];
  for (const entry of entriesAt(plan, paths)) diffs.push(await diffOf(entry));
  if (options.json === true) printJson({ status: 'planned', files: diffs, findings, refusals });
  else {
    printFindingsOfChange([...findings, ...refusals], options);
    printColoured(diffs.map((diff) => formatDiff(diff, { coloured: wantsColour(process.stdout) })).join(''));
  }
  // Of named files it is asked whether they differ, whatever the others do.
  const isAsked = options.exitCode === true && (diffs.length > 0 || files.length === 0);
  return isAsked ? outlookOf(result).exitCode : EXIT.done;
}

/** What differs at the paths, or below them; everything that differs where no path is given. */
function entriesAt(plan: Plan, paths: readonly string[]): PlanEntry[] {
  const known = plan.entries.map(({ path }) => path);
  for (const path of paths) if (!known.some((one) => isAt(one, path))) throw unknownPath(path, known);
  const different = new Set([...changesOf(plan), ...conflictsOf(plan)]);
  return plan.entries.filter(
    (entry) => different.has(entry) && (paths.length === 0 || paths.some((path) => isAt(entry.path, path))),
  );
}

function isAt(path: string, place: string): boolean {
  return place === '' || path === place || path.startsWith(`${place}/`);
}

function unknownPath(path: string, known: readonly string[]): Error {
  const near = suggestNearest(path, known);
  return failure('usage', {
    code: 'usage/argument',
    message: `${path} is not a generated file`,
    remedy: near === undefined ? 'list them with `cluster-template plan --all`' : `did you mean ${near}?`,
  });
}
