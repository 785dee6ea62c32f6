import {
  type AddAnswers,
  type AddPlan,
  listEntries,
  type ListedEntry,
  planAdd,
  planRemove,
} from '../../pipeline/add.ts';
import { planEdits, writeEdits } from '../../pipeline/apps.ts';
import { planConfigure } from '../../pipeline/configure.ts';
import { failure } from '../../report/finding.ts';
import { SILENT } from '../../report/progress.ts';
import { readStandardInput } from '../../system/files.ts';
import {
  ask,
  askHidden,
  isInteractive,
  print,
  printColoured,
  printSentences,
  wantsColour,
} from '../../system/terminal.ts';
import { wrapWords } from '../../report/text.ts';
import { approve } from '../approve.ts';
import { EXIT } from '../exit-codes.ts';
import { interruptible } from '../interrupt.ts';
import { worded } from '../invocation.ts';
import { printFindingsBriefly, printJson } from '../output.ts';
import { formatDiff, outlookOf, planToJson, printPlanLines } from '../plan-output.ts';
import { rootOf, type RootOptions } from '../root.ts';

/** Options of `add`. */
export interface AddOptions extends RootOptions {
  readonly set?: readonly string[];
  readonly stdin?: boolean;
  readonly yes?: boolean;
  readonly remove?: boolean;
  readonly dryRun?: boolean;
}

/** `cluster-template add`; gives back the exit code. */
export async function runAdd(name: string | undefined, options: AddOptions): Promise<number> {
  const root = await rootOf(options);
  if (name === undefined) {
    const given = (['set', 'stdin', 'remove'] as const).find((option) => options[option] !== undefined);
    if (given !== undefined)
      throw usage(`--${given} goes with the name of an entry`, worded('`cluster-template add` lists them'));
    printList(await listEntries(root), options);
    return EXIT.done;
  }
  if (options.remove === true && (options.set !== undefined || options.stdin === true)) {
    throw usage('--remove sets nothing, so it goes without --set and --stdin', 'leave them out');
  }
  const plan =
    options.remove === true ? await planRemove(root, name) : await planAdd(root, name, await answersOf(options));
  const edits = await planEdits(root.path, plan.changes);
  if (options.json !== true) {
    printFindingsBriefly(plan.findings, options);
    printSentences(entryLines(plan, options));
    const coloured = wantsColour(process.stdout);
    for (const diff of edits.diffs)
      if (diff.status === 'changed' && !diff.secret) printColoured(formatDiff(diff, { coloured }));
  }
  const question = `Write ${plan.changes.map(({ path }) => path).join(' and ')}?`;
  const isWanted = plan.changes.length > 0 && options.dryRun !== true && (await approve(options, question));
  if (isWanted) await interruptible((signal) => writeEdits({ kind: 'cluster', root }, edits, signal));
  const files = plan.changes.map(({ path }) => path);
  const status = isWanted ? 'written' : options.dryRun === true ? 'dry-run' : 'unchanged';
  const outlook = isWanted ? await planConfigure(root, { ...SILENT }, false) : undefined;
  if (options.json === true) {
    const entries = plan.entries.map(({ entry, fields }) => ({ name: entry.name, fields }));
    printJson({ status, entries, files, findings: plan.findings, ...(outlook && { configure: planToJson(outlook) }) });
  } else if (outlook !== undefined) {
    print('\nWhat configure will do:\n');
    printFindingsBriefly(outlook.refusals, options);
    printPlanLines(outlook.plan, { all: false });
    printSentences(`${outlookOf(outlook).text}${notesOf(plan, options)}`);
    printSentences(worded('\nNext: run `cluster-template configure`, look at git diff and commit.\n'));
  } else if (plan.changes.length === 0) print('nothing to change\n');
  return isWanted || options.dryRun === true || plan.changes.length === 0 ? EXIT.done : EXIT.findings;
}

async function answersOf({ set = [], stdin, yes, json }: AddOptions): Promise<AddAnswers> {
  const secrets =
    stdin === true ? pairsOf((await readStandardInput()).toString('utf8').split('\n'), 'standard input') : [];
  const asks = yes !== true && json !== true && stdin !== true && isInteractive();
  return {
    set: new Map(pairsOf(set, '--set')),
    secrets: new Map(secrets),
    takesProposals: yes === true,
    ...(asks ? { ask: (question, isSecret) => (isSecret ? askHidden(question) : ask(question)) } : {}),
  };
}

/** `field=value` on each line; no message quotes what stands behind the sign. */
function pairsOf(lines: readonly string[], source: string): [string, string][] {
  return lines
    .map((line) => line.replace(/\r$/, ''))
    .filter((line) => line.trim() !== '')
    .map((line, index) => {
      const at = line.indexOf('=');
      if (at > 0 && line.length > at + 1) return [line.slice(0, at).trim(), line.slice(at + 1).trim()];
      throw usage(
        `${source} has no field=value ${source === '--set' ? '' : `in line ${String(index + 1)}`}`.trimEnd(),
        'write field=value',
      );
    });
}

/** What happens to which entry. */
function entryLines({ entries }: AddPlan, { remove }: AddOptions): string {
  return entries
    .map(({ entry, fields }) => `${remove === true ? '-' : '+'} ${entry.title ?? entry.name}: ${fields.join(', ')}\n`)
    .join('');
}

function notesOf({ entries }: AddPlan, { remove }: AddOptions): string {
  if (remove === true) return '';
  return entries
    .map(({ entry }) => (entry.notes === undefined ? '' : `\n${entry.title ?? ''}: ${entry.notes}`))
    .join('');
}

function printList(entries: readonly ListedEntry[], { json }: RootOptions): void {
  if (json === true) {
    printJson({
      entries: entries.map(({ entry, isOn }) => ({
        name: entry.name,
        title: entry.title,
        category: entry.category,
        purpose: entry.purpose,
        on: isOn ?? null,
        needs: entry.needs,
        fields: entry.fields,
      })),
    });
    return;
  }
  const width = Math.max(...entries.map(({ entry }) => entry.name.length));
  let category = '';
  for (const { entry, isOn } of entries) {
    if (entry.category !== category) print(`${category === '' ? '' : '\n'}${entry.category}\n`);
    ({ category } = entry);
    const sign = isOn === undefined ? ' ' : isOn ? '+' : '-';
    const head = `${sign} ${entry.name.padEnd(width)}  `;
    print(`${wrapWords(`${head}${entry.purpose}`, columns(), ' '.repeat(head.length))}\n`);
  }
  printSentences(
    worded('\n+ on, - off; the others follow from more than cluster.yaml. `cluster-template add NAME` adds one.\n'),
  );
}

function columns(): number {
  const { isTTY, columns: width } = process.stdout;
  return isTTY && width > 0 ? width : Infinity;
}

function usage(message: string, remedy: string): Error {
  return failure('usage', { code: 'usage/argument', message, remedy });
}
