import { DEFAULT_BUDGET } from '../../../src/jinja/python/budget.ts';
import type { Attack, End } from './attack.ts';

const DO = { extensions: ['do'] } as const;

/** The rounds of a loop that no budget lasts for. */
const EVER = 'range(10 ** 9)';

function stopped(by: 'work' | 'memory', line = 1): End {
  return { stopped: by, line };
}

const WORK = stopped('work');
const MEMORY = stopped('memory');
const RECURSION: End = { error: 'RecursionError' };

/** A value that is changed over and over, each time from what it was, and what is done with it then. */
function repeated(start: string, step: string, end: string, rounds = 60): string {
  return `{% set ns = namespace(x=${start}) %}{% for i in range(${String(rounds)}) %}{% set ns.x = ${step} %}{% endfor %}{{ ${end} }}`;
}

/** The same for two values. */
function repeatedTwice(start: string, step: (name: string) => string, end: string, rounds: number): string {
  const set = (name: string): string => `{% set ns.${name} = ${step(`ns.${name}`)} %}`;
  return `{% set ns = namespace(x=${start}, y=${start}) %}{% for i in range(${String(rounds)}) %}${set('x')}${set('y')}{% endfor %}{{ ${end} }}`;
}

function each(ends: End, expressions: readonly string[]): Attack[] {
  return expressions.map((expression) => ({ name: expression, template: `{{ ${expression} }}`, ends }));
}

/** What is done in every round of a loop without an end. */
function forEver(ends: End, statements: Readonly<Record<string, string>>, before = ''): Attack[] {
  return Object.entries(statements).map(([name, statement]) => ({
    name: `${name}, for ever`,
    template: `${before}{% for i in ${EVER} %}${statement}{% endfor %}`,
    options: DO,
    ends,
  }));
}

/** Single operations that ask for more room than there is: nothing is made before that is found out. */
const ROOM: readonly Attack[] = [
  ...each(MEMORY, ["'x' * 10 ** 9", "10 ** 9 * 'x'", '[0] * 10 ** 9', '10 ** 9 * [0]', '(1, 2) * 10 ** 9']),
  ...each(MEMORY, ["'x'.encode() * 10 ** 9", "'x' * 2 ** 80 if 0 else 'x' * 2 ** 40"]),
  ...each(MEMORY, [
    "'%1000000000d' % 1",
    "'%.1000000000f' % 1",
    "'%*d' % (1000000000, 1)",
    "'%1000000000s'|format('x')",
  ]),
  ...each(MEMORY, ["'{:1000000000}'.format('x')", "'{:.1000000000f}'.format(1.0)", "'{:{}}'.format('x', 1000000000)"]),
  ...each(MEMORY, ["'{:0100000000,}'.format(1)", "'%.1000000000g' % 1.5", "'%.1000000000e' % 1.5"]),
  ...each(MEMORY, ["'x'|center(1000000000)", "'x'.ljust(1000000000)", "'x'.rjust(10 ** 12)", "'x'.zfill(1000000000)"]),
  ...each(MEMORY, ["'x\\ny'|indent(1000000000)", "('x\\n' * 100000)|indent(100000)", "'\\t'.expandtabs(1000000000)"]),
  ...each(MEMORY, ["('x' * 100000)|replace('x', 'y' * 100000)", "('x' * 100000)|replace('', 'y' * 100000)"]),
  ...each(MEMORY, [
    "range(1000000)|join('x' * 100000)",
    "('y' * 100000).join('x' * 100000)",
    "[1]|batch(1000000000, 'x')|list",
  ]),
  ...each(MEMORY, [
    'lipsum(n=1000000000)',
    'lipsum(n=1, min=1000000000, max=1000000001)',
    '[1]|tojson(indent=1000000000)',
  ]),
  ...each(MEMORY, [
    '2 ** (10 ** 10)',
    '(2 ** 100000) ** 100000',
    '[0] * 10 ** 7',
    "('x' * 10 ** 7)|list",
    "('yx' * 10 ** 7)|sort",
  ]),
];

