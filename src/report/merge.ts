import type { Finding } from './finding.ts';

/** Lines of a text between, and with, the markers of one conflict, counted from 1. */
interface ConflictLines {
  readonly first: number;
  readonly last: number;
}

/** A text that git could not merge. */
export interface UnmergedText {
  /**
   * Both sides of it, with what git merged of itself in each of them; the same text twice where markers are left that do not belong
   * together any more.
   */
  readonly sides: readonly [ours: string, theirs: string];
  /** At least one. */
  readonly conflicts: readonly ConflictLines[];
}

/**
 * How git marks a conflict: seven characters at the start of a line, a label behind the outer ones. Longer ones are what git makes of
 * conflicts within the common ancestor, and so content. Lines may end with CRLF.
 */
const MARKER = /^(?:(<{7}|\|{7}|>{7})(?: .*)?|(={7}))\r?$/;

/**
 * Reads a text in which git left the markers of a merge, with any setting of merge.conflictStyle; undefined where there are none.
 * Markers that stand alone, as after a resolution that was not finished, count too, except `=======`, which underlines headings.
 */
export function readUnmerged(text: string): UnmergedText | undefined {
  // Most texts are whole, and long.
  if (!text.includes('<<<<<<<') && !text.includes('>>>>>>>')) return undefined;
  const ours: string[] = [];
  const theirs: string[] = [];
  const conflicts: ConflictLines[] = [];
  let part: 'both' | 'ours' | 'base' | 'theirs' = 'both';
  let first = 0;
  for (const [index, line] of text.split('\n').entries()) {
    const [, outer, middle] = MARKER.exec(line) ?? [];
    const marker = (outer ?? middle)?.[0];
    if (marker === '<') {
      if (part !== 'both') conflicts.push({ first, last: index });
      [part, first] = ['ours', index + 1];
    } else if (marker === '|' && part === 'ours') part = 'base';
    else if (marker === '=' && (part === 'ours' || part === 'base')) part = 'theirs';
    else if (marker === '>') {
      conflicts.push({ first: part === 'both' ? index + 1 : first, last: index + 1 });
      part = 'both';
    } else {
      if (part === 'both' || part === 'ours') ours.push(line);
      if (part === 'both' || part === 'theirs') theirs.push(line);
    }
  }
  if (part !== 'both') conflicts.push({ first, last: first });
  return conflicts.length === 0 ? undefined : { sides: [ours.join('\n'), theirs.join('\n')], conflicts };
}

/** An error for each conflict in a file that only a person can settle; none where it has none. */
export function unmergedFindings(file: string, text: string, remedy = RESOLVE): Finding[] {
  return (readUnmerged(text)?.conflicts ?? []).map(({ first, last }) => ({
    code: 'workspace/merge-conflict',
    severity: 'error',
    message: `a merge is not finished here: lines ${String(first)} to ${String(last)} of ${file} hold both sides of it`,
    place: { file, line: first, column: 1 },
    remedy,
  }));
}

const RESOLVE =
  'keep what shall hold of both sides, and remove the lines that begin with <<<<<<<, |||||||, ======= and >>>>>>>; generated files need no care: `cluster-template configure` renders them anew';
