/** A run of lines that both texts have, or that only one of them has; positions count from 0. */
export interface LineRun {
  readonly kind: 'same' | 'removed' | 'added';
  readonly lines: readonly string[];
}

/**
 * How many differing lines are searched for the shortest script: time and memory grow with the square of it. Beyond, the
 * differing middle counts as replaced whole, which is right as well and only longer than it need be.
 */
const SEARCH_LIMIT = 2000;

/** The shortest way from one list of lines to another (E. Myers, "An O(ND) Difference Algorithm", 1986). */
export function diffLines(before: readonly string[], after: readonly string[]): LineRun[] {
  const shortest = Math.min(before.length, after.length);
  let start = 0;
  while (start < shortest && before[start] === after[start]) start += 1;
  let end = 0;
  while (end < shortest - start && before[before.length - 1 - end] === after[after.length - 1 - end]) end += 1;
  const removed = before.slice(start, before.length - end);
  const added = after.slice(start, after.length - end);
  const script = new Script();
  script.add('same', before.slice(0, start));
  for (const { kind, lines } of diffMiddle(removed, added)) script.add(kind, lines);
  script.add('same', before.slice(before.length - end));
  return script.runs;
}

function diffMiddle(before: readonly string[], after: readonly string[]): LineRun[] {
  const trace = before.length === 0 || after.length === 0 ? undefined : search(before, after);
  if (trace !== undefined) return followBack(before, after, trace);
  return [
    { kind: 'removed', lines: before },
    { kind: 'added', lines: after },
  ];
}

/**
 * Furthest reaching points, one array a round: after round d, `reach[k + d]` is how many lines of `before` are used up on
 * diagonal k (lines used of `before` minus those of `after`) with d differences. Undefined where the limit is met.
 */
function search(before: readonly string[], after: readonly string[]): Int32Array[] | undefined {
  const limit = Math.min(before.length + after.length, SEARCH_LIMIT);
  const trace: Int32Array[] = [];
  for (let d = 0; d <= limit; d++) {
    const previous = trace[d - 1];
    const reach = new Int32Array(2 * d + 1);
    for (let k = -d; k <= d; k += 2) {
      let x = d === 0 ? 0 : stepFrom(previous, d, k).x;
      let y = x - k;
      while (x < before.length && y < after.length && before[x] === after[y]) {
        x += 1;
        y += 1;
      }
      reach[k + d] = x;
      if (x >= before.length && y >= after.length) return [...trace, reach];
    }
    trace.push(reach);
  }
  return undefined;
}

/** Whether diagonal k is best reached in round d by an added line (from k + 1) or a removed one (from k - 1), and where. */
function stepFrom(previous: Int32Array | undefined, d: number, k: number): { isAdded: boolean; x: number } {
  // Diagonals that round d - 1 did not reach count as behind every other.
  const above = k + 1 > d - 1 ? -1 : (previous?.[k + d] ?? -1);
  const left = k - 1 < 1 - d ? -1 : (previous?.[k + d - 2] ?? -1);
  return k === -d || (k !== d && left < above) ? { isAdded: true, x: above } : { isAdded: false, x: left + 1 };
}

function followBack(before: readonly string[], after: readonly string[], trace: readonly Int32Array[]): LineRun[] {
  const steps: LineRun[] = [];
  let x = before.length;
  let y = after.length;
  for (let d = trace.length - 1; d > 0; d--) {
    const k = x - y;
    const { isAdded, x: from } = stepFrom(trace[d - 1], d, k);
    steps.push({ kind: 'same', lines: before.slice(from, x) });
    const line = isAdded ? after[from - k - 1] : before[from - 1];
    steps.push({ kind: isAdded ? 'added' : 'removed', lines: [line ?? ''] });
    x = isAdded ? from : from - 1;
    y = isAdded ? from - k - 1 : from - k;
  }
  steps.push({ kind: 'same', lines: before.slice(0, x) });
  return steps.reverse();
}

/** Runs one after the other; of a change, what was removed stands before what was added. */
class Script {
  readonly runs: LineRun[] = [];

  add(kind: LineRun['kind'], lines: readonly string[]): void {
    if (lines.length === 0) return;
    const last = this.runs.at(-1);
    const beforeLast = this.runs.at(-2);
    if (last?.kind === kind) this.runs.splice(-1, 1, { kind, lines: [...last.lines, ...lines] });
    else if (kind === 'removed' && last?.kind === 'added') {
      const joined = beforeLast?.kind === 'removed' ? [...beforeLast.lines, ...lines] : lines;
      this.runs.splice(beforeLast?.kind === 'removed' ? -2 : -1, 2, { kind, lines: joined }, last);
    } else this.runs.push({ kind, lines });
  }
}
