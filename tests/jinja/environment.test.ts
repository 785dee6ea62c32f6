import { describe, expect, it } from 'vitest';
import { Environment } from '../../src/jinja/environment.ts';
import { TemplateError } from '../../src/jinja/errors.ts';
import { DictLoader, FunctionLoader } from '../../src/jinja/loaders.ts';
import { loadCompiled } from '../../src/jinja/program.ts';
import { pythonFunction } from '../../src/jinja/python/callable.ts';
import type { Undefined } from '../../src/jinja/undefined.ts';
import type { UndefinedPlace } from '../../src/jinja/runtime/context.ts';

function failure(run: () => unknown): TemplateError {
  try {
    run();
  } catch (error) {
    if (error instanceof TemplateError) return error;
    throw error;
  }
  throw new Error('nothing was thrown');
}

describe('Environment', () => {
  it('renders templates by name, with variables from an object or a map', () => {
    const environment = new Environment({ loader: new DictLoader({ hello: 'Hello {{ who }}!' }) });
    expect(environment.getTemplate('hello').render({ who: 'you' })).toBe('Hello you!');
    expect(environment.getTemplate('hello').render(new Map([['who', 'me']]))).toBe('Hello me!');
  });

  it('reads a name to its end, whatever letters it has', () => {
    const variables = { a: 1, café: 2, caféx: 3, x1: 4, 变量: 5, _: 6 };
    expect(new Environment().renderString('{{ café }}{{ caféx }}{{ x1 }}{{ 变量 }}{{ _ }}{{ a }}', variables)).toBe(
      '234561',
    );
    expect(failure(() => new Environment().renderString('{{ a·b‿ }}{{ a€ }}')).message).toBe(
      "unexpected char '€' at 14",
    );
  });

  it("renders by nunjucks' names for it too", () => {
    const environment = new Environment({ loader: new DictLoader({ hello: 'Hello {{ who }}!' }) });
    expect(environment.render('hello', { who: 'you' })).toBe('Hello you!');
    expect(environment.renderString("{% include 'hello' %}", { who: 'me' })).toBe('Hello me!');
    expect(failure(() => environment.render('bye')).kind).toBe('TemplateNotFound');
  });

  it('keeps a template that is loaded until it is told to forget it', () => {
    let source = '1';
    const environment = new Environment({ loader: new FunctionLoader(() => source) });
    const first = environment.getTemplate('a');
    source = '2';
    expect(environment.getTemplate('a')).toBe(first);
    environment.invalidateCache();
    expect(environment.fromString("{% include 'a' %}").render()).toBe('2');
  });

  it('goes on as before after a function of the program has rendered, or failed to', () => {
    const undefinedNames: string[] = [];
    const environment = new Environment({
      globals: {
        inner: (): string => environment.renderString('{{ b }}'),
        failing: (): string => failure(() => environment.renderString('{{ c.d }}')).message,
      },
    });
    const text = environment.renderString(
      '{{ a }}{{ inner() }}{{ failing() }}{{ e }}',
      {},
      {
        onUndefined: (value) => void undefinedNames.push(value.message),
      },
    );
    expect(text).toBe("'c' is undefined");
    expect(undefinedNames).toEqual(["'a' is undefined", "'e' is undefined"]);
  });

  it('finds templates with names that are properties of every object', () => {
    const environment = new Environment({
      loader: new DictLoader(
        new Map([
          ['__proto__', 'p'],
          ['constructor', 'c'],
        ]),
      ),
    });
    expect(environment.fromString("{% include '__proto__' %}{% include 'constructor' %}").render()).toBe('pc');
    expect(failure(() => environment.getTemplate('toString')).kind).toBe('TemplateNotFound');
  });

  it('asks a function for templates', () => {
    const loader = new FunctionLoader((name) => (name === 'a' ? 'A' : undefined));
    expect(new Environment({ loader }).fromString("{% include ['b', 'a'] %}").render()).toBe('A');
  });

  it('calls filters, tests and globals of the program', () => {
    const environment = new Environment({
      filters: { twice: (value: number) => value * 2, pad: pythonFunction('pad(s, width=3)', pad) },
      tests: { big: (value: number) => value > 9 },
      globals: { site: 'example' },
    });
    environment.addGlobal('shout', (text: string) => `${text}!`);
    const template = environment.fromString("{{ 2|twice }} {{ 'a'|pad(width=2) }}. {{ 10 is big }} {{ shout(site) }}");
    expect(template.render()).toBe('4 a . True example!');
  });

  it('hands every printed value to finalize, but no text of the template', () => {
    const environment = new Environment({ finalize: (value: unknown) => value ?? '-' });
    expect(environment.fromString('a{{ none }}{{ x }}b').render({ x: null })).toBe('a--b');
  });

  it('keeps code under source and settings', () => {
    const kept = new Map<string, string>();
    const codeCache = {
      read: (source: string, settings: string) => kept.get(source + settings),
      write: (source: string, settings: string, code: string) => void kept.set(source + settings, code),
    };
    const render = (autoescape: boolean): string =>
      new Environment({ codeCache, autoescape }).fromString('{{ x }}').render({ x: '<' });
    expect([render(false), render(true), render(false)]).toEqual(['<', '&lt;', '<']);
    expect(kept.size).toBe(2);
  });

  it('makes code that can be loaded elsewhere', () => {
    const code = new Environment().compileSource('{{ 1 + x }}');
    expect(() => loadCompiled(code)).not.toThrow();
    expect(code).toBe(new Environment().compileSource('{{ 1 + x }}'));
  });

  it('tells of undefined values with their places, but not where only their being defined is asked for', () => {
    const found: [string, UndefinedPlace][] = [];
    const onUndefined = (value: Undefined, place: UndefinedPlace): void => void found.push([value.message, place]);
    const source = "{{ a is defined }}{{ b|default('x') }}\n {{ c }}{{ d.e }}{{ {}.f }}";
    new Environment().fromString(source).render({ d: {} }, { onUndefined });
    expect(found).toEqual([
      ["'c' is undefined", { template: undefined, line: 2, column: 5 }],
      ["'dict object' has no attribute 'e'", { template: undefined, line: 2, column: 13 }],
      ["'dict object' has no attribute 'f'", { template: undefined, line: 2, column: 23 }],
    ]);
  });

  it('stops endless recursion and endless output', () => {
    const environment = new Environment({ limits: { output: 1000 } });
    const recursion = '{% macro m() %}{{ m() }}{% endmacro %}{{ m() }}';
    expect(failure(() => environment.fromString(recursion).render()).kind).toBe('RecursionError');
    const flood = "{% for i in range(1000000) %}{{ 'x' * 100 }}{% endfor %}";
    expect(failure(() => environment.fromString(flood).render()).kind).toBe('MemoryError');
    const include = new Environment({ loader: new DictLoader({ a: "{% include 'a' %}" }) });
    expect(failure(() => include.getTemplate('a').render()).kind).toBe('RecursionError');
    const deep = `{{ ${'('.repeat(20000)}1${')'.repeat(20000)} }}`;
    expect(failure(() => environment.fromString(deep)).kind).toBe('RecursionError');
  });
});

