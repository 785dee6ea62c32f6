import { describe, expect, it } from 'vitest';
import { loadProject } from '../../src/makejinja/project.ts';
import { parametersOf } from '../../src/makejinja/plugin-functions.ts';
import { renderInputs } from '../../src/makejinja/render.ts';
import { DEFAULT_SETTINGS, type Settings } from '../../src/makejinja/settings.ts';
import { temporaryFolder } from '../support/folders.ts';

/** Renders a template with a plugin of these members; `context` is what the plugin is made with. */
async function render(
  members: string,
  template: string,
  { settings = {}, files = {} }: { settings?: Partial<Settings>; files?: Record<string, string> } = {},
): Promise<string | undefined> {
  const folder = await temporaryFolder({
    'plugin.mjs': `export const Plugin = ({ data }) => (${members});`,
    'in/a.jinja': template,
    ...files,
  });
  const all = { ...DEFAULT_SETTINGS, inputs: ['in'], plugins: ['plugin:Plugin'], ...settings };
  const [file] = renderInputs(await loadProject(all, { folder }));
  return file?.bytes.toString('utf8');
}

const SHOW =
  'filters: { show: (v) => `${v}`, json: (v) => JSON.stringify(v), list: (v) => [...v], type: (v) => typeof v }';

describe('what a function of a plugin gets', () => {
  it.each([
    ['1.0|show', '1.0'],
    ['1.0|json', '1'],
    ['-0.0|show', '-0.0'],
    ['1e16|show', '1e+16'],
    ['2.5|json', '2.5'],
    ['range(3)|show', 'range(0, 3)'],
    ['range(3)|json', '[0,1,2]'],
    ['range(3)|list|json', '[0,1,2]'],
    ['{"a": 1.0}.keys()|show', "dict_keys(['a'])"],
    ['{"a": 1.0}.items()|json', '[["a",1]]'],
    ['{"a": [1, none, true]}|json', '{"a":[1,null,true]}'],
    ['{1: {true: "x"}, none: 1.5}|json', '{"1":{"true":"x"},"null":1.5}'],
    ['{"a": 1.0}|show', "{'a': 1.0}"],
    ['(1, "a")|show', "(1, 'a')"],
    ['(1, "a")|json', '[1,"a"]'],
    ['day|show', '2026-01-31'],
    ['day|json', '"2026-01-31"'],
    ['moment|show', '2026-01-31 01:02:03+00:00'],
    ['moment|json', '"2026-01-31 01:02:03+00:00"'],
    ['some|show', "{'a', 'b'}"],
    ['some|json', '["a","b"]'],
    ['some|list', "['a', 'b']"],
    ['("<b>"|safe)|type', 'string'],
    ['["<b>"|safe]|json', '["<b>"]'],
    ['(["a", "b"]|map("upper"))|list', "['A', 'B']"],
    ['(["a", "b"]|map("upper"))|json', '["A","B"]'],
    ['missing|show ~ "!"', '!'],
  ])('%s', async (expression, expected) => {
    const data = 'day: 2026-01-31\nmoment: 2026-01-31T01:02:03Z\nsome: !!set {a, b}\n';
    const members = `{ ${SHOW} }`;
    const settings = { data: ['data.yaml'] };
    expect(await render(members, `{{ ${expression} }}`, { settings, files: { 'data.yaml': data } })).toBe(expected);
  });

  it('is a string that Buffer takes, where a template has Markup', async () => {
    const members = `{ filters: { base64: (text) => Buffer.from(text).toString('base64'), first: ([text]) => Buffer.from(text).toString() } }`;
    expect(await render(members, '{{ "<b>"|safe|base64 }} {{ ["<b>"|safe]|first }}')).toBe('PGI+ <b>');
  });

  it.each([
    ['a text', '`${v}`'],
    ['a text by +', "'a' + v"],
    ['a number', 'Number(v)'],
    ['a sum', 'v + 1'],
    ['JSON', 'JSON.stringify({ v })'],
    ['a list', '[...v]'],
    ['a property', "v.port ?? 'default'"],
    ['a name', 'v.name'],
    ['a length', 'v.length === 0'],
    ['an item', 'v[0]'],
    ['a method', 'v.toUpperCase()'],
  ])('is an error under strict where an undefined value becomes %s', async (_, body) => {
    const members = `{ filters: { f: (v) => ${body} } }`;
    const settings = { undefined: 'strict' } as const;
    await expect(render(members, '{{ host.nmae|f }}', { settings, files: HOST })).rejects.toThrow(/nmae|host/);
    await expect(render(members, '\n{{ nmae|f }}', { settings })).rejects.toThrow(
      /UndefinedError: 'nmae' is undefined/,
    );
  });

  const HOST = { 'unused.txt': '' };

  it('is an undefined value that can be given back and be told by its type', async () => {
    const members =
      "{ filters: { or: (v, other) => (v?.typeName === 'StrictUndefined' ? other : v), same: (v) => [v] } }";
    const template = '{{ nmae|or(1) }} {{ 2|or(1) }} {{ (nmae|same)[0] is defined }}';
    expect(await render(members, template, { settings: { undefined: 'strict' } })).toBe('1 2 False');
  });
});

