import type { MadeCredential } from '../../cluster/credentials/make.ts';
import { configure, CONFIGURE_STAGES, type ConfigureResult } from '../../pipeline/configure.ts';
import { SILENT } from '../../pipeline/progress.ts';
import { confirm, isInteractive, print } from '../../system/terminal.ts';
import { changesOf, conflictsOf, type PlanEntry } from '../../workspace/plan.ts';
import { EXIT } from '../exit-codes.ts';
import { count, printFindings, printJson } from '../output.ts';
import { planLines, toJson } from '../plan-output.ts';
import { listProgress } from '../progress.ts';
import { GENERATOR, rootOf, type RootOptions } from '../root.ts';

/** `cluster-template configure`; gives back the exit code. */
export async function runConfigure(options: RootOptions & { yes?: boolean; check?: boolean }): Promise<number> {
  const root = await rootOf(options);
  const writes = options.check !== true;
  const stages = Object.values(CONFIGURE_STAGES).filter((title) => writes || title !== CONFIGURE_STAGES.write);
  const progress = options.json === true ? undefined : await listProgress(stages);
  const asks = writes && options.yes !== true && options.json !== true && isInteractive();
  const run = { writes, generator: GENERATOR, confirm: asks ? confirmRemovals : () => Promise.resolve(true) };
  const result = await configure(root, run, progress ?? SILENT).finally(() => progress?.finish());
  if (options.json === true) printJson(toJson(result));
  else printResult(result, writes);
  if (!writes) return needsRun(result) ? EXIT.changes : EXIT.done;
  return result.written ? EXIT.done : EXIT.findings;
}

/** Asked after the stages so far were drawn: what is removed can be had back from git only where it was committed. */
async function confirmRemovals(removals: readonly PlanEntry[]): Promise<boolean> {
  print(removals.map(({ path }) => `  ${path}\n`).join(''));
  return await confirm(`Remove ${count(removals.length, 'generated file')} that the configuration no longer asks for?`);
}

function printResult(result: ConfigureResult, writes: boolean): void {
  printFindings(result.findings);
  const changes = changesOf(result.plan);
  print(planLines(result.plan, { all: false }));
  if (result.made.length > 0) print(madeLines(result));
  if (!writes) print(needsRun(result) ? 'configure would change the tree\n' : 'nothing to do\n');
  else if (!result.written) print('nothing was written\n');
  else if (changes.length === 0) print('nothing changed\n');
  else print(`${count(changes.length, 'file')} written; look at them with git diff, then commit\n`);
}

function madeLines({ made, takenOver }: ConfigureResult): string {
  const why = takenOver
    ? 'the tree was the untouched sample, encrypted to a published key: it is yours now'
    : 'the tree had no owner';
  return `${why}\nmade ${made.map(describe).join(', ')}; git ignores them: keep a copy of age.key in a safe place\n`;
}

function describe({ file }: MadeCredential): string {
  return file;
}

function needsRun(result: ConfigureResult): boolean {
  return changesOf(result.plan).length > 0 || conflictsOf(result.plan).length > 0;
}
