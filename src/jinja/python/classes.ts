import { hold, scanText, spend } from './budget.ts';

/** Characters that Python holds for white space. */
export const SPACES = '\\t-\\r\\x1c-\\x20\\x85\\xa0\\u1680\\u2000-\\u200a\\u2028\\u2029\\u202f\\u205f\\u3000';

/** Characters that count as digits without being decimal: superscripts, digits in circles and the like. */
const OTHER_DIGITS =
  '\\xb2\\xb3\\xb9\\u1369-\\u1371\\u19da\\u2070\\u2074-\\u2079\\u2080-\\u2089\\u2460-\\u2468\\u2474-\\u247c\\u2488-\\u2490' +
  '\\u24ea\\u24f5-\\u24fd\\u24ff\\u2776-\\u277e\\u2780-\\u2788\\u278a-\\u2792\\u{10a40}-\\u{10a43}\\u{10e60}-\\u{10e68}' +
  '\\u{11052}-\\u{1105a}\\u{1f100}-\\u{1f10a}';

/** Han characters that stand for numbers. */
const HAN_NUMBERS =
  '\\u3405\\u3483\\u382a\\u3b4d\\u4e00\\u4e03\\u4e07\\u4e09\\u4e5d\\u4e8c\\u4e94\\u4e96\\u4ebf\\u4ec0\\u4edf\\u4ee8\\u4f0d' +
  '\\u4f70\\u5104\\u5146\\u5169\\u516b\\u516d\\u5341\\u5343-\\u5345\\u534c\\u53c1-\\u53c4\\u56db\\u58f1\\u58f9\\u5e7a' +
  '\\u5efe\\u5eff\\u5f0c-\\u5f0e\\u5f10\\u62fe\\u634c\\u67d2\\u6f06\\u7396\\u767e\\u8086\\u842c\\u8cae\\u8cb3\\u8d30\\u9621' +
  '\\u9646\\u964c\\u9678\\u96f6\\uf96b\\uf973\\uf978\\uf9b2\\uf9d1\\uf9d3\\uf9fd\\u{20001}\\u{20064}\\u{200e2}\\u{20121}' +
  '\\u{2092a}\\u{20983}\\u{2098c}\\u{2099c}\\u{20aea}\\u{20afd}\\u{20b19}\\u{22390}\\u{22998}\\u{23b1b}\\u{2626d}\\u{2f890}';

const CLASSES = {
  isalpha: '\\p{L}',
  isdecimal: '\\p{Nd}',
  isdigit: `\\p{Nd}${OTHER_DIGITS}`,
  isnumeric: `\\p{N}${HAN_NUMBERS}`,
  isalnum: '\\p{L}\\p{N}',
  isspace: SPACES,
} as const;

export type CharacterClass = keyof typeof CLASSES;

const PATTERNS = new Map(
  Object.entries(CLASSES).map(([name, chars]) => [name, new RegExp(`^[${chars}]+$`, 'u')] as const),
);

/** `str.isalpha` and its like: there are characters, and all of them belong to the class. */
export function isAll(text: string, name: CharacterClass): boolean {
  spend(text.length);
  return PATTERNS.get(name)?.test(text) === true;
}

/** `str.isprintable`. */
export function isPrintable(text: string): boolean {
  spend(text.length);
  return !/[\p{C}\p{Z}]/u.test(text.replaceAll(' ', ''));
}

/** `str.isidentifier`. */
export function isIdentifier(text: string): boolean {
  spend(text.length);
  return /^[\p{XID_Start}_]\p{XID_Continue}*$/u.test(text);
}

const LEADING = new RegExp(`^[${SPACES}]+`);
const TRAILING_CLASS = new RegExp(`[${SPACES}]`);

/** `str.lstrip()`. */
export function trimStart(text: string): string {
  const trimmed = text.replace(LEADING, '');
  spend(text.length - trimmed.length);
  return trimmed;
}

/** `str.rstrip()`. Not a pattern anchored at the end: that takes quadratic time. */
export function trimEnd(text: string): string {
  let end = text.length;
  while (end > 0 && TRAILING_CLASS.test(text.charAt(end - 1))) end -= 1;
  spend((text.length - end) * 3);
  return text.slice(0, end);
}

const RUN = new RegExp(`[^${SPACES}]+`, 'y');
const SPACE_RUN = new RegExp(`[${SPACES}]*`, 'y');

/** Bytes of a text that is part of another one, and steps of finding it. */
const PART = 48;
const FOUND = 10;

/**
 * The words of a text: `str.split()`.
 *
 * @param most Number of words after which the rest of the text is taken as one.
 */
export function splitWords(text: string, most = Infinity): string[] {
  scanText(text.length);
  const words: string[] = [];
  for (let at = skip(SPACE_RUN, text, 0); at < text.length; at = skip(SPACE_RUN, text, at)) {
    spend(FOUND);
    hold(PART);
    const end = words.length < most ? skip(RUN, text, at) : text.length;
    words.push(text.slice(at, end));
    at = end;
  }
  return words;
}

/** Where the characters end that a pattern takes from a place on. */
function skip(pattern: RegExp, text: string, at: number): number {
  pattern.lastIndex = at;
  return pattern.test(text) ? pattern.lastIndex : at;
}

/** A text cut at each match of a pattern, which is kept: what stands between the matches and the matches in turn. */
export function splitAround(text: string, pattern: RegExp): string[] {
  spend(text.length);
  const parts: string[] = [];
  let from = 0;
  for (const match of text.matchAll(pattern)) {
    spend(FOUND * 2);
    hold(PART * 2);
    parts.push(text.slice(from, match.index), match[0]);
    from = match.index + match[0].length;
  }
  parts.push(text.slice(from));
  return parts;
}
