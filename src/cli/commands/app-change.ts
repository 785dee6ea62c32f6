import type { Draft, FileChange } from '../../apps/draft.ts';
import { doEdits } from '../../apps/edit.ts';
import type { AppEdits } from '../../apps/move.ts';
import type { App } from '../../apps/repository.ts';
import {
  type AppPlace,
  draftOf,
  type EditPlan,
  newProblems,
  planEdits,
  type ReadApps,
  writeEdits,
} from '../../pipeline/apps.ts';
import { failure, type Finding, inOrder } from '../../report/finding.ts';
import { wrapPath } from '../../report/text.ts';
import { print, printColoured, printSentences, wantsColour } from '../../system/terminal.ts';
import { approve } from '../approve.ts';
import { EXIT } from '../exit-codes.ts';
import { interruptible } from '../interrupt.ts';
import { worded } from '../invocation.ts';
import { count, printFindings, printJson, widthOf } from '../output.ts';
import { formatDiff } from '../plan-output.ts';
import { anyRootOf, rootOf, type RootOptions } from '../root.ts';

// What the commands on apps have in common: the repository that is meant, and how a change is shown, asked for and written.

/** Options that all commands on apps take. */
export interface AppOptions extends RootOptions {
  readonly path?: readonly string[];
}

/** The repository that the options name: one of this template as it is rendered, any other as it lies on disk. */
export async function placeOf(options: AppOptions): Promise<AppPlace> {
  const { path: paths = [] } = options;
  const { kind, path } = await anyRootOf(undefined, options);
  if (kind === 'cluster' && paths.length === 0) {
    return { kind, root: await rootOf({ ...options, root: path }) };
  }
  return { kind: 'other', path, paths };
}

/** Options of commands that change files. */
export interface AppChangeOptions extends AppOptions {
  readonly yes?: boolean;
  readonly dryRun?: boolean;
  /** Whether what follows from templates is rendered at once. */
  readonly configure?: boolean;
}

/** What a command wants to do to the files of a repository. */
interface AppChange {
  readonly read: ReadApps;
  readonly changes: readonly FileChange[];
  /** What could not be decided, and what else is worth knowing. */
  readonly findings: readonly Finding[];
  /** What is told before the question, one thing a line. */
  readonly notes?: readonly string[];
  readonly question: string;
}

/** Shows what a command would change, asks and writes; gives back the exit code. */
export async function carryOut(change: AppChange, options: AppChangeOptions): Promise<number> {
  const { read, findings, notes = [], question } = change;
  const { top, place } = read;
  const edits = await planEdits(top, change.changes);
  if (options.json !== true) {
    printSentences(notes.map((note) => `${note}\n`).join(''));
    printFindings(findings);
    printEdits(edits);
  }
  const isWanted = edits.changes.length > 0 && options.dryRun !== true && (await approve(options, question));
  if (isWanted) await interruptible((signal) => writeEdits(place, edits, signal));
  if (options.json === true) {
    printJson({
      status: isWanted ? 'written' : options.dryRun === true ? 'dry-run' : 'unchanged',
      files: edits.changes.map((one) => ({
        path: one.path,
        status: statusOf(one),
        ...(one.from === undefined ? {} : { from: one.from }),
      })),
      notes,
      findings,
    });
  } else if (isWanted) tellNext(change, options);
  else if (edits.changes.length === 0) print('nothing to change\n');
  if (isWanted && options.configure === true && place.kind === 'cluster') {
    const { runConfigure } = await import('./configure.ts');
    return await runConfigure({ ...options, yes: true });
  }
  return isWanted || options.dryRun === true || edits.changes.length === 0 ? EXIT.done : EXIT.findings;
}

function statusOf({ from, before, after }: FileChange): 'moved' | 'created' | 'changed' | 'removed' {
  if (from !== undefined) return 'moved';
  if (before === undefined) return 'created';
  return after === undefined ? 'removed' : 'changed';
}

const SIGNS = { moved: '>', created: '+', changed: '~', removed: '-' } as const;

/** A line for each file, then how those differ that stay. */
function printEdits({ changes, diffs }: EditPlan): void {
  for (const change of changes) {
    const { path, from } = change;
    const status = statusOf(change);
    const head = `${SIGNS[status]} ${status.padEnd(7)} `;
    const line = `${head}${from === undefined ? '' : `${from} -> `}${path}`;
    print(`${wrapPath(line, widthOf(process.stdout), ' '.repeat(head.length))}\n`);
  }
  const coloured = wantsColour(process.stdout);
  for (const diff of diffs) printColoured(formatDiff(diff, { coloured }));
}

function tellNext({ read: { place }, changes }: AppChange, { configure }: AppChangeOptions): void {
  const isRendered = place.kind === 'cluster' && changes.some(({ path }) => path.startsWith('templates/'));
  const next =
    !isRendered || configure === true
      ? 'look at them with git diff, then commit'
      : worded('`cluster-template configure` renders them');
  printSentences(`${count(changes.length, 'file')} changed; ${next}\n`);
}

/** Does what was made of an app, as far as it can be done, and tells the rest. */
export async function edit(
  {
    read,
    made,
    question,
    also = () => Promise.resolve(),
  }: {
    readonly read: ReadApps;
    readonly made: AppEdits;
    readonly question: string;
    /** What else is done to the files. */
    readonly also?: (draft: Draft) => Promise<void>;
  },
  options: AppChangeOptions,
): Promise<number> {
  const draft = draftOf(read);
  const undone = doEdits(draft, made.edits);
  await also(draft);
  const findings = inOrder([...made.findings, ...undone, ...(await newProblems(read, draft))]);
  return await carryOut({ read, changes: draft.changes(), findings, notes: made.notes, question }, options);
}

/** An app whose templates are the tool's own is switched by its fields. */
export function refuseOfTemplate({ place }: ReadApps, { folder, kustomizations, namespace, name }: App): void {
  const source = kustomizations[0]?.document.file.source ?? '';
  if (place.kind !== 'cluster' || !/(?:^|\/)templates\/config\//.test(source)) return;
  throw failure('usage', {
    code: 'usage/argument',
    message: `${namespace}/${name} belongs to the template: ${folder} is rendered out of ${source}`,
    remedy: 'docs/apps.md tells which field of cluster.yaml switches it',
  });
}
