import type { Attack } from './attack.ts';

const DO = { extensions: ['do'] } as const;
const DOUBLING = (start: string, step: string, end: string): string =>
  `{% set ns = namespace(x=${start}) %}{% for i in range(60) %}{% set ns.x = ${step} %}{% endfor %}{{ ${end} }}`;
const NESTING = (start: string, step: string, end: string): string =>
  `{% set ns = namespace(x=${start}, y=${start}) %}{% for i in range(100000) %}` +
  `{% set ns.x = ${step} %}{% set ns.y = ${step.replaceAll('ns.x', 'ns.y')} %}{% endfor %}{{ ${end} }}`;
const chain = Object.fromEntries(
  Array.from({ length: 40 }, (_, index) => {
    const next = `{% include 'a${String(index + 1)}' %}`;
    return [`a${String(index)}`, index === 39 ? 'x' : next + next];
  }),
);

const MEMORY = { error: 'MemoryError' } as const;
const RECURSION = { error: 'RecursionError' } as const;

/** One operation that asks for too much. */
const OPERATIONS: readonly Attack[] = [
  { name: 'long range', template: '{{ range(10 ** 9)|length }}', ends: { error: 'OverflowError' } },
  { name: 'endless range', template: '{{ range(10 ** 30)|length }}', ends: { error: 'OverflowError' } },
  {
    name: 'range of a smaller limit',
    template: '{{ range(11)|length }}',
    options: { maxRangeLength: 10 },
    ends: { error: 'OverflowError' },
  },
  { name: 'text times', template: "{{ 'x' * 10 ** 9 }}", ends: MEMORY },
  { name: 'times text', template: "{{ 10 ** 9 * 'x' }}", ends: MEMORY },
  { name: 'list times', template: '{{ [1] * 10 ** 9 }}', ends: MEMORY },
  { name: 'tuple times', template: '{{ (1, 2) * 10 ** 9 }}', ends: MEMORY },
  { name: 'power', template: '{{ 2 ** (10 ** 9) }}', ends: { error: 'OverflowError' } },
  { name: 'powers of powers', template: DOUBLING('10', 'ns.x * ns.x', 'ns.x > 1'), ends: { error: 'OverflowError' } },
  { name: 'digits of an int', template: '{{ 10 ** 5000 }}', ends: { error: 'ValueError' } },
  { name: 'literal of a long int', template: `{{ ${'9'.repeat(100_000)} }}`, ends: { error: 'ValueError' } },
  ...["'%1000000000d' % 1", "'%.1000000000f' % 1", "'%*d' % (1000000000, 1)", "'%1000000000s'|format('x')"].map(memory),
  ...["'{:1000000000}'.format('x')", "'{:.1000000000f}'.format(1.0)", "'{:{}}'.format('x', 1000000000)"].map(memory),
  ...["'x'|center(1000000000)", "'x'.ljust(1000000000)", "'x'.rjust(10 ** 12)", "'x'.zfill(1000000000)"].map(memory),
  ...["'\\t'.expandtabs(1000000000)", "'x\\ny'|indent(1000000000)", "('x\\n' * 100000)|indent(100000)"].map(memory),
  ...["('x' * 100000)|wordwrap(1, wrapstring='y' * 100000)", "('x' * 100000)|replace('x', 'y' * 100000)"].map(memory),
  ...["range(1000000)|join('x' * 100000)", "('y' * 100000).join('x' * 100000)"].map(memory),
  ...["[1]|batch(1000000000, 'x')|list", '[1]|slice(1000000000)|list', '[1]|slice(1000000000, 0)|first'].map(memory),
  ...['lipsum(n=1000000000)', 'lipsum(n=1, min=1000000000, max=1000000001)', '[1]|tojson(indent=1000000000)'].map(
    memory,
  ),
  {
    name: 'rounding to many digits',
    template: '{{ 1.5|round(1000000000) }} {{ 1|round(1000000000) }}',
    ends: { text: '1.5 1' },
  },
  {
    name: 'rounding up to many digits',
    template: "{{ 1.5|round(1000000000, 'ceil') }}",
    ends: { error: 'OverflowError' },
  },
  { name: 'size of a huge number', template: '{{ (10 ** 1000)|filesizeformat }}', ends: { error: 'OverflowError' } },
  { name: 'width of nothing', template: "{{ 'x'|wordwrap(0) }}", ends: { error: 'ValueError' } },
  { name: 'negative length', template: "{{ 'x y z'|truncate(-5) }}", ends: { error: 'AssertionError' } },
  { name: 'length beyond all bounds', template: "{{ 'x'|truncate(10 ** 30) }}", ends: { text: 'x' } },
  { name: 'arguments without end', template: '{{ dict(*range(200000)) }}', ends: { error: 'TypeError' } },
  {
    name: 'replacements in a format',
    template: "{{ ('{0:' * 1000 ~ '}' * 1000).format(1) }}",
    ends: { error: 'ValueError' },
  },
];

