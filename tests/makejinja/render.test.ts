import { describe, expect, it } from 'vitest';
import { readInputs } from '../../src/makejinja/inputs.ts';
import type { Plugin } from '../../src/makejinja/plugin.ts';
import { renderInputs } from '../../src/makejinja/render.ts';
import { parseSettings } from '../../src/makejinja/settings.ts';
import { Failure } from '../../src/report/finding.ts';
import { formatFindings } from '../../src/report/text.ts';
import { temporaryFolder } from '../support/folders.ts';

const SETTINGS = `[makejinja]
inputs = ["overrides", "config"]
jinja_suffix = ".j2"
exclude_patterns = ["*.partial.j2"]
undefined = "strict"
copy_metadata = true
`;

const PLUGIN: Plugin = {
  name: 'test',
  data: { name: 'ada', nodes: [{ name: 'k8s-0' }] },
  functions: {
    greet: { signature: "greet(who, word='hello')", run: (who, word = 'hello') => `${word} ${String(who)}` },
  },
  filters: { shout: (text) => String(text).toUpperCase() },
  tests: { short: (text) => String(text).length < 4 },
};

describe('renderInputs', () => {
  it.each<[string, Record<string, string>, Record<string, string>]>([
    ['a template', { 'config/a.yaml.j2': 'name: {{ name }}\n' }, { 'a.yaml': 'name: ada\n' }],
    ['a plain file as it is', { 'config/a.txt': '{{ name }}' }, { 'a.txt': '{{ name }}' }],
    ['the first of two inputs', { 'config/a.j2': 'config', 'overrides/a.j2': 'override' }, { a: 'override' }],
    ['a plain file over a template', { 'config/a.j2': 'config', 'overrides/a': 'plain' }, { a: 'plain' }],
    ['no file for white space', { 'config/a.j2': '{% if name == "x" %}x{% endif %}\n\n' }, {}],
    [
      'an excluded file for others to include, from either layer',
      { 'config/a.j2': '{% include "m.partial.j2" %}', 'config/m.partial.j2': 'm', 'overrides/m.partial.j2': 'o' },
      { a: 'o' },
    ],
    [
      'templates under every name that a folder knows them by',
      {
        'config/d/m.partial.j2': '{% macro f() %}m{% endmacro %}',
        'config/d/p.partial.j2': '[{% block b %}{% endblock %}]',
        'config/a.j2': [
          ...['./d/m.partial.j2', '/d/m.partial.j2', 'd//m.partial.j2', './/d/./m.partial.j2/.'].map(
            (name) => `{% import "${name}" as m %}{{ m.f() }}{% from "${name}" import f %}{{ f() }}`,
          ),
          '{% include "./d//p.partial.j2" %}{% include ["d/../d/p.partial.j2", "/d/p.partial.j2"] %}',
          '{% include "d/../d/p.partial.j2" ignore missing %}{% include "../config/d/p.partial.j2" ignore missing %}',
        ].join('\n'),
        'config/b.j2': '{% extends "./d/p.partial.j2" %}{% block b %}x{% endblock %}',
      },
      { a: 'mm\nmm\nmm\nmm\n[][]', b: '[x]' },
    ],
    [
      'data inside of macros that are imported without context',
      {
        'config/a.j2': '{% import "m.partial.j2" as m %}{{ m.f() }}',
        'config/m.partial.j2': '{% macro f() %}{{ name }}{% endmacro %}',
      },
      { a: 'ada' },
    ],
    [
      'functions, filters and tests of plugins, with names too',
      { 'config/a.j2': '{{ greet("eve") }} {{ greet(word="hi", who=name) | shout }} {{ name is short }}' },
      { a: 'hello eve HI ADA True' },
    ],
    ['hidden files', { 'config/.sops.yaml.j2': 'x\n', 'config/.j2': 'y\n' }, { '.sops.yaml': 'x\n', '.j2': 'y\n' }],
    ['LF for every line end', { 'config/a.j2': 'a\r\nb\r\n' }, { a: 'a\nb\n' }],
    ['the executable bit', { 'config/run.sh.j2*': '#!/bin/sh\n' }, { 'run.sh*': '#!/bin/sh\n' }],
  ])('gives %s', async (_, files, expected) => {
    expect(await render(files)).toEqual(expected);
  });

  it.each<[string, Record<string, string>, string]>([
    [
      'an undefined name',
      { 'config/a.j2': 'ok\nx: {{ nmae }}\n' },
      "config/a.j2:2:7: error: UndefinedError: 'nmae' is undefined [render/template]\n  2 | x: {{ nmae }}\n    |       ^\n  = did you mean `name`?\n",
    ],
    [
      'a mistake in an included file, told once',
      {
        'config/a.j2': '{% include "m.partial.j2" %}',
        'config/b.j2': '{% include "m.partial.j2" %}',
        'config/m.partial.j2': '\n{% if %}',
      },
      'config/m.partial.j2:2:',
    ],
    [
      'a template that does more than a render may',
      { 'config/a.j2': 'ok\n{{ range(10 ** 9) | list }}\n' },
      'config/a.j2:2:4: error: RuntimeError: more than 50,000,000 steps of work; limits.work raises the bound [render/template]\n  2 | {{ range(10 ** 9) | list }}\n    |    ^\n  = `work` under [makejinja.limits] in makejinja.toml raises the bound, if the template needs so much\n',
    ],
    ['a missing template', { 'config/a.j2': '{% include "nope" %}' }, 'config/a.j2:1:4: error: TemplateNotFound: nope'],
    ['a path that leads up', { 'config/a.j2': '{% include "d/../a.j2" %}' }, 'TemplateNotFound: d/../a.j2'],
    ['a missing template by its own name', { 'config/a.j2': '{% include "./nope" %}' }, 'TemplateNotFound: ./nope'],
    [
      'a mistake in a template under another name',
      { 'config/a.j2': '{% include "./m.partial.j2" %}', 'config/m.partial.j2': '\n{{ nmae }}' },
      'config/m.partial.j2:2:4: error: UndefinedError',
    ],
    ['a file that is not UTF-8', { 'config/a.j2': '\u00e9\u0000BINARY' }, 'the template is not UTF-8 text'],
  ])('names the place of %s', async (what, files, message) => {
    const binary = what.includes('UTF-8');
    await expect(renderText(files, binary)).resolves.toContain(message);
  });
});

