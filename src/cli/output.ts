import type { Failure, Finding } from '../report/finding.ts';
import { COLOURED, PLAIN, countFindings, formatFindings } from '../report/text.ts';
import { print, printError, wantsColour } from '../system/terminal.ts';

/** Findings go to standard error, results to standard output. */
export function printFindings(findings: readonly Finding[]): void {
  printError(formatFindings(findings, wantsColour(process.stderr) ? COLOURED : PLAIN));
}

/** Tells why a run ended: as JSON on standard output, else as text with a count. */
export function printFailure(failure: Failure, options: { readonly json: boolean }): void {
  if (options.json) {
    printJson({ status: 'failed', findings: failure.findings });
    return;
  }
  printFindings(failure.findings);
  printError(`${countFindings(failure.findings)}; nothing was written\n`);
}

/** One JSON value and a line break. */
export function printJson(value: unknown): void {
  print(`${JSON.stringify(value, undefined, 2)}\n`);
}

/** `1 file`, `3 files`. */
export function count(number: number, noun: string): string {
  return `${String(number)} ${noun}${number === 1 ? '' : 's'}`;
}
