import { credentialNamed } from '../../cluster/credentials/tree.ts';
import { configure, planConfigure, type ConfigureResult, type PlanResult } from '../../pipeline/configure.ts';
import type { ConflictChoice } from '../../pipeline/conflicts.ts';
import { SILENT } from '../../report/progress.ts';
import { CONFIGURE_STAGES } from '../../pipeline/compare.ts';
import { failure } from '../../report/finding.ts';
import { confirm, isInteractive, print, printSentences } from '../../system/terminal.ts';
import { changesOf, conflictsOf, type PlanEntry } from '../../workspace/plan.ts';
import { EXIT } from '../exit-codes.ts';
import { interruptible } from '../interrupt.ts';
import { count, printFindingsBriefly, printJson } from '../output.ts';
import { configureToJson, outlookOf, planToJson, printPlanLines, staleLine } from '../plan-output.ts';
import { showProgress, type ShownProgress } from '../progress.ts';
import { GENERATOR, rootOf, type RootOptions } from '../root.ts';

/** Options of `configure`. */
export interface ConfigureCommandOptions extends RootOptions {
  readonly yes?: boolean;
  readonly check?: boolean;
  readonly force?: boolean;
  readonly keep?: boolean;
  readonly rotate?: readonly string[];
  readonly withoutKey?: boolean;
}

/** `cluster-template configure`; gives back the exit code. */
export async function runConfigure(options: ConfigureCommandOptions): Promise<number> {
  if ([options.check, options.force, options.keep].filter((option) => option === true).length > 1) {
    const message = '--check, --force and --keep exclude each other';
    throw failure('usage', { code: 'usage/argument', message });
  }
  if (options.check === true && options.rotate !== undefined) {
    const message = '--check writes nothing, so it cannot --rotate anything';
    throw failure('usage', { code: 'usage/argument', message });
  }
  if (options.withoutKey === true && options.rotate !== undefined) {
    const message = '--without-key writes no secret, so it cannot --rotate anything';
    throw failure('usage', { code: 'usage/argument', message });
  }
  return options.check === true ? await check(options) : await interruptible((signal) => write(options, signal));
}

async function check(options: ConfigureCommandOptions): Promise<number> {
  const root = await rootOf(options);
  const result = await shown(options, (progress) => planConfigure(root, progress, options.withoutKey === true));
  const { text, exitCode } = outlookOf(result);
  if (options.json === true) printJson(planToJson(result));
  else {
    printPlan(result, options);
    printSentences(exitCode === EXIT.done ? text : `${staleLine(result.stale)}${text}`);
  }
  return exitCode;
}

async function write(options: ConfigureCommandOptions, signal: AbortSignal): Promise<number> {
  const root = await rootOf(options);
  const asks = options.yes !== true && options.json !== true && isInteractive();
  const conflicts: ConflictChoice = options.force === true ? 'overwrite' : options.keep === true ? 'keep' : 'stop';
  const result = await shown(options, (progress) => {
    const confirmed = async (removals: readonly PlanEntry[]): Promise<boolean> => {
      await progress.finish();
      return await confirmRemovals(removals);
    };
    const confirm = asks ? confirmed : () => Promise.resolve(true);
    const rotate = (options.rotate ?? []).map(credentialNamed);
    const { withoutKey = false } = options;
    return configure(root, { generator: GENERATOR, conflicts, rotate, withoutKey, confirm, signal }, progress);
  });
  if (options.json === true) printJson(configureToJson(result));
  else {
    printPlan(result, options);
    printSentences(outcomeLines(result));
  }
  return result.written ? EXIT.done : EXIT.findings;
}

/** Stages that nothing interrupts; before the last one there may be a question. */
const STAGES = Object.values(CONFIGURE_STAGES).filter((title) => title !== CONFIGURE_STAGES.write);

/** Does the work while its stages are shown; with --json nothing is. */
async function shown<T>({ json }: RootOptions, work: (progress: ShownProgress) => Promise<T>): Promise<T> {
  if (json === true) return await work({ ...SILENT, finish: () => Promise.resolve() });
  const progress = await showProgress(STAGES);
  return await work(progress).finally(() => progress.finish());
}

/** Asked after the stages so far were drawn: what is removed can be had back from git only where it was committed. */
async function confirmRemovals(removals: readonly PlanEntry[]): Promise<boolean> {
  print(removals.map(({ path }) => `  ${path}\n`).join(''));
  return await confirm(`Remove ${count(removals.length, 'generated file')} that the configuration no longer asks for?`);
}

function printPlan(result: PlanResult, options: RootOptions): void {
  printFindingsBriefly([...result.findings, ...result.refusals], options);
  printPlanLines(result.plan, { all: false });
}

function outcomeLines(result: ConfigureResult): string {
  const restored = result.restored.map(({ file, from }) => `restored ${file} from ${from}\n`).join('');
  const companion = result.companion === undefined ? '' : `made ${result.companion} for secrets: commit it\n`;
  const made = restored + (result.made.length > 0 ? madeLines(result) : '') + companion;
  if (!result.written) return `${made}nothing was written\n`;
  const kept = conflictsOf(result.plan).length;
  const keptLine = kept > 0 ? `${count(kept, 'file')} of yours left as ${kept === 1 ? 'it is' : 'they are'}\n` : '';
  const backup = result.backup === undefined ? '' : `what was overwritten lies in ${result.backup}\n`;
  const changes = changesOf(result.plan).length;
  const last =
    changes === 0
      ? 'nothing changed\n'
      : `${count(changes, 'file')} written; look at ${changes === 1 ? 'it' : 'them'} with git diff, then commit\n`;
  return `${made}${keptLine}${backup}${last}`;
}

function madeLines({ made, takenOver }: ConfigureResult): string {
  const why = takenOver
    ? 'the tree was the untouched sample, encrypted to a published key: it is yours now'
    : 'the tree had no owner';
  return `${why}\nmade ${made.map(({ file }) => file).join(', ')}; git ignores them: keep a copy of age.key in a safe place\n`;
}
