import type { ConfigureResult, PlanResult } from '../pipeline/configure.ts';
import { namesOfStale, type StaleInput } from '../pipeline/inputs.ts';
import { countFindings, visible, visibleLine, wrapPath } from '../report/text.ts';
import { printColoured, wantsColour } from '../system/terminal.ts';
import type { FileDiff } from '../workspace/diff.ts';
import { changesOf, type Plan, type PlanStatus } from '../workspace/plan.ts';
import { EXIT } from './exit-codes.ts';
import { count, widthOf } from './output.ts';

const SIGNS: Readonly<Record<PlanStatus, string>> = {
  created: '+',
  changed: '~',
  removed: '-',
  edited: '!',
  foreign: '!',
  left: '!',
  adopted: '=',
  unchanged: ' ',
};

/** States of a file that need nothing done. */
const QUIET: ReadonlySet<PlanStatus> = new Set(['unchanged', 'adopted']);

/** Colours as git's diff has them, by the sign of a line. */
const COLOURS: Readonly<Record<string, string>> = { '+': '32', '~': '33', '-': '31', '!': '35', '=': '2' };

/** A plan as lines: a sign, what happens and the path of each file, and a count at the end. */
export function planLines(
  plan: Plan,
  options: { readonly all: boolean; readonly coloured?: boolean; readonly width?: number },
): string {
  const shown = plan.entries.filter(({ status }) => options.all || !QUIET.has(status));
  const lines = shown.map(({ status, secret, path }) => {
    const [sign, rest] = [SIGNS[status], `${visibleLine(path)}${secret ? ' (secret)' : ''}\n`];
    const head = `${sign} ${status.padEnd(9)}`;
    const colour = options.coloured === true ? COLOURS[sign] : undefined;
    const line = colour === undefined ? `${head} ${rest}` : `\u001b[${colour}m${head}\u001b[0m ${rest}`;
    return wrapPath(line, (options.width ?? Infinity) + 1, ' '.repeat(head.length + 1));
  });
  return `${lines.join('')}${countLine(plan)}\n`;
}

/** Prints a plan, coloured where standard output may be. */
export function printPlanLines(plan: Plan, options: { readonly all: boolean }): void {
  printColoured(planLines(plan, { ...options, coloured: wantsColour(process.stdout), width: widthOf(process.stdout) }));
}

/** What the run that writes would do, and the exit code that says the same where a command was asked for one. */
export function outlookOf({ plan, refusals }: PlanResult): { readonly text: string; readonly exitCode: number } {
  if (refusals.length > 0) {
    return { text: `configure would stop: ${countFindings(refusals)}\n`, exitCode: EXIT.findings };
  }
  if (changesOf(plan).length === 0) return { text: 'nothing to do\n', exitCode: EXIT.done };
  return { text: 'configure would change the tree\n', exitCode: EXIT.changes };
}

/** Which inputs changed since the last run that wrote; empty where none did. */
export function staleLine(stale: readonly StaleInput[]): string {
  return stale.length === 0 ? '' : `changed since the last configure: ${namesOfStale(stale)}\n`;
}

/** What `plan --json` prints: stable names, no contents. */
export function planToJson({ plan, findings, refusals, stale }: PlanResult): Readonly<Record<string, unknown>> {
  return {
    status: 'planned',
    files: plan.entries.map(({ path, status, secret }) => ({ path, status, secret })),
    changedInputs: stale,
    findings,
    refusals,
  };
}

/** What `configure --json` prints. */
export function configureToJson(result: ConfigureResult): Readonly<Record<string, unknown>> {
  return {
    ...planToJson(result),
    status: result.written ? 'written' : 'planned',
    keysMade: result.made.map(({ file }) => file),
    companionMade: result.companion ?? null,
    restored: result.restored,
    sampleTakenOver: result.takenOver,
    backup: result.backup ?? null,
  };
}

function countLine({ entries }: Plan): string {
  const order = Object.keys(SIGNS) as PlanStatus[];
  const counts = order.map((status) => ({ status, number: entries.filter((entry) => entry.status === status).length }));
  const parts = counts.filter(({ number }) => number > 0).map(({ status, number }) => `${String(number)} ${status}`);
  return `${count(entries.length, 'file')}${parts.length === 0 ? '' : `: ${parts.join(', ')}`}`;
}

/** Colours as git uses them, by how a line begins. */
const DIFF_COLOURS: readonly (readonly [RegExp, string])[] = [
  [/^(?:diff |--- |\+\+\+ |(?:old|new|deleted file|new file) mode |secret )/, '1'],
  [/^@@ /, '36'],
  [/^-/, '31'],
  [/^\+/, '32'],
];

/** A file's diff for people, coloured where asked; what could steer a terminal is shown instead. */
export function formatDiff({ status, diff }: FileDiff, { coloured }: { readonly coloured: boolean }): string {
  const remark = REMARKS[status] ?? '';
  if (!coloured) return visible(remark + diff);
  // Within a hunk a removed line may itself begin like a header, so headers end where the first hunk begins.
  const hunks = diff.search(/^@@ /m);
  const head = hunks === -1 ? diff : diff.slice(0, hunks);
  const body = hunks === -1 ? '' : diff.slice(hunks);
  return ansi(remark, '33') + paint(head, DIFF_COLOURS) + paint(body, DIFF_COLOURS.slice(1));
}

const REMARKS: Readonly<Partial<Record<FileDiff['status'], string>>> = {
  edited: '# changed by hand; this is what --force would do\n',
  foreign: '# not generated; this is what --force would do\n',
};

function paint(text: string, colours: typeof DIFF_COLOURS): string {
  const lines = text.match(/(?<![^\n])[^\n]*\n/g) ?? [];
  return lines
    .map((line) => {
      const colour = colours.find(([start]) => start.test(line))?.[1];
      const shown = visible(line);
      return colour === undefined ? shown : ansi(shown, colour);
    })
    .join('');
}

function ansi(text: string, code: string): string {
  if (text === '') return '';
  return `\u001b[${code}m${text.replace(/\n$/, '')}\u001b[0m\n`;
}
