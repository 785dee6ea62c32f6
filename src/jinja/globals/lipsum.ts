import { hold, spend } from '../python/budget.ts';
import { escapeText } from '../python/escape.ts';
import { Markup } from '../python/markup.ts';
import { toSize } from '../python/numeric.ts';
import { truth } from '../python/operators.ts';
import { pyError } from '../errors.ts';

const WORDS = (
  'lorem ipsum dolor sit amet consectetur adipiscing elit sed do eiusmod tempor incididunt ut labore et dolore magna ' +
  'aliqua enim ad minim veniam quis nostrud exercitation ullamco laboris nisi aliquip ex ea commodo consequat duis aute ' +
  'irure in reprehenderit voluptate velit esse cillum eu fugiat nulla pariatur excepteur sint occaecat cupidatat non ' +
  'proident sunt culpa qui officia deserunt mollit anim id est laborum'
).split(' ');

/** Bytes of a word and steps of choosing it. */
const WORD = 48;
const CHOICE = 20;

/**
 * Paragraphs of filler text.
 *
 * @param random A random number from 0 up to but not including 1.
 * @param n Number of paragraphs; `html` puts each into `<p>`; each has from `min` up to but not including `max` words.
 */
export function lipsum(random: () => number, ...[n = 5, html = true, min = 20, max = 100]: unknown[]): string | Markup {
  const count = Math.max(0, toSize(n));
  const least = toSize(min);
  const most = toSize(max);
  if (least >= most)
    throw pyError(
      'ValueError',
      `empty range for randrange() (${String(least)}, ${String(most)}, ${String(most - least)})`,
    );
  const words = count * Math.max(most, 1);
  hold(words * WORD);
  spend(words * CHOICE);
  const paragraphs = Array.from({ length: count }, () =>
    paragraph(random, least + Math.floor(random() * (most - least))),
  );
  if (!truth(html)) return paragraphs.join('\n\n');
  return new Markup(paragraphs.map((text) => `<p>${escapeText(text)}</p>`).join('\n'));
}

/** Sentences of ten to twenty words with a comma now and then. */
function paragraph(random: () => number, size: number): string {
  const words: string[] = [];
  let rest = sentenceLength(random);
  let previous = '';
  for (let index = 0; index < size; index += 1) {
    const word = pick(random, previous);
    const starts = index === 0 || words.at(-1)?.endsWith('.') === true;
    rest -= 1;
    const ends = rest === 0 || index === size - 1;
    const mark = ends ? '.' : rest % 5 === 0 ? ',' : '';
    words.push((starts ? word.charAt(0).toUpperCase() + word.slice(1) : word) + mark);
    if (ends) rest = sentenceLength(random);
    previous = word;
  }
  return words.join(' ');
}

function sentenceLength(random: () => number): number {
  return 10 + Math.floor(random() * 10);
}

/** A word other than the one before. */
function pick(random: () => number, previous: string): string {
  const index = Math.floor(random() * WORDS.length);
  const word = WORDS[index] ?? '';
  return word === previous ? (WORDS[(index + 1) % WORDS.length] ?? '') : word;
}
