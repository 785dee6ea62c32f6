import { diffLines, type LineRun } from './line-diff.ts';

/** How many equal lines stand around a change. */
const CONTEXT = 3;

/**
 * The difference of two texts as hunks of a unified diff, without the two lines that name the files. Empty where the texts
 * are equal. Every line ends with a line break; a text that does not end with one gets git's remark.
 */
export function unifiedDiff(before: string, after: string): string {
  return hunksOf(diffLines(splitLines(before), splitLines(after)))
    .map(formatHunk)
    .join('');
}

/** Lines with their line breaks, so that one without differs from one with. */
function splitLines(text: string): string[] {
  return text.match(/[^\n]*\n|[^\n]+$/g) ?? [];
}

interface Hunk {
  /** First lines of the hunk in both texts, counted from 0. */
  readonly before: number;
  readonly after: number;
  readonly runs: LineRun[];
}

function hunksOf(runs: readonly LineRun[]): Hunk[] {
  const hunks: Hunk[] = [];
  let before = 0;
  let after = 0;
  for (const [index, run] of runs.entries()) {
    if (run.kind !== 'same') {
      const hunk = hunks.at(-1) ?? startHunk(hunks, { before, after, runs: [] });
      hunk.runs.push(run);
    } else {
      const isFirst = index === 0;
      const isLast = index === runs.length - 1;
      addContext(hunks, run.lines, { before, after, isFirst, isLast });
    }
    if (run.kind !== 'added') before += run.lines.length;
    if (run.kind !== 'removed') after += run.lines.length;
  }
  return hunks;
}

interface ContextPlace {
  readonly before: number;
  readonly after: number;
  readonly isFirst: boolean;
  readonly isLast: boolean;
}

/** Ends the hunk before equal lines and starts the one after them, or joins both where they are near. */
function addContext(hunks: Hunk[], lines: readonly string[], place: ContextPlace): void {
  const isBetween = !place.isFirst && !place.isLast;
  if (isBetween && lines.length <= 2 * CONTEXT) {
    hunks.at(-1)?.runs.push({ kind: 'same', lines });
    return;
  }
  if (!place.isFirst) hunks.at(-1)?.runs.push({ kind: 'same', lines: lines.slice(0, CONTEXT) });
  if (place.isLast) return;
  const kept = lines.slice(-CONTEXT);
  const skipped = lines.length - kept.length;
  const runs: LineRun[] = [{ kind: 'same', lines: kept }];
  startHunk(hunks, { before: place.before + skipped, after: place.after + skipped, runs });
}

function startHunk(hunks: Hunk[], hunk: Hunk): Hunk {
  hunks.push(hunk);
  return hunk;
}

const SIGNS: Readonly<Record<LineRun['kind'], string>> = { same: ' ', removed: '-', added: '+' };

function formatHunk({ before, after, runs }: Hunk): string {
  const head = `@@ -${range(before, countOf(runs, 'added'))} +${range(after, countOf(runs, 'removed'))} @@\n`;
  const lines = runs.flatMap(({ kind, lines }) => lines.map((line) => `${SIGNS[kind]}${ended(line)}`));
  return head + lines.join('');
}

function countOf(runs: readonly LineRun[], without: LineRun['kind']): number {
  return runs.reduce((sum, { kind, lines }) => sum + (kind === without ? 0 : lines.length), 0);
}

/** As diff writes it: a count of 1 is left out, and an empty range names the line before it. */
function range(start: number, count: number): string {
  if (count === 0) return `${String(start)},0`;
  return count === 1 ? String(start + 1) : `${String(start + 1)},${String(count)}`;
}

function ended(line: string): string {
  return line.endsWith('\n') ? line : `${line}\n\\ No newline at end of file\n`;
}