/** Single operations that take longer than they may. */
const TIME: readonly Attack[] = [
  ...each(WORK, [
    '[0] * 10 ** 6',
    '[[0] * 10 ** 4] * 10 ** 4',
    "('x' * 10 ** 6)|list",
    "('x ' * 10 ** 6).split(' ')",
    "('\\n' * 10 ** 7).splitlines()",
    'range(10 ** 9)|sum',
    'range(10 ** 9)|list',
    'range(10 ** 9)|max',
  ]),
  ...each(WORK, [
    "range(10 ** 9)|map('string')|map('upper')|select|list|length",
    'range(10 ** 9)|unique|list',
    'range(10 ** 9)|sort',
  ]),
  ...each(WORK, [
    "range(10 ** 9)|map('string')|join",
    "('x' * 1000000)|wordwrap(1, wrapstring='y' * 1000000)",
    "range(10 ** 9)|select('undefined')|first",
  ]),
  ...each(WORK, [
    "range(10 ** 9)|groupby('a')",
    'range(10 ** 9)|batch(3)|map("length")|sum',
    'range(10 ** 9)|slice(3)|list',
  ]),
  ...each(WORK, [
    '[1]|slice(1000000000)|list',
    '([[0] * 10 ** 4] * 10 ** 4)|sum(start=[])',
    'none in range(10 ** 9)|map("string")',
  ]),
  ...each(WORK, [
    '7 ** (10 ** 7)',
    '(3 ** 200000) ** 9',
    '2 ** (10 ** 8) // 3 ** (10 ** 6)',
    '(10 ** 1000000) % 7 ** 100000',
  ]),
  ...each(WORK, [
    "('<' * 10 ** 6)|e",
    "('<' * 10 ** 6)|forceescape",
    "('<' * 10 ** 6)|tojson",
    "{'a': '<' * 10 ** 6}|xmlattr",
  ]),
  ...each(WORK, [
    "('%' * 10 ** 6)|urlencode",
    "('\\\\' * 10 ** 6)|pprint",
    "[('\\\\' * 10 ** 6)]|string",
    "('\u00e9' * 10 ** 6)|tojson",
  ]),
  ...each(WORK, [
    "('http://a.com ' * 10 ** 5)|urlize",
    "('a ' * 10 ** 6)|wordwrap(1)",
    "('a b ' * 10 ** 6)|title",
    "('a\u03a3' * 10 ** 6).title()",
  ]),
  ...each(WORK, [
    "('\u03a3' * 10 ** 6).swapcase()",
    "('<a>b' * 4 * 10 ** 5)|striptags",
    "('&lt;' * 10 ** 6)|striptags",
    "('a ' * 10 ** 6).rsplit(' ', 10 ** 6)",
  ]),
  ...each(WORK, [
    "('a ' * 10 ** 6).split(none, 10 ** 5)",
    "('a' * 10 ** 7).find('a' * 1000 ~ 'b')",
    "('a' * 1000 ~ 'b' ~ 'a' * 1000) in 'a' * 10 ** 7",
  ]),
  ...each(WORK, [
    "('{{' * 10 ** 6).format()",
    "('%%' * 10 ** 6) % ()",
    "('a' * 10 ** 6).translate({97: 'bb'})",
    "('\\t' * 10 ** 6).expandtabs()",
  ]),
  ...each(WORK, [
    "('\u0661' * 10 ** 6)|int",
    "('1' * 5 * 10 ** 6)|float",
    "('a' * 10 ** 6).encode()",
    "('a' * 5 * 10 ** 6).isidentifier()",
  ]),
  ...each(WORK, [
    'dict(range(10 ** 9)|batch(2))',
    "'x'.join(range(10 ** 9)|map('string'))",
    '[range(10 ** 9)|list, 1]',
    'cycler(*range(10 ** 9))',
  ]),
];

/** Text that a filter makes longer each time. */
const GROWING_TEXT: readonly Attack[] = [
  'forceescape',
  'urlencode',
  'tojson',
  'pprint',
  'urlize',
  "replace('', 'xy')",
].map((filter) => ({
  name: `${filter} of its own result`,
  template: repeated("'\\\\<%'", `ns.x|string|${filter}|string`, 'ns.x|length', 10 ** 6),
  ends: WORK,
}));

