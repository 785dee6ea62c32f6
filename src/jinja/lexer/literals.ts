import { makeFloat } from '../python/numbers.ts';

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

/** Digits of which a number keeps each. */
const SMALL_INTEGER = /^\d{1,15}$/;

/** The value of an integer literal: an exact number, a bigint where a number would not be. */
export function parseInteger(text: string): number | bigint {
  if (SMALL_INTEGER.test(text)) return Number(text);
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

/** Names of characters for `\N{...}`: letters follow from their parts, other characters are listed. */
const LISTED = `
0 NULL;7 ALERT;8 BACKSPACE;9 CHARACTER TABULATION;a LINE FEED;b LINE TABULATION;c FORM FEED;d CARRIAGE RETURN
1b ESCAPE;20 SPACE;21 EXCLAMATION MARK;22 QUOTATION MARK;23 NUMBER SIGN;24 DOLLAR SIGN;25 PERCENT SIGN;26 AMPERSAND
27 APOSTROPHE;28 LEFT PARENTHESIS;29 RIGHT PARENTHESIS;2a ASTERISK;2b PLUS SIGN;2c COMMA;2d HYPHEN-MINUS;2e FULL STOP
2f SOLIDUS;3a COLON;3b SEMICOLON;3c LESS-THAN SIGN;3d EQUALS SIGN;3e GREATER-THAN SIGN;3f QUESTION MARK
40 COMMERCIAL AT;5b LEFT SQUARE BRACKET;5c REVERSE SOLIDUS;5d RIGHT SQUARE BRACKET;5e CIRCUMFLEX ACCENT;5f LOW LINE
60 GRAVE ACCENT;7b LEFT CURLY BRACKET;7c VERTICAL LINE;7d RIGHT CURLY BRACKET;7e TILDE;7f DELETE;85 NEXT LINE
a0 NO-BREAK SPACE;a1 INVERTED EXCLAMATION MARK;a2 CENT SIGN;a3 POUND SIGN;a4 CURRENCY SIGN;a5 YEN SIGN;a6 BROKEN BAR
a7 SECTION SIGN;a8 DIAERESIS;a9 COPYRIGHT SIGN;aa FEMININE ORDINAL INDICATOR
ab LEFT-POINTING DOUBLE ANGLE QUOTATION MARK;ac NOT SIGN;ad SOFT HYPHEN;ae REGISTERED SIGN;af MACRON;b0 DEGREE SIGN
b1 PLUS-MINUS SIGN;b2 SUPERSCRIPT TWO;b3 SUPERSCRIPT THREE;b4 ACUTE ACCENT;b5 MICRO SIGN;b6 PILCROW SIGN;b7 MIDDLE DOT
b8 CEDILLA;b9 SUPERSCRIPT ONE;ba MASCULINE ORDINAL INDICATOR;bb RIGHT-POINTING DOUBLE ANGLE QUOTATION MARK
bc VULGAR FRACTION ONE QUARTER;bd VULGAR FRACTION ONE HALF;be VULGAR FRACTION THREE QUARTERS;bf INVERTED QUESTION MARK
c6 LATIN CAPITAL LETTER AE;d0 LATIN CAPITAL LETTER ETH;d7 MULTIPLICATION SIGN;d8 LATIN CAPITAL LETTER O WITH STROKE
de LATIN CAPITAL LETTER THORN;df LATIN SMALL LETTER SHARP S;e6 LATIN SMALL LETTER AE;f0 LATIN SMALL LETTER ETH
f7 DIVISION SIGN;f8 LATIN SMALL LETTER O WITH STROKE;fe LATIN SMALL LETTER THORN
110 LATIN CAPITAL LETTER D WITH STROKE;111 LATIN SMALL LETTER D WITH STROKE;126 LATIN CAPITAL LETTER H WITH STROKE
127 LATIN SMALL LETTER H WITH STROKE;131 LATIN SMALL LETTER DOTLESS I;132 LATIN CAPITAL LIGATURE IJ
133 LATIN SMALL LIGATURE IJ;141 LATIN CAPITAL LETTER L WITH STROKE;142 LATIN SMALL LETTER L WITH STROKE
152 LATIN CAPITAL LIGATURE OE;153 LATIN SMALL LIGATURE OE;2000 EN QUAD;2001 EM QUAD;2002 EN SPACE;2003 EM SPACE
2004 THREE-PER-EM SPACE;2005 FOUR-PER-EM SPACE;2006 SIX-PER-EM SPACE;2007 FIGURE SPACE;2008 PUNCTUATION SPACE
2009 THIN SPACE;200a HAIR SPACE;200b ZERO WIDTH SPACE;200c ZERO WIDTH NON-JOINER;200d ZERO WIDTH JOINER
200e LEFT-TO-RIGHT MARK;200f RIGHT-TO-LEFT MARK;2010 HYPHEN;2011 NON-BREAKING HYPHEN;2012 FIGURE DASH;2013 EN DASH
2014 EM DASH;2015 HORIZONTAL BAR;2016 DOUBLE VERTICAL LINE;2017 DOUBLE LOW LINE;2018 LEFT SINGLE QUOTATION MARK
2019 RIGHT SINGLE QUOTATION MARK;201a SINGLE LOW-9 QUOTATION MARK;201b SINGLE HIGH-REVERSED-9 QUOTATION MARK
201c LEFT DOUBLE QUOTATION MARK;201d RIGHT DOUBLE QUOTATION MARK;201e DOUBLE LOW-9 QUOTATION MARK
201f DOUBLE HIGH-REVERSED-9 QUOTATION MARK;2020 DAGGER;2021 DOUBLE DAGGER;2022 BULLET;2023 TRIANGULAR BULLET
2024 ONE DOT LEADER;2025 TWO DOT LEADER;2026 HORIZONTAL ELLIPSIS;2027 HYPHENATION POINT;2030 PER MILLE SIGN
2031 PER TEN THOUSAND SIGN;2032 PRIME;2033 DOUBLE PRIME;2034 TRIPLE PRIME;2035 REVERSED PRIME
2036 REVERSED DOUBLE PRIME;2037 REVERSED TRIPLE PRIME;2038 CARET;2039 SINGLE LEFT-POINTING ANGLE QUOTATION MARK
203a SINGLE RIGHT-POINTING ANGLE QUOTATION MARK;2060 WORD JOINER;20a0 EURO-CURRENCY SIGN;20a1 COLON SIGN
20a2 CRUZEIRO SIGN;20a3 FRENCH FRANC SIGN;20a4 LIRA SIGN;20a5 MILL SIGN;20a6 NAIRA SIGN;20a7 PESETA SIGN
20a8 RUPEE SIGN;20a9 WON SIGN;20aa NEW SHEQEL SIGN;20ab DONG SIGN;20ac EURO SIGN;20ad KIP SIGN;20ae TUGRIK SIGN
20af DRACHMA SIGN;20b0 GERMAN PENNY SIGN;20b1 PESO SIGN;20b2 GUARANI SIGN;20b3 AUSTRAL SIGN;20b4 HRYVNIA SIGN
20b5 CEDI SIGN;20b6 LIVRE TOURNOIS SIGN;20b7 SPESMILO SIGN;20b8 TENGE SIGN;20b9 INDIAN RUPEE SIGN
20ba TURKISH LIRA SIGN;20bb NORDIC MARK SIGN;20bc MANAT SIGN;20bd RUBLE SIGN;20be LARI SIGN;20bf BITCOIN SIGN
2116 NUMERO SIGN;2122 TRADE MARK SIGN;2190 LEFTWARDS ARROW;2191 UPWARDS ARROW;2192 RIGHTWARDS ARROW
2193 DOWNWARDS ARROW;2194 LEFT RIGHT ARROW;2195 UP DOWN ARROW;2196 NORTH WEST ARROW;2197 NORTH EAST ARROW
2198 SOUTH EAST ARROW;2199 SOUTH WEST ARROW;21d0 LEFTWARDS DOUBLE ARROW;21d1 UPWARDS DOUBLE ARROW
21d2 RIGHTWARDS DOUBLE ARROW;21d3 DOWNWARDS DOUBLE ARROW;21d4 LEFT RIGHT DOUBLE ARROW;21d5 UP DOWN DOUBLE ARROW
2200 FOR ALL;2202 PARTIAL DIFFERENTIAL;2203 THERE EXISTS;2208 ELEMENT OF;2209 NOT AN ELEMENT OF;2211 N-ARY SUMMATION
2212 MINUS SIGN;221a SQUARE ROOT;221e INFINITY;2248 ALMOST EQUAL TO;2260 NOT EQUAL TO;2261 IDENTICAL TO
2264 LESS-THAN OR EQUAL TO;2265 GREATER-THAN OR EQUAL TO;2500 BOX DRAWINGS LIGHT HORIZONTAL
2502 BOX DRAWINGS LIGHT VERTICAL;2514 BOX DRAWINGS LIGHT UP AND RIGHT;251c BOX DRAWINGS LIGHT VERTICAL AND RIGHT
2588 FULL BLOCK;25a0 BLACK SQUARE;25a1 WHITE SQUARE;25b2 BLACK UP-POINTING TRIANGLE;25b6 BLACK RIGHT-POINTING TRIANGLE
25bc BLACK DOWN-POINTING TRIANGLE;25c0 BLACK LEFT-POINTING TRIANGLE;25cb WHITE CIRCLE;25cf BLACK CIRCLE
2600 BLACK SUN WITH RAYS;2601 CLOUD;2602 UMBRELLA;2603 SNOWMAN;2604 COMET;2605 BLACK STAR;2606 WHITE STAR
2610 BALLOT BOX;2611 BALLOT BOX WITH CHECK;2612 BALLOT BOX WITH X;2660 BLACK SPADE SUIT;2661 WHITE HEART SUIT
2662 WHITE DIAMOND SUIT;2663 BLACK CLUB SUIT;2664 WHITE SPADE SUIT;2665 BLACK HEART SUIT;2666 BLACK DIAMOND SUIT
2667 WHITE CLUB SUIT;26a0 WARNING SIGN;26a1 HIGH VOLTAGE SIGN;2705 WHITE HEAVY CHECK MARK;2713 CHECK MARK
2714 HEAVY CHECK MARK;2715 MULTIPLICATION X;2716 HEAVY MULTIPLICATION X;2717 BALLOT X;2718 HEAVY BALLOT X
2728 SPARKLES;274c CROSS MARK;2764 HEAVY BLACK HEART;feff ZERO WIDTH NO-BREAK SPACE;fffd REPLACEMENT CHARACTER
1f4a9 PILE OF POO;1f600 GRINNING FACE;1f680 ROCKET
`;

const DIGITS = ['ZERO', 'ONE', 'TWO', 'THREE', 'FOUR', 'FIVE', 'SIX', 'SEVEN', 'EIGHT', 'NINE'];
const GREEK =
  'ALPHA BETA GAMMA DELTA EPSILON ZETA ETA THETA IOTA KAPPA LAMDA MU NU XI OMICRON PI RHO FINAL_SIGMA SIGMA TAU UPSILON PHI CHI PSI OMEGA'.split(
    ' ',
  );
const GREEK_CAPITAL_START = 0x391;
const GREEK_SMALL_START = 0x3b1;
const MARKS: Readonly<Record<string, string>> = {
  GRAVE: '\u0300',
  ACUTE: '\u0301',
  CIRCUMFLEX: '\u0302',
  TILDE: '\u0303',
  MACRON: '\u0304',
  BREVE: '\u0306',
  'DOT ABOVE': '\u0307',
  DIAERESIS: '\u0308',
  'HOOK ABOVE': '\u0309',
  'RING ABOVE': '\u030a',
  'DOUBLE ACUTE': '\u030b',
  CARON: '\u030c',
  HORN: '\u031b',
  'DOT BELOW': '\u0323',
  CEDILLA: '\u0327',
  OGONEK: '\u0328',
};
const LETTER = /^(LATIN|GREEK) (CAPITAL|SMALL) LETTER ([A-Z]+|FINAL SIGMA)(?: WITH ([A-Z ]+))?$/;

/**
 * The character of a Unicode name, upper or lower case. Known are Latin letters with their accents, Greek letters,
 * digits, and the punctuation and symbols that texts are made of; undefined for any other.
 */
function characterNamed(name: string): string | undefined {
  const upper = name.toUpperCase();
  return letterNamed(upper) ?? digitNamed(upper) ?? listedCharacter(upper);
}

function letterNamed(name: string): string | undefined {
  const [, script, letterCase, letter, marks] = LETTER.exec(name) ?? [];
  if (letter === undefined) return undefined;
  const base = script === 'LATIN' ? latin(letter, letterCase === 'CAPITAL') : greek(letter, letterCase === 'CAPITAL');
  if (base === undefined || marks === undefined) return base;
  const parts = marks.split(' AND ').map((mark) => MARKS[mark]);
  if (parts.includes(undefined)) return undefined;
  const composed = (base + parts.join('')).normalize('NFC');
  return composed.length === 1 ? composed : undefined;
}

function latin(letter: string, capital: boolean): string | undefined {
  if (letter.length !== 1) return undefined;
  return capital ? letter : letter.toLowerCase();
}

function greek(letter: string, capital: boolean): string | undefined {
  const index = GREEK.indexOf(letter.replace(' ', '_'));
  if (index === -1) return undefined;
  return String.fromCodePoint((capital ? GREEK_CAPITAL_START : GREEK_SMALL_START) + index);
}

function digitNamed(name: string): string | undefined {
  const digit = name.startsWith('DIGIT ') ? DIGITS.indexOf(name.slice('DIGIT '.length)) : -1;
  return digit === -1 ? undefined : String(digit);
}

function listedCharacter(name: string): string | undefined {
  for (const entry of LISTED.trim().split(/[;\n]/)) {
    const space = entry.indexOf(' ');
    if (entry.slice(space + 1) === name) return String.fromCodePoint(Number.parseInt(entry.slice(0, space), 16));
  }
  return undefined;
}
