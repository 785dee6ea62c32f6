import { expect, it } from 'vitest';
import { Environment } from '../../src/jinja/environment.ts';
import { DictLoader } from '../../src/jinja/loaders.ts';

const TEMPLATES = {
  base: 'kind: A\n{% block body %}{% endblock %}\n\nend',
  part: '# part\nx: {{ a.b }}',
  page: "{% extends 'base' %}\n{% block body %}\n{% for n in nodes %}\n- {{ n.name }}: {{ n['ip'] }}\n{% endfor %}\n{% include 'part' %}\n{% endblock %}",
};

it('tells where each line of the output comes from', () => {
  const environment = new Environment({ loader: new DictLoader(TEMPLATES), trimBlocks: true, origins: true });
  const variables = {
    nodes: [
      { name: 'p', ip: 1 },
      { name: 'q', ip: 2 },
    ],
    a: { b: 1 },
  };
  const { text, lines } = environment.getTemplate('page').renderWithOrigins(variables);
  expect(text).toBe('kind: A\n- p: 1\n- q: 2\n# part\nx: 1\nend');
  expect(lines).toEqual([
    { template: 'base', line: 1, names: [] },
    { template: 'page', line: 4, names: ['n.name', 'n.ip'] },
    { template: 'page', line: 4, names: ['n.name', 'n.ip'] },
    { template: 'part', line: 1, names: [] },
    { template: 'part', line: 2, names: ['a.b'] },
    { template: 'base', line: 4, names: [] },
  ]);
});

it('renders the same text with and without origins', () => {
  const source =
    "a{% macro m(x) %}<{{ x }}>{% endmacro %}{{ m(1) }}{% filter upper %}b{% endfilter %}\n{{ 'c' ~ 1 }}{{ 2 }}";
  const plain = new Environment().fromString(source).render();
  const noted = new Environment({ origins: true }).fromString(source).renderWithOrigins();
  expect(noted.text).toBe(plain);
  expect(noted.lines.map(({ line }) => line)).toEqual([1, 2]);
});
