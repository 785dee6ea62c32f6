import { pyError } from '../errors.ts';
import { ITEM, makeText, spend } from '../python/budget.ts';
import { codeLength } from '../python/characters.ts';
import { SPACES, splitAround } from '../python/classes.ts';
import type { EvalContext } from '../python/callable.ts';
import { escapedString } from '../python/escape.ts';
import { each, slice } from '../python/iteration.ts';
import { isText, Markup, plain } from '../python/markup.ts';
import { gt, truth } from '../python/operators.ts';
import { compareText } from '../python/comparison.ts';
import { repr, str } from '../python/text.ts';
import { typeName } from '../python/types.ts';

interface LinkOptions {
  /** Attributes of the links, each with a space before it. */
  readonly attributes: string;
  readonly schemes: readonly string[];
  /** Longest text of a link, None for any. */
  readonly limit: unknown;
}

/** A text with its addresses of pages and mail made into links; everything else is escaped. */
export function urlize(
  context: EvalContext,
  ...[value, limit = null, nofollow = false, target = null, rel = null, extraSchemes = null]: unknown[]
): unknown {
  const { policies } = context.environment;
  const relations = relationsOf(rel, truth(nofollow), policies['urlize.rel']);
  const frame = target ?? policies['urlize.target'];
  const options = {
    attributes: attribute('rel', relations) + attribute('target', truth(frame) ? frame : ''),
    schemes: schemesOf(extraSchemes ?? policies['urlize.extra_schemes'] ?? []),
    limit,
  };
  const words = splitAround(escapedString(value), new RegExp(`[${SPACES}]+`, 'g'));
  const text = words.map((word) => linkWord(word, options)).join('');
  return context.autoescape ? new Markup(text) : text;
}

function attribute(name: string, value: unknown): string {
  return value === '' ? '' : ` ${name}="${escapedString(value)}"`;
}

function relationsOf(rel: unknown, nofollow: boolean, policy: string | null): string {
  if (truth(rel) && !isText(rel)) {
    throw pyError('AttributeError', `'${typeName(rel)}' object has no attribute 'split'`);
  }
  const given = truth(rel) ? str(rel).split(/\s+/) : [];
  const all = [...given, ...(nofollow ? ['nofollow'] : []), ...(policy ?? '').split(/\s+/)];
  return [...new Set(all.filter((part) => part !== ''))].sort(compareText).join(' ');
}

function schemesOf(value: unknown): string[] {
  return Array.from(each(value), (scheme) => {
    if (isText(scheme) && /^[\p{L}\p{N}_.+-]{2,}:\/{0,2}$/u.test(plain(scheme))) return plain(scheme);
    throw pyError('FilterArgumentError', `${repr(scheme)} is not a valid URI scheme prefix.`);
  });
}

/** A word in three parts: what stands before, in and after the address. */
interface Word {
  readonly head: string;
  readonly middle: string;
  readonly tail: string;
}

/** Steps of a word, and of each of its characters, which several patterns read. */
const WORD = 60;
const UNIT = 10;

function linkWord(word: string, options: LinkOptions): string {
  spend(WORD + word.length * UNIT);
  const { head, middle, tail } = balance(splitWord(word));
  const linked = head + link(middle, options) + tail;
  makeText(linked.length);
  return linked;
}

function splitWord(word: string): Word {
  const head = /^(?:[(<]|&lt;)+/.exec(word)?.[0] ?? '';
  let end = word.length;
  for (let size = closingSize(word, head.length, end); size > 0; size = closingSize(word, head.length, end))
    end -= size;
  return { head, middle: word.slice(head.length, end), tail: word.slice(end) };
}

/** Length of the punctuation that ends at a position, 0 for none. */
function closingSize(word: string, start: number, end: number): number {
  if (end > start && /[)>.,\n]/.test(word.charAt(end - 1))) return 1;
  return end - 4 >= start && word.startsWith('&gt;', end - 4) ? 4 : 0;
}

const BRACKETS = [
  ['(', ')'],
  ['<', '>'],
  ['&lt;', '&gt;'],
] as const;

/** Closing brackets belong to the address as far as it has opening ones. */
function balance(word: Word): Word {
  let { middle, tail } = word;
  for (const [open, close] of BRACKETS) {
    const opened = occurrences(middle, open);
    if (opened <= occurrences(middle, close)) continue;
    for (let count = Math.min(opened, occurrences(tail, close)); count > 0; count -= 1) {
      const end = tail.indexOf(close) + close.length;
      middle += tail.slice(0, end);
      tail = tail.slice(end);
    }
  }
  return { head: word.head, middle, tail };
}

function occurrences(text: string, part: string): number {
  return text.split(part).length - 1;
}

const CHAR = '[\\p{L}\\p{N}_%-]';
const DIGIT = '\\p{Nd}';
const ADDRESS = new RegExp(
  `^(?:(?:https?://|www\\.)(?:(?:${CHAR}+\\.)+)?(?:[a-z]{2,63}|xn--[\\p{L}\\p{N}_%]{2,59})` +
    `|(?:[\\p{L}\\p{N}_%-]{2,63}\\.)+(?:com|net|int|edu|gov|org|info|mil)` +
    `|https?://(?:${DIGIT}{1,3}(?:\\.${DIGIT}{1,3}){3}|\\[(?:[${DIGIT}a-f]{0,4}:){2}(?:[${DIGIT}a-f]{0,4}:?){1,6}\\]))` +
    `(?::${DIGIT}{1,5})?(?:[/?#][^${SPACES}]*)?\\n?$`,
  'iu',
);
const MAIL = new RegExp(`^[^${SPACES}]+@[\\p{L}\\p{N}_][\\p{L}\\p{N}_.-]*\\.[\\p{L}\\p{N}_]+\\n?$`, 'u');

function link(text: string, options: LinkOptions): string {
  if (ADDRESS.test(text)) {
    const url = /^https?:\/\//.test(text) ? text : `https://${text}`;
    return `<a href="${url}"${options.attributes}>${shorten(text, options.limit)}</a>`;
  }
  if (text.startsWith('mailto:') && MAIL.test(text.slice(7))) return `<a href="${text}">${text.slice(7)}</a>`;
  if (isMailAddress(text)) return `<a href="mailto:${text}">${text}</a>`;
  return linkScheme(text, options);
}

function isMailAddress(text: string): boolean {
  return (
    text.includes('@') && !text.startsWith('www.') && !text.startsWith('@') && !text.includes(':') && MAIL.test(text)
  );
}

function linkScheme(text: string, options: LinkOptions): string {
  spend(options.schemes.length * ITEM);
  return options.schemes.reduce(
    (middle, scheme) =>
      middle !== scheme && middle.startsWith(scheme)
        ? `<a href="${middle}"${options.attributes}>${middle}</a>`
        : middle,
    text,
  );
}

function shorten(text: string, limit: unknown): string {
  return limit !== null && gt(codeLength(text), limit) ? `${str(slice(text, null, limit, null))}...` : text;
}
