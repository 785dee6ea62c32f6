import type { Cursor } from './cursor.ts';

/** A run without white space: `:` ends it before white space, and in a flow collection before indicators as well. */
const BLOCK_RUN = /[^\0 \t\r\n\x85\u2028\u2029:]*(?::(?![\0 \t\r\n\x85\u2028\u2029])[^\0 \t\r\n\x85\u2028\u2029:]*)*/y;
const FLOW_RUN =
  /[^\0 \t\r\n\x85\u2028\u2029:,?[\]{}]*(?::(?![\0 \t\r\n\x85\u2028\u2029,[\]{}])[^\0 \t\r\n\x85\u2028\u2029:,?[\]{}]*)*/y;

/** A value without quotes. */
export interface PlainScalar {
  readonly text: string;
  /** Whether it ended at the start of a line, where a key may come next. */
  readonly endsAtLineStart: boolean;
}

/**
 * Reads a value without quotes; the next lines belong to it as long as they are indented.
 *
 * @param indent - the indentation of the block around it, undefined in a flow collection
 */
export function scanPlain(cursor: Cursor, indent: number | undefined): PlainScalar {
  let text = '';
  let gap: Gap = { text: '', hasBreak: false };
  while (cursor.peek() !== '#') {
    const run = cursor.take(indent === undefined ? FLOW_RUN : BLOCK_RUN);
    if (run === '') break;
    text += gap.text + run;
    gap = scanGap(cursor);
    if (gap.text === '' || (indent !== undefined && cursor.column <= indent)) break;
  }
  return { text, endsAtLineStart: gap.hasBreak };
}

/** White space between two runs, folded; no text where the value is at its end. */
interface Gap {
  readonly text: string;
  readonly hasBreak: boolean;
}

function scanGap(cursor: Cursor): Gap {
  const spaces = cursor.takeSpaces();
  if (!cursor.isBreak()) return { text: spaces, hasBreak: false };
  const first = cursor.takeBreak();
  let breaks = '';
  while (!isDocumentMarker(cursor)) {
    cursor.takeSpaces();
    if (!cursor.isBreak()) return { text: foldBreaks(first, breaks), hasBreak: true };
    breaks += cursor.takeBreak();
  }
  return { text: '', hasBreak: true };
}

/** `---` or `...` at the start of a line. */
export function isDocumentMarker(cursor: Cursor): boolean {
  return cursor.isDocumentMarker('---') || cursor.isDocumentMarker('...');
}

/** One line break is a space, several are one less. */
export function foldBreaks(first: string, others: string): string {
  if (first !== '\n') return first + others;
  return others === '' ? ' ' : others;
}
