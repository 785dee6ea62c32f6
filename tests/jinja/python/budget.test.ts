import { describe, expect, it } from 'vitest';
import { eachOf } from '../../support/parted.ts';
import { Environment } from '../../../src/jinja/environment.ts';
import { builtinFilters } from '../../../src/jinja/filters/table.ts';
import { builtinGlobals } from '../../../src/jinja/globals.ts';
import { callMethod } from '../../../src/jinja/python/attributes.ts';
import { Exhausted, LARGEST_BUDGET } from '../../../src/jinja/python/budget.ts';
import { call } from '../../../src/jinja/python/callable.ts';
import { makeDict } from '../../../src/jinja/python/dict.ts';
import { Markup } from '../../../src/jinja/python/markup.ts';
import { stringMethods } from '../../../src/jinja/python/methods/strings.ts';
import { add, mod, mul, pow } from '../../../src/jinja/python/operators.ts';
import { builtinTests } from '../../../src/jinja/tests/table.ts';

describe('outside of a render each operation has the whole budget', () => {
  it.each<readonly [string, () => unknown]>([
    ['text times', () => mul('ab', 10 ** 12)],
    ['text times a big int', () => mul('ab', 2n ** 62n)],
    ['list times', () => mul([1], 10 ** 12)],
    ['power', () => pow(10, 10 ** 9)],
    ['power of power', () => pow(pow(10, 10 ** 4), 10 ** 5)],
    ['product of giants', () => mul(pow(2, 2 * 10 ** 7), pow(2, 2 * 10 ** 7))],
    ['width of a format', () => mod('%999999999999d', 1)],
    ['precision of a format', () => mod('%.999999999f', 1.5)],
    ['width of a field', () => callMethod('{:999999999999}', 'format', [1])],
    ['padding', () => callMethod('a', 'ljust', [10 ** 12])],
    ['replacement', () => callMethod('a'.repeat(10_000), 'replace', ['', 'x'.repeat(100_000)])],
  ])('%s', (_, operation) => {
    expect(operation).toThrow(Exhausted);
  });

  it('however many there are', () => {
    for (let count = 0; count < 20; count += 1) expect(mul('ab', 20_000_000)).toHaveLength(40_000_000);
  });

  it('what is merely large works', () => {
    expect(mul('ab', 100_000)).toHaveLength(200_000);
    expect(add(pow(2, 100_000), 0)).toBe(2n ** 100_000n);
    const range = builtinGlobals({ random: () => 0.5 }).get('range');
    expect(call(range, [10n ** 30n])).toBeDefined();
  });
});

/** What a template sees, so large. The two of each pair are equal and different objects. */
function operands(size: number): Map<string, unknown> {
  const list = (): number[] => Array.from({ length: size }, (_, index) => index);
  const text = (): string => Array.from({ length: size }, (_, index) => (index % 3 === 2 ? ' ' : 'a')).join('');
  const dict = (): unknown => makeDict(list().map((index) => [`k${String(index)}`, index]));
  return new Map<string, unknown>([
    ['n', size],
    ['t', text()],
    ['u', text()],
    ['m', new Markup(text())],
    ['q', text().replaceAll('a', '\u00e9')],
    ['l', list()],
    ['k', list()],
    ['s', list().map(String)],
    ['o', list().map((index) => ({ a: index }))],
    ['d', dict()],
    ['e', dict()],
    ['i', 3n ** BigInt(size * 4)],
  ]);
}

/** Steps of work of an expression with operands of a size. */
function costOf(expression: string, size: number): number {
  const environment = new Environment({ limits: LARGEST_BUDGET });
  const empty = environment.fromString('{% set x = none %}');
  const template = environment.fromString(`{% set x = ${expression} %}`);
  empty.render(operands(size));
  const before = environment.highestUsage.work;
  template.render(operands(size));
  return environment.highestUsage.work - before;
}

const SIZE = 1000;
const FACTOR = 16;

