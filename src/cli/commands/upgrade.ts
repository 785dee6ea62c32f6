import { resolve } from 'node:path';
import { failure } from '../../report/finding.ts';
import { inspectTarget } from '../../system/files.ts';
import { confirm, isInteractive, print, printError, printSentences, wantsColour } from '../../system/terminal.ts';
import { migrateConfiguration, type MigrationPlan } from '../../upgrade/migration.ts';
import type { UpgradedFile, UpgradePlan } from '../../upgrade/plan.ts';
import type { TemplateCommit } from '../../upgrade/source.ts';
import { dependencyOf } from '../../upgrade/thin.ts';
import { takeBackUpgrade, upgrade, type UpgradeResult } from '../../upgrade/upgrade.ts';
import { checkVersions } from '../../upgrade/versions.ts';
import { formatDiff } from '../plan-output.ts';
import { EXIT } from '../exit-codes.ts';
import { interruptible } from '../interrupt.ts';
import { worded } from '../invocation.ts';
import { count, printFindings, printJson } from '../output.ts';
import { rootOf, type RootOptions } from '../root.ts';

/** Options of `upgrade`. */
export interface UpgradeOptions extends RootOptions {
  readonly from?: string;
  readonly check?: boolean;
  readonly dryRun?: boolean;
  readonly overrides?: boolean;
  readonly abort?: boolean;
  readonly yes?: boolean;
}

/** `cluster-template upgrade [VERSION]`; gives back the exit code. */
export async function runUpgrade(wanted: string | undefined, options: UpgradeOptions): Promise<number> {
  refuseMixture(wanted, options);
  if (options.abort === true) return await abort(options);
  return options.check === true ? await check(options) : await take(wanted, options);
}

function refuseMixture(
  wanted: string | undefined,
  { abort: takesBack, check: looks, ...options }: UpgradeOptions,
): void {
  const modes = [takesBack, looks, options.dryRun].filter((one) => one === true).length;
  const isMixed =
    modes > 1 || ((takesBack === true || looks === true) && (wanted !== undefined || options.overrides === true));
  if (!isMixed && !(takesBack === true && options.from !== undefined)) return;
  throw failure('usage', {
    code: 'usage/argument',
    message: '--abort, --check and --dry-run exclude each other, and the first two take no version and no --overrides',
  });
}

async function check(options: UpgradeOptions): Promise<number> {
  const root = await rootOf(options);
  const found = await interruptible(async (signal) =>
    checkVersions(root, { from: await placeOf(options.from), tell, signal }),
  );
  const { current, newest, isNewer, source } = found;
  const command =
    options.from === undefined
      ? worded('`cluster-template upgrade`')
      : worded(`\`cluster-template upgrade --from ${options.from}\``);
  if (options.json === true) printJson({ status: isNewer ? 'newer' : 'current', current, newest, source });
  else if (isNewer) printSentences(`${newest} is there, this repository has ${current}: ${command} takes it\n`);
  else print(`${current} is the newest version\n`);
  return isNewer ? EXIT.changes : EXIT.done;
}

async function abort(options: UpgradeOptions): Promise<number> {
  const root = await rootOf(options);
  const { record, files, backup } = await interruptible((signal) => takeBackUpgrade(root, signal));
  if (options.json === true)
    printJson({ status: 'taken-back', from: record.from, to: record.to, files, backup: backup ?? null });
  else {
    if (backup !== undefined) print(`what was changed since the upgrade lies in ${backup}\n`);
    print(`the upgrade to ${record.to} is taken back: ${count(files.length, 'file')} as before\n`);
  }
  return EXIT.done;
}

async function take(wanted: string | undefined, options: UpgradeOptions): Promise<number> {
  const root = await rootOf(options);
  const isQuiet = options.json === true;
  const asks = options.yes !== true && !isQuiet && isInteractive();
  const result = await interruptible(async (signal) =>
    upgrade(root, {
      wanted,
      from: await placeOf(options.from),
      overrides: options.overrides === true,
      write: options.dryRun !== true,
      confirm: async (plan) => {
        if (!isQuiet) printPlan(plan);
        if (!asks || plan.migration.files.length === 0) return true;
        return await confirm('Change the configuration like this, and merge the new version?');
      },
      tell,
      signal,
    }),
  );
  if (isQuiet) printJson(toJson(result));
  else printEnd(result, (await dependencyOf(root)) === undefined ? 'npm ci' : 'npm install');
  return exitCode(result);
}

/** Says beside the result what the run waits for. */
function tell(text: string): void {
  printError(`${text}\n`);
}

/** A folder as seen from the current one; an address as it is. */
async function placeOf(from: string | undefined): Promise<string | undefined> {
  if (from === undefined) return undefined;
  const folder = resolve(from);
  return (await inspectTarget(folder)) === undefined ? from : folder;
}

function exitCode(result: UpgradeResult): number {
  if (result.status === 'current') return EXIT.done;
  if (result.status === 'finished') return result.conflicts.length === 0 ? EXIT.done : EXIT.findings;
  const files = result.status === 'overrides' ? result.files : result.plan.files;
  const isInConflict = files.some(({ change }) => change === 'conflict');
  return isInConflict || result.status === 'refused' ? EXIT.findings : EXIT.done;
}

function printPlan({ from, to, source, files, originals, migration, findings }: UpgradePlan): void {
  print(`from ${from.version} to ${to.version}, out of ${source}\n${fileLines(files)}`);
  for (const { diff } of originals) printDiff(diff);
  for (const { diff } of migration.files) printDiff(diff);
  printFindings(findings);
}

