import { Failure, failure, type Finding } from '../report/finding.ts';
import {
  COLOURED,
  countFindings,
  formatFindings,
  kindsOf,
  listOf,
  PLAIN,
  visibleJson,
  visibleLine,
} from '../report/text.ts';
import { redactValue } from '../report/redaction.ts';
import { errorCode } from '../system/files.ts';
import { changedFiles } from '../system/writing.ts';
import { printColouredError, printError, printResult, wantsColour } from '../system/terminal.ts';
import { reportFault } from '../system/fault-report.ts';
import { worded } from './invocation.ts';
import { VERSION } from '../system/program.ts';

/** Findings go to standard error, results to standard output. */
export function printFindings(findings: readonly Finding[]): void {
  printColouredError(findingsText(findings, process.stderr));
}

/** How a command tells of what is left of the sample. */
interface SampleOptions {
  /** Whether each finding is shown by itself. */
  readonly verbose?: boolean;
  readonly json?: boolean;
}

/**
 * As `printFindings`, where what is left of the sample is told in one line: whoever has just begun knows of it.
 *
 * @returns what was told
 */
export function printFindingsBriefly(findings: readonly Finding[], { verbose }: SampleOptions): readonly Finding[] {
  const told = verbose === true ? findings : [...findings.filter((one) => !isOfSample(one)), ...sampleNote(findings)];
  printFindings(told);
  return told;
}

/** As `printFindings`, without what is left of the sample: above a plan it would be in the way each time. */
export function printFindingsOfChange(findings: readonly Finding[], { verbose }: SampleOptions): void {
  printFindings(verbose === true ? findings : findings.filter((one) => !isOfSample(one)));
}

function isOfSample({ code, severity }: Finding): boolean {
  return severity !== 'error' && (code === 'config/sample-value' || code === 'credentials/placeholder');
}

function sampleNote(findings: readonly Finding[]): Finding[] {
  const kinds = kindsOf(findings.filter(isOfSample));
  const left = kinds.map((kind) => {
    const [{ together, message }] = kind;
    if (together === undefined) return message;
    return kind.length === 1 ? together.subject : `${String(kind.length)} ${together.noun}`;
  });
  const [first] = kinds[0] ?? [];
  if (first === undefined) return [];
  const message = `still as in the sample: ${listOf(left)} (--verbose shows more)`;
  return [{ code: first.code, severity: 'note', message }];
}

/** Findings as a terminal or a pipe takes them, with commands as they work here and lines that fit. */
export function findingsText(findings: readonly Finding[], stream: OutputStream, indent = ''): string {
  // Lines that are quoted from files stay as they are.
  const wordedFindings = findings.map((finding) => ({
    ...finding,
    message: worded(finding.message),
    ...(finding.remedy === undefined ? {} : { remedy: worded(finding.remedy) }),
  }));
  const width = widthOf(stream) - indent.length;
  return formatFindings(wordedFindings, wantsColour(stream) ? COLOURED : PLAIN, width).replace(/^(?=.)/gm, indent);
}

/** A stream that may be a terminal. */
interface OutputStream {
  readonly isTTY?: boolean;
  readonly columns?: number;
}

/** How many columns a line may take: what is no terminal takes lines of any length. */
export function widthOf({ isTTY, columns }: OutputStream): number {
  return isTTY === true && columns !== undefined && columns > 0 ? columns : Infinity;
}

/** Tells why a run ended: as JSON on standard output, else as text with a count. */
export function printFailure({ findings }: Failure, { json, verbose }: SampleOptions): void {
  if (json === true) {
    const changed = changedFiles();
    printJson({ status: 'failed', findings, ...(changed.length === 0 ? {} : { changed }) });
    return;
  }
  const told = verbose === true ? findings : findings.filter((one) => !isOfSample(one));
  printFindings(told);
  printError(`${countFindings(told)}; ${whatWasWritten()}\n`);
}

const MOST_NAMED = 5;

/** How far a run came that did not come to its end, from what the disk was really given. */
export function whatWasWritten(): string {
  const paths = changedFiles();
  if (paths.length === 0) return 'nothing was written';
  const named = paths.slice(0, paths.length > MOST_NAMED ? MOST_NAMED - 1 : MOST_NAMED).map(visibleLine);
  if (paths.length > MOST_NAMED) named.push(`${String(paths.length - named.length)} more`);
  return `changed before that: ${listOf(named)}`;
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

/** Tells of a mistake of ours in one sentence; its stack lies in a file. As everything else they are told without secrets. */
export function printMistake(error: unknown): void {
  const { path, text } = reportFault(error, VERSION);
  const message = error instanceof Error ? error.message : String(error);
  const [first = ''] = message.split('\n');
  const rest = path === undefined ? `, with this:\n${text}` : ` with ${path}, which holds no secret of this run\n`;
  printError(`this is a fault of the program: ${first}\nplease report it where you got it${rest}`);
}
