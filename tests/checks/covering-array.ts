/** The number of values of each parameter. */
export type Levels = readonly number[];

/** One row: for each parameter the position of its value. */
export type Row = readonly number[];

/**
 * Rows in which every two values of two parameters meet at least once. Greedy: each row begins with a pair that is still
 * missing and takes, parameter by parameter, the value that brings most missing pairs; equal ones in turn. The result is the
 * same on every run.
 */
export function coveringArray(levels: Levels): Row[] {
  const missing = allPairs(levels);
  const rows: Row[] = [];
  for (let next = first(missing); next !== undefined; next = first(missing)) {
    const row = completed(next, { levels, missing, turn: rows.length });
    for (const pair of pairsOf(row)) missing.delete(pair);
    rows.push(row);
  }
  return rows;
}

/** Every pair of values of two parameters. */
export function allPairs(levels: Levels): Set<string> {
  const pairs = new Set<string>();
  for (const [one, count] of levels.entries()) {
    for (let other = one + 1; other < levels.length; other++) {
      for (let value = 0; value < count; value++) {
        for (let second = 0; second < (levels[other] ?? 0); second++) pairs.add(pairOf([one, value], [other, second]));
      }
    }
  }
  return pairs;
}

/** The pairs that stand in a row. */
export function pairsOf(row: readonly (number | undefined)[]): string[] {
  return row.flatMap((value, one) =>
    row.flatMap((second, other) =>
      other <= one || value === undefined || second === undefined ? [] : [pairOf([one, value], [other, second])],
    ),
  );
}

function completed(
  start: string,
  { levels, missing, turn }: { levels: Levels; missing: ReadonlySet<string>; turn: number },
): Row {
  const row = levels.map((): number | undefined => undefined);
  for (const [parameter, value] of parse(start)) row[parameter] = value;
  for (const [parameter, count] of levels.entries()) {
    if (row[parameter] !== undefined) continue;
    const values = Array.from({ length: count }, (_, index) => (index + turn) % count);
    const gains = values.map((value) => gain(row, [parameter, value], missing));
    row[parameter] = values[gains.indexOf(Math.max(...gains))] ?? 0;
  }
  return row.map((value) => value ?? 0);
}

function gain(row: readonly (number | undefined)[], cell: Cell, missing: ReadonlySet<string>): number {
  return row.filter((value, index) => value !== undefined && missing.has(ordered(cell, [index, value]))).length;
}

type Cell = readonly [parameter: number, value: number];

function ordered(a: Cell, b: Cell): string {
  return a[0] < b[0] ? pairOf(a, b) : pairOf(b, a);
}

function pairOf(a: Cell, b: Cell): string {
  return `${a.join(':')} ${b.join(':')}`;
}

function parse(pair: string): Cell[] {
  return pair.split(' ').map((cell) => {
    const [parameter = 0, value = 0] = cell.split(':').map(Number);
    return [parameter, value];
  });
}

function first(pairs: ReadonlySet<string>): string | undefined {
  return pairs.values().next().value;
}