/** What grows with each round. */
const GROWTH: readonly Attack[] = [
  { name: 'powers of powers', template: repeated('10', 'ns.x * ns.x', 'ns.x > 1'), ends: WORK },
  { name: 'text joined to itself', template: repeated("'x'", 'ns.x ~ ns.x', 'ns.x|length'), ends: MEMORY },
  { name: 'text added to itself', template: repeated("'x'", 'ns.x + ns.x', 'ns.x|length'), ends: MEMORY },
  {
    name: 'escaped text joined to itself',
    template: repeated("'<'", 'ns.x ~ ns.x', 'ns.x|e|length'),
    options: { autoescape: true },
    ends: MEMORY,
  },
  { name: 'list added to itself', template: repeated('[1]', 'ns.x + ns.x', 'ns.x|length'), ends: MEMORY },
  { name: 'tuple added to itself', template: repeated('(1,)', 'ns.x + ns.x', 'ns.x|length'), ends: WORK },
  {
    name: 'list extended by itself',
    template: '{% set x = [1] %}{% for i in range(60) %}{% do x.extend(x) %}{% endfor %}',
    options: DO,
    ends: WORK,
  },
  {
    name: 'list that grows while it is read',
    template: '{% set x = [1] %}{% for i in x %}{% do x.append(i) %}{% endfor %}',
    options: DO,
    ends: WORK,
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
    name: 'generator of generators',
    template: repeated('[1]', "ns.x|map('string')", 'ns.x|list', 10 ** 6),
    ends: WORK,
  },
  { name: 'sum of a long integer', template: repeated('2 ** (2 ** 19)', 'ns.x + 1', 'ns.x > 1', 10 ** 5), ends: WORK },
  {
    name: 'list of lists',
    template: '{% set l = [] %}{% for i in range(30) %}{% do l.append([0] * 2 ** 20) %}{% endfor %}',
    options: DO,
    ends: WORK,
  },
  {
    name: 'flood of a text that is held',
    template: `{% set x = 'x' * 10 ** 6 %}{% for i in ${EVER} %}{{ x }}{% endfor %}`,
    ends: { error: 'MemoryError' },
  },
  {
    name: 'the same text a thousand times',
    template: `{% set x = 'x' * 10 ** 6 %}${'{{ x }}'.repeat(1000)}`,
    ends: { error: 'MemoryError' },
  },
  {
    name: 'filter block of a flood',
    template: "{% filter escape %}{% for i in range(20) %}{{ '<' * 16000000 }}{% endfor %}{% endfilter %}",
    ends: MEMORY,
  },
  ...['{% for i in range(10 ** 6) %}{{ "x" * 100 }}{% endfor %}'].flatMap((flood): Attack[] => [
    { name: 'flood', template: flood, options: { limits: { output: 100_000 } }, ends: { error: 'MemoryError' } },
    {
      name: 'flood in a macro',
      template: `{% macro m() %}${flood}{% endmacro %}{{ m() }}`,
      options: { limits: { output: 100_000 } },
      ends: { error: 'MemoryError' },
    },
    {
      name: 'flood in an include',
      template: "{% include 'a' %}",
      templates: { a: flood },
      options: { limits: { output: 100_000 } },
      ends: { error: 'MemoryError' },
    },
  ]),
  {
    name: 'value longer than the output may be',
    template: "{{ 'x' * 1000 }}",
    options: { limits: { output: 100 } },
    ends: { error: 'MemoryError' },
  },
];

/** Lists that are held twice by each list around them: few objects, and no end of paths through them. */
const SHARED: readonly Attack[] = [
  { name: 'repr', template: repeated('[1]', '[ns.x, ns.x]', 'ns.x', 40), ends: WORK },
  { name: 'JSON', template: repeated('[1]', '[ns.x, ns.x]', 'ns.x|tojson', 40), ends: WORK },
  { name: 'pprint', template: repeated('[1]', '[ns.x, ns.x]', 'ns.x|pprint', 40), ends: WORK },
  { name: 'equality', template: repeatedTwice('[1]', (x) => `[${x}, ${x}]`, 'ns.x == ns.y', 40), ends: WORK },
  { name: 'order', template: repeatedTwice('[1]', (x) => `[${x}, ${x}]`, 'ns.x < ns.y', 40), ends: WORK },
  { name: 'sort', template: repeatedTwice('[1]', (x) => `[${x}, ${x}]`, '[ns.x, ns.y]|sort', 40), ends: WORK },
  { name: 'containment', template: repeatedTwice('[1]', (x) => `[${x}, ${x}]`, 'ns.x in [ns.y]', 40), ends: WORK },
  {
    name: 'equality of dicts',
    template: repeatedTwice('{}', (x) => `{1: ${x}, 2: ${x}}`, 'ns.x == ns.y', 40),
    ends: WORK,
  },
  { name: 'repr of dicts', template: repeated('{}', '{1: ns.x, 2: ns.x}', 'ns.x', 40), ends: WORK },
  { name: 'key', template: repeated("('a',)", '(ns.x, ns.x)', '{ns.x: 1}', 40), ends: WORK },
  { name: 'unique', template: repeated("('a',)", '(ns.x, ns.x)', '[ns.x]|unique|list', 40), ends: WORK },
  { name: 'format', template: repeated('[1]', '[ns.x, ns.x]', "'%s %r' % (ns.x, ns.x)", 40), ends: WORK },
].map((attack) => ({ ...attack, name: `${attack.name} of what is shared 40 times over` }));

