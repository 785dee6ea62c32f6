import type { Failure, Finding } from '../report/finding.ts';
import { COLOURED, PLAIN, countFindings, formatFindings } from '../report/text.ts';
import { print, printError, wantsColour } from '../system/terminal.ts';
import { worded } from './invocation.ts';

/** Findings go to standard error, results to standard output. */
export function printFindings(findings: readonly Finding[]): void {
  printError(findingsText(findings, process.stderr));
}

/** Findings as a terminal or a pipe takes them, with commands as they work here. */
export function findingsText(findings: readonly Finding[], stream: { readonly isTTY?: boolean }): string {
  // Lines that are quoted from files stay as they are.
  const wordedFindings = findings.map((finding) => ({
    ...finding,
    message: worded(finding.message),
    ...(finding.remedy === undefined ? {} : { remedy: worded(finding.remedy) }),
  }));
  return formatFindings(wordedFindings, wantsColour(stream) ? COLOURED : PLAIN);
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

/** One JSON value and a line break; what is a message in it names commands as they work here. */
export function printJson(value: unknown): void {
  const wordedMessage = (key: string, member: unknown): unknown =>
    (key === 'message' || key === 'remedy') && typeof member === 'string' ? worded(member) : member;
  print(`${JSON.stringify(value, wordedMessage, 2)}\n`);
}

/** `1 file`, `3 files`. */
export function count(number: number, noun: string): string {
  return `${String(number)} ${noun}${number === 1 ? '' : 's'}`;
}
