import type { Random } from './random.ts';

const TOKENS = [
  '{{',
  '}}',
  '{%',
  '%}',
  '{#',
  '#}',
  '-',
  '+',
  '|',
  '.',
  ',',
  ':',
  '(',
  ')',
  '[',
  ']',
  '{',
  '}',
  '=',
  '==',
  '!',
  '~',
  '*',
  '**',
  '//',
  "'",
  '"',
  '\\',
  '\n',
  ' ',
  ' if ',
  ' else ',
  ' in ',
  ' is ',
  ' not ',
  ' and ',
  ' loop ',
  ' self ',
  ' none ',
  '1',
  '1.',
  '.5',
  '1e',
  '0x',
  '_',
  'é',
  '$',
  '?',
  ';',
  '&',
  '%}{% endfor %}',
  '{% endif %}',
  '{% else %}',
  '{% block main %}',
  '{% raw %}',
  '{% extends "t0" %}',
];

/** A text with a few mistakes in it. */
export function mutate(text: string, random: Random): string {
  let mutated = text;
  for (let count = random.int(1, 2); count > 0; count -= 1) mutated = mutateOnce(mutated, random);
  return mutated;
}

function mutateOnce(text: string, random: Random): string {
  const characters = Array.from(text);
  const from = random.int(0, characters.length);
  const length = random.int(1, random.chance(0.5) ? 2 : 8);
  const [before, cut, after] = [
    characters.slice(0, from).join(''),
    characters.slice(from, from + length).join(''),
    characters.slice(from + length).join(''),
  ];
  return random.pick([
    () => before + after,
    () => before + random.pick(TOKENS) + cut + after,
    () => before + random.pick(TOKENS) + after,
    () => before + cut + cut + after,
    () => before + after.slice(0, 5) + cut + after.slice(5),
    () => (random.chance(0.3) ? before : before + after),
  ])();
}