describe('what a function of a plugin gives', () => {
  it.each([
    ['undefined', 'None'],
    ['null', 'None'],
    ['new Date(Date.UTC(2026, 0, 31, 1, 2, 3))', '2026-01-31 01:02:03+00:00'],
    ['[new Date(0)][0]', '1970-01-01 00:00:00+00:00'],
    ["new Set(['a', 1])", "{'a', 1}"],
    ['new Set()', 'set()'],
    ["new Map([['a', new Set([1])]])", "{'a': {1}}"],
    ["({ a: [new URL('https://example.com/a?b')] })", "{'a': ['https://example.com/a?b']}"],
    ["Buffer.from('ab')", "b'ab'"],
    ['new Uint8Array([1]).buffer', "b'\\x01'"],
    ['new Uint16Array([1, 2])', '[1, 2]'],
    ['/a+/i', '/a+/i'],
    ["new Error('cause')", 'cause'],
    ['new Number(1)', '1'],
    ["new String('a')", 'a'],
    ['[1, 2].values()', '<iterator object at 0x7f0000000000>'],
    ['(new (class Host { name = 1 })())', '<Host object at 0x7f0000000000>'],
    ["(new (class Host { toString() { return 'h'; } })())", 'h'],
  ])('%s prints as %s', async (value, expected) => {
    expect(await render(`{ functions: { f: () => ${value} } }`, '{{ f() }}')).toBe(expected);
  });

  it.each([
    [
      'a class, its properties, getters and methods',
      '(new (class Host { name = "a"; get up() { return this.name + "!"; } port(n) { return n + 1; } })())',
      '{{ v.name }} {{ v.up }} {{ v.port(1) }} {{ v.constructor is defined }} {{ v.toString is defined }} {{ v["name"] }}',
      'a a! 2 False False a',
    ],
    ['the same instance each time', 'HOST', '{{ f() == f() }}', 'True'],
    ['an iterator', '["a", new Set([1])].values()', '{% for i in v %}{{ i }},{% endfor %}', 'a,{1},'],
    ['an iterable class', '(new (class { *[Symbol.iterator]() { yield 1; yield 2; } })())', '{{ v|list }}', '[1, 2]'],
    ['a function', '((a) => [a, undefined])', '{{ v(1) }}', '[1, None]'],
    ['what holds itself', '(() => { const a = [new Date(0)]; a.push(a); return a; })()', '{{ v|length }}', '2'],
    [
      'plain data as it is',
      '({ a: { b: [1, "x", null] } })',
      '{{ v.a.b }} {{ v }}',
      "[1, 'x', None] {'a': {'b': [1, 'x', None]}}",
    ],
  ])('%s', async (_, value, template, expected) => {
    const members = `(() => { const HOST = new (class Host {})(); return { functions: { f: () => ${value} } }; })()`;
    expect(await render(members, `{% set v = f() %}${template}`)).toBe(expected);
  });

  it.each([
    ['a promise', 'Promise.resolve(1)', 'it gave a Promise, for which a template cannot wait'],
    ['a promise inside of a list', '[Promise.resolve(1)]', 'it gave a Promise'],
    ['something to wait for', '({ then() {} })', 'it gave a Promise'],
    ['a symbol', "Symbol('a')", 'it gave a symbol'],
    ['a date that is none', 'new Date("x")', 'it gave a Date that is no date'],
  ])('is an error: %s', async (_, value, message) => {
    const members = `{ functions: { f: () => ${value} } }`;
    await expect(render(members, '{{ f() }}')).rejects.toThrow(
      `the plugin \`plugin:Plugin\` failed at its function \`f\`: ${message}`,
    );
    await expect(render(`{ data: { v: ${value} } }`, '{{ v }}')).rejects.toThrow(message);
  });

  it('as data is what a function would give', async () => {
    const members = '{ data: { since: new Date(0), host: { tags: new Set([1]) } }, globals: { twice: (v) => v * 2 } }';
    expect(await render(members, '{{ since.year }} {{ host.tags }} {{ twice(2) }}')).toBe('1970 {1} 4');
  });
});

