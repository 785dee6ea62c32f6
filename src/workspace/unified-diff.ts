import { structuredPatch, type StructuredPatchHunk } from 'diff';

/** How many equal lines stand around a change. */
const CONTEXT = 3;

/**
 * How many differing lines are searched for the shortest difference: time grows with the square of it. Beyond, the text
 * counts as replaced whole, which is right as well and only longer than it need be.
 */
const SEARCH_LIMIT = 2000;

/**
 * The difference of two texts as hunks of a unified diff, without the two lines that name the files. Empty where the texts
 * are equal. Every line ends with a line break; a text that does not end with one gets git's remark.
 */
export function unifiedDiff(before: string, after: string): string {
  return hunksOf(before, after).map(formatHunk).join('');
}

function hunksOf(before: string, after: string): readonly StructuredPatchHunk[] {
  const options = { context: CONTEXT, maxEditLength: SEARCH_LIMIT };
  return structuredPatch('', '', before, after, undefined, undefined, options)?.hunks ?? [replacement(before, after)];
}

function replacement(before: string, after: string): StructuredPatchHunk {
  const removed = structuredPatch('', '', before, '').hunks.flatMap(({ lines }) => lines);
  const added = structuredPatch('', '', '', after).hunks.flatMap(({ lines }) => lines);
  const lines = [...removed, ...added];
  const [oldLines = 0, newLines = 0] = ['-', '+'].map((sign) => lines.filter((line) => line.startsWith(sign)).length);
  return { oldStart: 1, oldLines, newStart: 1, newLines, lines };
}

function formatHunk({ oldStart, oldLines, newStart, newLines, lines }: StructuredPatchHunk): string {
  const head = `@@ -${range(oldStart, oldLines)} +${range(newStart, newLines)} @@`;
  return [head, ...lines].map((line) => `${line}\n`).join('');
}

/** As diff writes it: a count of 1 is left out, and an empty range names the line before it. */
function range(start: number, count: number): string {
  if (count === 0) return `${String(start - 1)},0`;
  return count === 1 ? String(start) : `${String(start)},${String(count)}`;
}
