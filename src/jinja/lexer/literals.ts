import { characterNamed } from './names.ts';
import { makeFloat } from '../python/float.ts';

const NEWLINES = /\r\n|\r|\n/g;
const SIMPLE_ESCAPES: ReadonlyMap<string, string> = new Map([
  ['\\', '\\'],
  ["'", "'"],
  ['"', '"'],
  ['a', '\x07'],
  ['b', '\b'],
  ['f', '\f'],
  ['n', '\n'],
  ['r', '\r'],
  ['t', '\t'],
  ['v', '\v'],
  ['\n', ''],
]);
const HEX_ESCAPES: ReadonlyMap<string, number> = new Map([
  ['x', 2],
  ['u', 4],
  ['U', 8],
]);
const ESCAPE = /\\([0-7]{1,3}|[^])?/g;

/** A text with every line break replaced by `sequence`. */
export function normalizeNewlines(text: string, sequence: string): string {
  return text.replace(NEWLINES, sequence);
}

/** The value of an integer literal: an exact number, a bigint where a number would not be. */
export function parseInteger(text: string): number | bigint {
  const value = BigInt(text.replaceAll('_', ''));
  const small = Number(value);
  return Number.isSafeInteger(small) ? small : value;
}

/** The value of a float literal. */
export function parseFloatLiteral(text: string): unknown {
  return makeFloat(Number(text.replaceAll('_', '')));
}

/**
 * The value of a string literal without its quotes. Python's codec `unicode-escape` reads it after `backslashreplace`
 * has written every other character than ASCII as an escape, so that a backslash before such a character is doubled.
 *
 * @throws Error with Python's wording for an escape that is cut short or means no character.
 */
export function unescapeString(text: string): string {
  if (!text.includes('\\')) return text;
  const ascii = text.replace(/[\u0080-\u{10ffff}]/gu, (character) => escapeCharacter(character));
  let consumed = 0;
  let result = '';
  ESCAPE.lastIndex = 0;
  for (let match = ESCAPE.exec(ascii); match !== null; match = ESCAPE.exec(ascii)) {
    result += ascii.slice(consumed, match.index);
    const rest = ascii.slice(ESCAPE.lastIndex);
    const [value, length] = decodeEscape(match[1], rest);
    result += value;
    ESCAPE.lastIndex += length;
    consumed = ESCAPE.lastIndex;
  }
  return result + ascii.slice(consumed);
}

function escapeCharacter(character: string): string {
  const code = character.codePointAt(0) ?? 0;
  if (code < 0x100) return `\\x${code.toString(16).padStart(2, '0')}`;
  return code < 0x10000 ? `\\u${code.toString(16).padStart(4, '0')}` : `\\U${code.toString(16).padStart(8, '0')}`;
}

function decodeEscape(escape: string | undefined, rest: string): [value: string, length: number] {
  if (escape === undefined) throw new Error('\\ at end of string');
  const simple = SIMPLE_ESCAPES.get(escape);
  if (simple !== undefined) return [simple, 0];
  if (/^[0-7]/.test(escape)) return [String.fromCodePoint(Number.parseInt(escape, 8)), 0];
  const digits = HEX_ESCAPES.get(escape);
  if (digits !== undefined) return [decodeHex(escape, digits, rest), digits];
  if (escape === 'N') return decodeName(rest);
  return [`\\${escape}`, 0];
}

function decodeHex(letter: string, digits: number, rest: string): string {
  const hex = rest.slice(0, digits);
  if (hex.length < digits || !/^[0-9a-fA-F]+$/.test(hex)) {
    throw new Error(`truncated \\${letter}${'X'.repeat(digits)} escape`);
  }
  const code = Number.parseInt(hex, 16);
  if (code > 0x10ffff) throw new Error('illegal Unicode character');
  return String.fromCodePoint(code);
}

function decodeName(rest: string): [value: string, length: number] {
  const [text, name] = /^\{([^}]+)\}/.exec(rest) ?? [];
  if (text === undefined || name === undefined) throw new Error('malformed \\N character escape');
  const character = characterNamed(name);
  if (character === undefined) throw new Error('unknown Unicode character name');
  return [character, text.length];
}