/** Whatever looks at all of an operand. */
const LINEAR = [
  ...[
    't == u',
    't != u',
    't < u',
    't <= u',
    't ~ u',
    't + u',
    't * 2',
    't|length',
    't[5]',
    't[-1]',
    't[1:]',
    't[::-1]',
  ],
  ...[
    '"b" in t',
    '"aa" in t',
    '("b" * n) in t',
    '{t: 1}',
    '"%s" % t',
    '"%r" % t',
    '"%a" % t',
    '"{}".format(t)',
    '"{!r}".format(t)',
  ],
  ...[
    't % ()',
    '[t]|string',
    'm ~ "<"',
    '"<" ~ m',
    'm + t',
    'm.replace("a", "b")',
    'm|e ~ t',
    'm == t',
    't is sameas(u)',
  ],
  ...[
    'l == k',
    'l < k',
    'l + k',
    'l * 2',
    'l[1:]',
    'l[::2]',
    'n in l',
    'l|string',
    'd == e',
    'd|string',
    'dict(d)',
    'dict(l|batch(2))',
  ],
  ...[
    'i + 1',
    'i * i',
    'i // 7',
    'i % 7',
    '-i',
    'i / (i + 1)',
    '"%x" % i',
    '"{:x}".format(i)',
    'i == i + 1',
    '2 ** (n * 64)',
  ],
  ...[
    'range(n)|list',
    'range(n)|sum',
    'range(n)|map("string")|list',
    '"x" * n',
    '[0] * n',
    'cycler(*l)',
    'l == l',
    '"%*d" % (n, 1)',
    '"%.*f" % (n, 1.5)',
  ],
  ...[
    'l.append(l|length) or l.copy()',
    'l.count(1)',
    'l.index(n - 1)',
    'l.extend(k)',
    'l.insert(0, 1)',
    'l.pop(0)',
    'l.remove(n - 1)',
  ],
  ...[
    'l.reverse()',
    'l.sort()',
    'd.copy()',
    'd.items()|list',
    'd.keys()|list',
    'd.values()|list',
    'd.update(e)',
    't.encode().decode()',
  ],
] as const;

/** Each filter with operands that it looks at as a whole; none for those that do not. */
const FILTERS: Readonly<Record<string, readonly string[]>> = {
  abs: [],
  attr: [],
  batch: ['l|batch(3)|list'],
  capitalize: ['t|capitalize'],
  center: ['t|center(n * 2)', '"x"|center(n)'],
  count: ['t|count'],
  d: [],
  default: [],
  dictsort: ['d|dictsort', 'd|dictsort(by="value")'],
  e: ['t|e'],
  escape: ['t|escape', '("<" * n)|escape'],
  filesizeformat: [],
  first: [],
  float: ['("1" * n)|float', 't|float'],
  forceescape: ['m|forceescape'],
  format: ['t|format', '"%s"|format(t)'],
  groupby: ['o|groupby("a")'],
  indent: ['t|indent', '("a\\n" * n)|indent(2)'],
  int: ['t|int', '("1" * n)|int(base=16)'],
  items: ['d|items|list'],
  join: ['s|join(",")', 'l|join', 'o|join(attribute="a")'],
  last: [],
  length: ['t|length'],
  list: ['l|list', 't|list', 'd|list'],
  lower: ['t|lower'],
  map: ['l|map("string")|list', 'o|map(attribute="a")|list'],
  max: ['l|max'],
  min: ['l|min'],
  pprint: ['l|pprint', 't|pprint', 'd|pprint'],
  random: ['t|random'],
  reject: ['l|reject("odd")|list'],
  rejectattr: ['o|rejectattr("a")|list'],
  replace: ['t|replace("a", "b")', 't|replace("b", "c")', 't|replace("", "b")', 't|replace("ab" * n, "b")'],
  reverse: ['l|reverse|list', 't|reverse'],
  round: ['i|round(-2)'],
  safe: ['l|safe'],
  select: ['l|select|list', 'l|select("odd")|list'],
  selectattr: ['o|selectattr("a", "odd")|list'],
  slice: ['l|slice(3)|list', '[1]|slice(n)|list'],
  sort: ['l|sort', 's|sort', 'o|sort(attribute="a")'],
  string: ['l|string'],
  striptags: ['t|striptags', '("<a>" * n)|striptags', '("&amp;" * n)|striptags'],
  sum: ['l|sum', 'o|sum("a")'],
  title: ['t|title'],
  tojson: ['t|tojson', 'l|tojson', 'd|tojson', 'q|tojson'],
  trim: ['t|trim("a ")', '(" " * n)|trim'],
  truncate: ['t|truncate(n // 2)', 't|truncate(3)'],
  unique: ['l|unique|list', 's|unique|list'],
  upper: ['t|upper', 'q|upper'],
  urlencode: ['t|urlencode', 'q|urlencode', 'd|urlencode'],
  urlize: ['t|urlize', '("a.com " * n)|urlize'],
  wordcount: ['t|wordcount'],
  wordwrap: ['t|wordwrap(3)', 't|wordwrap(1, wrapstring="xy")'],
  xmlattr: ['d|xmlattr', '{"a": t}|xmlattr'],
};

