import type { Attack } from './attack.ts';

const ODD = ['constructor', '__proto__', 'toString', 'hasOwnProperty', 'prototype', 'valueOf', '__defineGetter__'];

function each(text: (name: string) => string): string {
  return ODD.map(text).join('');
}

const templates = new Map(ODD.map((name) => [name, `<{{ 1 }}${name}>`]));

/** Names of JavaScript where a template chooses the name: each is a name like any other. */
export const NAMES: readonly Attack[] = [
  {
    name: 'variables that nobody gave',
    template: each((name) => `{{ ${name} is undefined }}`),
    ends: { text: 'True'.repeat(ODD.length) },
  },
  {
    name: 'globals of JavaScript',
    template: '{{ process }}{{ globalThis }}{{ require }}{{ eval }}{{ Function }}{{ console }}',
    ends: { text: '' },
  },
  {
    name: 'names of the generated code',
    template:
      '{{ rt }}{{ env }}{{ context }}{{ output }}{{ parent }}{{ at }}{{ state }}{{ name }}{{ str }}{{ root }}{{ iterate }}',
    ends: { text: '' },
  },
  {
    name: 'assigned variables',
    template: each((name) => `{% set ${name} = 1 %}{{ ${name} }}`),
    ends: { text: '1'.repeat(ODD.length) },
  },
  {
    name: 'keywords of JavaScript',
    template:
      '{% set var = 1 %}{% set this = 2 %}{% set new = 3 %}{% set arguments = 4 %}{{ var }}{{ this }}{{ new }}{{ arguments }}',
    ends: { text: '1234' },
  },
  {
    name: 'loop variables',
    template: each((name) => `{% for ${name} in [1] %}{{ ${name} }}{% endfor %}`),
    ends: { text: '1'.repeat(ODD.length) },
  },
  {
    name: 'with variables',
    template: each((name) => `{% with ${name} = 1 %}{{ ${name} }}{% endwith %}`),
    ends: { text: '1'.repeat(ODD.length) },
  },
  {
    name: 'macros',
    template: each((name) => `{% macro ${name}() %}m{% endmacro %}{{ ${name}() }}`),
    ends: { text: 'm'.repeat(ODD.length) },
  },
  {
    name: 'parameters',
    template: each((name) => `{% macro m(${name}) %}{{ ${name} }}{% endmacro %}{{ m(${name}=1) }}{{ m(2) }}`),
    ends: { text: '12'.repeat(ODD.length) },
  },
  {
    name: 'keyword arguments',
    template: each((name) => `{% macro m() %}{{ kwargs }}{% endmacro %}{{ m(${name}=1) }}`),
    ends: { text: each((name) => `{'${name}': 1}`) },
  },
  {
    name: 'blocks',
    template: each((name) => `{% block ${name} %}b{% endblock %}{{ self['${name}']() }}`),
    ends: { text: 'bb'.repeat(ODD.length) },
  },
  { name: 'blocks that are not there', template: "{{ self['constructor'] }}", ends: { text: '' } },
  {
    name: 'blocks of a parent',
    template: `{% extends 'base' %}${each((name) => `{% block ${name} %}[{{ super() }}]{% endblock %}`)}`,
    templates: { base: each((name) => `{% block ${name} %}p{% endblock %}`) },
    ends: { text: '[p]'.repeat(ODD.length) },
  },
  {
    name: 'templates by such names',
    template: each((name) => `{% include '${name}' %}`),
    templates,
    ends: { text: each((name) => `<1${name}>`) },
  },
  ...ODD.map((name) => ({
    name: `template ${name} that is not there`,
    template: `{% include '${name}' %}`,
    ends: { error: 'TemplateNotFound' as const },
  })),
  ...ODD.map((name) => ({
    name: `import of ${name}`,
    template: `{% import '${name}' as m %}`,
    ends: { error: 'TemplateNotFound' as const },
  })),
  ...ODD.map((name) => ({
    name: `filter ${name}`,
    template: `{{ 1|${name} }}`,
    ends: { error: 'TemplateAssertionError' as const },
  })),
  ...ODD.map((name) => ({
    name: `test ${name}`,
    template: `{{ 1 is ${name} }}`,
    ends: { error: 'TemplateAssertionError' as const },
  })),
  ...ODD.map((name) => ({
    name: `filter ${name} by a text`,
    template: `{{ [1]|map('${name}')|list }}`,
    ends: { error: 'TemplateRuntimeError' as const },
  })),
  ...ODD.map((name) => ({
    name: `test ${name} by a text`,
    template: `{{ [1]|select('${name}')|list }}`,
    ends: { error: 'TemplateRuntimeError' as const },
  })),
  {
    name: 'names that a module does not export',
    template: `{% from 'm' import constructor, toString, body %}{{ constructor is undefined }}{{ toString is undefined }}{{ body is undefined }}`,
    templates: { m: 'x' },
    ends: { text: 'TrueTrueTrue' },
  },
  { name: 'path upwards', template: "{% include '../../../etc/passwd' %}", ends: { error: 'TemplateNotFound' } },
  { name: 'absolute path', template: "{% include '/etc/passwd' %}", ends: { error: 'TemplateNotFound' } },
  { name: 'file address', template: "{% include 'file:///etc/passwd' %}", ends: { error: 'TemplateNotFound' } },
  {
    name: 'path with a zero',
    template: "{% include 'a\\0' %}",
    templates: { a: 'x' },
    ends: { error: 'TemplateNotFound' },
  },
  {
    name: 'template by a list of odd values',
    template: "{% include [none, 1, '__proto__'] %}",
    ends: { error: 'TemplatesNotFound' },
  },
  {
    name: 'template by a dict',
    template: "{% include {'type': 'code', 'obj': 1} %}",
    ends: { error: 'TemplatesNotFound' },
  },
  {
    name: 'parent by an object of nunjucks',
    template: '{% extends x %}',
    data: () => ({ x: { type: 'code', obj: { root: () => 'out' } } }),
    ends: { error: 'TypeError' },
  },
  {
    name: 'template by a function',
    template: '{% include f %}',
    data: () => ({ f: () => 'out' }),
    ends: { error: 'TypeError' },
  },
  {
    name: 'keys of data',
    template: each((name) => `{{ x.${name} }}{{ x['${name}'] }}`),
    data: () => ({ x: Object.fromEntries(ODD.map((name) => [name, 'v'])) }),
    ends: { text: 'vv'.repeat(ODD.length) },
  },
  {
    name: 'keys of a Map',
    template: each((name) => `{{ x.${name} }}{{ x['${name}'] }}`),
    data: () => ({ x: new Map(ODD.map((name) => [name, 'v'])) }),
    ends: { text: 'vv'.repeat(ODD.length) },
  },
  {
    name: 'data keys as variables',
    template: each((name) => `{{ ${name} }}`),
    data: () => Object.fromEntries(ODD.map((name) => [name, 'v'])),
    ends: { text: 'v'.repeat(ODD.length) },
  },
  {
    name: 'data called items and length',
    template: '{{ x["items"] }}{{ x.length }}{{ x.size }}{{ x.then }}',
    data: () => ({ x: { items: 1, length: 2, size: 3, then: 4 } }),
    ends: { text: '1234' },
  },
];
