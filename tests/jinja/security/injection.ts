import type { Attack } from './attack.ts';

const BREAKS = '\\u2028\\u2029\\n\\r\\t\\0`${1}\'"\\\\';
const RAW = '\u2028\u2029\n`${process.exit(1)}\'"\\</script>*/-->"+globalThis+"';

/** Attempts to get text of a template into the generated code as code. */
export const INJECTION: readonly Attack[] = [
  { name: 'text', template: RAW, ends: { text: RAW } },
  { name: 'text between values', template: `{{ 1 }}${RAW}{{ 2 }}`, ends: { text: `1${RAW}2` } },
  { name: 'raw', template: `{% raw %}${RAW}{{ x }}{% endraw %}`, ends: { text: `${RAW}{{ x }}` } },
  { name: 'comment', template: `a{# ${RAW} {{ x }} #}b`, ends: { text: 'ab' } },
  { name: 'string', template: `{{ "${BREAKS.replaceAll('"', '\\"')}"|length }}`, ends: { text: '14' } },
  { name: 'separators of lines in a string', template: "{{ '\u2028\u2029' }}", ends: { text: '\u2028\u2029' } },
  {
    name: 'key of a dict',
    template: '{{ {"a\\"]};process.exit(1);//": 1} }}',
    ends: { text: "{'a\"]};process.exit(1);//': 1}" },
  },
  {
    name: 'item',
    template: '{{ x["a\\"];process.exit(1);//"] }}',
    data: () => ({ x: { 'a"];process.exit(1);//': 1 } }),
    ends: { text: '1' },
  },
  {
    name: 'name of a template',
    template: `{% include "a\\");process.exit(1);//" %}`,
    ends: { error: 'TemplateNotFound' },
  },
  {
    name: 'name of a template that exists',
    template: `{% include 'a");//\u2028' %}`,
    templates: new Map([['a");//\u2028', '{{ 1 }}']]),
    ends: { text: '1' },
  },
  { name: 'name of a variable', template: '{{ a;process }}', ends: { error: 'TemplateSyntaxError' } },
  { name: 'name with an accent', template: '{% set é = 1 %}{{ é }}', ends: { text: '1' } },
  { name: 'name with an escape of JavaScript', template: '{{ \\u0061 }}', ends: { error: 'TemplateSyntaxError' } },
  { name: 'name with a dollar', template: '{{ $x }}', ends: { error: 'TemplateSyntaxError' } },
  {
    name: 'name of a block',
    template: '{% block a();process.exit(1) %}{% endblock %}',
    ends: { error: 'TemplateSyntaxError' },
  },
  {
    name: 'name of a block with a hyphen',
    template: '{% block a-b %}{% endblock %}',
    ends: { error: 'TemplateSyntaxError' },
  },
  { name: 'name of a macro', template: '{% macro a){}(b) %}{% endmacro %}', ends: { error: 'TemplateSyntaxError' } },
  { name: 'name of a filter', template: '{{ 1|a";process.exit(1);" }}', ends: { error: 'TemplateSyntaxError' } },
  {
    name: 'dotted name of a filter',
    template: '{{ 1|constructor.constructor }}',
    ends: { error: 'TemplateAssertionError' },
  },
  { name: 'name of a test', template: "{{ 1 is a'b }}", ends: { error: 'TemplateSyntaxError' } },
  { name: 'number', template: '{{ 1n }}{{ 1;1 }}', ends: { error: 'TemplateSyntaxError' } },
  { name: 'number of JavaScript', template: '{{ 0777 }}', ends: { error: 'TemplateSyntaxError' } },
  { name: 'template literal', template: '{{ `a` }}', ends: { error: 'TemplateSyntaxError' } },
  { name: 'regular expression of nunjucks', template: '{{ r/a/g }}', ends: { error: 'UndefinedError' } },
  { name: 'arrow function', template: '{{ (() => 1)() }}', ends: { error: 'TemplateSyntaxError' } },
  { name: 'assignment', template: '{{ x = 1 }}', ends: { error: 'TemplateSyntaxError' } },
  { name: 'tag of nunjucks', template: '{% asyncEach x in y %}{% endeach %}', ends: { error: 'TemplateSyntaxError' } },
  {
    name: 'delimiters that are patterns',
    template: '.*1.+',
    options: { variableStart: '.*', variableEnd: '.+' },
    ends: { text: '1' },
  },
  {
    name: 'delimiters in a text',
    template: '{{ "{{ process }}{% raw %}" }}',
    ends: { text: '{{ process }}{% raw %}' },
  },
  {
    name: 'data that looks like a template',
    template: '{{ x }}',
    data: () => ({ x: '{{ process }}{% include "a" %}' }),
    ends: { text: '{{ process }}{% include "a" %}' },
  },
  {
    name: 'HTML in data',
    template: '{{ x }}{{ x|e }}{{ "<b>"|safe ~ x }}',
    data: () => ({ x: `<i a='"'>&` }),
    options: { autoescape: true },
    ends: { text: '&lt;i a=&#39;&#34;&#39;&gt;&amp;'.repeat(2) + '<b>&lt;i a=&#39;&#34;&#39;&gt;&amp;' },
  },
  {
    name: 'JSON in a script',
    template: '<script>{{ x|tojson }}</script>',
    data: () => ({ x: "</script><!--'&" }),
    ends: { text: '<script>"\\u003c/script\\u003e\\u003c!--\\u0027\\u0026"</script>' },
  },
  { name: 'attribute with a space', template: "{{ {'a onload': 1}|xmlattr }}", ends: { error: 'ValueError' } },
  { name: 'attribute with a slash', template: "{{ {'a/onload=x': 1}|xmlattr }}", ends: { error: 'ValueError' } },
  {
    name: 'pattern in replace',
    template: "{{ 'aab'|replace('a', '$&$1') }}{{ 'a.b'.replace('.', '$`') }}",
    ends: { text: '$&$1$&$1ba$`b' },
  },
  {
    name: 'pattern in split',
    template: "{{ 'a.b|c'.split('|') }}{{ 'a.b'.split('.') }}",
    ends: { text: "['a.b', 'c']['a', 'b']" },
  },
];
