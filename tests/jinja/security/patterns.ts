import type { EnvironmentOptions } from '../../../src/jinja/settings.ts';
import type { Attack } from './attack.ts';

/** Texts on which a careless pattern takes quadratic or exponential time. */
const TEXTS: Readonly<Record<string, string>> = {
  letters: 'a'.repeat(100_000),
  'letters and a mark': `${'a'.repeat(100_000)}!`,
  'blanks inside': `a${' '.repeat(100_000)}!`,
  'lines of blanks': ' \n'.repeat(50_000),
  hyphens: '-'.repeat(100_000),
  'hyphenated letters': 'a-'.repeat(50_000),
  apostrophes: "a'".repeat(50_000),
  dashes: 'a\u2014'.repeat(50_000),
  'astral letters': '\u{1d400}'.repeat(50_000),
  brackets: '('.repeat(100_000),
  'brackets around an address': `${'('.repeat(20_000)}http://a.com/${')'.repeat(20_000)}`,
  'closing brackets': `http://a.com/${')'.repeat(50_000)}`,
  addresses: 'http://'.repeat(10_000),
  'parts of a domain': `www.${'a.'.repeat(50_000)}!`,
  'mail addresses': 'a@'.repeat(50_000),
  'one mail address': `a@${'a.'.repeat(50_000)}!`,
  tags: '<a>'.repeat(30_000),
  'open tags': '<'.repeat(100_000),
  'open comments': '<!--'.repeat(30_000),
  comments: '<!-- -->'.repeat(30_000),
  'comments in comments': '<<!---->!--'.repeat(20_000),
  ampersands: '&'.repeat(100_000),
  'a long reference': `&#${'9'.repeat(100_000)};`,
  digits: `${'1'.repeat(100_000)}!`,
  'digits with underscores': `${'1_'.repeat(50_000)}!`,
  percents: '%'.repeat(100_001),
  braces: '{'.repeat(100_001),
};

/** Everything that reads a text with a pattern. Errors are fine, time is not. */
const READERS = [
  'x|urlize|length',
  'x|striptags|length',
  'x|wordwrap(79)|length',
  'x|wordwrap(1)|length',
  'x|wordwrap(3, break_on_hyphens=false)|length',
  'x|title|length',
  'x.title()|length',
  'x|capitalize|length',
  'x|wordcount',
  'x|trim|length',
  'x.rstrip()|length',
  'x.split()|length',
  'x.rsplit(none, 1)|length',
  'x.splitlines()|length',
  'x|int',
  'x|float',
  'x|indent|length',
  'x|truncate(20)|length',
  'x|e|length',
  'x|urlencode|length',
  'x|tojson|length',
  'x|pprint|length',
  'x|center(10)|length',
  'x|replace("a", "b")|length',
  '[x]|string|length',
  'x.isidentifier()',
  'x.swapcase()|length',
];

/** Each reader on all texts. */
export const PATTERNS: readonly Attack[] = READERS.map((expression) => ({
  name: expression,
  template: `{% for x in texts %}{% set unused = ${expression} %}{% endfor %}done`,
  data: () => ({ texts: Object.values(TEXTS) }),
  ends: { text: 'done' },
}));

/** Formats, which refuse what they cannot read. */
export const FORMATS: readonly Attack[] = [
  { name: 'percents', template: "{{ ('%' * 100001) % 1 }}", ends: { error: 'ValueError' } },
  { name: 'percents with names', template: "{{ ('%(' * 100001) % {} }}", ends: { error: 'ValueError' } },
  { name: 'fields', template: "{{ ('{}' * 100000).format(1) }}", ends: { error: 'IndexError' } },
  {
    name: 'attributes in a field',
    template: "{{ ('{0' ~ '.a' * 100000 ~ '}').format(1) }}",
    ends: { error: 'AttributeError' },
  },
  { name: 'items in a field', template: "{{ ('{0' ~ '[' * 100000 ~ '}').format(1) }}", ends: { error: 'ValueError' } },
  {
    name: 'path of attributes',
    template: "{{ [1]|map(attribute='a.' * 100000)|list }}",
    ends: { error: 'UndefinedError' },
  },
];

const LINES: EnvironmentOptions = { lineStatementPrefix: '#', lineCommentPrefix: '##' };
const STRIPPED: EnvironmentOptions = { lstripBlocks: true, trimBlocks: true };

function quiet(name: string, template: string, options: EnvironmentOptions = {}): Attack {
  return { name, template: `{% set unused %}${template}{% endset %}done`, options, ends: { text: 'done' } };
}

/** Sources on which the lexer could waste its time. */
export const SOURCES: readonly Attack[] = [
  quiet('blanks before a tag', `${' '.repeat(300_000)}{% if 1 %}{% endif %}`, STRIPPED),
  quiet('blanks before a word and a stripping tag', `${' '.repeat(300_000)}x{%- if 1 %}{% endif %}`),
  quiet('blanks between words', `${'x '.repeat(150_000)}{%- if 1 %}{% endif %}`),
  quiet('lines of blanks', `${' '.repeat(1000)}\n`.repeat(300), STRIPPED),
  quiet('lines of blanks with values', `${' '.repeat(1000)}{{ 1 }}\n`.repeat(300), STRIPPED),
  quiet('blanks with line statements', `${' '.repeat(300_000)}x`, LINES),
  quiet('empty lines with line statements', '\n'.repeat(300_000), LINES),
  quiet('half delimiters', '{ '.repeat(150_000)),
  quiet('blanks in a value', `{{ 1${' '.repeat(300_000)}}}`),
  quiet('values on one line', '{{ 1 }}'.repeat(20_000)),
  quiet('comments', '{# a #}'.repeat(20_000)),
  quiet('raw texts', '{% raw %}a{% endraw %}'.repeat(10_000)),
];
