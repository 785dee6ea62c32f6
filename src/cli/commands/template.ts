import { listResources, type ResourceTable } from '../../operations/kubernetes/tasks.ts';
import { resetTemplates } from '../../operations/template/reset.ts';
import { planTidy, tidyTemplates, type TemplateTidy } from '../../operations/template/tidy.ts';
import { openPrograms } from '../../operations/programs/programs.ts';
import type { ConflictChoice } from '../../pipeline/conflicts.ts';
import { failure } from '../../report/finding.ts';
import { print, printSentences } from '../../system/terminal.ts';
import { EXIT } from '../exit-codes.ts';
import { interruptible } from '../interrupt.ts';
import { pathFrom, worded } from '../invocation.ts';
import { count, printFindings, printJson } from '../output.ts';
import { rootOf, type RootOptions } from '../root.ts';
import { approve } from '../approve.ts';

/** Options of `template reset` and `template tidy`. */
export interface TemplateOptions extends RootOptions {
  readonly yes?: boolean;
  readonly force?: boolean;
  readonly keep?: boolean;
  readonly dryRun?: boolean;
}

/** `cluster-template template reset`; gives back the exit code. */
export async function runTemplateReset(options: TemplateOptions): Promise<number> {
  if (options.force === true && options.keep === true) {
    throw failure('usage', { code: 'usage/argument', message: '--force and --keep exclude each other' });
  }
  const root = await rootOf(options);
  const conflicts: ConflictChoice = options.force === true ? 'overwrite' : options.keep === true ? 'keep' : 'stop';
  return await interruptible(async (signal) => {
    const shown: string[] = [];
    const result = await resetTemplates(root, {
      conflicts,
      signal,
      write: options.dryRun !== true,
      confirm: async (removals) => {
        shown.push(...removals.map(({ path }) => path));
        if (options.dryRun === true) return false;
        if (options.json !== true) print(shown.map((path) => `  ${path}\n`).join(''));
        return await approve(options, `Remove ${count(removals.length, 'generated file')}?`);
      },
    });
    if (options.json === true)
      printJson({ status: statusOf(result.written, options), files: shown, backup: result.backup });
    else if (options.dryRun === true) print(shown.map((path) => `would remove ${path}\n`).join(''));
    else print(resetLine(result.written, result.removed.length, result.backup));
    return result.written || options.dryRun === true ? EXIT.done : EXIT.findings;
  });
}

function statusOf(written: boolean, { dryRun }: TemplateOptions): string {
  return dryRun === true ? 'dry-run' : written ? 'done' : 'refused';
}

function resetLine(written: boolean, removed: number, backup: string | undefined): string {
  if (!written) return 'nothing was removed\n';
  const copies = backup === undefined ? '' : `what was changed by hand lies in ${backup}\n`;
  return worded(`${copies}${count(removed, 'file')} removed; \`cluster-template configure\` makes them again\n`);
}

/** `cluster-template template tidy`; gives back the exit code. */
export async function runTemplateTidy(options: TemplateOptions): Promise<number> {
  const root = await rootOf(options);
  return await interruptible(async (signal) => {
    const plan = await planTidy(root);
    const isNothing = plan.moves.length + plan.edits.length === 0;
    const lines = [
      ...plan.moves.map((path) => `archive ${path}\n`),
      ...plan.edits.map((path) => `edit    ${path}\n`),
      ...(plan.hook === undefined ? [] : [`remove  ${pathFrom(root.path, plan.hook.path)}\n`]),
    ];
    if (options.json !== true) print(isNothing ? 'nothing to do\n' : lines.join(''));
    const question = `Move these to ${plan.archive}? Nothing can be rendered after that`;
    const goes = !isNothing && options.dryRun !== true && (await approve(options, question));
    if (goes) await tidyTemplates(root, plan, signal);
    const status = options.dryRun === true ? 'dry-run' : goes || isNothing ? 'done' : 'refused';
    if (options.json === true) printJson({ status, ...plan, hook: plan.hook?.path ?? null });
    else if (goes) printSentences(tidyEnd(plan));
    return status === 'refused' ? EXIT.findings : EXIT.done;
  });
}

function tidyEnd({ archive, launcher }: TemplateTidy): string {
  const run = launcher === undefined ? '' : `the tool runs from there: \`node ${launcher} talos status\`\n`;
  return `what served the rendering lies in ${archive}: commit what is left
${run}it comes back by: \`cp -R ${archive}/. .\`
`;
}

/** `cluster-template template debug`; gives back the exit code. */
export async function runTemplateDebug(options: RootOptions): Promise<number> {
  const root = await rootOf(options);
  return await interruptible(async (signal) => {
    const tables: ResourceTable[] = [];
    const show = (table: ResourceTable): void => {
      tables.push(table);
      if (options.json !== true)
        print(`== ${table.resource}\n${table.text === '' ? '' : `${table.text.trimEnd()}\n`}\n`);
    };
    const findings = await listResources(root, openPrograms({ root, signal }), show);
    if (options.json === true)
      printJson({ status: findings.length === 0 ? 'done' : 'failed', resources: tables, findings });
    else printFindings(findings);
    return findings.length === 0 ? EXIT.done : EXIT.outside;
  });
}
