// Templates that read data in every way they can: none of them may change it.
import type { TemplateVariables } from '../../../src/jinja/template.ts';

/** Data of the program, made anew for each render. */
export function sampleData(): TemplateVariables {
  const shared = { name: 'b', tags: ['y', 'x'], port: 2 };
  return {
    list: [3, 1, 2],
    words: ['b', 'A', 'c'],
    nested: [[3, 4], [1, 2], []],
    nodes: [shared, { name: 'a', tags: [], port: 1 }, { name: 'B', tags: ['z'], port: 3 }],
    table: { b: 2, a: { c: [1, { d: 2 }] }, items: 3, __proto__: null },
    map: new Map<unknown, unknown>([
      ['k', [1, 2]],
      [1, 'one'],
    ]),
    text: 'some text <b>',
    number: 1.5,
  };
}

/** Templates without a mutating method. */
export const READING: readonly string[] = [
  '{{ list|sort }}{{ list|sort(reverse=true) }}{{ list|reverse|list }}{{ list|unique|list }}{{ list|min }}{{ list|sum }}',
  "{{ nodes|sort(attribute='name') }}{{ nodes|groupby('name') }}{{ nodes|map(attribute='tags')|list }}",
  "{{ nodes|selectattr('tags')|list }}{{ nodes|rejectattr('port', 'gt', 1)|list }}{{ nodes|unique(attribute='port')|list }}",
  "{{ nodes|map(attribute='tags')|sum(start=[]) }}{{ nested|sum(start=[]) }}{{ nested|map('first')|list }}",
  '{{ list|batch(2, 0)|list }}{{ list|slice(2, 0)|list }}{{ list|join }}{{ list|list }}{{ list|random is number }}',
  '{{ table|dictsort }}{{ table|items|list }}{{ table.keys()|list }}{{ table|tojson }}{{ table|pprint }}{{ table|xmlattr }}',
  '{{ map|dictsort(by="value") if 0 }}{{ map|items|list }}{{ map.get("k") + [3] }}{{ map|length }}{{ dict(map.items()|list) }}',
  '{{ list + [4] }}{{ list * 2 }}{{ list[::-1] }}{{ list[1:] }}{{ nested[0] + nested[1] }}{{ [list, list]|map("sort")|list }}',
  '{% set list = list + [9] %}{% set table = 1 %}{% set text = text ~ "x" %}{{ list }}{{ table }}{{ text }}',
  '{% set ns = namespace(list=list, table=table) %}{% set ns.list = ns.list + [1] %}{% set ns.table = {} %}{{ ns.list }}',
  '{% set ns = namespace(table) %}{% set ns.b = 9 %}{% set ns.fresh = 1 %}{{ ns.b }}',
  '{% set copy = dict(table, b=9) %}{% set more = dict(table, fresh=1) %}{{ copy }}{{ more }}',
  '{% for list in nested %}{% set text = loop.index %}{% for x in list %}{{ x }}{{ loop.previtem }}{% endfor %}{% endfor %}',
  '{% for node in nodes recursive %}{{ node.name }}{{ loop(node.tags) if node.tags }}{% endfor %}',
  '{% for a, b in nested[:2] %}{{ a }}{{ b }}{% endfor %}',
  '{% macro m(list, *varargs) %}{{ list }}{{ varargs }}{{ kwargs }}{% endmacro %}'.replace(', *varargs', '') +
    '{{ m(list, *list) if 0 }}{{ m(list) }}{{ m(**{"list": table}) }}',
  '{% with list = nested, table = list %}{{ list }}{{ table }}{% endwith %}',
  '{% set a, b, c = list %}{{ a }}{{ b }}{{ c }}{% set list %}{{ list }}{% endset %}{{ list }}',
  '{{ text|upper }}{{ text.replace("s", "t") }}{{ text|e }}{{ "%s" % text }}{{ "{}".format(table) }}{{ "{0[a]}".format(table) }}',
  '{{ words|sort }}{{ words|map("upper")|list }}{{ words|join(",") }}{{ words|sort(case_sensitive=true) }}',
  '{{ list.copy() }}{{ table.copy() }}{{ list.index(1) }}{{ list.count(1) }}{{ table.get("b") }}{{ map.copy() }}',
  '{{ list == nested }}{{ list < [4] }}{{ 1 in list }}{{ table == map }}{{ nodes[0] is sameas nodes[0] }}',
  '{{ cycler(*list).next() }}{{ joiner(text)() }}{{ range(list|length)|list }}{{ lipsum(1)|length > 0 }}',
];