function memory(expression: string): Attack {
  return { name: expression, template: `{{ ${expression} }}`, ends: MEMORY };
}

/** What grows a little with each round. */
const GROWTH: readonly Attack[] = [
  { name: 'text joined to itself', template: DOUBLING("'x'", 'ns.x ~ ns.x', 'ns.x|length'), ends: MEMORY },
  { name: 'text added to itself', template: DOUBLING("'x'", 'ns.x + ns.x', 'ns.x|length'), ends: MEMORY },
  {
    name: 'escaped text joined to itself',
    template: DOUBLING("'<'", 'ns.x ~ ns.x', 'ns.x|e|length'),
    options: { autoescape: true },
    ends: MEMORY,
  },
  { name: 'list added to itself', template: DOUBLING('[1]', 'ns.x + ns.x', 'ns.x|length'), ends: MEMORY, within: 5000 },
  {
    name: 'list extended by itself',
    template: '{% set x = [1] %}{% for i in range(60) %}{% do x.extend(x) %}{% endfor %}',
    options: DO,
    ends: MEMORY,
    within: 5000,
  },
  {
    name: 'list that grows while it is read',
    template: '{% set x = [1] %}{% for i in x %}{% do x.append(i) %}{% endfor %}',
    options: { ...DO, limits: { iterations: 100_000 } },
    ends: { error: 'RuntimeError' },
  },
  {
    name: 'dict that grows while it is read',
    template: "{% set x = {'a': 1} %}{% for i in x %}{% do x.update({i ~ 'x': 1}) %}{% endfor %}",
    options: DO,
    ends: { error: 'RuntimeError' },
  },
  {
    name: 'items that grow while they are read',
    template: "{% set x = {'a': 1} %}{% for i, j in x.items() %}{% do x.update({i ~ 'x': 1}) %}{% endfor %}",
    options: DO,
    ends: { error: 'RuntimeError' },
  },
  {
    name: 'set block of itself',
    template:
      "{% set ns = namespace(x='x') %}{% for i in range(60) %}{% set ns.x %}{{ ns.x }}{{ ns.x }}{% endset %}{% endfor %}",
    ends: MEMORY,
  },
  {
    name: 'macro of its argument',
    template:
      "{% macro m(x) %}{{ x }}{{ x }}{% endmacro %}{% set ns = namespace(x='x') %}{% for i in range(60) %}{% set ns.x = m(ns.x) %}{% endfor %}",
    ends: MEMORY,
  },
  {
    name: 'filter block of a flood',
    template: "{% filter escape %}{% for i in range(20) %}{{ '<' * 16000000 }}{% endfor %}{% endfilter %}",
    ends: MEMORY,
  },
  {
    name: 'flood',
    template: "{% for i in range(1000000) %}{{ 'x' * 100 }}{% endfor %}",
    options: { limits: { output: 100_000 } },
    ends: MEMORY,
  },
  {
    name: 'flood in a macro',
    template: "{% macro m() %}{% for i in range(1000000) %}{{ 'x' * 100 }}{% endfor %}{% endmacro %}{{ m() }}",
    options: { limits: { output: 100_000 } },
    ends: MEMORY,
  },
  {
    name: 'flood in an include',
    template: "{% include 'a' %}",
    templates: { a: "{% for i in range(1000000) %}{{ 'x' * 100 }}{% endfor %}" },
    options: { limits: { output: 100_000 } },
    ends: MEMORY,
  },
  {
    name: 'value longer than the output may be',
    template: "{{ 'x' * 1000 }}",
    options: { limits: { output: 100 } },
    ends: MEMORY,
  },
  {
    name: 'loops in loops',
    template:
      '{% for a in range(9999) %}{% for b in range(9999) %}{% for c in range(9999) %}{% endfor %}{% endfor %}{% endfor %}',
    ends: { error: 'RuntimeError' },
    within: 10_000,
  },
  {
    name: 'loops in loops with loop',
    template:
      '{% for a in range(9999) %}{{ loop.index }}{% for b in range(9999) %}{{ loop.index }}{% endfor %}{% endfor %}',
    options: { limits: { iterations: 100_000 } },
    ends: { error: 'RuntimeError' },
  },
  {
    name: 'macros that call twice',
    template: '{% macro m(n) %}{% if n %}{{ m(n - 1) }}{{ m(n - 1) }}{% endif %}{% endmacro %}{{ m(40) }}',
    ends: { error: 'RuntimeError' },
    within: 10_000,
  },
  {
    name: 'includes that include twice',
    template: "{% include 'a0' %}",
    templates: chain,
    ends: { error: 'RuntimeError' },
    within: 15_000,
  },
  {
    name: 'lists of the same list twice',
    template: DOUBLING("['a']", '[ns.x, ns.x]', 'ns.x'),
    ends: MEMORY,
    within: 15_000,
  },
  {
    name: 'key of the same tuple twice',
    template: DOUBLING("('a',)", '(ns.x, ns.x)', '{ns.x: 1}'),
    ends: MEMORY,
    within: 15_000,
  },
];