/** Rounds of loops and calls. */
const ROUNDS: readonly Attack[] = [
  {
    name: 'loops in loops',
    template:
      '{% for a in range(9999) %}{% for b in range(9999) %}{% for c in range(9999) %}{% endfor %}{% endfor %}{% endfor %}',
    ends: WORK,
  },
  {
    name: 'loops in loops with loop',
    template:
      '{% for a in range(9999) %}{{ loop.index }}{% for b in range(9999) %}{{ loop.index }}{% endfor %}{% endfor %}',
    ends: WORK,
  },
  { name: 'sums in a loop', template: '{% for i in range(10000) %}{{ range(1000)|sum }}{% endfor %}', ends: WORK },
  {
    name: 'macros that call twice',
    template: '{% macro m(n) %}{% if n %}{{ m(n - 1) }}{{ m(n - 1) }}{% endif %}{% endmacro %}{{ m(40) }}',
    ends: WORK,
  },
  {
    name: 'includes that include twice',
    template: "{% include 'a0' %}",
    templates: Object.fromEntries(
      Array.from({ length: 40 }, (_, index) => {
        const next = `{% include 'a${String(index + 1)}' %}`;
        return [`a${String(index)}`, index === 39 ? 'x' : next + next];
      }),
    ),
    ends: WORK,
  },
  {
    name: 'blocks that call twice',
    template: Array.from(
      { length: 40 },
      (_, index) =>
        `{% block b${String(index)} %}{{ self.b${String(Math.min(39, index + 1))}() if i < 1 }}{{ self.b${String(index + 1)}() if ${String(index)} < 39 }}{{ self.b${String(index + 1)}() if ${String(index)} < 39 }}{% endblock %}`,
    ).join(''),
    data: () => ({ i: 1 }),
    ends: WORK,
  },
  {
    name: 'many includes of many variables',
    template: `${Array.from({ length: 1000 }, (_, index) => `{% set v${String(index)} = 1 %}`).join('')}{% for i in ${EVER} %}{% include 'a' %}{% endfor %}`,
    templates: { a: '' },
    ends: WORK,
  },
  {
    name: 'a round of a thousand operations',
    template: `{% for i in ${EVER} %}{{ ${'i + '.repeat(1000)} i }}{% endfor %}`,
    ends: WORK,
  },
  ...forEver(
    WORK,
    {
      'nothing at all': '',
      'a value printed': '{{ i }}',
      'an undefined value': '{{ nothing }}',
      'an attribute that is not there': '{{ i.nothing }}',
      'a list made': '{% set x = [i, i] %}',
      'a tuple made': '{% set x = (i, i) %}',
      'a dict made': "{% set x = {'a': i} %}",
      'a list kept': '{% do l.append([i]) %}',
      'a text kept': '{% do l.append("x" ~ i) %}',
      'a dict kept': "{% do l.append({'a': i}) %}",
      'a namespace kept': '{% do l.append(namespace(a=i)) %}',
      'a generator kept': "{% do l.append([i]|map('string')) %}",
      'a key more': '{% do d.update({i: i}) %}',
      'a macro made': '{% macro m() %}{% endmacro %}',
      'a macro called': '{{ m(i) }}',
      'a call block': '{% call c() %}x{% endcall %}',
      'a set block': '{% set x %}{{ i }}{% endset %}',
      'a filter block': '{% filter upper %}{{ i }}{% endfilter %}',
      'a filter by name': "{{ [i]|map('string')|join }}",
      'an item put first': '{% do l.insert(0, i) %}',
      'an int that is none': "{{ 'x'|int }}",
      'a short sort': '{{ [3, 1, 2]|sort }}',
      'a loop without rounds': '{% for j in [] %}{{ loop.index }}{% endfor %}',
      'a test': '{{ i is odd }}',
      'a division': '{{ i / 3 }}',
      'a power': '{{ 1.1 ** 1000 }}',
      'a format': "{{ '%s %d' % (i, i) }}",
      'a long precision': "{{ '%.1000f' % 1.1 }}",
      'a comparison of long texts': '{{ t == u }}{{ t < u }}{{ t in [u] }}{{ t is sameas(u) }}',
      'the length of a long text': '{{ t|length }}',
      'a character of a long text': '{{ t[5] }}',
      'the end of a long text': '{{ t[-5:] }}',
      'the start of a long text': '{{ t.startswith(t) }}',
      'a search in a long text': "{{ 'y' in t }}",
      'a long text in capitals': '{% set x = t|upper %}',
      'a key of a long text': '{% set x = {t: 1} %}',
      'the first of a long list': '{{ k.pop(0) }}',
      'a search in a long list': '{{ "x" in k }}',
    },
    "{% macro m(x) %}{{ x }}{% endmacro %}{% macro c() %}{{ caller() }}{% endmacro %}{% set l = [] %}{% set d = {} %}{% set t = 'x' * 10 ** 5 %}{% set u = 'x' * (10 ** 5 - 1) ~ 'x' %}{% set k = [0] * 10 ** 6 %}",
  ),
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
  ...(
    [
      ['printing', '{{ l }}', { text: '[[...], [...]]' }],
      ['JSON', '{{ l|tojson }}', { error: 'ValueError' }],
      ['pprint', '{{ l|pprint }}', { text: '[<Recursion on list>, <Recursion on list>]' }],
      ['equality', '{{ a == b }}', RECURSION],
      ['order', '{{ a < b }}', RECURSION],
      ['sort', '{{ [a, b]|sort }}', RECURSION],
      ['containment', '{{ a in [b] }}', RECURSION],
    ] as const
  ).map(([name, template, ends]) => ({
    name: `${name} of data that holds itself twice`,
    template,
    data: () => ({ l: circle(), a: circle(), b: circle() }),
    ends,
  })),
  ...(
    [
      ['printing a deep list', '[]', (x: string) => `[${x}]`, 'ns.x'],
      ['comparing deep lists', '[]', (x: string) => `[${x}]`, 'ns.x == ns.y'],
      ['JSON of a deep list', '[]', (x: string) => `[${x}]`, 'ns.x|tojson'],
      ['pprint of a deep list', '[]', (x: string) => `[${x}]`, 'ns.x|pprint'],
      ['deep key', '()', (x: string) => `(${x},)`, '{ns.x: 1}'],
    ] as const
  ).map(([name, start, step, end]) => ({
    name,
    template: repeatedTwice(start, step, end, 20_000),
    ends: RECURSION,
  })),
];

