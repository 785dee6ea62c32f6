import { structuredPatch, type StructuredPatchHunk } from 'diff';
import { visibleLine } from '../report/text.ts';
import type { SecretChange } from './inventory.ts';
import type { PlanEntry, PlanStatus } from './plan.ts';

/** What a run would change in a file, as text. */
export interface FileDiff {
  readonly path: string;
  readonly status: PlanStatus;
  readonly secret: boolean;
  /** Paths of the keys of a secret whose values change; empty for other files. */
  readonly changedKeys: readonly string[];
  /** Extended header, names and hunks of a unified diff, as git writes them. */
  readonly diff: string;
}

/**
 * The difference between what lies on disk and what a run would put there; for an edited or foreign file, what overwriting
 * it would do.
 *
 * @param secret - how the file differs where it is a secret, whose bytes are never shown
 */
export function fileDiff(entry: PlanEntry, secret?: SecretChange): FileDiff {
  const { path, status } = entry;
  const name = visibleLine(path);
  const head = [`diff --git a/${name} b/${name}\n`, ...modeLines(entry), ...secretLines(entry, secret)];
  const body = hunks(entry, secret);
  const names = body.startsWith('@@') ? nameLines(entry) : '';
  return {
    path,
    status,
    secret: entry.secret,
    changedKeys: secret?.keys ?? [],
    diff: `${head.join('')}${names}${body}`,
  };
}

function modeLines({ present, desired }: PlanEntry): string[] {
  if (present === undefined) return [`new file mode ${modeOf(desired)}\n`];
  if (desired === undefined) return [`deleted file mode ${modeOf(present)}\n`];
  if (present.executable === desired.executable) return [];
  return [`old mode ${modeOf(present)}\n`, `new mode ${modeOf(desired)}\n`];
}

function modeOf(file: { readonly executable: boolean } | undefined): string {
  return file?.executable === true ? '100755' : '100644';
}

function secretLines({ secret, present, desired }: PlanEntry, change: SecretChange | undefined): string[] {
  if (!secret) return [];
  if (change?.unknown !== undefined) return [`secret not compared: ${change.unknown}\n`];
  if (present === undefined || desired === undefined || change === undefined) return [];
  if (change.keys.length > 0) return [`secret changed: ${change.keys.join(', ')}\n`];
  return ['secret encrypted anew: no value changed\n'];
}

function nameLines({ path, present, desired }: PlanEntry): string {
  const name = visibleLine(path);
  const from = present === undefined ? '/dev/null' : `a/${name}`;
  return `--- ${from}\n+++ ${desired === undefined ? '/dev/null' : `b/${name}`}\n`;
}

function hunks(entry: PlanEntry, secret: SecretChange | undefined): string {
  if (entry.secret) return secret?.unknown === undefined ? unifiedDiff(secret?.before ?? '', secret?.after ?? '') : '';
  const [before, after] = [textOf(entry.present?.bytes), textOf(entry.desired?.bytes)];
  if (before === undefined || after === undefined) return 'Binary files differ\n';
  return unifiedDiff(before, after);
}

/** Undefined for bytes that are no text. */
function textOf(bytes: Uint8Array = new Uint8Array()): string | undefined {
  if (bytes.includes(0)) return undefined;
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    return undefined;
  }
}

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
