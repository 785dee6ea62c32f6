import { Failure, failure, type Finding } from '../report/finding.ts';
import { COLOURED, PLAIN, countFindings, formatFindings } from '../report/text.ts';
import { inspect } from 'node:util';
import { redactValue } from '../report/redaction.ts';
import { visibleJson } from '../report/visible.ts';
import { errorCode } from '../system/files.ts';
import { printColouredError, printError, printResult, wantsColour } from '../system/terminal.ts';
import { worded } from './invocation.ts';

/** Findings go to standard error, results to standard output. */
export function printFindings(findings: readonly Finding[]): void {
  printColouredError(findingsText(findings, process.stderr));
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

/**
 * One JSON value and a line break. Its texts are redacted, what is a message names commands as they work here, and characters that a
 * terminal obeys stand by their numbers.
 */
export function printJson(value: unknown): void {
  const wordedMessage = (key: string, member: unknown): unknown =>
    (key === 'message' || key === 'remedy') && typeof member === 'string' ? worded(member) : member;
  printResult(`${visibleJson(JSON.stringify(redactValue(value), wordedMessage, 2))}\n`);
}

/** `1 file`, `3 files`. */
export function count(number: number, noun: string): string {
  return `${String(number)} ${noun}${number === 1 ? '' : 's'}`;
}

/** What the system refused is an expected end; undefined for anything else, which is a mistake of ours. */
export function asFailure(error: unknown): Failure | undefined {
  if (error instanceof Failure) return error;
  if (!(error instanceof Error) || errorCode(error) === undefined || !('syscall' in error)) return undefined;
  return failure('outside', { code: 'workspace/read', message: error.message }, error);
}

/** Tells of a mistake of ours with its stack, as everything else is told: without secrets. */
export function printMistake(error: unknown): void {
  printError(`this is a fault of the program: please report it\n${inspect(error)}\n`);
}