describe('calling a function of a plugin', () => {
  it.each([
    ['(a, b) => 1', 'f(1)', "f() missing 1 required positional argument: 'b'"],
    ['(a, b) => 1', 'f()', "f() missing 2 required positional arguments: 'a' and 'b'"],
    ['(a) => 1', 'f(1, 2)', 'f() takes 1 positional argument but 2 were given'],
    ['() => 1', 'f(1)', 'f() takes 0 positional arguments but 1 was given'],
    ['(a, b = 1) => 1', 'f(1, 2, 3)', 'f() takes from 1 to 2 positional arguments but 3 were given'],
    [
      "(a, b = ')', { c } = { c: [',', 1] }) => 1",
      'f(1, 2, 3, 4)',
      'f() takes from 1 to 3 positional arguments but 4 were given',
    ],
    ['function (a /* , b */) { return 1; }', 'f(1, 2)', 'f() takes 1 positional argument but 2 were given'],
    ['(a) => 1', 'f(a=1)', 'f() takes no keyword arguments'],
  ])('%s as %s', async (run, call, message) => {
    await expect(render(`{ functions: { f: ${run} } }`, `{{ ${call} }}`)).rejects.toThrow(`TypeError: ${message}`);
  });

  it.each([
    ['(...all) => all.length', 'f(1, 2, 3)', '3'],
    ['function () { return arguments.length; }', 'f(1, 2)', '2'],
    ['(a, b = 2, ...rest) => [a, b, rest.length]', 'f(1)', '[1, 2, 0]'],
    ['Math.max', 'f(1, 2, 3)', '3'],
    ['((a, b) => a + b).bind(undefined, 1)', 'f(2)', '3'],
    ['(a, b = /[,)]/) => a', 'f(1)', '1'],
    ['async => async', 'f(1)', '1'],
    [
      '{ signature: "f(a, *rest, **more)", run: (a, rest, more) => JSON.stringify([a, rest, more]) }',
      'f(1, "<"|safe, b=2.0)',
      '[1,["<"],{"b":2}]',
    ],
  ])('%s as %s', async (run, call, expected) => {
    expect(await render(`{ globals: { f: ${run} } }`, `{{ ${call} }}`)).toBe(expected);
  });

  it.each([
    [
      'context',
      'f("x")',
      '(context, name) => [context.name, context.get(name), context.has("y"), context.all().get("x")]',
      "['a.jinja', 1, False, 1]",
    ],
    [
      'environment',
      'f("abc")',
      '(environment, text) => environment.callFilter("upper", [text], new Map(), undefined)',
      'ABC',
    ],
    ['evalContext', 'f(1)', '(context, value) => [context.autoescape, value]', '[False, 1]'],
  ])('with the %s', async (pass, call, run, expected) => {
    const members = `{ functions: { f: { signature: 'f(a)', pass: '${pass}', run: ${run} } } }`;
    expect(await render(members, `{% set x = 1 %}{{ ${call} }}`)).toBe(expected);
    const filter = `{ filters: { f: { signature: 'f(a)', pass: '${pass}', run: ${run} } } }`;
    const [, argument] = /\((.*)\)/.exec(call) ?? [];
    expect(await render(filter, `{% set x = 1 %}{{ ${argument ?? ''}|f }}`)).toBe(expected);
  });

  it('refuses a signature that is none', async () => {
    const members = "{ functions: { f: { signature: 'f', run: () => 1 } } }";
    await expect(render(members, '')).rejects.toThrow('its signature `f` is none; one is written as in Python');
  });
});

