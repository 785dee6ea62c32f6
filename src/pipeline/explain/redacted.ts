const HIDDEN = '[secret]';

/**
 * For each line of a redacted text the index of the line of the plain text that it stands for; undefined where none is
 * found. Redacting writes a file anew, so that quotes may differ and a text of several lines becomes one.
 */
export function alignRedacted(redacted: readonly string[], plain: readonly string[]): (number | undefined)[] {
  let next = 0;
  return redacted.map((line) => {
    const start = line.indexOf(HIDDEN);
    const wanted = bare(start < 0 ? line : line.slice(0, start));
    const offset = plain
      .slice(next)
      .findIndex((one) => (start < 0 ? bare(one) === wanted : bare(one).startsWith(wanted)));
    if (offset < 0) return undefined;
    next += offset + 1;
    return next - 1;
  });
}

function bare(line: string): string {
  return line.replaceAll(/["'\s]/g, '');
}
