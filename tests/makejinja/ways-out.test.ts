// Ways out of a project: names of templates that lead to files which are no templates, and values of plugins that lead to JavaScript.
import { describe, expect, it } from 'vitest';
import { loadProject } from '../../src/makejinja/project.ts';
import { renderEach } from '../../src/makejinja/render.ts';
import { DEFAULT_SETTINGS } from '../../src/makejinja/settings.ts';
import { temporaryFolder } from '../support/folders.ts';

const MARKER = 'MARKER-of-a-foreign-file';

/** Ways to write the path of `outside.txt`, which lies beside the input folder, or of a file of the system. */
const PATHS: readonly ((folder: string) => string)[] = [
  () => '../outside.txt',
  () => './../outside.txt',
  () => 'sub/../../outside.txt',
  () => '..//outside.txt',
  () => '../in/../outside.txt',
  () => '..\\\\outside.txt',
  () => '..%2foutside.txt',
  () => '%2e%2e/outside.txt',
  () => '..\\u2215outside.txt',
  () => '\\uff0e\\uff0e/outside.txt',
  () => '../outside.txt\\0.jinja',
  () => 'link.txt/../outside.txt',
  (folder) => `${folder}/outside.txt`,
  (folder) => `/${folder}/outside.txt`,
  (folder) => `file://${folder}/outside.txt`,
  (folder) => `//localhost${folder}/outside.txt`,
  () => '/etc/passwd',
  () => '../../../../../../../../etc/passwd',
  () => '/proc/self/environ',
  () => '/dev/stdin',
  () => '~/outside.txt',
  () => 'node:fs',
  () => '__proto__',
  () => 'constructor',
];

/** Tags that take the name of a template. */
const TAGS: Readonly<Record<string, (name: string) => string>> = {
  include: (name) => `{% include "${name}" %}`,
  'include of a list': (name) => `{% include ["${name}", "${name}"] %}`,
  'include by a variable': (name) => `{% set name = "${name}" %}{% include name %}`,
  import: (name) => `{% import "${name}" as m %}{{ m }}`,
  from: (name) => `{% from "${name}" import m %}{{ m }}`,
  extends: (name) => `{% extends "${name}" %}`,
};

const PLUGIN = `
class Account { #key = 'k'; password = '${MARKER}'; static token = '${MARKER}'; reveal() { return this.password; } }
class Failed extends Error { }
export const Plugin = () => ({
  data: { account: new Account(), kind: Account, day: new Date(0), failed: new Failed('${MARKER}'), buffer: Buffer.from('a') },
  functions: { greet: (who) => 'hello ' + who, account_of: () => new Account(), made: () => () => 1,
    listed: () => [new Account()], mapped: () => new Map([['a', new Account()]]), each: function* () { yield 1; } },
  filters: { shout: (text) => String(text).toUpperCase() },
  tests: { short: (text) => String(text).length < 4 },
});`;

/** Values that come from the plugin, as expressions. */
const VALUES = [
  ...[
    'account',
    'kind',
    'day',
    'failed',
    'buffer',
    'greet',
    'account_of()',
    'made',
    'made()',
    'listed()',
    'listed()[0]',
  ],
  ...['mapped()', "mapped()['a']", 'each()', "greet('a')", "('a' | shout)", "['a'] | map('shout')"],
];

/** Names of JavaScript. The public fields and methods of an object are what its plugin wants templates to have. */
const NAMES = [
  ...[
    'constructor',
    '__proto__',
    'prototype',
    'call',
    'apply',
    'bind',
    'caller',
    'arguments',
    'then',
    'stack',
    'token',
  ],
  ...['key', '#key', 'valueOf', 'toString', 'hasOwnProperty', '__defineGetter__', '__lookupGetter__'],
];

/** Ways to ask for a name: each gives True where there is nothing. */
const FORMS: readonly ((value: string, name: string) => string)[] = [
  (value, name) => `(${value})['${name}'] is undefined`,
  (value, name) => `(${value}) | attr('${name}') is undefined`,
  (value, name) => `([${value}] | map(attribute='${name}') | first) is undefined`,
  (value, name) => `([${value}] | selectattr('${name}') | list) == []`,
];

/** What came of a template. */
interface Ending {
  readonly text: string;
  readonly message: string;
}

/** A project with a file beside its input folder; what it gives renders one template in it. */
async function layProject(): Promise<{ folder: string; render: (template: string) => Ending }> {
  const folder = await temporaryFolder({
    'in/sub/a.txt': '',
    'in/link.txt': '',
    'outside.txt': MARKER,
    'plugin.mjs': PLUGIN,
  });
  const settings = { ...DEFAULT_SETTINGS, inputs: ['in'], plugins: ['plugin:Plugin'] };
  const project = await loadProject(settings, { folder });
  const render = (template: string): Ending => {
    const file = { name: 'a.jinja', source: 'in/a.jinja', bytes: Buffer.from(template), mode: 0o644 };
    const files = new Map([...project.inputs.files, [file.name, file]]);
    const inputs = { ...project.inputs, files, outputs: new Map([['a', { file, isTemplate: true }]]) };
    const [result] = renderEach({ ...project, inputs }).values();
    return { text: result?.file?.bytes.toString('utf8') ?? '', message: result?.finding?.message ?? '' };
  };
  return { folder, render };
}

describe('names of templates', () => {
  it.each(Object.entries(TAGS))('lead nowhere else by %s', async (_, tag) => {
    const { folder, render } = await layProject();
    for (const path of PATHS) {
      const { text, message } = render(tag(path(folder)));
      expect(text, path(folder)).toBe('');
      expect(message, path(folder)).toMatch(/^Templates?NotFound: /);
      expect(message).not.toContain(MARKER);
    }
  });
});

describe('values of a plugin', () => {
  it.each(VALUES)('have no way to JavaScript: %s', async (value) => {
    const { render } = await layProject();
    const asked = NAMES.flatMap((name) => FORMS.map((form) => form(value, name)));
    const { text, message } = render(asked.map((one) => `{{ ${one} }}`).join('\n'));
    expect(message).toBe('');
    expect(text.split('\n').flatMap((line, index) => (line === 'True' ? [] : [asked[index]]))).toEqual([]);
  });

  it.each(VALUES)('have no way to JavaScript through a format: %s', async (value) => {
    const { render } = await layProject();
    for (const name of NAMES) {
      const { text, message } = render(`{{ '{0.${name}}'.format(${value}) }}`);
      expect(text, name).toBe('');
      expect(message, name).toMatch(/^AttributeError: /);
      expect(message).not.toContain(MARKER);
    }
  });
});

it('there are as many ways as were ever tried', () => {
  const count = PATHS.length * Object.keys(TAGS).length + VALUES.length * NAMES.length * (FORMS.length + 1);
  console.log(`${String(count)} ways out of a project, none of them open`);
  expect(count).toBeGreaterThanOrEqual(96);
});
