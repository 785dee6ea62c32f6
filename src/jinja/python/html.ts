import { makeItems, makeText, scanText, spend } from './budget.ts';
import { splitWords } from './classes.ts';
import { LEGACY_REFERENCES, NAMED_REFERENCES } from './html-entities.ts';

/** Steps of one reference. */
const REPLACEMENT = 40;

const REFERENCE = /&(#[0-9]+;?|#[xX][0-9a-fA-F]+;?|[^\t\n\f <&#;]{1,32};?)/gu;

/** A text with its character references replaced, as the HTML standard reads them. */
export function unescapeHtml(text: string): string {
  scanText(text.length);
  if (!text.includes('&')) return text;
  let output = '';
  let from = 0;
  for (const match of text.matchAll(REFERENCE)) {
    const reference = match[1] ?? '';
    spend(REPLACEMENT + reference.length);
    const replaced = reference.startsWith('#') ? numericReference(reference) : namedReference(reference);
    output += text.slice(from, match.index) + replaced;
    from = match.index + match[0].length;
  }
  makeText(text.length);
  return output + text.slice(from);
}

/** What the code points from 0x80 to 0x9f mean: those of Windows-1252. */
const WINDOWS_1252 =
  '\u20ac\x81\u201a\u0192\u201e\u2026\u2020\u2021\u02c6\u2030\u0160\u2039\u0152\x8d\u017d\x8f' +
  '\x90\u2018\u2019\u201c\u201d\u2022\u2013\u2014\u02dc\u2122\u0161\u203a\u0153\x9d\u017e\u0178';

function numericReference(reference: string): string {
  const digits = reference.slice(1).replace(';', '');
  const code = /^[xX]/.test(digits) ? Number.parseInt(digits.slice(1), 16) : Number.parseInt(digits, 10);
  if (code === 0 || code > 0x10ffff || (code >= 0xd800 && code <= 0xdfff)) return '\ufffd';
  if (code === 0x0d) return '\r';
  if (code >= 0x80 && code <= 0x9f) return WINDOWS_1252.charAt(code - 0x80);
  return isNoCharacter(code) ? '' : String.fromCodePoint(code);
}

function isNoCharacter(code: number): boolean {
  const control = code <= 0x8 || code === 0xb || (code >= 0xe && code <= 0x1f) || (code >= 0x7f && code <= 0x9f);
  return control || (code >= 0xfdd0 && code <= 0xfdef) || (code & 0xfffe) === 0xfffe;
}

/** A reference without its semicolon may be a known name followed by other characters. */
function namedReference(reference: string): string {
  if (reference.endsWith(';')) {
    const found = codePointsOf(reference.slice(0, -1));
    if (found !== undefined) return found;
  }
  for (let end = reference.length; end > 1; end -= 1) {
    const name = reference.slice(0, end);
    if (isLegacy(name)) return (codePointsOf(name) ?? '') + reference.slice(end);
  }
  return `&${reference}`;
}

/** The tables, read when they are first asked for. */
let named: ReadonlyMap<string, string> | undefined;
let legacy: ReadonlySet<string> | undefined;

function codePointsOf(name: string): string | undefined {
  named ??= new Map(
    NAMED_REFERENCES.trim()
      .split(' ')
      .map((entry) => {
        const [key = '', codes = ''] = entry.split('=');
        return [key, String.fromCodePoint(...codes.split(',').map((code) => Number.parseInt(code, 16)))] as const;
      }),
  );
  return named.get(name);
}

function isLegacy(name: string): boolean {
  legacy ??= new Set(LEGACY_REFERENCES.trim().split(/ +/));
  return legacy.has(name);
}

/** `Markup.striptags`: without comments and tags, white space collapsed, character references replaced. */
export function stripTags(text: string): string {
  const bare = removeBetween(removeBetween(text, '<!--', '-->'), '<', '>');
  return unescapeHtml(splitWords(bare).join(' '));
}

/**
 * Python starts over after each removal, so that what moves together can form a new tag. Unit by unit: starting over
 * would take quadratic time.
 */
function removeBetween(text: string, open: string, close: string): string {
  scanText(text.length);
  if (!text.includes(open)) return text;
  makeItems(text.length * 4);
  const kept: string[] = [];
  let at = 0;
  while (at < text.length) {
    kept.push(text.charAt(at));
    at += 1;
    if (!endsWith(kept, open)) continue;
    const end = findClose(text, at, open, close);
    if (end < 0) break;
    kept.length -= open.length;
    at = end;
  }
  return kept.join('') + text.slice(at);
}

function endsWith(units: readonly string[], part: string): boolean {
  const start = units.length - part.length;
  for (let index = part.length - 1; index >= 0; index -= 1) {
    if (units[start + index] !== part.charAt(index)) return false;
  }
  return true;
}

/** Where the closing part ends, -1 for none. It may share characters with the opening one, which ends at `at`. */
function findClose(text: string, at: number, open: string, close: string): number {
  const shared = (open + text.slice(at, at + close.length - 1)).indexOf(close);
  if (shared >= 0) return at + shared + close.length - open.length;
  const start = text.indexOf(close, at);
  return start < 0 ? -1 : start + close.length;
}