/** What goes down and down. */
const DEPTH: readonly Attack[] = [
  { name: 'macro of itself', template: '{% macro m() %}{{ m() }}{% endmacro %}{{ m() }}', ends: RECURSION },
  {
    name: 'macros of each other',
    template: '{% macro a() %}{{ b() }}{% endmacro %}{% macro b() %}{{ a() }}{% endmacro %}{{ a() }}',
    ends: RECURSION,
  },
  {
    name: 'call blocks',
    template:
      '{% macro m() %}{{ caller() }}{% endmacro %}{% macro r() %}{% call m() %}{{ r() }}{% endcall %}{% endmacro %}{{ r() }}',
    ends: RECURSION,
  },
  { name: 'include of itself', template: "{% include 'a' %}", templates: { a: "{% include 'a' %}" }, ends: RECURSION },
  {
    name: 'include of itself that may be missing',
    template: "{% include 'a' ignore missing %}",
    templates: { a: "{% include ['b', 'a'] ignore missing %}" },
    ends: RECURSION,
  },
  { name: 'parent of itself', template: "{% extends 'a' %}", templates: { a: "{% extends 'a' %}" }, ends: RECURSION },
  {
    name: 'parents of each other',
    template: "{% extends 'a' %}",
    templates: { a: "{% extends 'b' %}", b: "{% extends 'a' %}" },
    ends: RECURSION,
  },
  {
    name: 'import of itself',
    template: "{% import 'a' as a %}",
    templates: { a: "{% import 'a' as a %}" },
    ends: RECURSION,
  },
  {
    name: 'names from itself',
    template: "{% from 'a' import x %}",
    templates: { a: "{% from 'a' import x %}" },
    ends: RECURSION,
  },
  { name: 'block of itself', template: '{% block a %}{{ self.a() }}{% endblock %}', ends: RECURSION },
  {
    name: 'block of its parent',
    template: "{% extends 'a' %}{% block x %}{{ super() }}{{ self.x() }}{% endblock %}",
    templates: { a: '{% block x %}{% endblock %}' },
    ends: RECURSION,
  },
  { name: 'recursive loop', template: '{% for x in [1] recursive %}{{ loop([1]) }}{% endfor %}', ends: RECURSION },
  {
    name: 'recursive loop over data that holds itself',
    template: '{% for x in l recursive %}{{ loop(x) }}{% endfor %}',
    data: () => ({ l: circle() }),
    ends: RECURSION,
  },
  {
    name: 'smaller limit',
    template: '{% macro m(n) %}{% if n %}{{ m(n - 1) }}{% endif %}{% endmacro %}{{ m(20) }}',
    options: { limits: { recursion: 10 } },
    ends: RECURSION,
  },
  {
    name: 'printing data that holds itself',
    template: '{{ l }}',
    data: () => ({ l: circle() }),
    ends: { text: '[[...]]' },
  },
  {
    name: 'JSON of data that holds itself',
    template: '{{ l|tojson }}',
    data: () => ({ l: circle() }),
    ends: { error: 'ValueError' },
  },
  {
    name: 'comparing data that holds itself',
    template: '{{ a == b }}',
    data: () => ({ a: circle(), b: circle() }),
    ends: RECURSION,
  },
  {
    name: 'sorting data that holds itself',
    template: '{{ [a, b]|sort }}',
    data: () => ({ a: circle(), b: circle() }),
    ends: RECURSION,
  },
  { name: 'printing a deep list', template: NESTING('[]', '[ns.x]', 'ns.x'), ends: RECURSION },
  { name: 'comparing deep lists', template: NESTING('[]', '[ns.x]', 'ns.x == ns.y'), ends: RECURSION },
  { name: 'JSON of a deep list', template: NESTING('[]', '[ns.x]', 'ns.x|tojson'), ends: RECURSION },
  { name: 'pprint of a deep list', template: NESTING('[]', '[ns.x]', 'ns.x|pprint'), ends: RECURSION },
  { name: 'deep key', template: NESTING('()', '(ns.x,)', '{ns.x: 1}'), ends: RECURSION },
  {
    name: 'generator of generators',
    template: NESTING('[1]', "ns.x|map('string')", 'ns.x|list'),
    ends: RECURSION,
    within: 5000,
  },
];