async function render(files: Readonly<Record<string, string>>): Promise<Record<string, string>> {
  const folder = await temporaryFolder({ 'config/.keep.partial.j2': '', 'overrides/.keep.partial.j2': '', ...files });
  const settings = parseSettings(SETTINGS, 'makejinja.toml');
  const inputs = await readInputs(settings, folder);
  const rendered = renderInputs({ settings, inputs, plugins: [PLUGIN] });
  return Object.fromEntries(
    rendered.map(({ path, bytes, mode }) => [path + ((mode & 0o100) === 0 ? '' : '*'), bytes.toString('utf8')]),
  );
}

/** The findings as text; `binary` cuts each template into the middle of a letter. */
async function renderText(files: Readonly<Record<string, string>>, binary: boolean): Promise<string> {
  try {
    const folder = await temporaryFolder({ 'overrides/.keep.partial.j2': '', ...files });
    const settings = parseSettings(SETTINGS, 'makejinja.toml');
    const inputs = await readInputs(settings, folder);
    const cut = [...inputs.outputs].map(([path, output]) => {
      const file = { ...output.file, bytes: output.file.bytes.subarray(1) };
      return [path, { ...output, file }] as const;
    });
    const names = cut.map(([, { file }]) => [file.name, file] as const);
    renderInputs({
      settings,
      inputs: binary ? { files: new Map(names), outputs: new Map(cut), rivals: [], unmatched: [] } : inputs,
      plugins: [PLUGIN],
    });
    return 'no finding';
  } catch (error) {
    if (error instanceof Failure) return formatFindings(error.findings);
    throw error;
  }
}
