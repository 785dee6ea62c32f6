import { Markup } from '../../../src/jinja/python/markup.ts';
import type { TemplateVariables } from '../../../src/jinja/template.ts';
import type { Attack } from './attack.ts';

/** Names that lead out of a value in JavaScript. */
const NAMES = [
  'constructor',
  '__proto__',
  'prototype',
  '__defineGetter__',
  '__lookupGetter__',
  'hasOwnProperty',
  'toString',
  'valueOf',
  'apply',
  'bind',
];

/** A value of every type that a template can come by, as an expression. */
const VALUES: Readonly<Record<string, string>> = {
  str: "'text'",
  Markup: "('text'|safe)",
  int: '(5)',
  'large int': '(2 ** 70)',
  float: '(1.0)',
  fraction: '(1.5)',
  bool: 'true',
  None: 'none',
  undefined: 'nothing',
  list: '[1]',
  tuple: '(1, 2)',
  dict: "{'a': 1}",
  'dict view': "{'a': 1}.items()",
  range: 'range(3)',
  slice: '[1, 2][:1]',
  generator: "([1]|map('string'))",
  reversed: '([1]|reverse)',
  groups: "([{'a': 1}]|groupby('a')|first)",
  bytes: "'a'.encode()",
  'bound method': "'a'.upper",
  'built-in function': 'range',
  lipsum: 'lipsum',
  namespace: 'namespace(a=1)',
  cycler: "cycler('a')",
  'method of a cycler': "cycler('a').next",
  joiner: 'joiner()',
  macro: 'macro_',
  loop: 'loop',
  'method of a loop': 'loop.cycle',
  caller: 'caller',
  self: 'self',
  block: 'self.page',
  module: 'module',
  'exported macro': 'module.exported',
  'function of the program': 'given.fn',
  'class of the program': 'given.class',
  'instance of the program': 'given.instance',
  'object of the program': 'given.object',
  'object without prototype': 'given.bare',
  'array of the program': 'given.array',
  'Map of the program': 'given.map',
  'Set of the program': 'given.set',
  Date: 'given.date',
  RegExp: 'given.pattern',
  Symbol: 'given.symbol',
  Error: 'given.error',
  Promise: 'given.promise',
  'typed array': 'given.bytes',
  Proxy: 'given.proxy',
  getter: 'given.lazy',
};

class Account {
  password = 'secret';
  static token = 'secret';
  reveal(): string {
    return this.password;
  }
}

function given(): TemplateVariables {
  return {
    given: {
      fn: Object.assign(() => 1, { secret: 'secret' }),
      class: Account,
      instance: new Account(),
      object: { a: 1 },
      bare: Object.assign(Object.create(null) as object, { a: 1 }),
      array: [1, 2],
      map: new Map([['a', 1]]),
      set: new Set([1]),
      date: new Date(0),
      pattern: /a/,
      symbol: Symbol('s'),
      error: new Error('e'),
      promise: Promise.resolve(1),
      bytes: new Uint8Array(2),
      proxy: new Proxy({ a: 1 }, {}),
      get lazy() {
        return new Account();
      },
      markup: new Markup('m'),
    },
  };
}

/** Ways to ask a value for a name: each prints True where there is nothing. */
const FORMS: Readonly<Record<string, (value: string, name: string) => string>> = {
  attribute: (value, name) => `{{ (${value}).${name} is undefined }}`,
  item: (value, name) => `{{ (${value})['${name}'] is undefined }}`,
  'item by a computed name': (value, name) =>
    `{{ (${value})['${name.slice(0, 4)}' ~ '${name.slice(4)}'] is undefined }}`,
  'attr filter': (value, name) => `{{ (${value})|attr('${name}') is undefined }}`,
  'map by attribute': (value, name) => `{{ [${value}]|map(attribute='${name}')|first is undefined }}`,
  selectattr: (value, name) => `{{ [${value}]|selectattr('${name}')|list == [] }}`,
  'call of what is not there': (value, name) => `{{ (${value}).${name} is not callable or nothing is undefined }}`,
};

/** The surroundings that some of the values exist in. */
function surround(body: string): string {
  return (
    "{% import 'module' as module with context %}{% macro macro_(x) %}{{ x }}{% endmacro %}" +
    '{% macro calling() %}{{ caller() }}{% endmacro %}' +
    '{% macro wrapped(loop, self, module, macro_, given, nothing) %}{% set unused = caller %}' +
    `${body}{% endmacro %}` +
    '{% block page %}{% endblock %}' +
    '{% for one in [1] %}{% call wrapped(loop, self, module, macro_, given, nothing) %}{% endcall %}{% endfor %}'
  );
}

/** Every value asked for every name in every way. */
export const REACH: readonly Attack[] = Object.entries(VALUES).flatMap(([type, value]) =>
  Object.entries(FORMS).map(([form, ask]) => ({
    name: `${form} of ${type}`,
    template: surround(NAMES.map((name) => ask(value, name)).join('')),
    templates: { module: '{% macro exported() %}{% endmacro %}{% set public = 1 %}' },
    data: given,
    options: { undefined: 'chainable' },
    ends: { text: 'True'.repeat(NAMES.length) },
  })),
);

/** The insides of the engine's own objects, by the names that they have in JavaScript. */
const INSIDES: Readonly<Record<string, readonly string[]>> = {
  loop: ['context', 'items', 'iterator', 'recurse', 'current', 'getAttribute', 'advance', 'size'],
  self: ['context', 'getItem', 'blocks'],
  'self.page': ['context', 'stack', 'call'],
  macro_: ['context', 'run', 'params', 'extras', 'setting', 'call', 'bind'],
  module: ['exports', 'body', 'getAttribute', 'str'],
  caller: ['context', 'run'],
  'namespace(a=1)': ['values', 'set', 'getAttribute', 'attributes'],
  "cycler('a')": ['position', 'getAttribute'],
  'joiner()': ['separator', 'getAttribute'],
  'range(3)': ['length', 'at', 'iterate', 'getItem'],
  "'a'.upper": ['self', 'method', 'call'],
  "('a'|safe)": ['value', 'length'],
  '(1.0)': ['value'],
  nothing: ['object', 'kind', 'error', 'hint', 'message'],
  'given.instance': ['password', 'reveal'],
  'given.class': ['token', 'length', 'name'],
  'given.fn': ['secret', 'length', 'name', 'call'],
  'given.map': ['size', 'set', 'has', 'forEach'],
  'given.array': ['length', 'push', 'map', 'at', 'concat'],
  'given.date': ['getTime'],
  'given.error': ['stack', 'message'],
  'given.promise': ['then'],
  'given.symbol': ['description'],
  'given.bytes': ['buffer', 'length'],
};

export const INSIDE: readonly Attack[] = Object.entries(INSIDES).map(([value, names]) => ({
  name: `insides of ${value}`,
  template: surround(names.map((name) => `{{ ${value}.${name} is undefined }}`).join('')),
  templates: { module: '{% macro exported() %}{% endmacro %}' },
  data: given,
  options: { undefined: 'chainable' },
  ends: { text: 'True'.repeat(names.length) },
}));