/** Each test likewise. */
const TESTS: Readonly<Record<string, readonly string[]>> = {
  '!=': ['t != u'],
  '<': ['t < u'],
  '<=': ['t <= u'],
  '==': ['t == u'],
  '>': ['t > u'],
  '>=': ['t >= u'],
  boolean: [],
  callable: [],
  defined: [],
  divisibleby: ['i is divisibleby(7)'],
  eq: ['t is eq(u)'],
  equalto: ['l is equalto(k)'],
  escaped: [],
  even: ['i is even'],
  false: [],
  filter: [],
  float: [],
  ge: ['t is ge(u)'],
  greaterthan: ['t is greaterthan(u)'],
  gt: ['l is gt(k)'],
  in: ['n is in(l)', '"b" is in(t)'],
  integer: [],
  iterable: [],
  le: ['t is le(u)'],
  lessthan: ['t is lessthan(u)'],
  lower: ['t is lower'],
  lt: ['t is lt(u)'],
  mapping: [],
  ne: ['t is ne(u)'],
  none: [],
  number: [],
  odd: ['i is odd'],
  sameas: ['t is sameas(u)'],
  sequence: [],
  string: [],
  test: [],
  true: [],
  undefined: [],
  upper: ['t is upper'],
};

/** Arguments of the methods of texts that want some. */
const ARGUMENTS: Readonly<Record<string, readonly string[]>> = {
  center: ['n * 2'],
  count: ['"a"', '"aa"', '"ab" * n'],
  endswith: ['u'],
  find: ['"b"', '"ab" * n'],
  index: ['" "'],
  join: ['s'],
  ljust: ['n * 2'],
  partition: ['"b"', '" "'],
  removeprefix: ['"a"'],
  removesuffix: ['"a"'],
  replace: ['"a", "b"'],
  rfind: ['"b"', '"ab" * n'],
  rindex: ['" "'],
  rjust: ['n * 2'],
  rpartition: ['"b"', '" "'],
  rsplit: ['', '" "', '" ", n', 'none, n // 2'],
  split: ['', '" "', '" ", n', 'none, n // 2'],
  startswith: ['u'],
  translate: ['{97: "b"}'],
  zfill: ['n * 2'],
};

/** What takes as long for large operands as for small ones, and must cost no more. */
const CONSTANT = [
  ...[
    'l',
    't',
    'not l',
    'l and t',
    'l[5]',
    'l[-1]',
    'd["k5"]',
    'd.k5',
    'l|length',
    'd|length',
    'l|first',
    'l|last',
    'l|random',
  ],
  ...[
    't|safe',
    't|string',
    't|default("x")',
    'l is sequence',
    'l is iterable',
    't is string',
    't is defined',
    'd is mapping',
  ],
  ...[
    'range(n)',
    'range(n)|length',
    'range(n)[5]',
    '5 in range(n)',
    'range(n)|first',
    'range(n)|last',
    'l|map("string")',
    'l|batch(3)',
  ],
  ...[
    '[l, l]',
    '(t, t)',
    '{"a": l}',
    'l.append(1)',
    'l.pop()',
    'd.get("k5")',
    'd.update(a=1)',
    'd.pop("k5")',
    'd.setdefault("a", 1)',
  ],
  ...['"k5" in d', 'd.items()', 'l|attr("append")', 't|attr("upper")', 'i > 5', 'i is integer'],
] as const;

describe('every operation pays for what it touches', () => {
  const covered = [...Object.values(FILTERS), ...Object.values(TESTS)].flat();
  const methods = [...stringMethods().keys()].flatMap((name) =>
    (ARGUMENTS[name] ?? ['']).map((list) => `t.${name}(${list})`),
  );

  it('in tables of all filters and tests', () => {
    expect(Object.keys(FILTERS)).toEqual([...builtinFilters.keys()].sort());
    expect(Object.keys(TESTS)).toEqual([...builtinTests.keys()].sort());
  });

  eachOf([...LINEAR, ...covered, ...methods], 20)('%s', (expression) => {
    expect(costOf(expression, SIZE * FACTOR)).toBeGreaterThan((costOf(expression, SIZE) * FACTOR) / 4);
  });

  it.each(CONSTANT)('and for no more: %s', (expression) => {
    expect(costOf(expression, SIZE * FACTOR)).toBe(costOf(expression, SIZE));
  });
});
