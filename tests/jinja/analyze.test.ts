import { expect, it } from 'vitest';
import { type Analysis, analyze, type Reference } from '../../src/jinja/analyze.ts';

const SOURCE = `{% extends 'base' %}
{% from 'lib' import helper as h %}
{% block body %}
{% for node in nodes if node.on %}{{ node.name|upper }}{{ loop.index }}{{ site.title }}{% endfor %}
{% include [a, 'b.j2'] %}{{ h(range(3)) is defined }}
{% endblock %}`;

it('lists what a template mentions', () => {
  const found: Analysis = analyze(SOURCE);
  const names = Object.fromEntries(
    (Object.entries(found) as [string, Reference[]][]).map(([kind, list]) => [kind, list.map(({ name }) => name)]),
  );
  expect(names).toEqual({
    variables: ['nodes', 'site', 'a', 'range'],
    attributes: ['site.title'],
    filters: ['upper'],
    tests: ['defined'],
    templates: ['base', 'lib', 'b.j2'],
    dynamicTemplates: [''],
    blocks: ['body'],
    macros: [],
  });
  expect(found.filters[0]).toEqual({ name: 'upper', line: 4, column: 48 });
});

it('reads the delimiters that it is given', () => {
  expect(analyze('#{ x }#', { variableStart: '#{', variableEnd: '}#' }).variables).toEqual([
    { name: 'x', line: 1, column: 4 },
  ]);
});
