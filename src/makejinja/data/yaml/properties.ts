import { DataError, describeCharacter, type Mark } from '../data-error.ts';
import type { Cursor } from './cursor.ts';
import type { Directive, Token } from './tokens.ts';

const NAME = /[0-9A-Za-z_-]+/y;
const DIGITS = /[0-9]+/y;
const HANDLE = /!(?:[0-9A-Za-z_-]*!)?/y;
const URI = /[0-9A-Za-z\-;/?:@&=+$,_.!~*'()[\]%]+/y;
const AFTER_NAME = /[\0 \t\r\n\x85\u2028\u2029?:,\]}%@`]/;

/** `&name` or `*name`, with the cursor on its first character. */
export function scanAnchor(cursor: Cursor): Token {
  const { mark } = cursor;
  const kind = cursor.peek() === '*' ? 'alias' : 'anchor';
  cursor.skip();
  const name = cursor.take(NAME);
  if (name === '' || !AFTER_NAME.test(cursor.peek())) {
    const remedy = `use letters without accents, digits, \`-\` and \`_\`; put quotes around a value that starts with \`${kind === 'alias' ? '*' : '&'}\``;
    throw new DataError(`the name of the ${kind} holds ${describeCharacter(cursor.peek())}`, cursor.mark, remedy);
  }
  return { kind, name, mark };
}

/** `!!str`, `!local`, `!<verbatim>` or `!`, with the cursor on its first character. */
export function scanTag(cursor: Cursor): Token {
  const { mark } = cursor;
  const token = cursor.peek(1) === '<' ? scanVerbatimTag(cursor, mark) : scanShortTag(cursor, mark);
  if (!cursor.isSeparated()) {
    const message = `a tag is followed by ${describeCharacter(cursor.peek())}`;
    throw new DataError(
      message,
      cursor.mark,
      'put a space after the tag; put quotes around a value that starts with `!`',
    );
  }
  return token;
}

function scanVerbatimTag(cursor: Cursor, mark: Mark): Token {
  cursor.skip(2);
  const suffix = takeUri(cursor);
  if (cursor.peek() !== '>') throw new DataError('a tag that starts with `!<` is not closed', cursor.mark, 'add `>`');
  cursor.skip();
  return { kind: 'tag', handle: undefined, suffix, mark };
}

function scanShortTag(cursor: Cursor, mark: Mark): Token {
  if (cursor.isBlank(1)) {
    cursor.skip();
    return { kind: 'tag', handle: undefined, suffix: '!', mark };
  }
  const handle = cursor.take(HANDLE);
  // A `!` further on would have to end a handle, and what stands before it is none.
  if (handle === '!' && restOfWord(cursor).includes('!')) throw noHandle(cursor);
  return { kind: 'tag', handle, suffix: takeUri(cursor), mark };
}

function restOfWord(cursor: Cursor): string {
  let word = '';
  while (!/[\0 \r\n\x85\u2028\u2029]/.test(cursor.peek(word.length))) word += cursor.peek(word.length);
  return word;
}

function noHandle(cursor: Cursor): DataError {
  return new DataError('the handle of a tag is not valid', cursor.mark, 'write `!`, `!!` or `!name!` before the tag');
}

function takeUri(cursor: Cursor): string {
  const { mark } = cursor;
  const uri = cursor.take(URI);
  if (uri === '') throw new DataError('a tag has no name', mark, 'put quotes around a value that starts with `!`');
  try {
    return decodeURIComponent(uri);
  } catch {
    throw new DataError('a tag holds a `%` without two hexadecimal digits', mark, 'write `%25` for a per cent sign');
  }
}

/** A line such as `%YAML 1.1`, with the cursor on its first character. */
export function scanDirective(cursor: Cursor): Token {
  const { mark } = cursor;
  cursor.skip();
  const name = cursor.take(NAME);
  if (name === '' || !cursor.isSeparated()) {
    const remedy = 'put quotes around a value that starts with `%`';
    throw new DataError('a line that starts with `%` is no directive', mark, remedy);
  }
  const directive = scanDirectiveValue(cursor, name);
  cursor.takeSpaces();
  cursor.skipComment();
  if (!cursor.isLineEnd()) throw badDirective(cursor);
  cursor.takeBreak();
  return { kind: 'directive', directive, mark };
}

function scanDirectiveValue(cursor: Cursor, name: string): Directive {
  if (name !== 'YAML' && name !== 'TAG') {
    cursor.takeLine();
    return { name: 'other' };
  }
  cursor.takeSpaces();
  return name === 'YAML' ? scanVersion(cursor) : scanTagPrefix(cursor);
}

function scanVersion(cursor: Cursor): Directive {
  const major = cursor.take(DIGITS);
  if (major === '' || cursor.peek() !== '.') throw badDirective(cursor);
  cursor.skip();
  if (cursor.take(DIGITS) === '' || !cursor.isSeparated()) throw badDirective(cursor);
  return { name: 'YAML', major: Number(major) };
}

function scanTagPrefix(cursor: Cursor): Directive {
  const handle = cursor.take(HANDLE);
  if (handle === '' || cursor.peek() !== ' ') throw noHandle(cursor);
  cursor.takeSpaces();
  const prefix = takeUri(cursor);
  if (!cursor.isSeparated()) throw badDirective(cursor);
  return { name: 'TAG', handle, prefix };
}

function badDirective(cursor: Cursor): DataError {
  const message = `a directive holds ${describeCharacter(cursor.peek())}`;
  return new DataError(message, cursor.mark, 'write `%YAML 1.1` or `%TAG !handle! prefix`');
}
