import type { Random } from './random.ts';

const WORDS = ['pear', 'Apple', 'fig', 'apple', 'Fig', 'é', '😀', 'a b', '', '10', '9', "it's", '<i>', 'Straße', '-'];
const TEXTS = [
  'hello world',
  '<b>bold</b> & "quoted"',
  'The quick brown fox jumps over the lazy dog',
  'line 1\nline 2\n\n  line 4\n',
  'see http://example.com/a?b=1&c=2 or www.example.org, mail me@example.com',
  'MiXeD caSe-word_and more',
  '  padded\t',
  '%s and %d',
  '{} and {0}',
  'ǆ ß ŉ İ',
  'a,b;c',
  "quote ' and \\ back",
];
const KEYS = ['a', 'b', 'c', 'items', 'keys', 'length', 'constructor', '__proto__', '1', 'name', 'toString', 'get'];
const FLOATS = [2.5, -0.5, 3.14159, 1e-5, 123456.789, 0.1];
const WHOLE_FLOATS = ['1.0', '0.0', '-0.0', '1e+16', 'inf', '-inf', 'nan', '3.0', '100000.0'];
const BIG = ['1180591620717411303424', '-9007199254740993', '123456789012345678901234567890'];

/** The variables of a template, as conformance cases write them. The names are those that the grammar knows. */
export function makeData(random: Random): Record<string, unknown> {
  return {
    n: random.int(-3, 12),
    zero: 0,
    big: { __int__: random.pick(BIG) },
    pi: random.pick(FLOATS),
    whole: { __float__: random.pick(WHOLE_FLOATS) },
    s: random.pick(WORDS),
    t: random.pick(TEXTS),
    html: random.pick(TEXTS),
    yes: true,
    no: false,
    nothing: null,
    nums: random.times(random.int(0, 5), () => random.int(-5, 15)),
    words: random.times(random.int(0, 5), () => random.pick(WORDS)),
    mixed: random.times(random.int(0, 4), () => scalar(random)),
    pairs: random.times(random.int(0, 3), (index) => [random.pick(WORDS), index]),
    d: dict(random, () => random.int(0, 9)),
    conf: dict(random, () => value(random)),
    users: random.times(random.int(0, 4), () => user(random)),
    tree: branches(random, 2),
  };
}

function scalar(random: Random): unknown {
  return random.pick([
    () => random.int(-3, 300),
    () => random.pick(FLOATS),
    () => ({ __float__: random.pick(WHOLE_FLOATS) }),
    () => random.pick(WORDS),
    () => random.pick(TEXTS),
    () => random.chance(0.5),
    () => null,
  ])();
}

function value(random: Random): unknown {
  return random.pick([
    () => scalar(random),
    () => random.times(random.int(0, 3), () => scalar(random)),
    () => dict(random, () => scalar(random)),
  ])();
}

function dict(random: Random, make: () => unknown): Record<string, unknown> {
  const entries = random.times(random.int(0, 4), () => [random.pick(KEYS), make()] as const);
  return Object.fromEntries(entries);
}

function user(random: Random): Record<string, unknown> {
  return {
    name: random.pick(WORDS),
    age: random.int(5, 40),
    active: random.chance(0.5),
    ...(random.chance(0.8) ? { team: { name: random.pick(['ops', 'Dev', 'ops']), level: random.int(1, 3) } } : {}),
    tags: random.times(random.int(0, 2), () => random.pick(WORDS)),
  };
}

function branches(random: Random, depth: number): unknown[] {
  return random.times(random.int(depth === 2 ? 1 : 0, 2), () => ({
    name: random.pick(WORDS),
    children: depth === 0 ? [] : branches(random, depth - 1),
  }));
}