function circle(): unknown[] {
  const list: unknown[] = [];
  list.push(list);
  return list;
}

const MANY = 100_000;
const nested = (name: string, open: string, core: string, close = ''): Attack => ({
  name: `${name} in the source`,
  template: `{{ ${open.repeat(MANY)}${core}${close.repeat(MANY)} }}`,
  data: () => ({ x: 1 }),
  ends: RECURSION,
  within: 5000,
});
const tags = (name: string, open: string, close: string): Attack => ({
  name: `${name} in the source`,
  template: open.repeat(MANY) + close.repeat(MANY),
  ends: RECURSION,
  within: 5000,
});

/** Source nested more deeply than any compiler can follow. */
const SOURCE: readonly Attack[] = [
  nested('brackets', '(', '1', ')'),
  nested('lists', '[', '1', ']'),
  nested('dicts', '{1:', '1', '}'),
  nested('not', 'not ', '1'),
  nested('minus', '-', '1'),
  nested('plus', 'x+', 'x'),
  nested('power', 'x**', 'x'),
  nested('and', 'x and ', 'x'),
  nested('inline if', 'x if x else ', 'x'),
  nested('attributes', '', 'x', '.a'),
  nested('items', '', 'x', '[0]'),
  nested('calls', '', 'x', '()'),
  nested('filters', '', 'x', '|e'),
  tags('if', '{% if x %}', '{% endif %}'),
  tags('for', '{% for i in x %}', '{% endfor %}'),
  tags('with', '{% with %}', '{% endwith %}'),
  tags('filter', '{% filter e %}', '{% endfilter %}'),
  tags('macro', '{% macro m() %}', '{% endmacro %}'),
  {
    name: 'branches in the source',
    template: `{% if x %}${'{% elif x %}'.repeat(MANY)}{% endif %}`,
    ends: RECURSION,
    within: 10_000,
  },
  { name: 'open values', template: '{{'.repeat(MANY), ends: RECURSION },
  { name: 'open tags', template: '{%'.repeat(MANY), ends: { error: 'TemplateSyntaxError' } },
  { name: 'open comments', template: '{#'.repeat(MANY), ends: { error: 'TemplateSyntaxError' } },
  { name: 'open raw', template: '{% raw %}'.repeat(MANY), ends: { error: 'TemplateSyntaxError' } },
  { name: 'backslashes', template: `{{ '${'\\'.repeat(300_001)}`, ends: { error: 'TemplateSyntaxError' } },
];

export const EXHAUSTION: readonly Attack[] = [...OPERATIONS, ...GROWTH, ...DEPTH, ...SOURCE];
