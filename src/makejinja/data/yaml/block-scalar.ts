import { DataError, describeCharacter } from '../data-error.ts';
import { type Cursor, END } from './cursor.ts';

const HEADER = /[+-]?[1-9][+-]?|[+-]?/y;

/**
 * Reads a block scalar with the cursor on its `|` or `>`.
 *
 * @param parentIndent - the indentation of the block around it, -1 for none
 */
export function scanBlockScalar(cursor: Cursor, parentIndent: number): string {
  const isFolded = cursor.peek() === '>';
  cursor.skip();
  const { chomping, increment } = scanHeader(cursor);
  const least = Math.max(1, parentIndent + 1);
  const { breaks, indent } =
    increment === undefined ? findIndent(cursor, least) : takeIndent(cursor, least + increment - 1);
  const body = scanBody(cursor, { indent, breaks, isFolded });
  if (chomping === '-') return body.text;
  return body.text + body.lastBreak + (chomping === '+' ? body.breaks : '');
}

interface Header {
  readonly chomping: '+' | '-' | undefined;
  readonly increment: number | undefined;
}

function scanHeader(cursor: Cursor): Header {
  const indicators = cursor.take(HEADER);
  const sign = /[+-]/.exec(indicators)?.[0];
  const digit = /[1-9]/.exec(indicators)?.[0];
  if (/[+-].?[+-]/.test(indicators) || !cursor.isSeparated()) throw badHeader(cursor);
  cursor.takeSpaces();
  cursor.skipComment();
  if (!cursor.isLineEnd()) throw badHeader(cursor);
  cursor.takeBreak();
  return {
    chomping: sign === '+' || sign === '-' ? sign : undefined,
    increment: digit === undefined ? undefined : Number(digit),
  };
}

function badHeader(cursor: Cursor): DataError {
  const remedy =
    'after `|` or `>` may stand `+` or `-`, a digit from 1 to 9 and a comment; put quotes around a value that starts with them';
  return new DataError(`the head of a block of text holds ${describeCharacter(cursor.peek())}`, cursor.mark, remedy);
}

/** Empty lines before the text, and how far the text is indented. */
interface Lead {
  readonly breaks: string;
  readonly indent: number;
}

/** The first line with text says how far all are indented; white space alone can only add to it. */
function findIndent(cursor: Cursor, least: number): Lead {
  let breaks = '';
  let indent = least;
  do {
    breaks += cursor.takeBreak();
    cursor.takeSpaces();
    indent = Math.max(indent, cursor.column);
  } while (cursor.isBreak());
  return { breaks, indent };
}

function takeIndent(cursor: Cursor, indent: number): Lead {
  let breaks = '';
  cursor.skipIndent(indent);
  while (cursor.isBreak()) {
    breaks += cursor.takeBreak();
    cursor.skipIndent(indent);
  }
  return { breaks, indent };
}

interface Body {
  readonly text: string;
  /** The break of the last line with text. */
  readonly lastBreak: string;
  /** Those of the empty lines behind it. */
  readonly breaks: string;
}

function scanBody(cursor: Cursor, { indent, breaks, isFolded }: Lead & { readonly isFolded: boolean }): Body {
  let text = '';
  let lastBreak = '';
  let emptyLines = breaks;
  const isInside = (): boolean => cursor.column === indent && cursor.peek() !== END;
  while (isInside()) {
    const wasIndented = isWhite(cursor);
    text += emptyLines + cursor.takeLine();
    lastBreak = cursor.takeBreak();
    emptyLines = takeIndent(cursor, indent).breaks;
    if (!isInside()) break;
    const isJoined = isFolded && lastBreak === '\n' && !wasIndented && !isWhite(cursor);
    if (!isJoined) text += lastBreak;
    else if (emptyLines === '') text += ' ';
  }
  return { text, lastBreak, breaks: emptyLines };
}

function isWhite(cursor: Cursor): boolean {
  return cursor.peek() === ' ' || cursor.peek() === '\t';
}