function circle(): unknown[] {
  const list: unknown[] = [];
  list.push(list, list);
  return list;
}

/** More than JavaScript's stack holds, less than the budget of a test. */
const DEEP = 12_000;
const MANY = 100_000;
const nested = (name: string, open: string, core: string, close = ''): Attack => ({
  name: `${name} in the source`,
  template: `{{ ${open.repeat(DEEP)}${core}${close.repeat(DEEP)} }}`,
  data: () => ({ x: 1 }),
  ends: RECURSION,
});
const tags = (name: string, open: string, close: string): Attack => ({
  name: `${name} in the source`,
  template: open.repeat(DEEP) + close.repeat(DEEP),
  ends: RECURSION,
});

/** Sources that are nested more deeply than any compiler can follow, and that are longer than any template. */
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
    ends: WORK,
  },
  { name: 'open values', template: '{{'.repeat(MANY), ends: RECURSION },
  { name: 'open tags', template: '{%'.repeat(MANY), ends: { error: 'TemplateSyntaxError' } },
  { name: 'open comments', template: '{#'.repeat(MANY), ends: { error: 'TemplateSyntaxError' } },
  { name: 'open raw', template: '{% raw %}'.repeat(MANY), ends: { error: 'TemplateSyntaxError' } },
  { name: 'backslashes', template: `{{ '${'\\'.repeat(300_001)}`, ends: { error: 'TemplateSyntaxError' } },
  {
    name: '100,000 assignments',
    template: Array.from({ length: MANY }, (_, index) => `{% set a${String(index)} = ${String(index)} %}`).join(''),
    ends: WORK,
  },
  { name: '100,000 values', template: '{{ x }}'.repeat(MANY), ends: WORK },
  { name: '100,000 constants', template: `{{ [${'1,'.repeat(MANY)}] }}`, ends: WORK },
  { name: 'constants that are long', template: `{{ ${"'x' * 9999 ~ ".repeat(3000)} 'x' }}`, ends: WORK },
];