function printDiff(diff: string): void {
  const shown = { path: '', status: 'changed', secret: false, changedKeys: [], diff } as const;
  print(formatDiff(shown, { coloured: wantsColour(process.stdout) }));
}

const CHANGES = ['added', 'changed', 'removed', 'conflict'] as const;

/** A line for each folder and file at the top, with how many files change in it, and one for each conflict. */
function fileLines(files: readonly UpgradedFile[]): string {
  const groups = new Map<string, UpgradedFile[]>();
  for (const file of files) {
    const top = file.path.includes('/') ? `${file.path.split('/')[0] ?? ''}/` : file.path;
    groups.set(top, [...(groups.get(top) ?? []), file]);
  }
  const width = Math.max(0, ...[...groups.keys()].map((name) => name.length));
  const lines = [...groups].map(([name, members]) => `  ${name.padEnd(width)}  ${countsOf(members)}\n`);
  return `${lines.join('')}${count(files.length, 'file')}${files.length === 0 ? '' : `: ${countsOf(files)}`}\n`;
}

function countsOf(files: readonly UpgradedFile[]): string {
  return CHANGES.flatMap((change) => {
    const number = files.filter((file) => file.change === change).length;
    return number === 0 ? [] : [`${String(number)} ${change === 'conflict' ? 'in conflict' : change}`];
  }).join(', ');
}

/**
 * @param install - what installs the packages of the new version; the lock file of a thin repository is made anew by npm, as nobody but
 *   npm knows what the version depends on
 */
function printEnd(result: UpgradeResult, install: string): void {
  if (result.status === 'current') print(`this repository has ${result.version} already\n`);
  else if (result.status === 'finished') {
    print(`the upgrade to ${result.record.to} was interrupted, and is finished now\n`);
    printNext(result.conflicts.length > 0, install);
  } else if (result.status === 'overrides') {
    print(fileLines(result.files));
    printFindings(result.findings);
    const isInConflict = result.files.some(({ change }) => change === 'conflict');
    if (result.isWritten) printNext(isInConflict, install);
    else print('nothing was written\n');
  } else if (result.status === 'planned') {
    printPlan(result.plan);
    print('nothing was written\n');
  } else if (result.status === 'refused') print('nothing was changed\n');
  else {
    const isInConflict = result.plan.files.some(({ change }) => change === 'conflict');
    printNext(isInConflict, install);
  }
}

function isThin({ from }: UpgradePlan): boolean {
  return from.origin === 'installed package';
}

function printNext(isInConflict: boolean, install: string): void {
  if (isInConflict) printSentences('resolve what is in conflict: `git status` lists it\n');
  printSentences(
    worded(`next: run \`${install}\`, then \`cluster-template configure\`, look at \`git diff HEAD\`, and commit\n`),
  );
  printSentences(worded('`cluster-template upgrade --abort` takes all of it back until it is committed\n'));
}

function toJson(result: UpgradeResult): Readonly<Record<string, unknown>> {
  if (result.status === 'current') return result;
  if (result.status === 'finished') {
    const { record, conflicts } = result;
    return { status: conflicts.length === 0 ? 'merged' : 'conflicts', from: record.from, to: record.to, conflicts };
  }
  if (result.status === 'overrides') {
    const { record, files, findings, isWritten } = result;
    const isInConflict = files.some(({ change }) => change === 'conflict');
    return {
      status: !isWritten ? 'planned' : isInConflict ? 'conflicts' : 'merged',
      from: record.from,
      to: record.to,
      files,
      findings,
    };
  }
  const { plan } = result;
  const { source, from, to, files, originals, migration, findings } = plan;
  const isInConflict = files.some(({ change }) => change === 'conflict');
  // A package has no commit.
  const named = ({ commit, ...version }: TemplateCommit): object => (isThin(plan) ? version : { commit, ...version });
  return {
    status: result.status === 'merged' && isInConflict ? 'conflicts' : result.status,
    source,
    from: named(from),
    to: named(to),
    files,
    originals: originals.map(({ path, kind, original, change, renamedTo, diff }) => ({
      path,
      kind,
      original,
      change,
      renamedTo,
      diff,
    })),
    migration: migrationToJson(migration),
    findings,
  };
}

function migrationToJson({ files, fields }: MigrationPlan): Readonly<Record<string, unknown>> {
  return { files: files.map(({ path, diff }) => ({ path, diff })), fields };
}

/** `cluster-template config migrate`; gives back the exit code. */
export async function runConfigMigrate(options: RootOptions & { yes?: boolean; dryRun?: boolean }): Promise<number> {
  const root = await rootOf(options);
  const isQuiet = options.json === true;
  const asks = options.yes !== true && !isQuiet && isInteractive();
  const { plan, isWritten } = await interruptible((signal) =>
    migrateConfiguration(root, {
      confirm: async (found) => {
        if (!isQuiet) for (const { diff } of found.files) printDiff(diff);
        if (!isQuiet) printFindings(found.findings);
        if (options.dryRun === true) return false;
        return !asks || (await confirm('Change the configuration like this?'));
      },
      signal,
    }),
  );
  const isDone = isWritten || plan.files.length === 0;
  const status = options.dryRun === true ? 'planned' : isDone ? 'done' : 'refused';
  if (isQuiet) printJson({ status, ...migrationToJson(plan), findings: plan.findings });
  else if (plan.files.length === 0) print('every field has the name and the form that it has now\n');
  else print(isWritten ? `${count(plan.files.length, 'file')} changed\n` : 'nothing was changed\n');
  const isLeft = plan.findings.length > 0 || status === 'refused';
  return isLeft ? EXIT.findings : EXIT.done;
}