describe('the parts of a plugin', () => {
  it('weigh as in makejinja: data over functions over globals, whatever order they stand in', async () => {
    const members =
      '{ data: { a: "data" }, functions: { a: () => 1, b: () => "function" }, globals: { a: 1, b: () => 2, c: "global" } }';
    expect(await render(members, '{{ a }} {{ b() }} {{ c }}')).toBe('data function global');
  });

  it('see what an earlier plugin changed in the data; templates see what is changed inside of a value', async () => {
    const folder = await temporaryFolder({
      'one.mjs': 'export const Plugin = ({ data }) => { data.list.push(2); data.added = 1; return {}; };',
      'two.mjs': 'export const Plugin = ({ data }) => ({ data: { seen: [data.added, data.list.length] } });',
      'data.yaml': 'list: [1]\n',
      'in/a.jinja': '{{ seen }} {{ list }} {{ added is defined }}',
    });
    const settings = {
      ...DEFAULT_SETTINGS,
      inputs: ['in'],
      data: ['data.yaml'],
      plugins: ['one:Plugin', 'two:Plugin'],
    };
    const [file] = renderInputs(await loadProject(settings, { folder }));
    expect(file?.bytes.toString('utf8')).toBe('[1, 2] [1, 2] False');
  });
});

describe('policies of a plugin', () => {
  it.each([
    ["'json.dumps_kwargs': {}", '{"b":1,"a":2}|tojson', '{"b": 1, "a": 2}'],
    ["'json.dumps_kwargs': { sort_keys: true }", '{"b":1,"a":2}|tojson', '{"a": 2, "b": 1}'],
    ["'json.dumps_kwargs': { ensure_ascii: false }", '"é\n<"|tojson', '"é\\n\\u003c"'],
    ["'json.dumps_kwargs': { indent: 2 }", '[1, {"a": []}]|tojson', '[\n  1,\n  {\n    "a": []\n  }\n]'],
    ["'json.dumps_kwargs': { indent: 2 }", '[1]|tojson(0)', '[\n1\n]'],
    ["'json.dumps_kwargs': { separators: [',', ':'] }", '{"a": [1, 2]}|tojson', '{"a":[1,2]}'],
    [
      "'json.dumps_kwargs': { default: (v) => `${v}!` }",
      '[range(2), {"a": range(1)}]|tojson',
      '["range(0, 2)!", {"a": "range(0, 1)!"}]',
    ],
    ["'json.dumps_kwargs': { skipkeys: true }", '{(1,): 1, "a": 2}|tojson', '{"a": 2}'],
    [
      "'json.dumps_function': (v, kwargs) => `<${JSON.stringify(v)}${JSON.stringify(kwargs)}`, 'json.dumps_kwargs': { own: 1 }",
      '{"a": 1.0}|tojson(2)',
      '\\u003c{"a":1}{"own":1,"indent":2}',
    ],
    ["'truncate.leeway': 0", '"abcd efgh"|truncate(8)', 'abcd...'],
  ])('%s: %s', async (policies, expression, expected) => {
    expect(await render(`{ policies: { ${policies} } }`, `{{ ${expression} }}`)).toBe(expected);
  });

  it.each([
    ["'json.dumps_kwargs': { cls: 1 }", '`json.dumps_kwargs` takes no `cls`, only sort_keys, ensure_ascii'],
    ["'json.dumps_kwarg': {}", 'there is no policy `json.dumps_kwarg`; there are urlize.rel'],
  ])('are refused: %s', async (policies, message) => {
    await expect(render(`{ policies: { ${policies} } }`, '')).rejects.toThrow(message);
  });

  it('write no float that JSON has none for where they say so', async () => {
    const members = "{ policies: { 'json.dumps_kwargs': { allow_nan: false } } }";
    await expect(render(members, '{{ "inf"|float|tojson }}')).rejects.toThrow('ValueError: Out of range float values');
  });
});

describe('parametersOf', () => {
  it.each<[(...values: never[]) => unknown, string[] | undefined, boolean]>([
    [(a: unknown, b: unknown) => [a, b], ['a', 'b'], false],
    [({ a }: { a: unknown }, [b]: unknown[]) => [a, b], ['_', '_'], false],
    [Math.max, undefined, false],
    [async (a: unknown) => await Promise.resolve(a), ['a'], false],
    [
      function named(a: unknown, ...b: unknown[]) {
        return [a, b];
      },
      ['a'],
      true,
    ],
  ])('%s', (run, names, rest) => {
    expect(parametersOf(run)).toEqual(names === undefined ? undefined : { names, rest });
  });
});