/** Other ways to ask for too much, each with its own end. */
const OTHERS: readonly Attack[] = [
  {
    name: '10,000 assignments, which are not too many',
    template: `${Array.from({ length: 10_000 }, (_, index) => `{% set a${String(index)} = ${String(index)} %}`).join('')}{{ a0 }} {{ a9999 }}`,
    options: { limits: DEFAULT_BUDGET },
    ends: { text: '0 9999' },
  },
  {
    name: '10,000 assignments in a macro that is called twice',
    template: `{% macro m(x) %}${Array.from({ length: 10_000 }, (_, index) => `{% set a${String(index)} = x %}`).join('')}{{ a9999 }}{% endmacro %}{{ m(1) }}{{ m(2) }}`,
    options: { limits: DEFAULT_BUDGET },
    ends: { text: '12' },
  },
  {
    name: '3,000 names that are set in branches',
    template:
      Array.from({ length: 3000 }, (_, index) => `{% if x %}{% set a${String(index)} = x %}{% endif %}`).join('') +
      '{{ a2999 }}',
    data: () => ({ x: 1 }),
    options: { limits: DEFAULT_BUDGET },
    ends: { text: '1' },
  },
  { name: 'endless range', template: '{{ range(10 ** 30)|length }}', ends: { error: 'OverflowError' } },
  { name: 'digits of an int', template: '{{ 10 ** 5000 }}', ends: { error: 'ValueError' } },
  { name: 'digits of an int in a format', template: "{{ '{:d}'.format(10 ** 5000) }}", ends: { error: 'ValueError' } },
  { name: 'literal of a long int', template: `{{ ${'9'.repeat(100_000)} }}`, ends: { error: 'ValueError' } },
  {
    name: 'rounding to many digits',
    template: '{{ 1.5|round(1000000000) }} {{ 1|round(1000000000) }}',
    ends: { text: '1.5 1' },
  },
  { name: 'rounding up to many digits', template: "{{ 1.5|round(1000000000, 'ceil') }}", ends: MEMORY },
  { name: 'size of a huge number', template: '{{ (10 ** 1000)|filesizeformat }}', ends: { error: 'OverflowError' } },
  { name: 'width of nothing', template: "{{ 'x'|wordwrap(0) }}", ends: { error: 'ValueError' } },
  { name: 'negative length', template: "{{ 'x y z'|truncate(-5) }}", ends: { error: 'AssertionError' } },
  { name: 'length beyond all bounds', template: "{{ 'x'|truncate(10 ** 30) }}", ends: { text: 'x' } },
  { name: 'arguments without end', template: '{{ dict(*range(200000)) }}', ends: { error: 'TypeError' } },
  { name: 'the first of a long list', template: '{{ [1]|slice(10 ** 9, 0)|first }}', ends: { text: '[1]' } },
  {
    name: 'replacements in a format',
    template: "{{ ('{0:' * 1000 ~ '}' * 1000).format(1) }}",
    ends: { error: 'ValueError' },
  },
  {
    name: 'a filter with a long name',
    template: "{{ [1]|map('x' * 10 ** 6)|list }}",
    ends: { error: 'TemplateRuntimeError' },
  },
];

export const EXHAUSTION: readonly Attack[] = [
  ...ROOM,
  ...TIME,
  ...GROWING_TEXT,
  ...GROWTH,
  ...SHARED,
  ...ROUNDS,
  ...DEPTH,
  ...SOURCE,
  ...OTHERS,
];
