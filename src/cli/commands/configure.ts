import { credentialNamed } from '../../cluster/credentials/tree.ts';
import { adopt } from '../../pipeline/adopt.ts';
import { CONFIGURE_STAGES } from '../../pipeline/compare.ts';
import { configure, type ConfigureResult, planConfigure, type PlanResult } from '../../pipeline/configure.ts';
import type { ConflictChoice } from '../../pipeline/conflicts.ts';
import { failure } from '../../report/finding.ts';
import { SILENT } from '../../report/progress.ts';
import { confirm, isInteractive, print, printColoured, printSentences, wantsColour } from '../../system/terminal.ts';
import { suggestNearest } from '../../text/suggest.ts';
import type { FileDiff } from '../../workspace/diff.ts';
import { changesOf, conflictsOf, type Plan, type PlanEntry } from '../../workspace/plan.ts';
import { EXIT } from '../exit-codes.ts';
import { interruptible } from '../interrupt.ts';
import { count, printFindingsBriefly, printFindingsOfChange, printJson } from '../output.ts';
import { GENERATOR, pathsInside, rootOf, type RootOptions } from '../root.ts';
import { configureToJson, formatDiff, outlookOf, planToJson, printPlanLines, staleLine } from '../plan-output.ts';
import { type ShownProgress, showProgress } from '../progress.ts';
import type { ChangesOptions } from './changes.ts';

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

/** `cluster-template diff [FILE...]`, or of commits; gives back the exit code. */
export async function runDiff(files: readonly string[], options: ChangesOptions): Promise<number> {
  if (files.length > 0 || options.format !== undefined || options.output !== undefined) {
    const { commitsAmong, runChanges } = await import('./changes.ts');
    const commits = await commitsAmong(files, options);
    if (commits !== undefined) return await runChanges(commits, options);
  }
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

/** `cluster-template adopt FILE...`; gives back the exit code. */
export async function runAdopt(
  files: readonly string[],
  options: RootOptions & { release?: boolean },
): Promise<number> {
  const root = await rootOf(options);
  const paths = await pathsInside(root.path, files);
  return await interruptible(async (signal) => {
    const adoptions = await adopt(root, { paths, release: options.release === true }, signal);
    if (options.json === true) printJson({ status: 'done', files: adoptions });
    else {
      print(adoptions.map(({ path, outcome }) => `${outcome.padEnd(9)} ${path}\n`).join(''));
      print('recorded in .cluster-template/manifest.json: commit it\n');
    }
    return EXIT.done;
  });
}
