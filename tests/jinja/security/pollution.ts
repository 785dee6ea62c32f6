import type { Attack } from './attack.ts';

const options = { extensions: ['do'] } as const;

/** Attempts to change what belongs to others: prototypes, globals, built-in functions. */
export const POLLUTION: readonly Attack[] = [
  {
    name: 'dict with __proto__',
    template:
      "{% set d = {'__proto__': {'polluted': 1}} %}{{ d }}{{ d.polluted is undefined }}{{ {}.polluted is undefined }}",
    ends: { text: "{'__proto__': {'polluted': 1}}TrueTrue" },
  },
  {
    name: 'dict() with __proto__',
    template: "{{ dict(__proto__={'polluted': 1}).polluted is undefined }}",
    ends: { text: 'True' },
  },
  {
    name: 'dict(**) with __proto__',
    template: "{{ dict(**{'__proto__': {'polluted': 1}}).polluted is undefined }}",
    ends: { text: 'True' },
  },
  {
    name: 'update with __proto__',
    template:
      "{% do x.update({'__proto__': {'polluted': 1}}) %}{{ x.polluted is undefined }}{{ {}.polluted is undefined }}",
    data: () => ({ x: {} }),
    options,
    ends: { text: 'TrueTrue' },
  },
  {
    name: 'update(**) with __proto__',
    template: "{% do x.update(__proto__={'polluted': 1}) %}{{ x.polluted is undefined }}",
    data: () => ({ x: {} }),
    options,
    ends: { text: 'True' },
  },
  {
    name: 'setdefault with constructor',
    template: "{% do x.setdefault('constructor', {}).update({'prototype': 1}) %}{{ x }}",
    data: () => ({ x: {} }),
    options,
    ends: { text: "{'constructor': {'prototype': 1}}" },
  },
  {
    name: 'setdefault through __proto__',
    template: "{% do x.setdefault('__proto__', {}).update({'polluted': 1}) %}{{ {}.polluted is undefined }}",
    data: () => ({ x: {} }),
    options,
    ends: { text: 'True' },
  },
  {
    name: 'pop of __proto__',
    template: "{{ x.pop('__proto__', 'none') }}",
    data: () => ({ x: {} }),
    ends: { text: 'none' },
  },
  {
    name: 'namespace with __proto__',
    template: "{% set ns = namespace(__proto__={'polluted': 1}) %}{{ ns.polluted is undefined }}",
    ends: { text: 'True' },
  },
  {
    name: 'assignment to __proto__ of a namespace',
    template:
      "{% set ns = namespace() %}{% set ns.__proto__ = {'polluted': 1} %}{{ ns.polluted is undefined }}{{ namespace().polluted is undefined }}",
    ends: { text: 'TrueTrue' },
  },
  {
    name: 'assignment to constructor of a namespace',
    template:
      '{% set ns = namespace() %}{% set ns.constructor = 1 %}{{ ns.constructor }}{{ namespace().constructor is undefined }}',
    ends: { text: '1True' },
  },
  {
    name: 'assignment to an attribute of data',
    template: '{% set x.a = 2 %}',
    data: () => ({ x: { a: 1 } }),
    ends: { error: 'TemplateRuntimeError' },
  },
  {
    name: 'assignment to an attribute of a function',
    template: '{% set range.prototype = 2 %}',
    ends: { error: 'TemplateRuntimeError' },
  },
  {
    name: 'fromkeys',
    template: "{{ {}.fromkeys(['__proto__'], {'polluted': 1}).polluted is undefined }}",
    ends: { text: 'True' },
  },
  {
    name: 'changing a built-in function',
    template: '{% do range.__dict__.update({}) %}',
    options,
    ends: { error: 'UndefinedError' },
  },
  { name: 'globals of a function', template: '{{ lipsum.__globals__.os }}', ends: { error: 'UndefinedError' } },
  {
    name: 'classes of Python',
    template: "{{ ''.__class__.__mro__[1].__subclasses__() }}",
    ends: { error: 'UndefinedError' },
  },
  {
    name: 'init of a cycler',
    template: "{{ cycler.__init__.__globals__.os.popen('id').read() }}",
    ends: { error: 'UndefinedError' },
  },
  {
    name: 'class of an undefined value',
    template: '{{ nothing.__class__.__base__ }}',
    ends: { error: 'UndefinedError' },
  },
  { name: 'self', template: '{{ self._TemplateReference__context.environment }}', ends: { error: 'UndefinedError' } },
  {
    name: 'groups keyed by __proto__',
    template: "{{ [{'k': '__proto__'}]|groupby('k')|length }}{{ {}.k is undefined }}",
    ends: { text: '1True' },
  },
  { name: 'translation table', template: "{{ 'a'.translate({97: '__proto__'}) }}", ends: { text: '__proto__' } },
];