describe('the way out to JavaScript', () => {
  it.each([
    "{{ ''.constructor }}",
    "{{ ''['constructor'] }}",
    "{{ x.__proto__ }}{{ x['__proto__'] }}",
    '{{ f.constructor }}{{ f.call }}{{ f.prototype }}',
    '{{ [].constructor }}{{ {}.constructor }}{{ (1).constructor }}',
    '{{ loop }}{{ context }}{{ rt }}{{ env }}{{ name }}{{ at }}{{ output }}{{ parent }}',
    '{{ process }}{{ globalThis }}{{ require }}',
    "{{ self['constructor'] }}{{ namespace().constructor }}{{ cycler('a').constructor }}",
    '{% macro m() %}{% endmacro %}{{ m.constructor }}{{ m.run }}{{ m.context }}',
    '{% for i in [1] %}{{ loop.constructor }}{{ loop.context }}{{ loop.iterator }}{{ loop.items }}{% endfor %}',
    "{{ x|attr('constructor') }}{{ x|attr('__proto__') }}{{ [x]|map(attribute='constructor')|first }}",
  ])('%s', (source) => {
    const text = new Environment({ undefined: 'chainable' }).fromString(source).render({ x: { a: 1 }, f: () => 1 });
    expect(text).toBe('');
  });

  it('takes no identifier from the template as it is', () => {
    const source = '{% set eval = 1 %}{% set été = 2 %}{% set arguments = 3 %}{{ eval }}{{ été }}{{ arguments }}';
    expect(new Environment().fromString(source).render()).toBe('123');
    expect(new Environment().compileSource(source)).not.toMatch(/[^_.$"\w](eval|été|arguments)\b(?!")/);
  });
});

describe('errors', () => {
  it('carry template, line, column, excerpt and the way that led there', () => {
    const templates = {
      base: '{% macro m(x) %}\n  {{ x.a.b }}\n{% endmacro %}',
      page: "{% import 'base' as b %}\n{{ b.m(1) }}",
    };
    const environment = new Environment({ loader: new DictLoader(templates) });
    const error = failure(() => environment.fromString("one\n{% include 'page' %}", 'main').render());
    expect(error).toMatchObject({ kind: 'UndefinedError', template: 'base', line: 2, column: 9 });
    expect(error.message).toBe("'int object' has no attribute 'a'");
    expect(error.excerpt).toBe('  {{ x.a.b }}\n        ^');
    expect(error.trail.map(({ template, line }) => [template, line])).toEqual([
      ['page', 2],
      ['main', 2],
    ]);
  });

  it('suggest the name that was meant', () => {
    const environment = new Environment({ undefined: 'strict' });
    expect(failure(() => environment.fromString('{{ 1|uper }}')).suggestion).toBe('upper');
    expect(failure(() => environment.fromString('{{ 1 is definde }}')).suggestion).toBe('defined');
    expect(failure(() => environment.fromString('{{ nam }}').render({ name: 1 })).suggestion).toBe('name');
    expect(failure(() => environment.fromString('{{ nmae }}').render({ name: 1 })).suggestion).toBe('name');
  });

  it('show syntax errors of included templates with their own source', () => {
    const environment = new Environment({ loader: new DictLoader({ part: 'a\n{{ 1 + }}' }) });
    const error = failure(() => environment.fromString("{% include 'part' %}").render());
    expect(error).toMatchObject({ kind: 'TemplateSyntaxError', template: 'part', line: 2, column: 8 });
    expect(error.excerpt).toBe('{{ 1 + }}\n       ^');
  });

  it('wrap what functions of the program throw', () => {
    const fail = (): never => {
      throw new Error('no network');
    };
    const error = failure(() => new Environment({ globals: { fail } }).fromString('\n{{ fail() }}').render());
    expect(error).toMatchObject({ kind: 'RuntimeError', message: 'no network', line: 2 });
  });
});

function pad(text: string, width = 3): string {
  return text.padEnd(width);
}
