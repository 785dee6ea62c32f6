import type { Attack } from './attack.ts';

const data: Attack['data'] = () => ({ x: { a: 1 }, f: () => 1, d: new Date(0) });

/** Attempts through format fields and `%`, which read attributes of their own. */
export const FORMATTING: readonly Attack[] = [
  { name: 'field of str', template: "{{ '{0.constructor}'.format('a') }}", ends: { error: 'AttributeError' } },
  { name: 'field of dict', template: "{{ '{0.__proto__}'.format(x) }}", data, ends: { error: 'AttributeError' } },
  { name: 'item of dict', template: "{{ '{0[__proto__]}'.format(x) }}", data, ends: { error: 'KeyError' } },
  { name: 'item constructor', template: "{{ '{0[constructor]}'.format(x) }}", data, ends: { error: 'KeyError' } },
  { name: 'field of list', template: "{{ '{0.length}'.format([1]) }}", ends: { error: 'AttributeError' } },
  { name: 'field of function', template: "{{ '{0.prototype}'.format(f) }}", data, ends: { error: 'AttributeError' } },
  {
    name: 'field of a method',
    template: "{{ '{0.constructor}'.format('a'.upper) }}",
    ends: { error: 'AttributeError' },
  },
  { name: 'chain of fields', template: "{{ '{0.a.constructor}'.format(x) }}", data, ends: { error: 'AttributeError' } },
  {
    name: 'chain through a safe text',
    template: "{{ ('{0.constructor.constructor}'|safe).format(1) }}",
    ends: { error: 'AttributeError' },
  },
  { name: 'named field', template: "{{ '{a.constructor}'.format(a=1) }}", ends: { error: 'AttributeError' } },
  { name: 'name of a keyword', template: "{{ '{constructor}'.format(a=1) }}", ends: { error: 'KeyError' } },
  { name: 'name __proto__', template: "{{ '{__proto__}'.format() }}", ends: { error: 'KeyError' } },
  { name: 'format_map', template: "{{ '{constructor}'.format_map(x) }}", data, ends: { error: 'KeyError' } },
  { name: 'format_map of a list', template: "{{ '{length}'.format_map([1]) }}", ends: { error: 'TypeError' } },
  { name: 'field in a width', template: "{{ '{0:{1.constructor}}'.format(1, 2) }}", ends: { error: 'AttributeError' } },
  { name: 'conversion', template: "{{ '{0!s.constructor}'.format(1) }}", ends: { error: 'ValueError' } },
  { name: '% name constructor', template: "{{ '%(constructor)s' % x }}", data, ends: { error: 'KeyError' } },
  { name: '% name __proto__', template: "{{ '%(__proto__)s' % {} }}", ends: { error: 'KeyError' } },
  { name: '% of an instance', template: "{{ '%s %r' % (d, d) }}", data, ends: { text: '<object> <object>' } },
  { name: 'printing a function', template: '{{ f }}', data, ends: { text: '<function f>' } },
  { name: 'JSON of an instance', template: '{{ d|tojson }}', data, ends: { error: 'TypeError' } },
  { name: 'JSON of a function', template: '{{ f|tojson }}', data, ends: { error: 'TypeError' } },
  { name: 'pprint of an instance', template: '{{ [d]|pprint }}', data, ends: { text: '[<object>]' } },
  { name: 'sort by constructor', template: "{{ ['a']|sort(attribute='constructor') }}", ends: { text: "['a']" } },
  {
    name: 'sort two by constructor',
    template: "{{ [1, 2]|sort(attribute='constructor') }}",
    ends: { text: '[1, 2]' },
  },
  {
    name: 'sum of constructors',
    template: "{{ [1]|sum(attribute='constructor') }}",
    ends: { error: 'UndefinedError' },
  },
  {
    name: 'path through constructor',
    template: "{{ [1]|map(attribute='constructor.name')|list }}",
    ends: { error: 'UndefinedError' },
  },
  { name: 'unique by __proto__', template: "{{ [1, 2]|unique(attribute='__proto__')|list }}", ends: { text: '[1]' } },
  {
    name: 'groups by __proto__',
    template: "{{ [{}]|groupby('__proto__', default='none') }}",
    ends: { text: "[('none', [{}])]" },
  },
  { name: 'max by constructor', template: "{{ [1]|max(attribute='constructor') }}", ends: { text: '1' } },
  { name: 'rejectattr', template: "{{ [1]|rejectattr('constructor')|list }}", ends: { text: '[1]' } },
  {
    name: 'selectattr with a test',
    template: "{{ [x]|selectattr('__proto__', 'defined')|list }}",
    data,
    ends: { text: '[]' },
  },
  {
    name: 'conversion to ASCII',
    template: "{{ '{!a} {!r}'.format('\u00e9', '\u00e9') }}",
    ends: { text: "'\\xe9' '\u00e9'" },
  },
];
